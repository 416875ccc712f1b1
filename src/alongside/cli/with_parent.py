"""Become another program that ends with its parent: ``python -m alongside.cli.with_parent PID …``.

When the supervisor is killed, its children get SIGTERM, so that everything can be started afresh
and no orphan keeps the port. The wish is not inherited, so a web worker asks again for itself
(config/wsgi.py). On systems without this wish the program runs all the same.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
VARIABLE = "ALONGSIDE_SUPERVISED"  # the process the supervisor started, for what that starts
SIGN = "ALONGSIDE_UP"  # the file by which a worker tells the supervisor that it is up


def end_with(parent: int) -> None:
    """Ask the system to end this process when its parent ends, however that ends.

    A forked worker has inherited how its web server hears a signal, which does nothing in the
    worker: until it has its own way, the signal ends it.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we could ask
        raise SystemExit(1)


def say_up() -> None:
    """Tell the supervisor, if there is one, that this worker has read the application."""
    if sign := os.environ.get(SIGN, ""):
        with suppress(OSError):
            Path(sign).touch()


def main() -> int:
    parent, line = int(sys.argv[1]), sys.argv[2:]
    end_with(parent)
    os.environ[VARIABLE] = str(os.getpid())  # it stays the same in the program that follows
    os.execv(line[0], line)  # noqa: S606  # no shell is wanted
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
