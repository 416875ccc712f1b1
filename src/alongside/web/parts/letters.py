"""A letter as a recipient reads it, on a page and as a PDF. The same at each door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from alongside.delivery import clinical_letters as letters
from alongside.delivery.rules import parts_of
from alongside.web.parts.pages import Request, day_words, local_day
from alongside.web.parts.pdf import NoPdf, as_file, pdf_of


def in_language(text: Mapping[str, str], language: str = "") -> str:
    """Words of content in a language, the reader's by default, else in English."""
    wanted = language or get_language() or "en"
    return text.get(wanted) or text.get(wanted.partition("-")[0]) or text["en"]


def shown(request: Request, letter: Any) -> dict[str, Any]:
    """A letter as ``letter_read.html`` and ``letters/pdf.html`` show it, in its own language."""
    kind, written = letters.kind_of(letter), parts_of(letter.parts)
    here = [part for part in kind.parts if written.get(part.id, "").strip()]
    with translation.override(letter.language):
        day = day_words(local_day(request, letter.signed_at or letter.changed_at))
        return {
            "service": letter.institution.name,
            "day": day,
            "to": letter.to_whom,
            "title": in_language(kind.title, letter.language),
            "parts": [
                {
                    "title": ""
                    if part in (kind.parts[0], kind.parts[-1])
                    else in_language(part.title, letter.language),
                    "place": "end" if part == kind.parts[-1] else "part",
                    "lines": [line for line in written[part.id].splitlines() if line.strip()],
                }
                for part in here
            ],
            "signed": _("Signed by %(name)s on %(day)s.")
            % {"name": letter.written_by.name, "day": day}
            if letter.signed_at
            else _("A draft, not signed."),
            "version": _("Version %(number)s.") % {"number": letter.number}
            if letter.number > 1
            else "",
        }


def pdf(request: Request, letter: Any, *, base: str) -> HttpResponse:
    """The letter as a file to keep; where none can be made, the page to print instead."""
    found = shown(request, letter)
    try:
        content = pdf_of("letters/pdf.html", {"letter": found}, language=letter.language)
    except NoPdf:
        page = {"base": base, "letter": found}
        return render(request, "letters/page.html", page, status=503)
    return as_file(content, f"letter-{local_day(request, letter.signed_at).isoformat()}")
