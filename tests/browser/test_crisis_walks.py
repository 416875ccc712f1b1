"""A crisis and what comes after it, over weeks, in a real browser: every act is on the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.flows.house import House, Walk, opened
from tests.flows.walking import Somebody, next_chapter
from tests.harness.served import Template

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite]

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CHASED_WITHIN = 150.0  # seconds: the service looks each minute
OPENS_FOR = {
    "/work/": "asha hana ifeoma bo",
    "/work/crisis/.*": "asha hana ifeoma",
    "/work/cases/[^/]+/after/": "asha ifeoma hana",  # on call, while the missed review is open
    "/work/supervision/": "ifeoma",
}


@pytest.fixture
def walk(served_template: Template, page_for: Callable[..., Page], axe: Any) -> Iterator[Walk]:
    next_chapter()
    with opened(served_template, MONDAY) as house:
        house.team.update({name: f"{name}@example.org" for name in ("petra", "noor", "sam")})
        yield Walk(house, page_for, axe)
        said = house.served.log()
        assert "Internal Server Error" not in said, said[-4000:]


def comes_to_show(who: Somebody, address: str, *words: str) -> None:
    """Open a page again and again until it says so."""
    for _ in range(int(CHASED_WITHIN / 5)):
        who.goto(address)
        if all(each in who.words for each in words):
            return
        who.page.wait_for_timeout(5000)
    who.sees(*words)


def an_alert_is_raised_and_taken(asha: Somebody, hana: Somebody) -> str:
    asha.goto("/work/crisis/raise/")
    asha.pick("level", value="B")
    asha.pick("case", index=1)
    asha.write(seen="Sam told me about a plan for tonight.")
    asha.press("Tell the on-call team now")
    url = asha.page.url
    hana.goto(url)
    hana.press("I have this")
    hana.sees("A contact or note is due by 10:00")
    hana.press("Spoke to them")
    hana.follow("Ask, step by step")
    hana.press("Save")
    hana.sees("How soon must somebody respond? You decide.", "Choose one of these.")
    hana.is_told_what_to_fix()
    hana.choose("q_plan", "clear")
    hana.pick("level", value="B")
    hana.press("Save")
    hana.sees("Guided assessment", "B · very urgent")
    return url


def it_is_handed_to(asha: Somebody, hana: Somebody, url: str) -> None:
    """Spoken first; who gave it has it until the other says so."""
    hana.follow("Hand it over")
    hana.press("Hand it over")
    hana.is_told_what_to_fix()
    hana.pick("to", label="Asha Raman")
    hana.write(note="His sister is with him until six. The tablets are locked away.")
    hana.press("Hand it over")
    hana.sees("You have it until Asha Raman accepts.")
    asha.goto("/work/")
    asha.sees("An alert was handed to you: accept it")
    asha.goto(url)
    asha.sees("Next: Hana Kobayashi handed this to you. Say that you have it now.")
    asha.look()
    asha.press("I have it now")
    asha.sees("You have this since 09:30.")


def it_is_closed_by_two(asha: Somebody, ifeoma: Somebody, url: str) -> None:
    asha.goto(f"{url}close/reached_safe/")
    asha.sees("No safety plan is written in this case yet.")
    asha.press("Close the alert")
    asha.is_told_what_to_fix()
    asha.pick("triage_code", value="C")
    asha.choose("safety_plan_or_transfer", "safety_plan")
    asha.choose("means_safety", "action_recorded")
    asha.write(
        assessment_note="He is calmer. His sister stays tonight.",
        means_safety_note="Tablets with his sister, today.",
        named_person="Noor, his sister",
        next_contact_at="2026-03-03T10:00",
    )
    asha.press("Close the alert")
    asha.sees("Closed 09:30 by Asha Raman")
    expect(asha.main.get_by_role("button", name="I looked again, and agree")).to_have_count(0)
    ifeoma.goto("/work/supervision/")
    ifeoma.follow("Sam: A closed alert waits for a second look")
    ifeoma.press("I looked again, and agree")
    ifeoma.sees("Confirmed at 09:30.")


def the_contact_is_written(who: Somebody, title: str, outcome: str, note: str) -> None:
    one = who.main.get_by_role("article").filter(has_text=title)
    if not one.get_by_role("textbox").is_visible():
        one.locator("summary").click()
    one.locator(f"input[value={outcome}]").check()
    one.get_by_role("textbox").fill(note)
    with who.page.expect_navigation(wait_until="load"):
        one.get_by_role("button", name="Save").click()


def test_after_a_crisis_nobody_is_forgotten_and_what_is_missed_is_chased(walk: Walk) -> None:
    house: House = walk.house
    place = house.served.call("tests.flows.crisis_rooms:a_case_and_somebody_on_call")
    after = f"{place['case']}after/"
    asha, hana, ifeoma = (walk.comes(name) for name in ("asha", "hana", "ifeoma"))
    url = an_alert_is_raised_and_taken(asha, hana)
    it_is_handed_to(asha, hana, url)
    it_is_closed_by_two(asha, ifeoma, url)

    walk.later(asha, hana, ifeoma, hours=25)  # the call that was promised for ten o'clock
    asha.goto("/work/")
    asha.sees("Sam: A contact after a crisis is due Overdue since 10:00")
    asha.goto(after)
    first = "First call: how safe"
    asha.sees(f"{first}, was the plan used, means, next date Due 3 Mar, 10:00")
    the_contact_is_written(asha, first, "every_way_tried", "")
    asha.sees("Say which ways you tried.")
    asha.look()
    the_contact_is_written(asha, first, "not_reached", "Called twice, sent a text.")
    asha.sees("3 Mar, 10:30: tried by Asha Raman. Called twice, sent a text.")
    the_contact_is_written(asha, first, "reached", "He slept. He used the plan twice.")
    asha.goto("/work/")
    assert "Overdue" not in asha.words

    walk.later(asha, hana, ifeoma, days=7, hours=2)  # neither a review nor the contact of a week
    comes_to_show(hana, "/work/crisis/", "Not done after a crisis: Review after the crisis")
    comes_to_show(ifeoma, "/work/supervision/", "Sam: A contact after a crisis was missed")
    asha.goto(after)
    asha.follow("Write the review")
    asha.press("Save")
    asha.sees("Answer at least one question.")
    asha.look()
    asha.page.locator("main textarea").first.fill("He told his sister in time.")
    asha.press("Save")
    asha.goto(after)
    asha.sees("Review after the crisis Written")
    the_contact_is_written(asha, "A short, kind contact after a week", "declined", "Wants no more.")
    asha.sees("They want no more contacts")
    expect(asha.main.get_by_text("How it went")).to_have_count(0)  # a month and three: over, too
    ifeoma.goto("/work/supervision/")
    assert "was missed" not in ifeoma.words

    hana.goto("/work/")
    hana.follow("How was the alert for you? A few lines, for you and your supervisor")
    hana.press("Save")
    hana.sees("Answer at least one question.")
    hana.look()
    hana.page.get_by_label("I need to talk to somebody").check()
    hana.press("Save")
    ifeoma.goto("/work/supervision/")
    ifeoma.sees("Somebody who was on an alert asks to talk with you")
    assert not walk.whom_it_opens_for(OPENS_FOR)


def test_a_safeguarding_report_is_answered_the_same_day_and_nobody_named_sees_it(
    walk: Walk,
) -> None:
    place = walk.house.served.call("tests.flows.crisis_rooms:a_case_and_somebody_on_call")
    asha, petra, grace = (walk.comes(name) for name in ("asha", "petra", "grace"))
    noor = walk.comes("noor", width=390)
    noor.goto(f"{place['circle']}tell/")
    noor.follow("Tell the safeguarding lead. Nobody else here sees it.")
    noor.press("Send it")
    noor.is_told_what_to_fix()
    noor.choose("kind", "child")
    noor.write(words="“He locks me in”, said Mia, 9.")
    noor.page.get_by_label("Sam", exact=True).check()
    noor.press("Send it")
    noor.sees("Not read yet. Somebody reads it today.")

    asha.goto(f"{place['case']}closing/")
    asha.press("It is closing now")
    asha.choose("outcome", "transferred")
    asha.write(words="Another service goes on.")
    asha.press("Close the case")
    asha.sees("A safeguarding report waits for its answer.")
    the_first_date_of_two_waits_for_a_child(asha, place["case"])

    letter = walk.house.mailbox.wait_for(1, within=60)[-1]
    assert "Mia" not in letter.text
    petra.goto("/office/")
    petra.look()
    petra.follow("Read and answer")
    petra.follow("A child or a young person", exact=False)
    petra.sees("said Mia, 9.", "Noor Haddad", "Nobody has checked this list here")
    petra.press("I have read it")
    report = petra.page.url
    noor.goto(noor.page.url)
    noor.sees("Received 2 Mar 2026")
    walk.later(asha, petra, grace, hours=6)
    comes_to_show(grace, "/office/", "A safeguarding report has no answer in time")
    grace.goto(report, status=404)
    petra.goto(report)
    petra.sees("Answer overdue")
    petra.press("Save the answer")
    petra.is_told_what_to_fix()
    petra.choose("decision", "reported")
    petra.write(because="Social care, by phone, 15:40, reference 42.")
    petra.press("Save the answer")
    petra.press("Nothing more to do: close it")
    petra.sees("Closed")
    petra.look()
    grace.goto("/office/")
    assert "has no answer in time" not in grace.words
    asha.goto(f"{place['case']}closing/")
    asha.choose("outcome", "transferred")
    asha.write(words="Another service goes on.")
    asha.press("Close the case")
    assert "waits for its answer" not in asha.words
    for who in ("sam", "noor", "asha", "hana", "ifeoma"):
        walk.comes(who).goto(report, status=404)


def the_first_date_of_two_waits_for_a_child(asha: Somebody, case: str) -> None:
    asha.goto(f"{case}book/")
    for name in ("Noor Haddad", "Teo Lindqvist"):
        asha.page.get_by_label(name, exact=True).check()
    asha.write(day="2026-03-09", time="10:00")
    asha.press("Save")
    asha.sees("First ask whether a child will be there")
    asha.is_told_what_to_fix()
    asha.goto(f"{case}child/")
    asha.press("Save")
    asha.is_told_what_to_fix()
    asha.choose("child_there", "yes")
    asha.write(words="She is with her aunt.")
    asha.press("Save")
    asha.sees("A child will be there", "She is with her aunt.")
