"""The live run sheet without network (rule M5): in the browser of whoever leads, under a PIN.

The page that opens it shows nothing of anyone. What is pressed meanwhile comes by the link of what
is kept, which opens nothing and takes presses of this one meeting alone.
"""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.meetings import kept_run, live, queries
from alongside.records import clock
from alongside.web.parts import kept
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, local_day, say
from alongside.web.practitioner import meeting_live
from alongside.web.practitioner.base import case_or_404, case_page


@access.public
@require_safe
def opened(request: HttpRequest) -> HttpResponse:
    """Where a run sheet that is kept in this browser is opened."""
    return kept.opened(request, "practitioner/meeting/kept.html")


@access.public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that answers for this door when there is no network."""
    return kept.worker(reverse("practitioner:today"))


@csrf_exempt  # no cookie counts here: whoever holds the token may ask, and may end it
@access.public
@require_POST
def still(request: HttpRequest) -> HttpResponse:
    """May this browser go on keeping it? With ``ended`` it says that it forgot it."""
    token, at = request.POST.get("token", ""), clock.now()
    if "ended" in request.POST:
        kept_run.taken_off(token=token, at=at)
        return JsonResponse({"still": False})
    found = kept_run.still(token=token, edition_kept=request.POST.get("edition", ""), at=at)
    return JsonResponse({"still": found.may, "newer": found.newer})


@csrf_exempt  # no cookie counts here: the token takes presses of one meeting, and opens nothing
@access.public
@require_POST
def presses(request: HttpRequest) -> HttpResponse:
    """What was pressed without network, all at once. JSON; those of before change nothing."""
    if len(request.body) > meeting_live.LONGEST:
        return JsonResponse({"words": _("That is too much at once.")}, status=413)
    at = clock.now()
    try:
        token, sent = str(json.loads(request.body)["token"]), meeting_live.given(request.body)
        found = kept_run.press(token=token, presses=sent, at=at)
    except (*meeting_live.NOT_READ, live.UnknownPress):
        return JsonResponse({"words": _("Not understood.")}, status=HTTPStatus.BAD_REQUEST)
    except live.NotAGo:
        words = _("Not a go: the page of the meeting says why.")
        return JsonResponse({"words": words}, status=HTTPStatus.CONFLICT)
    except kept_run.NothingKept:
        return JsonResponse({"words": _("This phone keeps it no longer.")}, status=HTTPStatus.GONE)
    return JsonResponse({"kept": [str(each) for each in found], "words": _("Sent.")})


# -- the page that offers it ----------------------------------------------------------------------


@access("meeting_run", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: Request, pk: UUID) -> HttpResponse:
    """Offer it. A POST of the script gives the words of the sheet for this browser to keep."""
    case = case_or_404(request, pk)
    found = queries.live_meeting(seen_by=request.reader, circle=case.circle_id)
    if found is None or queries.date_of(found) is None:
        raise Http404
    if request.method == "POST":
        return _words(request, case, found)
    until = kept_run.kept_until(found, at=clock.now())
    addresses = kept.addresses(request, "practitioner")
    return case_page(
        request,
        "practitioner/meeting/keep.html",
        case,
        tab="meeting",
        title=_("The meeting without network"),
        head=False,
        lines=_lines(),
        until=day_words(local_day(request, until)) if until else "",
        back=reverse("practitioner:meeting-live", args=[case.pk]),
        open_url=addresses["open_url"],
        worker_url=addresses["worker_url"],
    )


def _lines() -> list[str]:
    days = catalogue.current().meetings.sheet.kept_on_a_device.days
    return [
        _("It stays in this browser until %(days)s days after the meeting.") % {"days": days},
        _("It is locked with a PIN that only you know."),
        _(
            "It goes when you sign out or press “Leave this page”. It does not change when the run "
            "sheet changes. Keep it again then."
        ),
    ]


def _words(request: Request, case: Any, found: Any) -> HttpResponse:
    run = kept_run.keep(meeting=found, by=request.reader, at=clock.now())
    words = render_to_string(
        "practitioner/meeting/_kept.html", meeting_live.to_keep(request, case, found)
    )
    waits = catalogue.current().meetings.sheet.kept_on_a_device
    return kept.given(
        request,
        run.kept,
        words,
        tries=waits.wrong_pins,
        closes_after=timedelta(minutes=waits.closes_after_minutes),
        edition=run.edition,
        about=str(found.pk),
        send=reverse("practitioner:kept-presses"),
    )


@access("meeting_run", "C")
@require_POST
def take_off(request: Request, pk: UUID) -> HttpResponse:
    """Every browser forgets it: for a phone that is lost, or in other hands."""
    case = case_or_404(request, pk)
    found = meeting_live.newest_or_404(request, case)
    kept_run.take_off(meeting=found, by=request.reader, at=clock.now())
    say(request, _("Every phone forgets it as soon as it is online."))
    return redirect("practitioner:meeting-keep", pk=case.pk)
