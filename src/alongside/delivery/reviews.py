"""A course that is not on track is looked at together: the task, the review, what is shared.

Whether it is on track is worked out higher up and never kept. What a human must do is a task;
what they decided is a decision, with what was on the table. Nothing here ends a course.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from alongside import catalogue
from alongside.cases import actions as cases
from alongside.cases.actions import BadDate, UnknownWord
from alongside.cases.models import Decision
from alongside.engine.instruments.shapes import Instrument
from alongside.engine.outcomes.tracking import Look
from alongside.plans.models import Course
from alongside.records.actions_base import action
from alongside.records.errors import Unfit
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet
from alongside.tasks import actions as tasks
from alongside.tasks import queries as task_queries
from alongside.tasks.models import Task

KIND, SHARED = "track_review", "track_shared"  # of decisions
DUE, AGAIN = "review_change", "review_again"  # of tasks; gate G9 asks for an open one of the first
WORSE = "outcomes.track.worse"
LONGEST = 2000  # letters of what was found at one point of the checklist


class NotLookedAt(Unfit):
    """A point of the checklist has no answer. ``check`` is the first such one."""

    check: str


class WrongDay(BadDate):
    """The next look is not after today, or later than the rules allow. ``latest`` is the last."""

    latest: date


@dataclass(frozen=True, slots=True)
class Found:
    """What was found at one point of the checklist: a word of content, and own words."""

    answer: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """One review as it was kept."""

    decision: Decision
    found: Mapping[str, Found]
    said: Mapping[str, Any]


@action
def ask_for_review(
    *, course: Course, instrument: Instrument, look: Look, by: Reader, at: datetime
) -> Task | None:
    """Not on track: somebody looks at it with the person and the supervisor, within some days.

    Args:
        look: what was seen, ``engine.outcomes.tracking.look``.

    Returns:
        The task; None when one about this course is open already.
    """
    by.confirm("R", course)
    rules = catalogue.current().tracking
    return tasks.make_task(
        institution=course.institution,
        circle=course.circle,
        kind=DUE,
        about=f"course:{course.pk}",
        what="Not on track: review what is being done",
        why=f"{instrument.name}: {look.start:g} → {look.score:g} ({look.session}/{look.planned})",
        for_role="lead",
        due_at=at + timedelta(days=rules.review_within_days),
        by=by,
        at=at,
    )


@action
def record_review(
    *,
    course: Course,
    found: Mapping[str, Found],
    chosen: str,
    reason: str,
    look_again_on: date,
    said: Mapping[str, Any],
    share: bool,
    by: Reader,
    at: datetime,
) -> Decision:
    """Keep what a review found and decided; it answers the open task and sets the next look.

    Args:
        found: by point of the checklist; each has an answer, if only that it is not known.
        chosen: a word of the rules' ``choices``; none of them ends a course.
        reason: what was decided, in words.
        look_again_on: after today, at most as far ahead as the rules say.
        said: what was on the page: the signal, its reasons, the scores.
        share: the person may read, in fixed words, that the change hoped for is not there yet.

    Raises:
        NotLookedAt; UnknownWord for an answer or a choice that is not in the rules; WrongDay;
        what ``cases.record_decision`` refuses.
    """
    by.confirm("R", course)
    rules, today = catalogue.current().tracking, at.date()
    answers = {each.id for each in rules.answers}
    for check in rules.checklist:
        if check.id not in found or not found[check.id].answer:
            raise NotLookedAt(check=check.id)
        if found[check.id].answer not in answers:
            raise UnknownWord(field=check.id, value=found[check.id].answer)
    if chosen not in {each.id for each in rules.choices}:
        raise UnknownWord(field="chosen", value=chosen)
    latest = today + timedelta(days=rules.look_again_within_days)
    if not today < look_again_on <= latest:
        raise WrongDay(field="look_again_on", latest=latest)
    about = f"course:{course.pk}"
    decision = cases.record_decision(
        circle=course.circle,
        kind=KIND,
        about=about,
        chosen=chosen,
        reason=reason,
        shown={
            **said,
            "checklist": {
                check.id: [found[check.id].answer, found[check.id].words.strip()[:LONGEST]]
                for check in rules.checklist
            },
        },
        until=look_again_on,
        by=by,
        at=at,
    )
    if share:
        cases.record_decision(
            circle=course.circle,
            kind=SHARED,
            about=about,
            chosen="shared",
            reason=reason,
            until=look_again_on,
            by=by,
            at=at,
        )
    _answer_tasks(course, decision, by=by, at=at)
    tasks.make_task(
        institution=course.institution,
        circle=course.circle,
        kind=AGAIN,
        about=about,
        what="Look again whether it is on track",
        for_role="lead",
        due_at=datetime.combine(look_again_on, time(12), UTC),
        by=by,
        at=at,
    )
    return decision


def on_the_table(instrument: Instrument, look: Look) -> dict[str, Any]:
    """What is kept of a look with the decision, so that it is understood years later."""
    return {
        "why": look.why,
        "signal": look.signal,
        "instrument": str(instrument.ref),
        "start": float(look.start),
        "score": float(look.score),
        "session": look.session,
        "planned": look.planned,
        "basis": look.basis,
        "because": [reason.text for reason in look.reasons],
    }


def open_reviews(*, seen_by: Reader) -> ScopedQuerySet:
    """Open tasks for a review that this reader may read, the earliest first."""
    return task_queries.open_tasks(seen_by=seen_by).filter(kind=DUE)


def reviews_of(course: Course, *, seen_by: Reader) -> list[Review]:
    """What was found and decided about a course, newest first."""
    rows = Decision.objects.visible_to(seen_by).filter(kind=KIND, about=f"course:{course.pk}")
    return [_review(row) for row in rows.select_related("written_by").order_by("-decided_at")]


def shared_with(courses: Sequence[Course], *, seen_by: Reader, on: date) -> list[Course]:
    """Of one's own courses, those of which who delivers them shared that change is not there yet.

    Whether it was shared is asked of the decision, whose words stay with the team.
    """
    rows = Decision.objects.unscoped("was it shared with the person? Nothing else of it is read")
    shared = set(
        rows.filter(
            kind=SHARED, about__in=[f"course:{one.pk}" for one in courses], until__gte=on
        ).values_list("about", flat=True)
    )
    return [one for one in courses if f"course:{one.pk}" in shared]


def _review(row: Decision) -> Review:
    said = json.loads(row.shown) if row.shown else {}
    found = {id: Found(*both) for id, both in said.pop("checklist", {}).items()}
    return Review(row, found, said)


def _answer_tasks(course: Course, decision: Decision, *, by: Reader, at: datetime) -> None:
    """What asked for this review is done."""
    rows = task_queries.open_tasks(seen_by=by).filter(
        about=f"course:{course.pk}", kind__in=[DUE, AGAIN]
    )
    for task in rows:
        tasks.do_task(task=task, by=by, at=at, how=decision.chosen)
