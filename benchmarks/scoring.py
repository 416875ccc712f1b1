"""How many forms are scored a second: one by one, and whole files. Run:

    pip install --target var/peers -r benchmarks/peers.txt
    python benchmarks/scoring.py [rows]

Method, one by one: every complete PHQ-9 there is (4 to the 9th, 262,144 forms) is made first and
not timed. Each way then scores each form once in a plain loop of one thread; the best of five
rounds counts. Forms come as tuples, as dicts, as dicts with the unscored item, and as dicts with
one blank in every form. ``reference`` is ``score``, which reads the rule anew each time (every
tenth form). ``naive loop`` is what one would write at first: items added up and a band looked up,
with nothing checked.

Method, whole files: a file of random answers (one in thirty blank) and two other columns is
written first and not timed. ``score_file`` reads, checks, scores and writes it: total, exact total,
band, caseness, missing items, danger, refusals. The peers only add up nine columns and write the
sum beside the others, with nothing checked: SQL by hand in the same engine, pandas, and a naive
loop over the lines of the CSV file. All take turns in one process and one run; the best of three
rounds counts (the naive loop runs once), since other work on the machine only ever adds.

Peers are installed for this alone; a peer that is missing is an error that says what to run.

The promise is 200,000 complete PHQ-9 a second on one core. The figures of the last run are in
``README.md`` beside this file.
"""

from __future__ import annotations

import csv
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from columnar import ITEMS, by_hand, seconds, write_answers

from alongside import catalogue
from alongside.engine.instruments import compile_scorer, score
from alongside.insights.columnar import score_file

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "var" / "peers"
ROUNDS, FILE_ROUNDS = 5, 3
ROWS = 1_000_000
STARTS, BANDS = (5, 10, 15, 20), ("minimal", "mild", "moderate", "moderately_severe", "severe")


def forms_per_second(run: Callable[[Any], object], forms: list[Any]) -> float:
    """The best of some rounds over all forms."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for form in forms:
            run(form)
        best = min(best, time.perf_counter() - start)
    return len(forms) / best


def naive(form: Mapping[str, int]) -> tuple[int, str]:
    """What one would write at first."""
    total = 0
    for item in ITEMS:
        total += form[item]
    return total, BANDS[bisect_right(STARTS, total)]


def by_loop(source: Path, target: Path) -> None:
    """The naive loop over a CSV file."""
    with source.open(newline="") as read, target.open("w", newline="") as write:
        rows = csv.DictReader(read)
        writer = csv.writer(write)
        writer.writerow([*(rows.fieldnames or ()), "total"])
        for row in rows:
            answers = [row[item] for item in ITEMS]
            total = "" if "" in answers else sum(map(int, answers))
            writer.writerow([*row.values(), total])


def by_pandas(pandas: Any, source: Path, target: Path) -> None:
    """The sum in pandas, with its fastest reader."""
    if source.suffix == ".parquet":
        table = pandas.read_parquet(source)
        table["total"] = table[ITEMS].sum(axis=1, skipna=False)
        table.to_parquet(target)
    else:
        table = pandas.read_csv(source, engine="pyarrow")
        table["total"] = table[ITEMS].sum(axis=1, skipna=False)
        table.to_csv(target, index=False)


def peer() -> Any:
    """pandas, from the folder of peers or the environment."""
    sys.path.append(str(PEERS))
    missing = [name for name in ("pandas", "pyarrow") if find_spec(name) is None]
    if missing:
        sys.exit(
            f"{' and '.join(missing)} missing. Run: "
            f"pip install --target {PEERS.relative_to(ROOT)} -r benchmarks/peers.txt"
        )
    return import_module("pandas")


def one_by_one(phq9: Any) -> None:
    """Print one line for each way in which a form can come."""
    run, ids = compile_scorer(phq9), phq9.item_ids
    tuples = list(product(range(4), repeat=9))
    whole = [dict(zip(ids, form, strict=False)) for form in tuples]
    longer = [{**form, "item_10": 1} for form in whole]
    blank = [{**form, ids[number % 9]: None} for number, form in enumerate(whole)]
    for name, scorer, forms in (
        ("tuple", run, tuples),
        ("dict", run, whole),
        ("with item_10", run, longer),
        ("one blank", run, blank),
        ("reference", lambda form: score(phq9, form), whole[::10]),
        ("naive loop", naive, whole),
    ):
        sys.stdout.write(f"{name:14} {forms_per_second(scorer, forms):12,.0f} forms/s\n")


def whole_files(phq9: Any, rules: Any, rows: int) -> None:
    """Print a line for each kind of file and each way."""
    pandas = peer()
    with TemporaryDirectory() as folder:
        for ending in ("csv", "parquet"):
            source, target = Path(folder) / f"answers.{ending}", Path(folder) / f"out.{ending}"
            write_answers(source, rows)
            ways: dict[str, Callable[[], object]] = {
                "score_file": partial(score_file, source, target, phq9, rules),
                "SQL by hand": partial(by_hand, source, target),
                "pandas": partial(by_pandas, pandas, source, target),
            }
            taken: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(FILE_ROUNDS):
                for name, work in ways.items():
                    target.unlink(missing_ok=True)
                    taken[name].append(seconds(work))
            if ending == "csv":
                taken["naive loop"] = [seconds(partial(by_loop, source, target))]
            ours = min(taken["score_file"])
            for name, each in taken.items():
                best = min(each)
                sys.stdout.write(
                    f"{ending:8} {name:12} {best:7.2f} s {rows / best:14,.0f} forms/s   "
                    f"score_file takes {ours / best:4.1f} times as long\n"
                )


def main() -> None:
    """Print every figure of one run."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    content = catalogue.build(catalogue.roots(), only=("instruments", "risk_rules"))
    phq9, rules = content.instrument("phq9"), content.risk_rules_for("phq9")
    one_by_one(phq9)
    sys.stdout.write(f"\n{rows:,} rows\n")
    whole_files(phq9, rules, rows)


if __name__ == "__main__":
    main()
