"""All questions of a form on one page: to write answers down, and to put them right."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alongside.measures import queries
from alongside.web.parts.explained_words import numbered
from alongside.web.parts.forms import Form, Text

_VALUE = re.compile(r"-?[0-9]{1,3}\Z")


class Answers(Form):
    """One field an item. Every item may be left open; what is left open is never a zero."""

    def __init__(self, *args: Any, asking: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        instrument = queries.instrument_of(asking)
        wording = queries.wording_of(asking, get_language() or "en")
        self.items, self.asking = instrument.items, asking
        for number, item in enumerate(instrument.items, 1):
            labels = wording.options.get(item.options, {})
            values = instrument.options[item.options]
            label = numbered(wording, number, item.id)
            if span := queries.typed(instrument, item):
                self.fields[item.id] = forms.CharField(
                    label=label,
                    required=False,
                    help_text=_("A number from %(from)s to %(to)s")
                    % {"from": span[0], "to": span[1]},
                )
                continue
            self.fields[item.id] = forms.ChoiceField(
                label=label,
                choices=[(str(v), str(labels.get(v, v))) for v in values]
                + [("", _("Not answered"))],
                widget=forms.RadioSelect,
                required=False,
                error_messages={"invalid_choice": _("This is no answer to this question.")},
            )

    def given(self, post: Any) -> dict[str, object]:
        """The answers as they were sent; what is no number stays a text, to be refused by name."""
        found: dict[str, object] = {}
        for item in self.items:
            said = post.getlist(item.id)
            if not said or said == [""]:
                if item.ask_if is None and not item.optional:
                    found[item.id] = None
                continue
            one = said[0] if len(set(said)) == 1 else " / ".join(said)[:40]
            found[item.id] = int(one) if _VALUE.match(one) else one
        asked = queries.ids_asked(self.asking, found)
        return {id: value for id, value in found.items() if value is not None or id in asked}


def why() -> Text:
    """The field for the reason, which whoever reads the answers later reads too."""
    return Text(
        label=gettext_lazy("Why it is put right"),
        help_text=gettext_lazy("Such as: the third line of the paper was read wrongly."),
        lines=2,
        max_length=500,
    )


class RightAnswers(Answers):
    """All answers as they should be, and why."""

    because = why()

    def __init__(self, *args: Any, response: Any, **kwargs: Any) -> None:
        super().__init__(*args, asking=response.asking, **kwargs)
        self.fields["because"] = self.fields.pop("because")  # after the questions
        labels = answer_words(response)
        for item in self.items:
            now = labels.get(item.id, _("Not answered"))
            self.fields[item.id].initial = response.answers.get(item.id, "")
            self.fields[item.id].help_text = _("Stands now: %(answer)s") % {"answer": now}


def answer_words(response: Any) -> dict[str, str]:
    """What was answered to each item, as the form words it."""
    instrument = queries.instrument_of(response.asking)
    options = queries.wording_of(response.asking, get_language() or "en").options
    return {
        item.id: str(options.get(item.options, {}).get(value, value))
        for item in instrument.items
        if (value := response.answers.get(item.id)) is not None
    }
