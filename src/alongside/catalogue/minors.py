"""From which age somebody decides alone, by pack of settings: ``minors/ages.yaml``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from alongside.catalogue.legal_bases import Pack
from alongside.catalogue.loading import Problem, Shape, Shelf, read_placed, shown

Age = Annotated[int, Field(ge=0, le=25)]
Kind = Literal["counselling", "substance_use"]
Sees = Literal["agreed", "times", "answers"]
PLACE = ("minors", "ages.yaml")


class AgeRules(Shape):
    """The ages of one pack. ``competent``: below them a young person found able may decide.

    ``guardian_days``: how long at most somebody without a year of birth has a guardian.
    ``guardian_sees``: what a guardian who may see is shown, below the age of agreeing alone.
    """

    majority: Age
    alone: dict[Kind, Age]
    competent: Literal["yes", "no"]
    guardian_days: Annotated[int, Field(ge=1, le=366)]
    guardian_sees: tuple[Sees, ...] = ()
    verify: bool = False

    def alone_from(self, kinds: Sequence[str]) -> int:
        """From which age somebody agrees alone to help of these kinds: the highest counts."""
        ages = [age for kind, age in self.alone.items() if kind in kinds]
        return max(ages, default=self.alone["counselling"])


class AgesFile(Shape):
    """``minors/ages.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    packs: dict[Pack, AgeRules]


SHAPES = {"minors": AgesFile}


def load(roots: Sequence[Path]) -> Shelf[AgeRules]:
    """The age rules of each pack; a deployment's file replaces those it names."""
    shelf: Shelf[AgeRules] = Shelf()
    for root in roots:
        path = root.joinpath(*PLACE)
        if not path.is_file():
            continue
        reading = read_placed(path, AgesFile, shown=shown(path, roots))
        shelf.problems.extend(reading.problems)
        if reading.value is None:
            continue
        for pack, rules in reading.value.packs.items():
            if "counselling" not in rules.alone:
                shelf.problems.append(
                    reading.problem(f"{pack}: no age for counselling", "packs", pack)
                )
                continue
            shelf.items[pack] = rules
    return shelf


def check(whole: object, roots: Sequence[Path], today: date | None) -> list[Problem]:
    """A file whose review date has passed, and packs nobody checked for the place."""
    found: list[Problem] = []
    for root in roots:
        path = root.joinpath(*PLACE)
        if not path.is_file():
            continue
        reading = read_placed(path, AgesFile, shown=shown(path, roots))
        if reading.value is None:
            continue
        if today is not None and reading.value.review_by < today:
            words = f"review was due by {reading.value.review_by}"
            found.append(reading.problem(words, "review_by", grade="warning"))
        for pack, rules in reading.value.packs.items():
            if rules.verify:
                words = f"{pack}: the ages are not checked for your place yet"
                found.append(reading.problem(words, "packs", pack, grade="info"))
    return found
