"""How fast a person must respond, from what is happening now. Levels never predict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from alongside.engine.protocols.conditions import View, evaluate
from alongside.engine.protocols.facts import Facts
from alongside.engine.protocols.shapes import ChooserRules
from alongside.engine.terms import Reason


@dataclass(frozen=True, slots=True)
class Danger:
    """The most urgent letter the facts give, why, and what is still open.

    ``possible`` are more urgent letters that an unknown fact could still give, each with the
    keys that would settle it.
    """

    level: str | None
    because: tuple[Reason, ...]
    possible: Mapping[str, frozenset[str]]

    @property
    def asked(self) -> frozenset[str]:
        """Every unknown key that could make the level more urgent."""
        return frozenset[str]().union(*self.possible.values())


def level_of_danger(facts: Facts, rules: ChooserRules) -> Danger:
    """Find the level of present danger.

    Args:
        facts: what is known; unknown is not "no".
        rules: level rules, and the letters from the most urgent on.

    Returns:
        The level (None: no rule is true), its reasons, and the more urgent letters still possible.

    Source: the level rules of content/chooser/rules.yaml, each with its own.
    """
    view = View(facts, rules.numbers)
    rank = {letter: number for number, letter in enumerate(rules.letters)}
    found: dict[str, list[Reason]] = {}
    open_: dict[str, frozenset[str]] = {}
    for rule in rules.levels:
        truth = evaluate(rule.when, view)
        if truth.value:
            found.setdefault(rule.level, []).append(rule.reason)
        elif truth.value is None:
            open_[rule.level] = open_.get(rule.level, frozenset()) | truth.asked
    level = min(found, key=rank.__getitem__, default=None)
    possible = {
        letter: keys
        for letter, keys in open_.items()
        if level is None or rank[letter] < rank[level]
    }
    return Danger(level, tuple(found.get(level or "", ())), MappingProxyType(possible))
