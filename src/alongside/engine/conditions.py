"""Conditions on answers, scores and facts, as content states them: in words and as SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Fact = bool | int | str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the answers.

    ``previous`` are the answers of the last time, by item id; ``known`` are other facts by
    name, such as ``safety_plan_reviewed_days_ago``: 3. What is not here is not known, and no rule
    takes the unknown for safe.
    """

    previous: Mapping[str, int | None] = field(default_factory=dict)
    known: Mapping[str, Fact] = field(default_factory=dict)


NOTHING_KNOWN = Facts()
NO_LEAST: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class ItemIs:
    """A condition on one answer. Every part that is set must hold."""

    item: str
    at_least: int | None = None
    at_most: int | None = None
    one_of: tuple[int, ...] = ()
    unchanged: bool = False
    blank: bool = False


@dataclass(frozen=True, slots=True)
class ScoreIs:
    """A condition on a score, in points."""

    score: str
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class FactIs:
    """A condition on a fact by name. ``words`` say it in the reasons of a finding."""

    fact: str
    words: str
    at_least: int | None = None
    at_most: int | None = None
    equals: bool | str | None = None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when one of its conditions does."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when all of its conditions do."""

    conditions: tuple[Condition, ...]


Condition = ItemIs | ScoreIs | FactIs | AnyOf | AllOf


@dataclass(frozen=True, slots=True)
class Seen:
    """What a condition is held against.

    In a form that is not ``finished`` yet, an item without an entry is still to come; only None,
    which is a question that was passed over, is blank. ``least`` are points that a score surely has
    by the answers there are, for scores that cannot be worked out.
    """

    answers: Mapping[str, int | None]
    scores: Mapping[str, int | None] = field(default_factory=dict)
    facts: Facts = NOTHING_KNOWN
    finished: bool = True
    least: Mapping[str, int] = field(default_factory=dict)


def holds(condition: Condition, seen: Seen) -> list[str] | None:
    """The reasons why a condition holds, or None when it does not."""
    match condition:
        case ItemIs():
            return _item_holds(condition, seen)
        case ScoreIs(score, at_least, at_most):
            points = seen.scores.get(score)
            if points is None and at_least is not None:
                surely = _number_holds(score, seen.least.get(score), at_least, at_most)
                return [f"{each}, by the answers there are" for each in surely] if surely else None
            return _number_holds(score, points, at_least, at_most)
        case FactIs():
            return _fact_holds(condition, seen.facts.known.get(condition.fact))
        case AnyOf(conditions):
            held = [reasons for part in conditions if (reasons := holds(part, seen)) is not None]
            return [each for reasons in held for each in reasons] if held else None
        case AllOf(conditions):
            every = [holds(part, seen) for part in conditions]
            if any(reasons is None for reasons in every):
                return None
            return [each for reasons in every if reasons for each in reasons]


def items_named(condition: Condition) -> tuple[str, ...]:
    """Every item a condition speaks of, once, in its order."""
    return tuple(dict.fromkeys(leaf.item for leaf in leaves(condition) if isinstance(leaf, ItemIs)))


def leaves(condition: Condition) -> Iterator[ItemIs | ScoreIs | FactIs]:
    """The single conditions inside a condition."""
    if isinstance(condition, AnyOf | AllOf):
        for part in condition.conditions:
            yield from leaves(part)
    else:
        yield condition


def sql(
    condition: Condition,
    values: Mapping[str, tuple[int, ...]],
    scores: Mapping[str, str],
    least: Mapping[str, str] = NO_LEAST,
) -> str:
    """A condition as DuckDB SQL that is TRUE or FALSE, never NULL.

    Facts and last times are not in the columns, so a condition on them does not hold.

    Args:
        values: the valid answers by item id; an item's column has its id as its name.
        scores: SQL of each score by id. least: of the points a score surely has, likewise.
    """
    match condition:
        case ItemIs():
            return _item_sql(condition, values[condition.item])
        case ScoreIs(score, at_least, at_most):
            held = _range_sql(f"({scores[score]})", at_least, at_most)
            if at_least is None or score not in least:
                return held
            surely = _range_sql(f"({least[score]})", at_least, at_most)
            return f"({held} OR (({scores[score]}) IS NULL AND {surely}))"
        case FactIs():
            return "FALSE"
        case AnyOf(conditions):
            parts = [sql(part, values, scores, least) for part in conditions]
            able = [part for part in parts if part != "FALSE"]
            return f"({' OR '.join(able)})" if able else "FALSE"
        case AllOf(conditions):
            parts = [sql(part, values, scores, least) for part in conditions]
            return "FALSE" if "FALSE" in parts else f"({' AND '.join(parts)})"


def _item_holds(condition: ItemIs, seen: Seen) -> list[str] | None:
    value = seen.answers.get(condition.item)
    if condition.blank:
        to_come = not seen.finished and condition.item not in seen.answers
        return [f"{condition.item} is not answered"] if value is None and not to_come else None
    if value is None:
        return None
    if condition.one_of and value not in condition.one_of:
        return None
    reasons = _number_holds(condition.item, value, condition.at_least, condition.at_most)
    if reasons is None:
        return None
    if condition.unchanged:
        if seen.facts.previous.get(condition.item) != value:
            return None
        reasons = [*reasons, f"{condition.item} unchanged since last time"]
    return reasons


def _number_holds(
    name: str, value: int | None, at_least: int | None, at_most: int | None
) -> list[str] | None:
    if value is None:
        return None
    if (at_least is not None and value < at_least) or (at_most is not None and value > at_most):
        return None
    if at_least is not None and at_most is not None:
        return [f"{name} = {value}, {at_least} to {at_most}"]
    if at_least is not None:
        return [f"{name} = {value}, at least {at_least}"]
    if at_most is not None:
        return [f"{name} = {value}, at most {at_most}"]
    return [f"{name} = {value}"]


def _fact_holds(condition: FactIs, value: Fact) -> list[str] | None:
    if value is None:
        return None
    if condition.equals is not None:
        return [condition.words] if value == condition.equals else None
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    held = _number_holds(condition.fact, value, condition.at_least, condition.at_most)
    return None if held is None else [condition.words]


def _item_sql(condition: ItemIs, values: tuple[int, ...]) -> str:
    column = f'"{condition.item}"'
    valid = ", ".join(str(value) for value in values)
    if condition.unchanged:
        return "FALSE"
    if condition.blank:
        return f"COALESCE({column} NOT IN ({valid}), TRUE)"
    reached = sorted(
        value
        for value in values
        if (not condition.one_of or value in condition.one_of)
        and (condition.at_least is None or value >= condition.at_least)
        and (condition.at_most is None or value <= condition.at_most)
    )
    if not reached:
        return "FALSE"
    if reached == list(range(reached[0], reached[-1] + 1)):  # far quicker than a list
        return f"({column} IS NOT NULL AND {column} BETWEEN {reached[0]} AND {reached[-1]})"
    return f"COALESCE({column} IN ({', '.join(map(str, reached))}), FALSE)"


def _range_sql(value: str, at_least: int | None, at_most: int | None) -> str:
    parts = [f"{value} IS NOT NULL"]
    if at_least is not None:
        parts.append(f"COALESCE({value} >= {at_least}, FALSE)")
    if at_most is not None:
        parts.append(f"COALESCE({value} <= {at_most}, FALSE)")
    return f"({' AND '.join(parts)})"
