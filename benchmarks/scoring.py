"""How many forms a second one core scores. Run: ``python benchmarks/scoring.py``.

Method: every complete PHQ-9 there is (4 to the 9th, 262,144 forms) is made first and not timed. The
prepared scorer then scores each once in a plain loop of one thread; the best of five rounds counts.
Forms come as tuples, as dicts, as dicts with the unscored item, and as dicts with one blank in
every form. ``reference`` is ``score``, which reads the rule anew each time (every tenth form).

Measured on 2026-11-21, 2 cores shared with other work, CPython 3.11, forms per second:
tuple 1,400,000; dict 2,200,000; with item_10 1,600,000; one blank 290,000; reference 40,000.
The promise is 200,000 complete PHQ-9 a second on one core.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import product
from typing import Any

from alongside import catalogue
from alongside.engine.instruments import compile_scorer, score

ROUNDS = 5


def forms_per_second(run: Callable[[Any], object], forms: list[Any]) -> float:
    """The best of some rounds over all forms."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for form in forms:
            run(form)
        best = min(best, time.perf_counter() - start)
    return len(forms) / best


def main() -> None:
    """Print one line for each way in which a form can come."""
    phq9 = catalogue.current().instrument("phq9")
    run = compile_scorer(phq9)
    ids = phq9.item_ids
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
    ):
        sys.stdout.write(f"{name:14} {forms_per_second(scorer, forms):12,.0f} forms/s\n")


if __name__ == "__main__":
    main()
