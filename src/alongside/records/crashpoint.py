"""Named places at which a test may kill the process, as a power cut would.

``ALONGSIDE_CRASH_AT=danger.after_alert`` makes the process that reaches that place kill itself
with SIGKILL: nothing is tidied up, nothing is flushed. Without the variable nothing happens.
``ALONGSIDE_CRASH_ONCE`` names a file: where it exists already, the place is passed unharmed, so a
process that is started again afterwards lives.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path


def here(label: str) -> None:
    """Die at this place if the environment names it; else do nothing."""
    if os.environ.get("ALONGSIDE_CRASH_AT") != label:
        return
    once = os.environ.get("ALONGSIDE_CRASH_ONCE")
    if once:
        try:
            Path(once).touch(exist_ok=False)
        except FileExistsError:
            return
    os.kill(os.getpid(), signal.SIGKILL)
