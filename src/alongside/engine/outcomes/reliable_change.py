"""Is a change larger than measurement error is likely to explain?"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

from alongside.engine.errors import EngineError
from alongside.engine.outcomes.numbers import (
    NotAFigure,
    Number,
    checked,
    exact,
    improvement,
    one_sided_z,
    points,
    z_of,
)
from alongside.engine.terms import Direction, Reason

JACOBSON_TRUAX = "Jacobson & Truax 1991, J Consult Clin Psychol 59:12"

_BASIS = {
    "published": "a published value",
    "derived": "worked out from a spread and a reliability",
    "by_analogy": "by analogy with another measure",
}

Basis = Literal["published", "derived", "by_analogy"]
Method = Literal["jt", "gln", "hll", "en", "nk", "ha"]
Verdict = Literal["improved", "unchanged", "deteriorated"]


class MethodNeeds(EngineError):
    """A method was asked for that cannot be worked out from the figures given."""

    def __init__(self, method: str, needs: str) -> None:
        super().__init__(f"{method} needs {needs}")
        self.method, self.needs = method, needs


@dataclass(frozen=True, slots=True)
class Expected:
    """The last score to expect after a first score, without any real change: a straight line."""

    intercept: float
    slope: float

    def after(self, pre: Number) -> float:
        """The expected last score, in points."""
        return self.intercept + self.slope * float(pre)


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """How large a change must be to count, on one scale.

    ``threshold`` is in points of the scale; for a method that expects a certain last score
    (``expected``) it is in standard errors, because there the points depend on the first score.
    ``standard_error`` is that of the difference in points, and is None where only a published
    value is known.
    """

    threshold: float
    higher_is: Direction
    basis: Basis
    method: Method = "jt"
    inclusive: bool = True
    confidence: float | None = None
    standard_error: float | None = None
    expected: Expected | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change and what may be said about it. ``points`` is positive when better."""

    pre: Number
    post: Number
    points: Number
    index: float | None
    verdict: Verdict
    reasons: tuple[Reason, ...]

    @property
    def is_reliable(self) -> bool:
        return self.verdict != "unchanged"


def published(
    value: Number,
    *,
    higher_is: Direction,
    inclusive: bool = True,
    basis: Basis = "published",
    confidence: float | None = None,
    sd: float | None = None,
    reliability: float | None = None,
    source: str = "",
) -> ChangeRule:
    """A rule from a value that a source gives.

    Args:
        value: points of the scale; a change of this size counts (``inclusive``: the value
            itself counts too).
        higher_is: whether a higher score is worse or better.
        basis: ``by_analogy`` when the value was published for a neighbouring measure.
        confidence: the confidence the source states, or None.
        sd, reliability: when known, they give the index beside the verdict and change nothing
            else, because a published value wins over a derived one.

    Refuses:
        NotAFigure: a value that is not a finite number above 0.

    Source: the value's own ``source``.
    """
    error = None
    if sd is not None and reliability is not None:
        error = standard_error_of_difference(sd, reliability)
    return ChangeRule(
        threshold=checked("the published value", value, above=0),
        higher_is=higher_is,
        basis=basis,
        inclusive=inclusive,
        confidence=confidence,
        standard_error=error,
        source=source,
    )


def derived(
    sd: float,
    reliability: float,
    *,
    higher_is: Direction,
    confidence: float = 0.95,
    source: str = JACOBSON_TRUAX,
) -> ChangeRule:
    """A rule from a standard deviation and a reliability: z times the error of a difference.

    Args:
        sd: standard deviation before treatment, or of a norm, in points.
        reliability: test-retest, else internal consistency, from 0 to below 1.
        higher_is: whether a higher score is worse or better.
        confidence: two-sided; 0.95 means 1.96 standard errors.

    Returns:
        The rule; its threshold is the minimum detectable change in points.

    Refuses:
        NotAFigure: an sd of 0 or less, a reliability outside 0..1, a confidence outside 0.5..1.

    Source: Jacobson & Truax 1991.
    """
    error = standard_error_of_difference(sd, reliability)
    return ChangeRule(
        threshold=z_of(confidence) * error,
        higher_is=higher_is,
        basis="derived",
        confidence=confidence,
        standard_error=error,
        source=source,
    )


def gulliksen_lord_novick(
    sd: float,
    reliability: float,
    clinical_mean: float | None,
    *,
    higher_is: Direction,
    confidence: float = 0.95,
) -> ChangeRule:
    """A rule that expects an extreme first score to move towards the clinical mean by itself.

    Args:
        sd, reliability: as for ``derived``.
        clinical_mean: the mean of the clinical group, in points.

    Returns:
        A rule in standard errors of prediction, ``sd * sqrt(1 - r**2)``, from the expected last
        score ``M + r * (first - M)``.

    Refuses:
        MethodNeeds: no clinical mean was given. NotAFigure: as for ``derived``.

    Source: Gulliksen 1950, Lord & Novick 1968.
    """
    spread, steadiness = _spread(sd), _reliability(reliability)
    mean = _given("gln", "the mean of the clinical group", clinical_mean)
    return _against(
        "gln",
        Expected(mean * (1 - steadiness), steadiness),
        spread * sqrt(1 - steadiness**2),
        z_of(confidence),
        higher_is,
        confidence,
        "Gulliksen, Lord & Novick",
    )


