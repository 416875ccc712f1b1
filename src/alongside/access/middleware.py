"""Who is asking, may they open this page, and what did they see?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation

from alongside.access import kept, one_person, policy, refusals, sessions
from alongside.access.models import Account
from alongside.access.readers import DOORS, AccountReader, Nobody, reader_for, reader_for_link
from alongside.access.routes import Access, access_of
from alongside.records import audit, clock
from alongside.records.audit_words import WORDS
from alongside.records.errors import NotAllowed, Refused

# Nouns that say nothing about a person: reading them alone leaves no trace.
NOT_ABOUT_A_PERSON = frozenset(
    {"people.institution", "directory.service", "directory.line_check", "crisis.shift"}
)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLL = "Alongside-Poll"
STAFF_DOORS = ("/work/", "/office/")
# A page of another origin, or of ours with a scheme, is not a place to go on to.
_OURS = re.compile(r"/(?![/\\])[^\\]*\Z")

Respond = Callable[[HttpRequest], HttpResponse]


class AccessMiddleware:
    """Builds ``request.reader``, opens the page or answers as if it did not exist."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _reads(request, _LazyNobody())
        zone = _end_when_idle(request) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        with timezone.override(zone):
            response = self.get_response(request)
        if sessions.CLEARS in request.META:  # who signs out leaves nothing in this browser
            response["Clear-Site-Data"] = request.META[sessions.CLEARS]
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        match = request.resolver_match
        name = "" if match is None else match.view_name
        rule = access_of(view, name)
        if rule is None:
            raise ImproperlyConfigured(f"The route {name or view!r} says nothing about access.")
        if one_person.is_on(request) and not one_person.opens(name):
            return HttpResponseRedirect(reverse("here:start"))
        if rule.kind == "public":
            return None
        if rule.kind == "closed":
            raise Http404
        if rule.kind == "here":
            return self._here(request, view, args, kwargs)
        if rule.kind == "link":
            return self._by_link(request, rule, view, args, kwargs)
        return self._signed_in(request, rule, name, view, args, kwargs)

    def process_exception(self, request: HttpRequest, why: Exception) -> HttpResponse | None:
        """A refusal on a page that is anybody's, or one's own account's."""
        if not isinstance(why, Refused) or isinstance(why, NotAllowed):
            return None
        at = clock.now()
        return refusals.answer(request, why, by=getattr(request, "reader", Nobody(at)), at=at)

    def _here(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse:
        """A page of a device that is handed to one person; without the mode for nobody."""
        at = clock.now()
        reader = one_person.reader(request, at) or Nobody(at)
        _reads(request, reader)
        if reader.link is not None:
            one_person.touch(request, at)
        return _answer(request, reader, at, view, args, kwargs, "access.link_refused")

    def _by_link(
        self,
        request: HttpRequest,
        rule: Access,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse:
        at = clock.now()
        try:
            reader = reader_for_link(str(kwargs.get("token", "")), rule.purpose, at)
        except NotAllowed:
            audit.refuse("access.link_refused", by=Nobody(at), at=at, why=rule.purpose)
            raise Http404 from None
        _reads(request, reader)
        return _answer(request, reader, at, view, args, kwargs, "access.link_refused")

    def _signed_in(
        self,
        request: HttpRequest,
        rule: Access,
        name: str,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        account = request.user
        if not isinstance(account, Account):
            return _to_sign_in(request)
        translation.activate(account.language)  # one's own, until this request is over
        at = clock.now()
        reader = reader_for(account, at)
        _reads(request, reader)
        if rule.kind == "own_account":
            return None
        if account.is_staff_member and not _has_second_step(account):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        door = name.partition(":")[0]
        if door in DOORS:
            reader = reader.through(door)
            _reads(request, reader)
        if not policy.may_open(reader, rule.record_type, rule.action):
            audit.refuse("access.page_refused", by=reader, at=at, about=name, why="role")
            raise Http404
        return _answer(request, reader, at, view, args, kwargs, "access.page_refused")


def _reads(request: HttpRequest, reader: Any) -> None:
    """From now on the request is read as this reader."""
    request.reader = reader  # type: ignore[attr-defined]  # Django's request knows of none


def _answer(
    request: HttpRequest,
    reader: Any,
    at: datetime,
    view: Callable[..., HttpResponse],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    refusal: str,
) -> HttpResponse:
    """Run the view, turn a refusal into the one answer for "no", and write what was read."""
    name = "" if request.resolver_match is None else request.resolver_match.view_name
    try:
        if request.method in SAFE:
            with reading():
                reader.kept = {}
                response = _rendered(view(request, *args, **kwargs))
        else:
            response = _rendered(view(request, *args, **kwargs))
    except (Http404, NotAllowed) as no:
        why = "not_allowed" if isinstance(no, NotAllowed) else "not_visible"
        audit.refuse(refusal, by=reader, at=at, about=name, why=why)
        raise Http404 from None
    except Refused as why:
        refused = refusals.answer(request, why, by=reader, at=at)
        if refused is None:
            raise
        return refused
    if response.status_code < 300 or response.status_code >= 400:
        _write_reads(reader, at, name)
    elif request.method not in SAFE and isinstance(request.user, Account):
        kept.drop_sent(request.user, request.path)
    return response


def _rendered(response: HttpResponse) -> HttpResponse:
    render = getattr(response, "render", None)
    if callable(render):
        render()
    return response


def _write_reads(reader: Any, at: datetime, name: str) -> None:
    """One row a request, with the kinds and ids of the records that were shown."""
    shown = {
        noun: ids for noun, ids in reader.seen.items() if ids and noun not in NOT_ABOUT_A_PERSON
    }
    if not shown:
        return
    words = sorted(f"{noun}_read" for noun in shown)
    word = next((w for w in words if w in WORDS), words[0])
    with transaction.atomic():
        audit.write(word, by=reader, at=at, about=name, ids=shown)


@contextmanager
def reading() -> Iterator[None]:
    """One transaction for edges and data of a page: on SQLite one that takes no write lock."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    before = connection.transaction_mode  # type: ignore[attr-defined]
    connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            connection.transaction_mode = before  # type: ignore[attr-defined]
            yield
    finally:
        connection.transaction_mode = before  # type: ignore[attr-defined]


class _LazyNobody:
    """Nobody, at a moment that is asked for only when somebody needs it."""

    _reader: Nobody | None = None

    def __getattr__(self, name: str) -> Any:
        if self._reader is None:
            self._reader = Nobody(clock.now())
        return getattr(self._reader, name)


def _has_second_step(account: Account) -> bool:
    from allauth.mfa.utils import is_mfa_enabled

    return bool(is_mfa_enabled(account))


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.method not in SAFE:
        kept.keep_of_ended_session(request)
    staff = request.path.startswith(STAFF_DOORS)
    address = reverse("account_login") if staff else settings.LOGIN_URL
    if request.method in SAFE and _OURS.match(request.get_full_path()):
        address += "?" + urlencode({"next": request.get_full_path()})
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)


def _end_when_idle(request: HttpRequest) -> ZoneInfo | None:
    """End a session that rested too long; what was being sent is kept for the same account.

    Returns the zone in which the account reads times.
    """
    account = request.user
    if not isinstance(account, Account):
        return None
    at = clock.now()
    if sessions.is_over(request.session, at, staff=account.is_staff_member):
        if request.method not in SAFE:
            kept.keep(request, account)
        logout(request)
        return None
    # A page that refreshes itself, by script or without, is nobody's presence.
    if request.headers.get(POLL) != "1" and request.GET.get("poll") != "1":
        sessions.touch(request.session, at)
    try:
        return ZoneInfo(account.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None


__all__ = ["AccessMiddleware", "AccountReader", "reading"]
