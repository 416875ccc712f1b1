"""A process that ends with the one that started it.

When the supervisor is killed, its children get SIGTERM, so that everything can be started afresh
and no orphan keeps the port. The wish is not inherited, so a web worker asks again for itself
(config/wsgi.py). On systems without this wish the program runs all the same.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
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


def work(
    parent: int,
    name: str,
    sign: Path | None,
    task: Callable[..., int],
    arguments: tuple[object, ...],
) -> None:
    """Be the process ``name`` of ``parent``, and end with what the task gives."""
    end_with(parent)
    if sys.platform.startswith("linux"):  # by it `ps` and `top` tell them apart
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15])
    os.environ[VARIABLE] = str(os.getpid())  # for the worker a web server starts
    if sign is not None:
        os.environ[SIGN] = str(sign)
    raise SystemExit(task(*arguments))
