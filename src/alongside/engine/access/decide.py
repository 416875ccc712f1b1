"""May this reader do this to that record? A pure function of edges, table, words and moment.

The table is content/access/matrix.yaml. Nothing here knows where an edge or a record is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from alongside.engine.errors import EngineError

LETTERS = "LRCESX"  # list, read, create, edit, sign, export

Through = Literal["circle", "group", "institution", "within", "account"]
Kind = Literal["circle", "group", "institution"]
Why = Literal[
    "allowed", "no_relationship", "not_in_the_table", "elsewhere", "condition", "separated"
]


class UnknownRow(EngineError):
    """The table has no row of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no row of the access matrix")
        self.name = name


class UnknownLetter(EngineError):
    """An action is one letter of ``LETTERS``."""

    def __init__(self, letter: str) -> None:
        super().__init__(f"{letter!r} is not one of {', '.join(LETTERS)}")
        self.letter = letter


@dataclass(frozen=True, slots=True)
class Cell:
    """What one role may do, through which object of its edge, and under which conditions.

    ``through`` says what the record must have in common with the edge: the circle, group or
    institution the edge points to, the institution the edge lies *within*, or nothing but the
    account itself (then a condition word must say whose record it is).
    """

    allow: frozenset[str]
    when: tuple[str, ...] = ()
    through: Through = "circle"


@dataclass(frozen=True, slots=True)
class Row:
    """One record type: its number and, for each role, the cells that may allow."""

    name: str
    id: str
    title: str = ""
    cells: Mapping[str, tuple[Cell, ...]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole table. What is not in it is denied."""

    rows: Mapping[str, Row]

    def row(self, name: str) -> Row:
        if name not in self.rows:
            raise UnknownRow(name)
        return self.rows[name]

    def cells(self, record_type: str, role: str, action: str) -> tuple[Cell, ...]:
        """The cells of a role that hold this letter, in the order of the file."""
        if len(action) != 1 or action not in LETTERS:
            raise UnknownLetter(action)
        row = self.row(record_type)
        return tuple(cell for cell in row.cells.get(role, ()) if action in cell.allow)

    def words(self, record_type: str) -> frozenset[str]:
        """Every condition word that stands in a row."""
        return frozenset(
            word
            for cells in self.row(record_type).cells.values()
            for cell in cells
            for word in cell.when
        )


@dataclass(frozen=True, slots=True)
class Edge:
    """A relationship: a role towards one object, from a moment until a moment."""

    role: str
    kind: Kind
    object: Hashable
    within: Hashable
    valid_from: datetime
    valid_to: datetime | None = None

    def live(self, at: datetime) -> bool:
        """From its first moment, up to but not including its last (A2)."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record belongs. A record may belong to no circle yet."""

    circles: frozenset[Hashable] = frozenset()
    institutions: frozenset[Hashable] = frozenset()
    groups: frozenset[Hashable] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, by which role, and why. The reason is for the trail, never for the page."""

    allowed: bool
    why: Why
    role: str = ""


def decide(
    matrix: Matrix,
    *,
    record_type: str,
    action: str,
    edges: Iterable[Edge],
    place: Place,
    at: datetime,
    holds: Callable[[str], bool],
    separated: bool = False,
) -> Decision:
    """Decide one act on one record (access rules A1 to A3 and 1.3).

    Args:
        record_type: a row of the matrix; action: one of its letters.
        edges: the reader's relationships; those not live at ``at`` count for nothing.
        place: the circles and institutions the record belongs to.
        holds: does this condition word hold for this record and reader?
        separated: does the record name somebody the reader's own person is separated from?

    Returns:
        The decision, denied unless a live edge, a cell and all its conditions say otherwise.

    Raises:
        UnknownRow, UnknownLetter.
    """
    row = matrix.row(record_type)
    live = [edge for edge in edges if edge.live(at)]
    if not live:
        matrix.cells(row.name, "", action)
        return Decision(False, "no_relationship")
    why: Why = "not_in_the_table"
    for edge in live:
        for cell in matrix.cells(row.name, edge.role, action):
            if not _reaches(cell, edge, place):
                why = "elsewhere" if why == "not_in_the_table" else why
            elif not all(holds(word) for word in cell.when):
                why = "condition"
            elif separated:
                return Decision(False, "separated", edge.role)
            else:
                return Decision(True, "allowed", edge.role)
    return Decision(False, why)


def _reaches(cell: Cell, edge: Edge, place: Place) -> bool:
    if cell.through == "circle":
        return edge.kind == "circle" and edge.object in place.circles
    if cell.through == "group":
        return edge.kind == "group" and edge.object in place.groups
    if cell.through == "institution":
        return edge.kind == "institution" and edge.object in place.institutions
    if cell.through == "within":
        return edge.within in place.institutions
    return True  # "account": the condition alone says whose it is
