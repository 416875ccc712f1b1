"""Every way of content runs from its start gate to completed, by one set of rules, none by name."""

from __future__ import annotations

import pytest

from alongside.delivery import actions as delivery
from alongside.plans import actions as plans
from alongside.plans import queries as gates
from alongside.plans.models import Course
from tests.factories import World
from tests.factories.care import decided
from tests.factories.every_way import open_all, proposed, ready, walked
from tests.harness.content import shipped

WAYS = [way for way in shipped().protocols.values() if way.runnable]
# Ways differ by their content alone: every fourth shows that PostgreSQL carries them too.
ON_BOTH = [
    pytest.param(way, id=way.id, marks=[pytest.mark.sqlite] if n % 4 else [])
    for n, way in enumerate(WAYS)
]


@pytest.mark.parametrize("way", ON_BOTH)
def test_a_way_goes_from_its_closed_gates_to_completed(world: World, way) -> None:
    world.engage_sam()
    persons = {"relatives": [world.noor.person], "circle": [world.noor.person, world.teo.person]}
    variant = way.variants[0].id if way.variants else ""
    course = proposed(world, way.id, variant, persons.get(way.treats, [world.sam]))
    start = {"course": course, "by": world.asha.reader, "at": world.moment}
    if way.gates_start:  # nothing stands before a crisis
        with pytest.raises(plans.GatesClosed):
            plans.start_course(**start)
    with pytest.raises(delivery.NotStarted):
        delivery.hold_session(
            attendance={persons.get(way.treats, [world.sam])[0]: "attended"}, minutes=50,
            held_at=world.moment, **start,
        )  # fmt: skip
    open_all(world, course)
    states = gates.start_gates(course=course, seen_by=world.asha.reader, at=world.moment)
    assert {one.gate for one in states if one.status not in ("open", "advised")} == set()
    course = plans.start_course(course=course, by=world.asha.reader, at=world.moment)
    state = walked(world, course)
    assert state.completion.missing == ()
    assert all(phase.is_done for phase in state.phases)
    course.refresh_from_db()
    ended = plans.end_course(
        course=course, completion="completed", words="As planned.", expected=course.version,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    assert ended.completion == "completed"


def beside(world: World, first: Course, way: str, variant: str = "") -> Course:
    """One course more for Sam in the plan of the first, with all that its own gates ask for."""
    decided(world, way)
    more = plans.add_course(
        plan=first.plan, protocol=way, variant=variant, persons=[world.sam],
        deliverer=world.asha.practitioner, by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    open_all(world, more)
    return more


def closed(world: World, course: Course) -> set[str]:
    states = gates.start_gates(course=course, seen_by=world.asha.reader, at=world.moment)
    return {one.gate for one in states if one.status == "waiting"}


def completed(world: World, course: Course) -> None:
    assert walked(world, course).completion.missing == ()
    course.refresh_from_db()
    plans.end_course(
        course=course, completion="completed", words="As planned.", expected=course.version,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip


def test_depression_after_a_death_goes_through_talks_and_medicine_and_later_a_class(
    world: World,
) -> None:
    """One plan: IPT for the grief, medicine beside it, and the class only when both are over."""
    world.engage_sam()
    talks = ready(world, "ipt", "brief", [world.sam])
    medicine = beside(world, talks, "medication", "new_regimen")
    assert closed(world, medicine) == set()  # medicine never waits for talks
    medicine = plans.start_course(course=medicine, by=world.asha.reader, at=world.moment)
    klass = beside(world, talks, "mbct")
    assert closed(world, klass) == {"class_after_treatment"}
    completed(world, talks)
    assert closed(world, klass) <= {"baseline"}  # what was answered months ago is too old
    completed(world, medicine)
    open_all(world, klass)
    assert closed(world, klass) == set()
    klass = plans.start_course(course=klass, by=world.asha.reader, at=world.moment)
    completed(world, klass)
    plan = klass.plan
    plan.refresh_from_db()
    ended = plans.end_plan(plan=plan, because="completed", by=world.asha.reader, at=world.moment)
    assert ended.ended_at
    courses = gates.courses_in(world.circle.pk, seen_by=world.asha.reader)
    assert [one.completion for one in courses] == ["completed"] * 3
