"""What the pages of a planned meeting share: the meeting, a form, two texts, who called stop."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.meetings import queries
from alongside.records.fields import prepare
from alongside.web.parts.pages import (
    Request,
    seen_by_whom,
    two_texts,
)
from alongside.web.practitioner.base import BASE, case_page

FORM = "practitioner/meeting/form.html"


def meeting_or_404(request: Request, case: Any) -> Any:
    """The meeting this circle prepares, for somebody who may read it."""
    found = queries.live_meeting(seen_by=request.reader, circle=case.circle_id)
    if found is None:
        raise Http404
    return found


def form_page(
    request: Request,
    case: Any,
    form: Any,
    *,
    title: str,
    lead: str = "",
    button: str = "",
    seen: str = "",
    **more: Any,
) -> HttpResponse:
    """One form about the meeting, with what belongs beside it."""
    return case_page(
        request,
        FORM,
        case,
        tab="meeting",
        title=title,
        head=False,
        status=400 if form.errors else 200,
        form=form,
        lead=lead,
        button=button or _("Save"),
        back=reverse("practitioner:case-meeting", args=[case.pk]),
        seen=seen or seen_by_whom(request, "planned_meeting", case.circle_id),
        **more,
    )


def stale_page(
    request: Request,
    case: Any,
    current: Any,
    pairs: list[tuple[str, Any, str, str]],
    same: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    """Somebody changed it first: both texts, and the choice."""
    return two_texts(
        request,
        base=BASE,
        pairs=[(name, str(label), mine, theirs) for name, label, mine, theirs in pairs],
        same=same or [],
        version=current.version,
        keep_url=reverse("practitioner:case-meeting", args=[case.pk]),
    )


def stops_of(request: Request, found: Any) -> list[dict[str, Any]]:
    """Stops nobody has resolved yet, as ``parts/gate.html`` shows them."""
    rows = queries.open_stops(seen_by=request.reader, meeting=found)
    prepare([row.written_by for row in rows], "name")
    return [
        {
            "title": _("%(name)s called stop.") % {"name": row.written_by.name},
            "text": row.words or _("No reason was given, and none is needed."),
            "url": reverse("practitioner:meeting-stop", args=[found.case_id, row.pk]),
            "label": _("Talk, then write what came of it"),
        }
        for row in rows
    ]


def open_stops_of(request: Request, case: Any) -> list[dict[str, Any]]:
    """Stops that outlived their meeting: they hold the date of the next one."""
    last = queries.newest_meeting(seen_by=request.reader, circle=case.circle_id)
    return stops_of(request, last) if last is not None else []
