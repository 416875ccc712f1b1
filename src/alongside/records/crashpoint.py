"""Named places at which a test may kill the process, as a power cut would.

``ALONGSIDE_CRASH_AT=danger.after_alert`` makes a process that reaches that place kill itself with
SIGKILL: nothing is tidied up, nothing is flushed. ``ALONGSIDE_CRASH_FILE`` names a file that holds
such a place: the first process to reach it takes the file away and dies, once. Without either
variable nothing happens.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path


def here(place: str) -> None:
    """Die at once, without a word, if this is the place."""
    if os.environ.get("ALONGSIDE_CRASH_AT") == place or _taken(place):
        os.kill(os.getpid(), signal.SIGKILL)


def _taken(place: str) -> bool:
    name = os.environ.get("ALONGSIDE_CRASH_FILE")
    if not name:
        return False
    path = Path(name)
    try:
        if path.read_text() != place:
            return False
        path.unlink()
    except FileNotFoundError:  # nothing to do, or somebody else was first
        return False
    return True
