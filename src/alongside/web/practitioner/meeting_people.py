"""Who takes part in the meeting: each one's part, and what each said alone about safety."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.meetings import actions, queries
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, moment_words, saved, say, seen_by_whom, two_texts
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import BASE, case_or_404
from alongside.web.practitioner.meeting_forms import Questions, SeatForm
from alongside.web.practitioner.meeting_frame import form_page, meeting_or_404


def _member(request: Request, case: Any, member: UUID) -> Any:
    rows = people.live_members(case.circle, seen_by=request.reader)
    return get_object_or_404(rows, pk=member)


@access("meeting_seat", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: Request, pk: UUID, member: UUID) -> HttpResponse:
    """One member's part: whether they speak, when, what else they do; or that they stay away."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    who = _member(request, case, member)
    row = queries.seats(seen_by=request.reader, meeting=found).filter(member=who).first()
    at = clock.now()
    if request.method == "POST" and "away" in request.POST and row is not None:
        try:
            actions.end_seat(seat=row, by=request.reader, at=at)
        except actions.HasADate:
            say(request, _("A date is set already. Take it back first."))
        else:
            saved(request, at)
        return redirect("practitioner:case-meeting", pk=case.pk)
    initial: dict[str, Any] = {"order": 1}
    if row is not None:
        initial = {
            "version": row.version,
            "speaks": row.speaks,
            "order": row.order,
            "roles": row.roles,
            "where": row.where,
        }
    form = SeatForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.save_seat(
                meeting=found,
                member=who,
                roles=given["roles"],
                speaks=given["speaks"],
                order=given["order"],
                where=given["where"],
                because=given["because"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return _stale(request, found, stale.current, given)
        except Refused as refusal:
            said.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:case-meeting", pk=case.pk)
    return form_page(
        request,
        case,
        form,
        title=_("The part of %(name)s") % {"name": who.person.name},
        away=row is not None,
        seen=seen_by_whom(request, "meeting_seat", case.circle_id),
    )


def _stale(request: Request, meeting: Any, current: Any, given: dict[str, Any]) -> HttpResponse:
    return two_texts(
        request,
        base=BASE,
        pairs=[
            ("order", _("When in the order"), str(given["order"]), str(current.order)),
            ("where", _("Where they sit"), given["where"], current.where),
        ],
        same=[
            *(("roles", role) for role in given["roles"]),
            *([("speaks", "on")] if given["speaks"] else []),
            ("because", given["because"]),
        ],
        version=current.version,
        keep_url=reverse("practitioner:case-meeting", args=[meeting.case_id]),
    )


@access("safety_check", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def alone(request: Request, pk: UUID, member: UUID) -> HttpResponse:
    """What one member said alone about safety; the lead may write down what they were told."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    who = _member(request, case, member)
    content = catalogue.current().meetings
    form = Questions(request.POST or None, checks=content.screen.asked("member"))
    may_write = request.reader.may("E", found)
    if request.method == "POST" and form.is_valid() and may_write:
        at = clock.now()
        try:
            actions.answer_screen(
                meeting=found,
                person=who.person,
                answers=form.answers(),
                by=request.reader,
                at=at,
            )
        except Refused as refusal:
            said.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:case-meeting", pk=case.pk)
    last = queries.own_screen(who.person_id, seen_by=request.reader, meeting=found)
    return form_page(
        request,
        case,
        form,
        title=_("Asked alone: %(name)s") % {"name": who.person.name},
        lead=_("They can answer on their own page. Or ask them, alone, and write it down here."),
        facts=_said(last) if last else [],
        facts_title=_("Last asked %(when)s") % {"when": moment_words(request, last.checked_at)}
        if last
        else "",
        refused="" if may_write else _("Only whoever leads writes down what somebody said."),
        seen=seen_by_whom(request, "safety_check", case.circle_id),
    )


def _said(row: Any) -> list[dict[str, str]]:
    given = json.loads(row.answers or "{}")
    found = []
    for check in catalogue.current().meetings.screen.asked("member"):
        answer = check.answer(given.get(check.id))
        found.append(
            {
                "term": in_language(check.question, said.language()),
                "text": in_language(answer.text, said.language()) if answer else _("Not answered"),
            }
        )
    return found
