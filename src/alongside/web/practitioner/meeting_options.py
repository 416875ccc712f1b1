"""Options for help: what a family would ask of each, and the place kept until when."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alongside import catalogue
from alongside.directory import actions, queries
from alongside.meetings import queries as meetings
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, list_moment, saved, seen_by_whom
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import case_or_404
from alongside.web.practitioner.meeting_forms import Option
from alongside.web.practitioner.meeting_frame import form_page

OF_OPTION = (
    "name", "kind", "accepts", "price", "withdrawal", "licence", "licence_checked_on",
    "licence_words", "interest", "starts_within_hours",
)  # fmt: skip
OF_HOLD = ("proof", "funding", "travel", "cover", "packing")


@access("hold", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request, pk: UUID) -> HttpResponse:
    """Another option for this family."""
    return _page(request, case_or_404(request, pk), None)


@access("hold", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, pk: UUID, hold: UUID) -> HttpResponse:
    """Change an option, or the place that is kept."""
    case = case_or_404(request, pk)
    rows = queries.holds(seen_by=request.reader, circle=case.circle_id)
    return _page(request, case, get_object_or_404(rows, pk=hold))


@access("hold", "E")
@require_POST
def end(request: Request, pk: UUID, hold: UUID) -> HttpResponse:
    """Give a place back, so that somebody else can have it."""
    case = case_or_404(request, pk)
    rows = queries.holds(seen_by=request.reader, circle=case.circle_id)
    at = clock.now()
    actions.end_hold(hold=get_object_or_404(rows, pk=hold), by=request.reader, at=at)
    saved(request, at)
    over = meetings.meetings(seen_by=request.reader).filter(circle=case.circle, ended_at__lte=at)
    for meeting in over:
        if str(meeting.pk) == request.POST.get("meeting"):
            return redirect("practitioner:meeting-after", pk=case.pk, meeting=meeting.pk)
    return redirect("practitioner:case-meeting", pk=case.pk)


def kept_places(request: Request, case: Any) -> dict[str, Any]:
    """Places that are kept for a circle now and have not lapsed, by id."""
    at = clock.now()
    return {
        str(hold.pk): hold
        for hold in queries.holds(seen_by=request.reader, circle=case.circle_id)
        if hold.held_until is not None and hold.held_until > at
    }


def place_words(request: Request, hold: Any) -> str:
    """A place, and until when it is kept."""
    until = list_moment(request, hold.held_until)
    return _("%(place)s, kept until %(until)s") % {"place": hold.option.name, "until": until}


def _initial(case: Any, hold: Any) -> dict[str, Any]:
    if hold is None:
        return {"kind": "outpatient", "licence": "not_yet"}
    until = hold.held_until and hold.held_until.astimezone(_zone(case))
    return {
        **{name: getattr(hold.option, name) for name in OF_OPTION},
        **{name: getattr(hold, name) for name in OF_HOLD},
        "version": hold.option.version,
        "hold_version": hold.version,
        "until_day": until.date() if until else None,
        "until_time": until.time() if until else None,
    }


def _zone(case: Any) -> Any:
    return ZoneInfo(case.institution.zone)


def _page(request: Request, case: Any, hold: Any) -> HttpResponse:
    form = Option(request.POST or None, initial=_initial(case, hold))
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            _save(request, case, hold, form, at)
        except StaleVersion:
            form.add_error(
                None,
                _("Somebody changed this meanwhile. Open it again; what you typed is below."),
            )
            return _shown(request, case, hold, form, status=409)
        except Refused as refusal:
            said.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:case-meeting", pk=case.pk)
    return _shown(request, case, hold, form)


def _save(request: Request, case: Any, hold: Any, form: Any, at: Any) -> None:
    given = form.cleaned_data
    until = form.held_until(case.institution.zone)
    proved = at if given["proved_now"] else hold.proved_at if hold else None
    with transaction.atomic():
        option = actions.save_option(
            institution=case.institution,
            option=hold.option if hold else None,
            expected=given["version"],
            by=request.reader,
            at=at,
            **{name: given[name] for name in OF_OPTION},
        )
        actions.save_hold(
            circle=case.circle,
            option=option,
            hold=hold,
            expected=given["hold_version"],
            held_until=until,
            warn_hours=catalogue.current().meetings.rules_file.warn_hours,
            proved_at=proved,
            by=request.reader,
            at=at,
            **{name: given[name] for name in OF_HOLD},
        )


def _shown(request: Request, case: Any, hold: Any, form: Any, *, status: int = 0) -> HttpResponse:
    response = form_page(
        request,
        case,
        form,
        title=hold.option.name if hold else _("An option for help"),
        lead=_("Real help the person could say yes to. Nobody is paid for sending anybody."),
        end_hold=hold,
        seen=seen_by_whom(request, "hold", case.circle_id),
    )
    if status:
        response.status_code = status
    return response
