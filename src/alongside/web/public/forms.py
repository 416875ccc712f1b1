"""What the public door asks for, besides the four questions."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.web.parts.forms import Form, Text
from alongside.web.parts.people_words import AGE_BANDS, RELATIONS

RATHER_NOT = ("", _("I’d rather not say"))
# Who somebody is to a person they worry about; professionals tell us in other ways too.
OF_A_WORRY = (
    "parent", "partner", "sibling", "child", "grandparent", "friend", "neighbour", "colleague",
    "employer", "teacher", "other",
)  # fmt: skip


class Worry(Form):
    """Tell us more, and ask for someone to call back. Only what may be kept before they agree."""

    words = Text(
        label=_("What worries you?"),
        help_text=_("In your own words. Write what you saw or heard. A few lines are enough."),
        max_length=5000,
        lines=8,
        required=False,
    )
    about_alias = Text(
        label=_("What shall we call them?"),
        help_text=_("A first name, or any name you like. It need not be real."),
        max_length=60,
        required=False,
    )
    about_age_band = forms.ChoiceField(
        label=_("How old are they?"), choices=[RATHER_NOT, *AGE_BANDS.items()], required=False
    )
    relation = forms.ChoiceField(
        label=_("Who are you to them?"),
        choices=[RATHER_NOT, *((word, RELATIONS[word]) for word in OF_A_WORRY)],
        required=False,
    )
    contact = Text(
        label=_("A number or e-mail that is safe"),
        help_text=_("We leave no message. If someone else picks up, we don’t say who we are."),
        max_length=254,
        required=False,
    )
    contact_name = Text(label=_("What shall we call you?"), max_length=60, required=False)
    safe_hours = Text(
        label=_("When is it safe to call?"),
        help_text=_("Such as: weekdays after 6 in the evening."),
        max_length=300,
        required=False,
    )

    def told(self) -> dict[str, str]:
        """What was written, for the action."""
        return {name: str(value).strip() for name, value in self.cleaned_data.items()}


class Later(Form):
    """Where the private link to go on is sent."""

    email = Text(
        label=_("An e-mail address only you read"),
        help_text=_("We send one message with a private link. It says nothing about why."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
