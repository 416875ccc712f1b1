"""Report that somebody is being harmed, me or another: read by the safeguarding lead alone."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside.people import queries as people
from alongside.records import clock
from alongside.web.parts import safeguarding as parts
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, say
from alongside.web.person.base import own_circles


@access("safeguarding_report", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request) -> HttpResponse:
    """Somebody is being harmed, or may be."""
    circles, at = own_circles(request), clock.now()
    if not circles:
        raise Http404
    circle = circles[0]
    members = people.live_members(circle, seen_by=request.reader)
    persons = {str(m.person_id): m.person for m in members}
    house = circle.institution
    form = parts.asked(request, institution=house, circle=circle, around=persons, at=at)
    if request.method == "POST" and form.is_valid():
        parts.send(request, form, institution=house, circle=circle, at=at)
        say(request, _("Sent. The safeguarding lead reads it today. Nobody else here can see it."))
        return redirect("person:report")
    return render(
        request,
        "person/report/report.html",
        {"form": form, "filed": parts.filed(request, circle.pk)},
        status=400 if form.errors else 200,
    )
