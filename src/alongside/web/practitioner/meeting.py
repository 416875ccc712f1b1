"""The planned meeting of a case: choose a way, go or no-go, arrange, let pass, resolve a stop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.directory import queries as directory
from alongside.engine.meetings import suggested
from alongside.meetings import actions, queries, rules
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    day_and_time,
    list_moment,
    moment_words,
    saved,
    seen_by_whom,
    short_day,
    two_texts,
)
from alongside.web.parts.people_words import relation
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.meeting_forms import Answers, Arrange, ChoosePath, Reason
from alongside.web.practitioner.plan_shared import staff_of

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


# -- the planner -------------------------------------------------------------------------------


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
    form = _path_form(request, case, request.POST or None)
    if request.method == "POST":
        if not may:
            raise Http404
        if form.is_valid() and _began(request, case, form):
            return redirect("practitioner:case-meeting", pk=case.pk)
    return _ways_page(request, case, form if may else None, title=_("Meeting"))


def _began(request: Request, case: Any, form: Any) -> bool:
    given, at = form.cleaned_data, clock.now()
    way, _sep, level = given["way"].partition("/")
    staff = {str(row.pk): row for row in people.practitioners(seen_by=request.reader)}
    try:
        actions.begin(
            case=case,
            path=way,
            level=int(level or 0),
            reason=given["reason"],
            lead=staff[given["lead"]],
            by=request.reader,
            at=at,
        )
    except Refused as refusal:
        said.add_refusal(form, refusal)
        return False
    saved(request, at)
    return True


def _path_form(request: Request, case: Any, data: Any, *, meeting: Any = None) -> Any:
    ways, hints = [], {}
    for path in catalogue.current().meetings.paths:
        if not path.is_meeting:
            continue
        for level in path.levels or (None,):
            value = rules.way(path.id, level.id if level else 0)
            ways.append((value, said.path_name(path.id, level.id if level else 0)))
            hints[value] = in_language((level or path).what, said.language())
    own = people.own_practitioner(seen_by=request.reader)
    initial: dict[str, Any] = {"lead": str(own.pk) if own else ""}
    if meeting is not None:
        initial = {"version": meeting.version, "way": rules.way(meeting.path, meeting.level)}
    return ChoosePath(
        data, ways=ways, hints=hints, staff=[] if meeting else staff_of(request), initial=initial
    )


def _ways_page(
    request: Request, case: Any, form: Any, *, title: str, meeting: Any = None
) -> HttpResponse:
    content = catalogue.current().meetings
    number = people.live_members(case.circle, seen_by=request.reader).count()
    file = content.paths_file
    first = suggested(file.few, file.more, file.more_from, number)
    flow = content.flow_for(case.needs)
    earlier = queries.meetings(seen_by=request.reader).filter(circle=case.circle)
    return case_page(
        request,
        "practitioner/meeting/ways.html",
        case,
        tab="meeting",
        title=title,
        head=False,
        status=400 if form is not None and form.errors else 200,
        form=form,
        first=said.path_name(first),
        first_is_meeting=any(path.id == first and path.is_meeting for path in content.paths),
        number=number,
        flow={
            "title": in_language(flow.title, said.language()),
            "text": in_language(flow.text, said.language()),
        }
        if flow
        else None,
        ways=[_way(path) for path in content.paths],
        choose_url=reverse("practitioner:case-choose", args=[case.pk]),
        history=_history(request, meeting) if meeting else [],
        stops=_open_stops(request, case),
        earlier=[
            {
                "title": said.path_name(row.path, row.level),
                "text": _outcome(row.outcome),
                "when": short_day(row.ended_at),
            }
            for row in earlier.exclude(ended_at=None)
        ],
        back=reverse("practitioner:case-meeting", args=[case.pk]) if meeting else "",
    )


def _outcome(code: str) -> str:
    for answer in catalogue.current().meetings.rules_file.answers:
        if answer.id == code:
            return in_language(answer.text, said.language())
    return _("Not held") if code == rules.NOT_HELD else code


def _way(path: Any) -> dict[str, Any]:
    words = said.language()
    people_words = _("%(least)s to %(most)s people") % {
        "least": path.people.least,
        "most": path.people.most,
    }
    return {
        "name": in_language(path.name, words),
        "what": in_language(path.what, words),
        "tag": _("Surprise") if path.is_surprise else "",
        "facts": [
            {"term": _("The person"), "text": in_language(path.told, words)},
            {"term": _("Circle"), "text": people_words},
            {"term": _("Limits"), "text": in_language(path.limits, words)},
            {"term": _("With nobody trained"), "text": in_language(path.alone, words)},
            {"term": _("With somebody on the phone"), "text": in_language(path.phone, words)},
            {"term": _("With a professional"), "text": in_language(path.present, words)},
        ],
        "evidence": [
            {
                "text": in_language(each.text, words),
                "limits": in_language(each.limits, words),
                "source": each.source,
            }
            for each in path.evidence
        ],
    }


def _history(request: Request, meeting: Any) -> list[dict[str, Any]]:
    found = []
    for row in queries.paths_taken(seen_by=request.reader, meeting=meeting):
        way, _sep, level = row.chosen.partition("/")
        found.append(
            {
                "title": said.path_name(way, int(level or 0)),
                "text": row.reason,
                "when": list_moment(request, row.decided_at),
            }
        )
    return found


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
        stops=_stops(request, found),
        knows=knows,
        verdict="open" if verdict.may_go else "stop" if _has_stop(verdict) else "needs",
        verdict_title=_verdict_title(before, later),
        items=[said.gate_item(case, gate, names) for gate in (*before, *later)],
        cleared=said.cleared(verdict.gates) if knows else [],
        may_date=knows and verdict.may_date and booking is None,
        seats=[_seat(case, found, seat, verdict, request) for seat in seats],
        others=_not_seated(request, case, seats),
        options=[
            option(request, case, hold, at)
            for hold in directory.holds(seen_by=reader, circle=case.circle_id)
        ],
        facts=_arranged(found),
        steps=_steps(found),
        rehearsed=moment_words(request, found.rehearsed_at),
        history=_history(request, found),
        seen=seen_by_whom(request, "planned_meeting", case.circle_id),
    )


def _has_stop(verdict: Any) -> bool:
    return any(gate.state == "stop" for gate in verdict.closed)


def _verdict_title(before: list[Any], later: list[Any]) -> str:
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
    return _("A date can be set. Still to come before it begins: %(later)s.") % {
        "later": len(later)
    }


def _stops(request: Request, found: Any) -> list[dict[str, Any]]:
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


def _open_stops(request: Request, case: Any) -> list[dict[str, Any]]:
    """Stops that outlived their meeting: they hold the date of the next one."""
    last = queries.newest_meeting(seen_by=request.reader, circle=case.circle_id)
    return _stops(request, last) if last is not None else []


def _seat(case: Any, found: Any, seat: Any, verdict: Any, request: Request) -> dict[str, Any]:
    asked = queries.own_screen(seat.person_id, seen_by=request.reader, meeting=found)
    gate = verdict.gate("SC12")
    must_not = gate is not None and gate.is_closed and str(seat.person_id) in gate.members
    tag, kind = (_("Asked alone"), "moss") if asked else (_("To be asked alone"), "lamp")
    if must_not:
        tag, kind = _("Should not speak"), "signal"
    return {
        "number": seat.order if seat.speaks else "",
        "name": seat.person.name,
        "text": " · ".join(
            part
            for part in (
                relation(seat.member.relation),
                _("speaks") if seat.speaks else _("does not speak"),
                *(str(said.ROLES[role]) for role in seat.roles if role in said.ROLES),
                seat.where,
            )
            if part
        ),
        "url": reverse("practitioner:meeting-seat", args=[case.pk, seat.member_id]),
        "alone_url": reverse("practitioner:meeting-alone", args=[case.pk, seat.member_id]),
        "tag": tag,
        "kind": kind,
    }


def _not_seated(request: Request, case: Any, seats: list[Any]) -> list[dict[str, Any]]:
    here = {seat.member_id for seat in seats}
    rows = [
        row
        for row in people.live_members(case.circle, seen_by=request.reader)
        if row.pk not in here
    ]
    prepare([row.person for row in rows], "name")
    return [
        {
            "title": row.person.name,
            "url": reverse("practitioner:meeting-seat", args=[case.pk, row.pk]),
        }
        for row in rows
    ]


def option(request: Request, case: Any, hold: Any, at: datetime) -> dict[str, Any]:
    """One option as ``parts/option.html`` shows it, with the clock of its place."""
    row = hold.option
    missing = directory.missing_in(hold)
    ready = _("not ready yet") if missing else _("ready")
    until = hold.held_until
    warn = catalogue.current().meetings.rules_file.warn_hours
    found: dict[str, Any] = {
        "title": row.name,
        "text": f"{said.OPTION_KINDS.get(row.kind, row.kind)} · {ready}",
        "held": _("No place has to be kept."),
        "proof": "",
        "lapses": "",
        "ring": None,
        "facts": [
            {"term": term, "text": text}
            for term, text in (
                (_("Price"), row.price),
                (_("Paid by"), hold.funding),
                (_("Asks for"), row.accepts),
                (_("Withdrawal"), said.WITHDRAWAL.get(row.withdrawal, "")),
                (_("Licence"), _licence(row)),
                (_("Travel"), hold.travel),
                (_("At home"), hold.cover),
                (_("Interest"), row.interest),
                (
                    _("Missing"),
                    ", ".join(str(said.MISSING[name]) for name in missing),
                ),
            )
            if text
        ],
        "url": reverse("practitioner:meeting-option", args=[case.pk, hold.pk]),
        "label": _("Change"),
    }
    if until is None:
        return found
    left = (until - at).total_seconds()
    soon = left < warn * 3600
    found |= {
        "held": _("Place kept until %(when)s") % {"when": moment_words(request, until)},
        "proof": _("Told by %(who)s, %(when)s")
        % {"who": hold.proof, "when": moment_words(request, hold.proved_at)}
        if hold.proof
        else "",
        "lapses": "" if not soon else _("Lapsed") if left < 0 else _("Lapses soon"),
        "ring": {
            "left": max(0.0, min(1.0, left / (7 * 86400))),
            "text": said.left_words(until, at),
            "words": said.left_long(until, at),
            "state": "over" if left < 0 else "soon" if soon else "",
        },
    }
    return found


def _licence(row: Any) -> str:
    words = str(said.LICENCE.get(row.licence, ""))
    if row.licence == "checked":
        return f"{words}, {short_day(row.licence_checked_on)} {row.licence_words}".strip()
    return words


def _arranged(found: Any) -> list[dict[str, Any]]:
    children = _("None at home") if found.has_no_children else found.children
    said_ = (
        (_("Help that is sought"), found.aim),
        (_("A yes would be"), found.accepts),
        (_("Led"), said.LED.get(found.led, "")),
        (_("Stand-by"), found.standby),
        (_("Children"), children),
        (_("Place"), found.place),
        (_("Stop word"), found.stop_word),
        (_("Goes along"), found.escort),
        (_("Bag"), found.bag),
    )
    return [{"term": term, "text": text} for term, text in said_ if text]


def _steps(found: Any) -> list[dict[str, Any]]:
    steps = queries.next_steps(found)
    return [
        {
            "term": in_language(answer.text, said.language()),
            "text": steps.get(answer.id) or _("Not written yet"),
        }
        for answer in catalogue.current().meetings.rules_file.answers
    ]


# -- changing it -------------------------------------------------------------------------------


@access("planned_meeting", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def path(request: Request, pk: UUID) -> HttpResponse:
    """Move to another way or level. What was chosen before stays, with its reason."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    form = _path_form(request, case, request.POST or None, meeting=found)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        way, _sep, level = given["way"].partition("/")
        try:
            actions.choose_path(
                meeting=found,
                path=way,
                level=int(level or 0),
                reason=given["reason"],
                expected=given["version"] or found.version,
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return _stale(
                request,
                case,
                stale.current,
                [
                    (
                        "way",
                        _("Which way"),
                        given["way"],
                        rules.way(stale.current.path, stale.current.level),
                    ),
                    ("reason", _("Why this way"), given["reason"], ""),
                ],
            )
        except Refused as refusal:
            said.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:case-meeting", pk=case.pk)
    return _ways_page(request, case, form, title=_("Another way"), meeting=found)


def _stale(
    request: Request,
    case: Any,
    current: Any,
    pairs: list[tuple[str, Any, str, str]],
    same: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    return two_texts(
        request,
        base=BASE,
        pairs=[(name, str(label), mine, theirs) for name, label, mine, theirs in pairs],
        same=same or [],
        version=current.version,
        keep_url=reverse("practitioner:case-meeting", args=[case.pk]),
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
            return _stale(
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
            return _stale(
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
