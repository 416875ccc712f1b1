"""Score a whole file in one pass: the instrument's own rule as SQL, run by DuckDB.

The expressions come from ``engine.instruments.layers`` and ``engine.risk``; this module only
reads cells as points, runs the pass and says which rows were refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import duckdb

from alongside.engine.instruments import (
    ANYBODY,
    Instrument,
    Item,
    States,
    Who,
    item_id,
    layers,
    one_of,
    states,
)
from alongside.engine.risk import RiskRule, danger_expression
from alongside.insights.names import kind_of
from alongside.insights.tabular import (
    NULLS,
    MissingColumns,
    Table,
    TableRefused,
    connection,
    literally,
    name,
    open_table,
    reading,
    text,
)

WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
WHOLE_NUMBERS = (*WHOLE, *(f"U{each}" for each in WHOLE))
SMALL_NUMBERS = ("TINYINT", "SMALLINT", "UTINYINT")  # what fits into a SMALLINT as it is
NO_ANSWER_SMALL, NO_ANSWER = -(2**15), -(2**31)  # a cell that is neither blank nor an answer
OF_THE_ROW = ("instrument", "version", "danger", "error")  # results that no state can hold
SHOWN = 5  # refused rows that are named one by one

Report = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Scored:
    """What one pass did: rows read, rows refused, and the first of those with their reasons.

    Rows count from 1; in a CSV file the header is not a row.
    """

    rows: int
    refused: int
    first: tuple[tuple[int, str], ...]


def score_file(
    source: Path,
    target: Path,
    instrument: Instrument,
    rules: Iterable[RiskRule],
    *,
    prefix: str = "",
    only: Collection[str] = (),
    who: Who = ANYBODY,
    side: Path | None = None,
    report: Report | None = None,
) -> Scored:
    """Score every row of a CSV or Parquet file and write it with its results.

    Args:
        source: one column an item (``1``, ``item1`` or ``item_1``); other columns are carried
            through. An empty cell is an answer that was not given.
        target: CSV or Parquet by its name; the caller makes it appear whole.
        instrument: the instrument at one exact version.
        rules: its danger rules.
        prefix: put before the names of the result columns.
        only: the result columns to write, by the names without prefix; all when empty. ``error``
            is always among them: every row is checked, whatever is written.
        who: what is known of everybody in the file, where a cut-off depends on age or sex.
        side: a CSV file for the number and the reason of every refused row; it is written only
            when there are any.
        report: is told the share done, from 0 to 1.

    Returns:
        How many rows were read and how many were refused; a refused row has its reason in the
        column ``error``, no score, and the danger of its valid answers.

    Raises:
        TableRefused: the files cannot be read or written, columns are missing or clash.
    """
    with connection() as db:
        table = open_table(db, source)
        *before, query = scoring_queries(
            table, instrument, rules, prefix=prefix, only=only, who=who
        )
        for each in before:
            db.execute(each)
        refusals = refusals_query(table, instrument)
        kind = kind_of(target) or table.kind
        with reading(source):
            if kind == "parquet":
                rows, refused = _to_parquet(db, query, target, f"{prefix}error", report)
                # The column that was just written is read quickest, and only where it says much.
                error = name(f"{prefix}error")
                refusals = (
                    f"SELECT file_row_number + 1 AS row, {error} AS said FROM "
                    f"read_parquet({text(literally(target))}, file_row_number=true) "
                    f"WHERE {error} IS NOT NULL"
                )
                if not refused:
                    refusals = "SELECT 0 AS row, '' AS said WHERE FALSE"
            else:
                copy = f"COPY ({query}) TO {text(str(target))} (FORMAT csv, HEADER)"
                rows = int(_with_progress(db, copy, report)[0])
            refused, first = _refused(db, refusals, side)
    return Scored(rows, refused, first)


def scoring_queries(
    table: Table,
    instrument: Instrument,
    rules: Iterable[RiskRule],
    *,
    prefix: str = "",
    only: Collection[str] = (),
    who: Who = ANYBODY,
) -> tuple[str, ...]:
    """The whole pass as SQL, for auditors to read: the last is the query over the file.

    A form with few states has a table of them made first, by the same steps that score a row;
    each row then only says which state it is in.

    Raises:
        MissingColumns: a scored item has no column. TableRefused: two columns name one item, a
        result would have the name of a column that is there, or ``only`` names none of the results.
    """
    columns = _columns(table, instrument)
    steps = layers(instrument, who)
    made = {column: value for step in steps for column, value in step.items()}
    rules = list(rules)
    results = _wanted(results_of(instrument, rules, made), only, instrument)
    clash = [prefix + each for each in results if prefix + each in table.names]
    if clash:
        raise TableRefused(
            f"{table.path.name} has a column named {clash[0]} already. "
            "Rename it, or give --prefix to name the results differently."
        )
    carried = [f"{name(_carried(table, column))} AS {name(column)}" for column in table.names]
    few = states(instrument)
    if few is not None:
        query = _given_states(table, instrument, columns, few)
        said = _when_refused(few, _error(table, columns, instrument))
        own = {each: how for each, how in results.items() if each in OF_THE_ROW}
        own["error"] = said
        listed = [
            f"{own.get(column, f'states.held[form.number + 1].{name(column)}')} "
            f"AS {name(prefix + column)}"
            for column in results
        ]
        query = f"SELECT {', '.join([*carried, *listed])} FROM ({query}) AS form"
        if results.keys() <= set(OF_THE_ROW):
            return (query,)
        # Every row sees the one row of states: other joins would not keep the order of the file.
        return *_states_queries(instrument, few, steps[1:], results), f"{query}, states"
    listed = [f"{value} AS {name(prefix + column)}" for column, value in results.items()]
    # Each step is a query of its own, so that nothing is worked out twice.
    query = _points_query(table, instrument, columns)
    said = _error(table, columns, instrument)
    for step in steps:
        added = [
            f"{value} AS {name(column)}" for column, value in step.items() if column != "error"
        ]
        if "error" in step:  # what the cell says, not what was made of it
            added.append(f"CASE WHEN {step['_fault']} THEN {said} END AS error")
        query = f"SELECT *, {', '.join(added)} FROM ({query})"
    return (f"SELECT {', '.join([*carried, *listed])} FROM ({query})",)


def _wanted(
    results: Mapping[str, str], only: Collection[str], instrument: Instrument
) -> dict[str, str]:
    for each in only:
        if each not in results:
            raise TableRefused(
                f"{instrument.ref.id} has no result named {each}. It has: {', '.join(results)}."
            )
    return {each: how for each, how in results.items() if not only or each in {*only, "error"}}


def _given_states(
    table: Table, instrument: Instrument, columns: dict[str, str], few: States
) -> str:
    """Every row as points with the number of its state."""
    points = _points_query(table, instrument, columns)
    return f"SELECT *, {few.number} AS number FROM ({points})"


def _when_refused(few: States, said: str) -> str:
    return f"CASE WHEN form.number >= {few.refused} THEN {said} END"


def _states_queries(
    instrument: Instrument,
    few: States,
    steps: tuple[Mapping[str, str], ...],
    results: Mapping[str, str],
) -> tuple[str, ...]:
    """The table of all states as one list, with all that does not depend on the very answers."""
    given = ", ".join(f"{value} AS {name(item)}" for item, value in few.given.items())
    query = f"SELECT CAST(range AS INTEGER) AS {name(few.column)} FROM range({few.refused + 1})"
    query = f"SELECT *, {given} FROM ({query})"
    for step in steps:
        added = [
            f"{value} AS {name(column)}" for column, value in step.items() if column != "error"
        ]
        if "error" in step:
            added.append(f"CASE WHEN {step['_fault']} THEN 'refused' END AS error")
        query = f"SELECT *, {', '.join(added)} FROM ({query})"
    kept = ", ".join(
        f"{value} AS {name(column)}"
        for column, value in results.items()
        if column not in OF_THE_ROW
    )
    made = f"CREATE TEMP TABLE worked_out AS SELECT {name(few.column)}, {kept} FROM ({query})"
    named = ", ".join(
        f"'{column}': {f'CAST({column} AS some_missing)' if column == 'missing' else name(column)}"
        for column in results
        if column not in OF_THE_ROW
    )
    # What is missing is one of a few texts: DuckDB then carries and writes its number.
    texts = (
        "CREATE TEMP TYPE some_missing AS ENUM "
        "(SELECT DISTINCT missing FROM worked_out WHERE missing IS NOT NULL)"
    )
    listed = (
        f"CREATE TEMP TABLE states AS SELECT list({{{named}}} ORDER BY {name(few.column)}) AS held "
        "FROM worked_out"
    )
    return (made, texts, listed) if "missing" in results else (made, listed)


def refusals_query(table: Table, instrument: Instrument) -> str:
    """The number and the reason of every row that is refused, as one SQL query."""
    columns = _columns(table, instrument)
    said = f"SELECT {_error(table, columns, instrument)} AS said FROM "
    return _refusals_of(f"({said} ({_points_query(table, instrument, columns)}))", "said")


def _refusals_of(source: str, column: str) -> str:
    return (
        f"SELECT row, said FROM (SELECT row_number() OVER () AS row, {name(column)} AS said "
        f"FROM {source}) WHERE said IS NOT NULL"
    )


def _points_query(table: Table, instrument: Instrument, columns: dict[str, str]) -> str:
    """Every column as it is, under a name nobody else has, and every item as points."""
    carried = [f"given.{name(column)} AS {name(_carried(table, column))}" for column in table.names]
    points = [
        f"{_as_points(table, columns, instrument, item)} AS {name(item.id)}"
        for item in instrument.items
    ]
    return f"SELECT {', '.join([*carried, *points])} FROM {table.source} AS given"


def _carried(table: Table, column: str) -> str:
    return f"carried {table.names.index(column) + 1}"


def _columns(table: Table, instrument: Instrument) -> dict[str, str]:
    """The table's column for each item of the instrument."""
    known = set(instrument.item_ids)
    columns: dict[str, str] = {}
    for column in table.names:
        id = _item_of(column)
        if id not in known:
            continue
        if id in columns:
            raise TableRefused(f"The columns {columns[id]} and {column} are both {id}. Drop one.")
        columns[id] = column
    missing = [
        item.id
        for item in instrument.items
        if item.scored and not item.optional and item.id not in columns
    ]
    if missing:
        raise MissingColumns(table.path, missing, table.names)
    return columns


