"""The supervisor's list: what waits in the cases of those they supervise, and how these stand.

Whatever waits for a supervisor plugs in by its kind: ``for_supervisor: yes`` in content/tasks puts
a task on this list, for a role or for an account.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.access import queries as accounts
from alongside.cases import queries as cases
from alongside.records import clock
from alongside.tasks import queries as tasks
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, further
from alongside.web.practitioner import caseload, waiting


@access("supervision_note", "C")
@require_safe
def supervision(request: Request) -> HttpResponse:
    """What waits first, then each case with who leads it; the same few queries for any number."""
    at = clock.now()
    circles = request.reader.circles_of("supervisor")
    listed = _cases(request, circles, at)
    shown, paging = further(request, listed)
    waits = _waits(request, circles, at)
    return render(
        request,
        "practitioner/supervision/supervision.html",
        {
            "numbers": _numbers(listed, waits),
            "groups": waiting.groups(request, waits, at),
            "cases": shown,
            "count": len(listed),
            "paging": paging,
        },
    )


def _waits(request: Request, circles: frozenset[UUID], at: datetime) -> list[waiting.Item]:
    kinds = catalogue.current().task_kinds.for_supervisors
    rows = tasks.for_supervision(circles, kinds, seen_by=request.reader)
    found = waiting.of_tasks(list(rows[: waiting.AT_MOST]))
    due = cases.reviews_due(seen_by=request.reader, at=at).filter(circle__in=circles)
    found += waiting.of_reviews(request, due)
    mine = {row.pk for row in tasks.mine(seen_by=request.reader).filter(kind__in=kinds)}
    for each in found:
        if each.task is not None and each.task.pk not in mine:
            each.task = None  # it is looked at together; whoever leads the case says it is done
    return waiting.in_order(found, at)


def _cases(request: Request, circles: frozenset[UUID], at: datetime) -> list[dict[str, Any]]:
    rows = cases.open_cases(seen_by=request.reader).filter(circle__in=circles)
    found = caseload.rows(request, list(rows.order_by("pk")[: cases.CASELOAD]), at)
    leads = accounts.who_leads(circles, seen_by=request.reader)
    for each in found:
        each["lead"] = leads.get(each["case"].circle_id, "")
    return sorted(
        found,
        key=lambda row: (
            -(row["needs"]["weight"] if row["needs"] else 0),
            row["lead"].casefold(),
            row["case"].review_by,
            str(row["case"].pk),
        ),
    )


def _numbers(listed: list[dict[str, Any]], waits: list[waiting.Item]) -> list[dict[str, Any]]:
    """Three numbers on top: what is late, what is not on track, which reviews are overdue."""
    needs = [row["needs"]["word"] for row in listed if row["needs"]]
    return [
        {
            "label": _("Wait past their time"),
            "number": sum(bool(each.placed and each.placed.is_late) for each in waits),
        },
        {"label": _("Not on track"), "number": needs.count("off_track")},
        {"label": _("Review overdue"), "number": needs.count("overdue")},
    ]
