"""Sessions, notes and homework, each with its reader; and where a course stands."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.delivery.models import (
    Addition,
    Attendance,
    Homework,
    ProgressNote,
    StepRecord,
    TherapySession,
)
from alongside.engine.protocols.steps import CourseState, course_state
from alongside.engine.protocols.steps import StepRecord as StepFact
from alongside.plans import queries as plans
from alongside.plans.models import Course


def sessions(*, seen_by: Any) -> Any:
    return TherapySession.objects.visible_to(seen_by).select_related(
        "course__plan__case", "circle__focus", "practitioner__person", "booking"
    )


def of_course(*, seen_by: Any, course: Course) -> list[TherapySession]:
    """The sessions of a course, held or not, with who came; two queries."""
    found = list(sessions(seen_by=seen_by).filter(course=course).order_by("held_at", "number"))
    came: dict[UUID, list[Attendance]] = {session.pk: [] for session in found}
    rows = Attendance.objects.visible_to(seen_by).filter(session__in=found)
    for row in rows.select_related("person"):
        came[row.session_id].append(row)
    for session in found:
        session.came = came[session.pk]  # type: ignore[attr-defined]
    return found


def notes(*, seen_by: Any) -> Any:
    return ProgressNote.objects.visible_to(seen_by).select_related(
        "session__course__plan", "circle__focus", "about", "written_by"
    )


def additions(*, seen_by: Any, note: ProgressNote) -> Any:
    return (
        Addition.objects.visible_to(seen_by)
        .filter(note=note)
        .select_related("written_by")
        .order_by("signed_at")
    )


def homework(*, seen_by: Any) -> Any:
    return Homework.objects.visible_to(seen_by).select_related(
        "about", "course", "session", "circle__focus"
    )


def homework_rate(*, seen_by: Any, course: Course) -> tuple[int, int]:
    """How many tasks were done in full or part, of how many that were told."""
    words = Counter(homework(seen_by=seen_by).filter(course=course).values_list("done", flat=True))
    return words["full"] + words["part"], words["full"] + words["part"] + words["none"]


def state_of(*, course: Course, seen_by: Any, at: datetime) -> CourseState:
    """Where a course stands: its phase, the next steps, the locked ones and why."""
    done = StepRecord.objects.visible_to(seen_by).filter(course=course).order_by("done_at")
    records = [StepFact(row.step, row.state, row.done_at.date(), None, row.reason) for row in done]
    held = TherapySession.objects.visible_to(seen_by).filter(course=course, held=True).count()
    return course_state(
        plans.protocol_of(course),
        records=records,
        gates=catalogue.current().gates,
        have=plans.words(course, at),
        variant=course.variant,
        sessions_held=held,
        sessions_planned=course.sessions_planned,
        started_on=course.started_at.date() if course.started_at else None,
        on=at.date(),
    )
