"""How sure a share of a few people is."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from alongside.engine.outcomes.numbers import NotAFigure, z_of


@dataclass(frozen=True, slots=True)
class Interval:
    """From low to high, in the unit of what it surrounds."""

    low: float
    high: float


def wilson(count: int, of: int, *, confidence: float = 0.95) -> Interval:
    """The Wilson score interval of a share.

    Args:
        count: how many had it.
        of: how many there were; at least 1.
        confidence: two-sided.

    Returns:
        The interval; it never leaves 0..1 and has width even at 0 of n and n of n.

    Refuses:
        NotAFigure: nobody to count, a count below 0 or above ``of``.

    Source: Wilson 1927, J Am Stat Assoc 22:209.
    """
    if of < 1:
        raise NotAFigure("the number of people", of, "1 or more")
    if not 0 <= count <= of:
        raise NotAFigure("the count", count, f"from 0 to {of}")
    z, share = z_of(confidence), count / of
    shrink = 1 + z * z / of
    middle = (share + z * z / (2 * of)) / shrink
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / shrink
    # At the ends the formula is exactly 0 or 1; rounding must not put it beside them.
    return Interval(
        low=0.0 if count == 0 else max(0.0, middle - half),
        high=1.0 if count == of else min(1.0, middle + half),
    )
