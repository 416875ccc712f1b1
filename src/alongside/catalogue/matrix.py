"""The access matrix: content/access/matrix.yaml as engine shapes.

Only the shipped file counts. A deployment may add content, never rights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from alongside.catalogue.loading import Problem, Reading, Shape, Shelf, read_placed, shown
from alongside.engine.access import LETTERS, Cell, Matrix, Row

Letters = Annotated[str, Field(pattern=rf"^[{LETTERS}]+$")]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
RowId = Annotated[str, Field(pattern=r"^T[0-9]+[a-z]?$")]
Role = Literal[
    "person", "concerned", "lead", "therapist", "facilitator", "supervisor", "manager",
    "coordinator", "on_call", "privacy", "auditor", "admin", "guardian",
]  # fmt: skip

# What an edge of a role points to, unless the cell says something else.
POINTS_TO: Mapping[str, Literal["circle", "group", "institution"]] = {
    "person": "circle", "concerned": "circle", "lead": "circle", "therapist": "circle",
    "guardian": "circle", "on_call": "circle", "supervisor": "circle", "facilitator": "group",
    "manager": "institution", "coordinator": "institution", "privacy": "institution",
    "auditor": "institution", "admin": "institution",
}  # fmt: skip


class CellShape(Shape):
    """Letters, the condition words that must all hold, and what the edge must point to."""

    allow: Letters
    when: Word | tuple[Word, ...] = ()
    through: Literal["circle", "group", "institution", "within", "account"] | None = None


AnyCell = Letters | CellShape | tuple[Letters | CellShape, ...]


class RowShape(Shape):
    """One record type. A role that is not named is denied."""

    id: RowId
    title: str
    note: str = ""
    may: dict[Role, AnyCell] = Field(default_factory=dict)


class MatrixShape(Shape):
    """The file."""

    title: str
    source: str
    checked: date
    review_by: date
    words: dict[Word, str]
    rows: dict[Word, RowShape]


SHAPES = {"matrix": MatrixShape}


def load(roots: Sequence[Path]) -> Shelf[Matrix]:
    """Read the matrix: one item, ``matrix``."""
    shelf: Shelf[Matrix] = Shelf()
    reading = _read(roots)
    shelf.problems.extend(reading.problems)
    if reading.value is None:
        return shelf
    found = list(_mistakes(reading, reading.value))
    shelf.problems.extend(found)
    if not found:
        rows = {name: _row(name, row) for name, row in reading.value.rows.items()}
        shelf.items["matrix"] = Matrix(rows)
    return shelf


def meanings(roots: Sequence[Path]) -> Mapping[str, str]:
    """What each condition word means, in a sentence: for the manual."""
    value = _read(roots).value
    return {} if value is None else dict(value.words)


def check(_whole: Any, roots: Sequence[Path], today: date | None) -> list[Problem]:
    """Is it time to look at the table again?"""
    reading = _read(roots)
    if reading.value is None or today is None or reading.value.review_by >= today:
        return []
    words = f"review was due by {reading.value.review_by}"
    return [reading.problem(words, "review_by", grade="warning")]


def _read(roots: Sequence[Path]) -> Reading[MatrixShape]:
    path = roots[0] / "access" / "matrix.yaml"
    return read_placed(path, MatrixShape, shown=shown(path, roots))


def _mistakes(reading: Reading[MatrixShape], value: MatrixShape) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    used: set[str] = set()
    for name, row in value.rows.items():
        if row.id in seen:
            words = f"{row.id} is also the number of {seen[row.id]}"
            yield reading.problem(words, "rows", name, "id")
        seen[row.id] = name
        for role in row.may:
            for cell in _cells(role, row.may[role]):
                used.update(cell.when)
                for word in cell.when:
                    if word not in value.words:
                        words = f"the word {word} has no meaning under words"
                        yield reading.problem(words, "rows", name, "may", role)
                if cell.through == "account" and not cell.when:
                    words = "a cell through the account needs a word that says whose record it is"
                    yield reading.problem(words, "rows", name, "may", role)
    for word in sorted(set(value.words) - used):
        yield reading.problem(f"no cell uses the word {word}", "words", word)


def _row(name: str, row: RowShape) -> Row:
    cells: dict[str, tuple[Cell, ...]] = {
        role: _cells(role, cell) for role, cell in row.may.items()
    }
    return Row(name=name, id=row.id, title=row.title, cells=cells, note=row.note)


def _cells(role: str, given: AnyCell) -> tuple[Cell, ...]:
    several = given if isinstance(given, tuple) else (given,)
    return tuple(_cell(role, one) for one in several)


def _cell(role: str, given: str | CellShape) -> Cell:
    if isinstance(given, str):
        return Cell(frozenset(given), (), POINTS_TO[role])
    when = (given.when,) if isinstance(given.when, str) else given.when
    return Cell(frozenset(given.allow), when, given.through or POINTS_TO[role])
