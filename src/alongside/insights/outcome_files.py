"""First and last score of every person in a file, or the rows that make that impossible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from alongside.insights.tabular import (
    NULLS,
    NUMBER,
    MissingColumns,
    Table,
    TableRefused,
    connection,
    name,
    open_table,
    reading,
    text,
)

SHOWN = 5  # rows that are named one by one
BATCH = 10_000


class BadRows(TableRefused):
    """Some rows cannot be taken as they are. ``rows`` are the first, each with why.

    Rows count from 1; in a CSV file the header is not a row.
    """

    def __init__(self, path: Path, count: int, rows: tuple[tuple[int, str], ...]) -> None:
        self.path, self.count, self.rows = path, count, rows
        named = "; ".join(f"row {row}: {why}" for row, why in rows)
        more = f" and {count - len(rows)} more" if count > len(rows) else ""
        several = "rows" if count > 1 else "row"
        super().__init__(f"{path.name} has {count} {several} to mend. {named}{more}.")


@dataclass(frozen=True, slots=True)
class Long:
    """One row a time a person answered: who, when, which score."""

    person: str
    time: str
    score: str


@dataclass(frozen=True, slots=True)
class Wide:
    """One row a person: the first and the last score. Without a person column rows are numbered."""

    pre: str
    post: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """One person: first and last score as written, None when missing, and how many scores."""

    person: str
    pre: Decimal | None
    post: Decimal | None
    n: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What all pairs of a file say together: how many, and their last scores beside the first.

    None where there are too few pairs, or no spread.
    """

    pairs: int
    last_mean: float | None
    last_sd: float | None
    correlation: float | None


@contextmanager
def pairs(
    path: Path, columns: Long | Wide, *, lowest: int | None = None, highest: int | None = None
) -> Iterator[Iterator[Pair]]:
    """Open a file of scores.

    Args:
        path: CSV or Parquet by its name. An empty cell or NA is a missing score.
        columns: the names of its columns.
        lowest, highest: what the score can be, when that is known.

    Returns:
        Every person in the order of their first row. With several scores ``pre`` is the
        earliest and ``post`` the latest; with fewer than two, ``post`` is None.

    Raises:
        MissingColumns, BadRows: a score that is not a number or not possible, a time that
        cannot be ordered, two scores of one person at one time, no person. TableRefused: the
        file cannot be read, or has no rows.
    """
    with _held(path, columns, lowest, highest) as (db, query):
        yield _read(db.execute(query))


def figures(path: Path, columns: Long | Wide) -> Figures:
    """Mean and spread of the last scores, and their correlation with the first, over all pairs.

    Raises:
        As ``pairs``.
    """
    with _held(path, columns, None, None) as (db, query):
        row = db.execute(
            "SELECT count(*), avg(post), stddev_samp(post), "
            "CASE WHEN stddev_samp(pre) > 0 AND stddev_samp(post) > 0 THEN corr(pre, post) END "
            f"FROM (SELECT CAST(pre AS DOUBLE) AS pre, CAST(post AS DOUBLE) AS post FROM ({query}) "
            "AS every(person, pre, post, n)) WHERE pre IS NOT NULL AND post IS NOT NULL"
        ).fetchone()
    return Figures(*row) if row else Figures(0, None, None, None)


