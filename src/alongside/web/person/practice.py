"""Between talks: tell how it went."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from alongside.delivery import queries
from alongside.web.parts import how_it_went
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request
from alongside.web.person.base import seen_here
from alongside.web.person.sheets import place


@access("homework", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: Request, pk: UUID) -> HttpResponse:
    """One thing to try, and what came of it."""
    rows = queries.homework(seen_by=request.reader).filter(about__in=request.reader.persons)
    found = get_object_or_404(rows, pk=pk)
    return how_it_went.tell(
        request,
        found,
        template="person/task.html",
        base="parts/base_person.html",
        home=reverse("person:home"),
        seen=seen_here(request, "homework", found.circle_id),
        sheet=place(request).of_task(found),
    )
