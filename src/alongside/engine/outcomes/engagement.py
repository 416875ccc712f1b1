"""Who came, how soon and how many stayed: shares, waits, and whether a process is steady."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, exp, log, sqrt

from alongside.engine.outcomes.intervals import Interval, wilson
from alongside.engine.outcomes.numbers import NotAFigure, Number, checked, z_of

SOURCE = "our own definition, docs/reference/outcomes.md"


@dataclass(frozen=True, slots=True)
class Waited:
    """Days from the start until it happened, or until we stopped looking."""

    days: float
    happened: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A count, what it is out of, the share, and its Wilson interval."""

    count: int
    of: int
    share: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Step:
    """After so many days: how many were still followed, and the share it had happened to."""

    days: float
    at_risk: int
    happened: int
    share: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a control chart. ``is_out`` when it lies beyond its limits."""

    count: int
    of: int
    share: float
    low: float
    high: float

    @property
    def is_out(self) -> bool:
        return not self.low <= self.share <= self.high


def share_of(count: int, of: int, *, confidence: float = 0.95) -> Share:
    """A share with its Wilson interval. Refuses (NotAFigure) what ``wilson`` refuses."""
    return Share(count, of, count / of if of else 0.0, wilson(count, of, confidence=confidence))


def engaged_within(people: Sequence[Waited], *, days: float = 90) -> Share:
    """The share of those who started that came within so many days.

    Everybody counts, also who was not followed so long: those have not come. The number of
    meetings held is another thing.

    Args:
        people: one each who started; ``days`` until the first treatment contact they attended.
        days: within how many.

    Refuses:
        NotAFigure: nobody, or a wait that is not finite or below 0.

    Source: our own definition, docs/reference/outcomes.md.
    """
    waits = [(_wait(one), one.happened) for one in people]
    return share_of(sum(happened and wait <= days for wait, happened in waits), len(waits))


def kaplan_meier(people: Sequence[Waited], *, confidence: float = 0.95) -> tuple[Step, ...]:
    """How the share it happened to grows with the days, minding who was followed how long.

    Args:
        people: one each; whoever it did not happen to is followed until ``days`` (censored).
        confidence: two-sided; the interval is of the log-minus-log form.

    Returns:
        A step for each day on which it happened to somebody. The share is 1 minus the
        Kaplan-Meier estimate, so it never falls.

    Refuses:
        NotAFigure: nobody, or a wait that is not finite or below 0.

    Source: Kaplan & Meier 1958, Greenwood 1926.
    """
    waits = sorted((_wait(one), one.happened) for one in people)
    if not waits:
        raise NotAFigure("the number of people", 0, "1 or more")
    z, left, spread, at_risk, steps = z_of(confidence), 1.0, 0.0, len(waits), []
    for days, group in groupby(waits, key=lambda one: one[0]):
        here = [happened for _, happened in group]
        now = sum(here)
        if now:
            left *= 1 - now / at_risk
            if now < at_risk:
                spread += now / (at_risk * (at_risk - now))
            steps.append(Step(days, at_risk, now, 1 - left, _around(left, spread, z)))
        at_risk -= len(here)
    return tuple(steps)


def days_until(steps: Sequence[Step], share: float = 0.5) -> float | None:
    """The first day on which the share was reached; None when it never was."""
    return next((step.days for step in steps if step.share >= share - 1e-12), None)


def percentile(values: Sequence[Number], share: float) -> float:
    """The value that this share of all did not exceed (nearest rank; no value is made up).

    Args:
        values: at least one, such as minutes until an alert was taken.
        share: above 0 and up to 1.

    Refuses:
        NotAFigure: no values, one that is not finite, a share outside 0..1.

    Source: our own definition, docs/reference/outcomes.md.
    """
    return of_rising(sorted(checked("a value", value) for value in values), share)


def of_rising(given: Sequence[float], share: float) -> float:
    """``percentile`` of finite values that are in order already, where several shares are asked."""
    if not given:
        raise NotAFigure("the number of values", 0, "1 or more")
    if not 0 < share <= 1:
        raise NotAFigure("the share", share, "above 0 and up to 1")
    return given[max(0, ceil(round(share * len(given), 9)) - 1)]


def control_chart(periods: Sequence[tuple[int, int]]) -> tuple[Point, ...]:
    """Is a share steady over time? Limits of three standard errors around the share of all.

    Args:
        periods: count and number of each period, in the order of time; at least 2.

    Returns:
        A point for each period with its own limits, which never leave 0..1.

    Refuses:
        NotAFigure: fewer than 2 periods, an empty period, a count outside its period.

    Source: Shewhart 1931 (p-chart).
    """
    if len(periods) < 2:
        raise NotAFigure("the number of periods", len(periods), "2 or more")
    for count, of in periods:
        wilson(count, of)
    share = sum(count for count, _ in periods) / sum(of for _, of in periods)
    points = []
    for count, of in periods:
        reach = 3 * sqrt(share * (1 - share) / of)
        points.append(
            Point(count, of, count / of, max(0.0, share - reach), min(1.0, share + reach))
        )
    return tuple(points)


def _wait(one: Waited) -> float:
    days = checked("the days", one.days)
    if days < 0:
        raise NotAFigure("the days", one.days, "0 or more")
    return days


def _around(left: float, spread: float, z: float) -> Interval:
    if left in (0.0, 1.0):
        return Interval(1 - left, 1 - left)
    reach = z * sqrt(spread) / abs(log(left))
    return Interval(1 - left ** exp(-reach), 1 - left ** exp(reach))
