"""Groups: how close they feel, how far they agree, and when a mean of them may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from alongside.engine.outcomes.numbers import NotAFigure, Number, checked

SOURCE = "James, Demaree & Wolf 1984"
AVERAGING = 0.70  # usual line for showing a mean
FEEDBACK_FROM = 4  # members; fewer would show each other's answers


@dataclass(frozen=True, slots=True)
class Cohesion:
    """One group's ratings: mean, variance, and how far they agree (0 to 1)."""

    n: int
    mean: float
    variance: float
    agreement: float

    @property
    def may_be_averaged(self) -> bool:
        """Do they agree enough for a mean to stand for all?"""
        return self.agreement >= AVERAGING

    @property
    def may_be_fed_back(self) -> bool:
        """Are there enough members for the group to be shown its own mean?"""
        return self.n >= FEEDBACK_FROM


def cohesion(ratings: Sequence[Number], *, options: int) -> Cohesion:
    """How close a group feels and how far its members agree.

    Args:
        ratings: one a member, in points of the scale; at least 2.
        options: how many answers the scale has.

    Returns:
        Mean and ``rwg = 1 - s**2 / ((options**2 - 1) / 12)``, set to 0 when it is negative.

    Refuses:
        NotAFigure: fewer than 2 ratings, a rating that is not finite or spans more than the
        scale, fewer than 2 options.

    Source: James, Demaree & Wolf 1984.
    """
    values = [checked("a rating", value) for value in ratings]
    if len(values) < 2:
        raise NotAFigure("the number of ratings", len(values), "2 or more")
    if options < 2:
        raise NotAFigure("the number of options", options, "2 or more")
    if max(values) - min(values) > options - 1:
        raise NotAFigure(
            "the span of the ratings", max(values) - min(values), f"{options - 1} or less"
        )
    spread = variance(values)
    by_chance = (options**2 - 1) / 12
    return Cohesion(len(values), fmean(values), spread, max(0.0, 1 - spread / by_chance))


def nesting(groups: Sequence[Sequence[Number]]) -> float:
    """ICC(1): how much of the difference between people lies between their groups.

    Args:
        groups: the ratings of each group; at least 2 groups, 3 ratings in all, and a group with
            more than one.

    Returns:
        From one-way analysis of variance, with the mean size corrected for unequal groups. It
        can be slightly negative, which means none.

    Refuses:
        NotAFigure: too few groups or ratings, or no difference between any.

    Source: Shrout & Fleiss 1979.
    """
    given = [[checked("a rating", value) for value in group] for group in groups if group]
    sizes = [len(group) for group in given]
    total = sum(sizes)
    if len(given) < 2:
        raise NotAFigure("the number of groups", len(given), "2 or more")
    if total <= len(given):
        raise NotAFigure("the number of ratings", total, f"more than {len(given)}")
    middle = fmean(value for group in given for value in group)
    between = sum(len(group) * (fmean(group) - middle) ** 2 for group in given)
    within = sum((value - fmean(group)) ** 2 for group in given for value in group)
    mean_between, mean_within = between / (len(given) - 1), within / (total - len(given))
    size = (total - sum(each**2 for each in sizes) / total) / (len(given) - 1)
    whole = mean_between + (size - 1) * mean_within
    if whole <= 0:
        raise NotAFigure("the difference between ratings", 0, "more than 0")
    return (mean_between - mean_within) / whole
