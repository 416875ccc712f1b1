"""Interrupted time series: what changed when something was introduced, in level and in slope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, isfinite, pi, sin, sqrt
from typing import Any, Literal

from alongside.engine.outcomes.intervals import Interval
from alongside.engine.outcomes.library import library
from alongside.engine.outcomes.numbers import NotAFigure, Number, checked, z_of

SOURCE = "Wagner et al. 2002 (not verified)"
WHAT = "An interrupted time series (a fitted regression)"
FEWEST = 3  # points on each side, to fit anything
ENOUGH = 8  # points on each side, to conclude anything
SEASONS_FROM = 24  # points

Errors = Literal["ols", "newey_west", "prais_winsten", "ar1"]
Jump = Literal["extrapolated", "first"]


@dataclass(frozen=True, slots=True)
class Term:
    """One coefficient: estimate, standard error, interval, and how often chance shows as much."""

    name: str
    estimate: float
    standard_error: float
    interval: Interval
    p: float


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A segmented regression of one series.

    ``baseline`` is where the line before starts (at t = 0), ``slope`` its points a step, ``jump``
    the change of level and ``slope_change`` that of the slope. ``counterfactual`` carries the line
    before (and the season) on as if nothing had been introduced, from the first point after.
    """

    points_before: int
    points_after: int
    errors: Errors
    jump_at: Jump
    baseline: Term
    slope: Term
    jump: Term
    slope_change: Term
    seasonal: tuple[Term, ...]
    durbin_watson: float
    autocorrelation: float
    fitted: tuple[float, ...]
    counterfactual: tuple[float, ...]

    @property
    def effects(self) -> tuple[float, ...]:
        """Fitted minus counterfactual at each point after the introduction, in points."""
        after = self.fitted[self.points_before :]
        return tuple(one - other for one, other in zip(after, self.counterfactual, strict=True))

    @property
    def is_enough(self) -> bool:
        """Are there enough points on both sides to conclude anything?"""
        return min(self.points_before, self.points_after) >= ENOUGH


def design(
    points: int,
    before: int,
    *,
    jump_at: Jump = "extrapolated",
    season: int | None = None,
    waves: int = 1,
) -> list[list[float]]:
    """The table of the regression: 1, t from 1, after or not, points since, and the season.

    Args:
        points: how many there are.
        before: how many lie before the introduction.
        jump_at: ``extrapolated`` counts the first point after as 1, so the jump is that at the
            last point before; ``first`` counts it as 0, so the jump is that at the first point
            after. The slope is the same.
        season: points a year (12 for months); needs 24 points.
        waves: pairs of sine and cosine, 1 up to half a season.

    Refuses:
        NotAFigure: fewer than 3 points before or after, a season with fewer than 24 points, a
        season below 2, waves below 1 or beyond half a season.

    Source: Wagner et al. 2002 (not verified).
    """
    for name, count in (("before", before), ("after", points - before)):
        if count < FEWEST:
            raise NotAFigure(f"the number of points {name}", count, f"{FEWEST} or more")
    if season is not None:
        if season < 2:
            raise NotAFigure("the season", season, "2 points or more")
        if points < SEASONS_FROM:
            raise NotAFigure("the number of points for a season", points, f"{SEASONS_FROM} or more")
        if not 1 <= waves <= season // 2:
            raise NotAFigure("the waves of a season", waves, f"from 1 to {season // 2}")
    since = before if jump_at == "extrapolated" else before + 1
    rows = []
    for t in range(1, points + 1):
        is_after = t > before
        row = [1.0, float(t), float(is_after), float(t - since) if is_after else 0.0]
        if season is not None:
            for wave in range(1, waves + 1):
                turn = 2 * pi * wave * t / season
                row.append(sin(turn))
                if 2 * wave != season:  # there the cosine only repeats, and the sine is 0
                    row.append(cos(turn))
                else:
                    row[-1] = cos(turn)
        rows.append(row)
    return rows


