"""What may be shown of a few people: counts below eight are hidden, the others rounded."""

from __future__ import annotations

from alongside.engine.outcomes.numbers import NotAFigure

HIDDEN_BELOW = 8
ROUNDED_TO = 5
SHARES_FROM = 10

SOURCE = "rule 5.4 of this house for aggregates"


def shown_count(count: int) -> str:
    """A count of people as it may be shown: 0, "< 8", or to the nearest 5.

    Refuses:
        NotAFigure: a count below 0.
    """
    if count < 0:
        raise NotAFigure("the count", count, "0 or more")
    if count == 0:
        return "0"
    if count < HIDDEN_BELOW:
        return f"< {HIDDEN_BELOW}"
    return str(ROUNDED_TO * ((2 * count + ROUNDED_TO) // (2 * ROUNDED_TO)))


def may_show_share(count: int, of: int) -> bool:
    """May a share or a mean of so many people be shown?

    From 10 people, when neither those it is true of nor those it is not are a hidden count:
    the one could be worked out from the other.
    """
    parts = (count, of - count)
    return of >= SHARES_FROM and all(part == 0 or part >= HIDDEN_BELOW for part in parts)
