"""How long what nobody agreed to is kept, and when we ask again: ``retention/rules.yaml``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from alongside.catalogue.loading import Shape, Shelf, read_placed, shown

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Days = Annotated[int, Field(ge=1, le=365)]
Months = Annotated[int, Field(ge=1, le=60)]


class Retention(Shape):
    """``retention/rules.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    erase_after_days: Days
    follow_up_months: tuple[Months, ...]
    follow_up_within_days: Days
    no_follow_up_after: tuple[Word, ...]

    @property
    def erase_after(self) -> timedelta:
        """How long after the end what is held about somebody who never agreed is kept."""
        return timedelta(days=self.erase_after_days)


SHAPES = {"retention": Retention}


def load(roots: Sequence[Path]) -> Shelf[Retention]:
    """The rules under ``rules``; the deployment's own file replaces the shipped one whole."""
    shelf: Shelf[Retention] = Shelf()
    for root in roots:
        path = root / "retention" / "rules.yaml"
        if not path.is_file():
            continue
        reading = read_placed(path, Retention, shown=shown(path, roots))
        problems = list(reading.problems)
        if reading.value is not None:
            months = reading.value.follow_up_months
            if list(months) != sorted(set(months)):
                problems.append(reading.problem("months do not rise", "follow_up_months"))
            if not problems:
                shelf.items["rules"] = reading.value
        shelf.problems.extend(problems)
    return shelf
