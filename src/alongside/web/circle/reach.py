"""When and how I may be reached; nobody else's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from alongside.cases import queries as cases
from alongside.web.circle.base import own_place
from alongside.web.parts import own_reach
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, seen_by_whom

BASE = "parts/base_circle.html"
READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


@access("contact", "R")
@require_safe
def reach(request: Request, circle: UUID) -> HttpResponse:
    """The ways to me that count."""
    place = own_place(request, circle)
    return own_reach.listing(
        request,
        person=place.person,
        is_open=cases.closed_at(circle) is None,
        seen=seen_by_whom(request, "contact", circle),
        to=_to(circle),
        back=reverse("circle:told", args=[circle]),
        base=BASE,
    )


@access("contact", "E")
@READ_OR_SEND
def change(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """When and how I may be reached there (M6)."""
    place = _open_place(request, circle)
    return own_reach.change(request, person=place.person, pk=pk, to=_to(circle), base=BASE)


@access("contact", "E")
@READ_OR_SEND
def ask(request: Request, circle: UUID) -> HttpResponse:
    """Another number or address of mine."""
    place = _open_place(request, circle)
    return own_reach.ask(
        request, circle=place.circle, person=place.person, to=_to(circle), base=BASE
    )


@access("contact", "E")
@READ_OR_SEND
def end(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """A way to me is safe no more."""
    place = _open_place(request, circle)
    return own_reach.end(request, person=place.person, pk=pk, to=_to(circle))


def _open_place(request: Request, circle: UUID) -> Any:
    place = own_place(request, circle)
    if cases.closed_at(circle) is not None:
        raise Http404
    return place


def _to(circle: UUID) -> own_reach.To:
    return lambda name, **more: reverse(f"circle:{name}", kwargs={"circle": circle, **more})
