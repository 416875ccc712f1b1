"""Draft a letter: each sentence whose places are all known, and nothing else.

The values come from what the recipient may see; what a letter may name at all is the closed list
below, so that no kind of letter can ask for more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alongside.engine.letters.shapes import Kind, Part, Sentence
from alongside.engine.notes import filled

# What may be named once, and, by the word of ``each``, what may be named of every such value.
PLACES: Mapping[str, frozenset[str]] = {
    "": frozenset(
        {"name", "to", "service", "writer", "way", "what", "began", "ended", "held", "planned"}
    ),
    "measure": frozenset({"measure", "first", "first_day", "last", "last_day", "scale", "change"}),
    "measure_once": frozenset({"measure", "first", "first_day", "scale"}),
    "goal": frozenset({"goal", "level"}),
    "sheet": frozenset({"line"}),
    "home": frozenset({"task"}),
    "help": frozenset({"line", "number"}),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Named values: those there is one of, and rows of those there are several of."""

    once: Mapping[str, str]
    rows: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftedPart:
    """A part of a draft: its lines, one a paragraph."""

    id: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as they are written into the letter."""
        return "\n".join(self.lines)


def draft(kind: Kind, facts: Facts, language: str) -> tuple[DraftedPart, ...]:
    """The parts of a kind of letter, drafted in a language.

    Args:
        kind: what it says.
        facts: what is known, and may be told to whom it goes.
        language: of its sentences; English where there is no other.

    Returns:
        Every part in order; a sentence with a blank place is left out.
    """
    return tuple(DraftedPart(part.id, tuple(_lines(part, facts, language))) for part in kind.parts)


def missing(kind: Kind, texts: Mapping[str, str]) -> tuple[Part, ...]:
    """The required parts that are blank."""
    return tuple(p for p in kind.parts if p.required and not texts.get(p.id, "").strip())


def _lines(part: Part, facts: Facts, language: str) -> Iterator[str]:
    for sentence in part.sentences:
        rows = facts.rows.get(sentence.each, ()) if sentence.each else ({},)
        for row in rows:
            line = filled(_said(sentence, language), {**facts.once, **row})
            if line:
                yield line


def _said(sentence: Sentence, language: str) -> str:
    text = sentence.text
    return text.get(language) or text.get(language.partition("-")[0]) or text["en"]
