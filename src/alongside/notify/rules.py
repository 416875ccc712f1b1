"""How long to wait before a message is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

LEASE = timedelta(seconds=5)  # how long a claim holds; a crash costs no more than this
CALL_LIMIT = 4.0  # seconds one call to a transport may last: less than the lease
LONGEST_LIFE_CRITICAL = timedelta(seconds=30)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=1)

BEAT_EVERY = 2.0  # seconds between two signs of life of a dispatcher
SILENT_AFTER = timedelta(seconds=10)  # then a web process sends the first step itself


def wait_after(attempts: int, *, life_critical: bool) -> timedelta:
    """The wait after so many failed attempts: 1, 2, 4 … 30 s where life may depend on it.

    Others wait from half a minute up to an hour.
    """
    doublings = min(max(attempts, 1) - 1, 12)
    if life_critical:
        return min(timedelta(seconds=1 << doublings), LONGEST_LIFE_CRITICAL)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def is_given_up(created_at: datetime, at: datetime, *, life_critical: bool) -> bool:
    """Whether trying ends: after a day, and never where life may depend on it."""
    return not life_critical and at - created_at >= GIVE_UP_AFTER