def _item_of(column: str) -> str:
    return item_id(column) if len(column) < 20 else column


def _as_points(table: Table, columns: dict[str, str], instrument: Instrument, item: Item) -> str:
    """The cell as a whole number, NULL when it is blank, one that is no answer when it is odd."""
    values = instrument.options[item.options]
    small = min(values) > NO_ANSWER_SMALL and max(values) < -NO_ANSWER_SMALL
    type, odd = ("SMALLINT", NO_ANSWER_SMALL) if small else ("INTEGER", NO_ANSWER)
    if item.id not in columns:
        return f"CAST(NULL AS {type})"
    column = columns[item.id]
    cell, kind = f"given.{name(column)}", table.type_of(column)
    if small and kind in SMALL_NUMBERS:
        return cell
    near = f"{cell} BETWEEN {min(values)} AND {max(values)}"
    whole = "" if kind in WHOLE_NUMBERS else f" AND {cell} = floor({cell})"
    if kind in WHOLE_NUMBERS or kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        return (
            f"CASE WHEN {near}{whole} THEN CAST({cell} AS {type}) "
            f"WHEN {cell} IS NOT NULL THEN CAST({odd} AS {type}) END"
        )
    if kind != "VARCHAR":
        raise TableRefused(
            f"The column {column} of {table.path.name} holds {kind.lower()}, not points."
        )
    # Most cells are exactly one of the official values; only the others are looked at twice.
    # 2.0 is a 2 that a spreadsheet or a data frame has been at; 2.5 is nothing.
    plain = " ".join(f"WHEN '{value}' THEN {value}" for value in values)
    nulls = ", ".join(text(each) for each in NULLS)
    whole = f"regexp_full_match(trim({cell}), '[+-]?[0-9]{{1,9}}([.]0*)?')"
    return (
        f"CAST(CASE {cell} {plain} ELSE "
        f"CASE WHEN {cell} IS NULL OR trim({cell}) IN ({nulls}) THEN NULL "
        f"WHEN {whole} THEN COALESCE(TRY_CAST(CAST(trim({cell}) AS DOUBLE) AS {type}), {odd}) "
        f"ELSE {odd} END END AS {type})"
    )


