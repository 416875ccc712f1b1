"""What waits, in order of the harm if it is left: the worst first, with why it stands there.

Levels and kinds come from content (``content/tasks``), with their sources. Danger to life stands
first whatever else is late; nothing that is late rises into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alongside.engine.terms import Reason

Place = Literal["now", "later"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work: the harm if it is left, and when being late makes it one level worse."""

    id: str
    level: str
    rises_after: timedelta | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class HarmRules:
    """The levels, worst first, each with its words; the kinds; ``soon`` is what counts as now."""

    levels: Mapping[str, str]
    kinds: Mapping[str, Kind]
    unknown: str
    soon: timedelta


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits. ``key`` is the caller's own name for it."""

    key: str
    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """Where it stands, and why: ``level`` as it counts now, ``reasons`` the level's words first."""

    key: str
    place: Place
    level: str
    is_late: bool
    has_risen: bool
    reasons: tuple[Reason, ...]


def in_order_of_harm(
    waiting: Iterable[Waiting], rules: HarmRules, *, at: datetime
) -> tuple[Placed, ...]:
    """Put what waits in order.

    Args:
        waiting: in any order; keys are unique.
        rules: from content.
        at: now.

    Returns:
        What is late or due within ``rules.soon`` first: by level, worst first, the longest
        waiting of a level before the others. Then what is due later, by its day.

    Source: content/tasks/SOURCE.md.
    """
    ranks = {level: rank for rank, level in enumerate(rules.levels)}
    found: list[tuple[tuple[int, int, datetime, str], Placed]] = []
    for each in waiting:
        placed = _placed(each, rules, ranks, at)
        rank = ranks[placed.level] if placed.place == "now" else 0
        found.append(((int(placed.place == "later"), rank, each.due_at, each.key), placed))
    return tuple(placed for _key, placed in sorted(found, key=lambda pair: pair[0]))


def _placed(each: Waiting, rules: HarmRules, ranks: Mapping[str, int], at: datetime) -> Placed:
    kind = rules.kinds.get(each.kind) or Kind(each.kind, rules.unknown)
    late_by = at - each.due_at
    levels = list(rules.levels)
    rank = ranks[kind.level]
    rises = kind.rises_after is not None and late_by >= kind.rises_after and rank > 1
    level = levels[rank - 1] if rises else kind.level
    reasons = [Reason(f"tasks.level.{level}", rules.levels[level], kind.source)]
    if rises:
        words = f"late by {late_by.days} days, so it stands one level higher"
        reasons.append(Reason("tasks.risen", words, kind.source))
    return Placed(
        key=each.key,
        place="now" if each.due_at <= at + rules.soon else "later",
        level=level,
        is_late=late_by > timedelta(0),
        has_risen=rises,
        reasons=tuple(reasons),
    )
