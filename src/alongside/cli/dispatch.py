"""The dispatcher's process: it sends messages, lets alerts climb, seals the trail, ends drafts.

Started and watched by ``alongside serve``: ``python -m alongside.cli.dispatch``. It may run twice
at once. On its start it first does what is due.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable

CLIMB_EVERY = 0.5  # seconds; a step is taken within a second of its time
SEAL_EVERY = 1.0

log = logging.getLogger("alongside.dispatcher")


def main() -> int:
    """Run until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    import django

    django.setup()
    from alongside import catalogue
    from alongside.crisis import escalation
    from alongside.notify import dispatcher
    from alongside.records import clock, sealer

    catalogue.current()  # read once, before anything is claimed
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    loops = [
        threading.Thread(
            target=every,
            args=(stop, CLIMB_EVERY, lambda: escalation.run_once(at=clock.now())),
            name="escalation",
        ),
        threading.Thread(
            target=every, args=(stop, SEAL_EVERY, lambda: sealer.seal(at=clock.now())), name="seal"
        ),
        threading.Thread(target=dispatcher.run, kwargs={"stop": stop}, name="messages"),
    ]
    for loop in loops:
        loop.start()
    while not stop.wait(1.0):
        pass
    for loop in loops:
        loop.join(timeout=8)
    return 0


def every(stop: threading.Event, seconds: float, work: Callable[[], object]) -> None:
    """Do the work every so often. A failure is written down and never ends the loop."""
    from django.db import close_old_connections, connection

    while not stop.is_set():
        try:
            close_old_connections()
            work()
        except Exception:
            log.exception("%s goes on", threading.current_thread().name)
            connection.close()
        stop.wait(seconds)
    connection.close()


if __name__ == "__main__":
    raise SystemExit(main())
