"""The language of a page: from its address when one was chosen there, else from the browser.

``/es/what-helps/`` is ``/what-helps/`` in Spanish. Every address of ours on such a page begins the
same way, so a choice lasts as long as the visit and needs neither cookie nor script. Pages of
somebody signed in follow the language of their account and have one address only.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.urls import set_script_prefix
from django.utils import translation

NAMES = dict(settings.LANGUAGES)
# The pages somebody may open who is not signed in.
_FOR_ANYONE = re.compile(
    r"/(?:(?:worried|w|here|help-now|what-helps|about-a-child|about-me|private|leave|l"
    r"|circle/join|circle/left|account/login|account/password/reset|demo/post)(?:/.*)?)?\Z",
    re.DOTALL,
)
_CHOSEN = re.compile(rf"/({'|'.join(NAMES)})(/.*)?\Z", re.DOTALL)


class LanguageMiddleware(LocaleMiddleware):
    """Takes the language off the front of the address, and puts it on each one a page names."""

    def process_request(self, request: HttpRequest) -> None:
        found = _CHOSEN.match(request.path_info)
        rest = (found[2] or "/") if found else ""
        if found is None or not _FOR_ANYONE.match(rest):
            super().process_request(request)
            return
        request.path_info = rest
        set_script_prefix(f"{_root(request)}/{found[1]}/")
        translation.activate(found[1])
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        set_script_prefix(f"{_root(request)}/")
        return super().process_response(request, response)


def _root(request: HttpRequest) -> str:
    return str(request.META.get("SCRIPT_NAME", "")).rstrip("/")


def others(request: HttpRequest) -> list[dict[str, str]]:
    """This page in the other languages: code, name and address; nothing once signed in."""
    here = request.path_info
    is_known = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
    if is_known or not _FOR_ANYONE.match(here):
        return []
    query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    now = (translation.get_language() or "en").partition("-")[0]
    return [
        {"code": code, "name": name, "url": f"{_root(request)}/{code}{here}{query}"}
        for code, name in NAMES.items()
        if code != now
    ]
