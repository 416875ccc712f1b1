"""My questions, signed in: what is due, and the same pages of a form as by a private link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.measures import queries
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.asked_words import minutes_words
from alongside.web.parts.pages import Request, day_words, local_day
from alongside.web.person import asked
from alongside.web.person.home import stands

READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


@access("asking", "R")
@require_safe
def questions(request: Request) -> HttpResponse:
    """What is due, and what I answered lately."""
    at, me = clock.now(), request.reader.persons
    times = catalogue.current().asking_times
    due = queries.due(seen_by=request.reader, at=at).filter(respondent__in=me)
    done = (
        queries.askings(seen_by=request.reader)
        .filter(respondent__in=me, answered_at__isnull=False)
        .order_by("-answered_at")[:10]
    )
    return render(
        request,
        "person/questions.html",
        {
            "due": [
                {
                    "title": _("%(n)s short questions") % {"n": len(queries.items_asked(row, {}))},
                    "text": " ".join(
                        (
                            minutes_words(times.minutes(len(queries.items_asked(row, {})))),
                            _("By %(day)s. You can skip any.") % {"day": day_words(row.due_on)},
                        )
                    ),
                    "url": reverse("person:form-start", args=[row.pk]),
                    "icon": "clipboard-list",
                }
                for row in due
            ],
            "has_ended": stands(request)["word"] in {"ended", "over"},
            "done": [
                {
                    "title": day_words(local_day(request, row.answered_at)),
                    "text": _("You answered."),
                    "icon": "circle-check",
                }
                for row in done
            ],
        },
    )


def _asking(request: Request, pk: UUID) -> Any:
    """An asking of the reader's own; nobody else's is there."""
    rows = queries.alone(queries.askings(seen_by=request.reader))
    found = rows.filter(pk=pk, respondent__in=request.reader.persons).first()
    if found is None:
        raise Http404
    return found


def _way(pk: UUID) -> asked.Way:
    return asked.Way("person", str(pk), by_link=False)


def _open(request: Request, pk: UUID, page: Any, *args: int) -> HttpResponse:
    """A page of a form that is open; an answered one has its thanks, an old one is over."""
    found = _asking(request, pk)
    is_done = found.answered_at is not None or found.declined_at is not None
    if request.method == "POST":
        again = is_done and request.POST.get("submission") in found.submissions
        if (is_done and not again) or found.expires_at <= clock.now():
            return asked.over(request)
    elif is_done:
        return redirect("person:form-thanks", pk)
    elif found.expires_at <= clock.now():
        return asked.over(request)
    result: HttpResponse = page(request, _way(pk), found, *args)
    return result


@access("asking", "R")
@require_safe
def start(request: Request, pk: UUID) -> HttpResponse:
    """Before the first question."""
    return _open(request, pk, asked.start)


@access("asking", "C")
@READ_OR_SEND
def question(request: Request, pk: UUID, number: int) -> HttpResponse:
    """One question."""
    return _open(request, pk, asked.question, number)


@access("asking", "C")
@READ_OR_SEND
def check(request: Request, pk: UUID) -> HttpResponse:
    """All answers before they are sent."""
    return _open(request, pk, asked.check)


@access("asking", "R")
@require_safe
def help_now(request: Request, pk: UUID) -> HttpResponse:
    """After a danger answer."""
    return asked.help_now(request, _way(pk), _asking(request, pk))


@access("asking", "R")
@require_safe
def thanks(request: Request, pk: UUID) -> HttpResponse:
    """It is saved."""
    return asked.thanks(request, _way(pk), _asking(request, pk))


@access("asking", "E")
@READ_OR_SEND
def not_now(request: Request, pk: UUID) -> HttpResponse:
    """Not now."""
    return _open(request, pk, asked.not_now)


@access("asking", "C")
@require_POST
def decline(request: Request, pk: UUID) -> HttpResponse:
    """Rather not."""
    return _open(request, pk, asked.decline)
