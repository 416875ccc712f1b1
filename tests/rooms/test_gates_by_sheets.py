"""A way opens its gates by its own sheets: before the start, on the day, and until it stops."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alongside import catalogue
from alongside.catalogue import roots
from alongside.catalogue.chooser import choice_of
from alongside.consent import actions as consent
from alongside.consent import queries as consents
from alongside.delivery import actions as delivery
from alongside.delivery import artefacts, queries
from alongside.plans import actions as plans
from alongside.plans import queries as gates
from alongside.plans.models import Course
from tests.factories import World
from tests.factories.care import (
    agreed_by_all,
    course_of,
    decided,
    give_consent,
    give_title,
    held,
    proposed,
    started,
)

BEFORE: dict[str, dict[str, Any]] = {
    "ect_indication": {
        "psychiatrist": "Dr Imrie",
        "indication": "severe_depression_failed",
        "grounds": "Three medicines and talks did not help",
        "most": 12,
    },
    "ect_authority": {
        "adult": "yes",
        "basis": "written_consent",
        "objection": "none",
        "by": "Dr Imrie",
        "treatments": 12,
    },
    "ect_preassessment": {
        "history": "done",
        "tests": "done",
        "medicines": "Looked through",
        "asa": 2,
        "escort": "His sister",
        "anaesthetist": "fit",
        "name": "Dr Lee",
    },
    "cognition": {"when": "before", "tested": "tested", "moca": 26, "mood": "PHQ-9 22"},
    "ect_clinic": {"clinic": "North", "registered": "accredited"},
}
TODAY = {"asked": "said_yes", "fasting": "yes", "staff": "yes", "names": "Complete"}


@pytest.fixture
def course(world: World) -> Course:
    """A course of ECT as it was proposed and agreed to; the psychiatrist has the title."""
    world.engage_sam()
    found = course_of(world, proposed(world, "ect", variant="", persons=[world.sam]))
    give_title(world, world.asha, "psychiatrist")
    agreed_by_all(world, found)
    return found


def write(world: World, course: Course, form: str, answers: dict[str, Any], **more: Any) -> Any:
    return artefacts.fill_in(
        course=course,
        form=form,
        about=world.sam,
        answers=answers,
        entered_from="session",
        by=world.asha.reader,
        at=more.pop("at", world.moment),
        **more,
    )


def closed(world: World, course: Course) -> set[str]:
    states = gates.start_gates(course=course, seen_by=world.asha.reader, at=world.moment)
    return {state.gate for state in states if not state.is_open}


def prepare(world: World, course: Course) -> None:
    until = (world.moment + timedelta(days=60)).date().isoformat()
    for form, answers in BEFORE.items():
        more = {"valid_until": until} if form == "ect_authority" else {}
        write(world, course, form, {**answers, **more})
    give_consent(world, world.sam, "c_ect", f"course:{course.pk}")


def test_nothing_starts_before_each_of_its_sheets_says_so(world: World, course: Course) -> None:
    hard = {"ect_indication", "ect_consent", "ect_preassessment", "ect_baseline", "ect_clinic"}
    assert closed(world, course) == hard
    with pytest.raises(plans.GatesClosed):
        plans.start_course(course=course, by=world.asha.reader, at=world.moment)
    with pytest.raises(artefacts.CourseNotRunning):
        write(world, course, "ect_treatment", {"number": 1})
    with pytest.raises(delivery.NotStarted):
        delivery.record_step(
            course=course, step="weekly_review", by=world.asha.reader, at=world.moment
        )
    prepare(world, course)
    assert closed(world, course) == set()
    delivery.record_step(course=course, step="indication", by=world.asha.reader, at=world.moment)
    assert plans.start_course(course=course, by=world.asha.reader, at=world.moment).started_at


def test_a_refusal_on_any_day_closes_what_was_open(world: World, course: Course) -> None:
    prepare(world, course)
    given = consents.consents(seen_by=world.asha.reader).get(form="c_ect@1")
    consent.withdraw(consent=given, by=world.asha.reader, at=world.moment)
    assert closed(world, course) == {"ect_consent"}


def test_each_treatment_is_asked_for_on_its_day_and_a_no_ends_the_course(
    world: World, course: Course
) -> None:
    prepare(world, course)
    course = plans.start_course(course=course, by=world.asha.reader, at=world.moment)
    held: dict[str, Any] = {
        "course": course,
        "attendance": {world.sam: "attended"},
        "minutes": 30,
        "by": world.asha.reader,
    }
    day = world.moment + timedelta(days=1)
    with pytest.raises(delivery.GatesClosed) as refused:
        delivery.hold_session(held_at=day, at=day, **held)
    waiting = {state.gate for state in refused.value.states if not state.is_open}
    assert waiting == {"ect_reaffirmed", "ect_ready_today"}
    write(world, course, "ect_today", {**TODAY, "on": day.date().isoformat()}, at=day)
    assert delivery.hold_session(held_at=day, at=day, **held).number == 1
    later = day + timedelta(days=3)
    state = queries.state_of(course=course, seen_by=world.asha.reader, at=later)
    assert dict(state.forms_behind) == {"ect_treatment": 1}
    no = {**TODAY, "asked": "said_no", "on": later.date().isoformat()}
    write(world, course, "ect_today", no, at=later)
    with pytest.raises(delivery.GatesClosed) as stopped:
        delivery.hold_session(held_at=later, at=later, **held)
    assert {state.gate for state in stopped.value.states if not state.is_open} == {
        "ect_reaffirmed",
        "not_stopped",
    }
    state = queries.state_of(course=course, seen_by=world.asha.reader, at=later)
    assert [rule.id for rule in state.stops] == ["withdrawn"]


def test_a_consent_taken_back_between_two_treatments_holds_back_the_next_at_once(
    world: World, course: Course
) -> None:
    prepare(world, course)
    course = plans.start_course(course=course, by=world.asha.reader, at=world.moment)
    for day in (1, 4):
        at = world.moment + timedelta(days=day)
        write(world, course, "ect_today", {**TODAY, "on": at.date().isoformat()}, at=at)
        if day == 4:  # said yes this morning, and took it back before the treatment
            given = consents.consents(seen_by=world.asha.reader).get(form="c_ect@1")
            consent.withdraw(consent=given, by=world.asha.reader, at=at)
            with pytest.raises(delivery.GatesClosed) as refused:
                held(world, course, when=at, at=at, said=frozenset())
            waiting = {one.gate for one in refused.value.states if one.status == "waiting"}
            assert waiting == {"ect_reaffirmed"}
        else:
            assert held(world, course, when=at, at=at, said=frozenset()).number == 1


def test_every_way_can_be_proposed_and_says_what_it_waits_for(world: World) -> None:
    """No protocol is named in Python: one plan after another, each with its own gates and steps."""
    world.engage_sam()
    for way in catalogue.current().protocols.values():
        variant = way.variants[0].id if way.variants else ""
        whom = [world.noor.person] if way.treats in {"relatives", "circle"} else [world.sam]
        plan = proposed(
            world, way.id, variant=variant, persons=whom, sessions_planned=None, summary="As is."
        )
        course = course_of(world, plan)
        state = queries.state_of(course=course, seen_by=world.asha.reader, at=world.moment)
        assert state.next_steps, way.id
        waits = closed(world, course)
        assert waits or way.gates_start == (), way.id
        plans.end_course(
            course=course,
            completion="transferred",
            words="Looked at.",
            expected=course.version,
            by=world.asha.reader,
            at=world.moment,
        )
        plans.end_plan(plan=plan, because="another_way", by=world.asha.reader, at=world.moment)


def test_a_folder_added_at_run_time_is_a_way_like_any_other(world: World, tmp_path: Path) -> None:
    """One folder and nothing else: offered with a reason in both languages, kept apart from other
    talks, proposed, started by its gates, its sheet drawn. No line of Python knows it."""
    world.engage_sam()
    shipped, own = roots()[0], tmp_path / "content"
    folder = shutil.copytree(shipped / "protocols/act/1", own / "protocols/rowing/1")
    for path in folder.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        for old, new in (("[act]", "[rowing]"),
                         ("act_beside", "rowing_beside"), ("ACT", "Rowing")):  # fmt: skip
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    whole = catalogue.build([shipped, own])
    assert whole.problems == ()
    chosen = choice_of(whole, {"needs": ["low_mood"], "seeks_help": "accepts"})
    assert "rowing" in {one.protocol for one in (*chosen.suggested, *chosen.cautioned)}
    assert whole.reasons("es")["protocols/rowing@1/name"].startswith("Terapia")
    assert "rowing_beside_talks" in whole.blend
    with catalogue.installed(whole):
        cbt = started(world, "cbt")
        decided(world, "rowing")
        rowing = plans.add_course(
            plan=cbt.plan, protocol="rowing", variant="short", persons=[world.sam],
            deliverer=world.asha.practitioner, by=world.asha.reader, at=world.moment,
        )  # fmt: skip
        assert "rowing_beside_talks" in closed(world, rowing)
        cbt.refresh_from_db()
        plans.end_course(
            course=cbt, completion="transferred", words="Rowing suits him better.",
            expected=cbt.version, by=world.asha.reader, at=world.moment,
        )  # fmt: skip
        agreed_by_all(world, rowing)
        rowing = plans.start_course(course=rowing, by=world.asha.reader, at=world.moment)
        hook = {"when": "A bill", "hook": "Never enough", "did": "Slept", "long": "Fees"}
        assert write(world, rowing, "hooks", hook).is_complete
        assert held(world, rowing).number == 1
