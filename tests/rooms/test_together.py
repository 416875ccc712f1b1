"""Several courses in one plan: what waits for what, asked by gates, steps and releases alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alongside.cases import actions as cases_actions
from alongside.cases import queries as cases
from alongside.crisis.models import Alert
from alongside.delivery import on_time, schedule
from alongside.delivery import queries as progress
from alongside.delivery.models import Timing
from alongside.plans import actions, moving, places, queries, stepping
from alongside.plans.models import Course, Plan
from alongside.records.errors import StaleVersion
from alongside.tasks.queries import open_tasks
from tests.factories import World
from tests.factories.care import booked, fresh_case, looked, started

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
    cbt: Course,
) -> None:
    second = second_of(world, cbt)
    assert waiting(world, second) == {"one_talking_therapy"}
    with pytest.raises(actions.GatesClosed):
        actions.start_course(course=second, by=world.asha.reader, at=world.moment)
    order = queries.in_order(seen_by=world.asha.reader, plan=second.plan, at=world.moment)
    assert [(course.pk, len(beside.clashes)) for course, beside in order] == [
        (cbt.pk, 0),
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
        course=Course.objects.visible_to(world.asha.reader).get(pk=cbt.pk),
        completion="completed",
        words="All of it was done.",
        expected=cbt.version,
        by=world.asha.reader,
        at=world.moment,
    )
    assert waiting(world, second) == set()


def test_in_a_crisis_exposure_waits_even_when_the_talks_may_go_on(
    world: World, cbt: Course
) -> None:

    def step(name: str) -> Any:
        state = progress.state_of(course=cbt, seen_by=world.asha.reader, at=world.moment)
        return {one.step: one for one in state.steps}[name]

    assert not step("exposure").waiting_for
    (alert,) = looked(world, {"badly_hurt": "no", "talk_of_dying": "plan_or_means"}).alerts
    week = (world.moment + timedelta(days=7)).date()
    passed: dict[str, Any] = {"course": cbt, "reason": WHY, "until": week}
    actions.release_gate(gate="G1", by=world.asha.reader, at=world.moment, **passed)
    talks = queries.session_gates(
        course=cbt,
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
        (gate,) = queries.step_gates(course=cbt, seen_by=world.asha.reader, at=at)
        assert bool(gate.missing) is waits


def changed(world: World, course: Course, to: Course, **more: Any) -> Course:
    given: dict[str, Any] = {
        "kind": "step_up",
        "completion": "planned_end_partial",
        "reason": WHY,
        "expected": course.version,
        "by": world.asha.reader,
        "at": world.moment,
        **more,
    }
    return stepping.change_course(course=course, to=to, **given)


def test_a_step_up_ends_one_course_and_starts_the_next_at_the_same_moment(world: World) -> None:
    first = started(world, "cbt", variant="guided_selfhelp")
    second = second_of(world, first, "depression")
    kept = booked(
        world,
        world.moment.replace(day=9, hour=10, tzinfo=None),
        persons=[world.sam],
        about=f"course:{first.pk}",
    )
    now = changed(world, first, second)
    kept.refresh_from_db()
    assert (kept.about, kept.cancelled_at) == (f"course:{second.pk}", None)  # it stays theirs
    before = Course.objects.visible_to(world.asha.reader).get(pk=first.pk)
    assert (now.pk, now.started_at, before.ended_at) == (second.pk, world.moment, world.moment)
    assert (before.completion, before.completion_words) == ("planned_end_partial", WHY)
    made = cases.decisions(world.circle, seen_by=world.asha.reader).get(kind="step")
    assert (made.chosen, made.about) == ("step_up", f"course:{second.pk}")
    assert cases.shown_of(made)["variant"] == "guided_selfhelp"


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"kind": "leap"}, actions.UnknownWord),
        ({"completion": "declined_before_start"}, actions.UnknownWord),
        ({"completion": "deceased"}, actions.UnknownWord),
        ({"reason": "so"}, cases_actions.NeedsAReason),
        ({"expected": 7}, StaleVersion),
    ],
)
def test_a_step_that_cannot_stand_changes_nothing(
    world: World, cbt: Course, more: dict[str, Any], refusal: type[Exception]
) -> None:
    second = second_of(world, cbt)
    with pytest.raises(refusal):
        changed(world, cbt, second, **more)
    rows = Course.objects.visible_to(world.asha.reader)
    assert rows.get(pk=cbt.pk).ended_at is None
    assert rows.get(pk=second.pk).started_at is None
    assert not cases.decisions(world.circle, seen_by=world.asha.reader).filter(kind="step")


def test_with_a_gate_closed_the_course_until_now_goes_on(world: World, cbt: Course) -> None:
    second = second_of(world, cbt)
    with pytest.raises(stepping.NotTheNext):
        changed(world, cbt, cbt)
    with pytest.raises(stepping.NotRunning):
        changed(world, second, cbt)
    actions.add_course(  # a new edition: nobody has agreed to it
        plan=second.plan,
        protocol="cbt",
        variant="panic",
        persons=[world.sam],
        deliverer=world.asha.practitioner,
        by=world.asha.reader,
        at=world.moment,
    )
    with pytest.raises(actions.GatesClosed):
        changed(world, cbt, second)
    assert Course.objects.visible_to(world.asha.reader).get(pk=cbt.pk).ended_at is None


def test_two_stops_for_the_same_reason_ask_the_team_to_look(world: World, cbt: Course) -> None:
    first = cbt
    second = second_of(world, first)
    given: dict[str, Any] = {
        "words": "It did not go on, and we could not reach them.",
        "by": world.asha.reader,
        "at": world.moment,
    }
    first = actions.end_course(
        course=first, completion="dropped_out", expected=first.version, **given
    )
    due = open_tasks(seen_by=world.asha.reader).filter(kind="team_review")
    assert not due.exists()
    second = actions.start_course(course=second, by=world.asha.reader, at=world.moment)
    third = second_of(world, second, "panic")
    actions.end_course(course=third, completion="stopped_safety", expected=third.version, **given)
    assert not due.exists()  # another reason
    actions.end_course(course=second, completion="dropped_out", expected=second.version, **given)
    task = due.get()
    assert (task.for_role, task.due_at) == ("lead", world.moment + timedelta(days=14))


def test_a_measure_that_two_courses_ask_for_is_asked_once(world: World, cbt: Course) -> None:
    second = second_of(world, cbt)
    actions.release_gate(
        course=second,
        gate="one_talking_therapy",
        reason=WHY,
        until=(world.moment + timedelta(days=1)).date(),
        by=world.asha.reader,
        at=world.moment,
    )
    second = actions.start_course(course=second, by=world.asha.reader, at=world.moment)
    for course, days in ((cbt, 10), (second, 12)):
        wall = world.moment.replace(tzinfo=None) + timedelta(days=days)
        booked(world, wall, persons=[world.sam], about=f"course:{course.pk}")
    for days in (8, 9, 10, 11):
        on_time.ask_due(by=world.system, at=world.moment + timedelta(days=days))
    made = Timing.objects.visible_to(world.system).filter(slot="session:1")
    asked = made.values_list("course_id", "instrument").order_by("instrument")
    assert list(asked.filter(instrument="phq9")) == [(cbt.pk, "phq9")]
    at = world.moment + timedelta(days=11)
    (part,) = schedule.parts([second], seen_by=world.asha.reader, at=at)
    states = {
        line.occasion.state
        for line in part.lines
        if (line.instrument.ref.id, line.occasion.slot) == ("phq9", "session:1")
    }
    assert states == {"covered"}


# -- another setting ----------------------------------------------------------------------------


def moved(world: World, course: Course, setting: str, *in_place: str, **more: Any) -> Any:
    plan = Plan.objects.visible_to(world.asha.reader).get(pk=course.plan_id)
    given: dict[str, Any] = {
        "reason": "He was taken there on Friday; the nurse there knows us.",
        "expected": plan.case.version,
        "by": world.asha.reader,
        "at": world.moment,
        **more,
    }
    return moving.move(plan=plan, setting=setting, in_place=in_place, **given)


def place(world: World, course: Course) -> Any:
    states = queries.session_gates(course=course, seen_by=world.asha.reader, at=world.moment)
    return {state.gate: state for state in states}.get("place_ready")


def test_in_another_setting_sessions_wait_until_what_it_asks_for_is_in_place(
    world: World, cbt: Course
) -> None:
    assert place(world, cbt) is None  # nobody moved it
    made = moved(world, cbt, "prison", "prison/limits")
    case = fresh_case(world)
    assert (places.setting_of(case), cases.facts_of(case)["person"]["setting"]) == (
        "prison",
        "prison",
    )
    assert cases.shown_of(made)["from"] == "community"
    assert place(world, cbt).missing == ("place_ready:prison/free",)
    world.at(world.moment + timedelta(hours=1))
    moved(world, cbt, "prison", "prison/free", expected=case.version)
    assert place(world, cbt).status == "open"
    world.at(world.moment + timedelta(hours=1))
    moved(world, cbt, "care_home")  # what was said of the prison says nothing of this place
    assert place(world, cbt).missing == ("place_ready:care_home/capacity",)
    world.at(world.moment + timedelta(hours=1))
    moved(world, cbt, "prison")
    assert set(place(world, cbt).missing) == {
        "place_ready:prison/free",
        "place_ready:prison/limits",
    }


@pytest.mark.parametrize(
    ("setting", "in_place", "more", "refusal"),
    [
        ("moon", (), {}, actions.UnknownWord),
        ("prison", ("home/privacy",), {}, actions.UnknownWord),
        ("community", (), {}, moving.NothingNew),
        ("prison", (), {"expected": 99}, StaleVersion),
        ("prison", (), {"reason": "so"}, cases_actions.NeedsAReason),
    ],
)
def test_a_move_that_cannot_stand_changes_nothing(
    world: World,
    cbt: Course,
    setting: str,
    in_place: tuple[str, ...],
    more: dict[str, Any],
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        moved(world, cbt, setting, *in_place, **more)
    assert places.setting_of(fresh_case(world)) == "community"
    assert place(world, cbt) is None
