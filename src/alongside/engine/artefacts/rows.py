"""What a drawing reads: the filled rows of a field, and one value of a row by its path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alongside.engine.artefacts.answers import Answers, is_blank

Uses = Mapping[str, tuple[str, ...]]


def rows_of(answers: Answers, path: str) -> list[Mapping[str, Any]]:
    """The rows of ``people`` that hold something, given the path of one of its columns."""
    found = answers.get(path.partition(".")[0])
    if not isinstance(found, list):
        return []
    return [row for row in found if isinstance(row, Mapping) and not is_blank(row)]


def column_of(path: str) -> str:
    """``name`` of ``people.name``."""
    return path.partition(".")[2]


def one_of(uses: Uses, role: str) -> str:
    """The only path of a part of a drawing, or nothing."""
    return uses[role][0] if uses.get(role) else ""


def words_in(row: Mapping[str, Any], uses: Uses, role: str) -> str:
    """What somebody wrote or chose in one row for a part of a drawing, tidied."""
    value = row.get(column_of(one_of(uses, role)))
    return " ".join(value.split()) if isinstance(value, str) else ""


def number_in(row: Mapping[str, Any], uses: Uses, role: str) -> int | None:
    """The whole number in one row for a part of a drawing."""
    value = row.get(column_of(one_of(uses, role)))
    return value if isinstance(value, int) and not isinstance(value, bool) else None
