"""The forms of a plan that changes. They clean; the actions decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from alongside.plans.rules import BEFORE_NEXT
from alongside.web.parts.forms import Text, offer
from alongside.web.parts.people_words import COMPLETIONS
from alongside.web.practitioner.forms import Versioned

Choices = Sequence[tuple[str, Any]]
CHANGES: Mapping[str, Any] = {
    "step_up": gettext_lazy("Step up: more, or more intensive"),
    "step_down": gettext_lazy("Step down: less is enough now"),
    "switch": gettext_lazy("Switch: another way"),
}


class ChangeCourse(Versioned):
    """One course gives way to the next."""

    to = forms.ChoiceField(label=gettext_lazy("What comes next"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=gettext_lazy("What kind of change it is"),
        choices=list(CHANGES.items()),
        widget=forms.RadioSelect,
    )
    completion = forms.ChoiceField(
        label=gettext_lazy("How the course until now ends"), widget=forms.RadioSelect
    )
    reason = Text(
        label=gettext_lazy("Why, in your words: it is kept with both courses"),
        lines=4,
        max_length=4000,
    )

    def __init__(self, *args: Any, courses: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "to", courses)
        offer(self, "completion", [(word, COMPLETIONS[word]) for word in BEFORE_NEXT])


class ToVersion(Versioned):
    """A course goes on by a newer version of its protocol."""

    to = forms.CharField(widget=forms.HiddenInput, max_length=70)
    reason = Text(label=gettext_lazy("Why, in your words"), lines=3, max_length=4000)


class ToSetting(Versioned):
    """Help moves to another setting, or what it requires is in place by now."""

    in_place = forms.MultipleChoiceField(
        label=gettext_lazy("What of this is in place already"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = Text(label=gettext_lazy("Why, and who knows the place"), lines=3, max_length=4000)

    def __init__(self, *args: Any, required_there: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "in_place", required_there)
        if not required_there:
            del self.fields["in_place"]
