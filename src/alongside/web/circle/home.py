"""Our plan: the step, the dates, my part."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.access import guardians
from alongside.cases import queries as cases
from alongside.consent import queries as consent
from alongside.crisis import private_check, safety_plan
from alongside.delivery import queries as delivery
from alongside.measures import queries as measures
from alongside.people import queries as people
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.circle import limits, meeting
from alongside.web.circle.agree import MINOR, own_courses
from alongside.web.circle.base import own_place
from alongside.web.circle.letters import own_letters
from alongside.web.circle.ward import looked_after
from alongside.web.parts.access import access
from alongside.web.parts.appointments import own_times
from alongside.web.parts.asked_words import minutes_words
from alongside.web.parts.pages import (
    Request,
    day_words,
    local_day,
    seen_by_whom,
)
from alongside.web.parts.papers import tried_words
from alongside.web.parts.people_words import listed, relation


@access("roster", "R")
@require_safe
def home(request: Request) -> HttpResponse:
    """The plan of the only circle; a choice when there are more."""
    places = list(people.own_memberships(seen_by=request.reader))
    if len(places) == 1:
        return _plan(request, places[0])
    return render(
        request,
        "circle/home/choose.html",
        {
            "doors": [
                {
                    "url": reverse("circle:plan", args=[place.circle_id]),
                    "icon": "users",
                    "title": str(place.circle.focus),
                    "text": _("You are here as: %(relation)s")
                    % {"relation": relation(place.relation)},
                }
                for place in places
            ]
        },
    )


@access("roster", "R")
@require_safe
def plan(request: Request, circle: UUID) -> HttpResponse:
    """Our plan."""
    return _plan(request, own_place(request, circle))


def _plan(request: Request, place: Any) -> HttpResponse:
    reader, at = request.reader, clock.now()
    members = list(people.live_members(place.circle, seen_by=reader))
    prepare([member.person for member in members], "name")
    others = [m.person.name for m in members if m.person_id != place.person_id]
    ended = cases.closed_at(place.circle_id)
    return render(
        request,
        "circle/home/plan.html",
        {
            "place": place,
            "others": listed(others),
            "is_hidden": place.silent,
            "ended": day_words(local_day(request, ended)) if ended else "",
            "steps": [] if ended else _steps(request, place, at),
            "dates": own_times(request, at, [place.person_id], most=5),
            "mine": [] if ended else _mine(request, place, at),
            **_tried(request, place, has_ended=bool(ended)),
            "has_letters": own_letters(request, place).exists(),
            "seen": seen_by_whom(request, "plan", place.circle_id),
        },
    )


def _tried(request: Request, place: Any, *, has_ended: bool) -> dict[str, Any]:
    """How much of what I told of I tried, and whether there is something to try on paper."""
    rows = delivery.homework(seen_by=request.reader).filter(
        circle=place.circle, about_id=place.person_id
    )
    words = list(rows.values_list("done", flat=True))
    return {"tried": tried_words(words), "has_tasks": "" in words and not has_ended}


def _steps(request: Request, place: Any, at: datetime) -> list[dict[str, Any]]:
    """The steps of the help that is for the reader: their own course, else the way so far."""
    reader = request.reader
    courses = plans.courses(seen_by=reader).filter(
        circle=place.circle, treated__person_id=place.person_id, ended_at=None
    )
    asked = private_check.own_check(place.person_id, seen_by=reader)
    steps: list[dict[str, Any]] = [
        {
            "state": "done" if asked else "now",
            "title": _("Talk to us alone"),
            "text": "" if asked else _("Four short questions. You can skip any."),
            "url": "" if asked else reverse("circle:alone", args=[place.circle_id]),
            "label": _("Go there"),
            "main": True,
        }
    ]
    own = list(courses.order_by(F("started_at").asc(nulls_last=True), "pk"))
    if not own:
        found = plans.live_plan(seen_by=reader, circle=place.circle_id) is not None
        steps.append(
            {
                "state": "open" if found else "locked",
                "title": _("We choose a way together"),
                "text": _("A plan is made. We tell you what it means for you.")
                if found
                else _("This comes next, once each of you was asked alone.")
                if asked
                else _("Not yet, because we first talk to each of you alone."),
            }
        )
        return steps
    for course in own:
        steps += _of_course(request, course, at)
    return steps


def _of_course(request: Request, course: Any, at: datetime) -> list[dict[str, Any]]:
    """Where one course of the reader's own stands, and its present part."""
    way = catalogue.current().protocols.get(course.protocol)
    state = delivery.state_of(course=course, seen_by=request.reader, at=at)
    steps: list[dict[str, Any]] = [
        {
            "state": "now" if course.started_at else "locked",
            "title": catalogue.current()
            .reasons(get_language() or "en")
            .get(f"protocols/{course.protocol}/name")
            or (way.name if way is not None else _("Your own talks")),
            "text": _("You began on %(day)s.")
            % {"day": day_words(local_day(request, course.started_at))}
            if course.started_at
            else _("Not yet, because something is still open. We tell you when it begins."),
        }
    ]
    if course.started_at and state.phase:
        texts = catalogue.current().reasons(get_language() or "en")
        key = f"protocols/{course.protocol}/phases/{state.phase}"
        steps.append(
            {
                "state": "open",
                "title": texts.get(f"{key}/name") or _("Your own talks"),
                "text": texts.get(f"{key}/goals/1", ""),
            }
        )
    return steps


