"""What the goals of a plan add up to, for each person, and what was written before the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alongside.engine.outcomes.gas import ScaledGoal, t_score
from alongside.people.models import Person
from alongside.plans import rules


@dataclass(frozen=True, slots=True)
class GoalScore:
    """The goals of one person in one T score. ``start`` and ``now`` speak of the rated ones."""

    person: Person
    goals: int
    rated: int
    start: float | None
    now: float | None

    @property
    def change(self) -> float | None:
        """Points of T since the start; above zero is better."""
        return None if self.now is None or self.start is None else self.now - self.start


def scores(goals: Sequence[Any]) -> list[GoalScore]:
    """One score a person, in the order of their first goal.

    Args:
        goals: as ``queries.goals`` gives them, with their ratings.

    Source: ``engine.outcomes.gas``: goals of one person, those rated, at both moments.
    """
    by_person: dict[Any, list[Any]] = {}
    for goal in goals:
        by_person.setdefault(goal.about_id, []).append(goal)
    found = []
    for own in by_person.values():
        rated = [goal for goal in own if goal.marks]
        found.append(
            GoalScore(
                own[0].about,
                len(own),
                len(rated),
                t_score([ScaledGoal(goal.start_level, goal.weight) for goal in rated])
                if rated
                else None,
                t_score([ScaledGoal(goal.marks[-1].level, goal.weight) for goal in rated])
                if rated
                else None,
            )
        )
    return found


def without_goal(goals: Sequence[Any]) -> tuple[str, ...]:
    """Which of feeling, thinking and behaving no goal speaks of."""
    there = {goal.kind for goal in goals}
    return tuple(kind for kind in rules.KINDS if kind not in there)


def is_late(goal: Any, started_at: datetime | None) -> bool:
    """True when its levels were written after help had begun, so its start is a look back."""
    return started_at is not None and goal.set_at > started_at
