"""How long a file of a million PHQ-9 takes. Run: ``python benchmarks/columnar.py [rows]``.

Method: a file of random answers (one in thirty blank) and two other columns is written first and
not timed. ``score_file`` then reads, checks, scores and writes it: total, exact total, band,
caseness, missing items, danger, refusals. The peer is what one would write by hand in the same
engine: the nine columns added up, nothing checked, written to the same kind of file. The two take
turns in one process, in the same run; the best of five rounds counts, since other work on the
machine only ever adds. Last, the whole command runs as a process of its own, start-up and all, and
its largest resident memory is read.

Measured on 2026-11-22, 2 cores shared with other work, CPython 3.11, DuckDB 2.0, a million rows:
CSV 1.6 s (by hand 0.6 s), Parquet 0.6 s (by hand 0.2 s); the whole command 2.2 s with 505 MB and
1.4 s with 290 MB at most. Ten million rows, with more other work: CSV 20 s (by hand 4.5 s), Parquet
5.7 s (by hand 1.8 s); 614 MB and 416 MB at most, so memory does not grow with the file.
"""

from __future__ import annotations

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
sys.exit(os.waitstatus_to_exitcode(status))
"""

ROUNDS = 5
ROWS = 1_000_000
ITEMS = [f"item_{number}" for number in range(1, 10)]


def write_answers(path: Path, rows: int) -> None:
    """A file of random answers, the same in every run."""
    answers = ", ".join(
        f"CASE WHEN hash(range, {number}) % 30 > 0 THEN CAST(hash({number}, range) % 4 AS TINYINT) "
        f"END AS {item}"
        for number, item in enumerate(ITEMS)
    )
    shape = "FORMAT parquet" if path.suffix == ".parquet" else "FORMAT csv, HEADER"
    with connection() as db:
        query = f"SELECT range AS id, 'ward ' || range % 40 AS ward, {answers} FROM range({rows})"
        db.execute(f"COPY ({query}) TO {text(str(path))} ({shape})")


def by_hand(source: Path, target: Path) -> None:
    """The peer: nine columns added up."""
    shape = "FORMAT parquet, COMPRESSION zstd" if target.suffix == ".parquet" else "FORMAT csv"
    added = " + ".join(f"CAST({item} AS INTEGER)" for item in ITEMS)
    with connection() as db:
        table = open_table(db, source)
        query = f"SELECT *, {added} AS total FROM {table.source}"
        db.execute(f"COPY ({query}) TO {text(str(target))} ({shape})")


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def process(command: list[str]) -> tuple[float, float]:
    """How long a process takes, and its largest resident memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", LAUNCH, *command], check=True, capture_output=True, text=True
    )
    taken, kilobytes = done.stdout.split()
    return float(taken), int(kilobytes) / 1024


def main() -> None:
    """Print a line for each kind of file."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    content = catalogue.build(catalogue.roots(), only=("instruments", "risk_rules"))
    phq9, rules = content.instrument("phq9"), content.risk_rules_for("phq9")
    sys.stdout.write(f"{rows:,} rows\n")
    with TemporaryDirectory() as folder:
        for ending in ("csv", "parquet"):
            source = Path(folder) / f"answers.{ending}"
            target, peer = Path(folder) / f"scored.{ending}", Path(folder) / f"peer.{ending}"
            write_answers(source, rows)
            ours, theirs = [], []
            for _ in range(ROUNDS):
                ours.append(seconds(partial(score_file, source, target, phq9, rules)))
                theirs.append(seconds(partial(by_hand, source, peer)))
            best, plain = min(ours), min(theirs)
            command = [sys.executable, "-m", "alongside.cli", "score", "phq9", str(source)]
            whole, memory = process([*command, "--out", str(target)])
            sys.stdout.write(
                f"{ending:8} scored {best:6.2f} s   by hand {plain:6.2f} s   "
                f"{best / plain:4.1f} times   command {whole:6.2f} s, {memory:5.0f} MB at most\n"
            )


if __name__ == "__main__":
    main()
