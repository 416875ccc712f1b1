"""A small language of conditions over facts: true, false, or unknown and what one would ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from alongside.engine.errors import EngineError
from alongside.engine.protocols.facts import Facts, Row, Words

Comparison = Literal["below", "at_most", "at_least", "above"]


@dataclass(frozen=True, slots=True)
class Truth:
    """An answer in three values. ``asked`` are the unknown keys that would settle it."""

    value: bool | None
    asked: frozenset[str] = frozenset()


YES = Truth(True)
NO = Truth(False)


@dataclass(frozen=True, slots=True)
class Always:
    """True whatever is known."""


@dataclass(frozen=True, slots=True)
class Is:
    """The fact has one of these words. A list: it holds at least one of them."""

    fact: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """The fact is known to have one of these words; unknown counts as not recorded."""

    fact: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """A number compared with a number, or with one of the named numbers of the rules."""

    fact: str
    how: Comparison
    number: int | str


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows fit all these fields, compared with a number. () of words: any value."""

    rows: str
    where: tuple[Condition, ...]
    how: Comparison
    number: int | str


@dataclass(frozen=True, slots=True)
class Level:
    """The present danger has one of these letters."""

    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is false."""

    part: Condition


Condition = Always | Is | Recorded | Compare | Count | Level | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class View:
    """What a condition is asked about: facts, named numbers, and the danger found in them."""

    facts: Facts
    numbers: Mapping[str, int] = field(default_factory=dict)
    level: str | None = None
    # a more urgent letter that is still possible -> the unknown keys that would settle it
    possible: Mapping[str, frozenset[str]] = field(default_factory=dict)


class UnknownNumber(EngineError):
    """A condition names a number that the rules do not give."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no number named {name!r}")
        self.name = name


def evaluate(condition: Condition, view: View) -> Truth:
    """Say whether a condition holds.

    Args:
        condition: the condition, from content.
        view: the facts, the named numbers and the danger already found.

    Returns:
        True, False, or None with the keys one would have to ask; Kleene's three values, so an
        unknown fact matters only where it could change the answer.

    Raises:
        UnknownNumber: the condition names a number that is not among the rules' numbers.
    """
    match condition:
        case Always():
            return YES
        case Is(fact, words):
            return _is(view.facts, fact, words)
        case Recorded(fact, words):
            return Truth(_is(view.facts, fact, words).value is True)
        case Compare(fact, how, number):
            value = view.facts.get(fact)
            if not isinstance(value, int):
                return Truth(None, frozenset({fact}))
            return Truth(_compare(value, how, _number(view, number)))
        case Count():
            return _count(condition, view)
        case Level(letters):
            if view.level in letters:
                return YES
            asked = frozenset[str]().union(
                *(keys for letter, keys in view.possible.items() if letter in letters)
            )
            return Truth(None, asked) if asked else NO
        case All(parts):
            return _all([evaluate(part, view) for part in parts])
        case AnyOf(parts):
            turned = _all([_turn(evaluate(part, view)) for part in parts])
            return _turn(turned)
        case Not(part):
            return _turn(evaluate(part, view))


def keys_of(condition: Condition) -> frozenset[str]:
    """Every fact a condition names, so that content can be checked against the schema."""
    match condition:
        case Is(fact, _) | Recorded(fact, _) | Compare(fact, _, _):
            return frozenset({fact})
        case Count(rows, where, _, _):
            inner = frozenset[str]().union(*(keys_of(part) for part in where))
            return frozenset({rows}) | {f"{rows}.{name}" for name in inner}
        case All(parts) | AnyOf(parts):
            return frozenset[str]().union(*(keys_of(part) for part in parts))
        case Not(part):
            return keys_of(part)
        case _:
            return frozenset()


def words_of(condition: Condition) -> frozenset[tuple[str, str]]:
    """Every (fact, word) a condition names, so that content can be checked against the schema."""
    match condition:
        case Is(fact, words) | Recorded(fact, words):
            return frozenset((fact, word) for word in words)
        case Count(rows, where, _, _):
            inner = frozenset[tuple[str, str]]().union(*(words_of(part) for part in where))
            return frozenset((f"{rows}.{name}", word) for name, word in inner)
        case All(parts) | AnyOf(parts):
            return frozenset[tuple[str, str]]().union(*(words_of(part) for part in parts))
        case Not(part):
            return words_of(part)
        case _:
            return frozenset()


def _is(facts: Facts, fact: str, words: tuple[str, ...]) -> Truth:
    value = facts.get(fact)
    if isinstance(value, Words):
        if any(item in words for item in value.items):
            return YES
        return NO if value.complete else Truth(None, frozenset({fact}))
    if value is None:
        return Truth(None, frozenset({fact}))
    return Truth(value in words)


def _count(condition: Count, view: View) -> Truth:
    rows = view.facts.get(condition.rows)
    if not isinstance(rows, tuple):
        return Truth(None, frozenset({condition.rows}))
    number = _number(view, condition.number)
    sure = unsure = 0
    asked: set[str] = set()
    for row in rows:
        fits = _row(row, condition.where, view)
        sure += fits.value is True
        if fits.value is None:
            unsure += 1
            asked |= {f"{condition.rows}.{name}" for name in fits.asked}
    least = _compare(sure, condition.how, number)
    most = _compare(sure + unsure, condition.how, number)
    return Truth(least) if least == most else Truth(None, frozenset(asked))


def _row(row: Row, where: tuple[Condition, ...], view: View) -> Truth:
    inside = View(Facts(view.facts.schema, row), view.numbers)
    return _all([evaluate(part, inside) for part in where])


def _all(truths: list[Truth]) -> Truth:
    if any(truth.value is False for truth in truths):
        return NO
    if all(truth.value for truth in truths):
        return YES
    return Truth(None, frozenset[str]().union(*(truth.asked for truth in truths)))


def _turn(truth: Truth) -> Truth:
    return Truth(None, truth.asked) if truth.value is None else Truth(not truth.value)


def _number(view: View, number: int | str) -> int:
    if isinstance(number, int):
        return number
    if number not in view.numbers:
        raise UnknownNumber(number)
    return view.numbers[number]


def _compare(value: int, how: Comparison, number: int) -> bool:
    match how:
        case "below":
            return value < number
        case "at_most":
            return value <= number
        case "at_least":
            return value >= number
        case "above":
            return value > number
