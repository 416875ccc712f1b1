"""How complete the answers of each service are: counts that show nobody."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from alongside.insights import completeness
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, local_day, short_day

COLUMNS = [
    {"label": gettext_lazy("Service")},
    {"label": gettext_lazy("People"), "number": True},
    {"label": gettext_lazy("Times due"), "number": True},
    {"label": gettext_lazy("Asked"), "number": True},
    {"label": gettext_lazy("Answered"), "number": True},
    {"label": gettext_lazy("Answered late"), "number": True},
]


@access("aggregate", "R")
@require_safe
def asked(request: Request) -> HttpResponse:
    """Each service: how many people were to be asked, and the share that answered."""
    at = clock.now()
    since = local_day(request, at) - completeness.look_back()
    found = completeness.of_services(seen_by=request.reader, at=at, since=since)
    return render(
        request,
        "office/asked/asked.html",
        {
            "columns": COLUMNS,
            "rows": [_row(each) for each in found],
            "since": short_day(since),
        },
    )


def _row(each: completeness.OfService) -> list[dict[str, Any]]:
    return [
        {"text": each.name},
        {"text": each.people},
        {"text": each.due or _("not shown")},
        *({"text": _share(share)} for share in (each.asked_share, each.share, each.late_share)),
    ]


def _share(share: float | None) -> str:
    return _("not shown") if share is None else f"{round(100 * share)} %"
