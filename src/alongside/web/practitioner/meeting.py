"""The planned meeting of a case: the planner with its verdict; before there is one, the ways."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.directory import queries as directory
from alongside.meetings import queries
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    day_and_time,
    moment_words,
    seen_by_whom,
)
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.meeting_cards import (
    arranged,
    look_rows,
    not_seated,
    option,
    seat_row,
    steps_rows,
)
from alongside.web.practitioner.meeting_frame import (
    stops_of,
)
from alongside.web.practitioner.meeting_ways import began, history, path_form, ways_page


@access("planned_meeting", "R")
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: Request, pk: UUID) -> HttpResponse:
    """The planner; before there is one, the ways with their evidence, and the choice."""
    case = case_or_404(request, pk)
    found = queries.live_meeting(seen_by=request.reader, circle=case.circle_id)
    if found is not None and request.method != "POST":
        return _planner(request, case, found)
    may = case.state != "closed" and request.reader.may_make(
        "planned_meeting", institution=case.institution_id, circle=case.circle_id
    )
    form = path_form(request, case, request.POST or None)
    if request.method == "POST":
        if not may:
            raise Http404
        if form.is_valid() and began(request, case, form):
            return redirect("practitioner:case-meeting", pk=case.pk)
    if request.method != "POST" and catalogue.current().meetings.flow_for(case.needs):
        may = False  # nothing that is begun here could ever be dated
    return ways_page(request, case, form if may else None, title=_("Meeting"))


def _planner(request: Request, case: Any, found: Any) -> HttpResponse:
    reader, at = request.reader, clock.now()
    verdict = queries.verdict(found, seen_by=reader, at=at)
    seats = list(queries.seats(seen_by=reader, meeting=found))
    prepare([seat.person for seat in seats], "name")
    names = {str(seat.person_id): seat.person.name for seat in seats}
    names |= {f"{queries.BEFORE}{pk}": name for pk, name in names.items()}
    names["day"] = _("the phone call of the day")
    before = [gate for gate in verdict.closed if gate.holds == "date"]
    later = [gate for gate in verdict.closed if gate.holds == "go"]
    booking = queries.date_of(found)
    path = catalogue.current().meetings.path(found.path)
    may_edit = reader.may("E", found)
    knows = queries.reads_stops(seen_by=reader, meeting=found)
    return case_page(
        request,
        "practitioner/meeting/planner.html",
        case,
        tab="meeting",
        head=False,
        meeting=found,
        title=said.path_name(found.path, found.level),
        what=in_language(path.what, said.language()) if path else "",
        told=in_language(path.told, said.language()) if path else "",
        when=day_and_time(request, booking.starts_at) if booking else "",
        lead=found.lead.person.name,
        is_lead=found.lead.person_id in reader.persons,
        may_edit=may_edit,
        stops=stops_of(request, found),
        knows=knows,
        verdict="open" if verdict.may_go else "stop" if _has_stop(verdict) else "needs",
        verdict_title=_verdict_title(before, later, is_dated=booking is not None),
        items=[said.gate_item(case, gate, names) for gate in (*before, *later)],
        cleared=said.cleared(verdict.gates) if knows else [],
        may_date=knows and verdict.may_date and booking is None,
        seats=[seat_row(case, found, seat, verdict, request) for seat in seats],
        others=not_seated(request, case, seats),
        options=[
            option(request, case, hold, at)
            for hold in directory.holds(seen_by=reader, circle=case.circle_id)
        ],
        facts=arranged(found),
        steps=steps_rows(found),
        rehearsed=moment_words(request, found.rehearsed_at),
        looks=look_rows(request, found) if knows else [],
        history=history(request, found),
        seen=seen_by_whom(request, "planned_meeting", case.circle_id),
    )


def _has_stop(verdict: Any) -> bool:
    return any(gate.state == "stop" for gate in verdict.closed)


def _verdict_title(before: list[Any], later: list[Any], *, is_dated: bool) -> str:
    if not before and not later:
        return _("Go: everything is in place")
    stops = sum(1 for gate in before if gate.state == "stop")
    if stops:
        words = _("No-go. Stops: %(stops)s. To do first: %(todo)s. Still to come: %(later)s.")
        return words % {
            "stops": stops,
            "todo": len(before) - stops,
            "later": len(later),
        }
    if before:
        return _("No date yet. To do first: %(todo)s. Still to come: %(later)s.") % {
            "todo": len(before),
            "later": len(later),
        }
    if is_dated:
        return _("The date is set. Still to come before it begins: %(later)s.") % {
            "later": len(later)
        }
    return _("A date can be set. Still to come before it begins: %(later)s.") % {
        "later": len(later)
    }
