"""Calls after a meeting: each who took part, one by one, and what a call came to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.measures import actions as measures
from alongside.meetings import calls, queries
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.pages import Request, list_moment, saved, say, seen_by_whom
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import case_or_404
from alongside.web.practitioner.meeting_frame import form_page

STATES: dict[str, tuple[Any, str]] = {
    "coming": (gettext_lazy("Later"), ""),
    "due": (gettext_lazy("To call"), "lamp"),
    "again": (gettext_lazy("Not reached, try again"), "lamp"),
    "spoken": (gettext_lazy("Spoken with"), "moss"),
    "missed": (gettext_lazy("Missed"), ""),
    "let_go": (gettext_lazy("Let go this time"), ""),
    "ended": (gettext_lazy("Wants no more calls"), ""),
}


class CallForm(Form):
    """What one call came to, and how they are."""

    came_to = forms.ChoiceField(label=gettext_lazy("The call"), widget=forms.RadioSelect)
    words = Text(
        label=gettext_lazy("What they say, what they need"),
        help_text=gettext_lazy("Danger now goes the crisis way first."),
        lines=4,
        max_length=4000,
        required=False,
    )

    def __init__(self, *args: Any, asks_numbers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        content, language = catalogue.current().meetings.after, said.language()
        offer(
            self, "came_to", [(each.id, in_language(each.text, language)) for each in content.calls]
        )
        self.items: dict[str, str] = {}
        if not asks_numbers:
            return
        for id, question in questions().items():
            self.items[f"number_{id}"] = id
            self.fields[f"number_{id}"] = forms.IntegerField(
                label=question,
                help_text=_("0 to 10, in their own words. Empty if not asked."),
                min_value=0,
                max_value=10,
                required=False,
            )

    def numbers(self) -> dict[str, int | None]:
        """What they said of how they are, by item."""
        return {id: self.cleaned_data[name] for name, id in self.items.items()}


def questions() -> dict[str, str]:
    """How each who took part is asked how they are, by item."""
    book = catalogue.current()
    instrument = book.meetings.after.strain.instrument
    return dict(book.wording(instrument, said.language()).items)


def day_words(days: int) -> str:
    """Which day after a meeting."""
    return _("The same evening") if days == 0 else _("Day %(days)s") % {"days": days}


def came_to(row: Any) -> str:
    """What a call came to, in words."""
    found = catalogue.current().meetings.after.call(row.came_to)
    return in_language(found.text, said.language()) if found else str(row.came_to)


def days(request: Request, case: Any, found: Any, *, may: bool) -> list[dict[str, Any]]:
    """Every day of calls with everybody's, for the page of what came after."""
    at, language = clock.now(), said.language()
    listed = calls.of_meeting(found, seen_by=request.reader, at=at)
    prepare([call.person for day in listed for call in day.calls], "name")
    texts = {
        each.days: in_language(each.what, language)
        for each in catalogue.current().meetings.rules_file.follow_ups
    }
    return [
        {
            "title": day_words(day.days),
            "when": list_moment(request, day.due_at),
            "text": texts[day.days],
            "done": sum(1 for call in day.calls if not call.is_open),
            "of": len(day.calls),
            "is_open": not day.is_done and any(call.state != "coming" for call in day.calls),
            "rows": [_row(request, case, found, day, call, may=may) for call in day.calls],
        }
        for day in listed
    ]


def _row(
    request: Request, case: Any, found: Any, day: Any, call: Any, *, may: bool
) -> dict[str, Any]:
    words, kind = STATES[call.state]
    parts = [] if call.row is None else [call.row.words]
    if call.again_at is not None:
        parts.append(_("Again by %(when)s.") % {"when": list_moment(request, call.again_at)})
    if call.strain:
        asked = questions()
        parts += [f"{asked[id]} {n}" for id, n in call.strain.items() if n is not None]
    address = reverse(
        "practitioner:meeting-call", args=[case.pk, found.pk, day.days, call.person.pk]
    )
    return {
        "title": call.person.name,
        "text": " ".join(part for part in parts if part),
        "tag": words,
        "tag_kind": kind,
        "action_url": address if may else "",
        "action_label": _("Write the call") if call.is_open else _("Write again"),
    }


@access("meeting_after", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: Request, pk: UUID, meeting: UUID, days: int, person: UUID) -> HttpResponse:
    """Write what one call came to."""
    case = case_or_404(request, pk)
    rows = queries.meetings(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(rows.exclude(ended_at=None), pk=meeting)
    listed = calls.of_meeting(found, seen_by=request.reader, at=clock.now())
    day = next((each for each in listed if each.days == days), None)
    mine = next((each for each in day.calls if each.person.pk == person), None) if day else None
    if mine is None:
        raise Http404
    is_person = person == case.circle.focus_id
    form = CallForm(request.POST or None, asks_numbers=not is_person)
    if request.method == "POST" and form.is_valid() and _saved(request, found, mine, days, form):
        address = reverse("practitioner:meeting-after", args=[case.pk, found.pk])
        return redirect(f"{address}#calls")
    contact = next(
        each for each in catalogue.current().meetings.rules_file.follow_ups if each.days == days
    )
    return form_page(
        request,
        case,
        form,
        title=_("%(day)s: call %(name)s") % {"day": day_words(days), "name": mine.person.name},
        lead=in_language(contact.person if is_person else contact.what, said.language()),
        seen=seen_by_whom(request, "meeting_after", case.circle_id),
    )


def _saved(request: Request, found: Any, mine: Any, days: int, form: CallForm) -> bool:
    given, at = form.cleaned_data, clock.now()
    try:
        written = calls.record(
            meeting=found,
            person=mine.person,
            days=days,
            came_to=given["came_to"],
            words=given["words"],
            numbers=form.numbers(),
            by=request.reader,
            at=at,
        )
    except calls.NeedsWords:
        form.add_error("words", _("Say why it is let go."))
        return False
    except calls.NotCalled:
        raise Http404 from None
    measures.tell_now(written.alerts, at)
    saved(request, at)
    if written.alerts:
        say(request, _("What they said raised an alert: somebody acts on it now."))
    return True
