"""The note of a trainee before the supervisor: signed, or returned with words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from alongside.delivery import countersigning
from alongside.delivery.rules import LONGEST_PART
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, moment_words, saved, say
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.delivery_words import session_name


class Answer(Form):
    """Signed, or returned and why."""

    answer = forms.ChoiceField(
        label=gettext_lazy("What you say to it"),
        choices=[
            ("signed", gettext_lazy("I sign it too")),
            ("returned", gettext_lazy("I return it")),
        ],
        widget=forms.RadioSelect,
    )
    words = Text(
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy("Required when you return it: what is to be added."),
        required=False,
        lines=3,
        max_length=LONGEST_PART,
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("answer") == "returned" and not given.get("words", "").strip():
            self.add_error("words", _("Write what is to be added."))
        return given


@access("countersignature", "S")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, pk: UUID) -> HttpResponse:
    """Answer for a note that waits; the form comes back with what was typed."""
    rows = countersigning.asked(seen_by=request.reader)
    asked = get_object_or_404(rows.filter(supervisor__person__in=request.reader.persons), pk=pk)
    form, at = Answer(request.POST or None), clock.now()
    if request.method == "POST" and form.is_valid():
        try:
            countersigning.countersign(asked=asked, by=request.reader, at=at, **form.cleaned_data)
        except countersigning.AlreadyAnswered:
            say(request, _("It was answered before. Here it is as it stands."))
        else:
            saved(request, at)
        return redirect("practitioner:session", pk=asked.note.session_id)
    session = asked.note.session
    return case_page(
        request,
        "practitioner/session/countersign.html",
        case_or_404(request, session.course.plan.case_id),
        tab="sessions",
        title=_("Countersign"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        name=session_name(session),
        back=reverse("practitioner:session", args=[session.pk]),
    )


def shown(request: Request, note: Any) -> dict[str, Any]:
    """How a note stands before the supervisor; a form for the one who is asked."""
    found = countersigning.of_note(note, seen_by=request.reader)
    waits = next((row for row in found if row.answered_at is None), None)
    may = waits is not None and request.reader.may("S", waits)
    return {
        "rows": [_row(request, row) for row in found],
        "form": Answer(auto_id="sup_%s") if may else None,
        "url": reverse("practitioner:note-countersign", args=[waits.pk]) if waits and may else "",
    }


def _row(request: Request, row: Any) -> dict[str, str]:
    name = row.supervisor.person.name
    if row.answered_at is None:
        line = _("Written in training. Waits for %(name)s since %(when)s.")
        return {"line": line % {"name": name, "when": moment_words(request, row.asked_at)}}
    line = (
        _("Countersigned by %(name)s, %(when)s.")
        if row.answer == "signed"
        else _("Returned by %(name)s, %(when)s.")
    )
    return {
        "line": line % {"name": name, "when": moment_words(request, row.answered_at)},
        "words": row.words,
        "answer": row.answer,
    }
