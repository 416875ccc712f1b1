"""Writes: capacity and best interests in a case, each with the task to look again (S13)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, time
from typing import Any

from alongside.consent import actions as consent
from alongside.consent import best_interests
from alongside.consent.models import BestInterests, Capacity
from alongside.people.models import Circle, Person
from alongside.records.actions_base import action
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks
from alongside.tasks import queries as task_queries
from alongside.tasks.actions import AlreadyDone

LOOK_AGAIN = "capacity_review"
MEET_AGAIN = "best_interests_review"


@action
def assess(
    *, circle: Circle, person: Person, found: Mapping[str, Any], by: Reader, at: datetime
) -> Capacity:
    """Record an assessment of capacity, and the task to look again on its day.

    Args:
        found: what ``consent.actions.record_capacity`` takes beside who and when; what that
            refuses is refused here.

    The task of an earlier assessment of the same decision is done with it.
    """
    made = consent.record_capacity(circle=circle, person=person, by=by, at=at, **found)
    _look_again(made, LOOK_AGAIN, by=by, at=at)
    return made


@action
def decide(
    *, capacity: Capacity, said: Mapping[str, Any], by: Reader, at: datetime
) -> BestInterests:
    """Record a best-interests meeting, and the task to meet again on its review day.

    Args:
        said: what ``consent.best_interests.decide`` takes beside the assessment and when; what
            that refuses is refused here.
    """
    made = best_interests.decide(capacity=capacity, by=by, at=at, **said)
    _look_again(made, MEET_AGAIN, by=by, at=at)
    return made


def _look_again(made: Any, kind: str, *, by: Reader, at: datetime) -> None:
    about = f"{made.about or 'all'}:{made.person_id}"
    for task in task_queries.open_tasks(seen_by=by).filter(kind=kind, about=about):
        with suppress(AlreadyDone):
            tasks.do_task(task=task, by=by, at=at)
    tasks.make_task(
        institution=made.institution,
        circle=made.circle,
        kind=kind,
        about=about,
        what=kind,
        why=kind,
        for_role="lead",
        due_at=datetime.combine(made.review_on, time(), UTC),
        by=by,
        at=at,
    )
