"""Sessions, notes and homework, each with its reader; and where a course stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Exists, OuterRef

from alongside import catalogue
from alongside.calendar import queries as calendar
from alongside.delivery.models import (
    Addition,
    Artefact,
    Attendance,
    Homework,
    ProgressNote,
    StepRecord,
    TherapySession,
)
from alongside.delivery.rules import FREE_PART
from alongside.engine.protocols.shapes import Protocol
from alongside.engine.protocols.steps import CourseState, RecordState, course_state
from alongside.engine.protocols.steps import StepRecord as StepFact
from alongside.plans import queries as plans
from alongside.plans import together
from alongside.plans.models import Course
from alongside.records import prepared


def sessions(*, seen_by: Any) -> Any:
    return TherapySession.objects.visible_to(seen_by).select_related(
        "course__plan__case", "circle__focus", "practitioner__person", "booking"
    )


def of_course(*, seen_by: Any, course: Course) -> list[Any]:
    """The sessions of a course, held or not, with who came; two queries."""
    found = list(sessions(seen_by=seen_by).filter(course=course).order_by("held_at", "number"))
    came: dict[UUID, list[Attendance]] = {session.pk: [] for session in found}
    rows = Attendance.objects.visible_to(seen_by).filter(session__in=found)
    for row in rows.select_related("person"):
        came[row.session_id].append(row)
    for session in found:
        session.came = came[session.pk]
    return found


def notes(*, seen_by: Any) -> Any:
    return ProgressNote.objects.visible_to(seen_by).select_related(
        "session__course__plan__case", "circle__focus", "about", "written_by"
    )


def unsigned(*, seen_by: Any, at: datetime) -> Any:
    """The reader's own drafts of sessions that are over, the longest waiting first."""
    return (
        notes(seen_by=seen_by)
        .filter(signed_at=None, written_by__in=seen_by.persons, session__held_at__lte=at)
        .order_by("session__held_at", "pk")
    )


def held_and_unsigned(until: datetime, *, seen_by: Any) -> list[UUID]:
    """The ids of the reader's own drafts of sessions that were over by a moment."""

    def rows(until: datetime) -> Any:
        drafts = unsigned(seen_by=seen_by, at=until)
        return drafts.select_related(None).order_by().values_list("pk", flat=True)

    return prepared.rows("delivery.unsigned", rows, seen_by=seen_by, until=until)


def notes_of(*, seen_by: Any, sessions: Iterable[Any]) -> dict[UUID, list[ProgressNote]]:
    """The notes of sessions, by session: one about each who came, longest known first."""
    found: dict[UUID, list[ProgressNote]] = {each.pk: [] for each in sessions}
    rows = notes(seen_by=seen_by).filter(session__in=list(found))
    for row in rows.order_by("about__created_at", "about_id"):
        found[row.session_id].append(row)
    return found


def note_of(*, seen_by: Any, session: TherapySession) -> ProgressNote | None:
    """The note of a session, if this reader may read it; of several the first."""
    return next(iter(notes_of(seen_by=seen_by, sessions=[session])[session.pk]), None)


def parts_of_note(note: ProgressNote) -> tuple[str, ...]:
    """The ids of the parts a note may have: the lines of its protocol's skeleton, and one more."""
    skeleton = plans.protocol_at(note.session.course, note.session.held_at).skeleton
    return (*(line.id for line in skeleton), FREE_PART)


def attendance(*, seen_by: Any, session: TherapySession) -> list[Attendance]:
    """Who came to one session."""
    rows = Attendance.objects.visible_to(seen_by).filter(session=session)
    return list(rows.select_related("person").order_by("person__created_at", "person_id"))


def steps_in(*, seen_by: Any, session: TherapySession) -> list[StepRecord]:
    """What of the protocol was done in one session."""
    rows = StepRecord.objects.visible_to(seen_by).filter(session=session)
    return list(rows.order_by("done_at", "pk"))


def steps_of(*, seen_by: Any, course: Course) -> dict[str, StepRecord]:
    """The last record of each step of a course."""
    rows = StepRecord.objects.visible_to(seen_by).filter(course=course)
    return {row.step: row for row in rows.order_by("done_at", "pk")}


def untold(*, seen_by: Any, at: datetime, circle: UUID | None = None) -> Any:
    """Bookings that have begun and of which nobody has said what happened, oldest first.

    What came of a planned meeting is told on its own page.
    """
    rows = calendar.bookings(seen_by=seen_by).filter(
        starts_at__lte=at, cancelled_at=None, session=None
    )
    rows = rows.exclude(about__startswith="meeting:")
    if circle is not None:
        rows = rows.filter(circle=circle)
    return rows.order_by("starts_at", "pk")


