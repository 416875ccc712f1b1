"""For whoever looks after somebody under age: what was agreed, when they come, how it goes (1.2).

As much as content/minors names and the young person lets be seen; no single answers, no notes.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.access import guardians
from alongside.consent import queries as consent
from alongside.measures import queries as measures
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.web.circle.base import own_place
from alongside.web.parts.access import access
from alongside.web.parts.appointments import times_of
from alongside.web.parts.pages import Request, day_words, further, local_day

STATES = {
    "live": gettext_lazy("Yes, until %(day)s"),
    "withdrawn": gettext_lazy("Taken back"),
    "ended": gettext_lazy("Ended"),
    "expired": gettext_lazy("Ended"),
    "not_yet": gettext_lazy("Yes, until %(day)s"),
}
ANSWERS = {
    "yes": gettext_lazy("Yes to the plan"),
    "no": gettext_lazy("No to the plan"),
    "basis": gettext_lazy("The plan stands on another lawful ground"),
}


def looked_after(request: Request, place: Any) -> list[Any]:
    """Guardianships of the reader in this circle by which they may see something now."""
    rows = guardians.wards_of(request.reader, circle=place.circle_id, at=clock.now())
    return [row for row in rows if guardians.shown_of(row, on=request.reader.at.date())]


@access("guardianship", "R")
@require_safe
def ward(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """What I may know of somebody I look after."""
    place = own_place(request, circle)
    found = next((row for row in looked_after(request, place) if row.ward_id == pk), None)
    if found is None:
        raise Http404
    shown, at = guardians.shown_of(found, on=request.reader.at.date()), clock.now()
    answers, paging = further(request, _rows(request, pk) if "answers" in shown else [])
    return render(
        request,
        "circle/ward.html",
        {
            "place": place,
            "name": str(found.ward),
            "until": day_words(found.until),
            "shown": shown,
            "agreed": _agreed(request, place, pk) if "agreed" in shown else [],
            "times": times_of(request, at, [pk]) if "times" in shown else [],
            "answers": [_answer(request, row) for row in answers],
            "paging": paging,
        },
    )


def _rows(request: Request, ward: UUID) -> Any:
    rows = measures.responses(seen_by=request.reader).filter(about=ward, respondent=ward)
    return rows.filter(corrections=None, kind="own").order_by("-answered_at", "pk")


def _agreed(request: Request, place: Any, ward: UUID) -> list[dict[str, str]]:
    """Each yes and no, the newest first; never what was said with it."""
    reader, today = request.reader, local_day(request, clock.now())
    found: list[tuple[Any, str, str]] = []
    for row in consent.consents_of(ward, seen_by=reader, circle=place.circle_id):
        words = str(STATES[consent.fact_of(row).state_on(today)])
        found.append((row.given_at, _form(row.form), words % {"day": _day(row.expires_on)}))
    for no in consent.refusals(seen_by=reader).filter(circle=place.circle_id, person=ward):
        found.append((no.refused_at, no.offered, _("No")))
    for said in plans.agreements_of(ward, circle=place.circle_id, seen_by=reader):
        found.append((said.said_at, _("The plan"), str(ANSWERS[said.answer])))
    return [
        {"when": day_words(local_day(request, at)), "title": title, "text": text}
        for at, title, text in sorted(found, key=lambda each: each[0], reverse=True)
    ]


def _day(day: date) -> str:
    return day_words(day)


def _form(ref: str) -> str:
    found = catalogue.current().consent_forms.get(ref)
    return found.title(get_language() or "en") if found else ref


def _answer(request: Request, row: Any) -> dict[str, str]:
    """Which questions, when, and what they add up to."""
    instrument = catalogue.current().instruments.get(row.instrument)
    total = row.scores.get(instrument.main_score if instrument else "total")
    return {
        "title": instrument.name if instrument else row.instrument,
        "when": day_words(local_day(request, row.answered_at)),
        "text": _("Total: %(points)s") % {"points": total}
        if total is not None
        else _("Answered; there is no total."),
    }
