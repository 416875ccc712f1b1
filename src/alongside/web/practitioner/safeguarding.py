"""Safeguarding by staff: file a report, and ask whether a child will be there."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from alongside.crisis import safeguarding
from alongside.people import queries as people
from alongside.records import clock
from alongside.web.parts import safeguarding as parts
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, moment_words, saved, say, seen_by_whom
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.plan_shared import persons_of


class ChildThere(Form):
    """Will a child be there, or nearby, and who looks after them?"""

    child_there = forms.ChoiceField(
        label=gettext_lazy("Will a child be there, or nearby?"),
        choices=[("no", gettext_lazy("No")), ("yes", gettext_lazy("Yes"))],
        widget=forms.RadioSelect,
    )
    words = Text(
        label=gettext_lazy("Who looks after the child meanwhile, or how you know there is none"),
        max_length=500,
        lines=2,
    )


@access("safeguarding_report", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request) -> HttpResponse:
    """File a report that is about nobody's case."""
    own = people.own_practitioner(seen_by=request.reader)
    if own is None:
        raise Http404
    return _report(request, own.institution, None)


@access("safeguarding_report", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def report_in_case(request: Request, pk: UUID) -> HttpResponse:
    """File a report about somebody around a case."""
    case = case_or_404(request, pk)
    return _report(request, case.institution, case)


def _report(request: Request, institution: Any, case: Any) -> HttpResponse:
    at = clock.now()
    persons: dict[str, Any] = persons_of(request, case) if case is not None else {}
    circle = case.circle if case is not None else None
    form = parts.asked(request, institution=institution, circle=circle, around=persons, at=at)
    if request.method == "POST" and form.is_valid():
        parts.send(request, form, institution=institution, circle=circle, at=at)
        say(request, _("Sent. The safeguarding lead reads it today. You do not read on."))
        if case is not None:
            return redirect("practitioner:case", pk=case.pk)
        return redirect("practitioner:today")
    return render(
        request,
        "practitioner/safeguarding/report.html",
        {
            "form": form,
            "duties": parts.duties(institution.country),
            "about": _("About the case of %(name)s") % {"name": case.circle.focus} if case else "",
            "crumbs": [
                {"url": reverse("practitioner:today"), "label": _("Today")},
                {"label": _("Safeguarding report")},
            ],
        },
        status=400 if form.errors else 200,
    )


@access("safety_check", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def child_there(request: Request, pk: UUID) -> HttpResponse:
    """Ask, before several people are given a date."""
    case, at = case_or_404(request, pk), clock.now()
    form = ChildThere(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        safeguarding.record_child_check(
            circle=case.circle,
            child_there=form.cleaned_data["child_there"] == "yes",
            words=form.cleaned_data["words"],
            by=request.reader,
            at=at,
        )
        saved(request, at)
        return redirect("practitioner:case-child", pk=case.pk)
    return case_page(
        request,
        "practitioner/safeguarding/child.html",
        case,
        tab="danger",
        title=_("A child in the room?"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        rows=[
            _found(request, row)
            for row in safeguarding.child_checks(case.circle_id, seen_by=request.reader)
        ],
        seen=seen_by_whom(request, "safety_check", case.circle_id),
    )


def _found(request: Request, row: Any) -> dict[str, str]:
    answers = json.loads(row.answers)
    return {
        "title": _("A child will be there")
        if answers["child_there"]
        else _("No child will be there"),
        "text": answers["words"],
        "when": moment_words(request, row.checked_at),
    }
