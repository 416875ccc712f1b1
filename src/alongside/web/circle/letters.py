"""My letters in this circle: those about my own course that were given to me here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from alongside.delivery import clinical_letters as letters
from alongside.records.fields import prepare
from alongside.web.circle.base import own_place
from alongside.web.parts import letters as parts
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, further, local_day


def own_letters(request: Request, place: Any) -> Any:
    """The letters given to the reader in this circle, the newest first."""
    rows = letters.letters(seen_by=request.reader).filter(about=place.person_id)
    return rows.filter(circle=place.circle_id).order_by("-shared_at", "pk")


@access("clinical_letter", "R")
@require_safe
def listing(request: Request, circle: UUID) -> HttpResponse:
    """The letters I was given, the newest first."""
    place = own_place(request, circle)
    rows, paging = further(request, own_letters(request, place))
    prepare([row.written_by for row in rows], "name")
    return render(
        request,
        "circle/letters/list.html",
        {
            "place": place,
            "letters": [
                {
                    "title": parts.in_language(letters.kind_of(row).title),
                    "url": reverse("circle:own-letter", args=[circle, row.pk]),
                    "text": row.written_by.name,
                    "icon": "mail-open",
                    "when": day_words(local_day(request, row.shared_at)),
                    "iso": row.shared_at.isoformat(),
                }
                for row in rows
            ],
            "paging": paging,
        },
    )


@access("clinical_letter", "R")
@require_safe
def letter(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """One of my letters."""
    place = own_place(request, circle)
    found = get_object_or_404(own_letters(request, place), pk=pk)
    shown = {"place": place, "pk": pk, "letter": parts.shown(request, found)}
    return render(request, "circle/letters/letter.html", shown)


@access("clinical_letter", "X")
@require_safe
def pdf(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """One of my letters as a file to keep."""
    place = own_place(request, circle)
    found = get_object_or_404(own_letters(request, place), pk=pk)
    if not request.reader.may("X", found):
        raise Http404
    return parts.pdf(request, found, base="parts/base_circle.html")
