"""My letters: those that were given to me here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from alongside.delivery import clinical_letters as letters
from alongside.records.fields import prepare
from alongside.web.parts import letters as parts
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, further, local_day


def _own(request: Request) -> Any:
    rows = letters.letters(seen_by=request.reader)
    return rows.filter(about__in=request.reader.persons).order_by("-shared_at", "pk")


@access("clinical_letter", "R")
@require_safe
def listing(request: Request) -> HttpResponse:
    """The letters I was given, the newest first."""
    rows, paging = further(request, _own(request))
    prepare([row.written_by for row in rows], "name")
    return render(
        request,
        "person/letter/list.html",
        {
            "letters": [
                {
                    "title": parts.in_language(letters.kind_of(row).title),
                    "url": reverse("person:letter", args=[row.pk]),
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
def letter(request: Request, pk: UUID) -> HttpResponse:
    """One of my letters."""
    found = get_object_or_404(_own(request), pk=pk)
    return render(
        request, "person/letter/letter.html", {"pk": pk, "letter": parts.shown(request, found)}
    )


@access("clinical_letter", "X")
@require_safe
def pdf(request: Request, pk: UUID) -> HttpResponse:
    """One of my letters as a file to keep."""
    found = get_object_or_404(_own(request), pk=pk)
    if not request.reader.may("X", found):
        raise Http404
    return parts.pdf(request, found, base="parts/base_person.html")
