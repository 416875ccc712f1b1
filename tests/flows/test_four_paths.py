"""Whole paths through one house, months long, each page then opened by everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.fakes.mailbox import Mailbox
from tests.flows.house import ANYBODY, SPENT, House, Walk
from tests.flows.walking import Somebody, next_chapter
from tests.harness import clockwork, environment
from tests.harness.served import Served, Template

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def house(served_template: Template) -> Iterator[House]:
    """A house with its team, which no other module shares; its clock begins on a Monday."""
    box, clock = Mailbox(), environment.own() / "clock-of-four-paths"
    box.open()
    clockwork.set_to(clock, MONDAY)
    served = Served(
        served_template,
        ALONGSIDE_SMTP_URL=box.url,
        DJANGO_SETTINGS_MODULE="tests.harness.moved",
        **{clockwork.VARIABLE: str(clock)},
    )
    try:
        served.start()
        yield House(served, box, clock, served.call("tests.flows.ready:a_team", url=served.url))
    finally:
        served.remove()
        box.close()


@pytest.fixture
def walk(house: House, page_for: Callable[..., Page], axe: Any) -> Iterator[Walk]:
    next_chapter()
    if house.now().date() > MONDAY.date():
        house.served.call("tests.flows.ready:on_call_today")
    yield Walk(house, page_for, axe)
    said = house.served.log()
    assert "Internal Server Error" not in said, said[-4000:]


# Whom a page is for, by the rules for access. The words are the first names of the team, and of
# each path ``person``, ``member`` and ``gone`` (taken out of the circle, or left). Asha leads,
# Ifeoma supervises her; Lena leads another case; Dan treats where a course names him; Hana is on
# call, but not on the days of these paths; Bo coordinates, Grace manages, Petra keeps privacy,
# Aled looks at the record of access, Ada looks after the machine.
CASE = "/work/cases/[^/]+/"
OPENS_FOR = {
    "/|/worried/.*|/w/.*|/account/login/.*": ANYBODY,
    "/circle/left/": ANYBODY,
    "/circle/join/.*|/l/.*": SPENT,
    "/work/": "asha ifeoma lena bo",
    "/work/(waiting|concerns)/": "asha ifeoma lena",
    "/work/concerns/[^/]+/": "asha ifeoma",
    f"{CASE}(consent/refusal|closing)/": "asha",
    f"{CASE}.*": "asha ifeoma",
    "/office/requests/.*": "petra",
    "/office/kept/": "petra aled",
    "/me/.*": "person",
    "/circle/.*": "member",
}


# -- what every path begins with -------------------------------------------------------------------


def a_worry_is_told(walk: Walk, **told: str) -> Somebody:
    """At the public door, without danger, with a way to be reached. Returns who told it."""
    who = walk.comes(width=390)
    who.goto("/")
    who.follow("They need help and keep saying no", exact=False)
    for _ in range(4):
        who.choose("answer", "no")
        who.press("Continue")
    who.sees("Shall someone call you back?")
    who.write(
        words=told["words"],
        about_alias=told["about"],
        contact=told["contact"],
        contact_name=told["name"],
    )
    who.pick("about_age_band", label="26 to 64")
    who.pick("relation", value=told["relation"])
    who.press("Send")
    who.sees("Thank you for telling us")
    return who


def a_case_is_opened(asha: Somebody, about: str, need: str) -> str:
    """Read, and opened with the least that will do; who told it joins."""
    asha.goto("/work/concerns/")
    asha.follow(about)
    asha.choose("needs", need)
    asha.choose("legal_basis", "vital_interests")
    asha.write(legal_reason="The family fears for them and asks this service how to help.")
    asha.tick("reporter_joins")
    asha.press("Open the case")
    asha.sees("The case is open. You lead it.")
    return asha.page.url


def is_invited(asha: Somebody, case: str, name: str, address: str) -> None:
    asha.goto(f"{case}circle/")
    asha.follow(name)
    asha.page.get_by_label("Their own e-mail address").fill(address)
    asha.press("Send the link")
    asha.sees("A link is on its way")


# -- a person who says no --------------------------------------------------------------------------


def test_who_says_no_is_left_in_peace(walk: Walk) -> None:
    """Told, they read what is kept and object; it stops, it ends, and nobody writes to them."""
    box = walk.house.mailbox
    a_worry_is_told(
        walk, about="Kit", name="Mara Quinn", relation="sibling", contact="mara@mail.test",
        words="My sister drinks alone and has stopped opening the door.",
    )  # fmt: skip
    asha = walk.comes("asha")
    case = a_case_is_opened(asha, "Kit", "substance_use")
    is_invited(asha, case, "Mara Quinn", "mara@mail.test")
    mara = walk.joins("mara@mail.test")
    asha.goto(case)
    asha.unfold("They have been told")
    asha.tick("sure")
    asha.page.locator("#tell_address").fill("kit@mail.test")
    asha.press("Save: they know")

    kit = walk.joins("kit@mail.test", dark=True)
    kit.sees("My page")
    kit.goto("/me/record/held/")
    kit.sees("Someone told us they were worried.", "We don’t show who said what.")
    kit.look()
    kit.press("Send it")
    kit.is_told_what_to_fix()
    kit.choose("kind", "objection")
    kit.write(words="I never asked for this. Leave me alone, all of you.")
    kit.press("Send it")
    kit.sees("answers you within a month", "Leave me alone, all of you.", "You get an answer by")

    asha.goto(case)
    asha.sees("The person objects to what is held.", "Leave me alone, all of you.")
    asha.look()
    asha.goto(f"{case}consent/refusal/")
    asha.pick("person", label="Kit")
    asha.pick("about", value="c_treatment")
    asha.write(
        offered="A talk with us, by phone or at home, once.",
        words="Leave me alone, all of you.",
        stays_open="Kit may call us at any time. The helplines stay on the page.",
    )
    asha.press("Save")
    asha.sees("A talk with us, by phone or at home, once.")
    petra = walk.comes("petra")
    petra.goto("/office/requests/")
    petra.follow("Objects: wants it stopped")
    petra.look()
    petra.choose("answer", "done")
    petra.write(words="We stop. The case ends today, and what is kept goes in a month.")
    petra.press("Answer")
    petra.sees("answered")
    asha.goto(f"{case}closing/")
    asha.choose("outcome", "declined_before_start")
    asha.write(words="Kit said no to everything. Mara knows how to reach us.")
    asha.press("Close the case")
    asha.sees("The case is closed.")
    kit.goto("/me/record/held/")
    kit.sees("We stop. The case ends today, and what is kept goes in a month.")
    kit.sees("It ended on", "What is kept goes after", "Wednesday 1 April 2026")
    kit.goto("/me/")
    kit.sees("This has ended", "we don’t write to you")
    kit.look()
    mara.goto("/circle/")
    mara.sees("This has ended", "There is nothing for you to do.")
    mara.look()
    mara.page.get_by_role("link", name="What I said").first.click()
    mara.follow("I want to leave the circle")
    mara.press("Yes, leave the circle")
    mara.sees("You have left")

    letters = {who: len(box.to(f"{who}@mail.test")) for who in ("kit", "mara")}
    walk.later(asha, petra, days=31)
    petra.goto("/office/kept/")
    petra.look()
    petra.unfold("Erase")
    petra.press("Erase for good")
    petra.is_told_what_to_fix()
    petra.write(reason="Kit objected, and the case ended a month ago.")
    petra.press("Erase for good")
    petra.sees("Nothing is kept that has a day to go.")
    walk.later(asha, kit, mara, days=90)
    asha.goto("/work/waiting/")
    asha.sees("Nothing needs you now.")
    kit.goto("/me/")
    kit.sees("This has ended")
    assert letters == {who: len(box.to(f"{who}@mail.test")) for who in letters}
    assert not walk.whom_it_opens_for(OPENS_FOR, person="kit@mail.test", gone="mara@mail.test")
