"""What the person says about what is held, beside it: for whoever reads the case."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.cases import rights
from alongside.delivery import queries as delivery
from alongside.web.parts.pages import Request, short_day

ABOUT = {
    "case": gettext_lazy("On how it began"),
    "plan": gettext_lazy("On the plan"),
    "capacity": gettext_lazy("On whether they can decide"),
    "basis": gettext_lazy("On what was decided for them"),
    "note": gettext_lazy("On a note"),
}
KINDS = {
    "objection": gettext_lazy("The person objects to what is held."),
    "restriction": gettext_lazy("The person limited what is held: kept, not used."),
    "correction": gettext_lazy("The person asks that something be put right."),
}


def views(request: Request, case: Any, about: str = "") -> list[dict[str, str]]:
    """The person's own views of a case, newest first; of one thing if given."""
    rows = rights.views_in(case.circle_id, seen_by=request.reader)
    if about:
        rows = [row for row in rows if row.about == about]
    places = {} if about else _places(request, case, {row.about for row in rows})
    return [
        {
            "title": str(ABOUT.get(row.about.partition(":")[0], "")),
            "url": places.get(row.about, ""),
            "text": row.words,
            "who": _("%(who)s, %(day)s")
            % {"who": case.circle.focus, "day": short_day(row.said_at.date())},
        }
        for row in rows
    ]


def _places(request: Request, case: Any, about: set[str]) -> dict[str, str]:
    """Where each thing stands that the person has a view of, with that view beside it."""
    noted = {name.partition(":")[2] for name in about if name.startswith("note:")}
    notes = delivery.notes(seen_by=request.reader).filter(pk__in=noted) if noted else ()
    found = {
        f"note:{note.pk}": reverse("practitioner:session", args=[note.session_id])
        + f"?note={note.pk}"
        for note in notes
    }
    for name in about:
        if name.startswith("plan:"):
            found[name] = reverse("practitioner:case-plan", args=[case.pk])
    return found


def limits(request: Request, case: Any) -> list[dict[str, str]]:
    """What the person asked and what of it counts now, as lines of a gate."""
    rows = rights.waiting_in(case.circle_id, seen_by=request.reader)
    return [
        {
            "title": str(KINDS[row.kind]),
            "text": _("“%(words)s” The privacy officer answers by %(day)s.")
            % {"words": row.words, "day": short_day(row.answer_by)}
            + (
                " " + _("Until then nothing new is written down about them from others.")
                if row.kind in rights.STOPS
                else ""
            ),
        }
        for row in rows
    ]
