"""One's own shifts or times in a calendar program: the page that makes the address, and the file.

Both are the same page; the route says which of the two, as ``of``.
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.calendar import feed as times
from alongside.calendar import private_address
from alongside.calendar.private_address import PrivateCalendar
from alongside.crisis import feed as shifts
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, clock_time, moment_words, say


@dataclass(frozen=True, slots=True)
class OwnCalendar:
    """What differs: what is shown, the routes of its file, page and ending, and the words."""

    shown: PrivateCalendar
    file: str
    page: str
    end: str
    title: Promise
    about: tuple[Promise, ...]
    how: Promise | str = ""


SHIFTS = OwnCalendar(
    shown=shifts.SHIFTS,
    file="shift-feed",
    page="own:shifts",
    end="own:shifts-end",
    title=gettext_lazy("Your shifts"),
    about=(
        gettext_lazy(
            "A calendar program can read when you are on call. It sees the times and “Shift 1” or "
            "“Shift 2”, nothing else. Whoever has the address sees them too."
        ),
    ),
)
TIMES = OwnCalendar(
    shown=times.TIMES,
    file="time-feed",
    page="own:times",
    end="own:times-end",
    title=gettext_lazy("Your times in a calendar"),
    about=(
        gettext_lazy(
            "A calendar program can read when you have a time here. It sees from when to when and "
            "the word “Appointment”: no name, no place, no reason. What is cancelled says so."
        ),
        gettext_lazy(
            "Whoever has the address sees this too. If somebody looks at your calendar, think "
            "first whether they may know that you have appointments."
        ),
    ),
    how=gettext_lazy(
        "In your calendar program choose “Add calendar from the internet”, or a similar word, and "
        "paste it there."
    ),
)


@access.own_account
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def page(request: Request, of: OwnCalendar) -> HttpResponse:
    """Whether there is an address, and a new one: it is shown once."""
    if of.shown.only_staff and not request.user.is_staff_member:
        raise Http404
    url = ""
    if request.method == "POST":
        token = private_address.make(of=of.shown, by=request.reader, at=clock.now())
        url = settings.PUBLIC_URL + reverse(of.file, kwargs={"token": token})
    live = private_address.live(of=of.shown, seen_by=request.reader)
    made = moment_words(request, live.made_at) if live else ""
    return render(request, "account/own_calendar.html", {"of": of, "url": url, "made": made})


@access.own_account
@require_POST
def end(request: Request, of: OwnCalendar) -> HttpResponse:
    """The address opens nothing any more."""
    at = clock.now()
    if private_address.end(of=of.shown, by=request.reader, at=at):
        say(request, _("Ended at %(time)s.") % {"time": clock_time(request, at)})
    is_there = request.user.is_staff_member or not of.shown.only_staff
    return redirect(of.page if is_there else "own:index")


@access.public
@require_safe
def file(request: Request, token: str, of: OwnCalendar) -> HttpResponse:
    """The calendar behind a private address."""
    text = private_address.calendar(of=of.shown, token=token, at=clock.now())
    if text is None:
        raise Http404
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{of.shown.product}.ics"'
    response["Cache-Control"] = "private, no-store"
    return response
