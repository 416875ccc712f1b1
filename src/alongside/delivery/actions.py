"""Hold a session, write its note, set something to try at home."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Max

from alongside import catalogue
from alongside.access import readers
from alongside.calendar.models import Booking
from alongside.delivery.models import (
    Addition,
    Attendance,
    Homework,
    ProgressNote,
    StepRecord,
    TherapySession,
)
from alongside.engine.protocols import gates as gate_rules
from alongside.engine.protocols import steps as step_rules
from alongside.people.models import Person
from alongside.plans import queries as plan_queries
from alongside.plans.models import Course
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused


class GatesClosed(Refused):
    """Something that must be true before a session is not. ``states`` say what and why."""


class NotStarted(Refused):
    """The course has not started, or has ended."""


class AlreadyTold(Refused):
    """What happened to this booking is written down already."""


class NotHappenedYet(Refused):
    """The session lies in the future."""


class Incomplete(Refused):
    """The note lacks parts that every session has. ``missing`` names them."""


class AlreadySigned(Refused):
    """A signed note is not changed; it is added to."""


class NotTheAuthor(Refused):
    """Only who wrote it signs it."""


class UnknownStep(Refused):
    """The protocol has no such step."""


@action
def hold_session(
    *,
    course: Course,
    attendance: Mapping[Person, str],
    minutes: int,
    held_at: datetime,
    by: Any,
    at: datetime,
    booking: Booking | None = None,
    agenda: Sequence[str] = (),
    said: frozenset[str] = frozenset(),
) -> TherapySession:
    """Write down a session that was held, who came, and begin its note as a draft.

    Args:
        attendance: a word for each person treated; at least one came.
        minutes: how long it took, 1 to 480.
        held_at: when it began, UTC; not after ``at``.
        said: what only the practitioner can say of the day, such as ``fit_today``.

    Raises:
        NotStarted, GatesClosed, NotHappenedYet, AlreadyTold.
    """
    by.confirm_create("session", institution=course.institution_id, circle=course.circle_id)
    if course.started_at is None or course.ended_at is not None:
        raise NotStarted(course=course)
    if held_at > at:
        raise NotHappenedYet(held_at=held_at)
    if not any(word in {"attended", "late"} for word in attendance.values()):
        raise Refused("nobody came: that is a session not held", field="attendance")
    states = plan_queries.session_gates(course=course, seen_by=by, at=at, said=said)
    if not gate_rules.may_start(states):
        raise GatesClosed(states=states)
    _untold(booking)
    me = readers.person_for(by, institution=course.institution_id, circle=course.circle_id)
    sessions = TherapySession.objects.unscoped("number the sessions of this course")
    last = sessions.filter(course=course, held=True).aggregate(last=Max("number"))["last"] or 0
    session = TherapySession.objects.create(
        institution_id=course.institution_id,
        circle_id=course.circle_id,
        course=course,
        booking=booking,
        practitioner=course.deliverer,
        written_by=me,
        number=last + 1,
        held=True,
        held_at=held_at,
        minutes=minutes,
        agenda=json.dumps(list(agenda), ensure_ascii=False) if agenda else "",
    )
    _attend(session, attendance)
    first = next(iter(attendance))
    ProgressNote.objects.create(
        institution_id=course.institution_id,
        circle_id=course.circle_id,
        session=session,
        about=first,
        written_by=me,
        changed_at=at,
    )
    audit.write("delivery.session_held", by=by, at=at, about=session)
    return session


@action
def not_held(
    *,
    course: Course,
    because: str,
    when: datetime,
    by: Any,
    at: datetime,
    booking: Booking | None = None,
    attendance: Mapping[Person, str] | None = None,
) -> TherapySession:
    """Write down a session that was not held, and why. It is an outcome, not a gap."""
    by.confirm_create("session", institution=course.institution_id, circle=course.circle_id)
    _untold(booking)
    me = readers.person_for(by, institution=course.institution_id, circle=course.circle_id)
    sessions = TherapySession.objects.unscoped("number the sessions of this course")
    last = sessions.filter(course=course, held=True).aggregate(last=Max("number"))["last"] or 0
    session = TherapySession.objects.create(
        institution_id=course.institution_id,
        circle_id=course.circle_id,
        course=course,
        booking=booking,
        practitioner=course.deliverer,
        written_by=me,
        number=last + 1,
        held=False,
        held_at=when,
        not_held_because=because,
    )
    _attend(session, attendance or {})
    audit.write(
        "delivery.session_not_held", by=by, at=at, about=session, detail={"because": because}
    )
    return session


@action
def write_note(
    *, note: ProgressNote, parts: Mapping[str, str], expected: int, by: Any, at: datetime
) -> ProgressNote:
    """Save the draft of a note. Blank parts are allowed until it is signed.

    Raises:
        AlreadySigned, NotTheAuthor; StaleVersion with the row as it is now.
    """
    by.confirm("E", note)
    _draft_of(note, by)
    note.parts = json.dumps({k: v for k, v in parts.items() if v.strip()}, ensure_ascii=False)
    note.changed_at = at
    note.save_version(expected, ["parts", "changed_at"])
    audit.write("delivery.note_changed", by=by, at=at, about=note)
    return note


@action
def sign_note(*, note: ProgressNote, expected: int, by: Any, at: datetime) -> ProgressNote:
    """Sign a note. From then on it is only added to.

    Raises:
        Incomplete: a part that every session of the protocol has is blank.
    """
    by.confirm("S", note)
    _draft_of(note, by)
    written = json.loads(note.parts or "{}")
    protocol = catalogue.current().protocol(note.session.course.protocol)
    missing = step_rules.missing_agenda(protocol, written.keys())
    if missing:
        raise Incomplete(missing=missing)
    note.signed_at = at
    note.save_version(expected, ["signed_at"])
    audit.write("delivery.note_signed", by=by, at=at, about=note)
    return note


@action
def add_to_note(*, note: ProgressNote, words: str, by: Any, at: datetime) -> Addition:
    """Correct or complete a signed note by adding to it."""
    by.confirm("C", note)
    if note.signed_at is None:
        raise Refused("this note is a draft: change it", note=note)
    if not words.strip():
        raise Refused("an addition needs words", field="words")
    addition = Addition.objects.create(
        institution_id=note.institution_id,
        circle_id=note.circle_id,
        note=note,
        about_id=note.about_id,
        written_by=readers.person_for(by, institution=note.institution_id, circle=note.circle_id),
        words=words,
        signed_at=at,
    )
    audit.write("delivery.addition_signed", by=by, at=at, about=note)
    return addition


@action
def record_step(
    *,
    course: Course,
    step: str,
    by: Any,
    at: datetime,
    state: str = "done",
    reason: str = "",
    session: TherapySession | None = None,
) -> StepRecord:
    """Write down that a step of the protocol was done, in part, or left out and why."""
    by.confirm_create("session", institution=course.institution_id, circle=course.circle_id)
    protocol = catalogue.current().protocol(course.protocol)
    steps = {s.id for phase in protocol.phases_of(course.variant) for s in phase.steps}
    if step not in steps:
        raise UnknownStep(step=step)
    if state == "left_out" and not reason.strip():
        raise Refused("say why the step is left out", field="reason")
    record = StepRecord.objects.create(
        institution_id=course.institution_id,
        circle_id=course.circle_id,
        course=course,
        session=session,
        step=step,
        state=state,
        reason=reason,
        done_at=at,
        written_by=readers.person_for(
            by, institution=course.institution_id, circle=course.circle_id
        ),
    )
    audit.write("delivery.step_recorded", by=by, at=at, about=course, detail={"step": step})
    return record


@action
def set_homework(
    *,
    session: TherapySession,
    about: Person,
    task: str,
    by: Any,
    at: datetime,
    why: str = "",
    when_where: str = "",
    difficulty: int | None = None,
    due_on: date | None = None,
) -> Homework:
    """Agree on something to try before the next session. Difficulty 0 to 10, if rated."""
    by.confirm_create("homework", institution=session.institution_id, circle=session.circle_id)
    if not task.strip():
        raise Refused("say what is to be tried", field="task")
    homework = Homework.objects.create(
        institution_id=session.institution_id,
        circle_id=session.circle_id,
        course_id=session.course_id,
        session=session,
        about=about,
        written_by=readers.person_for(
            by, institution=session.institution_id, circle=session.circle_id
        ),
        task=task,
        why=why,
        when_where=when_where,
        difficulty=difficulty,
        set_at=at,
        due_on=due_on,
    )
    audit.write("delivery.homework_set", by=by, at=at, about=homework)
    return homework


@action
def tell_homework(
    *,
    homework: Homework,
    done: str,
    expected: int,
    by: Any,
    at: datetime,
    obstacle: str = "",
    learning: str = "",
) -> Homework:
    """Write down what came of it: none, part or full. None of the three is a failure."""
    if homework.about_id in by.persons:
        by.confirm("R", homework)
    else:
        by.confirm("E", homework)
    if homework.reviewed_at:
        raise AlreadySigned(homework=homework)
    homework.done, homework.obstacle, homework.learning = done, obstacle, learning
    homework.told_at = at
    homework.save_version(expected, ["done", "obstacle", "learning", "told_at"])
    audit.write("delivery.homework_reviewed", by=by, at=at, about=homework, detail={"done": done})
    return homework


@action
def review_homework(*, homework: Homework, expected: int, by: Any, at: datetime) -> Homework:
    """Mark that it was looked at together."""
    by.confirm("E", homework)
    homework.reviewed_at = at
    homework.save_version(expected, ["reviewed_at"])
    audit.write("delivery.homework_reviewed", by=by, at=at, about=homework)
    return homework


def _attend(session: TherapySession, attendance: Mapping[Person, str]) -> None:
    for person, word in attendance.items():
        Attendance.objects.create(
            session=session,
            institution_id=session.institution_id,
            circle_id=session.circle_id,
            person=person,
            word=word,
        )


def _untold(booking: Booking | None) -> None:
    if booking is None:
        return
    told = TherapySession.objects.unscoped("a booking is told once").filter(booking=booking)
    if told.exists():
        raise AlreadyTold(booking=booking)


def _draft_of(note: ProgressNote, by: Any) -> None:
    if note.signed_at is not None:
        raise AlreadySigned(note=note)
    if not by.is_system and note.written_by_id not in by.persons:
        raise NotTheAuthor(note=note)
