"""Do two raters, or two ways of measuring, agree closely enough to stand for each other?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev
from typing import Literal

from alongside.engine.outcomes.intervals import Interval
from alongside.engine.outcomes.library import library
from alongside.engine.outcomes.numbers import NotAFigure, Number, checked, z_of

SOURCE = "Bland & Altman 1986"
WHAT = "Agreement (a t and an F distribution)"

Weights = Literal["none", "linear", "quadratic"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bland and Altman: the mean difference (bias), and the range of most differences.

    ``trend`` is how much the difference grows with each point of the mean, ``trend_p`` how often
    chance alone shows as much; with a trend the limits are too wide at one end and too narrow at
    the other. ``icc`` is ICC(2,1), None where nobody differs.
    """

    n: int
    bias: float
    sd: float
    low: float
    high: float
    bias_error: float
    limit_error: float
    bias_interval: Interval
    low_interval: Interval
    high_interval: Interval
    trend: float | None
    trend_p: float | None
    icc: float | None
    icc_interval: Interval | None

    def within(self, limit: Number) -> bool:
        """Do the limits lie within a difference that was called harmless beforehand?"""
        most = checked("the clinical limit", limit, above=0)
        return -most <= self.low and self.high <= most


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement on categories beyond chance, with the share of plain agreement beside it."""

    n: int
    agreed: float
    by_chance: float
    kappa: float
    interval: Interval


def limits_of_agreement(
    one: Sequence[Number], other: Sequence[Number], *, confidence: float = 0.95
) -> Limits:
    """The differences between two raters or methods on the same people.

    Args:
        one, other: their ratings, in points, in the same order of people; at least 3 pairs.
        confidence: two-sided, for the intervals (t distribution). The limits themselves are
            always 1.96 standard deviations from the bias.

    Returns:
        Bias, limits and their intervals, the trend of the differences, and ICC(2,1).

    Refuses:
        NotAFigure: fewer than 3 pairs, lists of different length, a rating that is not finite.
        LibraryMissing: the statistics library is not installed.

    Source: Bland & Altman 1986; Shrout & Fleiss 1979 and McGraw & Wong 1996 for ICC(2,1).
    """
    a, b = _pairs(one, other)
    with library(WHAT):
        from scipy import stats
    z_of(confidence)
    n = len(a)
    differences = [x - y for x, y in zip(a, b, strict=True)]
    means = [(x + y) / 2 for x, y in zip(a, b, strict=True)]
    bias, sd = fmean(differences), stdev(differences)
    bias_error = sd / sqrt(n)
    limit_error = sqrt(1 / n + 1.96**2 / (2 * (n - 1))) * sd
    t = float(stats.t.ppf(0.5 + confidence / 2, n - 1))
    low, high = bias - 1.96 * sd, bias + 1.96 * sd
    trend, trend_p = None, None
    if stdev(means) > 0 and sd > 0:
        line = stats.linregress(means, differences)
        trend, trend_p = float(line.slope), float(line.pvalue)
    try:
        icc, icc_interval = intraclass(list(zip(a, b, strict=True)), confidence=confidence)
    except NotAFigure:  # nobody differs
        icc, icc_interval = None, None
    return Limits(
        n=n,
        bias=bias,
        sd=sd,
        low=low,
        high=high,
        bias_error=bias_error,
        limit_error=limit_error,
        bias_interval=Interval(bias - t * bias_error, bias + t * bias_error),
        low_interval=Interval(low - t * limit_error, low + t * limit_error),
        high_interval=Interval(high - t * limit_error, high + t * limit_error),
        trend=trend,
        trend_p=trend_p,
        icc=icc,
        icc_interval=icc_interval,
    )


def kappa(
    one: Sequence[Hashable],
    other: Sequence[Hashable],
    *,
    weights: Weights = "none",
    order: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Kappa:
    """Cohen's kappa for two raters who sort the same people into categories.

    Args:
        one, other: their categories, in the same order of people; at least 2.
        weights: how far apart two categories are: not at all or wholly, by steps, or by their
            square.
        order: all categories from first to last; needed for weights.
        confidence: two-sided; the interval is the large-sample one of Fleiss.

    Returns:
        Kappa from -1 to 1; 0 is what chance alone would give.

    Refuses:
        NotAFigure: fewer than 2 people, lists of different length, weights without an order, a
        category that is not in the order, everybody in one category for both.

    Source: Cohen 1960, 1968; Fleiss, Cohen & Everitt 1969.
    """
    if len(one) != len(other):
        raise NotAFigure("the number of ratings of the second", len(other), f"{len(one)}")
    n = len(one)
    if n < 2:
        raise NotAFigure("the number of people", n, "2 or more")
    if order is None and weights != "none":
        raise NotAFigure("the order of the categories", "missing", "given for weights")
    places = list(order) if order is not None else list(dict.fromkeys([*one, *other]))
    at = {category: place for place, category in enumerate(places)}
    for category in (*one, *other):
        if category not in at:
            raise NotAFigure("a category", category, f"one of {', '.join(map(str, places))}")
    k = len(places)
    cells = [[0.0] * k for _ in range(k)]
    for left, right in zip(one, other, strict=True):
        cells[at[left]][at[right]] += 1 / n
    rows = [sum(row) for row in cells]
    columns = [sum(row[place] for row in cells) for place in range(k)]
    credit = [[_credit(i, j, k, weights) for j in range(k)] for i in range(k)]
    every = [(i, j) for i in range(k) for j in range(k)]
    agreed = sum(cells[i][j] * credit[i][j] for i, j in every)
    chance = sum(rows[i] * columns[j] * credit[i][j] for i, j in every)
    if chance >= 1 - 1e-12:
        raise NotAFigure("the agreement by chance", 1, "below 1: not one category for all")
    value = (agreed - chance) / (1 - chance)
    row_credit = [sum(columns[j] * credit[i][j] for j in range(k)) for i in range(k)]
    column_credit = [sum(rows[i] * credit[i][j] for i in range(k)) for j in range(k)]
    spread = sum(
        cells[i][j] * (credit[i][j] - (row_credit[i] + column_credit[j]) * (1 - value)) ** 2
        for i, j in every
    )
    spread -= (value - chance * (1 - value)) ** 2
    half = z_of(confidence) * sqrt(max(0.0, spread) / n) / (1 - chance)
    return Kappa(
        n, agreed, chance, value, Interval(max(-1.0, value - half), min(1.0, value + half))
    )


def _pairs(one: Sequence[Number], other: Sequence[Number]) -> tuple[list[float], list[float]]:
    if len(one) != len(other):
        raise NotAFigure("the number of ratings of the second", len(other), f"{len(one)}")
    if len(one) < 3:
        raise NotAFigure("the number of pairs", len(one), "3 or more")
    return [checked("a rating", x) for x in one], [checked("a rating", y) for y in other]


def _credit(i: int, j: int, k: int, weights: Weights) -> float:
    if weights == "none" or k == 1:
        return float(i == j)
    apart = abs(i - j) / (k - 1)
    return 1 - (apart if weights == "linear" else apart**2)


def intraclass(
    ratings: Sequence[Sequence[Number]], *, confidence: float = 0.95
) -> tuple[float, Interval | None]:
    """ICC(2,1): raters who stand for all raters, one rating each, agreement in points.

    Args:
        ratings: one row a person, in it the rating of each rater in the same order; at least 3
            people and 2 raters.
        confidence: two-sided.

    Returns:
        The coefficient, which can be slightly negative, and its interval; None for the interval
        where raters agree exactly.

    Refuses:
        NotAFigure: too few, rows of different length, a rating that is not finite, people who do
        not differ at all. LibraryMissing: the statistics library is not installed.

    Source: Shrout & Fleiss 1979, McGraw & Wong 1996.
    """
    with library(WHAT):
        from scipy import stats
    rows = [[checked("a rating", value) for value in row] for row in ratings]
    n, k = len(rows), len(rows[0]) if rows else 0
    if n < 3:
        raise NotAFigure("the number of people", n, "3 or more")
    if k < 2 or any(len(row) != k for row in rows):
        raise NotAFigure("the number of raters", k, "2 or more, the same for everybody")
    people, raters = [fmean(row) for row in rows], [fmean(each) for each in zip(*rows, strict=True)]
    middle = fmean(people)
    between = k * sum((mean - middle) ** 2 for mean in people) / (n - 1)
    judges = n * sum((mean - middle) ** 2 for mean in raters) / (k - 1)
    left = sum(
        (value - person - rater + middle) ** 2
        for row, person in zip(rows, people, strict=True)
        for value, rater in zip(row, raters, strict=True)
    )
    error = left / ((n - 1) * (k - 1))
    whole = between + (k - 1) * error + k * (judges - error) / n
    if whole <= 0 or between <= 0:
        raise NotAFigure("the difference between people", 0, "more than 0")
    icc = (between - error) / whole
    if left <= 0 or icc >= 1:
        return icc, None
    share, top = 0.5 + confidence / 2, k * icc / (n * (1 - icc))
    rest = 1 + k * icc * (n - 1) / (n * (1 - icc))
    below = (top * judges) ** 2 / (k - 1) + (rest * error) ** 2 / ((n - 1) * (k - 1))
    df = (top * judges + rest * error) ** 2 / below if below > 0 else 0.0
    if df <= 0:
        return icc, None
    low_f = float(stats.f.ppf(share, n - 1, df))
    high_f = float(stats.f.ppf(share, df, n - 1))
    shared = k * judges + (k * n - k - n) * error
    low = n * (between - low_f * error) / (low_f * shared + n * between)
    high = n * (high_f * between - error) / (shared + n * high_f * between)
    return icc, Interval(low, high)
