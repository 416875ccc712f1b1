"""The goals of a plan: set in words, and rated."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alongside.plans import actions, queries
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    saved,
    say,
)
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import case_or_404
from alongside.web.practitioner.delivery_forms import (
    RateGoal,
    SetGoal,
)
from alongside.web.practitioner.plan_shared import form_page, persons_of, plan_or_404


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def add_goal(request: Request, pk: UUID) -> HttpResponse:
    """A goal with five levels, in words."""
    live = plan_or_404(request, pk)
    case = case_or_404(request, live.case_id)
    persons = persons_of(request, case)
    form = SetGoal(
        request.POST or None, persons=[(id, person.name) for id, person in persons.items()]
    )
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.set_goal(
                plan=live,
                about=persons[given["about"]],
                kind=given["kind"],
                words=given["words"],
                levels=form.levels(),
                start_level=int(given["start_level"]),
                by=request.reader,
                at=at,
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return form_page(
        request,
        case,
        form,
        title=_("Add a goal"),
        lead=_("One change, in their words. What would you both see at each level?"),
    )


@access("plan", "E")
@require_POST
def rate_goal(request: Request, pk: UUID) -> HttpResponse:
    """Where a goal stands today."""
    goal = get_object_or_404(queries.goal(seen_by=request.reader), pk=pk)
    form, at = RateGoal(request.POST), clock.now()
    if form.is_valid():
        try:
            actions.rate_goal(
                goal=goal, level=int(form.cleaned_data["level"]), by=request.reader, at=at
            )
        except Refused as why:
            say(request, said.refusal(why)[1])
        else:
            saved(request, at)
    else:
        say(request, _("Choose one of the five levels."))
    return redirect("practitioner:case-plan", pk=goal.plan.case_id)
