"""The run sheet: order, times, who, what if; screen and paper from the same data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.directory import queries as directory
from alongside.meetings import queries
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, clock_time, day_and_time, seen_by_whom
from alongside.web.parts.people_words import listed
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import case_or_404, case_page, name_of
from alongside.web.practitioner.meeting_cards import steps_rows
from alongside.web.practitioner.meeting_frame import meeting_or_404


@access("planned_meeting", "R")
@require_safe
def sheet(request: Request, pk: UUID) -> HttpResponse:
    """The run of the meeting as it is planned now. Nothing is kept of it: print it again."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    at = clock.now()
    content = catalogue.current().meetings
    language = said.language()
    seats = list(queries.seats(seen_by=request.reader, meeting=found))
    prepare([seat.person for seat in seats], "name")
    booking = queries.date_of(found)
    verdict = queries.verdict(found, seen_by=request.reader, at=at)
    rows = list(run_rows(request, case, found, seats, booking))
    return case_page(
        request,
        "practitioner/meeting/sheet.html",
        case,
        tab="meeting",
        title=_("Run sheet"),
        head=False,
        when=day_and_time(request, booking.starts_at) if booking else _("No date is set yet"),
        facts=at_hand(request, case, found, seats, at),
        rows=rows,
        steps=steps_rows(found),
        is_go=verdict.may_go,
        knows=queries.reads_stops(seen_by=request.reader, meeting=found),
        ifs=[
            {
                "title": in_language(each.title, language),
                "text": in_language(each.text, language),
            }
            for each in content.sheet.ifs
        ],
        cards=[
            {
                "says": in_language(each.says, language),
                "answer": in_language(each.answer, language),
            }
            for each in content.sheet.cards
        ],
        endings=[
            *(in_language(answer.text, language) for answer in content.rules_file.answers),
            _("not held"),
        ],
        back=reverse("practitioner:case-meeting", args=[case.pk]),
        seen=seen_by_whom(request, "planned_meeting", case.circle_id),
    )


def _with_role(seats: list[Any], role: str) -> str:
    return listed([seat.person.name for seat in seats if role in seat.roles])


def run_rows(
    request: Request, case: Any, found: Any, seats: list[Any], booking: Any
) -> Iterator[dict[str, Any]]:
    """The steps in order: the time of each once there is a date, what, whose it is, how long."""
    content = catalogue.current().meetings
    language = said.language()
    at: datetime | None = booking.starts_at if booking else None
    options = listed(
        [
            hold.option.name
            for hold in directory.holds(seen_by=request.reader, circle=case.circle_id)
        ]
    )
    names = {
        "anchor": _with_role(seats, "anchor") or found.lead.person.name,
        "lead": found.lead.person.name,
        "person": name_of(case),
        "escort": _with_role(seats, "escort") or found.escort,
    }
    read_by = readers_of(request, found)
    each = [
        (seat.person.name, read_by.get(seat.person_id, seat.person.name))
        for seat in seats
        if seat.speaks
    ]
    path = content.path(found.path)
    has_letters = path is None or path.reads_letters
    for step in content.sheet.steps:
        if step.who == "each" and not has_letters:
            continue  # a talk: nobody reads aloud
        pairs = each if step.who == "each" else [(names[step.who], names[step.who])]
        for name, who in pairs:
            whose = name
            if who != name:
                whose = _("%(name)s, read by %(who)s") % {"name": name, "who": who}
            yield {
                "time": clock_time(request, at) if at else "",
                "what": in_language(step.what, language).format(name=whose, options=options),
                "who": who,
                "minutes": step.minutes,
            }
            at = at + timedelta(minutes=step.minutes) if at else None


def readers_of(request: Request, found: Any) -> dict[UUID, str]:
    """Who reads a letter aloud in its writer's place, by the writer; whoever left does not."""
    rows = queries.letters(seen_by=request.reader, meeting=found).exclude(read_by=None)
    there = list(rows.filter(withheld_at=None, erased_at=None).select_related("read_by"))
    prepare([row.read_by for row in there], "name")
    return {
        row.written_by_id: _("nobody yet: a reader must be found")
        if queries.reader_left(row, seen_by=request.reader)
        else row.read_by.name
        for row in there
    }


def at_hand(
    request: Request, case: Any, found: Any, seats: list[Any], at: datetime
) -> list[dict[str, str]]:
    """What somebody needs at hand in the room: place, numbers, seats, who goes along, the bag."""
    emergency = directory.help_now(case.institution.country, said.language(), at)["emergency"]
    where = [
        f"{seat.person.name}: {seat.where}" for seat in seats if seat.where and seat.person.name
    ]
    lines = (
        (_("Place"), found.place),
        (_("Who leads"), found.lead.person.name),
        (_("Stand-by"), found.standby),
        (_("Emergency number"), emergency),
        (_("Stop word"), found.stop_word),
        (_("Safety"), _with_role(seats, "safety_person")),
        (_("Seats"), "; ".join(where)),
        (_("Goes along"), found.escort),
        (_("Bag"), found.bag or said.usual_bag()),
        (_("Children"), _("None at home") if found.has_no_children else found.children),
    )
    facts = [{"term": term, "text": text} for term, text in lines if text]
    holds = directory.holds(seen_by=request.reader, circle=case.circle_id)
    return facts + [
        {"term": hold.option.name, "text": text} for hold in holds if (text := _go(hold))
    ]


def _go(hold: Any) -> str:
    """Once the person says yes to it: the way there, what to bring, who looks after what."""
    parts = (
        (_("The way:"), hold.travel),
        (_("Bring:"), hold.packing),
        (_("At home:"), hold.cover),
        (_("Withdrawal:"), str(said.WITHDRAWAL.get(hold.option.withdrawal, ""))),
    )
    return " ".join(f"{term} {text.rstrip('.')}." for term, text in parts if text)
