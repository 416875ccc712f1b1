"""Jacobson and Truax: recovered, improved, unchanged, deteriorated or harmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alongside.engine.errors import EngineError
from alongside.engine.outcomes.numbers import Number, checked, exact, points
from alongside.engine.outcomes.reliable_change import (
    JACOBSON_TRUAX,
    Change,
    ChangeRule,
    judge,
)
from alongside.engine.terms import Direction, Reason

OutcomeClass = Literal["recovered", "improved", "unchanged", "deteriorated", "harmed"]
CLASSES: tuple[OutcomeClass, ...] = (
    "recovered",
    "improved",
    "unchanged",
    "deteriorated",
    "harmed",
)

CutOffKind = Literal["a", "b", "c", "number", "caseness"]


class CutOffNeeds(EngineError):
    """A cut-off was asked for that cannot be worked out from the norms given."""

    def __init__(self, kind: str, needs: tuple[str, ...]) -> None:
        super().__init__(f"cut-off {kind} needs {' and '.join(needs)}")
        self.kind, self.needs = kind, needs


@dataclass(frozen=True, slots=True)
class Norm:
    """Mean and standard deviation of a group on one scale, in points."""

    mean: float
    sd: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class CutOff:
    """The line between the clinical and the functional range of one scale.

    A score on the line itself belongs to the clinical range when ``inclusive``, as caseness
    rules (``>= 10``) say it.
    """

    value: Number
    higher_is: Direction
    kind: CutOffKind
    inclusive: bool = True
    source: str = ""

    def is_clinical(self, score: Number) -> bool:
        """Does this score lie in the clinical range?"""
        here, line = exact(score), exact(self.value)
        if here == line:
            return self.inclusive
        return (here > line) == (self.higher_is == "worse")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One person's class, the change behind it, and why."""

    outcome: OutcomeClass
    change: Change
    was_clinical: bool | None
    is_clinical: bool | None
    reasons: tuple[Reason, ...]

    @property
    def crossed(self) -> Literal["into_functional", "into_clinical"] | None:
        """Which way the cut-off was crossed, reliably or not."""
        if self.was_clinical is None or self.was_clinical == self.is_clinical:
            return None
        return "into_clinical" if self.is_clinical else "into_functional"


def cutoff_a(clinical: Norm, *, higher_is: Direction) -> CutOff:
    """Two standard deviations beyond the clinical mean, towards health."""
    away = -2 if higher_is == "worse" else 2
    value = _mean(clinical, "clinical") + away * _sd(clinical, "clinical")
    return CutOff(value, higher_is, "a", source=JACOBSON_TRUAX)


def cutoff_b(functional: Norm, *, higher_is: Direction) -> CutOff:
    """Two standard deviations from the functional mean, towards illness."""
    away = 2 if higher_is == "worse" else -2
    value = _mean(functional, "functional") + away * _sd(functional, "functional")
    return CutOff(value, higher_is, "b", source=JACOBSON_TRUAX)


def cutoff_c(clinical: Norm, functional: Norm, *, higher_is: Direction) -> CutOff:
    """Between the two means, weighted by the other group's spread."""
    ill, well = _sd(clinical, "clinical"), _sd(functional, "functional")
    value = (
        well * _mean(clinical, "clinical") + ill * _mean(functional, "functional")
    ) / (well + ill)  # fmt: skip
    return CutOff(value, higher_is, "c", source=JACOBSON_TRUAX)


def cutoff(
    asked: str | Number | None,
    *,
    higher_is: Direction,
    clinical: Norm | None = None,
    functional: Norm | None = None,
) -> CutOff | None:
    """Work out the cut-off somebody asked for, or the one the norms allow.

    Args:
        asked: ``a``, ``b``, ``c``, a number of points, or None for the fitting one.
        higher_is: whether a higher score is worse or better.
        clinical, functional: the norms that are known.

    Returns:
        The cut-off. With None asked: c when both norms are known and the distributions overlap
        (two standard deviations from each mean reach past each other), b when they do not or
        only the functional norm is known, a when only the clinical norm is known, None when no
        norm is known.

    Refuses:
        CutOffNeeds: a, b or c without the norms it is made of.
        NotAFigure: a norm or a number that is not finite, a standard deviation of 0 or less.

    Source: Jacobson & Truax 1991.
    """
    if asked is None:
        return _fitting(clinical, functional, higher_is)
    if not isinstance(asked, str):
        checked("the cut-off", asked)
        return CutOff(asked, higher_is, "number")
    if asked == "a":
        if clinical is None:
            raise CutOffNeeds("a", ("the clinical mean", "the clinical standard deviation"))
        return cutoff_a(clinical, higher_is=higher_is)
    if asked == "b":
        if functional is None:
            raise CutOffNeeds("b", ("the functional mean", "the functional standard deviation"))
        return cutoff_b(functional, higher_is=higher_is)
    if asked == "c":
        if clinical is None or functional is None:
            raise CutOffNeeds("c", ("the clinical norm", "the functional norm"))
        return cutoff_c(clinical, functional, higher_is=higher_is)
    raise CutOffNeeds(asked, ("to be a, b, c or a number",))


def classify(pre: Number, post: Number, rule: ChangeRule, line: CutOff | None) -> Outcome:
    """Put one person's first and last score into exactly one class.

    Args:
        pre: the first score, in points.
        post: the last score, in points.
        rule: how large a change must be to be reliable.
        line: the cut-off; without one nobody is called recovered or harmed.

    Returns:
        recovered: reliably better and crossed into the functional range; improved: reliably
        better only; deteriorated: reliably worse; harmed: reliably worse and crossed into the
        clinical range; unchanged: anything else, also a crossing without reliable change, which
        the reasons name.

    Refuses:
        NotAFigure: a score that is not finite.

    Source: Jacobson & Truax 1991.
    """
    change = judge(pre, post, rule)
    was = line.is_clinical(pre) if line else None
    now = line.is_clinical(post) if line else None
    reasons = change.reasons
    if line is not None and was != now:
        way = "clinical" if now else "functional"
        reasons += (
            Reason(
                f"outcomes.crossed_into_{way}",
                f"crossed the cut-off of {points(line.value)} into the {way} range"
                + ("" if change.is_reliable else ", without reliable change"),
                line.source,
            ),
        )
    return Outcome(_class(change, was, now), change, was, now, reasons)


def _class(change: Change, was: bool | None, now: bool | None) -> OutcomeClass:
    if change.verdict == "improved":
        return "recovered" if was and now is False else "improved"
    if change.verdict == "deteriorated":
        return "harmed" if was is False and now else "deteriorated"
    return "unchanged"


def _fitting(clinical: Norm | None, functional: Norm | None, higher_is: Direction) -> CutOff | None:
    if clinical is not None and functional is not None:
        a = cutoff_a(clinical, higher_is=higher_is)
        b = cutoff_b(functional, higher_is=higher_is)
        overlap = b.value >= a.value if higher_is == "worse" else b.value <= a.value
        return cutoff_c(clinical, functional, higher_is=higher_is) if overlap else b
    if functional is not None:
        return cutoff_b(functional, higher_is=higher_is)
    if clinical is not None:
        return cutoff_a(clinical, higher_is=higher_is)
    return None


def _mean(norm: Norm, group: str) -> float:
    return checked(f"the {group} mean", norm.mean)


def _sd(norm: Norm, group: str) -> float:
    return checked(f"the {group} standard deviation", norm.sd, above=0)
