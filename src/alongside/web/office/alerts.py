"""How alerts were answered and how many a shift brings: counts, and nobody in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.access import queries
from alongside.insights import alert_figures
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, local_day, short_day

COLUMNS = [
    {"label": gettext_lazy("Code")},
    {"label": gettext_lazy("Alerts"), "number": True},
    {"label": gettext_lazy("Answered in time"), "number": True},
    {"label": gettext_lazy("Half of them within"), "number": True},
    {"label": gettext_lazy("Nine in ten within"), "number": True},
    {"label": gettext_lazy("Next step was needed"), "number": True},
    {"label": gettext_lazy("Time still runs"), "number": True},
]


@access("aggregate", "R")
@require_safe
def alerts(request: Request) -> HttpResponse:
    """Of all alerts of a year: how soon somebody had them, and what a shift brings."""
    at = clock.now()
    days = catalogue.current().retention.first_numbers_days
    institution = queries.institution_of(request.reader)
    found = alert_figures.of_institution(
        institution=institution, since=local_day(request, at) - timedelta(days=days), at=at
    )
    rows = [_row(_("All three"), found.all_codes)] + [
        _row(code, each) for code, each in found.by_code.items()
    ]
    return render(
        request,
        "office/alerts/figures.html",
        {
            "since": short_day(found.since),
            "is_any": found.all_codes.count != "0",
            "columns": COLUMNS,
            "rows": rows,
            "figures": _figures(found),
        },
    )


def _row(name: str, each: alert_figures.Waits) -> list[dict[str, Any]]:
    if each.count == "0":
        return [{"text": name}, *({"text": text} for text in ("0", *["–"] * 4, "0"))]
    return [
        {"text": name},
        {"text": each.count or _("not shown")},
        {"text": _share(each.in_time)},
        {"text": _time(each.half, each)},
        {"text": _time(each.most, each)},
        {"text": _share(each.climbed)},
        {"text": each.running},
    ]


def _figures(found: alert_figures.AlertFigures) -> list[dict[str, Any]]:
    a_shift = _("not shown") if found.a_shift is None else f"{found.a_shift:.1f}"
    return [
        {
            "term": _("Alerts in one shift, on average"),
            "value": a_shift,
            "small": _("of %(count)s shifts of a first person") % {"count": found.shifts},
        },
        {"term": _("Raised while nobody was on shift"), "value": found.unstaffed, "small": ""},
        {
            "term": _("Steps nobody answered"),
            "value": found.steps_missed,
            "small": _("each told the next ones"),
        },
        {
            "term": _("Raised in error"),
            "value": _share(found.in_error),
            "small": _("of %(count)s closed ones") % {"count": found.closed},
        },
    ]


def _share(share: float | None) -> str:
    return _("not shown") if share is None else f"{round(100 * share)} %"


def _time(wait: timedelta | None, each: alert_figures.Waits) -> str:
    if not each.is_enough:
        return _("not shown")
    if wait is None:
        return _("not answered so far")
    minutes, seconds = divmod(round(wait.total_seconds()), 60)
    if minutes < 10:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