def to_tell(*, seen_by: Any, at: datetime) -> Any:
    """Of those, what the reader gave for a course that runs, once the time is over."""
    runs = Course.objects.visible_to(seen_by).filter(
        circle=OuterRef("circle"), started_at__isnull=False, ended_at=None
    )
    mine = untold(seen_by=seen_by, at=at).filter(practitioner__person__in=seen_by.persons)
    return mine.filter(Exists(runs), ends_at__lte=at, about__startswith="course:")


def over_and_untold(until: datetime, *, seen_by: Any) -> list[UUID]:
    """The ids of those that were over by a moment."""

    def rows(until: datetime) -> Any:
        found = to_tell(seen_by=seen_by, at=until).select_related(None)
        return found.order_by().values_list("pk", flat=True)

    return prepared.rows("delivery.untold", rows, seen_by=seen_by, until=until)


def additions(*, seen_by: Any, note: ProgressNote) -> Any:
    return (
        Addition.objects.visible_to(seen_by)
        .filter(note=note)
        .select_related("written_by")
        .order_by("signed_at")
    )


def homework(*, seen_by: Any) -> Any:
    return Homework.objects.visible_to(seen_by).select_related(
        "about", "course__plan__case", "session", "circle__focus"
    )


def to_try(*, seen_by: Any) -> Any:
    """What was agreed to try and nobody told of yet. With the case closes what it asked for."""
    return homework(seen_by=seen_by).filter(
        told_at=None, reviewed_at=None, course__plan__case__closed_at=None
    )


def state_of(*, course: Course, seen_by: Any, at: datetime) -> CourseState:
    """Where a course stands: its phase, the next steps, the locked ones and why."""

    def steps(course: UUID) -> Any:
        rows = StepRecord.objects.visible_to(seen_by).filter(course=course)
        return rows.order_by("done_at", "pk")

    def sessions_held(course: UUID) -> Any:
        rows = TherapySession.objects.visible_to(seen_by).filter(course=course, held=True)
        return rows.order_by().values_list("pk", flat=True)

    done = prepared.rows("delivery.steps", steps, seen_by=seen_by, course=course.pk)
    held = len(prepared.rows("delivery.held", sessions_held, seen_by=seen_by, course=course.pk))
    protocol, beside = plans.protocol_of(course), together.beside(course, at)
    seen = plans.seen_of(course, at, beside=beside)
    return course_state(
        protocol,
        records=[
            StepFact(row.step, cast(RecordState, row.state), row.done_at.date(), None, row.reason)
            for row in done
            if row.step in protocol.step_ids  # what only a former version had stays on record
        ],
        gates=catalogue.current().gates,
        have=seen.words,
        released=plans.released(course, at),
        variant=course.variant,
        artefacts=_forms_kept(
            protocol, course.variant, done, artefacts_kept(seen_by=seen_by, course=course)
        ),
        sessions_held=held,
        sessions_planned=course.sessions_planned,
        started_on=course.started_at.date() if course.started_at else None,
        on=at.date(),
        also=beside.at_steps,
        seen=seen,
    )


def artefacts_kept(*, seen_by: Any, course: Course) -> dict[str, int]:
    """How many complete sheets there are of each form of a course, by the form's id."""

    def rows(course: UUID) -> Any:
        complete = Artefact.objects.visible_to(seen_by).filter(
            course=course, superseded_at=None, is_complete=True
        )
        return complete.values_list("form", flat=True)

    found = Counter(prepared.rows("delivery.kept", rows, seen_by=seen_by, course=course.pk))
    return {name.partition("/")[2].partition("@")[0]: count for name, count in found.items()}


def forms_wanted(protocol: Protocol, variant: str, form: str) -> int:
    """How many of a form its step is done with: as many as a phase asks for, one at least."""
    needs = [need for phase in protocol.phases_of(variant) for need in phase.artefacts]
    return max((need.at_least for need in needs if need.form == form), default=1)


def _forms_kept(
    protocol: Protocol, variant: str, done: list[StepRecord], written: dict[str, int]
) -> dict[str, int]:
    """How many of each form exist: those written here, and those a step says are on paper.

    A step that is done with its form on paper has as many as its phase asks for; one done in part
    has one; one left out with a reason counts where the protocol takes a reason instead.
    """
    latest = {row.step: row for row in done}
    kept = dict(written)
    for phase in protocol.phases_of(variant):
        for need in phase.artefacts:
            for step in phase.steps:
                row = latest.get(step.id)
                if row is None or step.artefact != need.form:
                    continue
                if row.state == "left_out" and need.or_reason:
                    kept[need.form] = max(kept.get(need.form, 0), need.at_least)
                elif row.on_paper:
                    number = need.at_least if row.state == "done" else 1
                    kept[need.form] = max(kept.get(need.form, 0), number)
    return kept