def _mine(request: Request, place: Any, at: datetime) -> list[dict[str, Any]]:
    """What the reader is asked to do."""
    reader = request.reader
    found: list[dict[str, Any]] = []
    today = local_day(request, at)
    live = {
        row.form.partition("@")[0]
        for row in consent.live_on(today, seen_by=reader).filter(
            circle=place.circle, person_id=place.person_id
        )
    }
    said_no = {
        row.about
        for row in consent.refusals(seen_by=reader).filter(
            circle=place.circle, person_id=place.person_id
        )
    }
    if not {"c_family"} & (live | said_no):
        found.append(
            {
                "title": _("Say yes or no to taking part"),
                "text": _("You can also ask first. No is a full answer."),
                "url": reverse("circle:agree", args=[place.circle_id, "c_family"]),
                "icon": "heart-handshake",
            }
        )
    for row in guardians.wards_of(reader, circle=place.circle_id, at=at):
        if {f"minor:{row.ward_id}", MINOR} & (live | said_no):
            continue
        found.append(
            {
                "title": _("Say yes or no for %(who)s") % {"who": row.ward},
                "text": _("You look after them. They are asked too."),
                "url": reverse("circle:agree", args=[place.circle_id, MINOR]),
                "icon": "heart-handshake",
            }
        )
    found += [
        {
            "title": _("How it goes for %(who)s") % {"who": row.ward},
            "text": _("What you may see because you look after them."),
            "url": reverse("circle:ward", args=[place.circle_id, row.ward_id]),
            "icon": "eye",
        }
        for row in looked_after(request, place)
    ]
    found += meeting.mine(request, place)
    if limits.is_due(request, place):
        found.append(
            {
                "title": _("Look at your limits"),
                "text": _("How did it go this week? There is no right answer."),
                "url": reverse("circle:limits", args=[place.circle_id]),
                "icon": "shield-check",
            }
        )
    plan = plans.live_plan(seen_by=reader, circle=place.circle_id)
    if plan is not None and own_courses(request, place).exists():
        said = plans.agreements(seen_by=reader, plan=plan).filter(person_id=place.person_id)
        if not said.exists():
            found.append(
                {
                    "title": _("Say yes or no to the plan"),
                    "text": _("What is planned for you. No is a full answer."),
                    "url": reverse("circle:agree-plan", args=[place.circle_id]),
                    "icon": "heart-handshake",
                }
            )
    times = catalogue.current().asking_times
    for asking in measures.due(seen_by=reader, at=at).filter(
        circle=place.circle, respondent_id=place.person_id
    ):
        found.append(
            {
                "title": _("Some short questions for you"),
                "text": " ".join(
                    (
                        minutes_words(times.minutes(len(measures.items_asked(asking, {})))),
                        _("Please answer by %(day)s. You can skip any.")
                        % {"day": day_words(asking.due_on)},
                    )
                ),
                "post_url": reverse("circle:answer", args=[place.circle_id, asking.pk]),
                "icon": "clipboard-list",
            }
        )
    if safety_plan.shared_with_me(place.circle_id, seen_by=reader):
        found.append(
            {
                "title": _("What %(who)s shows you") % {"who": place.circle.focus},
                "text": _("Lines of their plan for hard hours. Only you see these."),
                "url": reverse("circle:step", args=[place.circle_id]),
                "icon": "eye",
            }
        )
    for task in delivery.to_try(seen_by=reader).filter(
        circle=place.circle, about_id=place.person_id
    )[:5]:
        found.append(
            {
                "title": task.task,
                "text": task.when_where or "",
                "url": reverse("circle:task", args=[place.circle_id, task.pk]),
                "icon": "circle",
            }
        )
    return found
