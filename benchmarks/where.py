"""Where the milliseconds of a request go: samples of what the process does, by kind of work."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

EVERY = 0.001  # seconds of processor time between two samples, or what the kernel gives

Frame = tuple[str, str]  # file, function


def _in(frames: Sequence[Frame], file: str, *functions: str) -> bool:
    return any(file in place and (not functions or name in functions) for place, name in frames)


# The first that fits says what a sample is.
KINDS: tuple[tuple[str, Callable[[Sequence[Frame]], bool]], ...] = (
    ("the rules of access made into SQL", lambda f: _in(f, "alongside/access/policy.py")),
    ("the driver and, on SQLite, the database", lambda f: _in(f, "db/backends/", "execute")),
    ("commits", lambda f: _in(f, "db/backends/", "_commit", "commit")),
    ("SQL made", lambda f: _in(f, "db/models/sql/compiler.py", "as_sql")),
    ("rows made into objects", lambda f: _in(f, "db/models/query.py", "__iter__")),
    ("queries put together", lambda f: _in(f, "django/db/models/")),
    ("decryption", lambda f: _in(f, "alongside/records/crypto.py")),
    ("kept queries found and given values", lambda f: _in(f, "alongside/records/prepared.py")),
    ("charts drawn", lambda f: _in(f, "alongside/web/parts/chart")),
    ("engine: scores, gates, steps", lambda f: _in(f[:12], "alongside/engine/")),
    ("templates, forms, translation", lambda f: _in(f[:14], "django/template")),
)


def breakdown(requests: Sequence[Callable[[], Any]]) -> list[tuple[str, float]]:
    """Milliseconds of this process for one request, by kind of work, the largest first."""
    found: Counter[str] = Counter()

    def take(_number: int, frame: Any) -> None:
        frames: list[Frame] = []
        while frame is not None:
            frames.append((frame.f_code.co_filename, frame.f_code.co_name))
            frame = frame.f_back
        kind = next((name for name, fits in KINDS if fits(frames)), "everything else")
        found[kind] += 1

    before = signal.signal(signal.SIGPROF, take)
    spent = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        for request in requests:
            request()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0, 0)
        signal.signal(signal.SIGPROF, before)
    each = (time.process_time() - spent) * 1000 / len(requests) / max(1, found.total())
    return [(name, count * each) for name, count in found.most_common()]
