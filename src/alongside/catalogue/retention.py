"""The clock of a case, how long what is held is kept, how far back: ``retention/rules.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from alongside.catalogue.loading import Shape, Shelf, read_placed, shown

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Days = Annotated[int, Field(ge=1, le=366)]
Months = Annotated[int, Field(ge=1, le=60)]


class Retention(Shape):
    """``retention/rules.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    close_after_days: Days
    first_end_days: Days
    longest_days: Days
    erase_after_days: Days
    follow_up_months: tuple[Months, ...]
    follow_up_within_days: Days
    no_follow_up_after: tuple[Word, ...]
    doubles_days: Days
    reports_days: Days
    reports_people: Annotated[int, Field(ge=1, le=10)]
    reports_same: Annotated[int, Field(ge=1, le=10)]
    first_numbers_days: Days
    decided_again_months: Annotated[int, Field(ge=1, le=24)]
    invitation_days: Annotated[int, Field(ge=1, le=60)]

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
            problems += [reading.problem(words, *loc) for words, *loc in _mistakes(reading.value)]
            if not problems:
                shelf.items["rules"] = reading.value
        shelf.problems.extend(problems)
    return shelf


def _mistakes(rules: Retention) -> Iterator[tuple[str, str]]:
    months = rules.follow_up_months
    if list(months) != sorted(set(months)):
        yield "months do not rise", "follow_up_months"
    if rules.first_end_days > rules.longest_days:
        yield f"later than the latest end, {rules.longest_days} days ahead", "first_end_days"
    if rules.close_after_days > rules.longest_days:
        yield f"later than the latest end, {rules.longest_days} days ahead", "close_after_days"
