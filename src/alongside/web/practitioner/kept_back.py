"""What a young person kept back from who looks after them, shown for safety with a reason (1.2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from alongside.access import guardians
from alongside.measures import keeping, queries
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, saved
from alongside.web.parts.people_words import listed
from alongside.web.practitioner import words
from alongside.web.practitioner.base import case_or_404, case_page


class Show(Form):
    """Why their safety asks for it."""

    reason = Text(
        label=gettext_lazy("Why their safety asks for it"),
        help_text=gettext_lazy("It stands on the time line. Talk to the young person first."),
        lines=3,
        max_length=2000,
    )


def kept_of(request: Request, case: Any, response: Any) -> dict[str, str] | None:
    """That it is kept back, and from whom; nothing where it is not."""
    if not response.kept_from_guardian:
        return None
    names = guardians.who_sees(response.about_id, "answers", at=clock.now())
    may = request.reader.may_make(
        "decision", institution=case.institution_id, circle=case.circle_id
    )
    place = [case.pk, response.pk]
    return {
        "from": listed(names),
        "url": reverse("practitioner:measure-show", args=place) if may else "",
    }


@access("decision", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: Request, pk: UUID, answers: UUID) -> HttpResponse:
    """Show it to who looks after them, with the reason."""
    case = case_or_404(request, pk)
    rows = queries.responses(seen_by=request.reader).filter(
        circle=case.circle, kept_from_guardian=True
    )
    found = get_object_or_404(rows, pk=answers)
    form = Show(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            keeping.show_for_safety(
                response=found, reason=form.cleaned_data["reason"], by=request.reader, at=at
            )
        except Refused as why:
            words.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:measure-response", pk=case.pk, answers=found.pk)
    return case_page(
        request,
        "practitioner/measures/show.html",
        case,
        tab="measures",
        title=str(gettext_lazy("Show it for safety")),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        back=reverse("practitioner:measure-response", args=[case.pk, found.pk]),
        names=listed(guardians.who_sees(found.about_id, "answers", at=clock.now())),
    )
