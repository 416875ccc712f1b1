"""What the pages of a plan share: its rows or not found, whom it may name, one form a page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from alongside.cases import queries as cases
from alongside.people import queries as people
from alongside.plans import queries, rules
from alongside.records.fields import prepare
from alongside.web.parts.pages import (
    Request,
)
from alongside.web.practitioner import standing_words
from alongside.web.practitioner.base import case_page


def persons_of(request: Request, case: Any) -> dict[str, Any]:
    """The person and every live member of a circle, by id."""
    rows = list(people.live_members(case.circle, seen_by=request.reader))
    found = {str(case.circle.focus_id): case.circle.focus}
    found.update({str(row.person_id): row.person for row in rows})
    prepare(list(found.values()), "name")
    return found


def staff_of(request: Request) -> list[tuple[str, str]]:
    """Who works here, as choices."""
    rows = list(people.practitioners(seen_by=request.reader))
    prepare([row.person for row in rows], "name")
    named = [
        (str(row.pk), f"{row.person.name}, {row.title}" if row.title else row.person.name)
        for row in rows
    ]
    return sorted(named, key=lambda pair: pair[1].casefold())


def plan_or_404(request: Request, pk: UUID) -> Any:
    return get_object_or_404(queries.plans(seen_by=request.reader), pk=pk)


def course_or_404(request: Request, pk: UUID) -> Any:
    return get_object_or_404(queries.courses(seen_by=request.reader), pk=pk)


def form_page(
    request: Request, case: Any, form: Any, *, title: str, status: int = 0, **more: Any
) -> HttpResponse:
    """One form of a plan on a page of its own."""
    return case_page(
        request,
        "practitioner/plan/form.html",
        case,
        tab="plan",
        title=title,
        head=False,
        status=status or (400 if form.errors else 200),
        form=form,
        back=reverse("practitioner:case-plan", args=[case.pk]),
        **more,
    )


def form_name(way: Any, form: str) -> str:
    """What a form is called: the step that makes it says so."""
    for phase in way.phases:
        for step in phase.steps:
            if step.artefact == form:
                return standing_words.step_name(way, step.id)
    return form.replace("_", " ")


def form_of(way: Any, step: str) -> str:
    """The form that a step makes, or nothing."""
    return next(
        (one.artefact or "" for phase in way.phases for one in phase.steps if one.id == step), ""
    )


def decisions_of(request: Request, case: Any) -> Any:
    rows = cases.decisions(case.circle, seen_by=request.reader)
    return rows.filter(kind__in=rules.FOR_A_WAY)