@contextmanager
def _held(
    path: Path, columns: Long | Wide, lowest: int | None, highest: int | None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """Hold a file's rows, all of them good, and the query of its pairs."""
    with connection() as db:
        table = open_table(db, path)
        _refuse_missing(table, columns)
        with reading(path):
            db.execute("SET TimeZone = 'UTC'")
            if isinstance(columns, Long):
                _hold_long(db, table, columns)
            else:
                _hold_wide(db, table, columns)
            _refuse_empty(db, path)
            _refuse_scores(db, path, lowest, highest)
            if isinstance(columns, Long):
                _order(db, path)
                _refuse_two_at_once(db, path)
                query = _FIRST_AND_LAST
            else:
                _refuse_person_twice(db, path)
                query = _SIDE_BY_SIDE
            yield db, query


def _refuse_missing(table: Table, columns: Long | Wide) -> None:
    if isinstance(columns, Long):
        wanted = [columns.person, columns.time, columns.score]
    else:
        wanted = [each for each in (columns.person, columns.pre, columns.post) if each is not None]
    missing = [each for each in wanted if each not in table.names]
    if missing:
        raise MissingColumns(table.path, missing, table.names)


def _cell(column: str) -> str:
    """A cell as trimmed text, NULL when it is blank."""
    cell = f"trim(CAST({name(column)} AS VARCHAR))"
    return f"CASE WHEN {cell} NOT IN ({', '.join(text(each) for each in NULLS)}) THEN {cell} END"


def _hold_long(db: duckdb.DuckDBPyConnection, table: Table, columns: Long) -> None:
    db.execute(
        "CREATE TEMP TABLE held AS SELECT row_number() OVER () AS row, "
        f"NULLIF(trim(CAST({name(columns.person)} AS VARCHAR)), '') AS person, "
        f"{_cell(columns.time)} AS moment, {_cell(columns.score)} AS score, "
        f"CAST(NULL AS VARCHAR) AS later FROM {table.source}"
    )


def _hold_wide(db: duckdb.DuckDBPyConnection, table: Table, columns: Wide) -> None:
    person = (
        f"NULLIF(trim(CAST({name(columns.person)} AS VARCHAR)), '')"
        if columns.person
        else "CAST(row_number() OVER () AS VARCHAR)"
    )
    db.execute(
        f"CREATE TEMP TABLE held AS SELECT row_number() OVER () AS row, {person} AS person, "
        f"{_cell(columns.pre)} AS score, {_cell(columns.post)} AS later FROM {table.source}"
    )


def _refuse_empty(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    if db.execute("SELECT 1 FROM held LIMIT 1").fetchone() is None:
        raise TableRefused(f"{path.name} has no rows below its header.")


def _refuse(db: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    """Raise BadRows when a query of (row, why) finds anything."""
    counted = db.execute(f"SELECT count(*) FROM ({query})").fetchone()
    if counted and counted[0]:
        first = db.execute(f"SELECT row, why FROM ({query}) ORDER BY row LIMIT {SHOWN}").fetchall()
        raise BadRows(path, int(counted[0]), tuple((int(row), str(why)) for row, why in first))


def _refuse_scores(
    db: duckdb.DuckDBPyConnection, path: Path, lowest: int | None, highest: int | None
) -> None:
    nobody = "SELECT row, 'it names no person' AS why FROM held WHERE person IS NULL"
    _refuse(db, path, nobody)
    for cell in ("score", "later"):
        written = f"substr({cell}, 1, 40)"
        _refuse(
            db,
            path,
            f"SELECT row, CASE WHEN contains({cell}, ',') THEN {written} || "
            f"' is not a number (write 12.5, not 12,5)' ELSE {written} || ' is not a number' END "
            f"AS why FROM held WHERE {cell} IS NOT NULL "
            f"AND NOT regexp_full_match({cell}, {text(NUMBER)})",
        )
        if lowest is not None and highest is not None:
            value = f"CAST({cell} AS DOUBLE)"
            _refuse(
                db,
                path,
                f"SELECT row, {written} || ' is outside {lowest} to {highest}' AS why FROM held "
                f"WHERE {cell} IS NOT NULL AND {value} NOT BETWEEN {lowest} AND {highest}",
            )


def _order(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Give every score its place in time: all numbers, or all dates and times."""
    _refuse(
        db,
        path,
        "SELECT row, 'it has a score but no time' AS why FROM held "
        "WHERE score IS NOT NULL AND moment IS NULL",
    )
    number = f"regexp_full_match(moment, {text(NUMBER)})"
    stamp = "TRY_CAST(moment AS TIMESTAMPTZ)"
    scored = "FROM held WHERE score IS NOT NULL"
    numbers, stamps = db.execute(
        f"SELECT count(*) FILTER (WHERE {number}), count({stamp}) {scored}"
    ).fetchone() or (0, 0)
    if numbers >= stamps:
        when, kind = f"CASE WHEN {number} THEN CAST(moment AS DOUBLE) END", "a number"
    else:
        when, kind = stamp, "a date such as 2026-02-11"
    db.execute(
        f"CREATE TEMP TABLE points AS SELECT row, person, moment, score, {when} AS placed {scored}"
    )
    said = "substr(moment, 1, 40)"
    _refuse(
        db,
        path,
        f"SELECT row, 'the time ' || {said} || ' is not {kind}' AS why "
        "FROM points WHERE placed IS NULL",
    )


def _refuse_two_at_once(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    _refuse(
        db,
        path,
        "SELECT max(row) AS row, person || ' has another score at ' || first(moment) || "
        "', in row ' || CAST(min(row) AS VARCHAR) AS why "
        "FROM points GROUP BY person, placed HAVING count(*) > 1",
    )


def _refuse_person_twice(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    _refuse(
        db,
        path,
        "SELECT max(row) AS row, person || ' is in row ' || CAST(min(row) AS VARCHAR) || ' too' "
        "AS why FROM held GROUP BY person HAVING count(*) > 1",
    )


_FIRST_AND_LAST = """
    SELECT everyone.person, seen.pre, CASE WHEN seen.n > 1 THEN seen.post END, COALESCE(seen.n, 0)
    FROM (SELECT person, min(row) AS row FROM held GROUP BY person) AS everyone
    LEFT JOIN (
        SELECT person, arg_min(score, placed) AS pre, arg_max(score, placed) AS post, count(*) AS n
        FROM points GROUP BY person
    ) AS seen USING (person)
    ORDER BY everyone.row
"""

_SIDE_BY_SIDE = """
    SELECT person, score, later,
        CAST(score IS NOT NULL AS INTEGER) + CAST(later IS NOT NULL AS INTEGER)
    FROM held ORDER BY row
"""


def _read(found: duckdb.DuckDBPyConnection) -> Iterator[Pair]:
    while batch := found.fetchmany(BATCH):
        for person, pre, post, n in batch:
            yield Pair(
                person,
                None if pre is None else Decimal(pre),
                None if post is None else Decimal(post),
                n,
            )
