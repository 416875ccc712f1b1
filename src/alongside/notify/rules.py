"""How long to wait before a message is tried again; and who counts as reachable, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

KINDS = ("email", "sms", "voice", "push")
# What one failure takes away at once. Two channels are independent when their roads differ: a
# text, a call and a push message are lost together with the phone they go to.
ROADS = {"email": "mail", "sms": "phone", "voice": "phone", "push": "phone"}
VERIFIED_FOR = timedelta(days=90)  # a test that was answered counts so long
ROADS_NEEDED = 2
CODE_LIVES = timedelta(minutes=30)
CODE_TRIES = 5
CODE_AGAIN_AFTER = timedelta(minutes=1)

LEASE = timedelta(seconds=5)  # how long a claim holds; a crash costs no more than this
CALL_LIMIT = 4.0  # seconds one call to a transport may last: less than the lease
LONGEST_LIFE_CRITICAL = timedelta(seconds=30)
# No answer, and for certain nothing was handed over: there was nobody to hand it to.
NEVER_REACHED = ("ConnectionRefusedError", "gaierror")
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=1)

BEAT_EVERY = 2.0  # seconds between two signs of life of a dispatcher
SILENT_AFTER = timedelta(seconds=10)  # then a web process sends the first step itself

CANARY = "canary"  # the test message to the outside monitor: a kind, and what it is about
WATCH = "watch"  # the channel it goes by: to no person
MISSES = 3  # so many in a row missed, and the monitor pages; staff see it in red as soon
KEPT = timedelta(hours=1)  # then a canary is forgotten


def wait_after(attempts: int, *, life_critical: bool, rejected: bool = False) -> timedelta:
    """The wait after so many failed attempts: 1, 2, 4 … 30 s where life may depend on it.

    Others wait from half a minute up to an hour. ``rejected``: the transport said *never*; what is
    life-critical is still tried, at the longest of its waits.
    """
    if life_critical and rejected:
        return LONGEST_LIFE_CRITICAL
    doublings = min(max(attempts, 1) - 1, 12)
    if life_critical:
        return min(timedelta(seconds=1 << doublings), LONGEST_LIFE_CRITICAL)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def is_given_up(created_at: datetime, at: datetime, *, life_critical: bool) -> bool:
    """Whether trying ends: after a day, and never where life may depend on it."""
    return not life_critical and at - created_at >= GIVE_UP_AFTER


# -- who can be reached ---------------------------------------------------------------------------


def counts_until(verified_at: datetime) -> datetime:
    """Until when a channel counts that was tested at this moment."""
    return verified_at + VERIFIED_FOR


def reachable_until(channels: Iterable[tuple[str, datetime]]) -> datetime | None:
    """Until when somebody can be reached by two independent channels; None: not at all.

    Args:
        channels: kind and the moment of the last test that was answered, of each.
    """
    roads: dict[str, datetime] = {}
    for kind, verified_at in channels:
        road, until = ROADS[kind], counts_until(verified_at)
        roads[road] = max(until, roads.get(road, until))
    if len(roads) < ROADS_NEEDED:
        return None
    return sorted(roads.values(), reverse=True)[ROADS_NEEDED - 1]
