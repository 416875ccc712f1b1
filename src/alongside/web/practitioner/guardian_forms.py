"""What the page of a member says of whether they may decide with somebody under age (1.2)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.access import guardians as kept
from alongside.records import clock
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, day_words, local_day, short_day
from alongside.web.practitioner.forms import Day

KINDS = {
    "parent": gettext_lazy("A parent, by law"),
    "court_order": gettext_lazy("By order of a court"),
    "local_authority": gettext_lazy("For the local authority"),
}


class Guardian(Form):
    """That a member may decide with the young person."""

    kind = forms.ChoiceField(
        label=gettext_lazy("By what right"), choices=list(KINDS.items()), widget=forms.RadioSelect
    )
    evidence = Text(
        label=gettext_lazy("What was seen of it, and by whom"), lines=2, max_length=2000
    )
    sees = forms.BooleanField(
        label=gettext_lazy("They may also see what was agreed, times, and totals of answers"),
        help_text=gettext_lazy(
            "Only while the young person may not agree alone. Never single answers or notes. "
            "The young person can keep any answer back."
        ),
        required=False,
    )
    until = Day(
        label=gettext_lazy("The first day it no longer counts"),
        help_text=gettext_lazy("At the latest when the young person comes of age."),
    )


def of_member(
    request: Request, case: Any, member: Any, form: Guardian | None = None
) -> dict[str, Any] | None:
    """What the page of a member says of it; nothing where the person is not under age."""
    at, ward = clock.now(), case.circle.focus
    if not kept.is_minor(ward, local_day(request, at)):
        return None
    rows = kept.guardians_of(ward, seen_by=request.reader, at=at)
    row = rows.filter(guardian=member.person_id).first()
    facts = []
    if row is not None:
        facts = [
            {"term": _("By what right"), "text": str(KINDS[row.kind])},
            {"term": _("What was seen"), "text": row.evidence},
            {
                "term": _("May see"),
                "text": _("What was agreed, times, totals") if row.sees else _("Nothing more"),
            },
            {"term": _("Since"), "text": short_day(row.since)},
            {"term": _("Until"), "text": day_words(row.until)},
        ]
    latest = kept.latest_end(ward, at.date())
    return {
        "ward": str(ward),
        "facts": facts,
        "form": form or Guardian(auto_id="guardian_%s", initial={"until": latest}),
    }
