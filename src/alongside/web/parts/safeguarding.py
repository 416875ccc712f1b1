"""Reporting that somebody is being harmed: one form for every door, and what places ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import catalogue
from alongside.access import queries as access
from alongside.crisis import leads, safeguarding
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.pages import Request, moment_words

KINDS: Mapping[str, Any] = {
    "child": gettext_lazy("A child or a young person"),
    "adult": gettext_lazy("An adult"),
}


class Report(Form):
    """What was seen or heard, in the words it was said. Nobody has to be sure."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Who may be harmed?"),
        choices=list(KINDS.items()),
        widget=forms.RadioSelect,
    )
    immediate = forms.BooleanField(
        label=gettext_lazy("It is happening now"),
        help_text=gettext_lazy("Call the emergency number first. We tell our on-call team too."),
        required=False,
    )
    words = Text(
        label=gettext_lazy("What you saw or heard"),
        help_text=gettext_lazy("Use the words they used. You don’t have to find out more."),
        max_length=6000,
        lines=6,
    )
    said_by = Text(label=gettext_lazy("Who told you, and when"), max_length=300, required=False)
    at_risk = Text(label=gettext_lazy("Whom you worry about"), max_length=200, required=False)
    from_whom = Text(
        label=gettext_lazy("Who may be harming them, if you know"), max_length=200, required=False
    )
    wishes = Text(
        label=gettext_lazy("What they want to happen, if they said"),
        max_length=1000,
        lines=2,
        required=False,
    )
    named = forms.MultipleChoiceField(
        label=gettext_lazy("Who must never see this report?"),
        help_text=gettext_lazy("Choose everybody it names."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def offer(self, *groups: tuple[Mapping[str, Any], str]) -> None:
        """Whom the report may name; without anybody the question is left out.

        Args:
            groups: people by id, and how each of them is called, with ``%(name)s``.
        """
        self.persons: dict[str, Any] = {}
        choices = []
        for people, words in groups:
            fresh = {pk: person for pk, person in people.items() if pk not in self.persons}
            choices += [(pk, words % {"name": person}) for pk, person in fresh.items()]
            self.persons |= fresh
        if choices:
            offer(self, "named", choices)
        else:
            del self.fields["named"]


def asked(
    request: Request, *, institution: Any, circle: Any, around: Mapping[str, Any], at: datetime
) -> Report:
    """The form, as it was filled in or empty.

    It may name whoever is around, the team of the circle, and those who read such reports: never
    who sends it.
    """
    reader = request.reader
    team = [] if circle is None else access.who_works_on(circle.pk, seen_by=reader)
    readers = leads.persons(institution.pk, at)
    form = Report(request.POST if request.method == "POST" else None)
    form.offer(
        (around, "%(name)s"),
        (_but(reader, {str(each.pk): each for each in team}), _("%(name)s, of the team")),
        (_but(reader, readers), _("%(name)s, who reads such reports here")),
    )
    return form


def _but(reader: Any, people: Mapping[str, Any]) -> dict[str, Any]:
    return {pk: person for pk, person in people.items() if person.pk not in reader.persons}


def send(request: Request, form: Report, *, institution: Any, circle: Any, at: datetime) -> Any:
    """Keep what a valid form holds as a report."""
    given = dict(form.cleaned_data)
    named = [form.persons[pk] for pk in given.pop("named", [])]
    return safeguarding.file_report(
        institution=institution, circle=circle, named=named, by=request.reader, at=at, **given
    )


def filed(request: Request, circle: Any = None) -> list[dict[str, str]]:
    """What the reader reported before: that it was received, and no more."""
    return [
        {
            "title": _("Sent %(when)s") % {"when": moment_words(request, row.filed_at)},
            "text": _("Received %(when)s. We may not be able to tell you what follows.")
            % {"when": moment_words(request, row.received_at)}
            if row.received_at
            else _("Not read yet. Somebody reads it today."),
        }
        for row in safeguarding.own_reports(circle, seen_by=request.reader)
    ]


def duties(country: str) -> dict[str, Any]:
    """Who must report in a country, and whether this service has checked it."""
    found = catalogue.current().safeguarding_duties.get(country.upper())
    if found is None:
        return {"rows": [], "verified": ""}
    return {
        "rows": [
            {
                "title": f"{KINDS[duty.of]}: {duty.to}",
                "text": f"{duty.who}. {duty.by}. {duty.law}.",
            }
            for duty in found.duties
        ],
        "verified": _("Checked by %(who)s on %(day)s.")
        % {"who": found.verified.by, "day": found.verified.on}
        if found.verified
        else "",
    }