def interrupted_series(
    values: Sequence[Number],
    before: int,
    *,
    errors: Errors = "newey_west",
    lags: int | None = None,
    jump_at: Jump = "extrapolated",
    season: int | None = None,
    waves: int = 1,
    confidence: float = 0.95,
) -> Interrupted:
    """Fit a segmented regression to an evenly spaced series without holes.

    Args:
        values: one a period, in the order of time.
        before: how many lie before the introduction; at least 3, and 3 after. Below 8 on a side
            the figures are shown, and ``is_enough`` is False.
        errors: what is done about neighbouring points being alike. ``ols`` nothing;
            ``newey_west`` leaves the lines and mends their errors; ``prais_winsten`` and ``ar1``
            also mend the lines, the second by maximum likelihood.
        lags: for ``newey_west``; by default 1 below 24 points, else 2.
        jump_at, season, waves: as for ``design``.
        confidence: two-sided; t distribution, for ``ar1`` the normal one.

    Returns:
        The coefficients, the fitted line and the counterfactual. ``durbin_watson`` near 2 means
        that neighbours are not alike; ``autocorrelation`` is that of the residuals at lag 1.

    Refuses:
        NotAFigure: as ``design``; a value that is not finite, values that are all the same, more
        coefficients than points allow. LibraryMissing: the statistics library is not installed.

    Source: Wagner et al. 2002 (not verified).
    """
    y = [checked("a value", value) for value in values]
    rows = design(len(y), before, jump_at=jump_at, season=season, waves=waves)
    if len(set(y)) == 1:
        raise NotAFigure("the spread of the values", 0, "more than 0")
    if len(y) <= len(rows[0]) + 1:
        raise NotAFigure("the number of points", len(y), f"more than {len(rows[0]) + 1}")
    z_of(confidence)
    within = lags if lags is not None else 1 if len(y) < SEASONS_FROM else 2
    if not 0 <= within < len(y) - len(rows[0]):
        raise NotAFigure("the lags", within, f"from 0 to {len(y) - len(rows[0]) - 1}")
    estimates, standard, ps, interval = _fit(y, rows, errors, within, confidence)
    if not all(isfinite(each) for each in (*estimates, *standard)):
        raise NotAFigure("a coefficient", "not finite", "one that these points can give")
    names = ["baseline", "slope", "jump", "slope_change"]
    names += [f"season_{place}" for place in range(1, len(rows[0]) - 3)]
    terms = [
        Term(name, estimate, error, Interval(*ends), p)
        for name, estimate, error, ends, p in zip(
            names, estimates, standard, interval, ps, strict=True
        )
    ]
    fitted = [sum(b * x for b, x in zip(estimates, row, strict=True)) for row in rows]
    without = [
        sum(b * x for at, (b, x) in enumerate(zip(estimates, row, strict=True)) if at not in (2, 3))
        for row in rows[before:]
    ]
    residuals = [one - other for one, other in zip(y, fitted, strict=True)]
    around = sum(each * each for each in residuals)
    steps = sum((b - a) ** 2 for a, b in pairwise(residuals))
    alike = sum(a * b for a, b in pairwise(residuals))
    exactly = around <= 1e-18 * sum(each * each for each in y)
    return Interrupted(
        points_before=before,
        points_after=len(y) - before,
        errors=errors,
        jump_at=jump_at,
        baseline=terms[0],
        slope=terms[1],
        jump=terms[2],
        slope_change=terms[3],
        seasonal=tuple(terms[4:]),
        durbin_watson=2.0 if exactly else steps / around,
        autocorrelation=0.0 if exactly else alike / around,
        fitted=tuple(fitted),
        counterfactual=tuple(without),
    )


_Fit = tuple[list[float], list[float], list[float], list[tuple[float, float]]]


def _fit(
    y: list[float], rows: list[list[float]], errors: Errors, lags: int, confidence: float
) -> _Fit:
    with library(WHAT):
        import numpy as np
        from statsmodels.regression import linear_model
    table = np.asarray(rows)
    result: Any
    if errors == "ar1":
        return _fit_ar1(y, rows, confidence)
    if errors == "prais_winsten":
        return _fit_prais(y, table, confidence)
    model = linear_model.OLS(np.asarray(y), table)
    if errors == "newey_west":
        # The small-sample factor n / (n - k), as short series need it.
        result = model.fit(
            cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True
        )
    else:
        result = model.fit()
    return _told(result, len(rows[0]), confidence)


def _fit_prais(y: list[float], table: Any, confidence: float) -> _Fit:
    """Feasible generalised least squares that keeps the first point, until rho stands still."""
    import numpy as np
    from statsmodels.regression import linear_model

    given, rho = np.asarray(y), 0.0
    result: Any = None
    for _ in range(100):
        first = sqrt(1 - rho * rho)
        left = np.concatenate([[first * given[0]], given[1:] - rho * given[:-1]])
        right = np.vstack([first * table[:1], table[1:] - rho * table[:-1]])
        result = linear_model.OLS(left, right).fit()
        residuals = given - table @ result.params
        whole = float(residuals[:-1] @ residuals[:-1])
        now = float(residuals[1:] @ residuals[:-1]) / whole if whole > 1e-18 else 0.0
        now = max(-0.99, min(0.99, now))
        if abs(now - rho) < 1e-8:
            break
        rho = now
    return _told(result, table.shape[1], confidence)


def _fit_ar1(y: list[float], rows: list[list[float]], confidence: float) -> _Fit:
    import warnings

    from statsmodels.tsa.statespace.sarimax import SARIMAX

    with warnings.catch_warnings():
        # A short series often stops short of the last digit; the errors below tell how sure it is.
        warnings.simplefilter("ignore")
        result: Any = SARIMAX(y, exog=rows, order=(1, 0, 0), trend="n").fit(disp=0, maxiter=500)
    return _told(result, len(rows[0]), confidence)


def _told(result: Any, terms: int, confidence: float) -> _Fit:
    ends = result.conf_int(1 - confidence)
    return (
        [float(each) for each in result.params[:terms]],
        [float(each) for each in result.bse[:terms]],
        [float(each) for each in result.pvalues[:terms]],
        [(float(low), float(high)) for low, high in list(ends)[:terms]],
    )
