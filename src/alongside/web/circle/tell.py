"""Tell the team what happened: one way, with the questions about danger first."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import time_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alongside import catalogue
from alongside.cases import queries as cases
from alongside.crisis import tellings
from alongside.directory import queries as directory
from alongside.records import clock
from alongside.web.circle.base import own_place
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, clock_time, say, seen_by_whom, zone_of

LONGEST = 4000


@access("concern_intake", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: Request, circle: UUID) -> HttpResponse:
    """Ask about danger, take what happened; what shows danger goes to on-call at once."""
    place, at = own_place(request, circle), clock.now()
    if request.method != "POST":
        return _page(request, place, at)
    asked = [each.id for each in catalogue.current().danger.intake.questions]
    try:
        told = tellings.tell(
            place=place,
            answers={name: request.POST.get(name) for name in asked},
            words=request.POST.get("words", "")[:LONGEST],
            submission=request.POST.get("submission", "")[:80] or uuid4().hex,
            language=get_language() or "en",
            by=request.reader,
            at=at,
        )
    except tellings.NothingWritten:
        return _page(request, place, at, empty=True, status=400)
    if told.alerts:
        return redirect("circle:tell-now", circle=circle, concern=told.concern.pk)
    say(request, _("Saved and sent to the team at %(time)s.") % {"time": clock_time(request, at)})
    return redirect("circle:told", circle=circle)


@access("concern_intake", "R")
@require_safe
def now(request: Request, circle: UUID, concern: UUID) -> HttpResponse:
    """After telling of danger: what was done, and what to do until somebody calls."""
    place = own_place(request, circle)
    rows = cases.own_concerns(seen_by=request.reader).filter(circle=place.circle_id)
    found = get_object_or_404(rows, pk=concern)
    cat, language, number = catalogue.current(), get_language() or "en", _emergency()
    staffed, _opens = tellings.staffing(place, found.sent_at)
    has_it = [a.acknowledged_at for a in tellings.alerts_of(found.pk) if a.acknowledged_at]
    said = {"number": number or _("the emergency number")}
    return render(
        request,
        "circle/tell/now.html",
        {
            "place": place,
            "told": cat.sentence(
                "danger_sent" if staffed else "danger_sent_fallback", language
            ).format(time=clock_time(request, found.sent_at), **said),
            "taken": cat.sentence("danger_person_has_this", language).format(
                time=clock_time(request, min(has_it))
            )
            if has_it
            else "",
            "advice": [cat.sentence("danger_reporter", language).format(**said)],
            "number": number,
        },
    )


def _page(
    request: Request, place: Any, at: datetime, *, empty: bool = False, status: int = 200
) -> HttpResponse:
    language = get_language() or "en"
    return render(
        request,
        "circle/tell/tell.html",
        {
            "place": place,
            "before": _before(request, place, at),
            "seen": seen_by_whom(request, "concern_intake", place.circle_id),
            "empty": empty,
            "words": request.POST.get("words", ""),
            "once": uuid4().hex,
            "questions": [
                {
                    "id": asked.id,
                    "text": asked.text.get(language, asked.text["en"]),
                    "hint": asked.hint.get(language, asked.hint.get("en", "")),
                    "answers": [
                        {
                            "id": each.id,
                            "text": each.text.get(language, each.text["en"]),
                            "given": request.POST.get(asked.id) == each.id,
                        }
                        for each in asked.answers
                    ],
                }
                for asked in catalogue.current().danger.intake.questions
            ],
        },
        status=status,
    )


def _before(request: Request, place: Any, at: datetime) -> str:
    """Before the first question: what such an answer does, and whether anybody is here."""
    cat, language = catalogue.current(), get_language() or "en"
    staffed, opens = tellings.staffing(place, at)
    if staffed:
        return str(cat.sentence("measures_danger_before", language))
    number = _emergency() or _("the emergency number")
    if opens is None:
        return str(cat.sentence("danger_not_staffed_no_time", language)).format(number=number)
    hour = time_format(opens.astimezone(zone_of(request)), "H:i")
    return str(cat.sentence("danger_not_staffed", language)).format(opens=hour, number=number)


def _emergency() -> str:
    house = directory.house()
    known = catalogue.current().lines.get(house.country) if house else None
    return str(known.emergency_number) if known else ""
