"""The outermost layer: a number for each request, and an answer whatever breaks further in.

And sessions, which may end while a request still runs.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib.sessions import middleware as sessions
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from alongside.config import errors, spooling
from alongside.records import audit, gate

log = logging.getLogger(__name__)

DRAINED = 64 * 1024 * 1024  # bytes; more than any form or its pictures

Respond = Callable[[HttpRequest], HttpResponse]


class OutermostMiddleware:
    """Gives the request its number; refuses what is too large; never lets an error go unsaid.

    An answer that may show danger and was not saved is kept beside the database.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = secrets.token_hex(8)
        token = audit.request_id.set(number)
        try:
            if (length := _length(request)) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                _drain(request, length)
                return errors.too_large(request)
            with gate.waiting(gate.SUBMISSION):
                response = self._answer(request, number)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                spooling.keep(request)  # the page says that it is not saved, and that stays true
            return response
        finally:
            audit.request_id.reset(token)

    def _answer(self, request: HttpRequest, number: str) -> HttpResponse:
        try:
            return self.get_response(request)
        except Exception:
            log.exception("request %s broke outside the views", number)
            return errors.broken(request)


class SessionMiddleware(sessions.SessionMiddleware):
    """A session that ended while its request ran takes nothing back of what the request did.

    Who leaves a circle ends their own session with it. The answer says what was done, and the next
    page asks to sign in; the library would answer that nothing was saved.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            response.delete_cookie(
                settings.SESSION_COOKIE_NAME,
                path=settings.SESSION_COOKIE_PATH,
                domain=settings.SESSION_COOKIE_DOMAIN,
                samesite="Lax",
            )
            patch_vary_headers(response, ("Cookie",))
            return response


class PolicyMiddleware(CSPMiddleware):
    """The content policy: the same for every page, so it is made once."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self.whole = build_policy()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if settings.DEBUG or any(
            name.startswith("_csp") for name in (*vars(request), *vars(response))
        ):
            return super().process_response(request, response)
        response.setdefault(HEADER, self.whole)
        return response


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdigit() else 0


def _drain(request: HttpRequest, length: int) -> None:
    """Take in what comes, up to a limit, and keep none of it.

    A browser that is still sending when the answer comes shows a broken connection, no sentence.
    """
    left = min(length, DRAINED)
    while left > 0 and (piece := request.read(min(left, 65_536))):
        left -= len(piece)
