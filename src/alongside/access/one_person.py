"""One-person mode: a device of the service, handed to one person for one form.

The session of whoever hands it over ends on this device. A new one, of nobody, holds the hash of
one private link; while it does, every page of ours leads to that form and nowhere else. It ends
by itself after a rest, and for good when somebody of the staff signs in here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token

from alongside import catalogue
from alongside.access.readers import LinkReader, hashed, reader_for_hash, reader_for_run_out
from alongside.records.errors import NotAllowed

PURPOSE = "here"
_LINK, _SEEN = "one_person", "one_person_seen_at"
# What else opens meanwhile: whom to call, away from here, and the staff's way back in.
OPEN = frozenset(
    {
        "public:help",
        "public:help_elsewhere",
        "public:leave",
        "account_login",
        "mfa_authenticate",
        "mfa_login_webauthn",
    }
)
SPACE = "here:"


def begin(request: HttpRequest, token: str, at: datetime) -> None:
    """Sign out here whoever is signed in, and let this device open one form."""
    logout(request)
    rotate_token(request)
    request.session[_LINK], request.session[_SEEN] = hashed(token), at.isoformat()


def forget_pages(response: HttpResponse) -> HttpResponse:
    """Tell the browser to keep no page of those who had the device before."""
    response["Clear-Site-Data"] = '"cache"'
    return response


def is_on(request: HttpRequest) -> bool:
    """Is this device handed to one person?"""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and _LINK in request.session


def opens(name: str) -> bool:
    """Whether a route opens while the device is handed to one person."""
    return name.startswith(SPACE) or name in OPEN


def reader(request: HttpRequest, at: datetime) -> LinkReader | None:
    """The reader of the one form; None once the device rested too long or the link ended."""
    if not is_on(request):
        return None
    seen = datetime.fromisoformat(request.session[_SEEN])
    if at - seen > rest():
        return None
    try:
        return reader_for_hash(request.session[_LINK], PURPOSE, at)
    except NotAllowed:
        return None


def reader_after(request: HttpRequest, at: datetime) -> LinkReader | None:
    """The reader of the one form, though the device rested too long or its hour is over.

    For danger that was told after the end, and for nothing else. None once somebody ended it: then
    whoever holds the device is no longer who it was handed to.
    """
    if not is_on(request):
        return None
    try:
        return reader_for_run_out(request.session[_LINK], PURPOSE, at)
    except NotAllowed:
        return None


def lend(held: dict[str, Any], given_at: datetime, at: datetime) -> bool:
    """Make what a session held at one moment good for now, if the device opened its form then.

    For an answer that waited for the database: ``access.sessions.lent``.
    """
    if _LINK not in held or given_at - datetime.fromisoformat(held[_SEEN]) > rest():
        return False
    held[_SEEN] = at.isoformat()
    return True


def touch(request: HttpRequest, at: datetime) -> None:
    """The device was used."""
    request.session[_SEEN] = at.isoformat()


def rest() -> timedelta:
    """How long a device may lie untouched."""
    return catalogue.current().answering.rest


def end(session: Any) -> str:
    """Take the mark off a session. Returns the hash of its link; empty when it had none."""
    session.pop(_SEEN, None)
    return str(session.pop(_LINK, ""))
