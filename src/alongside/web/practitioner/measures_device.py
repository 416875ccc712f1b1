"""Hand a device to one person for one form: this one, or the one on which a code is typed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alongside import catalogue
from alongside.access import one_person as device
from alongside.measures import actions, one_person, queries
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, clock_time, say
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.measures import READ_OR_SEND, asking_or_404

OVER = (actions.Answered, actions.Expired, actions.NotForALink)


@access("asking", "E")
@READ_OR_SEND
def hand(request: Request, pk: UUID, asking: UUID) -> HttpResponse:
    """Say what will happen to this device; then sign out here and open the one form."""
    case = case_or_404(request, pk)
    found = asking_or_404(request, case, asking)
    if request.method != "POST":
        return _page(request, case, found)
    at = clock.now()
    try:
        token = one_person.hand_device(asking=found, by=request.reader, at=at)
    except OVER:
        return _is_over(request, case)
    spoken = found.respondent.language.partition("-")[0]
    device.begin(request, token, at)
    address = reverse("here:start")
    if spoken in dict(settings.LANGUAGES) and spoken != settings.LANGUAGE_CODE.partition("-")[0]:
        address = f"/{spoken}{address}"
    return device.forget_pages(HttpResponseRedirect(address))


@access("asking", "E")
@require_POST
def code(request: Request, pk: UUID, asking: UUID) -> HttpResponse:
    """Show a code once: typed on another device, it opens the one form there."""
    case = case_or_404(request, pk)
    found = asking_or_404(request, case, asking)
    at = clock.now()
    try:
        letters = one_person.make_code(asking=found, by=request.reader, at=at)
    except OVER:
        return _is_over(request, case)
    until = clock_time(request, at + catalogue.current().answering.code_lives)
    return _page(request, case, found, letters=f"{letters[:4]}-{letters[4:]}", until=until)


def _is_over(request: Request, case: Any) -> HttpResponse:
    say(request, _("This form is over, or a person asks it. No device was handed out."))
    return redirect("practitioner:case-measures", case.pk)


def _page(
    request: Request, case: Any, asking: Any, *, letters: str = "", until: str = ""
) -> HttpResponse:
    times = catalogue.current().answering
    return case_page(
        request,
        "practitioner/measures/device.html",
        case,
        tab="measures",
        title=_("Answer on a tablet here"),
        head=False,
        name=queries.instrument_of(asking).name,
        who=str(asking.respondent),
        rest=int(times.rest.total_seconds() // 60),
        most=int(times.at_most.total_seconds() // 60),
        letters=letters,
        until=until,
        address=f"{settings.PUBLIC_URL}{reverse('here:code')}",
        here_url=reverse("practitioner:measure-device", args=[case.pk, asking.pk]),
        code_url=reverse("practitioner:measure-device-code", args=[case.pk, asking.pk]),
        back_url=reverse("practitioner:case-measures", args=[case.pk]),
    )
