"""What the planner shows of a meeting: its seats, the help that is ready, what is arranged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.directory import queries as directory
from alongside.meetings import queries, rules
from alongside.people import queries as people
from alongside.records.fields import prepare
from alongside.web.parts.pages import (
    Request,
    moment_words,
    short_day,
)
from alongside.web.parts.people_words import relation
from alongside.web.practitioner import meeting_words as said


def seat_row(case: Any, found: Any, seat: Any, verdict: Any, request: Request) -> dict[str, Any]:
    """One seat: who, what they do, whether they were asked alone."""
    asked = queries.own_screen(seat.person_id, seen_by=request.reader, meeting=found)
    gate = verdict.gate("SC12")
    must_not = gate is not None and gate.is_closed and str(seat.person_id) in gate.members
    is_absent = rules.ABSENT in seat.roles
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
                "" if is_absent else _("speaks") if seat.speaks else _("does not speak"),
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


def not_seated(request: Request, case: Any, seats: list[Any]) -> list[dict[str, Any]]:
    """Members of the circle without a part in this meeting."""
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
                (_("Bring"), hold.packing),
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


def arranged(found: Any) -> list[dict[str, Any]]:
    """What is arranged, each with its name; what is empty is left out."""
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


def steps_rows(found: Any) -> list[dict[str, Any]]:
    """What follows each answer the person may give."""
    steps = queries.next_steps(found)
    return [
        {
            "term": in_language(answer.text, said.language()),
            "text": steps.get(answer.id) or _("Not written yet"),
        }
        for answer in catalogue.current().meetings.rules_file.answers
    ]


def look_rows(request: Request, found: Any) -> list[dict[str, Any]]:
    """When it was looked at whether it is a go: what was found then, with every reason."""
    rows = list(queries.looks(seen_by=request.reader, meeting=found))
    prepare([row.written_by for row in rows], "name")
    shown = []
    for row in rows:
        look = catalogue.current().meetings.rules_file.look(row.kind)
        closed = [": ".join(said.gate_words(gate)) for gate in queries.was_open(row)]
        is_go = row.still_open == "[]"
        shown.append(
            {
                "title": in_language(look.title, said.language()) if look else row.kind,
                "text": " ".join(
                    part for part in (*closed, row.words, row.written_by.name) if part
                ),
                "tag": _("Go") if is_go else _("No-go"),
                "tag_kind": "moss" if is_go else "lamp",
                "when": moment_words(request, row.checked_at),
            }
        )
    return shown
