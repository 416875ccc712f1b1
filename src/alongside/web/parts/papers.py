"""What comes out on paper beside letters: as a page to print, and as a PDF made the same way.

A paper is a letter without an address: ``{service, day, to, title, parts, signed, version}`` as
``letter_read.html`` shows it. On what goes home stands no name and no house.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from alongside.delivery import rules
from alongside.web.parts.pages import Request, day_words, local_day
from alongside.web.parts.pdf import NoPdf, as_file, pdf_of

Paper = Mapping[str, Any]


def page(request: Request, paper: Paper, *, base: str, back: str, file_url: str) -> HttpResponse:
    """The paper on the screen: what is seen in the frame comes out of the printer."""
    shown = {"base": base, "letter": paper, "back": back, "file_url": file_url}
    return render(request, "papers/page.html", shown)


def pdf(request: Request, paper: Paper, *, base: str, name: str) -> HttpResponse:
    """The paper as a file to keep; where none can be made, the page to print instead.

    Args:
        name: of the file; it says nothing of whom or what it is about.
    """
    try:
        content = pdf_of("letters/pdf.html", {"letter": paper}, language=get_language() or "en")
    except NoPdf:
        return render(request, "letters/page.html", {"base": base, "letter": paper}, status=503)
    return as_file(content, name)


# -- to try at home -------------------------------------------------------------------------------


def to_try(request: Request, tasks: Iterable[Any], at: datetime) -> Paper:
    """What somebody tries at home, with room to write by hand. No name stands on it."""
    return {
        "service": "",
        "day": day_words(local_day(request, at)),
        "to": "",
        "title": _("To try at home"),
        "parts": [_to_try(task) for task in tasks],
        "signed": _("None of it is a test. A line is enough, or nothing."),
        "version": "",
    }


def _to_try(task: Any) -> dict[str, Any]:
    due = _("Until %(day)s") % {"day": day_words(task.due_on)} if task.due_on else ""
    said = [task.why, task.when_where, due]
    ticks = (_("I did it"), _("I did some of it"), _("It didn’t happen this time"))
    room = [
        _("How did it go?") + "".join(f"  (  ) {each}" for each in ticks),
        _("What did you notice?") + " " + "_" * 24,
        _("What got in the way?") + " " + "_" * 24,
    ]
    lines = [line for text in said if text for line in text.splitlines() if line.strip()]
    return {"title": " ".join(task.task.split()), "place": "part", "lines": [*lines, *room]}


def tried_words(words: Iterable[str]) -> str:
    """How much of what was told of was tried, in plain words; nothing while nothing was told."""
    done, told = rules.tried_of(words)
    if not told:
        return ""
    said = ngettext(
        "You told us of one thing to try. You tried %(done)s of it.",
        "You told us of %(told)s things to try. You tried %(done)s of them.",
        told,
    ) % {"told": told, "done": done}
    if rules.is_low(done, told):
        said += " " + _("They may be too hard. Let us look at it together.")
    return said