def results_of(
    instrument: Instrument, rules: list[RiskRule], made: Mapping[str, str]
) -> dict[str, str]:
    """The result columns over the columns of ``layers``, named as in JSON lines.

    Args:
        made: the SQL of every column of ``layers`` by its name.
    """
    results: dict[str, str] = {
        "instrument": one_of(instrument.ref.id, [instrument.ref.id]),
        "version": str(instrument.ref.version),
    }
    for rule in instrument.scores:
        whole, exact = name(rule.id), name(f"{rule.id}_exact")
        results[rule.id] = whole
        # As in JSON lines: the exact score stands beside the whole one where they may differ.
        if rule.kind == "sum" and not rule.parts:
            # It differs only where something was filled in, so it is worked out only there.
            results[f"{rule.id}_exact"] = f"CASE WHEN prorated THEN {made[f'{rule.id}_exact']} END"
        else:
            apart = f"prorated OR {exact} <> {whole}"
            results[f"{rule.id}_exact"] = f"CASE WHEN {apart} THEN {exact} END"
    results |= {each: each for each in ("band", "caseness", "caseness_rule")}
    if instrument.results:
        results["result"] = "result"
    results["missing"] = f"CASE WHEN _blank > 0 AND error IS NULL THEN {made['_missing']} END"
    results["prorated"] = "prorated"
    results["danger"] = _danger(instrument, rules)
    results["error"] = "error"
    return results


