"""The courses of a circle on one time line: the phases of each, what was and what is to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.delivery.models import StepRecord, TherapySession
from alongside.engine.protocols.phases import Span, spans
from alongside.engine.protocols.shapes import Protocol
from alongside.plans import together
from alongside.plans.models import Course


@dataclass(frozen=True, slots=True)
class Lane:
    """One course: its phases by day, and whether its days are only planned."""

    course: Course
    protocol: Protocol
    spans: tuple[Span, ...]
    is_planned: bool


def lanes(circle: UUID, *, seen_by: Any, at: datetime) -> tuple[Lane, ...]:
    """Every course of a circle that began or may still begin; four queries and those of a crisis.

    A planned course stands where it may begin: today, or where what it waits for would end.
    """
    rows = [
        row
        for row in Course.objects.visible_to(seen_by)
        .filter(circle=circle)
        .select_related("institution")
        if row.started_at is not None or row.ended_at is None
    ]
    known = catalogue.current().protocols
    rows = [row for row in rows if row.protocol in known]
    rows.sort(key=lambda row: (row.started_at is None, row.started_at or at, str(row.pk)))
    held: dict[UUID, list[date]] = defaultdict(list)
    sessions = TherapySession.objects.visible_to(seen_by).filter(course__in=rows, held=True)
    zone = ZoneInfo(rows[0].institution.zone) if rows else ZoneInfo("UTC")
    for course, moment in sessions.order_by("held_at").values_list("course_id", "held_at"):
        held[course].append(moment.astimezone(zone).date())
    steps: dict[UUID, dict[str, date]] = defaultdict(dict)
    done = StepRecord.objects.visible_to(seen_by).filter(course__in=rows).exclude(state="part")
    told = done.order_by("done_at").values_list("course_id", "step", "done_at")
    for course, step, moment in told:
        steps[course][step] = moment.astimezone(zone).date()
    today, found, ends = at.astimezone(zone).date(), list[Lane](), dict[str, date]()
    for row in rows:
        protocol = known[row.protocol]
        drawn = spans_of(
            row,
            protocol,
            begins=row.started_at.astimezone(zone).date()
            if row.started_at
            else _may_begin(row, ends, at, today),
            held=held[row.pk],
            done=steps[row.pk],
            on=today,
            zone=zone,
        )
        if drawn:
            ends[str(row.pk)] = max(span.ends for span in drawn)
            found.append(Lane(row, protocol, drawn, row.started_at is None))
    return tuple(found)


def spans_of(
    course: Course,
    protocol: Protocol,
    *,
    begins: date,
    held: Sequence[date],
    done: Mapping[str, date],
    on: date,
    zone: ZoneInfo,
) -> tuple[Span, ...]:
    """The phases of one course by day: as its lane is drawn, so is every other picture of them.

    Args:
        held: the days of its sessions, in order. done: by step, the day it was done or left out.
    """
    return spans(
        protocol,
        variant=course.variant,
        begins=begins,
        ended_on=course.ended_at.astimezone(zone).date() if course.ended_at else None,
        held=held,
        phase_ends=_phase_ends(protocol, course.variant, done),
        sessions_planned=course.sessions_planned,
        on=on,
        spacing=catalogue.current().tracking.spacing_days,
        is_planned=course.started_at is None,
    )


def _may_begin(course: Course, ends: Mapping[str, date], at: datetime, today: date) -> date:
    """Today, or the day after what it waits for would have ended."""
    waits = [
        clash.until or ends.get(clash.other, today)
        for clash in together.beside(course, at).clashes
        if clash.kind != "holds"
    ]
    return max([today, *(day + timedelta(days=1) for day in waits)])


def _phase_ends(protocol: Protocol, variant: str, done: Mapping[str, date]) -> dict[str, date]:
    """When each phase was over: its last required step was done, or left out with a reason."""
    found = {}
    for phase in protocol.phases_of(variant):
        needed = [
            step.id
            for step in phase.steps
            if step.required and (not step.variants or variant in step.variants)
        ]
        if needed and all(step in done for step in needed):
            found[phase.id] = max(done[step] for step in needed)
    return found
