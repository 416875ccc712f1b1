"""One page for every refusal that no view caught: the sentence, and what was typed.

A view says most refusals beside the field they are about. What slips through is no accident of
ours and never a broken page: somebody changed something meanwhile, or what was sent cannot be kept.
"""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _

from alongside.access.kept import SECRETS
from alongside.config.spooling import PAGES
from alongside.records.errors import Held, Refused, StaleVersion, Unfit
from alongside.web.practitioner import words

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
DOORS = ("person", "circle", "practitioner", "office")
DESKS = ("practitioner", "office")
LONG = 80  # letters


def page(request: HttpRequest, why: Refused) -> HttpResponse | None:
    """The page of a refusal; None where an answer may show danger, which says more and is kept."""
    match = request.resolver_match
    name = "" if match is None else match.view_name
    if name in PAGES:
        return None
    door = name.partition(":")[0]
    base = f"parts/base_{door}.html" if door in DOORS else "parts/base_public.html"
    status = _status(why)
    context = {
        "base": base,
        "sentence": sentence(why, at_desk=door in DESKS),
        "url": request.get_full_path(),
        "was_sent": request.method not in SAFE,
        **(_typed(request) if request.method not in SAFE else {}),
    }
    response = render(request, "account/errors/refused.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def sentence(why: Refused, *, at_desk: bool) -> str:
    """What to tell the reader: staff in the words of the desk where it has some, else by kind."""
    if at_desk:
        with suppress(Refused):
            return words.refusal(why)[1]
    if isinstance(why, StaleVersion):
        return _("Somebody changed this while you were on the page. Look at it as it is now first.")
    if isinstance(why, Unfit):
        return _("Something in it is missing, or cannot be kept as it is. Look it over once more.")
    if isinstance(why, Held):
        return _("Something stands against it, so it cannot be done now. Look at the page again.")
    return _("Things have moved on meanwhile, so this is not possible. Look at it as it is now.")


def _status(why: Refused) -> HTTPStatus:
    if isinstance(why, Unfit):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.FORBIDDEN if isinstance(why, Held) else HTTPStatus.CONFLICT


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What came with the form: words to read and change, everything else sent along as it was."""
    kept: list[dict[str, Any]] = []
    hidden: list[dict[str, str]] = []
    for name, values in request.POST.lists():
        if name in SECRETS:
            continue
        for value in values:
            if any(sign.isspace() for sign in value.strip()) or len(value) > LONG:
                kept.append(
                    {
                        "name": name,
                        "label": _("What you wrote (%(number)s)") % {"number": len(kept) + 1},
                        "value": value,
                        "long": len(value) > LONG,
                    }
                )
            else:
                hidden.append({"name": name, "value": value})
    return {"kept": kept, "hidden": hidden, "csrf_token": get_token(request)}