def _error(table: Table, columns: dict[str, str], instrument: Instrument) -> str:
    """The first answer, in the order of the form, that is none of the item's points."""
    branches = []
    for item in instrument.items:
        if item.id not in columns:
            continue
        cell = name(_carried(table, columns[item.id]))
        values = instrument.options[item.options]
        allowed = ", ".join(str(value) for value in values)
        branches.append(
            f"WHEN {name(item.id)} NOT IN ({allowed}) THEN "
            f"'{item.id}=' || substr(trim(CAST({cell} AS VARCHAR)), 1, 40) || "
            f"' is outside {min(values)}..{max(values)}'"
        )
    return f"CASE {' '.join(branches)} END"


def _danger(instrument: Instrument, rules: list[RiskRule]) -> str:
    """``phq9_self_harm@1:C``, several with a space between, the most urgent first."""
    levelled = [rule for rule in rules if rule.level is not None]
    if not levelled:
        return "CAST(NULL AS VARCHAR)"
    scores = {rule.id: name(rule.id) for rule in instrument.scores}
    if len(levelled) == 1:
        rule = levelled[0]
        words = {each: f"{rule.ref}:{each}" for each in _levels(rule)}
        written = {each: one_of(word, words.values()) for each, word in words.items()}
        return danger_expression(rule, instrument, scores, written)
    found = ", ".join(
        f"({danger_expression(rule, instrument, scores)}) || {text(f' {rule.ref}')}"
        for rule in levelled
    )
    some = f"list_sort(list_filter([{found}], lambda each: each IS NOT NULL))"
    parted = "split_part(each, ' ', 2) || ':' || split_part(each, ' ', 1)"
    joined = f"array_to_string(list_transform({some}, lambda each: {parted}), ' ')"
    return f"NULLIF({joined}, '')"


def _levels(rule: RiskRule) -> list[str]:
    levels = [rule.level, *(case.level for case in rule.instead)]
    return sorted({each for each in levels if each is not None})


def _to_parquet(
    db: duckdb.DuckDBPyConnection, query: str, target: Path, error: str, report: Report | None
) -> tuple[int, int]:
    """Write the file; how many rows it has, and how many of those have an error."""
    shape = "FORMAT parquet, COMPRESSION zstd, RETURN_STATS"
    done = _with_progress(db, f"COPY ({query}) TO {text(str(target))} ({shape})", report)
    rows, columns = int(done[1]), done[4]
    return rows, rows - int(columns[name(error)]["null_count"]) if rows else 0


def _with_progress(
    db: duckdb.DuckDBPyConnection, query: str, report: Report | None
) -> tuple[Any, ...]:
    done = Event()
    watcher: Thread | None = None
    if report is not None:
        db.execute("SET enable_progress_bar = true")
        db.execute("SET enable_progress_bar_print = false")

        def watch(tell: Report) -> None:
            while not done.wait(0.1):
                tell(max(0.0, db.query_progress()) / 100)

        watcher = Thread(target=watch, args=(report,), daemon=True)
        watcher.start()
    try:
        row = db.execute(query).fetchone()
    finally:
        done.set()
        if watcher is not None:
            watcher.join()
    return row or (0, 0)


def _refused(
    db: duckdb.DuckDBPyConnection, refusals: str, side: Path | None
) -> tuple[int, tuple[tuple[int, str], ...]]:
    db.execute(f"CREATE TEMP TABLE refused AS {refusals}")
    counted = db.execute("SELECT count(*) FROM refused").fetchone()
    refused = int(counted[0]) if counted else 0
    if not refused:
        return 0, ()
    if side is not None:
        listed = "SELECT row, said AS error FROM refused ORDER BY row"
        db.execute(f"COPY ({listed}) TO {text(str(side))} (FORMAT csv, HEADER)")
    first = db.execute(f"SELECT row, said FROM refused ORDER BY row LIMIT {SHOWN}").fetchall()
    return refused, tuple((int(row), str(said)) for row, said in first)
