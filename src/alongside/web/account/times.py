"""One's own times in a calendar program: the page that makes the address, and the file."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.calendar import feed
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, clock_time, moment_words, say


@access.own_account
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def page(request: Request) -> HttpResponse:
    """Whether there is an address, and a new one: it is shown once."""
    url = ""
    if request.method == "POST":
        token = feed.make_feed(by=request.reader, at=clock.now())
        url = settings.PUBLIC_URL + reverse("time-feed", kwargs={"token": token})
    live = feed.own_feed(seen_by=request.reader)
    return render(
        request,
        "account/times.html",
        {"url": url, "made": moment_words(request, live.made_at) if live else ""},
    )


@access.own_account
@require_POST
def end(request: Request) -> HttpResponse:
    """The address opens nothing any more."""
    at = clock.now()
    if feed.end_feed(by=request.reader, at=at):
        say(request, _("Ended at %(time)s.") % {"time": clock_time(request, at)})
    return redirect("own:times")


@access.public
@require_safe
def feed_file(request: Request, token: str) -> HttpResponse:
    """The calendar behind a private address."""
    text = feed.calendar(token=token, at=clock.now())
    if text is None:
        raise Http404
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="times.ics"'
    response["Cache-Control"] = "private, no-store"
    return response
