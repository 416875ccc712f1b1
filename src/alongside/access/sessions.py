"""When a session began and when it was last used, by the one clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings

IDLE_FAMILY = timedelta(minutes=10)
IDLE_STAFF = timedelta(minutes=15)
FRESH = timedelta(minutes=10)
CLEARS = "alongside.clears"  # in the request: what its answer makes the browser forget
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


@contextmanager
def lent(key: str, *, given_at: datetime, at: datetime) -> Iterator[str]:
    """A session of its own for one request that waited, with what another held when it was sent.

    Nobody learns its key, and it is gone when the request is answered. Gives an empty key when
    the session had ended by then, or its owner signed out since: then nobody is signed in.
    A device that is handed to one person has no owner; it is lent while it opens their form.
    """
    from django.contrib.auth import SESSION_KEY
    from django.contrib.sessions.models import Session

    from alongside.access import one_person
    from alongside.access.models import Account

    row = Session.objects.filter(session_key=key, expire_date__gt=given_at).first()
    held = {} if row is None else row.get_decoded()
    pk = held.get(SESSION_KEY)
    owner = Account._base_manager.filter(pk=pk, is_active=True).first() if pk else None
    if owner is None:
        is_good = one_person.lend(held, given_at, at)
    else:
        is_good = not is_over(held, given_at, staff=owner.is_staff_member)
    if not is_good:
        yield ""
        return
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.update(held)
    touch(store, at)
    store.save(must_create=True)
    try:
        yield store.session_key
    finally:
        store.delete()
