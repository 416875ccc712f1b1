"""Draft a note from what was entered.

Nothing is made up: each sentence is one signed sentence of content whose places are filled from one
entry, or a line that a form offers word for word. A sentence with a place that is blank is left
out. What somebody typed is never changed; a draft only adds lines that are not there yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Entered:
    """One thing that was entered, as far as the note speaks of it.

    Args:
        kind: which kind of entry it is, ``homework_told``; decides where its sentence goes.
        source: names the row, ``homework:<uuid>``.
        sentence: the id of its sentence; with ``text`` there is none.
        values: what fills the places of the sentence.
        text: a line that is ready.
        part: where it goes, when the entry says so itself.
    """

    kind: str
    source: str
    sentence: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a draft: the part it belongs to, and what it comes from."""

    part: str
    text: str
    source: str
    kind: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one kind of entry goes: the first of these parts that the note has."""

    parts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drafting:
    """The parts of a note as ``(id, kind)`` in order, where entries go, and the last resort."""

    parts: tuple[tuple[str, str], ...]
    spots: Mapping[str, Spot]
    otherwise: str

    def part_for(self, entry: Entered) -> str:
        """The part of the note an entry belongs to."""
        here = [id for id, _kind in self.parts]
        spot = self.spots.get(entry.kind, Spot())
        for wanted in (entry.part, *spot.parts):
            if wanted and wanted in here:
                return wanted
        for kind in spot.kinds:
            for id, of_kind in self.parts:
                if of_kind == kind:
                    return id
        return self.otherwise


def draft(
    entries: Iterable[Entered], drafting: Drafting, sentences: Mapping[str, str]
) -> tuple[Line, ...]:
    """The sentences of a draft, in the order of the entries.

    Args:
        entries: what was entered.
        drafting: the parts of the note, and where each kind of entry goes.
        sentences: signed sentences by id, ``{place}`` marks what is filled in.

    Returns:
        One line for each entry with words; the same words in the same part stand once.
    """
    found: dict[tuple[str, str], Line] = {}
    for entry in entries:
        text = entry.text or filled(sentences.get(entry.sentence, ""), entry.values)
        text = " ".join(text.split())
        if text:
            part = drafting.part_for(entry)
            found.setdefault((part, text), Line(part, text, entry.source, entry.kind))
    return tuple(found.values())


def filled(sentence: str, values: Mapping[str, str]) -> str:
    """A sentence with its places filled; nothing when one of them is blank."""
    given = {name: " ".join(values.get(name, "").split()) for name in _PLACE.findall(sentence)}
    if not all(given.values()):
        return ""
    return _PLACE.sub(lambda place: given[place.group(1)], sentence)


def not_there(lines: Iterable[Line], parts: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines that stand nowhere in the note yet."""
    there = _rows_of(parts.values())
    return tuple(line for line in lines if line.text not in there)


def standing(lines: Iterable[Line], parts: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines that stand in the note word for word, each in the part where it stands."""
    rows = {part: _rows_of([text]) for part, text in parts.items()}
    return tuple(
        Line(part, line.text, line.source, line.kind)
        for line in lines
        for part in parts
        if line.text in rows[part]
    )


def added(parts: Mapping[str, str], lines: Sequence[Line]) -> dict[str, str]:
    """The note with these lines at the end of their parts; what was typed stays as it is."""
    found = dict(parts)
    for line in not_there(lines, parts):
        before = found.get(line.part, "")
        found[line.part] = f"{before}\n{line.text}" if before.strip() else line.text
    return found


def _rows_of(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(row.split()) for text in texts for row in text.splitlines())
