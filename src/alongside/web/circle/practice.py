"""My part: something to try between talks, and questions to answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.delivery import queries as delivery
from alongside.measures import actions, queries
from alongside.records import clock
from alongside.web.circle import sheets
from alongside.web.circle.base import own_place
from alongside.web.parts import how_it_went, papers
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, say, seen_by_whom


def _open(request: Request, place: Any) -> list[Any]:
    rows = delivery.to_try(seen_by=request.reader).filter(
        circle=place.circle_id, about_id=place.person_id
    )
    tasks = list(rows.order_by("set_at"))
    if not tasks:
        raise Http404
    return tasks


@access("homework", "R")
@require_safe
def paper(request: Request, circle: UUID) -> HttpResponse:
    """What I try at home, on one sheet of paper without a name."""
    tasks = _open(request, own_place(request, circle))
    return papers.page(
        request,
        papers.to_try(request, tasks, clock.now()),
        base="parts/base_circle.html",
        back=reverse("circle:plan", args=[circle]),
        file_url=reverse("circle:tasks-file", args=[circle]),
    )


@access("homework", "X")
@require_safe
def file(request: Request, circle: UUID) -> HttpResponse:
    """The same as a PDF of my own."""
    tasks = _open(request, own_place(request, circle))
    paper = papers.to_try(request, tasks, clock.now())
    return papers.pdf(request, paper, base="parts/base_circle.html", name="to-try")


@access("homework", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """One thing to try, and what came of it."""
    place = own_place(request, circle)
    rows = delivery.homework(seen_by=request.reader).filter(circle=circle, about_id=place.person_id)
    found = get_object_or_404(rows, pk=pk)
    return how_it_went.tell(
        request,
        found,
        template="circle/home/task.html",
        base="parts/base_circle.html",
        home=reverse("circle:plan", args=[circle]),
        seen=seen_by_whom(request, "homework", circle),
        sheet=sheets.place(request, circle).of_task(found),
    )


@access("asking", "E")
@require_POST
def answer(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """Open one's own questions: the pages of a private link, made now and ended with the form."""
    place = own_place(request, circle)
    at = clock.now()
    rows = queries.due(seen_by=request.reader, at=at)
    found = rows.filter(pk=pk, circle=circle, respondent_id=place.person_id).first()
    if found is None:
        raise Http404
    try:
        token = actions.hand_over(asking=found, by=request.reader, at=at)
    except actions.NotForALink:
        say(request, _("Somebody from the team asks you these questions in a talk."))
        return redirect("circle:plan", circle=circle)
    language = (get_language() or "en").partition("-")[0]
    return HttpResponseRedirect(f"/{language}{reverse('answer:form-start', args=[token])}")
