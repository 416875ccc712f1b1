"""My sheets, of my own talks: fill one in at home, read it, print it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alongside.access import sight
from alongside.web.circle.base import own_place
from alongside.web.parts.access import access
from alongside.web.parts.own_sheets import Place
from alongside.web.parts.pages import Request
from alongside.web.parts.people_words import listed


def place(request: Request, circle: UUID) -> Place:
    """Where the reader's own sheets in this circle are."""
    me = own_place(request, circle).person

    return Place(
        request,
        door="circle",
        me=me,
        circle=circle,
        home_url=reverse("circle:plan", args=[circle]),
        seen=_seen(request, circle),
    )


def _seen(request: Request, circle: UUID) -> str:
    """Who can see one's own sheets: the team, and nobody of the circle."""
    found = sight.who_can_see("artefact", circle=circle, seen_by=request.reader)
    who = [*found.names, *([_("the on-call team while an alert is open")] if found.on_call else [])]
    said = _("%(who)s can see this.") % {"who": listed(who)} if who else ""
    return f"{said} {_('Nobody else in your circle sees it.')}".strip()


@access("artefact", "R")
@require_safe
def listing(request: Request, circle: UUID) -> HttpResponse:
    """My sheets, and those I can fill in."""
    return place(request, circle).listing()


@access("artefact", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request, circle: UUID, course: UUID, form: str) -> HttpResponse:
    """Fill in a sheet."""
    return place(request, circle).new(course, form)


@access("artefact", "R")
@require_safe
def sheet(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """One of my sheets."""
    return place(request, circle).read(pk)


@access("artefact", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """Go on with one of my sheets."""
    return place(request, circle).change(pk)


@access("artefact", "R")
@require_safe
def paper(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """One of my sheets on paper."""
    return place(request, circle).paper(pk)


@access("artefact", "R")
@require_safe
def blank(request: Request, circle: UUID, course: UUID, form: str) -> HttpResponse:
    """A blank sheet on paper."""
    return place(request, circle).blank(course, form)
