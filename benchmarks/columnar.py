"""How long a file of PHQ-9 takes beside SQL by hand. Run: ``python benchmarks/columnar.py [rows]``.

Method: a file of random answers (one in thirty blank, one in a hundred thousand out of range) and
two other columns is written first and not timed. Each way then reads it and writes it with its
results to the same kind of file, with the same compression, in the same engine:

- ``score_file`` reads, checks, scores and writes total, exact total, band, caseness and its rule,
  missing items, danger and error, with the instrument and its version, and lists what it refused;
- ``total alone`` is ``score_file`` with all its checks, asked to write the total and what it
  refused and nothing else, as the bare sum does;
- ``same columns`` is SQL by hand for these very columns, as a careful analyst would write it: range
  check, missing rule, bands, reason. Its answers are compared with ours, row by row, first;
- ``checked sum`` is SQL by hand for the total and the band alone, with range check, missing rule;
- ``bare sum`` is nine columns added up, nothing checked: it is wrong where an answer is.

They take turns in one process, in the same run; the best of some rounds counts, since other work on
the machine only ever adds. CPU is user and system time of all threads, wall is the clock. Last, the
whole command runs as a process of its own, start-up and all, and its largest resident memory is
read. Above ten million rows there is one round, Parquet alone, and rows are not compared.

The figures of the last run, and how they are to be read, are in ``README.md`` beside this file.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from alongside import catalogue
from alongside.insights.columnar import score_file
from alongside.insights.tabular import connection, open_table, text

# A small process starts the command: one that is started by a large one counts that as its own.
LAUNCH = """
import os, subprocess, sys, time
start = time.perf_counter()
_, status, used = os.wait4(subprocess.Popen(sys.argv[1:]).pid, 0)
print(time.perf_counter() - start, used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status) not in (0, 1))  # 1: some rows were refused
"""

ROUNDS = 3
ROWS = 1_000_000
MANY = 10_000_000
ITEMS = [f"item_{number}" for number in range(1, 10)]


def write_answers(path: Path, rows: int) -> None:
    """A file of random answers, the same in every run."""
    answers = ", ".join(
        f"CASE WHEN hash(range, {number}, 7) % 900000 = 0 THEN CAST(7 AS TINYINT) "
        f"WHEN hash(range, {number}) % 30 > 0 THEN CAST(hash({number}, range) % 4 AS TINYINT) "
        f"END AS {item}"
        for number, item in enumerate(ITEMS)
    )
    shape = "FORMAT parquet" if path.suffix == ".parquet" else "FORMAT csv, HEADER"
    with connection() as db:
        query = f"SELECT range AS id, 'ward ' || range % 40 AS ward, {answers} FROM range({rows})"
        db.execute(f"COPY ({query}) TO {text(str(path))} ({shape})")


def _copy(source: Path, target: Path, select: Callable[[str], str]) -> None:
    shape = "FORMAT parquet, COMPRESSION zstd" if target.suffix == ".parquet" else "FORMAT csv"
    with connection() as db:
        query = select(open_table(db, source).source)
        db.execute(f"COPY ({query}) TO {text(str(target))} ({shape})")


def by_hand(source: Path, target: Path) -> None:
    """The bare sum: nine columns added up."""
    added = " + ".join(f"CAST({item} AS INTEGER)" for item in ITEMS)
    _copy(source, target, lambda table: f"SELECT *, {added} AS total FROM {table}")


def _checked(table: str) -> str:
    """Blanks, whether every answer is in range, and the prorated total, as written by hand."""
    blanks = " + ".join(f"CAST({item} IS NULL AS INTEGER)" for item in ITEMS)
    in_range = " AND ".join(
        f"COALESCE(CAST({item} AS INTEGER), 0) BETWEEN 0 AND 3" for item in ITEMS
    )
    added = " + ".join(f"COALESCE(CAST({item} AS INTEGER), 0)" for item in ITEMS)
    return (
        "SELECT *, CASE WHEN good AND blanks <= 2 THEN "
        "CAST(floor(added * 9.0 / (9 - blanks) + 0.5) AS INTEGER) END AS total FROM "
        f"(SELECT *, {blanks} AS blanks, {in_range} AS good, {added} AS added FROM {table})"
    )


BAND = (
    "CASE WHEN total >= 20 THEN 'severe' WHEN total >= 15 THEN 'moderately_severe' "
    "WHEN total >= 10 THEN 'moderate' WHEN total >= 5 THEN 'mild' "
    "WHEN total >= 0 THEN 'minimal' END AS band"
)
WORKING = "EXCLUDE (blanks, good, added, total)"


def checked_sum(source: Path, target: Path) -> None:
    """The total and the band, checked."""
    _copy(
        source, target, lambda table: f"SELECT * {WORKING}, total, {BAND} FROM ({_checked(table)})"
    )


def same_columns(source: Path, target: Path) -> None:
    """All that ``score_file`` writes, by hand."""
    named = ", ".join(f"CASE WHEN {item} IS NULL THEN '{item}' END" for item in ITEMS)
    said = " ".join(
        f"WHEN CAST({item} AS INTEGER) NOT BETWEEN 0 AND 3 "
        f"THEN '{item}=' || {item} || ' is outside 0..3'"
        for item in ITEMS
    )
    columns = (
        "'phq9' AS instrument, 1 AS version, total, "
        "CASE WHEN total IS NOT NULL AND blanks > 0 "
        "THEN CAST(added * 9.0 / (9 - blanks) AS DECIMAL(18, 6)) END AS total_exact, "
        f"{BAND}, total >= 10 AS caseness, "
        "CASE WHEN total IS NOT NULL THEN 'phq9@1/default' END AS caseness_rule, "
        f"CASE WHEN good AND blanks > 0 THEN concat_ws(' ', {named}) END AS missing, "
        "CASE WHEN good THEN total IS NOT NULL AND blanks > 0 END AS prorated, "
        "CASE WHEN CAST(item_9 AS INTEGER) BETWEEN 1 AND 3 "
        "THEN 'phq9_self_harm@1:C' END AS danger, "
        f"CASE WHEN NOT good THEN CASE {said} END END AS error"
    )
    _copy(source, target, lambda table: f"SELECT * {WORKING}, {columns} FROM ({_checked(table)})")


def differences(ours: Path, theirs: Path) -> int:
    """Rows of two files that are not the same."""
    with connection() as db:
        one, other = (open_table(db, path).source for path in (ours, theirs))
        found = db.execute(f"SELECT count(*) FROM (FROM {one} EXCEPT FROM {other})").fetchone()
    return int(found[0]) if found else 0


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def used(work: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of all threads, and seconds by the clock, of one call."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    wall = seconds(work)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def process(command: list[str]) -> tuple[float, float]:
    """How long a process takes, and its largest resident memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", LAUNCH, *command], check=True, capture_output=True, text=True
    )
    taken, kilobytes = done.stdout.split()
    return float(taken), int(kilobytes) / 1024


