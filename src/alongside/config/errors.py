"""The pages for what went wrong. None of them needs the database."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from alongside.config import context
from alongside.web.person import asked

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PRIVATE_LINKS = "/l/"  # whoever holds one learns kindly that it is over, whether or not it ever was


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """One answer for what is not there and for what is not yours: status, headers and body."""
    if request.path_info.startswith(PRIVATE_LINKS):
        return asked.over(request)
    known = bool(getattr(getattr(request, "user", None), "is_authenticated", False))
    page = render_to_string(
        "account/errors/not_found.html",
        {"home_url": "/home/" if known else "/", "help": context.help_without_database()},
    )
    return HttpResponse(page, status=HTTPStatus.NOT_FOUND)


def sign_in_again(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """A library asks for a fresh sign-in and knows no other way to ask. Ours never say 403."""
    return render(request, "account/sign_in_again.html", status=HTTPStatus.FORBIDDEN)


def refused(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """What was sent cannot be read: it was not saved, and the page says so."""
    return _not_saved(
        HTTPStatus.BAD_REQUEST,
        _("What you sent could not be read. Go back and try again."),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    """What was sent is larger than we take."""
    return _not_saved(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("That was too much at once. Go back and send a shorter text or a smaller file."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Something on our side is broken. What was sent was not saved, and nobody has been told."""
    if request.method in SAFE:
        page = render_to_string(
            "account/errors/broken.html", {"help": context.help_without_database()}
        )
        return _kept_nowhere(HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR))
    return _not_saved(HTTPStatus.INTERNAL_SERVER_ERROR, "")


def _not_saved(status: HTTPStatus, words: str) -> HttpResponse:
    page = render_to_string(
        "account/errors/not_saved.html",
        {"words": words, "help": context.help_without_database()},
    )
    return _kept_nowhere(HttpResponse(page, status=status))


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
