"""Several courses in one plan: what waits for what, asked by gates, steps and releases alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alongside.crisis.models import Alert
from alongside.delivery import queries as progress
from alongside.plans import actions, queries
from alongside.plans.models import Course, Plan
from tests.factories import World
from tests.factories.care import looked, started

WHY = "The supervisor and I looked at this together and it is right."


def second_of(world: World, first: Course, variant: str = "gad") -> Course:
    """One course more for Sam, by Asha, in the plan of the first; everybody agrees again."""
    made = actions.add_course(
        plan=Plan.objects.visible_to(world.asha.reader).get(pk=first.plan_id),
        protocol="cbt",
        variant=variant,
        persons=[world.sam],
        deliverer=world.asha.practitioner,
        by=world.asha.reader,
        at=world.moment,
    )
    actions.agree(
        plan=made.plan,
        edition=made.plan.edition,
        person=world.sam,
        answer="yes",
        by=world.asha.reader,
        at=world.moment,
    )
    return made


def waiting(world: World, course: Course) -> set[str]:
    states = queries.start_gates(course=course, seen_by=world.asha.reader, at=world.moment)
    return {state.gate for state in states if not state.is_open}


def test_a_second_talking_therapy_waits_until_the_first_ends_or_a_clinician_decides(
    world: World,
) -> None:
    first = started(world, "cbt")
    second = second_of(world, first)
    assert waiting(world, second) == {"one_talking_therapy"}
    with pytest.raises(actions.GatesClosed):
        actions.start_course(course=second, by=world.asha.reader, at=world.moment)
    order = queries.in_order(seen_by=world.asha.reader, plan=second.plan, at=world.moment)
    assert [(course.pk, len(beside.clashes)) for course, beside in order] == [
        (first.pk, 0),
        (second.pk, 1),
    ]
    assert queries.running(world.circle.pk, seen_by=world.asha.reader, at=world.moment) == [
        "cbt/depression"
    ]
    let_pass: dict[str, Any] = {"gate": "one_talking_therapy", "reason": WHY}
    actions.release_gate(
        course=second,
        until=(world.moment + timedelta(days=7)).date(),
        by=world.asha.reader,
        at=world.moment,
        **let_pass,
    )
    assert waiting(world, second) == set()
    world.at(world.moment + timedelta(days=8))
    assert waiting(world, second) == {"one_talking_therapy"}
    actions.end_course(
        course=Course.objects.visible_to(world.asha.reader).get(pk=first.pk),
        completion="completed",
        words="All of it was done.",
        expected=first.version,
        by=world.asha.reader,
        at=world.moment,
    )
    assert waiting(world, second) == set()


def test_in_a_crisis_exposure_waits_even_when_the_talks_may_go_on(world: World) -> None:
    course = started(world, "cbt")

    def step(name: str) -> Any:
        state = progress.state_of(course=course, seen_by=world.asha.reader, at=world.moment)
        return {one.step: one for one in state.steps}[name]

    assert not step("exposure").waiting_for
    (alert,) = looked(world, {"badly_hurt": "no", "talk_of_dying": "plan_or_means"}).alerts
    week = (world.moment + timedelta(days=7)).date()
    passed: dict[str, Any] = {"course": course, "reason": WHY, "until": week}
    actions.release_gate(gate="G1", by=world.asha.reader, at=world.moment, **passed)
    talks = queries.session_gates(
        course=course,
        seen_by=world.asha.reader,
        at=world.moment,
        said=frozenset({"fit_today"}),
    )
    assert all(state.is_open for state in talks)
    (state,) = step("exposure").waiting_for
    assert (state.gate, state.status) == ("no_exposure_in_crisis", "waiting")
    assert not step("thought_records").waiting_for
    actions.release_gate(
        gate="no_exposure_in_crisis", by=world.asha.reader, at=world.moment, **passed
    )
    assert not step("exposure").waiting_for or step("exposure").waiting_for[0].is_open
    # The wait goes on for three days after the crisis.
    Alert._base_manager.filter(pk=alert.pk).update(
        closed_at=world.moment, outcome="safe_after_contact", closed_by=world.asha.account
    )
    for days, waits in ((2, True), (3, False)):
        at = world.moment + timedelta(days=days)
        (gate,) = queries.step_gates(course=course, seen_by=world.asha.reader, at=at)
        assert bool(gate.missing) is waits
