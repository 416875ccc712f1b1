"""Paths of a planned meeting over weeks, in a real browser: what decides is done on the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.flows import meeting_rooms as rooms
from tests.flows.house import Walk, opened
from tests.flows.test_four_paths import (
    OPENS_FOR,
    a_session_is_told,
    a_step_is_done,
    comes_in,
    is_taken_out,
)
from tests.flows.walking import Somebody, next_chapter
from tests.harness.served import Template

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite]

LETTER = (
    "Sam, I remember the sea in June and how you laughed. On Sunday you could not wake up. I was "
    "afraid. I know it is hard. I hope we swim again. Will you take some help today? I will go too."
)
MEETING_OPENS_FOR = {  # what prepares it is its lead's; others of the team read what stands
    "/work/cases/[^/]+/meeting/(arrange|date|checks|options)/.*": "asha",
    "/work/cases/[^/]+/meeting/end/": "",  # it has ended
    **OPENS_FOR,
}
Opened = Callable[[datetime], AbstractContextManager[Walk]]


@pytest.fixture
def walk_from(served_template: Template, page_for: Callable[..., Page], axe: Any) -> Opened:
    """A walk through a house of its own, from a moment on."""

    @contextmanager
    def begun(moment: datetime) -> Iterator[Walk]:
        next_chapter()
        with opened(served_template, moment) as house:
            yield Walk(house, page_for, axe)
            said = house.served.log()
            assert "Internal Server Error" not in said, said[-4000:]

    return begun


def the_day_is_set(asha: Somebody, meeting: str, day: str) -> None:
    asha.goto(f"{meeting}date/")
    asha.write(day=day, time="10:00")
    asha.press("Save")
    asha.sees("The date is set.")


def it_is_a_go(asha: Somebody, meeting: str) -> None:
    """Rehearsed; asked by phone on the day; the place that can start at once is still kept."""
    asha.goto(meeting)
    asha.press("All of it was rehearsed")
    asha.follow("The day before")
    for thing in ("sober_hour", "place", "children", "car", "bag", "told"):
        asha.page.locator(f"input[name=done][value={thing}]").check()
    asha.press("Save")
    asha.follow("Checks of the day")
    for check in ("SC1", "SC2", "SC3", "SC4", "SC5"):
        asha.choose(check, "none")
    asha.press("Save")
    asha.page.locator("main a[href*='/meeting/options/']:has-text('Change')").first.click()
    asha.write(proof="Front desk, by phone")
    asha.tick("proved_now")
    asha.press("Save")
    asha.sees("Go: everything is in place")


def it_is_held(asha: Somebody, meeting: str) -> None:
    asha.goto(f"{meeting}live/")
    for number, button in enumerate(("Begin", "Done, go on"), 1):
        asha.main.get_by_role("button", name=button, exact=True).first.click()
        asha.page.locator(f"[data-panel='step-{number}']:visible").wait_for()
    asha.page.locator("[data-told]").filter(has_text="Sent at").wait_for()


def it_ends(asha: Somebody, meeting: str, outcome: str, words: str) -> str:
    """The address of what comes after it."""
    asha.goto(f"{meeting}end/")
    asha.choose("outcome", outcome)
    asha.write(words=words)
    asha.press("Save")
    asha.sees(words, "A yes in the room is not yet help")
    return asha.page.url


def noor_is_called(asha: Somebody, after: str) -> None:
    """Each is called by themself, on the day that content says."""
    asha.goto(after)
    asha.sees("How each feels, which limits were kept", "0 of 4 done")
    asha.look()
    of_day = asha.main.locator("details", has_text="Day 7").get_by_role("listitem")
    asha._go(of_day.filter(has_text="Noor Haddad").get_by_role("link"))
    asha.sees("Day 7: call Noor Haddad")
    asha.press("Save")
    asha.is_told_what_to_fix()
    asha.choose("came_to", "spoken")
    asha.write(words="She sleeps again.", number_item_1="4")
    asha.press("Save")
    asha.sees("Spoken with", "She sleeps again.", "1 of 4 done")


def help_was_begun(asha: Somebody, after: str, day: str) -> None:
    """The first talk that was kept, which alone counts."""
    asha.goto(after)
    asha.unfold("Write what you learnt")
    asha.choose("what", "first_help")
    asha.choose("said", "yes")
    asha.write(on=day)
    asha.press("Save")


def test_an_open_invitation_goes_on_at_its_second_level_within_a_week(walk_from: Opened) -> None:
    with walk_from(datetime(2026, 3, 17, 9, 0, tzinfo=UTC)) as walk:
        at = walk.house.served.call(rooms.a_circle_that_met_once)
        asha, noor = walk.comes("asha"), walk.comes(width=390)
        asha.goto(at["meeting"])
        asha.sees("Meetings that ended", "Wants time")
        asha.choose("way", "arise/2")
        asha.write(reason="He asked for time and came to the first one. All want to go on.")
        asha.press("Begin to prepare")
        asha.sees("Each asked alone", "0 of 3 who take part")
        walk.house.served.call(rooms.everybody_is_asked_again, world=at["world"])

        asha.goto(f"{at['meeting']}arrange/")
        asha.choose("led", "phone")  # as at the first level
        asha.press("Save")
        asha.sees("This path does not allow every way.")
        asha.goto(f"{at['meeting']}arrange/")
        asha.choose("led", "present")
        asha.press("Save")
        assert "Not so soon again" not in asha.words  # its levels follow each other
        the_day_is_set(asha, at["meeting"], "2026-03-19")
        walk.address_of[noor] = "noor@example.org"
        walk.sign_in(noor)
        noor.goto(f"{at['circle']}meeting/")
        noor.sees("No secrets at any level.", "19 March", "St Columba’s hall")
        noor.look()

        walk.later(asha, noor, hours=47)
        walk.house.served.call(rooms.letters_are_let_pass, world=at["world"])
        it_is_a_go(asha, at["meeting"])
        assert not walk.whom_it_opens_for(MEETING_OPENS_FOR, member="noor@example.org")
        walk.seen.clear()
        it_is_held(asha, at["meeting"])
        walk.later(asha, noor, hours=3)
        after = it_ends(asha, at["meeting"], "accept_other", "He will see the doctor on Monday.")
        walk.later(asha, noor, days=4)
        help_was_begun(asha, after, "2026-03-23")
        asha.sees("Yes, 23")
        asha.goto(at["meeting"])
        asha.sees("Yes, to different help", "Wants time")
        sam = comes_in(walk, asha, at["case"], "sam@mail.test")
        sam.goto("/me/record/")
        sam.page.locator("main a[href*='/met/']").first.click()
        sam.write(words="I was glad that Teo was there.")
        sam.pick("felt_respected", value="8")
        sam.choose("again", "yes")
        sam.press("Save")
        sam.sees("You said on", "I was glad that Teo was there.")
        sam.look()
        asha.goto(after)
        asha.sees("What the person says of it", "I was glad that Teo was there.")
        asha.look()
        his = walk.house.session_of("teo@example.org")  # as somebody keeps it who was let in once
        is_taken_out(asha, at["case"], "Teo Lindqvist")
        walk.house.sessions["teo@example.org"] = his
        cast = {"member": "noor@example.org", "person": "sam@mail.test", "gone": "teo@example.org"}
        assert not walk.whom_it_opens_for(MEETING_OPENS_FOR, **cast)


def test_a_surprise_is_held_and_refused_and_help_begins_on_the_seventh_day(
    walk_from: Opened,
) -> None:
    with walk_from(datetime(2026, 3, 9, 9, 0, tzinfo=UTC)) as walk:
        at = walk.house.served.call(rooms.a_surprise_that_is_prepared)
        asha, noor = walk.comes("asha"), walk.comes(width=390)
        walk.address_of[noor] = "noor@example.org"
        walk.sign_in(noor)
        asha.goto(at["meeting"])
        asha.sees("A softer way first", "A qualified lead")
        asha.goto(f"{at['meeting']}release/surprise_lead/", status=404)
        walk.house.served.call(rooms.the_lead_is_qualified, world=at["world"])
        asha.goto(f"{at['meeting']}release/surprise_tried/")
        asha.write(reason="He was found unconscious twice this month: nobody can wait.")
        asha.press("Let it pass")
        the_day_is_set(asha, at["meeting"], "2026-03-14")

        noor.goto(f"{at['circle']}meeting/letter/")
        noor.write(text=LETTER)
        noor.press("Share with Asha Raman")
        noor.pick("read_by", label="Teo Lindqvist")
        noor.choose("keep_for", "month")
        noor.press("Save what I wish")
        noor.look()
        noor.goto(f"{at['circle']}meeting/limits/new/")
        noor.choose("kind", "limit")
        noor.pick("topic", index=1)
        noor.write(happens="you ask me for money", will="say no and make us tea")
        for each in noor.page.locator("main input[name=checks]").all():
            each.check()
        noor.press("Save")
        walk.house.served.call(rooms.letters_are_let_pass, world=at["world"])

        walk.later(asha, noor, days=4, hours=23)
        it_is_a_go(asha, at["meeting"])
        it_is_held(asha, at["meeting"])
        walk.later(asha, noor, hours=3)
        after = it_ends(asha, at["meeting"], "refuses_calm", "He said no and stayed for tea.")
        noor.goto(at["circle"])
        noor.sees("My letter")  # what she wrote stays hers when the meeting is over
        noor.follow("My limits and offers", exact=False)
        noor.sees("say no and make us tea")

        walk.later(asha, noor, days=7)
        asha.goto("/work/")
        asha.sees("Call each of the family after a meeting", "0 of 4 done. To call: Noor Haddad,")
        noor_is_called(asha, after)
        asha.goto("/work/")
        asha.sees("1 of 4 done. To call: Teo Lindqvist,")
        help_was_begun(asha, after, "2026-03-21")
        asha.sees("No, calmly", "Yes, 21")
        asha.look()
        asha.goto(at["meeting"])
        asha.choose("way", "johnson")
        asha.write(reason="The family asks for another.")
        asha.press("Begin to prepare")
        asha.sees("The last meeting was less than 30 days before.")


def test_a_man_with_dementia_is_decided_for_after_a_meeting_and_no_relative_agrees_for_him(
    walk_from: Opened,
) -> None:
    with walk_from(datetime(2026, 3, 9, 9, 0, tzinfo=UTC)) as walk:
        at = walk.house.served.call(rooms.a_man_with_dementia)
        asha = walk.comes("asha")
        asha.goto(at["meeting"])
        asha.sees("a best-interests meeting", "That the family agrees is not consent.")
        assert not asha.field("way").count()  # no other meeting is begun
        asha.look()
        asha.follow("Consent and capacity")
        agreed = asha.page.locator("section[aria-labelledby=agreed]").inner_text()
        asha.follow("Record capacity")
        asha.pick("person", label="Sam")
        asha.write(
            decision="Whether a carer comes every morning",
            information="Who would come and what for, with pictures, twice.",
            help_used="In the morning, in his kitchen, his friend Teo beside him.",
            grounds="He could not say back what a carer does, on two mornings.",
            cause="Dementia keeps him from holding new things in mind.",
            review_on="2026-06-01",
        )
        for ability, answer in {"understand": "yes", "retain": "no", "weigh": "no"}.items():
            asha.choose(ability, answer)
        asha.choose("conclusion", "lacks")
        asha.press("Save")

        asha.follow("Write down a best-interests meeting")
        assert asha.field("name_0").input_value() == "Noor Haddad"
        asha.press("Save")
        asha.is_told_what_to_fix()
        asha.pick("part_0", value="family")
        asha.write(view_0="She wants him in a home and says yes for him.")
        asha.write(
            wishes="He wants to wake in his own bed and says so each day.",
            advocate_name="Ines Duarte",
            what_0="A carer at home each morning", good_0="He stays", bad_0="Somebody in the house",
            what_1="A care home", good_1="Safe", bad_1="He does not want it",
            least_restrictive="A carer at home leaves him his house and his day.",
            reason="It is what he wants, and makes the mornings safe.",
            review_on="2026-06-01",
        )  # fmt: skip
        for name, word in {
            "advocate": "took_part", "advance_decision": "none_found", "attorney": "none",
            "can_wait": "no", "outcome": "go_ahead",
        }.items():  # fmt: skip
            asha.choose(name, word)
        asha.press("Save")
        asha.sees("stands today", "Their view is written down. It is no consent.", "Ines Duarte")
        asha.sees("A carer at home leaves him his house", "Meet again by", "1 June 2026")
        assert asha.page.locator("section[aria-labelledby=agreed]").inner_text() == agreed

        walk.later(asha, days=1)
        asha.goto(at["case"])
        asha.unfold("They have been told")
        asha.tick("sure")
        asha.page.locator("#tell_address").fill("sam@mail.test")
        asha.press("Save: they know")
        sam = walk.joins("sam@mail.test", dark=True)
        sam.goto("/me/record/held/")
        sam.sees("It was decided for you to go on.", "We asked 1 person first.")
        assert "Noor" not in sam.words  # who was asked is not told
        sam.look()
        walk.later(asha, days=90)
        asha.goto(f"{at['case']}consent/")
        asha.sees("the day to look again is past", "assess again whether they can decide")


def test_twelve_talks_with_a_sister_end_in_a_yes_and_he_comes_in_without_telling_it_again(
    walk_from: Opened,
) -> None:
    with walk_from(datetime(2026, 5, 19, 9, 0, tzinfo=UTC)) as walk:
        at = walk.house.served.call(rooms.a_family_in_training)
        asha = walk.comes("asha")
        plan = f"{at['case']}plan/"
        asha.goto(plan)
        asha.sees("11 of 12 sessions held")
        course = asha.page.locator("main a[href*='/courses/']").first.get_attribute("href") or ""
        a_session_is_told(walk, asha, at["case"], agenda="Sam said yes on Sunday; how it was.")
        asha.goto(f"/work/courses/{course.split('/')[3]}/sheets/engagement/")
        asha.choose("a_attended", "yes")
        asha.write(a_on="2026-05-18", a_where="Rowan House, a first talk")
        asha.press("Save")
        a_step_is_done(asha, plan, "engagement_recorded")
        asha.sees("12 of 12 sessions held")

        sam = comes_in(walk, asha, at["case"], "sam@mail.test")
        sam.sees("My page")
        sam.goto("/me/record/held/")
        sam.sees("Someone told us they were worried.", "Lothian Family Help")
        for words in ("Noor", "Rowan House", "how it was"):  # hers, and what she said
            assert words not in sam.words
        sam.look()
        asha.goto(f"{at['case']}choose/")
        assert asha.field("person__age").input_value() == "34"  # told by her, in March
        asha.goto(at["case"])
        asha.sees("Active", "Alcohol or other drugs")
