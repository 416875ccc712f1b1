"""Who must report harm, to whom and by when: a table a deployment completes and signs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from alongside.catalogue.loading import Shape, Shelf, read_placed, shown

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class DutyFile(Shape):
    of: Literal["child", "adult"]
    who: str
    to: str
    by: str
    law: str


class VerifiedFile(Shape):
    by: str = Field(min_length=1)
    on: date


class CountryFile(Shape):
    """The duties of one country. Without ``verified`` nobody has checked them here."""

    country: Country
    verified: VerifiedFile | None
    duties: tuple[DutyFile, ...] = Field(min_length=1)


class DutiesFile(Shape):
    """``safeguarding/duties.yaml``."""

    source: str
    checked: date
    review_by: date
    countries: tuple[CountryFile, ...] = Field(min_length=1)


SHAPES = {"safeguarding_duties": DutiesFile}


def load(roots: Sequence[Path]) -> Shelf[CountryFile]:
    """Duties by country code; a deployment's own country replaces the shipped one.

    What ships may not say that it is verified: only a deployment can.
    """
    shelf: Shelf[CountryFile] = Shelf()
    for index, root in enumerate(roots):
        path = root / "safeguarding" / "duties.yaml"
        if not path.is_file():
            continue
        reading = read_placed(path, DutiesFile, shown=shown(path, roots))
        shelf.problems.extend(reading.problems)
        for place, each in enumerate(reading.value.countries if reading.value else ()):
            if index == 0 and each.verified is not None:
                shelf.problems.append(
                    reading.problem(
                        f"{each.country}: only a service verifies its own duties",
                        "countries",
                        place,
                        "verified",
                    )
                )
                continue
            shelf.items[each.country] = each
    return shelf
