"""When a course is not on track, what people then look at, and what may follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from alongside.catalogue.loading import Shape, Shelf, read_placed, shown
from alongside.engine.outcomes.tracking import TrackRules

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Percent = Annotated[int, Field(ge=1, le=99)]
LANGUAGES = ("en", "es")
THREE = ("feeling", "thinking", "behaving")


class SaidFile(Shape):
    id: Word
    text: dict[str, str]

    def words(self, language: str) -> str:
        """In a language, in English where there is no other."""
        return in_language(self.text, language)


class CheckFile(Shape):
    """One thing to look at together, with the questions that open it."""

    id: Word
    title: dict[str, str]
    ask: dict[str, str]


class HomeworkFile(Shape):
    """When too little of what was set to try at home is done."""

    sessions: Annotated[int, Field(ge=1, le=12)]
    tasks: Annotated[int, Field(ge=1, le=20)]
    low_below_percent: Percent

    def is_low(self, done: int, told: int) -> bool:
        """Was less than the limit done, of what was told of?"""
        return 100 * done < self.low_below_percent * told


class Tracking(Shape):
    """``tracking/rules.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    fewest_courses: Annotated[int, Field(ge=20)]
    watch_below_percent: Annotated[int, Field(ge=1, le=49)]
    red_below_percent: Annotated[int, Field(ge=1, le=49)]
    change_by_percent: Percent
    folds: Annotated[int, Field(ge=2, le=20)]
    made_up_curve: Annotated[str, Field(pattern=r"^(yes|no)$")]
    counted: tuple[Word, ...] = Field(min_length=1)
    review_within_days: Annotated[int, Field(ge=1, le=14)]
    look_again_days: Annotated[int, Field(ge=1, le=90)]
    look_again_within_days: Annotated[int, Field(ge=1, le=90)]
    stops: tuple[Word, ...] = ("dropped_out", "stopped_safety", "declined_before_start")
    stops_alike: Annotated[int, Field(ge=2, le=9)] = 2
    baseline_days: Annotated[int, Field(ge=1, le=366)]
    last_measure_days: Annotated[int, Field(ge=0, le=90)]
    spacing_days: Annotated[int, Field(ge=1, le=90)]
    homework: HomeworkFile
    checklist: tuple[CheckFile, ...] = Field(min_length=1)
    answers: tuple[SaidFile, ...] = Field(min_length=2)
    choices: tuple[SaidFile, ...] = Field(min_length=1)
    shared: dict[str, str]
    feeling: tuple[Word, ...]
    thinking: tuple[Word, ...]
    behaving: tuple[Word, ...]

    @property
    def baseline_age(self) -> timedelta:
        """How much older than the start a first measure may be: an older one says nothing of it."""
        return timedelta(days=self.baseline_days)

    @property
    def after_end(self) -> timedelta:
        """How long after the end a last measure counts: a form is often filled in days later."""
        return timedelta(days=self.last_measure_days)

    @property
    def rules(self) -> TrackRules:
        """The thresholds as the engine takes them."""
        return TrackRules(
            fewest=self.fewest_courses,
            watch_below=self.watch_below_percent / 100,
            red_below=self.red_below_percent / 100,
            half=self.change_by_percent / 100,
            folds=self.folds,
            curve=self.made_up_curve == "yes",
        )

    def speaks_of(self, instrument: str) -> tuple[str, ...]:
        """Which of feeling, thinking and behaving a measure speaks of: ``phq9`` or ``phq9@1``."""
        id = instrument.partition("@")[0]
        return tuple(word for word in THREE if id in getattr(self, word))


SHAPES = {"tracking": Tracking}


def in_language(text: dict[str, str], language: str) -> str:
    """The words in a language, or in English."""
    return text.get(language) or text.get(language.partition("-")[0]) or text["en"]


def load(roots: Sequence[Path]) -> Shelf[Tracking]:
    """The rules under ``rules``; the deployment's own file replaces the shipped one whole."""
    shelf: Shelf[Tracking] = Shelf()
    for root in roots:
        path = root / "tracking" / "rules.yaml"
        if not path.is_file():
            continue
        reading = read_placed(path, Tracking, shown=shown(path, roots))
        mistakes = list(reading.problems)
        if reading.value is not None:
            mistakes += [reading.problem(words, *loc) for words, loc in _mistakes(reading.value)]
            if not mistakes:
                shelf.items["rules"] = reading.value
        shelf.problems.extend(mistakes)
    return shelf


def _mistakes(file: Tracking) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    if file.red_below_percent > file.watch_below_percent:
        yield "red_below_percent is above watch_below_percent", ("red_below_percent",)
    if file.look_again_days > file.look_again_within_days:
        yield "later than look_again_within_days", ("look_again_days",)
    texts: list[tuple[str, int, dict[str, str]]] = [("shared", 0, file.shared)]
    for place, check in enumerate(file.checklist):
        texts += [("checklist", place, check.title), ("checklist", place, check.ask)]
    for name, said in (("answers", file.answers), ("choices", file.choices)):
        texts += [(name, place, each.text) for place, each in enumerate(said)]
    for name, place, text in texts:
        for language in LANGUAGES:
            if not text.get(language):
                loc = (name,) if name == "shared" else (name, place)
                yield f"words are missing in {language}", loc
    for name, ids in (
        ("checklist", [each.id for each in file.checklist]),
        ("answers", [each.id for each in file.answers]),
        ("choices", [each.id for each in file.choices]),
    ):
        if len(set(ids)) != len(ids):
            yield "the same id twice", (name,)
