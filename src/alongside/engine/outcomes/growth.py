"""Expected courses from many finished ones: a growth curve over the logarithm of the week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

from alongside.engine.outcomes.expected import FEWEST_COURSES
from alongside.engine.outcomes.intervals import Interval
from alongside.engine.outcomes.library import library
from alongside.engine.outcomes.numbers import NotAFigure, Number, checked

SOURCE = "our own rule, docs/reference/outcomes.md"
WHAT = "A growth curve (a mixed model)"
FEWEST_POINTS = 3
EIGHTY = 1.28  # standard errors to an 80 % tolerance band


@dataclass(frozen=True, slots=True)
class Course:
    """One finished course: its first score, and the scores by week after the start."""

    start: float
    scores: Mapping[float, float]


@dataclass(frozen=True, slots=True)
class GrowthCurve:
    """``intercept + slope * ln(1 + week) + by_start * start``, and how people differ around it.

    The coefficients are what is kept and shipped, with the date of the fit and ``courses``.
    """

    courses: int
    points: int
    intercept: float
    slope: float
    by_start: float
    intercept_variance: float
    slope_variance: float
    covariance: float
    residual_variance: float

    def expected(self, start: Number, week: float) -> float:
        """The score expected in a week for somebody who began at ``start``, in points."""
        if not week >= 0:
            raise NotAFigure("the week", week, "0 or more")
        return self.intercept + self.slope * log(1 + week) + self.by_start * float(start)

    def band(self, start: Number, week: float) -> Interval:
        """Where 80 in 100 courses like this one lie in that week."""
        middle, at = self.expected(start, week), log(1 + week)
        spread = (
            self.intercept_variance
            + 2 * at * self.covariance
            + at * at * self.slope_variance
            + self.residual_variance
        )
        reach = EIGHTY * sqrt(max(0.0, spread))
        return Interval(middle - reach, middle + reach)


def growth_curve(courses: Sequence[Course], *, fewest: int = FEWEST_COURSES) -> GrowthCurve:
    """Fit the growth curve of a service's finished courses. Takes seconds: never in a request.

    Args:
        courses: each with its first score and 3 scores or more, weeks counted from the start.
        fewest: how many are needed; 100 unless a test says otherwise.

    Returns:
        The curve, fitted by restricted maximum likelihood with a random intercept and slope.

    Refuses:
        NotAFigure: too few courses with 3 scores, a figure that is not finite, a week below 0.
        LibraryMissing: the statistics library is not installed.

    Source: our own rule, docs/reference/outcomes.md.
    """
    long_enough = [one for one in courses if len(one.scores) >= FEWEST_POINTS]
    if len(long_enough) < fewest:
        raise NotAFigure(
            f"the number of courses with {FEWEST_POINTS} scores",
            len(long_enough),
            f"{fewest} or more",
        )
    scores, rows, slopes, who = [], [], [], []
    for person, one in enumerate(long_enough):
        start = checked("a first score", one.start)
        for week, score in sorted(one.scores.items()):
            if checked("a week", week) < 0:
                raise NotAFigure("a week", week, "0 or more")
            at = log(1 + week)
            scores.append(checked("a score", score))
            rows.append([1.0, at, start])
            slopes.append([1.0, at])
            who.append(person)
    fit = _fit(scores, rows, slopes, who)
    return GrowthCurve(len(long_enough), len(scores), *fit)


def _fit(
    scores: list[float], rows: list[list[float]], slopes: list[list[float]], who: list[int]
) -> tuple[float, float, float, float, float, float, float]:
    with library(WHAT):
        import warnings

        import numpy as np
        from statsmodels.regression.mixed_linear_model import MixedLM
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a variance at its edge of 0 is an answer too
        model = MixedLM(np.asarray(scores), np.asarray(rows), who, exog_re=np.asarray(slopes))
        result: Any = model.fit(reml=True, method=["lbfgs"])
    intercept, slope, by_start = (float(each) for each in result.fe_params)
    spread = np.asarray(result.cov_re)
    return (
        intercept,
        slope,
        by_start,
        float(spread[0][0]),
        float(spread[1][1]),
        float(spread[0][1]),
        float(result.scale),
    )
