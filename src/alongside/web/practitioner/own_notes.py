"""Process notes of a case: the reader's own, which nobody else finds or opens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from alongside.delivery import process_notes, queries
from alongside.delivery.rules import LONGEST_PART
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, further, moment_words, saved, two_texts
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.forms import Versioned


class Write(Form):
    """A new process note."""

    words = Text(label=gettext_lazy("For yourself"), lines=12, max_length=LONGEST_PART)


class Change(Versioned, Write):
    """A process note written again."""


@access("process_note", "R")
@require_safe
def listing(request: Request, pk: UUID) -> HttpResponse:
    """The reader's own process notes of a case, the newest first."""
    case = case_or_404(request, pk)
    write_url = reverse("practitioner:own-note-new", args=[case.pk])
    rows, paging = further(
        request, process_notes.process_notes(seen_by=request.reader).filter(circle=case.circle)
    )
    return case_page(
        request,
        "practitioner/own_note/list.html",
        case,
        tab="own_notes",
        head=False,
        notes=[
            {
                "title": _name(row.session) if row.session else _("About the work as a whole"),
                "when": moment_words(request, row.written_at),
                "words": row.words,
                "changed": moment_words(request, row.changed_at)
                if row.changed_at != row.written_at
                else "",
                "url": reverse("practitioner:own-note", args=[row.pk]),
            }
            for row in rows
        ],
        paging=paging,
        write_url=write_url if _may(request, case) else "",
    )


@access("process_note", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: Request, pk: UUID) -> HttpResponse:
    """Write a process note, of a session where the address names one."""
    case = case_or_404(request, pk)
    if not _may(request, case):  # before anything is typed
        raise Http404
    session = None
    if named := request.GET.get("session", ""):
        here = queries.sessions(seen_by=request.reader).filter(circle=case.circle)
        session = get_object_or_404(here, pk=_uuid(named))
    form, at = Write(request.POST or None), clock.now()
    if request.method == "POST" and form.is_valid():
        process_notes.write_process_note(
            circle=case.circle,
            session=session,
            words=form.cleaned_data["words"],
            by=request.reader,
            at=at,
        )
        saved(request, at)
        return redirect("practitioner:case-own-notes", pk=case.pk)
    return _page(request, case, form, session)


@access("process_note", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, pk: UUID) -> HttpResponse:
    """Write one of the reader's own process notes again."""
    note = get_object_or_404(process_notes.process_notes(seen_by=request.reader), pk=pk)
    case = case_or_404(request, note.circle.case.pk)
    form = Change(request.POST or None, initial={"version": note.version, "words": note.words})
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            process_notes.change_process_note(
                note=note, words=given["words"], expected=given["version"], by=request.reader, at=at
            )
        except StaleVersion as stale:
            theirs = stale.current
            return two_texts(
                request,
                base=BASE,
                pairs=[("words", _("For yourself"), given["words"], theirs.words)],
                version=theirs.version,
                keep_url=reverse("practitioner:case-own-notes", args=[case.pk]),
                at=theirs.changed_at,
                by_myself=True,
            )
        saved(request, at)
        return redirect("practitioner:case-own-notes", pk=case.pk)
    return _page(request, case, form, note.session)


def _page(request: Request, case: Any, form: Form, session: Any) -> HttpResponse:
    return case_page(
        request,
        "practitioner/own_note/write.html",
        case,
        tab="own_notes",
        head=False,
        status=400 if form.errors else 200,
        form=form,
        about=_name(session) if session else "",
        back=reverse("practitioner:case-own-notes", args=[case.pk]),
    )


def _may(request: Request, case: Any) -> bool:
    """Does the reader treat somebody here? Elsewhere they may, and find this page from there."""
    return request.reader.may_make(
        "process_note", institution=case.institution_id, circle=case.circle_id
    )


def _name(session: Any) -> str:
    return str(said.session_name(session))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
