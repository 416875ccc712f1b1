"""Named places between two statements where a test may kill the process.

Nothing happens here unless ``ALONGSIDE_CRASH_AT`` names the place. The tests of the danger path
start a process with it set, see it die, and look at what is left.
"""

from __future__ import annotations

import os
import signal

_AT = os.environ.get("ALONGSIDE_CRASH_AT", "")


def here(place: str) -> None:
    """Die at once, without a word, if this is the place."""
    if place == _AT:
        os.kill(os.getpid(), signal.SIGKILL)
