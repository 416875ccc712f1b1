"""The note of a session and what is tried at home, on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside.delivery import queries
from alongside.delivery.rules import parts_of
from alongside.records import clock
from alongside.web.parts import papers
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, local_day, moment_words
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner import notes_beside
from alongside.web.practitioner.base import BASE, case_or_404
from alongside.web.practitioner.session import note_labels, session_or_404


def _note(request: Request, pk: UUID) -> tuple[Any, Any]:
    """A session and its signed note; a draft is on no paper."""
    held = session_or_404(request, pk)
    note = notes_beside.named_or_404(request, queries.notes(seen_by=request.reader), held)
    if note.signed_at is None:
        raise Http404
    return held, note


def _paper(request: Request, held: Any, note: Any) -> papers.Paper:
    written = parts_of(note.parts)
    parts = [
        {"title": label, "place": "part", "lines": _lines(written[id])}
        for id, label, _must in note_labels(note)
        if written.get(id, "").strip()
    ]
    parts += [
        {
            "title": _("Added %(when)s by %(name)s")
            % {"when": moment_words(request, row.signed_at), "name": row.written_by.name},
            "place": "part",
            "lines": _lines(row.words),
        }
        for row in queries.additions(seen_by=request.reader, note=note)
    ]
    return {
        "service": held.institution.name,
        "day": day_words(local_day(request, held.held_at)),
        "to": " · ".join(
            part
            for part in (
                _("Case %(code)s") % {"code": held.circle.code},
                notes_beside.about_on_paper(request, held, note),
            )
            if part
        ),
        "title": said.session_name(held),
        "parts": parts,
        "signed": _("Signed by %(name)s on %(day)s.")
        % {
            "name": note.written_by.name,
            "day": day_words(local_day(request, note.signed_at)),
        },
        "version": "",
    }


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


@access("progress_note", "R")
@require_safe
def note(request: Request, pk: UUID) -> HttpResponse:
    """A signed note with what was added, to print. The case by its code, no name."""
    held, found = _note(request, pk)
    return papers.page(
        request,
        _paper(request, held, found),
        base=BASE,
        back=notes_beside.address(found),
        file_url=notes_beside.address(found, "practitioner:note-file")
        if request.reader.may("X", found)
        else "",
    )


@access("progress_note", "X")
@require_safe
def note_file(request: Request, pk: UUID) -> HttpResponse:
    """The same as a PDF, for whoever may take a note out."""
    held, found = _note(request, pk)
    if not request.reader.may("X", found):
        raise Http404
    name = f"note-{local_day(request, held.held_at).isoformat()}"
    return papers.pdf(request, _paper(request, held, found), base=BASE, name=name)


@access("homework", "R")
@require_safe
def to_try(request: Request, pk: UUID) -> HttpResponse:
    """What is to be tried at home and was not told of yet, to print and hand over. No name."""
    held = session_or_404(request, pk)
    case = case_or_404(request, held.course.plan.case_id)
    rows = queries.homework(seen_by=request.reader).filter(
        circle=case.circle, course=held.course, told_at=None
    )
    tasks = list(rows.order_by("set_at"))
    if not tasks:
        raise Http404
    return papers.page(
        request,
        papers.to_try(request, tasks, clock.now()),
        base=BASE,
        back=reverse("practitioner:session", args=[held.pk]),
        file_url="",
    )
