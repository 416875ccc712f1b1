"""Today: what needs this practitioner first."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alongside.calendar import queries as calendar
from alongside.crisis import queries as crisis
from alongside.records import clock
from alongside.tasks import actions as task_actions
from alongside.tasks import queries as tasks
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    clock_time,
    day_words,
    further,
    local_day,
    now_in,
    saved,
    say,
)
from alongside.web.practitioner import caseload, strip, waiting
from alongside.web.practitioner.base import address

SHOWN = 12


@access("institution", "R")
@require_safe
def today(request: Request) -> HttpResponse:
    """Alerts first, then what waits in order of the harm if it is left, then the caseload."""
    reader, at = request.reader, clock.now()
    listed = caseload.listed(request, at)
    shown, paging = further(request, listed)
    needs = waiting.items(request, at)
    pressing = [each for each in needs if each.placed and each.placed.place == "now"]
    return render(
        request,
        "practitioner/today/today.html",
        {
            "heading": day_words(local_day(request, at)),
            "greeting": _greeting(request, at, len(pressing)),
            "alerts": strip.alerts(request, crisis.board(seen_by=reader), at),
            "board_url": address("practitioner:crisis-board"),
            "groups": waiting.groups(request, needs[:SHOWN], at),
            "more_needs": max(0, len(needs) - SHOWN),
            "cases": shown,
            "case_count": len(listed),
            "paging": paging,
            "filters": _filters(request),
            "diary": _diary(request, at),
        },
    )


@access("task", "R")
@require_safe
def everything(request: Request) -> HttpResponse:
    """All that waits, in the same order, by page."""
    at = clock.now()
    found = waiting.items(request, at)
    shown, paging = further(request, found)
    return render(
        request,
        "practitioner/today/everything.html",
        {
            "groups": waiting.groups(request, shown, at),
            "count": len(found),
            "paging": paging,
            "crumbs": [
                {"url": reverse("practitioner:today"), "label": _("Today")},
                {"label": _("Everything that waits")},
            ],
        },
    )


@access("task", "E")
@require_POST
def done(request: Request, pk: UUID) -> HttpResponse:
    """Say that a task was done."""
    reader, at = request.reader, clock.now()
    task = get_object_or_404(tasks.tasks(seen_by=reader), pk=pk)
    try:
        task_actions.do_task(task=task, how=request.POST.get("how", "")[:2000], by=reader, at=at)
    except task_actions.AlreadyDone:
        say(request, _("Somebody did this before. You do not need to do anything."))
    except task_actions.EndsByItsAct:
        say(request, _("This ends when it has happened, not by ticking it off. Open it from here."))
    else:
        saved(request, at)
    return redirect("practitioner:today")


TITLES = {"dr", "dra", "prof", "mr", "mrs", "ms", "mx", "sr", "sra", "miss"}


def _called(name: str) -> str:
    """The first name; a name that begins with a title is said whole."""
    first = name.partition(" ")[0]
    return name if first.rstrip(".").lower() in TITLES else first


def _greeting(request: Request, at: datetime, count: int) -> str:
    hour = now_in(request, at).hour
    hello = (
        _("Good morning") if hour < 12 else _("Good afternoon") if hour < 18 else _("Good evening")
    )
    name = _called(str(request.reader.name))
    if not count:
        return _("%(hello)s, %(name)s. Nothing is waiting for you.") % {
            "hello": hello,
            "name": name,
        }
    if count == 1:
        return _("%(hello)s, %(name)s. One thing needs you.") % {"hello": hello, "name": name}
    return _("%(hello)s, %(name)s. %(count)s things need you.") % {
        "hello": hello,
        "name": name,
        "count": count,
    }


def _diary(request: Request, at: datetime) -> list[dict[str, Any]]:
    start = now_in(request, at).replace(hour=0, minute=0, second=0, microsecond=0)
    end = start.replace(hour=23, minute=59, second=59)
    own = calendar.mine(seen_by=request.reader, start=start, end=end)
    return [
        {
            "iso": booking.starts_at.isoformat(),
            "when": clock_time(request, booking.starts_at),
            "title": str(booking.circle.focus),
            "text": _("%(minutes)s minutes") % {"minutes": booking.minutes},
            "url": reverse("practitioner:booking", args=[booking.pk]),
            "key": booking.starts_at <= at <= booking.ends_at,
        }
        for booking in own
    ]


def _filters(request: Request) -> list[dict[str, Any]]:
    return [
        {
            "name": "sort",
            "label": _("Show"),
            "options": _options(
                request.GET.get("sort", "attention"),
                [
                    ("attention", _("Needs attention first")),
                    ("next", _("Next appointment")),
                    ("name", _("Name")),
                    ("opened", _("Newest first")),
                ],
            ),
        }
    ]


def _options(chosen: str, pairs: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"value": value, "label": label, "selected": value == chosen} for value, label in pairs]
