"""The shape of a kind of letter. Frozen, from content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from alongside.engine.terms import Ref

Audience = Literal["person", "referrer"]
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with places to be filled. With ``each`` it is said once for each such value."""

    text: Words
    each: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a letter. A required part that is blank keeps it from being signed."""

    id: str
    title: Words
    sentences: tuple[Sentence, ...]
    hint: Words
    required: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter at one version.

    ``to`` is whom it goes to; ``consent`` is the form without which it goes to nobody; ``forms``
    are the sheets of a treatment whose lines it may bring.
    """

    ref: Ref
    title: Words
    to: Audience
    consent: str
    parts: tuple[Part, ...]
    source: str
    forms: tuple[str, ...] = ()
    unverified: bool = False
    checked: date | None = None
    review_by: date | None = None

    def part(self, id: str) -> Part | None:
        """The part with this id, or None."""
        return next((part for part in self.parts if part.id == id), None)
