"""How large a change is in standard deviations, always with the name of the denominator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from statistics import correlation, fmean, stdev
from typing import Literal

from alongside.engine.outcomes.intervals import Interval
from alongside.engine.outcomes.numbers import NotAFigure, Number, checked, z_of
from alongside.engine.terms import Direction

SOURCE = "Becker 1988; Hedges & Olkin 1985"

Size = Literal["very small", "small", "medium", "large"]


@dataclass(frozen=True, slots=True)
class ChangeEffect:
    """One group, first against last. Positive is better; it says nothing about the cause.

    ``d`` divides the mean change by the standard deviation of the first scores, ``d_av`` by that
    of both times, ``d_z`` by that of the changes (None when everybody changed alike). ``g`` is
    ``d`` corrected for few people; ``standard_error`` and ``interval`` are those of ``d``.
    """

    n: int
    mean_change: float
    first_sd: float
    last_sd: float
    correlation: float
    d: float
    g: float
    d_av: float
    d_z: float | None
    correction: float
    standard_error: float
    interval: Interval
    g_interval: Interval


@dataclass(frozen=True, slots=True)
class Group:
    """Mean, standard deviation and number of one group's scores."""

    mean: float
    sd: float
    n: int


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """One group against another. Positive when the first group did better."""

    pooled_sd: float
    d: float
    g: float
    correction: float
    standard_error: float
    interval: Interval


def correction(df: float, *, exact: bool = False) -> float:
    """Hedges' correction for few people, from 0 to 1.

    Args:
        df: degrees of freedom, more than 1.
        exact: the gamma form instead of the usual approximation ``1 - 3 / (4 df - 1)``.

    Refuses:
        NotAFigure: ``df`` of 1 or less.

    Source: Hedges & Olkin 1985.
    """
    figure = checked("the degrees of freedom", df, above=1)
    if not exact:
        return 1 - 3 / (4 * figure - 1)
    return exp(lgamma(figure / 2) - lgamma((figure - 1) / 2) - log(figure / 2) / 2)


def change_effect(
    first: Sequence[Number],
    last: Sequence[Number],
    *,
    higher_is: Direction,
    confidence: float = 0.95,
) -> ChangeEffect:
    """The change of one group in standard deviations of its first scores.

    Args:
        first, last: scores in points, in the same order of people; at least 3 pairs.
        higher_is: whether a higher score is worse or better.
        confidence: two-sided, for the intervals.

    Returns:
        The effect sizes with their denominators; the variance of ``d`` is Becker's large-sample
        form, ``2 (1 - r) / n + d**2 / (2 (n - 1))``.

    Refuses:
        NotAFigure: fewer than 3 pairs, lists of different length, a score that is not finite,
        first or last scores that are all the same.

    Source: Becker 1988; Hedges & Olkin 1985.
    """
    if len(first) != len(last):
        raise NotAFigure("the number of last scores", len(last), f"{len(first)}, as of first ones")
    n = len(first)
    if n < 3:
        raise NotAFigure("the number of pairs", n, "3 or more")
    pre = [checked("a first score", value) for value in first]
    post = [checked("a last score", value) for value in last]
    before = checked("the standard deviation of the first scores", stdev(pre), above=0)
    after = checked("the standard deviation of the last scores", stdev(post), above=0)
    sign = 1 if higher_is == "worse" else -1
    changes = [sign * (one - other) for one, other in zip(pre, post, strict=True)]
    mean, spread = fmean(changes), stdev(changes)
    together = correlation(pre, post)
    d, factor = mean / before, correction(n - 1)
    error = sqrt(2 * (1 - together) / n + d * d / (2 * (n - 1)))
    half = z_of(confidence) * error
    return ChangeEffect(
        n=n,
        mean_change=mean,
        first_sd=before,
        last_sd=after,
        correlation=together,
        d=d,
        g=factor * d,
        d_av=mean / sqrt((before**2 + after**2) / 2),
        d_z=mean / spread if spread > 0 else None,
        correction=factor,
        standard_error=error,
        interval=Interval(d - half, d + half),
        g_interval=Interval(factor * (d - half), factor * (d + half)),
    )


def group_effect(
    group: Group, other: Group, *, higher_is: Direction, confidence: float = 0.95
) -> GroupEffect:
    """The distance between two groups in pooled standard deviations, as Hedges' g.

    Args:
        group, other: mean and standard deviation in points, and number of people (2 or more).
        higher_is: whether a higher score is worse or better.
        confidence: two-sided, for the interval.

    Returns:
        ``d``, ``g`` and the interval of ``g``; positive when ``group`` did better.

    Refuses:
        NotAFigure: a figure that is not finite, fewer than 2 people, no spread in both groups.

    Source: Becker 1988; Hedges & Olkin 1985.
    """
    for each in (group, other):
        checked("a mean", each.mean)
        if checked("a standard deviation", each.sd) < 0:
            raise NotAFigure("a standard deviation", each.sd, "0 or more")
        if each.n < 2:
            raise NotAFigure("the number of people in a group", each.n, "2 or more")
    df = group.n + other.n - 2
    squares = (group.n - 1) * group.sd**2 + (other.n - 1) * other.sd**2
    pooled = checked("the pooled standard deviation", sqrt(squares / df), above=0)
    sign = 1 if higher_is == "worse" else -1
    d = sign * (other.mean - group.mean) / pooled
    factor = correction(df)
    g = factor * d
    error = sqrt((group.n + other.n) / (group.n * other.n) + g * g / (2 * (group.n + other.n)))
    half = z_of(confidence) * error
    return GroupEffect(pooled, d, g, factor, error, Interval(g - half, g + half))


def group_of(scores: Sequence[Number]) -> Group:
    """Mean, standard deviation and number of some scores; at least 2."""
    if len(scores) < 2:
        raise NotAFigure("the number of people in a group", len(scores), "2 or more")
    values = [checked("a score", value) for value in scores]
    return Group(fmean(values), stdev(values), len(values))


def size_of(effect: float) -> Size:
    """The conventional word for an effect: small from .2, medium from .5, large from .8."""
    size = abs(checked("the effect", effect))
    if size < 0.2:
        return "very small"
    return "small" if size < 0.5 else "medium" if size < 0.8 else "large"
