"""My page: the next talk, what is due, what is open between talks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.cases import queries as cases
from alongside.delivery import queries as delivery
from alongside.measures import queries as measures
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.appointments import own_times
from alongside.web.parts.asked_words import minutes_words
from alongside.web.parts.pages import Request, day_words, local_day
from alongside.web.parts.papers import tried_words
from alongside.web.person.base import own_circles
from alongside.web.person.plan import open_questions

SHOWN = 12


@access("identity", "R")
@require_safe
def home(request: Request) -> HttpResponse:
    """My page."""
    at, here = clock.now(), stands(request)
    return render(
        request,
        "person/home.html",
        {
            "stands": here,
            "talk": own_times(request, at, request.reader.persons, most=1),
            "due": [*_questions(request, at), *open_questions(request)],
            **_tasks(request),
            "tried": _tried(request),
        },
    )


def stands(request: Request) -> dict[str, str]:
    """Where it stands with the reader: they came in, were only told, or it has ended."""
    ended: dict[str, str] = {}
    for circle in own_circles(request):
        case = cases.case_of(circle, seen_by=request.reader)
        if case is None:
            continue
        if case.closed_at is None:
            return {"word": "here" if case.engaged_at else "told"}
        if not ended:
            day = day_words(local_day(request, case.closed_at))
            ended = {"word": "ended" if case.engaged_at else "over", "day": day}
    return ended or {"word": "here"}


def _questions(request: Request, at: datetime) -> list[dict[str, Any]]:
    """Forms that wait for the reader's own answers."""
    rows = measures.due(seen_by=request.reader, at=at)
    found = []
    for asking in rows.filter(respondent__in=request.reader.persons)[:10]:
        number = len(measures.items_asked(asking, {}))
        found.append(
            {
                "title": ngettext("%(n)s short question", "%(n)s short questions", number)
                % {"n": number},
                "text": " ".join(
                    (
                        minutes_words(catalogue.current().asking_times.minutes(number)),
                        _("By %(day)s. You can skip any.") % {"day": day_words(asking.due_on)},
                    )
                ),
                "url": reverse("person:form-start", args=[asking.pk]),
                "icon": "clipboard-list",
            }
        )
    return found


def _tried(request: Request) -> str:
    """How much of what I told of I tried."""
    rows = delivery.homework(seen_by=request.reader).filter(about__in=request.reader.persons)
    return tried_words(rows.values_list("done", flat=True))


def _tasks(request: Request) -> dict[str, list[dict[str, Any]]]:
    """What was agreed to try between talks, to be told or told and not yet looked at together.

    Once a case is closed nothing of it is to be done; what was told stays to be read.
    """
    mine = delivery.homework(seen_by=request.reader).filter(
        about__in=request.reader.persons, reviewed_at=None
    )
    open_now = Q(told_at=None, course__plan__case__closed_at=None)
    shown = [
        {
            "title": task.task,
            "text": task.when_where
            or (_("Until %(day)s") % {"day": day_words(task.due_on)} if task.due_on else ""),
            "url": reverse("person:task", args=[task.pk]),
            "icon": "circle-check" if task.told_at else "circle",
            "tag": _("Told") if task.told_at else "",
            "tag_kind": "moss",
        }
        for task in mine.filter(open_now | Q(told_at__isnull=False)).order_by("-set_at")[:SHOWN]
    ]
    return {
        "tasks": [row for row in shown if not row["tag"]],
        "told": [row for row in shown if row["tag"]],
    }
