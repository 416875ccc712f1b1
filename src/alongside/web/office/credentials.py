"""Credentials of everybody who works here: who holds what, and what somebody found who looked."""

from __future__ import annotations

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
from alongside.credentials import actions, queries
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form
from alongside.web.parts.pages import (
    Request,
    day_words,
    further,
    local_day,
    saved,
    short_day,
)
from alongside.web.parts.people_words import STANDINGS

METHODS = {
    "register": gettext_lazy("In the public register"),
    "website": gettext_lazy("On the issuer’s page"),
    "letter": gettext_lazy("In a letter from the issuer"),
}
FOUND = {
    "primary_source_verified": gettext_lazy("It is there, in date and without limits"),
    "documents_seen": gettext_lazy("Only the documents were seen"),
    "suspended": gettext_lazy("It is suspended"),
    "revoked": gettext_lazy("It was taken away"),
    "rejected": gettext_lazy("It is not there"),
}


class Look(Form):
    """What somebody found who looked at the source."""

    state = forms.ChoiceField(
        label=gettext_lazy("What you found"), choices=list(FOUND.items()), widget=forms.RadioSelect
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Where you looked"),
        choices=list(METHODS.items()),
        widget=forms.RadioSelect,
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Ends on, as it stands there"),
        help_text=gettext_lazy("Leave open when it agrees with what was declared."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


@access("credential", "E")
@require_safe
def listing(request: Request) -> HttpResponse:
    """All titles, the first to end first; those that wait for a look on top."""
    today = local_day(request, clock.now())
    rows = list(queries.credentials(seen_by=request.reader))
    prepare([row.practitioner.person for row in rows], "name")
    order = {"not_checked": 0, "check_due": 0, "ended": 1, "soon": 1}
    rows.sort(key=lambda row: order.get(queries.standing_of(row, today).word, 2))
    shown, paging = further(request, rows)
    return render(
        request,
        "office/credentials/list.html",
        {
            "rows": [_row(request, row, today) for row in shown],
            "count": len(rows),
            "paging": paging,
        },
    )


def _title(code: str) -> str:
    found = catalogue.current().credentials.get(code)
    return code if found is None else f"{found.short}: {found.name}"


def _row(request: Request, row: Any, today: Any) -> dict[str, Any]:
    label, kind, icon = STANDINGS[queries.standing_of(row, today).word]
    is_own = row.practitioner.person_id in request.reader.persons
    return {
        "title": f"{row.practitioner.person.name} · {_title(row.code)}",
        "url": "" if is_own else reverse("office:credential", args=[row.pk]),
        "icon": "badge-check",
        "text": _("Ends %(day)s") % {"day": short_day(row.expires_on)}
        if row.expires_on
        else _("No end date"),
        "tag": label,
        "tag_kind": kind,
        "tag_icon": icon,
    }


@access("credential", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: Request, pk: UUID) -> HttpResponse:
    """One title: what was declared, and what the reader found. Nobody looks at their own."""
    row = get_object_or_404(queries.credentials(seen_by=request.reader), pk=pk)
    at = clock.now()
    form = Look(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.verify_credential(
                credential=row,
                state=given["state"],
                method=given["method"],
                expires_on=given["expires_on"],
                by=request.reader,
                at=at,
            )
        except actions.CheckedByOneself:
            form.add_error(None, _("Somebody else must look at your own title."))
        else:
            saved(request, at)
            return redirect("office:credentials")
    title = catalogue.current().credentials.get(row.code)
    facts = [
        (_("Who"), row.practitioner.person.name),
        (_("Number"), row.number),
        (_("Issued by"), row.issuer),
        (_("Where it counts"), row.jurisdiction),
        (_("Ends"), day_words(row.expires_on) or _("No end date")),
        (_("Where to look"), title.verify_at if title is not None else ""),
        (_("Last looked"), short_day(row.verified_on)),
    ]
    return render(
        request,
        "office/credentials/look.html",
        {
            "title": _title(row.code),
            "facts": [{"term": term, "text": text} for term, text in facts if text],
            "form": form,
            "crumbs": [
                {"url": reverse("office:credentials"), "label": _("Credentials")},
                {"label": _title(row.code)},
            ],
        },
        status=400 if form.errors else 200,
    )
