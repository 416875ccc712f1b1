"""Change what a meeting is for, answer for every answer, let a gate pass, resolve a stop."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.meetings import actions, queries
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    saved,
    seen_by_whom,
)
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import case_or_404
from alongside.web.practitioner.meeting_forms import Answers, Arrange, Reason
from alongside.web.practitioner.meeting_frame import (
    form_page,
    meeting_or_404,
    stale_page,
)


@access("planned_meeting", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def arrange(request: Request, pk: UUID) -> HttpResponse:
    """What it is for, and what is arranged."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    language = said.language()
    reasons = catalogue.current().reasons(language)
    aims = [
        (rule.id, reasons.get(f"refused/{rule.id}/name", rule.name))
        for rule in catalogue.current().facts.refused_aims
    ]
    initial = {
        name: getattr(found, name)
        for name in (*actions.WORDS, "version", "led", "has_no_children", "refused_aims")
    }
    form = Arrange(request.POST or None, aims=aims, initial=initial)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.prepare(
                meeting=found,
                expected=given["version"],
                words={name: given[name] for name in actions.WORDS},
                led=given["led"],
                refused_aims=given["refused_aims"],
                has_no_children=given["has_no_children"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            now = stale.current
            return stale_page(
                request,
                case,
                now,
                [
                    (name, form.fields[name].label, given[name], getattr(now, name))
                    for name in actions.WORDS
                ],
                [
                    ("led", given["led"]),
                    *(("refused_aims", aim) for aim in given["refused_aims"]),
                    *([("has_no_children", "on")] if given["has_no_children"] else []),
                ],
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
        title=_("What it is for, and what is arranged"),
        lead=_("It aims at accepting help. Nobody has to win."),
    )


@access("planned_meeting", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: Request, pk: UUID) -> HttpResponse:
    """A next step for every answer the person may give."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    listed = catalogue.current().meetings.rules_file.answers
    initial = {**queries.next_steps(found), "version": found.version}
    form = Answers(request.POST or None, answers=listed, initial=initial)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        steps = {answer.id: given[answer.id] for answer in listed}
        try:
            actions.plan_answers(
                meeting=found, expected=given["version"], steps=steps, by=request.reader, at=at
            )
        except StaleVersion as stale:
            now: Mapping[str, str] = queries.next_steps(stale.current)
            return stale_page(
                request,
                case,
                stale.current,
                [
                    (name, form.fields[name].label, words, now.get(name, ""))
                    for name, words in steps.items()
                ],
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
        title=_("What follows each answer"),
        lead=_("Every answer the person may give has a next step before there is a date."),
    )


@access("planned_meeting", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: Request, pk: UUID, gate: str) -> HttpResponse:
    """Let one gate pass, with a reason: the named lead alone, and only what may pass."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    at = clock.now()
    shown = queries.verdict(found, seen_by=request.reader, at=at).gate(gate)
    if shown is None or not shown.is_closed or not shown.is_releasable:
        raise Http404
    is_lead = found.lead.person_id in request.reader.persons
    form = Reason(request.POST or None)
    if request.method == "POST" and form.is_valid() and is_lead:
        try:
            actions.release(
                meeting=found,
                gate=gate,
                reason=form.cleaned_data["reason"],
                by=request.reader,
                at=at,
            )
        except Refused as refusal:
            said.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:case-meeting", pk=case.pk)
    title, text = said.gate_words(shown)
    check = catalogue.current().meetings.screen.check(gate)
    return form_page(
        request,
        case,
        form,
        title=title,
        lead=text,
        note=in_language(check.opens, said.language()) if check else "",
        button=_("Let it pass"),
        refused=""
        if is_lead
        else _("Only %(name)s, who leads this meeting, can let it pass.")
        % {"name": found.lead.person.name},
    )


@access("meeting_stop", "R")
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: Request, pk: UUID, stop: UUID) -> HttpResponse:
    """A stop somebody called in private, and what came of it."""
    case = case_or_404(request, pk)
    found = queries.newest_meeting(seen_by=request.reader, circle=case.circle_id)
    if found is None:
        raise Http404
    row = get_object_or_404(queries.stops(seen_by=request.reader, meeting=found), pk=stop)
    form = Reason(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            actions.resolve_stop(
                stop=row, reason=form.cleaned_data["reason"], by=request.reader, at=at
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
        title=_("%(name)s called stop") % {"name": row.written_by.name},
        lead=row.words or _("No reason was given, and none is needed."),
        note=_("Talk with them alone. The others do not know, and do not learn it from you."),
        button=_("Write it down; dates can be set again"),
        seen=seen_by_whom(request, "meeting_stop", case.circle_id),
    )
