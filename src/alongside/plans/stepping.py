"""Step up, step down or switch: one course gives way to the next without a gap between them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alongside.calendar import ending as times
from alongside.cases import actions as cases
from alongside.plans import actions, queries, rules
from alongside.plans.models import Course
from alongside.records.actions_base import action
from alongside.records.errors import Refused


class NotTheNext(Refused):
    """What comes next is another course of the same plan that has neither begun nor ended."""


class NotRunning(Refused):
    """Only a course that has started gives way to another."""


@action
def change_course(
    *,
    course: Course,
    to: Course,
    kind: str,
    completion: str,
    reason: str,
    expected: int,
    by: Any,
    at: datetime,
) -> Course:
    """End a course and start the next one in its place, or change nothing at all.

    The next course stands in the plan already and is agreed to, so nobody is without help while
    its gates are opened. With a gate still closed the former course goes on. Times to come stay
    kept for the next one where it is for the same people, by the same practitioner.

    Args:
        kind: ``step_up``, ``step_down`` or ``switch``.
        completion: how the former course ended, a word of ``rules.BEFORE_NEXT``.
        reason: why, in a full sentence; kept as a decision and with the former course.
        expected: the version of the former course that was read.

    Returns:
        The course that runs now.

    Raises:
        NotTheNext, NotRunning, UnknownWord, AlreadyEnded, StaleVersion; GatesClosed with the gates
        of the next course; the reasons ``cases.record_decision`` refuses.

    Source: stepped care, as content/tracking says when a course is looked at.
    """
    by.confirm("E", course.plan)
    if course.ended_at:
        raise actions.AlreadyEnded(course=course)
    if course.started_at is None:
        raise NotRunning(course=course)
    if kind not in rules.CHANGES:
        raise actions.UnknownWord(field="kind", value=kind)
    if completion not in rules.BEFORE_NEXT:
        raise actions.UnknownWord(field="completion", value=completion)
    if to.plan_id != course.plan_id or to.pk == course.pk or to.started_at or to.ended_at:
        raise NotTheNext(course=to)
    cases.record_decision(
        circle=course.circle,
        kind="step",
        chosen=kind,
        about=f"course:{to.pk}",
        reason=reason,
        shown={"from": course.protocol, "variant": course.variant, "course": str(course.pk)},
        by=by,
        at=at,
    )
    if to.deliverer_id == course.deliverer_id and set(queries.treated_by(to)) == set(
        queries.treated_by(course)
    ):
        times.hand_over(
            circle=course.circle_id, about=f"course:{course.pk}", to=f"course:{to.pk}", by=by, at=at
        )
    actions.end_course(
        course=course, completion=completion, words=reason, expected=expected, by=by, at=at
    )
    return actions.start_course(course=to, by=by, at=at)
