"""A bell beside the outbox: whoever puts a message in rings, and the dispatcher looks at once.

It carries nothing and proves nothing. The outbox is the only record; a ring that is lost, or a
dispatcher on another machine, costs a tenth of a second until the next look.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import transaction


def _place() -> Path:
    place: Path = settings.VAR / "bell"
    return place


def ring_after_commit() -> None:
    """Ring once the present transaction is on the disk; at once when there is none."""
    transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Ring, if anybody listens. Never waits, never fails."""
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as caller:
        caller.setblocking(False)
        caller.sendto(b"1", str(_place()))


class Bell:
    """What a dispatcher listens to. Of two on one machine the later one hears it."""

    def __init__(self) -> None:
        self._ear: socket.socket | None = None
        ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            _place().unlink(missing_ok=True)
            ear.bind(str(_place()))
            _place().chmod(0o600)
        except OSError:  # a path that is too long, a file system without sockets: looks alone
            ear.close()
        else:
            self._ear = ear

    @property
    def is_heard(self) -> bool:
        return self._ear is not None

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, and take those that came meanwhile with it. False: none came."""
        if self._ear is None:
            return False
        self._ear.settimeout(seconds)
        try:
            self._ear.recv(16)
            self._ear.setblocking(False)
            while self._ear.recv(16):
                pass
        except TimeoutError:
            return False
        except BlockingIOError:
            return True
        return True

    def close(self) -> None:
        if self._ear is not None:
            self._ear.close()
