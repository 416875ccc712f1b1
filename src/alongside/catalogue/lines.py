"""Crisis lines and emergency numbers by country, with how well each is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from alongside.catalogue.loading import Problem, Reading, Shape, Shelf, read_placed, shown

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Evidence = Literal["seen", "weak", "general_knowledge"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class EmergencyNumber(Shape):
    """A number of the emergency services."""

    number: str
    service: Literal["all", "ambulance", "police", "fire"] = "all"
    evidence: Evidence
    source: str


class Window(Shape):
    """Hours of some days, in the country's own wall time."""

    days: tuple[Day, ...] = DAYS
    opens: Clock
    closes: Clock
    dates: tuple[int, ...] = ()  # of the month; on these days in place of weekdays


class Line(Shape):
    """One line. Empty hours mean that they are not confirmed, not that it is always open."""

    id: Annotated[str, Field(pattern=r"^[a-z]{2}_[a-z0-9_]+$")]
    name: str
    scope: str  # a country, a nation or a place: GB, GB-SCT, "Buenos Aires"
    kind: Literal["crisis", "domestic_abuse", "child_abuse", "substance_use", "dementia", "health"]
    number: str | None = None
    text: str | None = None  # the number that takes text messages
    text_words: str | None = None  # what to write, where a word is needed
    then: str | None = None  # what to press after the line answers
    languages: tuple[str, ...] = ()
    audience: dict[str, str] = {}  # for whom, by language; empty: for anyone
    hours: Literal["always", "part_of_day"] | tuple[Window, ...] | None = None
    evidence: Evidence
    source: str
    note: str = ""

    @field_validator("audience", mode="before")
    @classmethod
    def _in_one_language(cls, given: object) -> object:
        """One text stands for every language: no line of a deployment is lost for a translation."""
        if isinstance(given, str):
            return {} if given == "anyone" else {"en": given, "es": given}
        return given

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.number is None and self.text is None:
            raise ValueError("a line has a number or takes text messages")
        return self

    def is_open(self, local: datetime) -> bool | None:
        """Whether it is open at a local time; None where its hours are not confirmed."""
        if self.hours == "always":
            return True
        if self.hours is None or isinstance(self.hours, str):
            return None
        return any(_covers(window, local) for window in self.hours)


class CountryLines(Shape):
    """``crisis_lines/<country>.yaml``: whom to call in one country."""

    country: Country
    name: dict[str, str]
    emergency: tuple[EmergencyNumber, ...] = Field(min_length=1)
    lines: tuple[Line, ...]
    source: str
    checked: date
    review_by: date

    @property
    def emergency_number(self) -> str:
        """The number to show first."""
        return self.emergency[0].number


SHAPES = {"crisis_lines": CountryLines}

# Shown as text where no line of a country was verified in time.
ELSEWHERE = ("findahelpline.com", "befrienders.org")


def load(roots: Sequence[Path]) -> Shelf[CountryLines]:
    """The lines of every country, by its code; a deployment's file stands for the shipped one."""
    shelf: Shelf[CountryLines] = Shelf()
    files = {path.stem: path for root in roots for path in (root / "crisis_lines").glob("*.yaml")}
    owners: dict[str, str] = {}
    for stem, path in sorted(files.items()):
        reading = read_placed(path, CountryLines, shown=shown(path, roots))
        mistakes = list(reading.problems)
        if reading.value is not None:
            mistakes.extend(_mistakes(reading, reading.value, stem, owners))
            if not mistakes:
                shelf.items[reading.value.country] = reading.value
        shelf.problems.extend(mistakes)
    return shelf


def _mistakes(
    reading: Reading[CountryLines], file: CountryLines, stem: str, owners: dict[str, str]
) -> Iterator[Problem]:
    if file.country.lower() != stem:
        yield reading.problem(f"country: the file of {file.country} is {file.country.lower()}.yaml")
    for index, line in enumerate(file.lines):
        if not line.id.startswith(f"{stem}_"):
            yield reading.problem(f"{line.id}: its id starts with {stem}_", "lines", index, "id")
        if line.id in owners:
            yield reading.problem(f"{line.id} is used twice", "lines", index, "id")
        owners[line.id] = reading.name
        if line.audience and not {"en", "es"} <= {k for k, v in line.audience.items() if v}:
            yield reading.problem(
                f"{line.id}: audience: words are missing in a language", "lines", index, "audience"
            )
    for language in ("en", "es"):
        if language not in file.name:
            yield reading.problem(f"name: missing in {language}", "name")


def _covers(window: Window, local: datetime) -> bool:
    if window.dates:
        if local.day not in window.dates:
            return False
    elif DAYS[local.weekday()] not in window.days:
        return False
    return window.opens <= f"{local:%H:%M}" < window.closes
