"""The end of a case: begin it, name how it ended, or make the case last longer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alongside.calendar import ending as times
from alongside.cases import actions
from alongside.crisis import queries as crisis
from alongside.delivery import stopping
from alongside.measures import queries as measures
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, number_in, saved, say
from alongside.web.practitioner import crisis_words, words
from alongside.web.practitioner.base import address, case_or_404, case_page
from alongside.web.practitioner.case import stale_case
from alongside.web.practitioner.delivery_words import way_name
from alongside.web.practitioner.forms import CloseCase, Prolong
from alongside.web.practitioner.three_words import three


@access("case", "S")
@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: Request, pk: UUID) -> HttpResponse:
    """How it ended: one word everybody shares, and words of one's own."""
    case = case_or_404(request, pk)
    if request.method != "POST":
        return _page(request, case)
    form = CloseCase(request.POST)
    open_ = _still_open(request, case)
    if open_:
        form.add_error(None, _("Something is still open: see the list below."))
    if open_ or not form.is_valid():
        return _page(request, case, close_form=form, status=400)
    given = form.cleaned_data
    try:
        stopping.close_case(
            case=case,
            version=given["version"],
            outcome=given["outcome"],
            words=given["words"],
            by=request.reader,
            at=clock.now(),
        )
    except StaleVersion as stale:
        return stale_case(request, stale.current, fields=(("words", _("What happened")),))
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, case_or_404(request, pk), close_form=form, status=400)
    say(request, _("The case is closed. What was written stays as it is."))
    return redirect("practitioner:case", pk=case.pk)


def _still_open(request: Request, case: Any) -> list[dict[str, Any]]:
    """What must end before a case closes: open alerts and running courses."""
    found: list[dict[str, Any]] = [
        {
            "title": _("An alert is open."),
            "text": crisis_words.fact(alert)[0],
            "url": address("practitioner:crisis-board"),
            "label": _("Go to the board"),
        }
        for alert in crisis.of_circle(case.circle_id, seen_by=request.reader)
    ]
    courses = plans.courses(seen_by=request.reader).filter(circle=case.circle, ended_at=None)
    found += [
        {
            "title": _("A course is running: %(course)s.")
            % {"course": way_name(course.protocol, course.variant)},
            "text": _("End it with its own word first."),
            "url": address("practitioner:case-plan", case.pk),
            "label": _("Go to the plan"),
        }
        for course in courses.exclude(started_at=None)
    ]
    return found


def _page(
    request: Request,
    case: Any,
    *,
    close_form: CloseCase | None = None,
    prolong_form: Prolong | None = None,
    status: int = 200,
) -> HttpResponse:
    return case_page(
        request,
        "practitioner/closing/closing.html",
        case,
        tab="closing",
        status=status,
        still_open=_still_open(request, case) if case.state != "closed" else [],
        times=len(times.to_come(seen_by=request.reader, circle=case.circle_id, at=clock.now())),
        asked=measures.due(seen_by=request.reader, at=clock.now())
        .filter(circle=case.circle)
        .count(),
        close_form=close_form or CloseCase(initial={"version": case.version}),
        prolong_form=prolong_form
        or Prolong(auto_id="longer_%s", initial={"version": case.version, "ends_on": case.ends_on}),
        three=three(request, case),
        can_edit=case.state != "closed" and request.reader.may("S", case),
        form=close_form or prolong_form,
    )


@access("case", "E")
@require_POST
def start(request: Request, pk: UUID) -> HttpResponse:
    """Begin the end."""
    case = case_or_404(request, pk)
    at = clock.now()
    try:
        actions.start_closing(
            case=case, version=number_in(request, "version"), by=request.reader, at=at
        )
    except StaleVersion as stale:
        return stale_case(request, stale.current)
    except Refused as refusal:
        say(request, words.refusal(refusal)[1])
    else:
        saved(request, at)
    return redirect(reverse("practitioner:case-closing", args=[case.pk]))


@access("case", "E")
@require_POST
def prolong(request: Request, pk: UUID) -> HttpResponse:
    """A later end, for a reason."""
    case = case_or_404(request, pk)
    form = Prolong(request.POST, auto_id="longer_%s")
    if not form.is_valid():
        return _page(request, case, prolong_form=form, status=400)
    given, at = form.cleaned_data, clock.now()
    try:
        actions.prolong(
            case=case,
            ends_on=given["ends_on"],
            reason=given["reason"],
            version=given["version"],
            by=request.reader,
            at=at,
        )
    except StaleVersion as stale:
        return stale_case(request, stale.current, fields=(("reason", _("Your reason")),))
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, case_or_404(request, pk), prolong_form=form, status=400)
    saved(request, at)
    return redirect("practitioner:case-closing", pk=case.pk)