def hsu_linn_lord(
    sd: float,
    reliability: float,
    clinical_mean: float | None,
    last_mean: float | None,
    *,
    higher_is: Direction,
    confidence: float = 0.95,
) -> ChangeRule:
    """As ``gulliksen_lord_novick``, but towards the mean of the last scores.

    It asks whether one person changed more or less than the whole group did, so a group that
    improved as one shows nobody improved.

    Args:
        sd, reliability, clinical_mean: as for ``gulliksen_lord_novick``.
        last_mean: the mean of the last scores, in points.

    Refuses:
        MethodNeeds: a mean was not given. NotAFigure: as for ``derived``.

    Source: Hsu 1989, 1995 after Linn & Lord, as in Claus 2024 (J Stat Softw 111:1), method HLL.
    """
    spread, steadiness = _spread(sd), _reliability(reliability)
    before = _given("hll", "the mean of the clinical group", clinical_mean)
    after = _given("hll", "the mean of the last scores", last_mean)
    return _against(
        "hll",
        Expected(after - steadiness * before, steadiness),
        spread * sqrt(1 - steadiness**2),
        z_of(confidence),
        higher_is,
        confidence,
        "Hsu 1995, after Linn & Lord",
    )


def edwards_nunnally(
    sd: float,
    reliability: float,
    clinical_mean: float | None,
    *,
    higher_is: Direction,
    confidence: float = 0.95,
) -> ChangeRule:
    """A rule around the true first score: regressed to the mean, with one error of measurement.

    The error is ``sd * sqrt(1 - r)``, smaller than that of a difference, so this method finds
    more change than Jacobson and Truax do when the first score lies near the mean.

    Args:
        sd, reliability, clinical_mean: as for ``gulliksen_lord_novick``.

    Refuses:
        MethodNeeds: no clinical mean was given. NotAFigure: as for ``derived``.

    Source: Speer 1992 after Edwards and Nunnally, as in Claus 2024 (J Stat Softw 111:1),
    method EN.
    """
    spread, steadiness = _spread(sd), _reliability(reliability)
    mean = _given("en", "the mean of the clinical group", clinical_mean)
    return _against(
        "en",
        Expected(mean * (1 - steadiness), steadiness),
        spread * sqrt(1 - steadiness),
        z_of(confidence),
        higher_is,
        confidence,
        "Speer 1992, after Edwards & Nunnally",
    )


def nunnally_kotsch(
    sd: float,
    reliability: float,
    clinical_mean: float | None,
    last_reliability: float | None,
    *,
    higher_is: Direction,
    confidence: float = 0.95,
) -> ChangeRule:
    """As ``edwards_nunnally``, with the errors of both scores, which may differ.

    The error is ``sd * sqrt(r**2 * (1 - r) + (1 - r_last))``.

    Args:
        sd, reliability, clinical_mean: as for ``gulliksen_lord_novick``.
        last_reliability: the reliability at the last score, from 0 to below 1.

    Refuses:
        MethodNeeds: no clinical mean or no second reliability. NotAFigure: as for ``derived``.

    Source: Nunnally & Kotsch 1983, as in Claus 2024 (J Stat Softw 111:1), method NK.
    """
    spread, steadiness = _spread(sd), _reliability(reliability)
    mean = _given("nk", "the mean of the clinical group", clinical_mean)
    later = _reliability(_given("nk", "the reliability at the last score", last_reliability))
    return _against(
        "nk",
        Expected(mean * (1 - steadiness), steadiness),
        spread * sqrt(steadiness**2 * (1 - steadiness) + (1 - later)),
        z_of(confidence),
        higher_is,
        confidence,
        "Nunnally & Kotsch 1983",
    )


