"""Many reports by one contact, or one who is reported reports back: looked at first (M1, M2)."""

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

from alongside import catalogue
from alongside.cases import reporting
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, further, moment_words, saved

ANSWERS: Mapping[str, Any] = {
    "go_on": gettext_lazy("Go on: whoever takes up concerns may call and open a case"),
    "not_by_us": gettext_lazy("Not by us: it becomes no case here"),
}


class Look(Form):
    """The answer, as whoever takes up concerns reads it."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"), choices=list(ANSWERS.items()), widget=forms.RadioSelect
    )
    words = Text(
        label=gettext_lazy("Why, and what to watch"),
        help_text=gettext_lazy("Whoever takes up concerns reads it. No names."),
        lines=4,
        max_length=2000,
    )


@access("report_review", "E")
@require_safe
def listing(request: Request) -> HttpResponse:
    """What waits to be looked at, then what was."""
    rows, paging = further(request, reporting.reviews(seen_by=request.reader))
    return render(
        request,
        "office/reports/list.html",
        {"rows": [_row(request, row) for row in rows], "paging": paging},
    )


def _row(request: Request, row: Any) -> dict[str, Any]:
    return {
        "title": _title(row),
        "url": reverse("office:report-review", args=[row.pk]),
        "tag": str(ANSWERS[row.answer]).partition(":")[0] if row.answer else _("to look at"),
        "tag_kind": "" if row.answer else "lamp",
        "when": moment_words(request, row.asked_at),
    }


def _title(row: Any) -> str:
    if row.turned:
        return _("Somebody a case here is about reports somebody")
    if row.same > 1:
        return _("Several reports by one contact about one person")
    return _("One contact reports several people")


@access("report_review", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Request, pk: UUID) -> HttpResponse:
    """The counts, and the answer. What was reported is not shown here."""
    found = get_object_or_404(reporting.reviews(seen_by=request.reader), pk=pk)
    form = Look(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at, given = clock.now(), form.cleaned_data
        try:
            reporting.answer(
                review=found,
                answer=given["answer"],
                words=given["words"],
                by=request.reader,
                at=at,
            )
        except reporting.AnsweredBefore:
            form.add_error(None, _("It has its answer."))
        except reporting.NeedsWords:
            form.add_error("words", _("Write it in a full sentence."))
        else:
            saved(request, at)
            return redirect("office:reports")
    facts = [
        (_("Reports by this contact"), str(found.by_contact)),
        (_("About how many people"), str(found.people)),
        (_("By this contact about this person"), str(found.same)),
        (_("About this person, by anybody"), str(found.about)),
        (_("Asked"), moment_words(request, found.asked_at)),
        (_("Answered"), moment_words(request, found.answered_at)),
        (_("Answer"), f"{ANSWERS[found.answer]}. {found.words}" if found.answer else ""),
    ]
    return render(
        request,
        "office/reports/one.html",
        {
            "title": _title(found),
            "turned": found.turned,
            "facts": [{"term": term, "text": text} for term, text in facts if text],
            "days": catalogue.current().retention.reports_days,
            "is_open": found.answered_at is None,
            "form": form,
        },
        status=400 if form.errors else 200,
    )
