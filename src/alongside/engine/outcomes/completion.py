"""Who was lost on the way, and whether those who stayed were others from the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from alongside.engine.outcomes.effect_sizes import GroupEffect, group_effect, group_of
from alongside.engine.outcomes.engagement import Share, share_of
from alongside.engine.outcomes.numbers import NotAFigure, Number, checked, improvement
from alongside.engine.terms import Direction

SOURCE = "our own definition, docs/reference/outcomes.md"
FEWEST_TO_COMPARE = 2


@dataclass(frozen=True, slots=True)
class Completion:
    """How many of all who began have a last score, and what that does to the figures.

    ``mean_change`` is that of the pairs. ``carried_forward`` counts whoever was lost as not
    changed at all; it is a check of sensitivity and never the result. ``at_start`` compares first
    scores of those who stayed with those of the lost, positive when those who stayed were better
    off; None with fewer than 2 of either.
    """

    n: int
    lost: Share
    mean_change: float | None
    carried_forward: float
    at_start: GroupEffect | None


def completion(
    first: Sequence[Number],
    last: Sequence[Number | None],
    *,
    higher_is: Direction,
    confidence: float = 0.95,
) -> Completion:
    """Say who was lost between first and last score.

    Args:
        first: the first score of everybody who began, in points; at least one.
        last: the last score of each, in the same order; None for whoever was lost.
        higher_is: whether a higher score is worse or better.
        confidence: two-sided, for the interval of the comparison.

    Refuses:
        NotAFigure: nobody, lists of different length, a score that is not finite.

    Source: our own definition, docs/reference/outcomes.md.
    """
    if not first:
        raise NotAFigure("the number of people", 0, "1 or more")
    if len(first) != len(last):
        raise NotAFigure("the number of last scores", len(last), f"{len(first)}, as of first ones")
    for value in first:
        checked("a first score", value)
    pairs = [(one, other) for one, other in zip(first, last, strict=True) if other is not None]
    for _, other in pairs:
        checked("a last score", other)
    changes = [float(improvement(one, other, higher_is)) for one, other in pairs]
    stayed = [one for one, _ in pairs]
    gone = [one for one, other in zip(first, last, strict=True) if other is None]
    return Completion(
        n=len(first),
        lost=share_of(len(gone), len(first), confidence=confidence),
        mean_change=fmean(changes) if changes else None,
        carried_forward=sum(changes) / len(first),
        at_start=_at_start(stayed, gone, higher_is, confidence),
    )


def _at_start(
    stayed: list[Number], gone: list[Number], higher_is: Direction, confidence: float
) -> GroupEffect | None:
    if min(len(stayed), len(gone)) < FEWEST_TO_COMPARE or len({*map(float, stayed + gone)}) == 1:
        return None
    try:
        return group_effect(
            group_of(stayed), group_of(gone), higher_is=higher_is, confidence=confidence
        )
    except NotAFigure:  # no spread within either group
        return None
