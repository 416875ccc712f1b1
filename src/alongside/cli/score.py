"""`alongside score`: answers to an instrument in, scores and danger out."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from alongside.cli import files, terminal
from alongside.cli.refusals import Refused, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable

    from alongside.cli.lines import Count, LineScorer, Refusal
    from alongside.engine.instruments import Instrument, Who
    from alongside.engine.risk import RiskRule

    Bar = Callable[[float], None]

SMALL = 1 << 20  # bytes; a smaller file is done before a whole pass has begun

EXAMPLE = """\
examples:
  echo '{"answers": [2,1,null,0,0,1,0,0,1]}' | alongside score phq9
  alongside score phq9 answers.csv --out scored.csv

JSON lines in, JSON lines out, in the same order:
  in   {"answers": [2,1,null]}   or   {"answers": {"1": 2, "item_9": 0}}   null: not answered
  out  {"instrument":"phq9","version":1,"scores":{"total":12},"band":"moderate",
        "caseness":true,"caseness_rule":"phq9@1/default","missing":["item_3"],
        "prorated":false,"danger":[{"rule":"phq9_self_harm@1","level":"C"}],"error":null}

CSV and Parquet: by the file's name. One column an item, 1 to n or item_1 to item_n; an empty
cell or NA is not answered; other columns are carried through. A row that is refused has its
reason in the column error, and the danger of its valid answers all the same.

With --out, the number and the reason of every row or line that is refused are also listed in a
file beside it, FILE.refused.csv, which is only there when any were; --refused names another.

Where the answers lead to a category and steps rather than to a total, "result" names it.

Items are in the order of the official form, answers are its official values. The exit status
is 1 at the end when any line had an error.
"""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("instrument", metavar="INSTRUMENT", help="such as phq9, or phq9@1")
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        default="-",
        help="JSON lines, CSV or Parquet by its name; standard input when left out or -",
    )
    parser.add_argument("--out", metavar="FILE", help="write here; standard output when left out")
    parser.add_argument(
        "--refused", metavar="FILE", help="list refused rows here, as CSV with row and error"
    )
    parser.add_argument(
        "--sex",
        choices=("female", "male"),
        help="of everybody in it, where a cut-off depends on it",
    )
    parser.add_argument(
        "--age", type=int, metavar="YEARS", help="of everybody in it, where a cut-off depends on it"
    )
    parser.add_argument(
        "--prefix", default="", help="put before the names of result columns (CSV, Parquet)"
    )
    parser.add_argument(
        "--only",
        default="",
        metavar="COLUMNS",
        help="write these results alone, such as total,band (CSV, Parquet); error is always there",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="JSON lines are JSON in any case; for CSV and Parquet with --out, print what was done",
    )


def run(options: Namespace) -> int:
    from alongside.cli.content_here import instrument

    found, rules = instrument(options.instrument)
    if not found.items:
        raise Refused(f"{found.ref} has no items to score: its total is entered as it is.")
    source = None if options.file == "-" else Path(options.file)
    if _is_table(source):
        return _table(Path(options.file), options, found, rules)
    if options.out and _is_table(Path(options.out)):
        raise WrongUsage("JSON lines give JSON lines. Name --out without .csv or .parquet.")
    if options.only:
        raise WrongUsage("--only chooses columns of CSV and Parquet. JSON lines have one form.")
    return _json_lines(source, options, found, rules)


def _who(options: Namespace) -> Who:
    from alongside.engine.instruments import Who

    return Who(options.age, options.sex)


def _is_table(path: Path | None) -> bool:
    if path is None:
        return False
    from alongside.insights.names import kind_of

    return kind_of(path) is not None


def _json_lines(
    source: Path | None, options: Namespace, found: Instrument, rules: tuple[RiskRule, ...]
) -> int:
    from alongside.cli.lines import LineScorer, score_stream

    scorer = LineScorer(found, rules, _who(options))
    with (
        files.result(options.out, source) as sink,
        files.side_file(options.refused, options.out, source) as side,
        files.refusal_list(side) as refused,
    ):
        if source is None:
            count = score_stream(sys.stdin.fileno(), sink, scorer, refused=refused)
            return _said(count, "standard input", _list(options))
        with files.source(source) as (file, size), terminal.progress("Scoring") as bar:
            quick = _in_one_pass(source, sink, scorer, refused, bar) if size > SMALL else None
            report = None if bar is None else (lambda read: bar(read / size))
            count = quick or score_stream(
                file.fileno(), sink, scorer, refused=refused, report=report
            )
    return _said(count, source.name, _list(options))


def _in_one_pass(
    source: Path, sink: BinaryIO, scorer: LineScorer, refused: Refusal | None, bar: Bar | None
) -> Count | None:
    """Score a file as other tables are; None where its lines could be parted in another way."""
    from alongside.cli.lines import LONGEST_LINE, Count
    from alongside.insights.json_lines import is_regular, score_lines
    from alongside.insights.tabular import TableRefused

    if not is_regular(source, LONGEST_LINE):
        return None
    try:
        done = score_lines(
            source,
            sink,
            scorer.instrument,
            scorer.rules,
            scorer.line,
            longest=LONGEST_LINE,
            who=scorer.who,
            refused=refused,
            report=bar,
        )
    except TableRefused as refusal:
        raise Refused(str(refusal)) from refusal
    return Count(*done)


def _list(options: Namespace) -> str:
    """Where all refusals are, as the end of a sentence."""
    if options.refused or options.out:
        return f" All are in {options.refused or f'{options.out}.refused.csv'}."
    return ""


def _said(count: Count, name: str, listed: str) -> int:
    if not count.lines:
        raise Refused(f"There was nothing to score in {name}: it has no lines.")
    if count.first is None:
        return 0
    line, why = count.first
    terminal.say(
        f"{count.refused} of {count.lines} lines could not be scored. "
        f"The first is number {line}: {why}.{listed}"
    )
    return 1


def _table(source: Path, options: Namespace, found: Instrument, rules: tuple[RiskRule, ...]) -> int:
    from alongside.insights.columnar import score_file
    from alongside.insights.tabular import TableRefused

    with (
        files.whole_file(options.out, source) as target,
        files.side_file(options.refused, options.out, source) as side,
        terminal.progress("Scoring") as bar,
    ):
        try:
            scored = score_file(
                source,
                target,
                found,
                rules,
                prefix=options.prefix,
                only=[each.strip() for each in options.only.split(",") if each.strip()],
                who=_who(options),
                side=side,
                report=bar,
            )
        except TableRefused as refusal:
            raise Refused(str(refusal)) from refusal
    if options.json and options.out:
        first = [{"row": row, "error": why} for row, why in scored.first]
        done = {"rows": scored.rows, "refused": scored.refused, "first": first}
        print(json.dumps({"instrument": found.ref.id, "version": found.ref.version, **done}))
    if not scored.rows:
        raise Refused(f"There was nothing to score in {source.name}: it has no rows.")
    if not scored.refused:
        return 0
    named = "; ".join(f"row {row}: {why}" for row, why in scored.first)
    terminal.say(
        f"{scored.refused} of {scored.rows} rows could not be scored; the column "
        f"{options.prefix}error says why. The first: {named}.{_list(options)}"
    )
    return 1
