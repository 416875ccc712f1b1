"""Letters of my circle: unopened until I open them, mine to keep or to give back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alongside.meetings import giving
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, local_day, saved, say


@access("letter_released", "R")
@require_safe
def listing(request: Request) -> HttpResponse:
    """Who wrote to me, and when it was given. No word of a letter stands here."""
    rows = list(giving.letters_to(seen_by=request.reader))
    prepare([row.written_by for row in rows], "name")
    return render(
        request,
        "person/letter/circle.html",
        {
            "letters": [
                {
                    "title": _("From %(name)s") % {"name": row.written_by.name},
                    "url": reverse("person:family-letter", args=[row.pk]),
                    "text": _("You opened it.") if row.opened_at else _("Not opened."),
                    "icon": "mail-open" if row.opened_at else "mail",
                    "when": day_words(local_day(request, row.given_at)),
                    "iso": row.given_at.isoformat(),
                }
                for row in rows
            ]
        },
    )


def _one(request: Request, pk: UUID) -> Any:
    return get_object_or_404(giving.letters_to(seen_by=request.reader), pk=pk)


@access("letter_released", "R")
@require_safe
def letter(request: Request, pk: UUID) -> HttpResponse:
    """One letter: before it is opened, only from whom it is."""
    found = _one(request, pk)
    return render(request, "person/letter/family.html", {"letter": found})


@access("letter_released", "R")
@require_POST
def move(request: Request, pk: UUID) -> HttpResponse:
    """Open it, or give it back."""
    found, at = _one(request, pk), clock.now()
    word = request.POST.get("do", "")
    if word == "open":
        giving.open_it(letter=found, by=request.reader, at=at)
        return redirect("person:family-letter", pk=pk)
    if word != "return":
        raise Http404
    giving.give_back(letter=found, by=request.reader, at=at)
    saved(request, at)
    say(request, _("You gave it back. You do not have to say why."))
    return redirect("person:family-letters")
