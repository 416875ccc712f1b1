"""A filled form as somebody types it off paper: ``012301230`` for nine answers, ``-`` skipped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from alongside.engine.instruments.scoring import items_to_ask
from alongside.engine.instruments.shapes import Instrument, Item

SKIPPED = "-"
MOST_LETTERS = 400
_BETWEEN = re.compile(r"[\s,;]+")
_WHOLE = re.compile(r"[+-]?[0-9]{1,4}\Z")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, by item, read from the front.

    ``answers`` may hold what is no answer, to be refused by its item. ``given`` is how many were
    typed; a whole form has from ``least`` to ``most``.
    """

    answers: Mapping[str, object]
    given: int
    least: int
    most: int

    @property
    def is_whole(self) -> bool:
        return self.least <= self.given <= self.most


def is_typed_in_one(instrument: Instrument) -> bool:
    """Whether every answer is one digit, so that nothing need stand between them."""
    return all(0 <= value <= 9 for values in instrument.options.values() for value in values)


def least_typed(instrument: Instrument) -> int:
    """How many answers must be typed: those at the end that may not apply can be left out."""
    needed = [n for n, item in enumerate(instrument.items, 1) if not _may_be_left_out(item)]
    return max(needed, default=0)


def read_typed(instrument: Instrument, text: str) -> Typed:
    """Read a line of answers in the order of the form.

    Args:
        instrument: the form.
        text: one digit an item where every answer is one digit, else numbers with a space
            between them; ``-`` is skipped.

    Returns:
        The answers by item, None for skipped. What is no number stays a text. An item that does
        not apply after the others is left out, one that does and was not typed is skipped.
    """
    said = text.strip()[:MOST_LETTERS]
    if is_typed_in_one(instrument):
        words = list(_BETWEEN.sub("", said))
    else:
        words = [word for word in _BETWEEN.split(said) if word]
    found: dict[str, object] = {}
    for item, word in zip(instrument.items, words, strict=False):
        if word == SKIPPED:
            found[item.id] = None
        else:
            found[item.id] = int(word) if word.isascii() and _WHOLE.match(word) else word
    numbers = {id: value for id, value in found.items() if type(value) is int}
    asked = frozenset(items_to_ask(instrument, numbers))
    least, most = least_typed(instrument), len(instrument.items)
    if len(words) >= least:
        found |= {id: None for id in instrument.item_ids[len(words) :] if id in asked}
    answers = {id: value for id, value in found.items() if value is not None or id in asked}
    return Typed(answers, given=len(words), least=least, most=most)


def differing(
    instrument: Instrument, one: Mapping[str, int | None], other: Mapping[str, int | None]
) -> tuple[str, ...]:
    """The items on which two typings of one form differ, in the order of the form."""
    return tuple(id for id in instrument.item_ids if one.get(id) != other.get(id))


def _may_be_left_out(item: Item) -> bool:
    return item.ask_if is not None or item.optional
