"""Exact differences between scores, and the words for them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isfinite
from statistics import NormalDist

from alongside.engine.errors import EngineError
from alongside.engine.terms import Direction

Number = int | float | Decimal | Fraction


class NotAFigure(EngineError):
    """A figure of an outcome rule is missing, not finite or outside what it can be."""

    def __init__(self, name: str, value: object, must_be: str) -> None:
        super().__init__(f"{name} is {value}: it must be {must_be}")
        self.name, self.value, self.must_be = name, value, must_be


def exact(value: Number) -> Decimal:
    """A score as a decimal, as it was written: 2.3 - 1.3 is 1, never 0.9999999."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(repr(value))


def improvement(pre: Number, post: Number, higher_is: Direction) -> Decimal:
    """Points of change from first to last, positive when things got better."""
    change = exact(pre) - exact(post)
    return change if higher_is == "worse" else -change


def z_of(confidence: float) -> float:
    """The standard normal deviate of a two-sided confidence; 1.96 for 0.95, as published.

    Refuses:
        NotAFigure: a confidence that is not between 0.5 and 1.
    """
    if not (isfinite(confidence) and 0.5 <= confidence < 1):
        raise NotAFigure("confidence", confidence, "at least 0.5 and below 1")
    return 1.96 if confidence == 0.95 else NormalDist().inv_cdf(0.5 + confidence / 2)


def one_sided_z(confidence: float) -> float:
    """The standard normal deviate of a one-sided confidence; 1.65 for 0.95, as published.

    Refuses:
        NotAFigure: a confidence that is not between 0.5 and 1.
    """
    z_of(confidence)
    return 1.65 if confidence == 0.95 else NormalDist().inv_cdf(confidence)


def checked(name: str, value: Number, *, above: float | None = None) -> float:
    """A finite figure, above a bound where one is given."""
    figure = float(value)
    if not isfinite(figure):
        raise NotAFigure(name, value, "a finite number")
    if above is not None and figure <= above:
        raise NotAFigure(name, value, f"more than {above:g}")
    return figure


def points(value: Number) -> str:
    """A number of points as people write it: 6, 10.09, 2.5."""
    given = exact(value)
    if abs(given) >= 10**15:
        return f"{given:.6g}"  # more digits than a decimal keeps
    return f"{given.quantize(Decimal('0.01')).normalize():f}"
