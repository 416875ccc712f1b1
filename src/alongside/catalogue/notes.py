"""Where the draft of a note puts what was entered, and how long a note may wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from alongside.catalogue.loading import Shape, Shelf, read_placed, shown
from alongside.engine.notes import Spot

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Hours = Annotated[int, Field(ge=1, le=24 * 60)]
From = Literal[
    "attendance", "danger_asked", "measure", "agenda", "homework_told", "artefact", "step",
    "homework_set",
]  # fmt: skip


class SpotFile(Shape):
    """Where one kind of entry goes."""

    of: From = Field(alias="from")
    parts: tuple[Word, ...] = ()
    kinds: tuple[Word, ...] = ()


class Notes(Shape):
    """``notes/notes.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    sign_within_hours: Hours
    countersign_within_hours: Hours
    drafted: tuple[SpotFile, ...] = Field(min_length=1)

    @property
    def spots(self) -> dict[str, Spot]:
        """Where each kind of entry goes, as the engine takes it."""
        return {one.of: Spot(one.parts, one.kinds) for one in self.drafted}

    @property
    def sign_within(self) -> timedelta:
        """How long after a session its note may wait to be signed."""
        return timedelta(hours=self.sign_within_hours)

    @property
    def countersign_within(self) -> timedelta:
        """How long a note that a trainee signed may wait for the supervisor."""
        return timedelta(hours=self.countersign_within_hours)


SHAPES = {"notes": Notes}


def load(roots: Sequence[Path]) -> Shelf[Notes]:
    """The rules under ``notes``; the deployment's own file replaces the shipped one whole."""
    shelf: Shelf[Notes] = Shelf()
    for root in roots:
        path = root / "notes" / "notes.yaml"
        if not path.is_file():
            continue
        reading = read_placed(path, Notes, shown=shown(path, roots))
        problems = list(reading.problems)
        if reading.value is not None:
            twice = [one.of for one in reading.value.drafted]
            problems.extend(
                reading.problem(f"{of}: stands twice", "drafted", index)
                for index, of in enumerate(twice)
                if of in twice[:index]
            )
            if not problems:
                shelf.items["notes"] = reading.value
        shelf.problems.extend(problems)
    return shelf
