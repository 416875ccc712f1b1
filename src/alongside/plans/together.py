"""The courses of a circle beside each other: what each waits for in another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.crisis.models import Alert
from alongside.engine.protocols.blend import (
    BlendRule,
    Clash,
    InPlan,
    clashes,
    rules_between,
    session_uses,
    start_uses,
    step_uses,
    words_between,
)
from alongside.engine.protocols.shapes import GateUse
from alongside.plans.models import Course, CoursePerson
from alongside.records import prepared

GATE = "a gate asks what is so, whoever looks"


@dataclass(frozen=True, slots=True)
class Beside:
    """One course and its neighbours at a moment, with the rules that speak of both."""

    course: InPlan
    others: tuple[InPlan, ...]
    rules: tuple[BlendRule, ...]
    at: datetime

    @property
    def words(self) -> frozenset[str]:
        """The words of the rules that hold nothing back now."""
        return words_between(self.course, self.others, self.rules, on=self.at.date())

    @property
    def clashes(self) -> tuple[Clash, ...]:
        """What the course waits for in another now."""
        return clashes(self.course, self.others, self.rules, on=self.at.date())

    @property
    def at_start(self) -> tuple[GateUse, ...]:
        """The gates before its start."""
        return start_uses(self.course, self.rules)

    @property
    def at_sessions(self) -> tuple[GateUse, ...]:
        """The gates before each of its sessions."""
        return session_uses(self.course, self.rules)

    @property
    def at_steps(self) -> dict[str, tuple[GateUse, ...]]:
        """The gates before single steps, by step."""
        return dict(step_uses(self.course, self.rules))


def beside(course: Course, at: datetime, *, without: UUID | None = None) -> Beside:
    """A course and every other one of its circle, and what an alert runs; three queries.

    Args:
        without: one that is left out, since it will have ended.
    """
    known = {one.key: one for one in in_plan(course.circle_id, at)}
    own = known.pop(str(course.pk))
    known.pop(str(without), None)
    others = tuple(known.values())
    return Beside(own, others, rules_between(own, others, catalogue.current().blend.values()), at)


def in_plan(circle: UUID, at: datetime) -> tuple[InPlan, ...]:
    """Every course of a circle as the rules between protocols see it, and what an alert runs."""
    persons: dict[UUID, set[str]] = defaultdict(set)
    for course, person in prepared.rows("together.treated", _treated, circle=circle):
        persons[course].add(str(person))
    rows = prepared.rows("together.courses", _courses, circle=circle)
    found = [_of(row, frozenset(persons[row.pk]), at) for row in rows]
    return (*found, *_by_alerts(circle, at))


def _treated(circle: UUID) -> Any:
    rows = CoursePerson.objects.unscoped(GATE).filter(circle=circle)
    return rows.values_list("course_id", "person_id")


def _courses(circle: UUID) -> Any:
    return Course.objects.unscoped(GATE).filter(circle=circle).order_by("pk")


def _of(course: Course, persons: frozenset[str], at: datetime) -> InPlan:
    started = course.started_at is not None and course.started_at <= at
    ended = course.ended_at is not None and course.ended_at <= at
    return InPlan(
        str(course.pk),
        course.protocol.partition("@")[0],
        course.variant,
        "ended" if ended else "running" if started else "planned",
        persons,
        # One that never began leaves nothing to wait for.
        course.ended_at.date() if course.ended_at and ended and started else None,
    )


def _by_alerts(circle: UUID, at: datetime) -> Iterator[InPlan]:
    """What runs by itself: while an alert of one of its levels is open, released or not."""
    own = {each.id: each.alerts for each in catalogue.current().protocols.values() if each.alerts}

    def rows(circle: UUID, at: datetime) -> Any:
        alerts = Alert.objects.unscoped(GATE).filter(
            circle=circle, raised_at__lte=at, level__in={one for all in own.values() for one in all}
        )
        return alerts.values_list("level", "closed_at")

    known = prepared.rows("together.alerts", rows, circle=circle, at=at)
    for protocol, levels in own.items():
        ends = [end for level, end in known if level in levels]
        over = [end for end in ends if end is not None and end <= at]
        if len(over) < len(ends):
            yield InPlan(protocol, protocol, state="running")
        elif ends:
            yield InPlan(protocol, protocol, state="ended", ended_on=max(over).date())
