"""Every way of content in a real browser, from its start gate to completed; and three at once.

On a small demonstration, among its cases: in its service, with its staff.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.flows import ways_inside as inside
from tests.flows.house import Walk, opened
from tests.flows.test_four_paths import a_course_is_ended, a_session_is_told
from tests.flows.walking import Somebody, next_chapter
from tests.harness import clockwork
from tests.harness.content import shipped
from tests.harness.small_demo import MONDAY, SmallDemo

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite]

WAYS = [way for way in shipped().protocols.values() if way.runnable]
HOUSES = 4  # they share the ways, so that no test is long and each of the workers has its part


@pytest.fixture
def walk(page_for: Callable[..., Page], axe: Any) -> Iterator[Walk]:
    next_chapter()
    with opened(SmallDemo(), MONDAY) as house:
        house.team = {name: f"{name}@demo.invalid" for name in ("asha", "hana", "grace", "ifeoma")}
        yield Walk(house, page_for, axe)
        said = house.served.log()
        assert "Internal Server Error" not in said, said[-4000:]


def starts(walk: Walk, asha: Somebody, page: str, world: str, course: str) -> None:
    """Each gate of one course is opened; the page offers to start it, and then it runs."""
    walk.house.served.call(inside.every_gate_opens, world=world, course=course)
    asha.goto(page)
    asha.press("Start this course")
    walk.house.served.call(inside.a_session_may_be, world=world, course=course)


def waits(walk: Walk, who: Somebody, *moments: str) -> None:
    """Until the last of these moments has come."""
    last = max(datetime.fromisoformat(each) for each in moments)
    clockwork.set_to(walk.house.clock, max(last, walk.house.now()))
    walk.later(who, minutes=1)


def is_completed(asha: Somebody, page: str, way: str) -> None:
    """Every phase is done, so it is ended as planned."""
    asha.goto(page)
    assert "Done: " in asha.words, way
    assert "Now: " not in asha.words, way
    a_course_is_ended(asha, page, "completed", "As planned.")


@pytest.mark.parametrize("first", range(HOUSES))
def test_every_way_goes_from_its_closed_gates_to_completed(walk: Walk, first: int) -> None:
    """None by name: the plan says what it waits for, starts, is told a session, and ends."""
    ways = WAYS[first::HOUSES]
    call = walk.house.served.call
    house, asha, moments = call(inside.a_demonstration), walk.comes("asha"), []
    places = {
        way.id: call(
            inside.a_proposal, house=house, way=way.id, treats=way.treats, mark=f".{number}",
            variant=way.variants[0].id if way.variants else "",
        )
        for number, way in enumerate(ways)
    }  # fmt: skip
    for way in ways:
        next_chapter()
        place = places[way.id]
        one = {"world": place["world"], "course": place["course"]}
        asha.goto(place["page"])
        start = asha.page.get_by_role("button", name="Start this course", exact=True)
        assert ("Not yet, because…" in asha.words) is bool(way.gates_start), way.id
        assert start.count() == (0 if way.gates_start else 1), way.id
        starts(walk, asha, place["page"], **one)
        walk.house.later(minutes=5)
        a_session_is_told(walk, asha, place["case"], agenda="What it is about, and how it works.")
        moments.append(call(inside.goes_on, **one))
    waits(walk, asha, *moments)
    for way in ways:
        is_completed(asha, places[way.id]["page"], way.id)


def test_grief_is_met_by_talks_and_medicine_and_a_class_after_both(walk: Walk) -> None:
    """One plan, three ways: medicine waits for nothing, the class until the talks are over."""
    call = walk.house.served.call
    house, asha = call(inside.a_demonstration), walk.comes("asha")
    place = call(
        inside.a_proposal, house=house, way="ipt", variant="brief",
        treats="person", mark="",
    )  # fmt: skip
    world, page = place["world"], place["page"]
    plan = {"world": world, "plan": place["plan"]}
    starts(walk, asha, page, world, place["course"])
    medicine = call(inside.beside, **plan, way="medication", variant="new_regimen")
    starts(walk, asha, page, world, medicine)
    walk.house.later(minutes=5)
    a_session_is_told(walk, asha, place["case"], agenda="The winter she died.")
    group = call(inside.beside, **plan, way="mbct", variant="")
    call(inside.every_gate_opens, world=world, course=group)
    asha.goto(page)
    asha.sees("Not yet, because…", "Opens when nothing above is missing.")
    asha.look()
    waits(walk, asha, *(call(inside.goes_on, world=world, course=each) for each in (
        place["course"], medicine,
    )))  # fmt: skip
    for _way in ("talks", "medicine"):
        a_course_is_ended(asha, page, "completed", "As planned.")
    starts(walk, asha, page, world, group)
    asha.goto(f"{place['case']}progress/")
    asha.sees("Interpersonal therapy", "Medicines", "Mindfulness")
    asha.look()
    waits(walk, asha, call(inside.goes_on, world=world, course=group))
    is_completed(asha, page, "class")
    asha.goto(page)
    asha.follow("End this plan")
    asha.look()


def test_a_consent_taken_back_and_a_practice_that_harms_hold_the_next_session_at_once(
    walk: Walk,
) -> None:
    """The same yes of this morning is not enough once the person has taken their consent back."""
    call = walk.house.served.call
    house, asha = call(inside.a_demonstration), walk.comes("asha")
    treated, taught = (
        call(inside.a_proposal, house=house, way=way, treats="person", mark=mark, variant=variant)
        for way, mark, variant in (("ect", ".1", ""), ("mbct", ".2", ""))
    )
    starts(walk, asha, treated["page"], treated["world"], treated["course"])
    walk.house.later(minutes=5)
    a_session_is_told(walk, asha, treated["case"], agenda="The first treatment.")
    asha.goto(treated["page"])
    assert "taken back" not in asha.words
    asha.goto(f"{treated['case']}consent/")
    yes = asha.page.get_by_role("button", name=re.compile("They took it back ?: Agree to ECT"))
    while yes.count():
        yes.first.click()
        asha.sees("Taken back")
    asha.look()
    asha.goto(treated["page"])
    asha.sees("or was taken back")
    asha.look()
    starts(walk, asha, taught["page"], taught["world"], taught["course"])
    call(
        inside.a_sheet_says, world=taught["world"], course=taught["course"],
        form="practice_log", distress="stays",
    )  # fmt: skip
    asha.goto(taught["page"])
    asha.sees("Distress that does not settle", "No further session until somebody has decided.")
    asha.look()
