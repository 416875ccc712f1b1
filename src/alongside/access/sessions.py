"""When a session began and when it was last used, by the one clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

IDLE_FAMILY = timedelta(minutes=10)
IDLE_STAFF = timedelta(minutes=15)
FRESH = timedelta(minutes=10)
_SEEN, _BEGAN = "seen_at", "signed_in_at"


def begin(session: Any, at: datetime) -> None:
    """Somebody signed in just now."""
    session[_BEGAN] = session[_SEEN] = at.isoformat()


def touch(session: Any, at: datetime) -> None:
    """The session was used."""
    session[_SEEN] = at.isoformat()


def is_over(session: Any, at: datetime, *, staff: bool) -> bool:
    """Did it rest for too long?"""
    last = session.get(_SEEN)
    limit = IDLE_STAFF if staff else IDLE_FAMILY
    return last is not None and at - datetime.fromisoformat(last) > limit


def is_fresh(session: Any, at: datetime) -> bool:
    """Did somebody sign in less than ten minutes ago? Weighty changes ask for that."""
    began = session.get(_BEGAN)
    return began is not None and at - datetime.fromisoformat(began) < FRESH
