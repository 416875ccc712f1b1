"""Letters of a meeting, for whoever leads: those that were shared, what to say, and the order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.meetings import letters, queries, rules
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.forms import Text
from alongside.web.parts.pages import Request, moment_words, saved, say, seen_by_whom
from alongside.web.parts.people_words import relation
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.forms import Versioned
from alongside.web.practitioner.meeting_frame import meeting_or_404
from alongside.web.practitioner.meeting_sheet import readers_of


class Review(Versioned):
    """What is said to a letter."""

    is_ready = forms.ChoiceField(
        label=gettext_lazy("What you say to it"),
        choices=[
            ("yes", gettext_lazy("It is ready")),
            ("no", gettext_lazy("There is something to think about")),
        ],
        widget=forms.RadioSelect,
    )
    words = Text(
        label=gettext_lazy("In words"),
        help_text=gettext_lazy("Kind and short. The writer decides."),
        lines=4,
        max_length=2000,
        required=False,
    )


@access("letter_final", "R")
@require_safe
def listing(request: Request, pk: UUID) -> HttpResponse:
    """Who speaks, in order, and where each letter stands. A draft nobody shared is not there."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    seats = list(queries.seats(seen_by=request.reader, meeting=found).filter(speaks=True))
    prepare([seat.person for seat in seats], "name")
    written = {
        row.written_by_id: row for row in queries.letters(seen_by=request.reader, meeting=found)
    }
    suggested = queries.suggested_order(seen_by=request.reader, meeting=found)
    names = {str(seat.pk): seat.person.name for seat in seats}
    read_by = readers_of(request, found)
    rows = [
        _row(case, seat, written.get(seat.person_id), number, seats, read_by)
        for number, seat in enumerate(seats)
    ]
    return case_page(
        request,
        "practitioner/meeting/letters.html",
        case,
        tab="meeting",
        title=_("Letters and their order"),
        head=False,
        rows=rows,
        suggested=[names[each] for each in suggested],
        suggested_ids=list(suggested),
        is_suggested=list(suggested) == [str(seat.pk) for seat in seats],
        back=reverse("practitioner:case-meeting", args=[case.pk]),
        seen=seen_by_whom(request, "letter_final", case.circle_id),
    )


def _row(
    case: Any, seat: Any, letter: Any, number: int, seats: list[Any], read_by: dict[UUID, str]
) -> dict[str, Any]:
    if letter is None:
        tag, kind, url = _("Not shared"), "", ""
    elif letter.erased_at is not None:
        tag, kind, url = _("Gone, as they chose"), "", ""
    else:
        url = reverse("practitioner:meeting-letter", args=[case.pk, letter.pk])
        tag, kind = (_("Final"), "moss") if letter.final_at else (_("With you"), "lamp")
    return {
        "id": str(seat.pk),
        "number": number + 1,
        "name": seat.person.name,
        "text": " · ".join(filter(None, (relation(seat.member.relation), _reads(seat, read_by)))),
        "tag": tag,
        "kind": kind,
        "url": url,
        "up": _swapped(seats, number, number - 1) if number else "",
        "down": _swapped(seats, number, number + 1) if number + 1 < len(seats) else "",
    }


def _reads(seat: Any, read_by: dict[UUID, str]) -> str:
    """Who reads it, if not the writer; that nobody was named yet for one who does not come."""
    if name := read_by.get(seat.person_id):
        return _("read by %(name)s") % {"name": name}
    return _("has to say who reads it") if rules.ABSENT in seat.roles else ""


def _swapped(seats: list[Any], one: int, other: int) -> str:
    ids = [str(seat.pk) for seat in seats]
    ids[one], ids[other] = ids[other], ids[one]
    return ",".join(ids)


@access("planned_meeting", "E")
@require_POST
def order(request: Request, pk: UUID) -> HttpResponse:
    """Move somebody up or down, or take the suggested order: by buttons or by dragging."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    at = clock.now()
    try:
        letters.put_in_order(
            meeting=found,
            seats=request.POST.get("order", "").split(","),
            by=request.reader,
            at=at,
        )
    except (letters.NotTheSeats, StaleVersion):
        say(request, _("Who speaks has changed meanwhile. Here it is as it stands."))
    else:
        saved(request, at)
    return redirect("practitioner:meeting-letters", pk=case.pk)


@access("letter_final", "R")
@require_safe
def paper(request: Request, pk: UUID, letter: UUID) -> HttpResponse:
    """A finished letter in large print, for whoever the writer chose to read it."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    rows = queries.letters(seen_by=request.reader, meeting=found).exclude(read_by=None)
    rows = rows.filter(final_at__isnull=False, withheld_at=None, erased_at=None)
    row = get_object_or_404(rows.select_related("read_by"), pk=letter)
    return case_page(
        request,
        "practitioner/meeting/letter_paper.html",
        case,
        tab="meeting",
        title=_("The letter of %(name)s") % {"name": row.written_by.name},
        head=False,
        letter=row,
        back=reverse("practitioner:meeting-letter", args=[case.pk, row.pk]),
        seen=seen_by_whom(request, row.record_type_of_row, case.circle_id),
    )


@access("letter_final", "R")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Request, pk: UUID, letter: UUID) -> HttpResponse:
    """One letter that was shared, its hints, and what is said to it."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    rows = queries.letters(seen_by=request.reader, meeting=found).filter(erased_at=None)
    row = get_object_or_404(rows.select_related("read_by"), pk=letter)
    form = Review(request.POST or None, initial={"version": row.version, "is_ready": ""})
    status = 200
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            letters.review(
                letter=row,
                is_ready=given["is_ready"] == "yes",
                words=given["words"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion:
            form.data = request.POST.copy()
            form.data["version"] = str(row.version)
            form.add_error(None, _("The writer changed it meanwhile. Read it again below."))
            status = 409
        except letters.NotShared:
            form.add_error(None, _("The writer took it back."))
        else:
            saved(request, at)
            return redirect("practitioner:meeting-letters", pk=case.pk)
    content = catalogue.current().meetings.letters
    looked = queries.looked_over(row)
    return case_page(
        request,
        "practitioner/meeting/letter.html",
        case,
        tab="meeting",
        title=_("The letter of %(name)s") % {"name": row.written_by.name},
        head=False,
        status=status if status == 409 else 400 if form.errors else 200,
        letter=row,
        paper_url=reverse("practitioner:meeting-letter-paper", args=[case.pk, row.pk])
        if row.final_at and row.read_by_id and not row.withheld_at
        else "",
        form=None if row.final_at else form,
        seconds=looked.seconds,
        words=looked.words,
        missing=[
            in_language(part.name, said.language())
            for part in content.parts
            if not dict(looked.parts).get(part.id)
        ],
        hints=[
            {"phrase": hint.phrase, "text": in_language(shown.text, said.language())}
            for hint in looked.hints
            if (shown := content.hint(hint.id)) is not None
        ],
        reviews=[
            {
                "title": _("Ready") if each.is_ready else _("To think about"),
                "text": each.words,
                "when": moment_words(request, each.reviewed_at),
            }
            for each in queries.reviews(row, seen_by=request.reader)
        ],
        back=reverse("practitioner:meeting-letters", args=[case.pk]),
        seen=seen_by_whom(request, row.record_type_of_row, case.circle_id),
    )
