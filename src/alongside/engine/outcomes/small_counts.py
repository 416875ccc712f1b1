"""What may be shown of a few people: counts below eight are hidden, the others rounded."""

from __future__ import annotations

from collections.abc import Sequence

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


def shown_parts(counts: Sequence[int]) -> tuple[str, ...]:
    """The parts of a whole whose total is shown beside them, so that none can be worked out.

    Where one part alone is a hidden count, the smallest of the others is left out too ("").

    Refuses:
        NotAFigure: a count below 0.
    """
    shown = [shown_count(count) for count in counts]
    hidden = [place for place, count in enumerate(counts) if 0 < count < HIDDEN_BELOW]
    others = [(count, place) for place, count in enumerate(counts) if count >= HIDDEN_BELOW]
    if len(hidden) == 1 and others:
        shown[min(others)[1]] = ""
    return tuple(shown)


def may_show_share(count: int, of: int) -> bool:
    """May a share or a mean of so many people be shown?

    From 10 people, when neither those it is true of nor those it is not are a hidden count:
    the one could be worked out from the other.
    """
    parts = (count, of - count)
    return of >= SHARES_FROM and all(part == 0 or part >= HIDDEN_BELOW for part in parts)
