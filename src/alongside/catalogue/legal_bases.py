"""Why a service may hold what it holds: legal bases by jurisdiction, with their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from alongside.catalogue.loading import Problem, Shape, Shelf, read_placed, shown

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Pack = Literal["uk_ew", "us", "eu", "generic"]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
GENERIC = "generic"  # nothing was chosen
LANGUAGES = ("en", "es")


class LegalBasis(Shape):
    """One basis. ``before_agreement``: it can carry a case the person has not agreed to yet."""

    id: Word
    name: dict[str, str]
    text: dict[str, str]
    law: str
    jurisdictions: tuple[Pack, ...] = Field(min_length=1)
    before_agreement: bool
    needs_reason: bool
    verify: bool = False  # general knowledge: the deployment's officer checks it

    def words(self, language: str) -> str:
        """What it is called, in English where there is no other."""
        return self.name.get(language, self.name["en"])

    def meaning(self, language: str) -> str:
        """What it means, in English where there is no other."""
        return self.text.get(language, self.text["en"])


class LegalBasesFile(Shape):
    """``legal_bases/legal_bases.yaml``."""

    source: str
    checked: date
    review_by: date
    packs: dict[Pack, tuple[Country, ...]] = {}
    bases: tuple[LegalBasis, ...] = Field(min_length=1)


SHAPES = {"legal_bases": LegalBasesFile}


def load(roots: Sequence[Path]) -> Shelf[LegalBasis]:
    """Every legal basis by id; a deployment's file adds to the shipped one or replaces entries."""
    shelf: Shelf[LegalBasis] = Shelf()
    for root in roots:
        path = root / "legal_bases" / "legal_bases.yaml"
        if not path.is_file():
            continue
        reading = read_placed(path, LegalBasesFile, shown=shown(path, roots))
        shelf.problems.extend(reading.problems)
        if reading.value is None:
            continue
        seen: set[str] = set()
        for index, basis in enumerate(reading.value.bases):
            mistakes = _mistakes(basis, seen)
            seen.add(basis.id)
            shelf.problems.extend(reading.problem(words, "bases", index) for words in mistakes)
            if not mistakes:
                shelf.items[basis.id] = basis
    return shelf


def load_packs(roots: Sequence[Path]) -> Shelf[str]:
    """The pack of settings of each country by its two letters; a deployment's file wins."""
    shelf: Shelf[str] = Shelf()
    for root in roots:
        path = root / "legal_bases" / "legal_bases.yaml"
        if not path.is_file():
            continue
        value = read_placed(path, LegalBasesFile, shown=shown(path, roots)).value
        for pack, countries in (value.packs if value is not None else {}).items():
            shelf.items.update(dict.fromkeys(countries, pack))
    return shelf


def pack_of(packs: Mapping[str, str], *, country: str, chosen: str) -> str:
    """The pack of settings that counts: what the service chose, else that of its country."""
    return packs.get(country, chosen) if chosen == GENERIC else chosen


def _mistakes(basis: LegalBasis, seen: set[str]) -> list[str]:
    found = [f"{basis.id} is listed twice"] if basis.id in seen else []
    return found + [
        f"{basis.id}: words are missing in {language}"
        for language in LANGUAGES
        if language not in basis.name or language not in basis.text
    ]


def check(whole: object, roots: Sequence[Path], today: date | None) -> list[Problem]:
    """A file whose review date has passed."""
    found: list[Problem] = []
    for root in roots:
        path = root / "legal_bases" / "legal_bases.yaml"
        if today is None or not path.is_file():
            continue
        reading = read_placed(path, LegalBasesFile, shown=shown(path, roots))
        if reading.value is not None and reading.value.review_by < today:
            found.append(
                reading.problem(
                    f"review was due by {reading.value.review_by}", "review_by", grade="warning"
                )
            )
    return found


def offered(bases: Mapping[str, LegalBasis], jurisdiction: str) -> tuple[LegalBasis, ...]:
    """The bases of one jurisdiction that can carry a case before the person agreed."""
    return tuple(
        basis
        for basis in bases.values()
        if basis.before_agreement and jurisdiction in basis.jurisdictions
    )
