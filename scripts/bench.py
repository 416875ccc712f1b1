#!/usr/bin/env python
"""Timings, each with its method. Never part of a test: they differ from machine to machine.

Every figure is the median of five runs in one process, after one run that is not counted.
"""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from alongside import catalogue
from alongside.engine.instruments import compile_scorer, score

RUNS = 5
FORMS = 50_000


def median_seconds(work: Callable[[], object]) -> float:
    work()
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def tell(what: str, figure: str, method: str) -> None:
    print(f"{what:<34}{figure:>18}   {method}")


def main() -> None:
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.machine()}\n"
    )

    command = str(Path(sys.executable).with_name("alongside"))
    check = [command, "content", "check"]
    seconds = median_seconds(lambda: subprocess.run(check, check=True, capture_output=True))
    tell("alongside content check", f"{seconds:.2f} s", "the whole command, start included")

    phq9 = catalogue.current().instrument("phq9")
    chance = random.Random(9)
    forms = [{item.id: chance.choice([0, 1, 2, 3]) for item in phq9.items} for _ in range(FORMS)]
    quick = compile_scorer(phq9)
    for name, scorer in (("compiled", quick), ("reference", lambda form: score(phq9, form))):
        seconds = median_seconds(lambda scorer=scorer: [scorer(form) for form in forms])
        tell(
            f"score PHQ-9, {name}",
            f"{FORMS / seconds:,.0f} forms/s",
            f"{FORMS:,} complete forms with random answers, one thread",
        )

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "forms.jsonl")
        source.write_text(
            "".join(json.dumps({"answers": list(form.values())}) + "\n" for form in forms)
        )
        line = [command, "score", "phq9", str(source)]
        seconds = median_seconds(lambda: subprocess.run(line, check=True, capture_output=True))
        tell(
            "alongside score, JSON lines",
            f"{FORMS / seconds:,.0f} forms/s",
            f"the whole command on {FORMS:,} lines, start included",
        )


if __name__ == "__main__":
    main()
