"""One writer at a time on SQLite, and whatever carries alerts goes first (E11).

SQLite lets one writer in at a time and has no order among those that wait: under load, pages that
save could keep the sender of alerts out for long. So a transaction that writes passes a gate of
two lock files beside the database. Who holds ``turn`` writes. Who goes before others holds
``first`` while it waits, and nobody else is let to ``turn`` as long as anybody holds that; so it
waits for one transaction at most. A page that has waited for three seconds waits as those do: many
messages may not keep an answer out. A lock ends with the process that held it, however that ends.
Where the files cannot be made the gate stands open: SQLite itself still lets in one at a time.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

SUBMISSION = 5.0  # seconds a page waits before it says that nothing was saved
PATIENCE = 20.0  # seconds everything else waits
PRESSING = 3.0  # seconds after which it waits as those that go first
PAUSE = 0.001  # between two tries

_goes_first: ContextVar[bool] = ContextVar("goes_first", default=False)
_waits: ContextVar[float] = ContextVar("waits", default=PATIENCE)


class Shut(TimeoutError):
    """Others were writing for so long that this writer gave up. Nothing was written."""


@contextmanager
def before_others() -> Iterator[None]:
    """What this thread writes within goes before everything else: it carries alerts."""
    token = _goes_first.set(True)
    try:
        yield
    finally:
        _goes_first.reset(token)


@contextmanager
def waiting(seconds: float) -> Iterator[None]:
    """What this thread writes within waits so long for its turn."""
    token = _waits.set(seconds)
    try:
        yield
    finally:
        _waits.reset(token)


class Gate:
    """The gate of one database, for one connection."""

    def __init__(self, database: str | os.PathLike[str]) -> None:
        self._paths = [Path(f"{os.fspath(database)}.{name}") for name in ("turn", "first")]
        self._files: list[int] = []

    def enter(self) -> None:
        """Wait for one's turn to write, and have it until ``leave``.

        Raises:
            Shut: somebody else had it all the time.
        """
        try:
            turn, first = self._opened()
        except OSError:
            return
        began = time.monotonic()
        until = began + _waits.get()
        pressing = began if _goes_first.get() else min(until, began + PRESSING)
        while time.monotonic() < pressing:
            if _taken(first, fcntl.LOCK_EX):
                mine = _taken(turn, fcntl.LOCK_EX)
                fcntl.flock(first, fcntl.LOCK_UN)
                if mine:
                    return
            _pause(until)
        try:
            _take(first, fcntl.LOCK_SH, until)
            _take(turn, fcntl.LOCK_EX, until)
        finally:
            fcntl.flock(first, fcntl.LOCK_UN)

    def leave(self) -> None:
        """Let the next one in. Again, or without a turn, is no news."""
        if self._files:
            fcntl.flock(self._files[0], fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the turn and the files back."""
        while self._files:
            with suppress(OSError):
                os.close(self._files.pop())

    def _opened(self) -> list[int]:
        if not self._files:
            for path in self._paths:
                try:
                    self._files.append(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
                except OSError:
                    self.close()
                    raise
        return self._files


def _taken(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _take(file: int, how: int, until: float) -> None:
    while not _taken(file, how):
        _pause(until)


def _pause(until: float) -> None:
    if time.monotonic() > until:
        raise Shut("others write all the time")
    time.sleep(PAUSE)
