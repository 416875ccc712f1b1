"""After a meeting: how it was led, whether help was really begun, and whether it goes on."""

from __future__ import annotations

import json
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
from alongside.meetings import after, queries
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.pages import Request, list_moment, saved, seen_by_whom, short_day
from alongside.web.practitioner import meeting_calls
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.forms import Day
from alongside.web.practitioner.meeting_options import kept_places, place_words
from alongside.web.practitioner.meeting_ways import outcome_words

SAID = [
    ("yes", gettext_lazy("Yes")),
    ("no", gettext_lazy("No")),
    ("unknown", gettext_lazy("Nobody knows")),
]


class Debrief(Form):
    """How it was."""

    facts = forms.MultipleChoiceField(
        label=gettext_lazy("What was so"), widget=forms.CheckboxSelectMultiple, required=False
    )
    harms = forms.MultipleChoiceField(
        label=gettext_lazy("Harm that came of it"),
        help_text=gettext_lazy("Ask each. Danger now goes the crisis way first."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    words = Text(label=gettext_lazy("What was learnt"), lines=4, max_length=4000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        content, language = catalogue.current().meetings.after, said.language()
        for name, listed in (("facts", content.facts), ("harms", content.harms)):
            offer(self, name, [(each.id, in_language(each.text, language)) for each in listed])
        for scale in content.scales:
            self.fields[scale.id] = forms.IntegerField(
                label=in_language(scale.text, language),
                min_value=0,
                max_value=scale.most,
                required=False,
            )
        names = [*(scale.id for scale in content.scales), "facts", "harms", "words"]
        self.order_fields(names)

    def scales(self) -> dict[str, int | None]:
        """The numbers, None where nobody said."""
        return {each.id: self.cleaned_data[each.id] for each in _content().scales}


class Help(Form):
    """Whether help was begun, or goes on."""

    what = forms.ChoiceField(label=gettext_lazy("What you learnt"), widget=forms.RadioSelect)
    said = forms.ChoiceField(
        label=gettext_lazy("Is it so?"), choices=SAID, widget=forms.RadioSelect
    )
    on = Day(label=gettext_lazy("First talk that was kept, on"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What help it is"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "what", what_words())
        offer(self, "kind", [("", _("Nobody has said yet")), *said.OPTION_KINDS.items()])


def _content() -> Any:
    return catalogue.current().meetings.after


def what_words() -> list[tuple[str, str]]:
    """What may be learnt after a meeting, with its words."""
    return [
        (after.ARRIVED, _("They arrived where they said yes to go")),
        (after.FIRST_HELP, _("A first talk was kept")),
        (after.MAY_CALL, _("The person agrees to be called as well")),
        *(
            (f"{after.STILL}{days}", _("Still in help after %(days)s days") % {"days": days})
            for days in _content().still_days
        ),
    ]


@access("meeting_after", "R")
@require_http_methods(["GET", "HEAD", "POST"])
def after_page(request: Request, pk: UUID, meeting: UUID) -> HttpResponse:
    """What came after one meeting that ended, and two short forms to add to it."""
    case = case_or_404(request, pk)
    rows = queries.meetings(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(rows.exclude(ended_at=None), pk=meeting)
    may = request.reader.may_make(
        "meeting_after", institution=found.institution_id, circle=found.circle_id
    )
    is_help = "what" in request.POST
    sent = request.POST if request.method == "POST" else None
    if sent is not None and not may:
        raise Http404
    forms_ = {
        "debrief": Debrief(None if is_help else sent),
        "help": Help(sent if is_help else None, initial={"what": after.FIRST_HELP}),
    }
    form = forms_["help" if is_help else "debrief"]
    if sent is not None and form.is_valid() and _saved(request, found, form, is_help=is_help):
        return redirect("practitioner:meeting-after", pk=case.pk, meeting=found.pk)
    return _page(request, case, found, forms_ if may else {}, status=400 if form.errors else 200)


def _saved(request: Request, found: Any, form: Any, *, is_help: bool) -> bool:
    given, at = form.cleaned_data, clock.now()
    try:
        if is_help:
            after.record_help(
                meeting=found,
                what=given["what"],
                said=given["said"],
                on=given["on"],
                kind=given["kind"],
                by=request.reader,
                at=at,
            )
        else:
            after.debrief(
                meeting=found,
                scales=form.scales(),
                facts=given["facts"],
                harms=given["harms"],
                words=given["words"],
                by=request.reader,
                at=at,
            )
    except after.MakesNoSense as refusal:
        words = {
            "on": _("Write the day of the first talk that was kept; it has come."),
            "what": _("The person knows nothing of it yet: nobody calls them."),
        }
        form.add_error(refusal.field, words.get(refusal.field, _("Choose again.")))
        return False
    saved(request, at)
    return True


def _page(
    request: Request, case: Any, found: Any, forms_: dict[str, Any], *, status: int
) -> HttpResponse:
    written = list(after.of_meeting(seen_by=request.reader, meeting=found))
    prepare([row.written_by for row in written], "name")
    prepare([row.person for row in written if row.person is not None], "name")
    newest = after.last(seen_by=request.reader, meeting=found)
    return case_page(
        request,
        "practitioner/meeting/after.html",
        case,
        tab="meeting",
        title=_("After the meeting"),
        head=False,
        status=status,
        outcome=outcome_words(found.outcome),
        outcome_text=found.outcome_words,
        when=short_day(found.held_at or found.ended_at),
        facts=[{"term": words, "text": _said(newest.get(what))} for what, words in what_words()],
        days=meeting_calls.days(request, case, found, may=bool(forms_)),
        debrief=_debrief(newest.get(after.DEBRIEF)),
        own=_own(request, newest.get(after.BY_PERSON)),
        forms=forms_,
        rows=[
            {
                "title": _title(row),
                "text": f"{_in_short(row)} ({row.written_by.name})",
                "when": list_moment(request, row.written_at),
            }
            for row in written
        ],
        places=[
            {
                "words": place_words(request, hold),
                "url": reverse("practitioner:meeting-option-end", args=[case.pk, hold.pk]),
                "may": request.reader.may("E", hold),
            }
            for hold in kept_places(request, case).values()
        ],
        meeting=found.pk,
        back=reverse("practitioner:case-meeting", args=[case.pk]),
        seen=seen_by_whom(request, "meeting_after", case.circle_id),
    )


def _titles() -> dict[str, str]:
    return {**dict(what_words()), after.BY_PERSON: _("What the person says of it")}


def _title(row: Any) -> str:
    if row.person is not None:
        return _("%(day)s, %(name)s") % {
            "day": meeting_calls.day_words(row.days),
            "name": row.person.name,
        }
    return _titles().get(row.what, str(_("Debrief")))


def _in_short(row: Any) -> str:
    if row.person is not None:
        return ". ".join(part for part in (meeting_calls.came_to(row), row.words) if part)
    return str(row.words) if row.what in {after.DEBRIEF, after.BY_PERSON} else _said(row)


def _own(request: Request, row: Any) -> dict[str, Any] | None:
    """What the person said last: their words, each number beside its question."""
    if row is None:
        return None
    asked, language = _content().person, said.language()
    given = json.loads(row.answers or "{}").get("scales", {})
    facts = [
        {"term": in_language(each.text, language), "text": str(given[each.id])}
        for each in asked.scales
        if each.id in given
    ]
    if row.said:
        words = {**dict(SAID), "unknown": _("Not sure")}[row.said]
        facts.append({"term": in_language(asked.again, language), "text": str(words)})
    who = _("%(who)s, %(day)s") % {"who": row.written_by.name, "day": short_day(row.written_at)}
    return {"words": row.words, "facts": facts, "who": who}


def _said(row: Any) -> str:
    if row is None:
        return _("Nobody has asked yet")
    parts = [str(dict(SAID)[row.said])]
    if row.on:
        parts.append(short_day(row.on))
    if row.kind:
        parts.append(str(said.OPTION_KINDS.get(row.kind, row.kind)))
    return ", ".join(parts)


def _debrief(row: Any) -> list[dict[str, str]]:
    if row is None:
        return []
    given, language = json.loads(row.answers), said.language()
    scales = [
        {
            "term": in_language(scale.text, language),
            "text": _("not said")
            if given["scales"].get(scale.id) is None
            else str(given["scales"][scale.id]),
        }
        for scale in _content().scales
    ]
    listed = [
        {
            "term": term,
            "text": ", ".join(
                in_language(each.text, language) for each in of if each.id in given[name]
            )
            or none,
        }
        for term, name, of, none in (
            (_("What was so"), "facts", _content().facts, _("None of it was ticked")),
            (_("Harm that came of it"), "harms", _content().harms, _("None was found")),
        )
    ]
    return [*scales, *listed, {"term": _("What was learnt"), "text": row.words or "–"}]
