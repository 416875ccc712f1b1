"""Answering elsewhere than on one's own phone: a device that is handed over, and paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from alongside.catalogue.loading import Problem, Shape, Shelf, read_placed, shown

Minutes = Annotated[int, Field(ge=1, le=240)]


class OnePersonFile(Shape):
    rest_minutes: Annotated[int, Field(ge=1, le=15)]  # a session of the staff lasts no longer
    at_most_minutes: Minutes
    code_minutes: Annotated[int, Field(ge=1, le=60)]


class PaperFile(Shape):
    second_typing_by: Literal["anybody", "somebody_else"]
    oldest_days: Annotated[int, Field(ge=1, le=366)]


class AnsweringFile(Shape):
    """``answering/answering.yaml``: how long a device is handed over, and how paper is typed in."""

    source: str
    checked: date
    review_by: date
    one_person: OnePersonFile
    paper: PaperFile


SHAPES = {"answering": AnsweringFile}


@dataclass(frozen=True, slots=True)
class Answering:
    """How long a device is handed over, and how paper is typed in."""

    rest: timedelta
    at_most: timedelta
    code_lives: timedelta
    second_is_somebody_else: bool
    oldest: timedelta


def load(roots: Sequence[Path]) -> Shelf[Answering]:
    """One item, ``answering``: the service's own file where it has one, else the shipped one."""
    shelf: Shelf[Answering] = Shelf()
    if not any((root / "answering").is_dir() for root in roots):
        return shelf
    paths = [root / "answering" / "answering.yaml" for root in reversed(roots)]
    for path in (each for each in paths if each.is_file()):
        reading = read_placed(path, AnsweringFile, shown=shown(path, roots))
        shelf.problems.extend(reading.problems)
        if reading.value is None:
            continue
        file = reading.value
        shelf.items["answering"] = Answering(
            rest=timedelta(minutes=file.one_person.rest_minutes),
            at_most=timedelta(minutes=file.one_person.at_most_minutes),
            code_lives=timedelta(minutes=file.one_person.code_minutes),
            second_is_somebody_else=file.paper.second_typing_by == "somebody_else",
            oldest=timedelta(days=file.paper.oldest_days),
        )
        return shelf
    if not shelf.problems:
        path = paths[-1]
        shelf.problems.append(Problem(shown(path, roots), 0, 0, "this file is missing"))
    return shelf
