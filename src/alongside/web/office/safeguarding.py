"""The safeguarding lead's desk: reports, what was done about each, and the answer."""

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
from django.views.decorators.http import require_POST, require_safe

from alongside.crisis import safeguarding
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts import safeguarding as parts
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, moment_words, number_in, saved, say, two_texts

BASE = "parts/base_office.html"
DECISIONS: Mapping[str, Any] = {
    "reported": gettext_lazy("Reported to those who must be told"),
    "not_reported": gettext_lazy("Not reported, because"),
    "with_others": gettext_lazy("Others have it already"),
}
ENTRIES: Mapping[str, Any] = {
    "told": gettext_lazy("Told somebody"),
    "reference": gettext_lazy("Got a reference"),
    "response": gettext_lazy("Got an answer"),
    "note": gettext_lazy("Note"),
}


class Entry(Form):
    """One thing that was done."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What"), choices=list(ENTRIES.items()), widget=forms.RadioSelect
    )
    words = Text(label=gettext_lazy("Who, when, what was said"), max_length=2000, lines=3)


class Decide(Form):
    """The answer, with its reason."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=list(DECISIONS.items()),
        widget=forms.RadioSelect,
    )
    because = Text(
        label=gettext_lazy("To whom and on which law; or why not"), max_length=2000, lines=3
    )


@access("safeguarding_report", "S")
@require_safe
def listing(request: Request) -> HttpResponse:
    """Every report, those without an answer first."""
    at = clock.now()
    return render(
        request,
        "office/safeguarding/list.html",
        {
            "rows": [
                {
                    "title": parts.KINDS[row.kind],
                    "url": reverse("office:safeguarding-report", args=[row.pk]),
                    "text": _("Sent %(when)s") % {"when": moment_words(request, row.filed_at)},
                    "tag": _state(row, at),
                    "tag_kind": "" if row.decided_at else "lamp",
                    "when": moment_words(request, row.decided_at or row.answer_by),
                }
                for row in safeguarding.all_reports(seen_by=request.reader)
            ]
        },
    )


@access("safeguarding_report", "S")
@require_safe
def report(request: Request, pk: UUID) -> HttpResponse:
    """One report, with everything that was done about it."""
    return _page(request, _found(request, pk))


@access("safeguarding_report", "S")
@require_POST
def receive(request: Request, pk: UUID) -> HttpResponse:
    """*I have read it.*"""
    at = clock.now()
    safeguarding.receive(report=_found(request, pk), by=request.reader, at=at)
    saved(request, at)
    return redirect("office:safeguarding-report", pk=pk)


@access("safeguarding_report", "S")
@require_POST
def add(request: Request, pk: UUID) -> HttpResponse:
    """Add what was done."""
    found, at = _found(request, pk), clock.now()
    form = Entry(request.POST, auto_id="add_%s")
    if not form.is_valid():
        return _page(request, found, status=400, entry_form=form)
    safeguarding.add_entry(report=found, by=request.reader, at=at, **form.cleaned_data)
    saved(request, at)
    return redirect("office:safeguarding-report", pk=pk)


@access("safeguarding_report", "S")
@require_POST
def decide(request: Request, pk: UUID) -> HttpResponse:
    """Give the answer."""
    found, at = _found(request, pk), clock.now()
    form = Decide(request.POST, auto_id="say_%s")
    if not form.is_valid():
        return _page(request, found, status=400, decide_form=form)
    try:
        safeguarding.decide(
            report=found,
            expected=number_in(request, "version"),
            by=request.reader,
            at=at,
            **form.cleaned_data,
        )
    except safeguarding.OverAlready:
        say(request, _("This is closed. Nothing was changed."))
    except StaleVersion as stale:
        now = stale.current
        label = str(Decide.base_fields["because"].label)
        return two_texts(
            request,
            base=BASE,
            pairs=[("because", label, form.cleaned_data["because"], now.because)],
            same=[("decision", form.cleaned_data["decision"])],
            version=now.version,
            keep_url=reverse("office:safeguarding-report", args=[pk]),
            at=now.decided_at,
        )
    else:
        saved(request, at)
    return redirect("office:safeguarding-report", pk=pk)


@access("safeguarding_report", "S")
@require_POST
def close(request: Request, pk: UUID) -> HttpResponse:
    """Nothing more is to be done here."""
    found, at = _found(request, pk), clock.now()
    try:
        safeguarding.close(report=found, by=request.reader, at=at)
    except safeguarding.NotDecided:
        say(request, _("Give your answer first."))
    except safeguarding.OverAlready:
        say(request, _("This is closed. Nothing was changed."))
    else:
        saved(request, at)
    return redirect("office:safeguarding-report", pk=pk)


def _page(request: Request, found: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    facts = [
        (_("Who may be harmed"), parts.KINDS[found.kind]),
        (_("Happening now"), _("Yes") if found.immediate else _("Not said")),
        (_("Whom they worry about"), found.at_risk),
        (_("Who may be harming them"), found.from_whom),
        (_("Who told, and when"), found.said_by),
        (_("What the person wants"), found.wishes),
        (_("Sent"), moment_words(request, found.filed_at)),
        (_("Sent by"), str(found.written_by or "")),
        (_("Case"), found.circle.code if found.circle else ""),
        (_("Answer by"), moment_words(request, found.answer_by)),
        (_("Received"), moment_words(request, found.received_at)),
        (_("Your answer"), DECISIONS.get(found.decision, "")),
        (_("Why"), found.because),
        (_("Closed"), moment_words(request, found.closed_at)),
    ]
    return render(
        request,
        "office/safeguarding/report.html",
        {
            "report": found,
            "state": _state(found, clock.now()),
            "facts": [{"term": term, "text": text} for term, text in facts if text],
            "words": found.words or _("A worry at the public door. Read it under its own number."),
            "entries": [
                {
                    "iso": row.at.isoformat(),
                    "when": moment_words(request, row.at),
                    "title": ENTRIES[row.kind],
                    "text": f"{row.words} ({row.account.name})",
                }
                for row in safeguarding.entries(found, seen_by=request.reader)
            ],
            "entry_form": more.get("entry_form") or Entry(auto_id="add_%s"),
            "decide_form": more.get("decide_form") or Decide(auto_id="say_%s"),
            "duties": parts.duties(found.institution.country),
        },
        status=status,
    )


def _state(row: Any, at: Any) -> str:
    if row.closed_at is not None:
        return _("Closed")
    if row.decided_at is not None:
        return _("Answered")
    return _("Answer overdue") if row.answer_by < at else _("Answer due today")


def _found(request: Request, pk: UUID) -> Any:
    return get_object_or_404(safeguarding.all_reports(seen_by=request.reader), pk=pk)
