"""What a form of a protocol is made of. Words are kept by language, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from alongside.engine.terms import NotARef, Ref

Words = Mapping[str, str]
Kind = Literal[
    "text", "long_text", "rating", "date", "choice", "choices", "named", "table", "rows", "ladder"
]
Who = Literal["person", "relative", "practitioner"]
Place = Literal["session", "home", "print"]

REPEATING: tuple[Kind, ...] = ("rows", "ladder")  # as many rows as somebody writes
WITH_COLUMNS: tuple[Kind, ...] = (*REPEATING, "table")


def said(words: Words, language: str) -> str:
    """The words in a language, in its base language, or in English."""
    return words.get(language) or words.get(language.partition("-")[0]) or words.get("en", "")


@dataclass(frozen=True, slots=True, order=True)
class FormRef:
    """One form of one protocol at one version, written ``cbt/thought_record@1``."""

    protocol: str
    form: str
    version: int

    def __str__(self) -> str:
        return f"{self.protocol}/{self.form}@{self.version}"

    @property
    def way(self) -> Ref:
        """The protocol it belongs to: ``cbt@1``."""
        return Ref(self.protocol, self.version)

    @classmethod
    def parse(cls, text: str) -> FormRef:
        """Read ``cbt/thought_record@1``. Raises NotARef for anything else."""
        protocol, slash, rest = text.partition("/")
        if not slash:
            raise NotARef(text)
        ref = Ref.parse(rest)
        return cls(Ref(protocol, ref.version).id, ref.id, ref.version)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose, or one given row of a table."""

    id: str
    text: Words


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in.

    ``low``, ``high`` and their words belong to a rating; ``longest`` counts letters; ``options``
    are for a choice, ``rows`` for a table; ``columns`` are simple fields themselves. ``least`` rows
    are asked for, ``most`` are kept. ``order_by`` names the rating that orders a ladder. ``of`` is
    the column of other rows in which whoever is ``named`` stands: ``people.name``.
    """

    id: str
    kind: Kind
    label: Words
    hint: Words = field(default_factory=dict)
    required: bool = False
    longest: int = 2000
    low: int = 0
    high: int = 10
    low_words: Words = field(default_factory=dict)
    high_words: Words = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    rows: tuple[Option, ...] = ()
    columns: tuple[Field, ...] = ()
    least: int = 0
    most: int = 0
    order_by: str = ""
    of: str = ""

    def column(self, id: str) -> Field | None:
        """The column with this id, or None."""
        return next((column for column in self.columns if column.id == id), None)

    def option(self, id: object) -> Option | None:
        """The option with this id, or None."""
        return next((option for option in self.options if option.id == id), None)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing by its name, and which fields it is made from: ``steps.now`` is a column."""

    name: str
    uses: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Note:
    """What goes into the note: which part of its skeleton, and lines with ``{fields}``."""

    part: str
    lines: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a protocol at one exact version."""

    ref: FormRef
    title: Words
    intro: Words
    filled_by: tuple[Who, ...]
    where: tuple[Place, ...]
    fields: tuple[Field, ...]
    note: Note | None
    drawing: Drawing | None
    source: str
    unverified: bool
    checked: date
    review_by: date

    def field(self, id: str) -> Field | None:
        """The field with this id, or None."""
        return next((one for one in self.fields if one.id == id), None)

    def at(self, path: str) -> Field | None:
        """The field ``thoughts``, or the column ``thoughts.belief``; None when there is none."""
        name, dot, column = path.partition(".")
        found = self.field(name)
        return found.column(column) if found is not None and dot else found

    def is_for(self, who: Who) -> bool:
        """May this one fill it in by themselves, at home?"""
        return who in self.filled_by and "home" in self.where