def main() -> None:
    """Print every figure of one run."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    content = catalogue.build(catalogue.roots(), only=("instruments", "risk_rules"))
    phq9, rules = content.instrument("phq9"), content.risk_rules_for("phq9")
    sys.stdout.write(f"{rows:,} rows\n")
    for ending in ("parquet",) if rows > MANY else ("csv", "parquet"):
        with TemporaryDirectory() as folder:
            source = Path(folder) / f"answers.{ending}"
            target, peer = Path(folder) / f"scored.{ending}", Path(folder) / f"peer.{ending}"
            write_answers(source, rows)
            if rows <= MANY:
                score_file(source, target, phq9, rules)
                same_columns(source, peer)
                if apart := differences(target, peer):
                    sys.exit(f"{apart} rows by hand are not as scored: the peer is no peer.")
            ways: dict[str, Callable[[], object]] = {
                "score_file": partial(score_file, source, target, phq9, rules),
                "total alone": partial(score_file, source, target, phq9, rules, only=["total"]),
                "same columns": partial(same_columns, source, peer),
                "checked sum": partial(checked_sum, source, peer),
                "bare sum": partial(by_hand, source, peer),
            }
            taken: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
            for _ in range(1 if rows > MANY else ROUNDS):
                for way, work in ways.items():
                    taken[way].append(used(work))
            ours, alone = (min(taken[way])[0] for way in ("score_file", "total alone"))
            for way, each in taken.items():
                cpu, wall = min(each)[0], min(wall for _, wall in each)
                sys.stdout.write(
                    f"{ending:8} {way:12} {cpu:7.2f} s CPU {wall:7.2f} s wall   "
                    f"score_file takes {ours / cpu:4.2f} times its CPU, "
                    f"for the total alone {alone / cpu:4.2f}\n"
                )
            command = [sys.executable, "-m", "alongside.cli", "score", "phq9", str(source)]
            whole, memory = process([*command, "--out", str(target)])
            sys.stdout.write(f"{ending:8} command {whole:6.2f} s, {memory:5.0f} MB at most\n")


if __name__ == "__main__":
    main()
