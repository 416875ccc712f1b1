"""If help must come: where the person is, what they take, what they cannot have."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from alongside.people import essentials
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import (
    Request,
    local_day,
    number_in,
    saved,
    seen_by_whom,
    short_day,
    two_texts,
)
from alongside.web.practitioner.base import BASE, case_or_404, case_page

LABELS = {
    "address": gettext_lazy("Where they are"),
    "medicines": gettext_lazy("Medicines"),
    "allergies": gettext_lazy("Allergies"),
    "said_by": gettext_lazy("Who said so"),
}


class Essentials(Form):
    """What whoever comes to help must know."""

    address = Text(
        label=LABELS["address"],
        help_text=gettext_lazy("The address, which door, and how one gets in."),
        max_length=500,
        lines=3,
        required=False,
    )
    medicines = Text(
        label=LABELS["medicines"],
        help_text=gettext_lazy("What they take, how much and when. Say so if it is nothing."),
        max_length=1000,
        lines=3,
        required=False,
    )
    allergies = Text(
        label=LABELS["allergies"],
        help_text=gettext_lazy("What they cannot have. Say so if none is known."),
        max_length=500,
        lines=2,
        required=False,
    )
    said_by = Text(label=LABELS["said_by"], max_length=120, required=False)


def facts(request: Request, person: UUID) -> list[dict[str, str]]:
    """What stands, as facts.html shows it; nothing where the reader may not read it."""
    found = essentials.of(person, seen_by=request.reader)
    if found is None:
        return []
    rows = [
        {"term": str(label), "text": getattr(found, name)}
        for name, label in LABELS.items()
        if getattr(found, name).strip()
    ]
    day = short_day(local_day(request, found.created_at))
    return [*rows, {"term": _("Written down"), "text": day}]


@access("contact", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: Request, pk: UUID) -> HttpResponse:
    """Write it down, or put it right. What stood before is kept."""
    case = case_or_404(request, pk)
    current = essentials.of(case.circle.focus_id, seen_by=request.reader)
    if request.method != "POST":
        first = {name: getattr(current, name) for name in LABELS} if current else {}
        return _page(request, case, Essentials(initial=first), current.version if current else 0)
    form, version = Essentials(request.POST), number_in(request, "version")
    if not form.is_valid():
        return _page(request, case, form, version, status=400)
    at = clock.now()
    try:
        essentials.save(
            circle=case.circle, version=version, by=request.reader, at=at, **form.cleaned_data
        )
    except StaleVersion as stale:
        return two_texts(
            request,
            base=BASE,
            pairs=[
                (name, str(label), form.cleaned_data[name], getattr(stale.current, name))
                for name, label in LABELS.items()
            ],
            version=stale.current.version,
            keep_url=reverse("practitioner:case-safety", args=[case.pk]),
            at=stale.current.created_at,
        )
    saved(request, at)
    return redirect("practitioner:case-safety", pk=case.pk)


def _page(
    request: Request, case: Any, form: Essentials, version: int, status: int = 200
) -> HttpResponse:
    return case_page(
        request,
        "practitioner/safety/essentials.html",
        case,
        tab="safety",
        title=_("If help must come"),
        head=False,
        status=status,
        form=form,
        version=version,
        seen=seen_by_whom(request, "contact", case.circle_id),
    )
