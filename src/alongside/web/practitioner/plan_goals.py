"""The goals of a plan: set in words, and rated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from alongside import catalogue
from alongside.engine.outcomes.gas import SOURCE
from alongside.plans import actions, goals, queries
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    local_day,
    saved,
    say,
    short_day,
)
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import case_or_404
from alongside.web.practitioner.delivery_forms import (
    RateGoal,
    SetGoal,
)
from alongside.web.practitioner.plan_shared import form_page, persons_of, plan_or_404
from alongside.web.practitioner.words import short_instrument


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
                weight=given["weight"] or 1,
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


# -- goals on the page of the plan -----------------------------------------------------------------


def goals_shown(
    request: Request, live: Any, courses: Sequence[Any], *, can_edit: bool
) -> dict[str, Any]:
    """The goals by what they change, what has none, and what each person's add up to."""
    rows = queries.goals(seen_by=request.reader, plan=live)
    starts = [course.started_at for course in courses if course.started_at is not None]
    began, speaks = min(starts, default=None), _measured(courses)
    return {
        "groups": [
            {
                "kind": kind,
                "title": name,
                "goals": [
                    _card(request, goal, began, can_edit=can_edit)
                    for goal in rows
                    if goal.kind == kind
                ],
                "measures": ", ".join(speaks[kind]),
            }
            for kind, name in said.KINDS.items()
        ],
        "without": ", ".join(str(said.KINDS[kind]) for kind in goals.without_goal(rows)),
        "number": len(rows),
        "scores": scores_shown(rows),
        "source": SOURCE,
    }


def scores_shown(rows: Sequence[Any]) -> list[dict[str, str]]:
    """The T score of each person's goals: at the start, now, and how many were rated."""
    found = []
    for one in goals.scores(rows):
        counted = ngettext(
            "%(rated)s of %(all)s goal rated", "%(rated)s of %(all)s goals rated", one.goals
        ) % {"rated": one.rated, "all": one.goals}
        if one.start is None or one.now is None or one.change is None:
            found.append({"who": one.person.name, "text": counted, "now": ""})
            continue
        found.append(
            {
                "who": one.person.name,
                "now": f"{one.now:.1f}",
                "text": _("T = %(now)s now, %(start)s at the start, %(change)s. %(counted)s.")
                % {
                    "now": f"{one.now:.1f}",
                    "start": f"{one.start:.1f}",
                    "change": f"{one.change:+.1f}".replace("-", "−"),
                    "counted": counted,
                },
            }
        )
    return found


def _measured(courses: Sequence[Any]) -> dict[str, list[str]]:
    """The measures of the open courses by which of the three they speak of."""
    tracking = catalogue.current().tracking
    found: dict[str, list[str]] = {kind: [] for kind in said.KINDS}
    here = {ref.partition("@")[0]: ref for ref in catalogue.current().instruments}
    for course in courses:
        if course.ended_at is not None:
            continue
        for measure in queries.protocol_of(course).measures_of(course.variant):
            if measure.instrument not in here:
                continue
            name = short_instrument(here[measure.instrument])
            for kind in tracking.speaks_of(measure.instrument):
                if name not in found[kind]:
                    found[kind].append(name)
    return found


def _card(request: Request, goal: Any, began: datetime | None, *, can_edit: bool) -> dict[str, Any]:
    now = goal.marks[-1].level if goal.marks else None
    day = short_day(local_day(request, goal.set_at))
    return {
        "pk": goal.pk,
        "words": goal.words,
        "whose": goal.about.name,
        "weight": goal.weight if goal.weight != 1 else "",
        "written": _("Levels written on %(day)s, after the start: where it began is a look back.")
        % {"day": day}
        if goals.is_late(goal, began)
        else _("Levels written on %(day)s, before the start.") % {"day": day},
        "text": _("Rated %(times)s, last on %(day)s")
        % {
            "times": len(goal.marks),
            "day": short_day(local_day(request, goal.marks[-1].rated_at)),
        }
        if goal.marks
        else _("Not rated yet"),
        "steps": [
            {
                "level": sign,
                "label": name,
                "text": goal.level_words.get(value, ""),
                "start": goal.start_level == int(value),
                "now": now == int(value),
            }
            for value, sign, name in said.LEVELS
        ],
        "form": RateGoal(
            auto_id=f"rate_{goal.pk.hex}_%s",
            initial={"level": str(goal.start_level if now is None else now)},
        )
        if can_edit
        else None,
    }
