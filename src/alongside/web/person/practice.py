"""Between talks: tell how it went."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from alongside.delivery import queries
from alongside.records import clock
from alongside.web.parts import how_it_went, papers
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request
from alongside.web.person.base import seen_here
from alongside.web.person.sheets import place


def _open(request: Request) -> list[Any]:
    rows = queries.to_try(seen_by=request.reader).filter(about__in=request.reader.persons)
    tasks = list(rows.order_by("set_at"))
    if not tasks:
        raise Http404
    return tasks


@access("homework", "R")
@require_safe
def paper(request: Request) -> HttpResponse:
    """What I try at home, on one sheet of paper without my name."""
    return papers.page(
        request,
        papers.to_try(request, _open(request), clock.now()),
        base="parts/base_person.html",
        back=reverse("person:home"),
        file_url=reverse("person:tasks-file"),
    )


@access("homework", "X")
@require_safe
def file(request: Request) -> HttpResponse:
    """The same as a PDF of my own."""
    tasks = _open(request)
    return papers.pdf(
        request, papers.to_try(request, tasks, clock.now()), base="parts/base_person.html",
        name="to-try",
    )  # fmt: skip


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
