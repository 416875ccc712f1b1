"""My plan without network (rule M5): kept in this browser under a PIN, because I asked for it.

The page that opens it is the same for everybody and shows nothing of anyone: what it shows after
the PIN lies in the browser alone. Without script none of it is offered.
"""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.crisis import kept_plan, safety_plan
from alongside.records import clock
from alongside.web.parts import kept
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, local_day, say
from alongside.web.person import safety

FONTS = re.compile(r"@font-face \{[^}]*\}")  # they lie in files of their own


@access.public
@require_safe
def opened(request: HttpRequest) -> HttpResponse:
    """Where a plan that is kept in this browser is opened; ``?in=es`` says the language."""
    return kept.opened(request, "person/safety/kept.html")


@access.public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that answers for this door when there is no network."""
    return kept.worker(reverse("person:home"))


@csrf_exempt  # no cookie counts here: whoever holds the token may ask, and may end it
@access.public
@require_POST
def still(request: HttpRequest) -> HttpResponse:
    """May this browser go on keeping it? With ``ended`` it says that it forgot it."""
    token, at = request.POST.get("token", ""), clock.now()
    if "ended" in request.POST:
        kept_plan.taken_off(token=token, at=at)
        return JsonResponse({"still": False})
    found = kept_plan.still(token=token, at=at)
    return JsonResponse({"still": found.may, "newer": found.newer})


@access("safety_plan", "X")
@require_POST
def keep(request: Request) -> HttpResponse:
    """The words of my plan for this browser to keep, and until when."""
    found, written = safety.mine(request)
    waits = catalogue.current().danger.waits
    goes = kept_plan.keep(plan=found, by=request.reader, at=clock.now())
    words = render_to_string(
        "person/safety/_words.html", safety.to_take(request, found, written), request
    )
    return kept.given(
        request, goes, words, tries=waits.wrong_pins, closes_after=waits.kept_closes_after
    )


@access("safety_plan", "X")
@require_POST
def take_off(request: Request) -> HttpResponse:
    """Every browser forgets it: for a phone that is lost, or in other hands."""
    found, _written = safety.mine(request)
    kept_plan.take_off(plan=found, by=request.reader, at=clock.now())
    say(request, _("Every phone forgets it as soon as it is online."))
    return redirect("person:safety-copy")


# -- the page that offers it, and the file ---------------------------------------------------------


@access("safety_plan", "X")
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: Request) -> HttpResponse:
    """What works without a network: kept here under a PIN, or one file."""
    found, written = safety.mine(request)
    if request.method != "POST":
        return render(request, "person/safety/copy.html", _offered(request, found.circle_id))
    safety_plan.note_copy(plan=found, kind="file", by=request.reader, at=clock.now())
    page = render_to_string("person/safety/file.html", safety.to_take(request, found, written))
    response = HttpResponse(_in_one_file(page), content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="my-page.html"'
    return response


def _offered(request: Request, circle: UUID) -> dict[str, object]:
    until = kept_plan.kept_until(circle, at=clock.now())
    return {
        **kept.addresses(request, "person"),
        "lines": [
            _(
                "It stays in this browser for %(days)s days. "
                "It is locked with a PIN that only you know."
            )
            % {"days": catalogue.current().danger.waits.kept_for.days},
            _(
                "It goes when you sign out or press “Leave this page”. "
                "It does not change when your plan changes. Keep it again then."
            ),
        ],
        "until": day_words(local_day(request, until)) if until else "",
    }


def _in_one_file(page: str) -> str:
    """The page with its sheet of styles inside, so that it needs nothing else."""
    place = finders.find("alongside/danger.css")
    sheet = Path(place).read_text(encoding="utf-8") if isinstance(place, str) else ""
    sheet = FONTS.sub("", sheet)
    return page.replace("</head>", f"<style>{sheet}</style></head>", 1)
