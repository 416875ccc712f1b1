"""Who may: one table, small conditions, one decision."""

from alongside.engine.access.decide import (
    LETTERS,
    Cell,
    Decision,
    Edge,
    Matrix,
    Place,
    Row,
    UnknownLetter,
    UnknownRow,
    decide,
)

__all__ = [
    "LETTERS",
    "Cell",
    "Decision",
    "Edge",
    "Matrix",
    "Place",
    "Row",
    "UnknownLetter",
    "UnknownRow",
    "decide",
]