def hageman_arrindell(
    sd: float,
    reliability: float,
    clinical_mean: float | None,
    last_mean: float | None,
    last_sd: float | None,
    correlation: float | None,
    *,
    higher_is: Direction,
    confidence: float = 0.95,
) -> ChangeRule:
    """A rule for the true change: the observed one, regressed to the mean change of the group.

    With ``r_dd``, the reliability of the differences, the index is
    ``((last - first) * r_dd + (M_last - M_first) * (1 - r_dd)) / (sqrt(r_dd) * sqrt(2) * SEM)``.
    It counts from 1.65 at 95 %: the authors ask one question at a time, so it is one-sided.

    Args:
        sd, reliability, clinical_mean: as for ``gulliksen_lord_novick``.
        last_mean, last_sd: mean and standard deviation of the last scores, in points.
        correlation: between first and last scores, from -1 to below 1.

    Refuses:
        MethodNeeds: a figure was not given. NotAFigure: as for ``derived``; figures by which the
        differences have no reliability above 0.

    Source: Hageman & Arrindell 1999, as in Claus 2024 (J Stat Softw 111:1), method HA.
    """
    spread, steadiness = _spread(sd), _reliability(reliability)
    before = _given("ha", "the mean of the clinical group", clinical_mean)
    after = _given("ha", "the mean of the last scores", last_mean)
    later = checked(
        "the last standard deviation",
        _given("ha", "the standard deviation of the last scores", last_sd),
        above=0,
    )
    together = _given("ha", "the correlation of first and last scores", correlation)
    if not -1 <= together <= 1:
        raise NotAFigure("the correlation", together, "from -1 to 1")
    error = spread * sqrt(1 - steadiness)
    shared = 2 * spread * later * together
    observed = spread**2 + later**2 - shared
    steady = observed - 2 * error**2
    if steady <= 1e-9 * observed:
        raise NotAFigure("the reliability of the differences", steady, "more than 0")
    of_differences = steady / observed
    return _against(
        "ha",
        Expected(-(after - before) * (1 - of_differences) / of_differences, 1),
        sqrt(2) * error / sqrt(of_differences),
        one_sided_z(confidence),
        higher_is,
        confidence,
        "Hageman & Arrindell 1999",
    )


def _against(
    method: Method,
    expected: Expected,
    error: float,
    limit: float,
    higher_is: Direction,
    confidence: float,
    source: str,
) -> ChangeRule:
    return ChangeRule(
        threshold=limit,
        higher_is=higher_is,
        basis="derived",
        method=method,
        confidence=confidence,
        standard_error=error,
        expected=expected,
        source=source,
    )


def standard_error_of_measurement(sd: float, reliability: float) -> float:
    """SEM in points: SD times the root of one minus the reliability."""
    return checked("the standard deviation", sd, above=0) * sqrt(1 - _reliability(reliability))


def standard_error_of_difference(sd: float, reliability: float) -> float:
    """The standard error of a difference between two scores, in points: root 2 times SEM."""
    return sqrt(2) * standard_error_of_measurement(sd, reliability)


def judge(pre: Number, post: Number, rule: ChangeRule) -> Change:
    """Say whether two scores of one person differ by more than measurement error.

    Args:
        pre: the first score, in points.
        post: the last score, in points.
        rule: how large a change must be on this scale.

    Returns:
        The change in points, positive when better; the reliable change index where a standard
        error is known (also positive when better); the verdict; and why.

    Refuses:
        NotAFigure: a score that is not finite.

    Source: the rule's own ``source``; Jacobson & Truax 1991.
    """
    checked("the first score", pre)
    checked("the last score", post)
    moved = improvement(pre, post, rule.higher_is)
    index = _index(pre, post, float(moved), rule)
    size = exact(index) if rule.expected is not None and index is not None else moved
    limit = exact(rule.threshold)
    counts = abs(size) >= limit if rule.inclusive else abs(size) > limit
    better = size > 0
    verdict: Verdict = "unchanged" if not counts else "improved" if better else "deteriorated"
    whole = int(moved) if moved == moved.to_integral_value() else moved
    return Change(pre, post, whole, index, verdict, (_because(moved, verdict, rule),))


def _index(pre: Number, post: Number, moved: float, rule: ChangeRule) -> float | None:
    if rule.standard_error is None:
        return None
    if rule.expected is None:
        return moved / rule.standard_error
    against = (float(post) - rule.expected.after(pre)) / rule.standard_error
    # Last score minus expected last score: on a scale where lower is better, going down is good.
    return -against if rule.higher_is == "worse" else against


def _because(moved: Number, verdict: Verdict, rule: ChangeRule) -> Reason:
    size, limit = points(abs(exact(moved))), points(rule.threshold)
    if rule.expected is not None:
        words = f"{limit} standard errors from what was expected"
    else:
        words = f"{_counted(limit)} or more" if rule.inclusive else f"more than {_counted(limit)}"
    basis = _BASIS[rule.basis]
    if verdict == "unchanged":
        return Reason(
            "outcomes.within_error",
            f"a change of {_counted(size)} could be chance: {words} counts ({basis})",
            rule.source,
        )
    way = "better" if verdict == "improved" else "worse"
    return Reason(
        f"outcomes.reliably_{way}",
        f"{way} by {_counted(size)}, larger than measurement error is likely to explain: "
        f"{words} counts ({basis})",
        rule.source,
    )


def _counted(size: str) -> str:
    return "1 point" if size == "1" else f"{size} points"


def _reliability(value: float) -> float:
    figure = checked("the reliability", value)
    if not 0 <= figure < 1:
        raise NotAFigure("the reliability", value, "from 0 to below 1")
    return figure


def _spread(sd: float) -> float:
    return checked("the standard deviation", sd, above=0)


def _given(method: str, name: str, value: float | None) -> float:
    if value is None:
        raise MethodNeeds(method, name)
    return checked(name, value)
