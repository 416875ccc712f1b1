"""An answer the database did not take is kept beside it, and sent again when it is back (E10).

What is kept is the form as it was sent: page, fields, and the cookies that say whose it is. It is
replayed through the same page with the same id, so the same checks are made and it counts once.
The page said *not saved, nobody has been told*; that was true then, and stays the only thing said.
"""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from alongside.access import sessions
from alongside.crisis import public, unsaved
from alongside.records import clock, crashpoint, spool
from alongside.records.reader import system

log = logging.getLogger(__name__)

REASON = "spool"
REPLAYED = "alongside.replayed"  # in the environment of a request that is one of ours
# Every page whose answer may show danger, or adds to one that did. Each takes the same form again
# as the first: by its submission, or because the same answer again is no news.
PAGES = frozenset(
    {
        "public:first", "public:question", "public:visit_number", "public:visit_more",
        "answer:form-question", "answer:form-check",
        "person:form-question", "person:form-check",
        "here:form-question", "here:form-check",
        "circle:alone", "circle:tell", "circle:report", "person:report", "person:score-right",
        "circle:meeting-alone", "circle:meeting-stop",
    }
)  # fmt: skip
# What says in which language, and that the form is ours and nobody's forgery.
HEADERS = ("HTTP_HOST", "HTTP_ORIGIN", "HTTP_REFERER", "HTTP_ACCEPT_LANGUAGE")
INTAKE = {"public:first", "public:question"}
# Where a page leads that did not take the form: the start, or to sign in.
NOT_TAKEN = re.compile(r"(?:/[a-z]{2})?/(?:account/.*)?\Z", re.DOTALL)
TAKEN = frozenset({HTTPStatus.FOUND, HTTPStatus.SEE_OTHER})
AT_ONCE = 200  # records of one round
FIRST_WAIT, LONGEST_WAIT = 2.0, 60.0  # seconds before a page that broke is asked again

_again_at: dict[str, tuple[float, float]] = {}  # by name: when next, and the wait before that
_pages: list[BaseHandler] = []


# -- keeping --------------------------------------------------------------------------------------


def keep(request: HttpRequest) -> bool:
    """Keep what was sent, if it is an answer of ours. Never raises: the page must still come."""
    if request.method != "POST" or REPLAYED in request.META:
        return False
    try:
        match = request.resolver_match or resolve(request.path_info)
        if match.view_name not in PAGES or not _may_matter(match.view_name, match.kwargs, request):
            return False
        cookies = {
            name: request.COOKIES[name]
            for name in (
                settings.SESSION_COOKIE_NAME,
                settings.CSRF_COOKIE_NAME,
                settings.LANGUAGE_COOKIE_NAME,
            )
            if name in request.COOKIES
        }
        fields = request.POST.urlencode()
        spool.put(
            {
                "path": request.META["PATH_INFO"],  # with its language, if it names one
                "fields": fields,
                "cookies": cookies,
                "headers": {
                    name: request.META[name][:400] for name in HEADERS if request.META.get(name)
                },
            },
            once="\n".join([request.path_info, fields, *sorted(cookies.values())]),
        )
    except Resolver404:
        return False
    except Exception:
        log.exception("an answer could not even be kept beside the database")
        return False
    log.warning("an answer is kept beside the database until it can be saved")
    return True


def _may_matter(name: str, given: Mapping[str, Any], request: HttpRequest) -> bool:
    """At the public door only what shows danger: the rest of what was said dies with the page."""
    if name not in INTAKE:
        return True
    return public.is_danger(int(given.get("number", 1)), request.POST.get("answer", ""))


# -- replaying ------------------------------------------------------------------------------------


def replay_waiting() -> int:
    """Send again what waits, the oldest first, until the database refuses again.

    Returns how many were taken. May run in two processes at once: one of them does nothing.
    """
    if not spool.waiting():
        return 0
    taken = 0
    with spool.alone() as mine:
        if not mine:
            return 0
        for kept in spool.waiting()[:AT_ONCE]:
            if _again_at.get(kept.name, (0.0, 0.0))[0] > time.monotonic():
                continue
            try:
                at = clock.now()
            except DatabaseError:
                break  # it is not back yet
            taken += _replay(kept, at)
    return taken


def _replay(kept: spool.Kept, at: datetime) -> bool:
    """One record: taken and removed, held for a human, or left to be tried again."""
    try:
        what = spool.read(kept)
    except spool.Unreadable as failure:
        log.error("%s", failure)
        return _hold(kept, "unreadable", at)
    status, where = _sent(what, kept, at)
    crashpoint.here("spool.replayed")
    if status in TAKEN and not NOT_TAKEN.match(where):
        by = system(REASON, at)
        unsaved.note_taken(name=kept.name, given_at=kept.given_at, by=by, at=at)
        crashpoint.here("spool.noted")
        spool.done(kept)
        _again_at.pop(kept.name, None)
        return True
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("a kept answer was answered with %s: a person must look", status)
        return _hold(kept, str(status), at)
    _, wait = _again_at.get(kept.name, (0.0, FIRST_WAIT / 2))
    wait = min(wait * 2, LONGEST_WAIT)
    _again_at[kept.name] = (time.monotonic() + wait, wait)
    return False


def _hold(kept: spool.Kept, why: str, at: datetime) -> bool:
    """Ask a person to look, then put it aside: in this order, so that none is put aside unseen."""
    by = system(REASON, at)
    unsaved.ask_a_person(name=kept.name, given_at=kept.given_at, why=why, by=by, at=at)
    spool.hold(kept)
    return False


def _sent(what: Mapping[str, Any], kept: spool.Kept, at: datetime) -> tuple[int, str]:
    """Send a form to its page again; the status of the answer, and where it leads."""
    told = spool.given_at.set(kept.given_at)
    try:
        with _cookies(what["cookies"], kept.given_at, at) as cookies:
            request = WSGIRequest(_environment(what, cookies))
            response = _handler().get_response(request)
        return response.status_code, response.get("Location", "")
    except Exception:
        log.exception("a kept answer could not be sent again")
        return HTTPStatus.INTERNAL_SERVER_ERROR, ""
    finally:
        spool.given_at.reset(told)


@contextmanager
def _cookies(kept: Mapping[str, str], given_at: datetime, at: datetime) -> Iterator[dict[str, str]]:
    """The cookies of then. A session that ended since is lent for this one request."""
    name = settings.SESSION_COOKIE_NAME
    if name not in kept:
        yield dict(kept)
        return
    with sessions.lent(kept[name], given_at=given_at, at=at) as key:
        others = {each: value for each, value in kept.items() if each != name}
        yield {**others, name: key} if key else others


def _environment(what: Mapping[str, Any], cookies: Mapping[str, str]) -> dict[str, Any]:
    public_url = urlsplit(settings.PUBLIC_URL)
    body = what["fields"].encode()
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": what["path"],
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": public_url.netloc,
        **{name: what["headers"][name] for name in HEADERS if name in what["headers"]},
        "HTTP_X_FORWARDED_PROTO": public_url.scheme,
        "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": public_url.hostname or "localhost",
        "SERVER_PORT": str(public_url.port or (443 if settings.SECURE else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": public_url.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        REPLAYED: True,
    }


def _handler() -> BaseHandler:
    """The pages, loaded when the first record waits: a dispatcher needs none otherwise."""
    if not _pages:
        made = BaseHandler()
        made.load_middleware()
        _pages.append(made)
    return _pages[0]
