"""Goal Attainment Scaling: several goals of one person in one T score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from alongside.engine.outcomes.numbers import NotAFigure, checked

SOURCE = "Kiresuk & Sherman 1968, Community Ment Health J 4:443"


@dataclass(frozen=True, slots=True)
class ScaledGoal:
    """One goal: its level from -2 (much worse) over 0 (as hoped) to +2, and its weight."""

    level: int
    weight: float = 1


def t_score(goals: Sequence[ScaledGoal], *, rho: float = 0.3) -> float:
    """The T score of a person's goals: 50 is all as hoped, 10 points are one standard deviation.

    Args:
        goals: at least one, each with its level and weight (importance times difficulty, or 1).
        rho: the correlation between goals that is assumed.

    Refuses:
        NotAFigure: no goals, a level outside -2..+2, a weight of 0 or less, rho outside 0..1.

    Source: Kiresuk & Sherman 1968.
    """
    if not goals:
        raise NotAFigure("the number of goals", 0, "1 or more")
    if not 0 <= rho <= 1:
        raise NotAFigure("rho", rho, "from 0 to 1")
    for goal in goals:
        checked("the weight of a goal", goal.weight, above=0)
        if goal.level not in (-2, -1, 0, 1, 2):
            raise NotAFigure("the level of a goal", goal.level, "a whole number from -2 to 2")
    weights = sum(goal.weight for goal in goals)
    squares = sum(goal.weight**2 for goal in goals)
    reached = sum(goal.weight * goal.level for goal in goals)
    return 50 + 10 * reached / sqrt((1 - rho) * squares + rho * weights**2)


def t_change(
    baseline: Sequence[ScaledGoal], end: Sequence[ScaledGoal], *, rho: float = 0.3
) -> float:
    """T at the end minus T at the start; positive is better.

    Refuses:
        NotAFigure: as ``t_score``; goals or weights that differ between start and end.

    Source: Kiresuk & Sherman 1968, Community Ment Health J 4:443.
    """
    if [goal.weight for goal in baseline] != [goal.weight for goal in end]:
        raise NotAFigure("the end", "another set of goals", "the same goals with the same weights")
    return t_score(end, rho=rho) - t_score(baseline, rho=rho)
