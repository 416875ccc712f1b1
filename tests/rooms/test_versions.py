"""A course keeps the version it began with until somebody moves it, and what was done stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alongside.cases import queries as cases
from alongside.cases.actions import NeedsAReason
from alongside.delivery import actions as delivery
from alongside.delivery import artefacts, on_time, schedule
from alongside.delivery import queries as progress
from alongside.engine.protocols.versions import asks_again
from alongside.insights import timeline
from alongside.plans import actions, queries, versioning
from alongside.plans.models import Course
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.records.models import AuditEvent
from tests.factories import World
from tests.factories.care import answer, held, note_of
from tests.factories.versions import own, publish_cbt

__all__ = ["own"]
WHY = "The new version asks about sleep, which he wants to work on."


def fresh(course: Course) -> Course:
    found: Course = Course._base_manager.select_related("plan", "circle").get(pk=course.pk)
    return found


def moved(world: World, course: Course, **more: Any) -> Course:
    given: dict[str, Any] = {
        "to": "cbt@2",
        "reason": WHY,
        "expected": course.version,
        "by": world.asha.reader,
        "at": world.moment,
        **more,
    }
    return versioning.move_to_version(course=course, **given)


def asked(world: World, course: Course) -> dict[tuple[str, str], str]:
    """What Sam is asked in this course, by instrument and occasion: how it stands."""
    rows = schedule.parts([fresh(course)], seen_by=world.asha.reader, at=world.moment)
    return {
        (line.occasion.instrument, line.occasion.slot): line.occasion.state
        for part in rows
        for line in part.lines
    }


PROBLEMS = {"problems": [{"problem": "Getting up"}]}
GAD7 = {f"item_{number}": 1 for number in range(1, 8)}


def test_a_course_stays_on_its_version_until_the_lead_moves_it_through_open_gates(
    own: Path, world: World, cbt: Course
) -> None:
    assert queries.newer_version(cbt) is None
    publish_cbt(own)
    way = queries.newer_version(cbt)
    assert way is not None
    assert (str(way.ref), fresh(cbt).protocol) == ("cbt@2", "cbt@1")
    assert queries.protocol_of(cbt).ref.version == 1
    found = versioning.changes(cbt, way)
    said = {(one.part, one.id): one.word for one in found}
    assert said == {
        ("steps", "sleep"): "new",
        ("steps", "longitudinal"): "gone",
        ("steps", "baseline"): "changed",
        ("gates", "start/baseline"): "changed",
        ("measures", "wsas"): "changed",
        ("measures", "isi"): "changed",
        ("measures", "session_pulse"): "gone",
        ("skeleton", "bridge"): "gone",
    }
    assert asks_again(found)
    # Its gates are asked as if it began today: the second first measure is not there yet.
    waits = queries.gates_on(course=cbt, way=way, seen_by=world.asha.reader, at=world.moment)
    assert {state.gate for state in waits if not state.is_open} == {"baseline"}
    with pytest.raises(actions.GatesClosed):
        moved(world, cbt)
    assert (fresh(cbt).protocol, fresh(cbt).version) == ("cbt@1", cbt.version)
    answer(world, world.sam, "gad7", GAD7)

    for by, error in ((world.bo.reader, NotAllowed), (world.hana.reader, NotAllowed)):
        with pytest.raises(error):
            moved(world, cbt, by=by)
    with pytest.raises(StaleVersion):
        moved(world, cbt, expected=99)
    for wrong in ("cbt@1", "cbt@3", "ipt@1"):
        with pytest.raises(versioning.NotTheNewest):
            moved(world, cbt, to=wrong)
    with pytest.raises(NeedsAReason):
        moved(world, cbt, reason="")
    assert (cbt.protocol, cbt.former) == ("cbt@1", [])  # the page shows it again as it stands
    assert fresh(cbt).former == []

    edition = cbt.plan.edition
    world.at(world.moment + timedelta(minutes=5))
    moved(world, fresh(cbt))
    now = fresh(cbt)
    assert queries.versions_of(now) == ("cbt@1", "cbt@2")
    assert now.plan.edition == edition + 1
    states = queries.session_gates(course=now, seen_by=world.asha.reader, at=world.moment)
    assert isinstance(states, tuple)
    (decision,) = cases.decisions(world.circle, seen_by=world.asha.reader).filter(kind="version")
    assert (decision.chosen, decision.reason) == ("cbt@2", WHY)
    assert cases.shown_of(decision)["from"] == "cbt@1"
    event = AuditEvent.objects.get(word="plans.course_moved")
    assert event.detail == {"before": "cbt@1", "after": "cbt@2"}
    told = [
        (entry.word, dict(entry.facts))
        for entry in timeline.entries(world.circle.pk, seen_by=world.asha.reader, kind="plan")
        if entry.word in ("course_started", "course_moved")
    ]
    assert told == [
        ("course_moved", {"protocol": "cbt@1", "to": "cbt@2", "variant": "depression"}),
        ("course_started", {"protocol": "cbt@1", "variant": "depression"}),
    ]
    with pytest.raises(versioning.NotTheNewest):
        moved(world, now)


def test_what_was_written_before_a_move_keeps_its_version_and_nobody_missed_what_was_not_asked(
    own: Path, world: World, cbt: Course
) -> None:
    publish_cbt(own)
    answer(world, world.sam, "gad7", GAD7)
    for step in ("rationale", "longitudinal"):  # the second one is not in version 2
        given = {"state": "left_out", "reason": "Not now."} if step == "longitudinal" else {}
        delivery.record_step(course=cbt, step=step, by=world.asha.reader, at=world.moment, **given)
    sheet = artefacts.fill_in(
        course=cbt, form="problem_list", about=world.sam, answers=PROBLEMS, entered_from="session",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    session = held(world, cbt)
    note = note_of(world, session)
    assert "bridge" in progress.parts_of_note(note)
    on_time.ask_once(at=world.moment)
    before = asked(world, cbt)
    assert before["wsas", "session:1"] == "due"
    world.at(world.moment + timedelta(days=3))
    moved(world, fresh(cbt))
    now = fresh(cbt)
    # The note of before has the headings of before; a sheet that was begun is finished as it was.
    note = note_of(world, session)
    assert "bridge" in progress.parts_of_note(note)
    assert "bridge" not in {line.id for line in queries.protocol_of(now).skeleton}
    again = artefacts.change(
        artefact=sheet, answers=PROBLEMS, expected=1, by=world.asha.reader, at=world.moment
    )
    assert again.form == "cbt/problem_list@1"
    state = progress.state_of(course=now, seen_by=world.asha.reader, at=world.moment)
    steps = {one.step: one.status for one in state.steps}
    assert steps["rationale"] == "done"
    assert "sleep" in steps
    assert "longitudinal" not in steps
    after = asked(world, now)
    # What version 1 asked before stays as it stands; version 2 asks from the day of the move on.
    assert ("wsas", "session:1") in after
    days = sorted(slot for instrument, slot in after if instrument == "isi" and slot != "start")
    assert days == ["day:2026-03-05", "day:2026-03-06"]
    assert not [key for key, word in after.items() if word == "missed" and key not in before]
