"""Every way of content runs from its start gate to completed, by one set of rules, none by name."""

from __future__ import annotations

import pytest

from alongside.delivery import actions as delivery
from alongside.plans import actions as plans
from alongside.plans import queries as gates
from tests.factories import World
from tests.factories.every_way import open_all, proposed, walked
from tests.harness.content import shipped

WAYS = [way for way in shipped().protocols.values() if way.runnable]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.id)
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
