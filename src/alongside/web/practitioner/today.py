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
from alongside.cases import queries as cases
from alongside.crisis import queries as crisis
from alongside.delivery import queries as delivery
from alongside.delivery import reviews
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.tasks import actions as task_actions
from alongside.tasks import queries as tasks
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    clock_time,
    day_words,
    further,
    list_moment,
    local_day,
    now_in,
    saved,
    say,
)
from alongside.web.practitioner import caseload, strip, words
from alongside.web.practitioner.base import address, name_of

SHOWN = 12


@access("institution", "R")
@require_safe
def today(request: Request) -> HttpResponse:
    """Alerts first, then tasks, concerns and drafts, then the caseload."""
    reader, at = request.reader, clock.now()
    listed = caseload.listed(request, at)
    shown, paging = further(request, listed)
    needs = _needs(request, at)
    drafts = list(delivery.unsigned(seen_by=reader, at=at))
    return render(
        request,
        "practitioner/today/today.html",
        {
            "heading": day_words(local_day(request, at)),
            "greeting": _greeting(request, at, len(needs)),
            "alerts": strip.alerts(request, crisis.board(seen_by=reader), at),
            "board_url": address("practitioner:crisis-board"),
            "needs": needs[:SHOWN],
            "more_needs": max(0, len(needs) - SHOWN),
            "cases": shown,
            "case_count": len(listed),
            "paging": paging,
            "filters": _filters(request),
            "diary": _diary(request, at),
            "drafts": len(drafts),
            "draft_url": reverse("practitioner:session", args=[drafts[0].session_id])
            if drafts
            else "",
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
    else:
        saved(request, at)
    return redirect("practitioner:today")


def _greeting(request: Request, at: datetime, count: int) -> str:
    hour = now_in(request, at).hour
    hello = (
        _("Good morning") if hour < 12 else _("Good afternoon") if hour < 18 else _("Good evening")
    )
    name = str(request.reader.name).partition(" ")[0]
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


def _needs(request: Request, at: datetime) -> list[dict[str, Any]]:
    reader = request.reader
    waiting = list(cases.to_triage(seen_by=reader)[: cases.CASELOAD])
    prepare(waiting, "about_alias")
    found = [_concern_row(request, concern) for concern in waiting]
    told = {f"concern:{concern.pk}" for concern in waiting}
    mine = list(tasks.mine(seen_by=reader)[: cases.CASELOAD])
    prepare(mine, "what", "why")
    prepare([task.circle.focus for task in mine if task.circle is not None], "name")
    due = {task.about for task in mine if task.kind == reviews.DUE}
    for task in mine:
        if task.kind == "new_concern" and task.about in told:
            continue
        if task.kind == reviews.AGAIN and task.about in due:
            continue  # one review answers both
        found.append(_task_row(request, task, at))
    found += _to_supervise(request, mine, at)
    for case in cases.reviews_due(seen_by=reader, at=at):
        found.append(
            {
                "title": _("%(name)s: look at this case again") % {"name": name_of(case)},
                "url": reverse("practitioner:case", args=[case.pk]),
                "initials": "",
                "icon": "calendar-clock",
                "text": _("Due by %(day)s. Without a step it closes.")
                % {"day": day_words(case.review_by)},
                "tag": _("Review due"),
                "tag_kind": "lamp",
                "tag_icon": "clock",
                "task": None,
            }
        )
    return found


def _to_supervise(request: Request, mine: list[Any], at: datetime) -> list[dict[str, Any]]:
    """Courses of supervised colleagues that are not on track: to be looked at together."""
    if "supervisor" not in request.reader.roles:
        return []
    listed = {task.pk for task in mine}
    rows = reviews.open_reviews(seen_by=request.reader).exclude(pk__in=listed)
    found = list(rows.select_related("circle__focus", "circle__case")[: cases.CASELOAD])
    prepare(found, "what", "why")
    prepare([task.circle.focus for task in found if task.circle is not None], "name")
    return [{**_task_row(request, task, at), "task": None} for task in found]


def _concern_row(request: Request, concern: Any) -> dict[str, Any]:
    return {
        "title": _("New concern about %(name)s") % {"name": concern.about_alias or _("somebody")},
        "url": reverse("practitioner:concern", args=[concern.pk]),
        "icon": "mail-open",
        "text": _("%(path)s. Sent %(when)s.")
        % {
            "path": words.PATHS.get(concern.path, concern.path),
            "when": list_moment(request, concern.sent_at),
        },
        "tag": _("To be read"),
        "tag_kind": "pen",
        "tag_icon": "mail-open",
        "task": None,
    }


def _task_row(request: Request, task: Any, at: datetime) -> dict[str, Any]:
    late = task.due_at < at
    case = getattr(task.circle, "case", None) if task.circle is not None else None
    url = reverse("practitioner:case", args=[case.pk]) if case is not None else ""
    if task.about.startswith("concern:"):
        url = reverse("practitioner:concern", args=[task.about.partition(":")[2]])
    if task.kind == "debrief":
        url = reverse("practitioner:alert-debrief", args=[task.about.split(":")[1]])
    if case is not None and task.kind in {"follow_up", "follow_up_missed"}:
        url = reverse("practitioner:case-after", args=[case.pk])
    if case is not None and task.kind == "means_safety":
        url = reverse("practitioner:case-safety", args=[case.pk])
    if case is not None and task.kind in {reviews.DUE, reviews.AGAIN}:
        course = task.about.partition(":")[2]
        url = reverse("practitioner:track-review", args=[case.pk, course])
    if task.kind in {"hand_over", "hand_over_not_taken"}:
        url = reverse("practitioner:crisis-board")
    if task.about.startswith("alert:"):
        url = address("practitioner:alert", task.about.partition(":")[2]) or url
    title = words.task(task)
    return {
        "title": f"{name_of(case)}: {title}" if case is not None else title,
        "url": url,
        "icon": "circle-check",
        "text": task.why if task.why and task.why not in words.TASKS else "",
        "tag": _("Overdue since %(when)s") % {"when": clock_or_day(request, task.due_at, at)}
        if late
        else _("By %(when)s") % {"when": clock_or_day(request, task.due_at, at)},
        "tag_kind": "lamp" if late else "",
        "tag_icon": "clock",
        "task": task,
    }


def clock_or_day(request: Request, moment: datetime, at: datetime) -> str:
    """The time when it is today, else the day."""
    if local_day(request, moment) == local_day(request, at):
        return clock_time(request, moment)
    return list_moment(request, moment).partition(",")[0]


def _diary(request: Request, at: datetime) -> list[dict[str, Any]]:
    start = now_in(request, at).replace(hour=0, minute=0, second=0, microsecond=0)
    end = start.replace(hour=23, minute=59, second=59)
    own = calendar.between(seen_by=request.reader, start=start, end=end).filter(
        practitioner__person_id__in=request.reader.persons
    )
    return [
        {
            "iso": booking.starts_at.isoformat(),
            "when": clock_time(request, booking.starts_at),
            "title": str(booking.circle.focus),
            "text": _("%(minutes)s minutes") % {"minutes": booking.minutes},
            "url": "",
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
