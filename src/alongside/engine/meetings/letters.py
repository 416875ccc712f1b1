"""Gentle hints on a letter: what is in it, how long it is, which words may hurt. No block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_][\w’'-]*")


@dataclass(frozen=True, slots=True)
class Look:
    """What to look for in one language: whole words, or a pattern. Capitals do not count."""

    id: str
    words: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class LetterRules:
    """The parts a letter has and the hints on its words, in one language; words a minute aloud."""

    parts: tuple[Look, ...]
    hints: tuple[Look, ...]
    words_a_minute: int
    most_words: int
    least_words: int


@dataclass(frozen=True, slots=True)
class Hint:
    """One phrase a hint is about, as it stands in the letter, and where it begins (0 first)."""

    id: str
    phrase: str
    start: int


@dataclass(frozen=True, slots=True)
class Looked:
    """A letter looked over: its words, seconds to read aloud, parts by id, hints in order."""

    words: int
    seconds: int
    parts: tuple[tuple[str, bool], ...]
    hints: tuple[Hint, ...]
    is_long: bool
    is_short: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a letter aloud: how close and how sharp it is, for a suggested order.

    ``sharp`` counts open hints; ``holds_power`` is an employer or the like.
    """

    id: str
    is_listened_to: bool = False
    holds_power: bool = False
    sharp: int = 0


def look_over(text: str, rules: LetterRules, kept: Iterable[str] = ()) -> Looked:
    """Look over a letter on this machine: nothing is judged, nothing is stopped.

    Args:
        text: the letter as it is typed.
        rules: content in the letter's language.
        kept: hints as ``id:phrase`` that the writer keeps as they are; they are not shown again.

    Returns:
        What is in it and each phrase a hint is about, in the order of the text.

    Source: ``content/meetings/letters.yaml``.
    """
    words = len(_WORD.findall(text))
    left_out = set(kept)
    hints = [
        Hint(look.id, found.group(0), found.start())
        for look in rules.hints
        for found in _compiled(look).finditer(text)
        if found.group(0).strip()
    ]
    open_ = [hint for hint in hints if kept_as(hint.id, hint.phrase) not in left_out]
    return Looked(
        words=words,
        seconds=round(words * 60 / rules.words_a_minute),
        parts=tuple((look.id, bool(_compiled(look).search(text))) for look in rules.parts),
        hints=tuple(sorted(open_, key=lambda hint: (hint.start, hint.id))),
        is_long=words > rules.most_words,
        is_short=0 < words < rules.least_words,
    )


def kept_as(hint: str, phrase: str) -> str:
    """How a kept hint is remembered: it stays kept while the phrase stands."""
    return f"{hint}:{phrase.casefold()}"


def reading_order(readers: Sequence[Reader]) -> tuple[str, ...]:
    """Suggest who reads when: warm and gentle first, who is listened to most near the end, who
    holds power over the person last. Otherwise as they stand."""
    ranked = sorted(
        enumerate(readers),
        key=lambda pair: (pair[1].holds_power, pair[1].is_listened_to, pair[1].sharp, pair[0]),
    )
    return tuple(reader.id for _place, reader in ranked)


@lru_cache(maxsize=512)
def _compiled(look: Look) -> re.Pattern[str]:
    pattern = look.pattern
    if look.words:
        listed = "|".join(re.escape(word) for word in sorted(look.words, key=len, reverse=True))
        pattern = rf"\b(?:{listed})\b"
    return re.compile(pattern, re.IGNORECASE)
