"""Score a file of JSON lines in one pass, as other tables are; the odd line one by one.

A line that says its answers plainly, as a list or by item, is scored in SQL with all the others.
Whatever else a line may be, also one that is refused, goes to the scorer of single lines, so that
both ways say the same of every line. Nothing is held but the lines under way.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from alongside.engine.instruments import ANYBODY, Instrument, Item, Who, layers
from alongside.engine.risk import RiskRule
from alongside.insights.columnar import results_of
from alongside.insights.tabular import connection, literally, name, reading, text

BATCH = 10_000  # lines
PIECE = 1 << 20  # bytes, for the look beforehand
BETWEEN = "\x1f"  # stands in no line that is looked at here, so a line is one column
WHITE = r"[ \t\x0b\x0c]*"
NO_ANSWER = -(2**31)

_KEY = r'"[A-Za-z_][A-Za-z0-9_]*"'
_NUMBER = r"(?:0|-?[1-9][0-9]{0,8})"
_VALUE = rf'(?:"[^"\\\[\]{{}}\x00-\x1f]*"|{_NUMBER}|null|true|false)'
_ANSWER = r"(?:null|0|-?[1-9][0-9]{0,3})"
_LIST = rf"\[ *{_ANSWER}(?: *, *{_ANSWER})* *\]"
_ITEM = r'"(?:item_?)?[1-9][0-9]{0,2}"'
_MAP = rf"\{{ *{_ITEM} *: *{_ANSWER}(?: *, *{_ITEM} *: *{_ANSWER})* *\}}"
_OTHERS = rf"(?:{_KEY} *: *{_VALUE} *, *)*"
_OTHERS_AFTER = rf"(?: *, *{_KEY} *: *{_VALUE})*"
PLAIN_LIST = rf' *\{{ *{_OTHERS}"answers" *: *{_LIST}{_OTHERS_AFTER} *\}} *'
PLAIN_MAP = rf'\{{ *{_OTHERS}"answers" *: *{_MAP}{_OTHERS_AFTER} *\}} *'

One = Callable[[bytes], tuple[bytes, str | None]]
Refusal = Callable[[int, str], None]
Report = Callable[[float], None]


def is_regular(path: Path, longest: int) -> bool:
    """Whether a file is lines of UTF-8, none too long, with nothing else that would part them."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest = 0
    try:
        with path.open("rb") as file:
            first = True
            while piece := file.read(PIECE):
                if first and piece.startswith(codecs.BOM_UTF8):
                    return False
                first = False
                if b"\r" in piece or b"\0" in piece or BETWEEN.encode() in piece:
                    return False
                decoder.decode(piece)
                lines = piece.split(b"\n")
                lengths = [rest + len(lines[0]), *map(len, lines[1:])]
                if max(lengths) > longest:
                    return False
                rest = lengths[-1]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def score_lines(
    source: Path,
    sink: BinaryIO,
    instrument: Instrument,
    rules: Iterable[RiskRule],
    one: One,
    *,
    longest: int,
    who: Who = ANYBODY,
    refused: Refusal | None = None,
    report: Report | None = None,
) -> tuple[int, int, tuple[int, str] | None]:
    """Score every line of a file that ``is_regular``, in its order.

    Args:
        one: the scorer of a single line: its result, and its error if it has one.
        longest: bytes of the longest line. who: what is known of everybody in the file.
        refused: is told the number of every line that could not be scored, and why.
        report: is told the share done, from 0 to 1.

    Returns:
        How many lines there were, how many were refused, and the first of those. Blank lines are
        passed over.
    """
    lines, count, first = 0, 0, None
    with connection() as db, reading(source):
        if report is not None:
            db.execute("SET enable_progress_bar = true")
            db.execute("SET enable_progress_bar_print = false")
        rows = db.execute(lines_query(source, instrument, rules, longest=longest, who=who))
        while batch := rows.fetchmany(BATCH):
            written = [result for (result,) in batch]
            for place, line in enumerate(written):
                if line[0] != BETWEEN:
                    continue
                said, error = one(line[1:].encode())
                written[place] = said.decode()
                if error is not None:
                    count += 1
                    first = first or (lines + place + 1, error)
                    if refused is not None:
                        refused(lines + place + 1, error)
            lines += len(written)
            written.append("")
            sink.write("\n".join(written).encode())
            if report is not None:
                report(max(0.0, db.query_progress()) / 100)
    sink.flush()
    return lines, count, first


