"""Rows of a file as records with checked values, or the rows that make that impossible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from alongside.insights.outcome_files import SHOWN, BadRows
from alongside.insights.tabular import (
    NULLS,
    NUMBER,
    MissingColumns,
    TableRefused,
    connection,
    name,
    open_table,
    reading,
)

MOST_ROWS = 1_000_000  # they are held in memory; sums over more are for a report

Kind = Literal["text", "number", "count", "moment", "yes_no"]
Value = str | float | int | bool | Decimal | None

WORDS = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
DAY = 86_400
LARGEST = 10**12  # a larger one is a slip, and its square is beyond any figure


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the word for what it holds, how it is read, and whether it must be there.

    ``may_be_blank`` lets a cell be empty where the column is there. A count is a whole number
    from 0. A moment is a number, or a date or time; all of a column are of one kind.
    """

    role: str
    kind: Kind
    required: bool = True
    may_be_blank: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One row, counted from 1 below the header, and its values by role (None: blank or absent)."""

    row: int
    values: Mapping[str, Value]

    def text(self, role: str) -> str:
        """A text; empty where there is none."""
        value = self.values[role]
        return "" if value is None else str(value)

    def number(self, role: str) -> float:
        """A number that must be there. Moments are days."""
        value = self.values[role]
        if value is None or isinstance(value, str):
            raise TypeError(f"{role} is not a number: read it with another kind")
        return float(value)

    def score(self, role: str) -> Decimal | None:
        """A number as it was written, or None."""
        value = self.values[role]
        return value if isinstance(value, Decimal) else None

    def whole(self, role: str) -> int | None:
        """A count or a whole day, or None."""
        value = self.values[role]
        return int(value) if isinstance(value, int | float | Decimal) else None

    def yes(self, role: str) -> bool | None:
        """Yes, no, or None."""
        value = self.values[role]
        return value if isinstance(value, bool) else None


def records(
    path: Path, columns: Sequence[Column], named: Mapping[str, str] | None = None
) -> tuple[list[Record], frozenset[str]]:
    """Read a file.

    Args:
        path: CSV or Parquet by its name. An empty cell or NA is blank.
        columns: what is wanted.
        named: the column of a role, where its name is not the role itself.

    Returns:
        All rows in their order, and the roles whose column is there.

    Raises:
        MissingColumns, BadRows with row and reason. TableRefused: the file cannot be read, has
        no rows or too many.
    """
    chosen = dict(named or {})
    with connection() as db:
        table = open_table(db, path)
        at = {each.role: chosen.get(each.role, each.role) for each in columns}
        missing = [
            at[each.role]
            for each in columns
            if at[each.role] not in table.names and (each.required or each.role in chosen)
        ]
        if missing:
            raise MissingColumns(path, missing, table.names)
        here = [each for each in columns if at[each.role] in table.names]
        listed = ", ".join(f"trim(CAST({name(at[each.role])} AS VARCHAR))" for each in here)
        with reading(path):
            rows = db.execute(f"SELECT {listed} FROM {table.source} LIMIT {MOST_ROWS + 1}")
            cells = rows.fetchall()
    if not cells:
        raise TableRefused(f"{path.name} has no rows below its header.")
    if len(cells) > MOST_ROWS:
        raise TableRefused(f"{path.name} has more than {MOST_ROWS:,} rows. Give a part of them.")
    return _read(path, columns, here, cells), frozenset(each.role for each in here)


def refuse(path: Path, found: Iterable[tuple[int, str]]) -> None:
    """Raise BadRows when there is any row with a reason why it cannot be taken."""
    bad = sorted(found)
    if bad:
        raise BadRows(path, len(bad), tuple(bad[:SHOWN]))


def _read(
    path: Path,
    columns: Sequence[Column],
    here: Sequence[Column],
    cells: Sequence[tuple[str | None, ...]],
) -> list[Record]:
    values: dict[str, list[Value]] = {each.role: [None] * len(cells) for each in columns}
    bad: list[tuple[int, str]] = []
    for place, column in enumerate(here):
        written = [_blank(row[place]) for row in cells]
        reader = _reader(column, written)
        for row, cell in enumerate(written):
            if cell is None:
                if not column.may_be_blank:
                    bad.append((row + 1, f"it has no {column.role}"))
                continue
            try:
                values[column.role][row] = reader(cell)
            except ValueError as failure:
                bad.append((row + 1, f"{column.role} {cell[:40]} is not {failure}"))
    refuse(path, bad)
    return [
        Record(row + 1, {role: held[row] for role, held in values.items()})
        for row in range(len(cells))
    ]


def _blank(cell: str | None) -> str | None:
    return None if cell is None or cell in NULLS else cell


def _reader(column: Column, written: Sequence[str | None]) -> Callable[[str], Value]:
    if column.kind == "moment":
        given = [cell for cell in written if cell is not None]
        numbers = sum(_is_number(cell) for cell in given)
        return _number if 2 * numbers >= len(given) else _day
    readers: dict[Kind, Callable[[str], Value]] = {
        "text": str,
        "number": _exact,
        "count": _count,
        "yes_no": _yes_no,
    }
    return readers[column.kind]


def _is_number(cell: str) -> bool:
    return re.fullmatch(NUMBER, cell) is not None


def _number(cell: str) -> float:
    return float(_exact(cell))


def _exact(cell: str) -> Decimal:
    if not _is_number(cell):
        hint = " (write 12.5, not 12,5)" if "," in cell else ""
        raise ValueError(f"a number{hint}")
    number = Decimal(cell)
    if abs(number) > LARGEST:
        raise ValueError(f"a number up to {LARGEST:,}")
    return number


def _count(cell: str) -> int:
    if _is_number(cell):
        number = _exact(cell)
        if number >= 0 and number == number.to_integral_value():
            return int(number)
    raise ValueError("a whole number from 0")


def _yes_no(cell: str) -> bool:
    try:
        return WORDS[cell.lower()]
    except KeyError as failure:
        raise ValueError("yes or no") from failure


def _day(cell: str) -> float:
    """Days since the year 1, with the time of day as a part of one; without a zone it is UTC."""
    try:
        when = datetime.fromisoformat(cell)
    except ValueError as failure:
        raise ValueError("a date such as 2026-02-11") from failure
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    seconds = when.hour * 3600 + when.minute * 60 + when.second
    return date.toordinal(when.date()) + seconds / DAY


def moment(words: str) -> float:
    """A moment as an option gives it, on the scale of a column of moments. Raises ValueError."""
    return _number(words) if _is_number(words) else _day(words)
