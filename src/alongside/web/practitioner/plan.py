"""The page of a plan: its courses with gates and steps, goals, agreement, and plans before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside.calendar import queries as calendar
from alongside.crisis import queries as crisis
from alongside.plans import places, queries
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    local_day,
    moment_words,
    seen_by_whom,
    short_day,
)
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner import own_views
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.plan_cards import course_cards
from alongside.web.practitioner.plan_goals import goals_shown
from alongside.web.practitioner.plan_lanes import figure_of
from alongside.web.practitioner.plan_measures import measures_shown, not_asked
from alongside.web.practitioner.plan_setting import place_name
from alongside.web.practitioner.plan_shared import decisions_of
from alongside.web.practitioner.plan_together import order_shown

NEXT_TIMES = 6


@access("plan", "R")
@require_safe
def plan(request: Request, pk: UUID) -> HttpResponse:
    """The live plan of a case: courses with their gates and steps, goals, agreement."""
    return page_of(request, case_or_404(request, pk))


def page_of(request: Request, case: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    reader, at = request.reader, clock.now()
    live = queries.live_plan(seen_by=reader, circle=case.circle_id)
    ended = queries.plans(seen_by=reader).filter(circle=case.circle, ended_at__isnull=False)
    rows = [] if live is None else queries.courses_of(seen_by=reader, plan=live)
    can_edit = live is not None and case.state != "closed" and reader.may("E", live)
    return case_page(
        request,
        "practitioner/plan/plan.html",
        case,
        tab="plan",
        head=False,
        status=status,
        plan=live,
        courses=[] if live is None else course_cards(request, live, at, can_edit=can_edit),
        order=[] if live is None else order_shown(request, live, at, can_edit=can_edit),
        lanes=None if live is None else figure_of(request, case.circle_id, at),
        times=[] if live is None else _times(request, live, rows, at),
        measures=[] if live is None else measures_shown(request, live, at),
        not_asked=not_asked(row for row in rows if row.ended_at is None),
        goals=None if live is None else goals_shown(request, live, rows, can_edit=can_edit),
        agreed=[] if live is None else _agreed(request, live, rows),
        facts=[] if live is None else _facts(request, live),
        views=[] if live is None else own_views.views(request, case, f"plan:{live.pk}"),
        danger=any(
            alert.level in crisis.LIFE_CRITICAL
            for alert in crisis.of_circle(case.circle_id, seen_by=reader)
        ),
        can_edit=can_edit,
        can_propose=live is None
        and case.state != "closed"
        and reader.may_make("plan", institution=case.institution_id, circle=case.circle_id),
        decided=decisions_of(request, case).exists(),
        checked=queries.is_checked(case),
        ended=[
            {
                "title": _("Plan of %(day)s") % {"day": short_day(row.proposed_at.date())},
                "text": str(said.PLAN_ENDS.get(row.ended_because, row.ended_because)),
                "when": short_day(local_day(request, row.ended_at)),
            }
            for row in ended.order_by("-ended_at")
        ],
        seen=seen_by_whom(request, "plan", case.circle_id),
        **more,
    )


def _times(
    request: Request, live: Any, courses: Sequence[Any], at: datetime
) -> list[dict[str, str]]:
    """The next times of all courses in one list: one calendar for the whole plan."""
    names = {
        f"course:{course.pk}": said.way_name(course.protocol, course.variant) for course in courses
    }
    rows = calendar.upcoming(seen_by=request.reader, at=at, circle=live.circle_id)
    return [
        {
            "title": f"{said.booking_day(row)}, {said.booking_time(row)}",
            "text": names.get(row.about, ""),
        }
        for row in rows[:NEXT_TIMES]
    ]


def _facts(request: Request, live: Any) -> list[dict[str, str]]:
    found = [
        (_("Edition"), str(live.edition)),
        (_("Proposed"), short_day(local_day(request, live.proposed_at))),
        (_("By"), live.written_by.name),
        (_("Why this way"), live.decision.reason),
        (_("Where help is given"), place_name(places.setting_of(live.case))),
    ]
    return [{"term": term, "text": text} for term, text in found if text]


def _agreed(request: Request, live: Any, courses: Sequence[Any]) -> list[dict[str, Any]]:
    """What each person said to this edition, everybody whom an open course is for."""
    reader = request.reader
    answers: dict[UUID, Any] = {}
    for row in queries.agreements(seen_by=reader, plan=live):
        if row.answer == "no" or row.person_id not in answers:
            answers[row.person_id] = row
    treated = {
        person.pk: person
        for course in courses
        if course.ended_at is None
        for person in course.people
    }
    found = []
    for pk, person in treated.items():
        row = answers.get(pk)
        word, kind, icon = said.ANSWERS[row.answer if row else ""]
        found.append(
            {
                "name": person.name,
                "text": row.words if row else "",
                "when": moment_words(request, row.said_at) if row else "",
                "tag": word,
                "kind": kind,
                "icon": icon,
                "is_final": bool(row and row.answer == "no"),
            }
        )
    return found
