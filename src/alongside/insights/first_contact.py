"""The first numbers of a service, from first contact on: how many worries came how far.

What is counted are worries that somebody sent and the steps the service took, never anything
about whom they are about. The denominator of each share is everything that was sent, so whoever
was lost on the way is in it. Small counts are hidden (rule 5.4).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from alongside.cases.models import Concern
from alongside.cases.rules import COMPLETIONS, RAN_OUT
from alongside.engine.outcomes.small_counts import may_show_share, shown_count, shown_parts
from alongside.people.models import Institution
from alongside.plans.models import Course
from alongside.records.reader import system

REASON = "counts from first contact on"
STAGES = ("sent", "read", "opened", "told", "came_in", "began", "ended_as_planned")
AS_PLANNED = frozenset({"completed", "completed_early_recovered", "planned_end_partial"})
ENDS = (*COMPLETIONS, RAN_OUT)


@dataclass(frozen=True, slots=True)
class Stage:
    """How many worries came so far, as it may be shown; ``share`` of all that were sent."""

    word: str
    count: str
    share: float | None


@dataclass(frozen=True, slots=True)
class FromFirstContact:
    """What became of the worries of a stretch of time, and how the cases that closed ended."""

    since: date
    stages: tuple[Stage, ...]
    closed: str
    ends: tuple[tuple[str, str], ...]


def of_institution(*, institution: Institution, since: date, at: datetime) -> FromFirstContact:
    """Count the worries sent from a day on. Two queries; nothing of a single one leaves here.

    Args:
        institution: one the reader belongs to; who may see counts is asked by the page.
    """
    by = system(REASON, at)
    start = datetime.combine(since, time(), ZoneInfo(institution.zone))
    rows = list(
        Concern.objects.visible_to(by)
        .filter(institution=institution, sent_at__gte=start, sent_at__lte=at)
        .values_list(
            "state", "case__circle", "case__disclosed_at", "case__engaged_at", "case__outcome"
        )
    )
    began = set(
        Course.objects.visible_to(by)
        .filter(institution=institution, started_at__isnull=False)
        .values_list("circle", flat=True)
    )
    reached = Counter[str]()
    ends = Counter[str]()
    for row in rows:
        reached.update(_reached(row, began))
        if row[4]:
            ends[row[4]] += 1
    return FromFirstContact(
        since=since,
        stages=tuple(_stage(word, reached[word], reached["sent"]) for word in STAGES),
        closed=shown_count(sum(ends.values())),
        ends=tuple(zip(ENDS, shown_parts([ends[word] for word in ENDS]), strict=True)),
    )


def _reached(row: Sequence[Any], began: set[Any]) -> list[str]:
    """The stages one worry came to. Each is one of those before it: a later step needs them."""
    state, circle, told, came_in, outcome = row
    found = ["sent"]
    if state == "sent":
        return found
    found.append("read")
    if circle is None:
        return found
    found.append("opened")
    for word, is_so in (
        ("told", told is not None),
        ("came_in", came_in is not None),
        ("began", circle in began),
        ("ended_as_planned", circle in began and outcome in AS_PLANNED),
    ):
        if is_so:
            found.append(word)
    return found


def _stage(word: str, count: int, of: int) -> Stage:
    return Stage(word, shown_count(count), count / of if may_show_share(count, of) else None)
