"""What follows when: states, steps, what becomes of a new danger answer, and hours on call."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alongside.engine import risk
from alongside.engine.risk import Level

LIFE_CRITICAL = risk.LIFE_CRITICAL
SAY_AGAIN_AFTER = timedelta(minutes=10)  # a same danger answer is sent again after this long
ONE_PRESS = timedelta(seconds=10)  # the same press again so soon is one try
REOPEN_WITHIN = timedelta(hours=24)  # a same danger answer opens an alert closed this recently
EDGE_AFTER_CLOSING = timedelta(minutes=60)  # on-call reads on this long after closing
CODE_LIVES = timedelta(hours=24)  # a code in a message takes its alert this long
WRONG_CODES, WRONG_CODES_WITHIN = 10, timedelta(minutes=10)  # from one place, then a wait
ROTA_AHEAD = timedelta(days=14)
CHASE_HOURLY_WITHIN = timedelta(hours=48)  # a gap so near is chased each hour, else each day

State = Literal["open", "notified", "acknowledged", "engaged", "closed"]


class Moments(Protocol):
    """The moments an alert keeps."""

    notified_at: datetime | None
    acknowledged_at: datetime | None
    engaged_at: datetime | None
    closed_at: datetime | None


def state(alert: Moments) -> State:
    """Where an alert stands (3.3). Only ``closed`` is not open."""
    if alert.closed_at is not None:
        return "closed"
    if alert.acknowledged_at is not None:
        return "engaged" if alert.engaged_at is not None else "acknowledged"
    return "notified" if alert.notified_at is not None else "open"


# -- steps --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """Who is told at one step of an alert, and how long after the step before."""

    number: int
    after: timedelta
    tell: tuple[str, ...]
    with_emergency_instruction: bool = False


def step(level: Level, number: int) -> Step:
    """The step with this number, from 1. After the last one it is repeated without end (E5)."""
    if number <= 1 or not level.steps:
        return Step(1, timedelta(0), level.first_tell)
    index = number - 2
    if index < len(level.steps):
        here = level.steps[index]
        before = level.steps[index - 1].after if index else timedelta(0)
        return Step(number, here.after - before, here.tell, here.with_emergency_instruction)
    last = level.steps[-1]
    every = level.then_every or timedelta(minutes=5)
    return Step(number, every, last.tell, last.with_emergency_instruction)


def next_step_at(level: Level, number: int, told_at: datetime) -> datetime | None:
    """When the step after ``number`` is due, if that one was due at ``told_at``.

    None for D to G: a task does not climb.
    """
    if not level.is_life_critical:
        return None
    wait = step(level, number + 1).after
    if number <= 1 and level.acknowledge_within is not None:
        wait = min(wait, level.acknowledge_within)
    return told_at + wait


# -- a new danger answer while there is an alert --------------------------------------------------

Becomes = Literal["new", "added", "sent_again", "reopened"]


@dataclass(frozen=True, slots=True)
class Known:
    """What must be known of an alert that is there already."""

    key: object
    level: str
    rule: str
    last_sent_at: datetime
    closed_at: datetime | None


def becomes(
    level: str, rule: str, known: Sequence[Known], at: datetime
) -> tuple[Becomes, Known | None]:
    """What a finding of this level becomes, beside the alerts about the same.

    A more urgent code than any open one is a new alert. The same code, or a less urgent one, is
    added to the most urgent open alert, and sent again if the same code was last sent more than
    ten minutes ago. With none open, an alert of the same rule and code that was closed within the
    last day opens again.
    """
    open_ones = [alert for alert in known if alert.closed_at is None]
    at_least_as_urgent = sorted(
        (alert for alert in open_ones if alert.level <= level), key=lambda alert: alert.level
    )
    if at_least_as_urgent:
        alert = next((a for a in at_least_as_urgent if a.level == level), at_least_as_urgent[0])
        again = alert.level == level and at - alert.last_sent_at > SAY_AGAIN_AFTER
        return ("sent_again" if again and level in LIFE_CRITICAL else "added"), alert
    if not open_ones:
        for alert in known:
            if (
                alert.closed_at is not None
                and (alert.level, alert.rule) == (level, rule)
                and at - alert.closed_at <= REOPEN_WITHIN
            ):
                return "reopened", alert
    return "new", None


# -- dates of D to G ------------------------------------------------------------------------------


def task_due(level: Level, at: datetime, zone: str) -> datetime:
    """When somebody must have looked at a finding of D to G, at 17:00 of the service's zone.

    D by the next working day (3.2); E within 4 weeks; F and G within a week.
    """
    here = ZoneInfo(zone)
    today = at.astimezone(here).date()
    if level.task_due == "next_working_day":
        day = today + timedelta(days=1)
        while day.weekday() >= 5:
            day += timedelta(days=1)
    else:
        day = today + timedelta(days=28 if level.code == "E" else 7)
    return datetime.combine(day, time(17), tzinfo=here).astimezone(UTC)


# -- hours on call --------------------------------------------------------------------------------


class NoSuchZone(ValueError):
    """The time zone has no such name."""


def utc(wall: datetime, zone: str, *, late: bool = False) -> datetime:
    """The moment a clock on the wall shows ``wall`` (naive) in a zone.

    When clocks change, a wall time may be there twice or not at all: the earlier of the two
    moments it may mean is taken, or with ``late`` the later one.
    """
    try:
        here = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise NoSuchZone(zone) from unknown
    both = [wall.replace(tzinfo=here, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(both) if late else min(both)


def shift_span(start: datetime, end: datetime, zone: str) -> tuple[datetime, datetime]:
    """A shift's wall times (naive) as UTC; never shorter than the wall says when clocks change."""
    return utc(start, zone), utc(end, zone, late=True)