def lines_query(
    source: Path,
    instrument: Instrument,
    rules: Iterable[RiskRule],
    *,
    longest: int,
    who: Who = ANYBODY,
) -> str:
    """The whole pass as SQL: each line's result, or ``BETWEEN`` and the line that is not plain."""
    lines = (
        f"SELECT line FROM read_csv({text(literally(source))}, auto_detect=false, header=false, "
        f"delim={text(BETWEEN)}, quote='', escape='', compression='none', "
        f"columns={{'line': 'VARCHAR'}}, max_line_size={longest + 2}) "
        f"WHERE line IS NOT NULL AND NOT regexp_full_match(line, {text(WHITE)})"
    )
    # Once and no more, or the last of them would count.
    named = "length(line) - length(replace(line, '\"answers\"', '')) = 9"
    kinds = (
        f"SELECT line, CASE WHEN NOT ({named}) THEN 0 "
        f"WHEN regexp_full_match(line, {text(PLAIN_LIST)}) THEN 1 "
        f"WHEN regexp_full_match(line, {text(PLAIN_MAP)}) THEN 2 ELSE 0 END AS kind FROM ({lines})"
    )
    begin, end = "strpos(line, '[')", "strpos(line, ']')"
    inner, outer = "strpos(substr(line, 2), '{')", "strpos(line, '}')"
    given = (
        "SELECT line, kind, CASE kind "
        f"WHEN 1 THEN replace(substr(line, {begin} + 1, {end} - {begin} - 1), ' ', '') "
        f"WHEN 2 THEN replace(substr(line, {inner} + 2, {outer} - {inner} - 2), ' ', '') END "
        f"AS given FROM ({kinds})"
    )
    parts = f"SELECT line, kind, string_split(given, ',') AS parts FROM ({given})"
    cells = (
        "SELECT line, kind, CASE kind WHEN 1 THEN parts "
        "WHEN 2 THEN list_transform(parts, lambda each: split_part(each, ':', 2)) END AS cells, "
        "CASE WHEN kind = 2 THEN array_to_string(list_transform(parts, "
        f"lambda each: split_part(each, ':', 1)), ',') || ',' END AS keys FROM ({parts})"
    )
    points = ", ".join(
        f"{_as_points(instrument, item, place)} AS {name(item.id)}"
        for place, item in enumerate(instrument.items, 1)
    )
    in_order = " OR ".join(f"starts_with({text(keys)}, keys)" for keys in _keys(instrument))
    fits = (
        f"CASE kind WHEN 1 THEN len(cells) <= {len(instrument.items)} "
        f"WHEN 2 THEN ({in_order}) ELSE FALSE END"
    )
    query = f"SELECT line, {fits} AS fits, {points} FROM ({cells})"
    steps = layers(instrument, who)
    made = {column: value for step in steps for column, value in step.items()}
    for step in steps:
        added = ", ".join(f"{value} AS {name(column)}" for column, value in step.items())
        query = f"SELECT *, {added} FROM ({query})"
    results = results_of(instrument, list(rules), made)
    listed = ", ".join(f"{value} AS {name(f'said {column}')}" for column, value in results.items())
    is_plain = "fits AND error IS NULL"
    query = f"SELECT line, {is_plain} AS is_plain, {listed} FROM ({query})"
    return (
        f"SELECT CASE WHEN is_plain THEN {_written(instrument, results)} "
        f"ELSE {text(BETWEEN)} || line END FROM ({query})"
    )


def _keys(instrument: Instrument) -> list[str]:
    """The names of all items in the order of the form, in the three ways they may be written."""
    numbers = [item.id.removeprefix("item_") for item in instrument.items]
    return [
        "".join(f'"{before}{number}",' for number in numbers) for before in ("item_", "item", "")
    ]


def _as_points(instrument: Instrument, item: Item, place: int) -> str:
    """The cell as a whole number, NULL when it is not answered, no answer when it is odd."""
    values = instrument.options[item.options]
    plain = " ".join(f"WHEN '{value}' THEN {value}" for value in values)
    cell = f"cells[{place}]"
    blank = f"{cell} IS NULL OR {cell} IN ('null', '')"
    return (
        f"CAST(CASE {cell} {plain} ELSE CASE WHEN {blank} THEN NULL ELSE {NO_ANSWER} END END "
        "AS INTEGER)"
    )


def _written(instrument: Instrument, results: Iterable[str]) -> str:
    """One line of result as text, in the order and the words of the scorer of single lines."""
    scores: list[str] = []
    for rule in instrument.scores:
        whole, exact = name(f"said {rule.id}"), name(f"said {rule.id}_exact")
        comma = "," if scores else ""
        shown = rf"regexp_replace(CAST({exact} AS VARCHAR), '(\.[0-9]+?)0+$', '\1')"
        more = text(f',"{rule.id}_exact":')
        scores += [
            text(f'{comma}"{rule.id}":'),
            _or_null(whole),
            f"CASE WHEN {exact} IS NULL THEN '' ELSE {more} || {shown} END",
        ]
    ref = instrument.ref
    parts = [
        text(f'{{"instrument":"{ref.id}","version":{ref.version},"scores":{{'),
        *scores,
        text('},"band":'),
        _quoted("said band"),
        text(',"caseness":'),
        _or_null(name("said caseness")),
        text(',"caseness_rule":'),
        _quoted("said caseness_rule"),
    ]
    if "result" in results:
        parts += [text(',"result":'), _quoted("said result")]
    missing, danger = name("said missing"), name("said danger")
    found = (
        f"list_transform(string_split({danger}, ' '), lambda each: "
        '\'{"rule":"\' || split_part(each, \':\', 1) || \'","level":"\' || '
        "split_part(each, ':', 2) || '\"}')"
    )
    parts += [
        text(',"missing":'),
        f"CASE WHEN {missing} IS NULL OR {missing} = '' THEN '[]' "
        f"ELSE '[\"' || replace({missing}, ' ', '\",\"') || '\"]' END",
        text(',"prorated":'),
        _or_null(name("said prorated")),
        text(',"danger":'),
        f"CASE WHEN {danger} IS NULL THEN '[]' "
        f"ELSE '[' || array_to_string({found}, ',') || ']' END",
        text(',"error":null}'),
    ]
    return f"concat({', '.join(parts)})"


def _or_null(value: str) -> str:
    return f"COALESCE(CAST({value} AS VARCHAR), 'null')"


def _quoted(column: str) -> str:
    return f"COALESCE('\"' || {name(column)} || '\"', 'null')"
