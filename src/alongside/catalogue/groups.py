"""How therapy groups are run: places, what is asked before, the rules offered to each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from alongside.catalogue.loading import Problem, Shape, Shelf, read_placed, shown
from alongside.engine.risk.levels import Code

SaysNo = Literal["not_now", "crisis"]
Words = dict[str, str]


class PlacesFile(Shape):
    fewest: Annotated[int, Field(ge=2, le=30)]
    most: Annotated[int, Field(ge=2, le=30)]


class QuestionFile(Shape):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    says_no: SaysNo
    level: Code | None = None
    ask: Words


class GroupsFile(Shape):
    """``groups/groups.yaml``."""

    source: str
    checked: date
    review_by: date
    places: PlacesFile
    fewest_attending: Annotated[int, Field(ge=2, le=30)]
    leaders: Annotated[int, Field(ge=1, le=4)]
    offer_days: Annotated[int, Field(ge=1, le=30)]
    another_offer_hours: Annotated[int, Field(ge=1, le=24)]
    incident_days: Annotated[int, Field(ge=1, le=7)]
    minutes: Annotated[int, Field(ge=15, le=480)]
    questions: Annotated[tuple[QuestionFile, ...], Field(min_length=1)]
    rules: Words


SHAPES = {"groups": GroupsFile}


@dataclass(frozen=True, slots=True)
class GroupQuestion:
    """One question of the talk before a group. *Yes* says that it does not fit now.

    ``level``: a *yes* raises an alert of it, before anything else.
    """

    id: str
    level: Code | None
    ask: Mapping[str, str]

    def words(self, language: str) -> str:
        return self.ask.get(language) or self.ask["en"]


@dataclass(frozen=True, slots=True)
class Groups:
    """How groups are run. ``fewest``, ``most`` are places; ``leaders`` how many lead one."""

    fewest: int
    most: int
    fewest_attending: int
    leaders: int
    offer_days: int
    another_offer_hours: int
    incident_days: int
    minutes: int
    questions: tuple[GroupQuestion, ...]
    rules: Mapping[str, str]
    source: str

    def rules_in(self, language: str) -> str:
        """The rules that a new group is offered."""
        return self.rules.get(language) or self.rules["en"]


def load(roots: Sequence[Path]) -> Shelf[Groups]:
    """One item, ``groups``. A deployment's own file replaces the shipped one."""
    shelf: Shelf[Groups] = Shelf()
    for root in roots:
        path = root / "groups" / "groups.yaml"
        if not path.is_file():
            continue
        reading = read_placed(path, GroupsFile, shown=shown(path, roots))
        shelf.problems.extend(reading.problems)
        if reading.value is None:
            continue
        if mistakes := _mistakes(reading.value, shown(path, roots)):
            shelf.problems.extend(mistakes)
            continue
        shelf.items["groups"] = _groups(reading.value)
    return shelf


def _mistakes(file: GroupsFile, name: str) -> list[Problem]:
    ids = [each.id for each in file.questions]
    wrong = []
    if file.places.fewest > file.places.most:
        wrong.append("places: fewest is more than most")
    if len(ids) != len(set(ids)):
        wrong.append("questions: each id stands once")
    texts = {"rules": file.rules, **{each.id: each.ask for each in file.questions}}
    wrong += [
        f"{each.id}: level stands with crisis, and with nothing else"
        for each in file.questions
        if (each.says_no == "crisis") != (each.level is not None)
    ]
    wrong += [f"{id}: there are no English words" for id, text in texts.items() if "en" not in text]
    return [Problem(name, 0, 0, message) for message in wrong]


def _groups(file: GroupsFile) -> Groups:
    return Groups(
        fewest=file.places.fewest,
        most=file.places.most,
        fewest_attending=file.fewest_attending,
        leaders=file.leaders,
        offer_days=file.offer_days,
        another_offer_hours=file.another_offer_hours,
        incident_days=file.incident_days,
        minutes=file.minutes,
        questions=tuple(GroupQuestion(each.id, each.level, each.ask) for each in file.questions),
        rules=file.rules,
        source=file.source,
    )
