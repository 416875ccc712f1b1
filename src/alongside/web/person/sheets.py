"""My sheets: fill one in at home, read it, print it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from alongside.web.parts.access import access
from alongside.web.parts.own_sheets import Place
from alongside.web.parts.pages import Request
from alongside.web.person.base import own_circles, seen_here


def place(request: Request) -> Place:
    """Where the reader's own sheets are."""
    circle = next(iter(own_circles(request)), None)
    if circle is None:
        raise Http404
    return Place(
        request,
        door="person",
        me=circle.focus,
        circle=circle.pk,
        home_url=reverse("person:home"),
        seen=seen_here(request, "artefact", circle.pk),
    )


@access("artefact", "R")
@require_safe
def listing(request: Request) -> HttpResponse:
    """My sheets, and those I can fill in."""
    return place(request).listing()


@access("artefact", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request, course: UUID, form: str) -> HttpResponse:
    """Fill in a sheet."""
    return place(request).new(course, form)


@access("artefact", "R")
@require_safe
def sheet(request: Request, pk: UUID) -> HttpResponse:
    """One of my sheets."""
    return place(request).read(pk)


@access("artefact", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, pk: UUID) -> HttpResponse:
    """Go on with one of my sheets."""
    return place(request).change(pk)


@access("artefact", "R")
@require_safe
def paper(request: Request, pk: UUID) -> HttpResponse:
    """One of my sheets on paper."""
    return place(request).paper(pk)


@access("artefact", "R")
@require_safe
def blank(request: Request, course: UUID, form: str) -> HttpResponse:
    """A blank sheet on paper."""
    return place(request).blank(course, form)
