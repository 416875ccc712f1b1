"""The dispatcher's process: it sends messages, lets alerts climb, asks on time, seals the trail.

Started and watched by ``alongside serve``; by itself: ``python -m alongside.cli.dispatch``. It may
run twice at once. On its start it first does what is due.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

CLIMB_EVERY = 0.8  # seconds; a step is taken within a second of its time
TIDY_EVERY = 5.0
SEAL_EVERY = 1.0
CHASE_EVERY = 60.0  # a gap in the rota is told by the hour at most
TRACK_EVERY = 20.0  # a review is due within days
ASK_EVERY = 300.0  # what is due is asked at a time of day, and nobody waits for it
RETAIN_EVERY = 1800.0  # what ran out closes within the day
ZONES_EVERY = 1800.0  # new rules of a zone are known months before, and read when we start
REPLAY_EVERY = 1.0  # a look into an empty folder
END_WITHIN = 8.0  # longer than a call to the mail server may last

log = logging.getLogger("alongside.dispatcher")


def main() -> int:
    """Run until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    import django
    from django.conf import settings
    from django.utils.module_loading import import_string

    django.setup()
    from alongside import catalogue
    from alongside.calendar import zones
    from alongside.crisis import escalation
    from alongside.delivery import on_time, retention
    from alongside.insights import watching
    from alongside.notify import dispatcher
    from alongside.records import clock, gate, sealer, spool

    def climb() -> None:
        with gate.before_others():
            escalation.climb_once(at=clock.now())

    def retain() -> None:
        retention.run_out_due(at=clock.now())
        retention.erase_letters_due(at=clock.now())

    catalogue.current()  # read once, before anything is claimed
    replay = import_string(settings.REPLAY)  # of config, which no command may import
    try:
        spool.reserve()
    except spool.NotKept as failure:
        log.error("nothing can be kept beside the database: %s", failure)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    loops = [
        threading.Thread(
            target=every,
            args=(stop, CLIMB_EVERY, climb),
            name="escalation",
            daemon=True,
        ),
        threading.Thread(
            target=every,
            args=(stop, TIDY_EVERY, lambda: escalation.tidy_once(at=clock.now())),
            name="tidy",
        ),
        threading.Thread(
            target=every,
            args=(stop, CHASE_EVERY, lambda: escalation.chase_once(at=clock.now())),
            name="chase",
        ),
        threading.Thread(
            target=every,
            args=(stop, ASK_EVERY, lambda: on_time.ask_once(at=clock.now())),
            name="asking",
        ),
        threading.Thread(target=every, args=(stop, TRACK_EVERY, _track(watching)), name="track"),
        threading.Thread(
            target=every,
            args=(stop, RETAIN_EVERY, retain),
            name="retention",
        ),
        threading.Thread(
            target=every,
            args=(stop, ZONES_EVERY, lambda: zones.keep_to_the_clock(at=clock.now())),
            name="zones",
        ),
        threading.Thread(
            target=every,
            args=(stop, SEAL_EVERY, lambda: sealer.seal(at=clock.now())),
            name="seal",
            daemon=True,
        ),
        threading.Thread(
            target=every, args=(stop, REPLAY_EVERY, replay), name="spool", daemon=True
        ),
        threading.Thread(
            target=dispatcher.run, kwargs={"stop": stop}, name="messages", daemon=True
        ),
    ]
    for loop in loops:
        loop.start()
    while not stop.wait(1.0):
        pass
    until = time.monotonic() + END_WITHIN
    for loop in loops:
        loop.join(timeout=max(0.0, until - time.monotonic()))
    return 0


def _track(watching: Any) -> Callable[[], object]:
    """Some running courses a round, then the next ones; and the numbers of the night, when due."""
    from alongside.records import clock

    last: list[Any] = [None]

    def work() -> None:
        at = clock.now()
        watching.make_due(at=at)
        last[0] = watching.open_due(at=at, after=last[0])

    return work


def every(stop: threading.Event, seconds: float, work: Callable[[], object]) -> None:
    """Do the work every so often. A failure is written down and never ends the loop."""
    from django.db import close_old_connections, connection

    while not stop.is_set():
        try:
            work()
            close_old_connections()  # not held while it waits
        except Exception:
            log.exception("%s goes on", threading.current_thread().name)
            connection.close()
        stop.wait(seconds)
    connection.close()


if __name__ == "__main__":
    raise SystemExit(main())
