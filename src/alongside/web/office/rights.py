"""What persons ask about what is held of them, and the privacy officer's answers (5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from alongside.cases import rights
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, local_day, moment_words, saved, short_day

KINDS: Mapping[str, Any] = {
    "objection": gettext_lazy("Objects: wants it stopped"),
    "restriction": gettext_lazy("Wants it kept and not used"),
    "correction": gettext_lazy("Wants something put right"),
}
ANSWERS: Mapping[str, Any] = {
    "done": gettext_lazy("Done as they ask"),
    "in_part": gettext_lazy("Done in part, because"),
    "refused": gettext_lazy("Not done, because"),
}


class Answer(Form):
    """The answer, as the person will read it."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"), choices=list(ANSWERS.items()), widget=forms.RadioSelect
    )
    words = Text(
        label=gettext_lazy("What the person reads"),
        help_text=gettext_lazy(
            "What was done; or on which law not, and where they can complain. In plain words."
        ),
        lines=4,
        max_length=4000,
    )


@access("person_request", "E")
@require_safe
def listing(request: Request) -> HttpResponse:
    """Every request, those without an answer first."""
    rows = rights.requests(seen_by=request.reader).select_related("circle")
    today = local_day(request, clock.now())
    open_: list[dict[str, Any]] = []
    done: list[dict[str, Any]] = []
    for row in rows:
        is_open = row.answered_at is None and row.lifted_at is None
        (open_ if is_open else done).append(_row(request, row, is_open, today))
    return render(request, "office/rights/list.html", {"rows": [*open_, *done]})


def _row(request: Request, row: Any, is_open: bool, today: Any) -> dict[str, Any]:
    if row.lifted_at is not None:
        state = _("taken back")
    elif row.answered_at is not None:
        state = _("answered")
    else:
        late = row.answer_by < today
        state = _("late") if late else _("answer by %(day)s") % {"day": short_day(row.answer_by)}
    return {
        "title": str(KINDS[row.kind]),
        "url": reverse("office:rights-request", args=[row.pk]),
        "text": _("Case %(code)s") % {"code": row.circle.code},
        "tag": state,
        "tag_kind": "lamp" if is_open else "",
        "when": moment_words(request, row.asked_at),
    }


@access("person_request", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Request, pk: UUID) -> HttpResponse:
    """One request, and the answer to it."""
    rows = rights.requests(seen_by=request.reader).select_related("circle", "answered_by")
    found = get_object_or_404(rows, pk=pk)
    form = Answer(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at, given = clock.now(), form.cleaned_data
        try:
            rights.answer(
                request=found,
                answer=given["answer"],
                words=given["words"],
                by=request.reader,
                at=at,
            )
        except rights.AnsweredBefore:
            form.add_error(None, _("It has its answer, or was taken back."))
        except rights.NothingWritten:
            form.add_error("words", _("Write it in a full sentence."))
        else:
            saved(request, at)
            return redirect("office:rights")
    facts = [
        (_("Case"), found.circle.code),
        (_("Asked"), moment_words(request, found.asked_at)),
        (_("Answer by"), short_day(found.answer_by)),
        (_("Taken back"), moment_words(request, found.lifted_at)),
        (_("Answered"), moment_words(request, found.answered_at)),
        (_("Answer"), f"{ANSWERS[found.answer]}: {found.answer_words}" if found.answer else ""),
    ]
    return render(
        request,
        "office/rights/one.html",
        {
            "title": KINDS[found.kind],
            "words": found.words,
            "facts": [{"term": term, "text": text} for term, text in facts if text],
            "is_open": found.answered_at is None and found.lifted_at is None,
            "limits": found.kind != "correction",
            "form": form,
        },
        status=400 if form.errors else 200,
    )
