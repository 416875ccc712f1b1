"""The date, the checks of the lead and of the day, the rehearsal, and how it ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alongside import catalogue
from alongside.calendar.rules import NoSuchTime, NoSuchZone
from alongside.catalogue.meetings import in_language
from alongside.meetings import actions, queries, rules
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, number_in, saved, say, seen_by_whom
from alongside.web.practitioner import delivery_words
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import case_or_404
from alongside.web.practitioner.meeting_forms import (
    BackDate,
    EndMeeting,
    Questions,
    SetDate,
    Things,
)
from alongside.web.practitioner.meeting_frame import form_page, meeting_or_404
from alongside.web.practitioner.meeting_options import kept_places, place_words

KINDS = ("lead", rules.EVE, rules.DAY)


@access("meeting_check", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def checks(request: Request, pk: UUID, kind: str) -> HttpResponse:
    """What the lead checks, and what is asked again by phone on the day."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    if kind not in KINDS:
        raise Http404
    content, language = catalogue.current().meetings, said.language()
    look = content.rules_file.look(kind)
    form: Any = (
        Things(request.POST or None, things=look.things)
        if look is not None and kind == rules.EVE
        else Questions(request.POST or None, checks=content.screen.asked(kind))
    )
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            actions.record_checks(
                meeting=found,
                kind=kind,
                answers=form.answers(),
                words=form.cleaned_data.get("words", ""),
                by=request.reader,
                at=at,
            )
        except Refused as refusal:
            said.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:case-meeting", pk=case.pk)
    return form_page(
        request,
        case,
        form,
        title=in_language(look.title, language) if look else _("Checks of the lead"),
        lead=in_language(look.before, language)
        if look
        else _("The place, the room, the way home."),
        seen=seen_by_whom(request, "meeting_check", case.circle_id),
        **(_still_open(request, case, found, kind) if look else {}),
    )


def _still_open(request: Request, case: Any, found: Any, look: str) -> dict[str, Any]:
    """What else holds the meeting back now, beside a look at it; whoever may know of stops."""
    if not queries.reads_stops(seen_by=request.reader, meeting=found):
        return {}
    verdict = queries.verdict(found, seen_by=request.reader, at=clock.now())
    closed = [gate for gate in verdict.closed if gate.id not in (rules.EVE, rules.DAY)]
    return {
        "gate_title": _("Everything else is in place")
        if not closed
        else _("Still open besides: %(count)s") % {"count": len(closed)},
        "gate_items": [said.gate_item(case, gate, {}) for gate in closed],
        "gate_verdict": "open" if not closed else "needs",
    }


def _stale(request: Request, case: Any, form: Any, title: str, current: Any) -> HttpResponse:
    """Somebody changed the meeting first: nothing was overwritten, what was typed stays."""
    form.data = request.POST.copy()
    form.data["version"] = str(current.version)
    form.add_error(
        None, _("Somebody changed this meeting meanwhile. Look at it, then press again.")
    )
    response = form_page(request, case, form, title=title)
    response.status_code = 409
    return response


@access("planned_meeting", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def date(request: Request, pk: UUID) -> HttpResponse:
    """Set the date, once nothing before it is closed."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    least = catalogue.current().meetings.rules_file.minutes
    form = SetDate(request.POST or None, initial={"version": found.version, "minutes": least.most})
    title = _("When the circle meets")
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.set_date(
                meeting=found,
                wall=delivery_words.wall_of(given["day"], given["time"]),
                zone=case.institution.zone,
                minutes=given["minutes"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return _stale(request, case, form, title, stale.current)
        except actions.GatesClosed as refusal:
            said.add_refusal(form, refusal)
            for gate in refusal.verdict.closed:
                if gate.holds == "date":
                    form.add_error(None, ": ".join(said.gate_words(gate)))
        except (Refused, NoSuchTime, NoSuchZone) as refusal:
            said.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:case-meeting", pk=case.pk)
    return form_page(
        request,
        case,
        form,
        title=title,
        lead=_("Everybody who takes part sees it on their own page. The person does not."),
    )


@access("planned_meeting", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def date_back(request: Request, pk: UUID) -> HttpResponse:
    """Take the date back. Places that are kept stay kept."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    form = BackDate(request.POST or None, initial={"version": found.version})
    title = _("Take the date back")
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.take_back_date(
                meeting=found,
                because=given["because"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return _stale(request, case, form, title, stale.current)
        except Refused as refusal:
            said.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:case-meeting", pk=case.pk)
    return form_page(
        request, case, form, title=title, lead=_("It never delays help: a kept place stays kept.")
    )


@access("planned_meeting", "E")
@require_POST
def rehearsed(request: Request, pk: UUID) -> HttpResponse:
    """All of it was rehearsed."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    at = clock.now()
    try:
        actions.rehearse(
            meeting=found,
            expected=number_in(request, "version", found.version),
            by=request.reader,
            at=at,
        )
    except StaleVersion:
        say(request, _("Somebody changed this meeting meanwhile. Look at it, then press again."))
    else:
        saved(request, at)
    return redirect("practitioner:case-meeting", pk=case.pk)


@access("planned_meeting", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, pk: UUID) -> HttpResponse:
    """How it ended. Not held is an outcome too; contacts with the family follow each."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    listed = catalogue.current().meetings.rules_file.answers
    outcomes = [(each.id, in_language(each.text, said.language())) for each in listed]
    steps = queries.next_steps(found)
    held = kept_places(request, case)
    form = EndMeeting(
        request.POST or None,
        places=[(pk, place_words(request, hold)) for pk, hold in held.items()],
        outcomes=[*outcomes, (rules.NOT_HELD, _("It was not held"))],
        hints={name: words for name, words in steps.items() if words},
        initial={"version": found.version},
    )
    title = _("How it ended")
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.end(
                meeting=found,
                outcome=given["outcome"],
                words=given["words"],
                give_back=[held[pk] for pk in given.get("places", ())],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return _stale(request, case, form, title, stale.current)
        except Refused as refusal:
            said.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:meeting-after", pk=case.pk, meeting=found.pk)
    return form_page(
        request,
        case,
        form,
        title=title,
        lead=_("A yes in the room is not yet help: the first talk that was kept counts."),
    )
