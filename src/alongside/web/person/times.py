"""My times: when I am expected, with whom, where."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.appointments import own_times
from alongside.web.parts.own_groups import own_groups
from alongside.web.parts.pages import Request


@access("booking", "R")
@require_safe
def times(request: Request) -> HttpResponse:
    """My times to come."""
    at = clock.now()
    context = {
        "base": "parts/base_person.html",
        "title": _("My times"),
        "times": own_times(request, at, request.reader.persons, cancelled=True),
        "groups": own_groups(request, at, request.reader.persons),
    }
    return render(request, "parts/appointments_page.html", context)
