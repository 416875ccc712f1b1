"""When I am expected in this circle; nobody else's times."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside.records import clock
from alongside.web.circle.base import own_place
from alongside.web.parts.access import access
from alongside.web.parts.appointments import own_times
from alongside.web.parts.own_groups import own_groups
from alongside.web.parts.pages import Request


@access("booking", "R")
@require_safe
def times(request: Request, circle: UUID) -> HttpResponse:
    """One's own times to come in this circle."""
    place = own_place(request, circle)
    at = clock.now()
    context = {
        "base": "parts/base_circle.html",
        "title": _("My times"),
        "times": own_times(request, at, [place.person_id], cancelled=True),
        "groups": own_groups(request, at, [place.person_id]),
    }
    return render(request, "parts/appointments_page.html", context)
