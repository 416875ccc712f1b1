"""One person, two phases: how far the ratings of the second lie beyond those of the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import erfc, sqrt
from statistics import median
from typing import Literal

from alongside.engine.outcomes.intervals import Interval
from alongside.engine.outcomes.numbers import NotAFigure, Number, checked, exact, z_of
from alongside.engine.terms import Direction

SOURCE = "Parker & Vannest 2009; Parker et al. 2011"
FEWEST = 3  # points a phase, to show anything
ENOUGH = 5  # points in the first phase, to conclude anything
MOST = 2_000  # points a phase: five years of days; every pair is looked at

Overlap = Literal["none", "weak", "medium", "strong"]


@dataclass(frozen=True, slots=True)
class Trend:
    """Kendall's S and tau of one phase against time; positive is getting better.

    ``p`` is two-sided: exact without ties, else with a continuity correction.
    """

    s: int
    tau: float
    p: float


@dataclass(frozen=True, slots=True)
class CorrectedTau:
    """Baseline-corrected Tau. ``slope`` is the points a time that were taken out, 0 if none.

    ``tau`` divides by all pairs of the two phases, ``tau_b`` by Kendall's form for ties, which is
    the one its author gives.
    """

    corrected: bool
    slope: float
    tau: float
    tau_b: float


@dataclass(frozen=True, slots=True)
class SingleCase:
    """What two phases of one person say. Everything is positive when the second is better.

    ``tau_u`` takes out the trend of the first phase and can exceed 1 when that phase got worse:
    show ``first.s`` beside it. ``tau_u_full`` also adds the trend of the second phase.
    """

    first_points: int
    second_points: int
    nap: float
    nap_interval: Interval
    overlap: Overlap
    tau: float
    pnd: float
    first: Trend
    second: Trend
    tau_u: float
    tau_u_full: float
    baseline_corrected: CorrectedTau

    @property
    def is_enough(self) -> bool:
        """Are there enough points before to conclude anything?"""
        return self.first_points >= ENOUGH


def single_case(
    first: Sequence[Number],
    second: Sequence[Number],
    *,
    higher_is: Direction,
    confidence: float = 0.95,
) -> SingleCase:
    """Compare two phases of one person's ratings.

    Args:
        first: ratings before (phase A), in the order of time; at least 3.
        second: ratings during or after (phase B), in the order of time; at least 3.
        higher_is: whether a higher rating is worse or better.
        confidence: two-sided, for the interval of NAP.

    Returns:
        NAP, the share of pairs that improved (ties half; 0.5 is no effect); Tau, pairs better
        minus worse over all pairs; PND, the share of B beyond the best of A; Tau-U in two forms;
        baseline-corrected Tau. The interval of NAP takes days as independent, which daily ratings
        seldom are. The words for NAP (weak to .65, strong from .93) are conventions that we have
        not verified.

    Refuses:
        NotAFigure: fewer than 3 ratings in a phase or more than 2,000, or one that is not finite.

    Source: Newcombe 2006 (method 5) for the interval; Tarlow 2017.
    """
    a, b = _phase("the first phase", first), _phase("the second phase", second)
    better = _better(higher_is)
    pairs = len(a) * len(b)
    s = _between(a, b, better)
    ties = sum(one == other for one in a for other in b)
    share = (s + pairs) / (2 * pairs)
    before, during = trend(a, higher_is=higher_is), trend(b, higher_is=higher_is)
    best = min(a) if higher_is == "worse" else max(a)
    whole = pairs + len(a) * (len(a) - 1) // 2 + len(b) * (len(b) - 1) // 2
    return SingleCase(
        first_points=len(a),
        second_points=len(b),
        nap=share,
        nap_interval=_nap_interval(share, len(a), len(b), z_of(confidence)),
        overlap=overlap_of(share) if ties < pairs else "none",
        tau=s / pairs,
        pnd=sum(better(best, value) > 0 for value in b) / len(b),
        first=before,
        second=during,
        tau_u=(s - before.s) / pairs,
        tau_u_full=(s + during.s - before.s) / whole,
        baseline_corrected=baseline_corrected_tau(a, b, higher_is=higher_is),
    )


def trend(ratings: Sequence[Number], *, higher_is: Direction) -> Trend:
    """Does one phase get better by itself? Kendall's S, counting improving pairs.

    Args:
        ratings: in the order of time, at least 2.
        higher_is: whether a higher rating is worse or better.

    Refuses:
        NotAFigure: fewer than 2 ratings.

    Source: Kendall 1970.
    """
    values = [_number(value) for value in ratings]
    if len(values) < 2:
        raise NotAFigure("the number of ratings", len(values), "2 or more")
    better = _better(higher_is)
    s = sum(better(one, other) for one, other in combinations(values, 2))
    n = len(values)
    return Trend(s, s / (n * (n - 1) // 2), _p_of_trend(values, s))


def baseline_corrected_tau(
    first: Sequence[Number],
    second: Sequence[Number],
    *,
    higher_is: Direction,
    level: float = 0.05,
    always: bool = False,
) -> CorrectedTau:
    """Tau after the trend of the first phase is taken out of both, where there is one.

    Args:
        first, second: as for ``single_case``.
        level: the trend is taken out when its p lies below this.
        always: take it out in any case.

    Returns:
        Tau of the residuals from the Theil-Sen line of the first phase, carried on through the
        second; plain Tau when the trend could be chance.

    Refuses:
        NotAFigure: as for ``single_case``; a level outside 0..1.

    Source: Tarlow 2017, Behav Modif 41:427.
    """
    a, b = _phase("the first phase", first), _phase("the second phase", second)
    if not 0 <= level <= 1:
        raise NotAFigure("the level", level, "from 0 to 1")
    slope = Fraction(0)
    if always or trend(a, higher_is=higher_is).p < level:
        slope = theil_sen(a)
        a = [value - slope * at for at, value in enumerate(a)]
        b = [value - slope * at for at, value in enumerate(b, start=len(a))]
    s = _between(a, b, _better(higher_is))
    pairs, everything = len(a) * len(b), a + b
    total = len(everything) * (len(everything) - 1) // 2
    free = total - sum(count * (count - 1) // 2 for count in _ties(everything))
    tau_b = s / sqrt(pairs * free) if free else 0.0
    return CorrectedTau(slope != 0, float(slope), s / pairs, tau_b)


def theil_sen(ratings: Sequence[Number]) -> Fraction:
    """The median of the slopes between all pairs of points one time apart and more, exact."""
    values = [_number(value) for value in ratings]
    slopes = [
        (other - one) / (later - earlier)
        for (earlier, one), (later, other) in combinations(enumerate(values), 2)
    ]
    if not slopes:
        raise NotAFigure("the number of ratings", len(values), "2 or more")
    return median(slopes)


def overlap_of(nap: float) -> Overlap:
    """The conventional word for NAP; the lines are not verified."""
    if nap <= 0.5:
        return "none"
    return "weak" if nap <= 0.65 else "medium" if nap < 0.93 else "strong"


def _phase(name: str, ratings: Sequence[Number]) -> list[Fraction]:
    if not FEWEST <= len(ratings) <= MOST:
        allowed = f"from {FEWEST} to {MOST}"
        raise NotAFigure(f"the number of ratings in {name}", len(ratings), allowed)
    return [_number(value) for value in ratings]


def _number(value: Number) -> Fraction:
    checked("a rating", value)
    return value if isinstance(value, Fraction) else Fraction(exact(value))


def _better(higher_is: Direction) -> Callable[[Fraction, Fraction], int]:
    """1 when the second value is better than the first, -1 when it is worse, 0 when the same."""
    if higher_is == "worse":
        return lambda one, other: (one > other) - (one < other)
    return lambda one, other: (one < other) - (one > other)


def _between(
    a: list[Fraction], b: list[Fraction], better: Callable[[Fraction, Fraction], int]
) -> int:
    return sum(better(one, other) for one in a for other in b)


def _ties(values: Sequence[Fraction]) -> list[int]:
    counts: dict[Fraction, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return list(counts.values())


def _p_of_trend(values: list[Fraction], s: int) -> float:
    n, ties = len(values), _ties(values)
    if max(ties) == 1 and n <= 60:
        return _exact_p(n, abs(s))
    spread = n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)
    if spread <= 0 or s == 0:
        return 1.0
    return erfc((abs(s) - 1) / sqrt(spread / 18) / sqrt(2))


def _exact_p(n: int, s: int) -> float:
    """How often chance puts n different values into an order with an S this far from 0."""
    # Orders by their number of inversions; each further value adds 0 to `size - 1` of them.
    orders = [1]
    for size in range(2, n + 1):
        longer = [0] * (len(orders) + size - 1)
        for place, count in enumerate(orders):
            for more in range(size):
                longer[place + more] += count
        orders = longer
    pairs = n * (n - 1) // 2
    far = sum(count for at, count in enumerate(orders) if abs(pairs - 2 * at) >= s)
    return min(1.0, far / sum(orders))


def _nap_interval(nap: float, m: int, n: int, z: float) -> Interval:
    half = (m + n) / 2 - 1

    def beyond(share: float) -> float:
        rest = 1 - share
        spread = share * rest * (1 + half * (rest / (2 - share) + share / (1 + share)))
        return (share - nap) ** 2 * m * n - z * z * spread

    return Interval(
        low=_crossing(beyond, 0.0, nap) if nap > 0 else 0.0,
        high=_crossing(beyond, 1.0, nap) if nap < 1 else 1.0,
    )


def _crossing(beyond: Callable[[float], float], outside: float, inside: float) -> float:
    """Where a function that is positive outside and negative inside changes its sign."""
    for _ in range(100):
        middle = (outside + inside) / 2
        if beyond(middle) > 0:
            outside = middle
        else:
            inside = middle
    return (outside + inside) / 2