Why = Literal["nobody", "same_person", "not_reachable"]


@dataclass(frozen=True, slots=True)
class Watch:
    """One person's hours on call, first (1) or second (2), and until when they can be reached.

    ``reachable_until`` is when the second of their two independent channels lapses; None when
    there are no two.
    """

    who: Hashable
    order: int
    start: datetime
    end: datetime
    reachable_until: datetime | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Time for which nobody counts as first, or as second: nobody is there, or none is reachable.

    ``who`` are those on call then who cannot be reached by two independent channels.
    """

    order: int
    start: datetime
    end: datetime
    why: Why
    who: tuple[Hashable, ...] = ()


def gaps(watches: Iterable[Watch], start: datetime, end: datetime) -> tuple[Gap, ...]:
    """The parts of a stretch of time without a first and a second person (3.4), in order.

    Each must be reachable by two independent channels, and the second one is not the first.
    """
    listed = [watch for watch in watches if watch.start < end and watch.end > start]
    edges = {start, end}
    for watch in listed:
        edges |= {watch.start, watch.end}
        if watch.reachable_until is not None:
            edges.add(watch.reachable_until)
    moments = sorted(moment for moment in edges if start <= moment <= end)
    found: list[Gap] = []
    for here, there in pairwise(moments):
        now = [watch for watch in listed if watch.start <= here and watch.end >= there]
        for order, why, who in _missing(now, here):
            last = next((gap for gap in reversed(found) if gap.order == order), None)
            if last is not None and (last.end, last.why, last.who) == (here, why, who):
                found.remove(last)
                found.append(Gap(order, last.start, there, why, who))
            else:
                found.append(Gap(order, here, there, why, who))
    return tuple(sorted(found, key=lambda gap: (gap.start, gap.order)))


def _missing(now: Sequence[Watch], at: datetime) -> Iterator[tuple[int, Why, tuple[Hashable, ...]]]:
    counts: dict[int, set[Hashable]] = {}
    for order in (1, 2):
        there = [watch for watch in now if watch.order == order]
        counts[order] = {
            watch.who
            for watch in there
            if watch.reachable_until is not None and watch.reachable_until > at
        }
        if not there:
            yield order, "nobody", ()
        elif not counts[order]:
            yield order, "not_reachable", tuple(dict.fromkeys(watch.who for watch in there))
    if counts[1] and counts[1] == counts[2] and len(counts[1]) == 1:
        yield 2, "same_person", tuple(counts[2])


def chased_in(found: Sequence[Gap], at: datetime) -> str:
    """The hour (UTC) in which gaps are told once when one begins within 48 hours, else the day."""
    near = any(gap.start <= at + CHASE_HOURLY_WITHIN for gap in found)
    return f"{at.astimezone(UTC):%Y%m%dT%H}" if near else f"{at.astimezone(UTC):%Y%m%d}"


# -- closing --------------------------------------------------------------------------------------


def clean_fields(given: Mapping[str, object]) -> dict[str, str]:
    """What was filled in to close an alert, without blanks around it."""
    return {name: str(value).strip() for name, value in given.items() if str(value or "").strip()}


def day_of(at: datetime, zone: str) -> date:
    """The day it is in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()
