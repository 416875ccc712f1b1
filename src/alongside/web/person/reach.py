"""When and how I may be reached, once I came in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from alongside.cases import queries as cases
from alongside.web.parts import own_reach
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request
from alongside.web.person.base import own_circles, seen_here

BASE = "parts/base_person.html"
READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


@access("contact", "R")
@require_safe
def reach(request: Request) -> HttpResponse:
    """The ways to me that count. Before I came in there is none, and after the end none is used."""
    circle, is_open = _circle(request)
    return own_reach.listing(
        request,
        person=circle.focus,
        is_open=is_open,
        seen=seen_here(request, "contact", circle.pk),
        to=_to,
        back=reverse("person:record"),
        base=BASE,
    )


@access("contact", "E")
@READ_OR_SEND
def change(request: Request, pk: UUID) -> HttpResponse:
    """When and how I may be reached there (M6)."""
    return own_reach.change(request, person=_open_circle(request).focus, pk=pk, to=_to, base=BASE)


@access("contact", "E")
@READ_OR_SEND
def ask(request: Request) -> HttpResponse:
    """Another number or address of mine."""
    circle = _open_circle(request)
    return own_reach.ask(request, circle=circle, person=circle.focus, to=_to, base=BASE)


@access("contact", "E")
@READ_OR_SEND
def end(request: Request, pk: UUID) -> HttpResponse:
    """A way to me is safe no more."""
    return own_reach.end(request, person=_open_circle(request).focus, pk=pk, to=_to)


def _circle(request: Request) -> tuple[Any, bool]:
    """The circle that is about me and goes on, else the newest; and whether I came in to it."""
    found = own_circles(request)
    for circle in found:
        case = cases.case_of(circle, seen_by=request.reader)
        if case is not None and case.closed_at is None and case.engaged_at is not None:
            return circle, True
    if not found:
        raise Http404
    return found[0], False


def _open_circle(request: Request) -> Any:
    circle, is_open = _circle(request)
    if not is_open:
        raise Http404
    return circle


def _to(name: str, **more: Any) -> str:
    return reverse(f"person:{name}", kwargs=more)
