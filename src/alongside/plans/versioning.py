"""A course goes on by a newer version of its protocol: only when somebody decides it does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alongside import catalogue
from alongside.cases import actions as cases
from alongside.engine.differing import Difference
from alongside.engine.protocols import gates as gate_rules
from alongside.engine.protocols.shapes import Protocol
from alongside.engine.protocols.versions import asks_again, differences
from alongside.plans import actions, queries
from alongside.plans.models import Course
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused, StaleVersion


class NotTheNewest(Refused):
    """A course moves to the newest version that can be begun here, and to no other."""

    version: str


class NoSuchVariant(Refused):
    """The newer version has no variant of the name this course was planned with."""

    variant: str


def changes(course: Course, way: Protocol) -> tuple[Difference, ...]:
    """What the newer version changes for this course, in its own variant."""
    cat = catalogue.current()
    return differences(
        queries.protocol_of(course),
        way,
        cat.gates,
        variant=course.variant,
        forms_before=cat.artefacts_of(course.protocol),
        forms_after=cat.artefacts_of(str(way.ref)),
    )


def obstacle(course: Course, way: Protocol) -> Refused | None:
    """Why this course cannot go on by that version at all, whatever its gates say."""
    if course.variant and way.variant(course.variant) is None:
        return NoSuchVariant(variant=course.variant)
    if way.treats == "relatives" and course.circle.focus in queries.treated_by(course):
        return actions.NotForThem(persons=queries.treated_by(course))
    return None


@action
def move_to_version(
    *, course: Course, to: str, reason: str, expected: int, by: Any, at: datetime
) -> Course:
    """Let a course go on by the newest version of its protocol.

    The gates of that version are asked as if it began today, and once the course runs those of a
    session too. What was done stays done; notes, sheets and askings of before keep the version
    they were made with. Where the newer version is another plan than the one people agreed to,
    everybody is asked again: a new edition, and its gate waits for their answers.

    Args:
        to: the version that was read, ``cbt@2``.
        reason: why, in a full sentence; kept as a decision with what changes.
        expected: the version of the course that was read.

    Raises:
        AlreadyEnded, StaleVersion, NotTheNewest, NoSuchVariant, NotForThem; GatesClosed with the
        gates that wait; the reasons ``cases.record_decision`` refuses.
    """
    by.confirm("E", course.plan)
    if course.ended_at:
        raise actions.AlreadyEnded(course=course)
    if expected != course.version:
        raise StaleVersion(current=course)
    way = queries.newer_version(course)
    if way is None or str(way.ref) != to:
        raise NotTheNewest(version="" if way is None else str(way.ref))
    if (against := obstacle(course, way)) is not None:
        raise against
    states = queries.gates_on(course=course, way=way, seen_by=by, at=at)
    if not gate_rules.may_start(states):
        raise actions.GatesClosed(states=states)
    found, before = changes(course, way), course.protocol
    cases.record_decision(
        circle=course.circle,
        kind="version",
        chosen=to,
        about=f"course:{course.pk}",
        reason=reason,
        shown={
            "from": before,
            "to": to,
            "changes": [f"{one.part}/{one.id}: {one.word}" for one in found],
        },
        by=by,
        at=at,
    )
    # Only now: a page that was refused shows the course it holds as it stands.
    course.former = [*course.former, {"protocol": before, "until": at.isoformat()}]
    course.protocol = to
    course.save_version(expected, ["former", "protocol"])
    if asks_again(found):
        _another_edition(course)
    audit.write(
        "plans.course_moved",
        by=by,
        at=at,
        about=course,
        detail={"before": before, "after": to},
    )
    return course


def _another_edition(course: Course) -> None:
    """Whoever answered agreed to the plan by the former version."""
    plan = course.plan
    plan.refresh_from_db()
    if queries.is_answered(plan):
        plan.edition += 1
        plan.save_version(plan.version, ["edition"])
