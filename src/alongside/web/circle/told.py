"""What I said and who can see it; taking back; leaving the circle."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.cases import actions as cases
from alongside.cases import queries
from alongside.consent import queries as consent
from alongside.crisis import private_check
from alongside.delivery import stopping
from alongside.people import queries as people
from alongside.records import clock
from alongside.web.circle.base import own_place
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    day_and_time,
    day_words,
    local_day,
    saved,
    say,
    seen_by_whom,
)

OFFERED = ("c_family", "c_measures")


@access("concern_intake", "R")
@require_safe
def told(request: Request, circle: UUID) -> HttpResponse:
    """My own words, my yes and no, and who can see each."""
    place = own_place(request, circle)
    reader = request.reader
    today = local_day(request, clock.now())
    check = private_check.own_check(place.person_id, seen_by=reader)
    agreed = list(consent.consents(seen_by=reader).filter(circle=circle, person_id=place.person_id))
    live = {
        c.form.partition("@")[0] for c in agreed if consent.fact_of(c).state_on(today) == "live"
    }
    return render(
        request,
        "circle/told/told.html",
        {
            "place": place,
            "concerns": [
                _concern(request, place, row)
                for row in queries.own_concerns(seen_by=reader).filter(circle=circle)
            ],
            "concern_seen": seen_by_whom(request, "concern_intake", circle),
            "check": day_and_time(request, check.checked_at) if check else "",
            "check_seen": seen_by_whom(request, "safety_check", circle),
            "receipts": [_receipt(request, place, row, today) for row in agreed],
            "offers": [
                {
                    "url": reverse("circle:agree", args=[circle, form]),
                    "label": _title(form),
                }
                for form in OFFERED
                if form not in live
            ],
            "contacts": [
                {"term": _("Safe contact"), "text": contact.value}
                for contact in people.contacts_of(place.person_id, seen_by=reader)
            ],
            "contact_seen": seen_by_whom(request, "contact", circle),
        },
    )


def _title(form: str) -> str:
    return str(catalogue.current().consent_form(form).title(get_language() or "en"))


def _concern(request: Request, place: Any, row: Any) -> dict[str, Any]:
    return {
        "words": row.words,
        "when": day_and_time(request, row.sent_at or row.began_at),
        "take_back": reverse("circle:take-back", args=[place.circle_id, row.pk])
        if row.state == "sent"
        else "",
    }


def _receipt(request: Request, place: Any, row: Any, today: Any) -> dict[str, Any]:
    state = consent.fact_of(row).state_on(today)
    facts = [
        (_("Since"), day_and_time(request, row.given_at)),
        (_("Ends"), day_words(row.expires_on)),
        (_("Taken back"), day_and_time(request, row.withdrawn_at)),
    ]
    return {
        "id": str(row.pk),
        "state": {"expired": "ended", "not_yet": "live"}.get(state, state),
        "title": _title(row.form),
        "facts": [{"term": term, "text": text} for term, text in facts if text],
        "end_url": reverse("circle:agreed-end", args=[place.circle_id, row.pk])
        if state == "live"
        else "",
    }


@access("concern_intake", "R")
@require_POST
def take_back(request: Request, circle: UUID, concern: UUID) -> HttpResponse:
    """Take back what nobody has taken up yet. An alert it raised stays open."""
    place = own_place(request, circle)
    rows = queries.own_concerns(seen_by=request.reader).filter(circle=place.circle)
    found = get_object_or_404(rows, pk=concern)
    at = clock.now()
    try:
        cases.take_back(concern=found, by=request.reader, at=at)
    except cases.NotToTriage:
        say(request, _("We had begun to act on it. Please talk to us about it."))
    else:
        saved(request, at)
    return redirect("circle:told", circle=circle)


@access("roster", "R")
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: Request, circle: UUID) -> HttpResponse:
    """Leave the circle, after one page that says what that means."""
    place = own_place(request, circle)
    if request.method != "POST":
        return render(request, "circle/told/leave.html", {"place": place})
    stopping.end_membership(member=place, because="left", by=request.reader, at=clock.now())
    return redirect("circle:left")


@access.public
@require_safe
def left(request: Request) -> HttpResponse:
    """Somebody has left: nothing here says what."""
    return render(request, "circle/told/left.html")
