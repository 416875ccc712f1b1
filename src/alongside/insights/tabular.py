"""Open a CSV or Parquet file as a table for DuckDB, or say plainly why it cannot be one."""

from __future__ import annotations

import codecs
import csv
import gzip
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from alongside.insights.names import kind_of

LONGEST_LINE = 2_000_000  # bytes; a longer one is not a row of answers
MEMORY = "1GB"
NULLS = ("", "NA")  # a cell that means "not answered"; NA is what R writes
DELIMITERS = ",;\t|"

# A number as people and programs write it; not inf, nan, 1_000 or 0x1, which casts would take.
NUMBER = r"[+-]?([0-9]{1,15}([.][0-9]{0,30})?|[.][0-9]{1,30})([eE][+-]?[0-9]{1,2})?"


class TableRefused(Exception):
    """A file cannot be read as the table it was taken for. The text is a whole sentence."""


class MissingColumns(TableRefused):
    """The table lacks columns that were named or needed."""

    def __init__(self, path: Path, missing: Iterable[str], have: Iterable[str]) -> None:
        self.path, self.missing, self.have = path, tuple(missing), tuple(have)
        near = {
            name: get_close_matches(name.lower(), [each.lower() for each in self.have], n=1)
            for name in self.missing
        }
        hints = [f"{near[name][0]} for {name}" for name in self.missing if near[name]]
        hint = f" Did you mean {', '.join(hints)}?" if hints else ""
        several = "columns" if len(self.missing) > 1 else "column"
        super().__init__(
            f"{path.name} has no {several} named {', '.join(self.missing)}.{hint} "
            f"It has: {_some(self.have)}."
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A file that DuckDB can read: where it is, its columns with their types, its FROM clause."""

    path: Path
    kind: str
    columns: tuple[tuple[str, str], ...]
    source: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    def type_of(self, column: str) -> str:
        return dict(self.columns)[column]


@contextmanager
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in memory with a bound on it; what does not fit goes to a folder that is removed."""
    with TemporaryDirectory(prefix="alongside-") as folder:
        opened = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": folder,
                "preserve_insertion_order": "true",
                # It is never to fetch anything from outside.
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        try:
            yield opened
        finally:
            opened.close()


def open_table(db: duckdb.DuckDBPyConnection, path: Path) -> Table:
    """Look at a file's columns.

    Raises TableRefused when it is missing, empty, not text, not Parquet, or has no usable header.
    """
    if not path.exists():
        raise TableRefused(f"There is no file {path}.")
    if not path.is_file():
        raise TableRefused(f"{path} is not a file.")
    try:
        empty = path.stat().st_size == 0
        with path.open("rb"):
            pass
    except OSError as failure:
        raise TableRefused(f"{path} cannot be opened: {failure.strerror}.") from failure
    if empty:
        raise TableRefused(f"{path.name} is empty.")
    if kind_of(path) == "parquet":
        return _parquet(db, path)
    return _csv(path)


def name(column: str) -> str:
    """A column's name as SQL."""
    return '"' + column.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what DuckDB says about a broken file into one sentence."""
    try:
        yield
    except duckdb.Error as failure:
        raise TableRefused(_sentence(path, str(failure))) from failure


def _csv(path: Path) -> Table:
    header, delimiter = _header(path)
    columns = [column.strip() or f"column_{place}" for place, column in enumerate(header, start=1)]
    twice = next((each for each in columns if columns.count(each) > 1), None)
    if twice is not None:
        raise TableRefused(f"{path.name} has two columns named {twice[:60]}. Rename one.")
    listed = ", ".join(f"{text(column)}: 'VARCHAR'" for column in columns)
    source = (
        f"read_csv({text(literally(path))}, auto_detect=false, header=true, "
        f"delim={text(delimiter)}, quote='\"', escape='\"', columns={{{listed}}}, "
        f"max_line_size={LONGEST_LINE})"
    )
    return Table(path, "csv", tuple((column, "VARCHAR") for column in columns), source)


def _header(path: Path) -> tuple[list[str], str]:
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opener(path, "rb") as file:
            start = file.read(LONGEST_LINE + 1)
    except (OSError, EOFError) as failure:
        raise TableRefused(f"{path.name} cannot be read: {failure}.") from failure
    if b"\x00" in start[:65536]:
        raise TableRefused(f"{path.name} is not text: it looks like another kind of file.")
    # Only the start of the file was read: a character may be cut in two at its end.
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        words = decoder.decode(start)
    except UnicodeDecodeError as failure:
        raise TableRefused(f"{path.name} is not UTF-8 text. Save it as UTF-8.") from failure
    lines = words.splitlines()
    if not lines or not lines[0].strip():
        raise TableRefused(f"{path.name} has no header: its first line must name the columns.")
    if len(lines) == 1 and len(start) > LONGEST_LINE:
        raise TableRefused(f"{path.name} has a first line of more than {LONGEST_LINE} bytes.")
    outside = re.sub(r'"[^"]*"', "", lines[0])
    delimiter = max(DELIMITERS, key=outside.count)
    return next(csv.reader([lines[0]], delimiter=delimiter)), delimiter


def _parquet(db: duckdb.DuckDBPyConnection, path: Path) -> Table:
    source = f"read_parquet({text(literally(path))})"
    with reading(path):
        described = db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return Table(path, "parquet", tuple((row[0], row[1]) for row in described), source)


def literally(path: Path) -> str:
    """A path that DuckDB reads as that one file."""
    # DuckDB reads * ? [ in a name as a pattern for several files.
    return re.sub(r"([*?\[])", r"[\1]", str(path.resolve()))


def _sentence(path: Path, said: str) -> str:
    line = re.search(r"(?:CSV Error on Line:|Line:) (\d+)", said)
    where = f" at line {line[1]}" if line else ""
    if "Maximum line size" in said:
        return f"{path.name} has a line of more than {LONGEST_LINE} bytes{where}."
    wrong = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", said)
    if wrong:
        return f"{path.name} has {wrong[2]} columns{where}, where its header has {wrong[1]}."
    if "unicode" in said.lower() or "utf-8" in said.lower():
        return f"{path.name} is not UTF-8 text{where}. Save it as UTF-8."
    if "unterminated" in said.lower() or "quote" in said.lower():
        return f"{path.name} has a quotation mark that is not closed{where}."
    if "No space left" in said:
        return "There is no room left on the disk."
    first = re.sub(r"^[A-Za-z ]*Error: ", "", said.splitlines()[0]) if said else "unknown"
    return f"{path.name} cannot be read{where}: {first}"


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(each[:40] for each in names[:12])
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown
