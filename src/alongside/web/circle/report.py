"""Report that somebody is being harmed: read by the safeguarding lead alone."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside.people import queries as people
from alongside.records import clock
from alongside.web.circle.base import own_place
from alongside.web.parts import safeguarding as parts
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, say


@access("safeguarding_report", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request, circle: UUID) -> HttpResponse:
    """Somebody is being harmed, or may be."""
    place, at = own_place(request, circle), clock.now()
    members = people.live_members(place.circle, seen_by=request.reader)
    persons = {str(m.person_id): m.person for m in members if m.person_id != place.person_id}
    persons[str(place.circle.focus_id)] = place.circle.focus
    house = place.circle.institution
    form = parts.asked(request, institution=house, circle=place.circle, around=persons, at=at)
    if request.method == "POST" and form.is_valid():
        parts.send(request, form, institution=house, circle=place.circle, at=at)
        say(request, _("Sent. The safeguarding lead reads it today. Nobody else here can see it."))
        return redirect("circle:report", circle=circle)
    return render(
        request,
        "circle/report/report.html",
        {"form": form, "filed": parts.filed(request, circle)},
        status=400 if form.errors else 200,
    )
