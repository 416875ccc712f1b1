"""Forms of the office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.web.office import words
from alongside.web.parts.forms import Form, offer

GIVEN = ("lead", "manager", "coordinator", "privacy", "auditor", "admin")


class InviteForm(Form):
    """Somebody new on the staff."""

    name = forms.CharField(label=_("Name"), max_length=120)
    title = forms.CharField(
        label=_("What they are here"),
        max_length=120,
        required=False,
        help_text=_("Such as psychologist or nurse."),
    )
    email = forms.EmailField(label=_("E-mail address at work"))
    roles = forms.MultipleChoiceField(
        label=_("Roles"), widget=forms.CheckboxSelectMultiple, required=False
    )
    reason = forms.CharField(
        label=_("Why"), max_length=60, help_text=_("A few words. They stay beside the role.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "roles", [(r, words.role(r)) for r in GIVEN])


class RoleForm(Form):
    """One more role for somebody."""

    role = forms.ChoiceField(label=_("Role"))
    supervises = forms.ChoiceField(label=_("Supervises whom"), required=False)
    reason = forms.CharField(
        label=_("Why"), max_length=60, help_text=_("A few words. They stay beside the role.")
    )

    def __init__(self, *args: Any, colleagues: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "role", [(r, words.role(r)) for r in (*GIVEN, "supervisor")])
        offer(self, "supervises", [("", _("Nobody")), *colleagues])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("role") == "supervisor" and not given.get("supervises"):
            self.add_error("supervises", _("Choose who is supervised."))
        return given


class EndForm(Form):
    """The end of a role."""

    because = forms.CharField(label=_("Why it ends"), max_length=60)


class ServiceForm(Form):
    """A service, its hours and who is told when nobody answers."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=200)
    setting = forms.ChoiceField(label=_("Kind of place"))
    opens = forms.TimeField(
        label=_("Opens at"),
        required=False,
        help_text=_("Leave both empty for day and night."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    closes = forms.TimeField(
        label=_("Closes at"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    fallback_email = forms.EmailField(
        label=_("Who is told when nobody here answers"),
        required=False,
        help_text=_(
            "An address outside this service, such as a partner’s. Without one, nobody outside "
            "hears of it."
        ),
    )

    def __init__(self, *args: Any, settings: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "setting", [("", _("Choose one")), *settings])
