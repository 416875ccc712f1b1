"""The forms of capacity and best interests. They clean; the actions decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.engine.consent import ABILITIES
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.practitioner import words
from alongside.web.practitioner.forms import Choices, Day

WAYS = 3  # ways that can be compared on one page
MORE_PEOPLE = 4  # rows for people who are not in the circle
ABILITY_WORDS = {
    "understand": gettext_lazy("Understand what matters for this decision"),
    "retain": gettext_lazy("Keep it in mind long enough to decide"),
    "weigh": gettext_lazy("Use it and weigh it up"),
    "communicate": gettext_lazy("Tell us what they decide, by any means"),
}
YES_NO_UNSURE = (
    ("yes", gettext_lazy("Yes")),
    ("no", gettext_lazy("No")),
    ("unsure", gettext_lazy("Not sure")),
)
PARTS = {
    "family": gettext_lazy("Family"),
    "friend": gettext_lazy("A friend"),
    "carer": gettext_lazy("Cares for them, unpaid"),
    "attorney": gettext_lazy("Has lawful power to decide"),
    "professional": gettext_lazy("A professional"),
    "other": gettext_lazy("Somebody else"),
}
ADVOCATES = {
    "took_part": gettext_lazy("An advocate took part"),
    "asked_for": gettext_lazy("An advocate is asked for and has not come yet"),
    "not_needed": gettext_lazy("Not needed: somebody close to them was asked"),
}
ADVANCE = {
    "none_found": gettext_lazy("We looked and found none"),
    "does_not_apply": gettext_lazy("There is one, and it is not about this"),
    "refuses": gettext_lazy("There is a valid one that refuses this"),
}
ATTORNEYS = {
    "none": gettext_lazy("Nobody has that power"),
    "agrees": gettext_lazy("Somebody has it, and agrees"),
    "objects": gettext_lazy("Somebody has it, and objects"),
}
OUTCOMES = {
    "go_ahead": gettext_lazy("Go ahead"),
    "wait": gettext_lazy("Wait"),
    "not": gettext_lazy("Do not do it"),
}


# Why a best-interests decision does not stand, by the key of the engine's reason.
NOT_STANDING = {
    "basis.review_due": gettext_lazy("the day to meet again is past"),
    "basis.ended": gettext_lazy("ended"),
    "basis.said_no": gettext_lazy("they said no since: meet again"),
    "basis.can_decide": gettext_lazy("they decide for themself now"),
    "basis.none": gettext_lazy("assess again whether they can decide"),
}


class RecordCapacity(Form):
    """Whether a person can make one decision now."""

    person = forms.ChoiceField(label=gettext_lazy("Whose decision"))
    about = forms.ChoiceField(
        label=gettext_lazy("It is about"),
        required=False,
        help_text=gettext_lazy("An assessment counts for this decision and for no other."),
    )
    decision = Text(
        label=gettext_lazy("Which decision"),
        help_text=gettext_lazy("One decision, in words they would know."),
        max_length=500,
    )
    information = Text(
        label=gettext_lazy("What they were told, and how"),
        lines=3,
        max_length=4000,
        required=False,
    )
    help_used = Text(
        label=gettext_lazy("What helped them to decide"),
        help_text=gettext_lazy(
            "Time of day, a quiet room, pictures, an interpreter, somebody they trust."
        ),
        lines=3,
        max_length=4000,
        required=False,
    )
    grounds = Text(
        label=gettext_lazy("What was seen and heard"),
        help_text=gettext_lazy(
            "In their own words where you can. Age, looks, a diagnosis or a different view are no "
            "grounds."
        ),
        lines=6,
        max_length=8000,
    )
    cause = Text(
        label=gettext_lazy("What brings it about"),
        help_text=gettext_lazy(
            "How an impairment of mind or brain makes them unable. Needed for “cannot decide”."
        ),
        lines=3,
        max_length=4000,
        required=False,
    )
    conclusion = forms.ChoiceField(
        label=gettext_lazy("What was found"),
        choices=[(word, text) for word, text in words.CAPACITY.items() if word != "presumed"],
        widget=forms.RadioSelect,
    )
    review_on = Day(
        label=gettext_lazy("Look again on"),
        help_text=gettext_lazy("Within a year; sooner where it may come back."),
    )

    def __init__(self, *args: Any, persons: Choices, abouts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "person", persons)
        offer(self, "about", [("", _("The help as a whole")), *abouts])
        for one in ABILITIES:
            self.fields[one] = forms.ChoiceField(
                label=ABILITY_WORDS[one],
                choices=YES_NO_UNSURE,
                widget=forms.RadioSelect,
                required=False,
            )

    def parts(self) -> list[dict[str, Any]]:
        """The form as a page draws it: before, the four abilities, after."""
        before = ("person", "about", "decision", "information", "help_used")
        after = ("grounds", "cause", "conclusion", "review_on")
        return [
            {"fields": [self[name] for name in before]},
            {"title": _("Can they, with that help?"), "fields": [self[n] for n in ABILITIES]},
            {"fields": [self[name] for name in after]},
        ]

    def found(self) -> dict[str, Any]:
        """What ``record_capacity`` takes, but for who it is about."""
        given = self.cleaned_data
        return {
            **{name: given[name] for name in ("decision", "conclusion", "grounds", "review_on")},
            **{name: given[name] for name in ("about", "information", "help_used", "cause")},
            "abilities": {one: given[one] for one in ABILITIES if given[one]},
        }


class Meeting(Form):
    """A best-interests meeting: who was asked, what was weighed, what was decided."""

    wishes = Text(
        label=gettext_lazy("What they want, feel and believe, now and before"),
        help_text=gettext_lazy("What they say and show, what they wrote down, what they lived by."),
        lines=4,
        max_length=8000,
    )
    disagreement = Text(
        label=gettext_lazy("Who saw it differently, and how"),
        lines=3,
        max_length=4000,
        required=False,
    )
    advocate = forms.ChoiceField(
        label=gettext_lazy("An independent advocate"),
        choices=list(ADVOCATES.items()),
        widget=forms.RadioSelect,
    )
    advocate_name = Text(label=gettext_lazy("The advocate’s name"), max_length=120, required=False)
    advance_decision = forms.ChoiceField(
        label=gettext_lazy("A refusal made in advance"),
        choices=list(ADVANCE.items()),
        widget=forms.RadioSelect,
    )
    attorney = forms.ChoiceField(
        label=gettext_lazy("Lawful power to decide for them"),
        choices=list(ATTORNEYS.items()),
        widget=forms.RadioSelect,
    )
    can_wait = forms.ChoiceField(
        label=gettext_lazy("May they be able to decide later, and can it wait until then?"),
        choices=[("no", gettext_lazy("No")), ("yes", gettext_lazy("Yes"))],
        widget=forms.RadioSelect,
    )
    least_restrictive = Text(
        label=gettext_lazy("Why nothing that restricts less would do"),
        lines=3,
        max_length=4000,
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("What was decided"),
        choices=list(OUTCOMES.items()),
        widget=forms.RadioSelect,
    )
    reason = Text(label=gettext_lazy("Why this is best for them"), lines=4, max_length=8000)
    review_on = Day(
        label=gettext_lazy("Meet again by"),
        help_text=gettext_lazy("After this day it holds no longer. Within a year."),
    )

    def __init__(self, *args: Any, known: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = len(known) + MORE_PEOPLE
        for number in range(WAYS):
            n = number + 1
            self.fields[f"what_{number}"] = Text(
                label=_("Way %(number)s") % {"number": n}, max_length=500, required=False
            )
            self.fields[f"good_{number}"] = Text(
                label=_("What speaks for it"), max_length=1000, required=False
            )
            self.fields[f"bad_{number}"] = Text(
                label=_("What speaks against it, and what it restricts"),
                max_length=1000,
                required=False,
            )
        for number in range(self.rows):
            name, about = known[number] if number < len(known) else ("", "")
            self.fields[f"name_{number}"] = Text(
                label=_("Name"), max_length=120, required=False, initial=name, help_text=about
            )
            self.fields[f"part_{number}"] = forms.ChoiceField(
                label=_("In what part"),
                choices=[("", _("Not asked")), *PARTS.items()],
                required=False,
            )
            self.fields[f"view_{number}"] = Text(
                label=_("What they thought"), max_length=1000, required=False
            )

    def ways(self) -> list[list[Any]]:
        """The fields of each way, for the page."""
        return [[self[f"{w}_{n}"] for w in ("what", "good", "bad")] for n in range(WAYS)]

    def asked(self) -> list[list[Any]]:
        """The fields of each person, for the page."""
        return [[self[f"{w}_{n}"] for w in ("name", "part", "view")] for n in range(self.rows)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for number in range(self.rows):
            if given.get(f"part_{number}") and not given.get(f"name_{number}", "").strip():
                self.add_error(f"name_{number}", _("Write who it was."))
        return given

    def people(self) -> list[dict[str, str]]:
        """Who was asked: a row counts once it says in what part."""
        given = self.cleaned_data
        return [
            {
                "name": given[f"name_{number}"].strip(),
                "part": given[f"part_{number}"],
                "view": given[f"view_{number}"].strip(),
            }
            for number in range(self.rows)
            if given[f"part_{number}"]
        ]

    def options(self) -> list[dict[str, str]]:
        """The ways that were compared."""
        given = self.cleaned_data
        return [
            {word: given[f"{word}_{number}"].strip() for word in ("what", "good", "bad")}
            for number in range(WAYS)
            if given[f"what_{number}"].strip()
        ]


class EndMeeting(Form):
    """Why a best-interests decision ends before its day."""

    because = Text(label=gettext_lazy("Why it ends now"), lines=2, max_length=2000)
