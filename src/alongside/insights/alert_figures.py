"""How alerts were answered, and how many a shift brings: the monthly look of hazard H7.

Of all alerts of code A, B and C that were raised in a span, none left out: what nobody has answered
yet is in the denominator, and counts as answered never. Only an alert whose time to be answered
still runs is not judged yet; how many those are is said. Small counts are hidden (rule 5.4).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.crisis.models import Alert, AlertEvent, Shift
from alongside.engine.outcomes.small_counts import (
    SHARES_FROM,
    may_show_share,
    shown_count,
    shown_parts,
)
from alongside.people.models import Institution
from alongside.records.reader import system

REASON = "counts of alerts and how they were answered"
CODES = ("A", "B", "C")
ANSWERS = ("acknowledged", "closed")  # whoever closes without a word before has answered it
IN_ERROR = "raised_in_error"


@dataclass(frozen=True, slots=True)
class Waits:
    """How long some alerts waited for somebody. None: not shown, or not answered so far.

    Args:
        count: of all of them; running: of these, whose time still runs, not judged in the shares.
        in_time: share that somebody had within the time of its code.
        half, most: within which half, and nine in ten, were answered.
        climbed: share whose first step brought nobody, so that the next ones were told.
    """

    count: str
    running: str
    in_time: float | None
    half: timedelta | None
    most: timedelta | None
    climbed: float | None
    is_enough: bool


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """Everything that the page shows."""

    since: date
    all_codes: Waits
    by_code: Mapping[str, Waits]
    steps_missed: str
    in_error: float | None
    closed: str
    shifts: int
    a_shift: float | None
    unstaffed: str


@dataclass(frozen=True, slots=True)
class _One:
    """An alert as it is counted."""

    service: UUID | None
    level: str
    raised_at: datetime
    within: timedelta
    answered_at: datetime | None
    missed: int
    outcome: str

    def runs(self, at: datetime) -> bool:
        return self.answered_at is None and at < self.raised_at + self.within

    @property
    def in_time(self) -> bool:
        return self.answered_at is not None and self.answered_at <= self.raised_at + self.within


def of_institution(*, institution: Institution, since: date, at: datetime) -> AlertFigures:
    """Count the alerts of an institution since a day. Three queries.

    Args:
        institution: one the reader belongs to; who may see counts is asked by the page.
    """
    start = datetime.combine(since, time(), ZoneInfo(institution.zone))
    alerts = _alerts(institution, start, at)
    by_code = {code: [each for each in alerts if each.level == code] for code in CODES}
    parts = dict(zip(CODES, shown_parts([len(by_code[code]) for code in CODES]), strict=True))
    closed = [each for each in alerts if each.outcome]
    wrong = sum(each.outcome == IN_ERROR for each in closed)
    shifts = _shifts(institution, start, at)
    staffed = sum(_is_staffed(each, shifts) for each in alerts)
    number = sum(len(spans) for spans in shifts.values())
    return AlertFigures(
        since=since,
        all_codes=_waits(alerts, at, shown_count(len(alerts))),
        by_code={code: _waits(each, at, parts[code]) for code, each in by_code.items()},
        steps_missed=shown_count(sum(each.missed for each in alerts)),
        in_error=_share(wrong, len(closed)),
        closed=shown_count(len(closed)),
        shifts=number,
        a_shift=staffed / number if number and staffed >= SHARES_FROM else None,
        unstaffed=shown_count(len(alerts) - staffed),
    )


def _alerts(institution: Institution, start: datetime, at: datetime) -> list[_One]:
    by = system(REASON, at)
    levels = catalogue.current().danger.levels
    rows = (
        Alert.objects.visible_to(by)
        .filter(institution=institution, level__in=CODES)
        .filter(raised_at__gte=start, raised_at__lte=at)
        .values_list("pk", "service", "level", "raised_at", "outcome")
    )
    found = list(rows)
    answered: dict[UUID, datetime] = {}
    missed: Counter[UUID] = Counter()
    for alert, kind, moment in (
        AlertEvent.objects.visible_to(by)
        .filter(institution=institution, kind__in=[*ANSWERS, "escalated"], at__lte=at)
        .filter(alert__raised_at__gte=start)
        .order_by("at")
        .values_list("alert", "kind", "at")
    ):
        if kind != "escalated":
            answered.setdefault(alert, moment)
        elif alert not in answered:
            missed[alert] += 1
    return [
        _One(
            service,
            level,
            raised,
            levels[level].acknowledge_within or timedelta(0),
            answered.get(pk),
            missed[pk],
            outcome,
        )
        for pk, service, level, raised, outcome in found
    ]


def _waits(alerts: Sequence[_One], at: datetime, count: str) -> Waits:
    judged = [each for each in alerts if not each.runs(at)]
    times = sorted(
        each.answered_at - each.raised_at if each.answered_at else timedelta.max for each in judged
    )
    enough = len(judged) >= SHARES_FROM and count != ""
    return Waits(
        count=count,
        running=shown_count(len(alerts) - len(judged)),
        in_time=_share(sum(each.in_time for each in judged), len(judged)) if count else None,
        half=_within(times, 0.5) if enough else None,
        most=_within(times, 0.9) if enough else None,
        climbed=_share(sum(each.missed > 0 for each in judged), len(judged)) if count else None,
        is_enough=enough,
    )


def _within(times: Sequence[timedelta], share: float) -> timedelta | None:
    """The time within which such a share was answered; None when it never was."""
    found = times[ceil(share * len(times)) - 1]
    return None if found == timedelta.max else found


def _share(count: int, of: int) -> float | None:
    return count / of if may_show_share(count, of) else None


def _shifts(
    institution: Institution, start: datetime, at: datetime
) -> dict[UUID, list[tuple[datetime, datetime]]]:
    """The shifts of first persons that ran in the span, by service."""
    rows = (
        Shift.objects.visible_to(system(REASON, at))
        .filter(service__institution=institution, order=1, ended_at=None)
        .filter(starts_at__lte=at, ends_at__gt=start)
    )
    found: dict[UUID, list[tuple[datetime, datetime]]] = {}
    for service, begins, ends in rows.values_list("service", "starts_at", "ends_at"):
        found.setdefault(service, []).append((begins, ends))
    return found


def _is_staffed(alert: _One, shifts: Mapping[UUID, list[tuple[datetime, datetime]]]) -> bool:
    spans = shifts.get(alert.service, []) if alert.service else []
    return any(begins <= alert.raised_at < ends for begins, ends in spans)
