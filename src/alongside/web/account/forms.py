"""The library's forms in our words, and a wait after too many wrong codes."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from alongside.web.parts.forms import Form, offer

NUMBERS = {"inputmode": "numeric", "autocomplete": "one-time-code", "size": "8"}

MISSING = {
    "email": _("Write your e-mail address."),
    "login": _("Write your e-mail address."),
    "password": _("Write your password."),
    "code": _("Type the numbers."),
    "": _("Write something here, or go back."),
}


class _Plain(forms.Form):
    """Labels stand above the field; nothing is written inside it."""

    words: dict[str, tuple[Any, Any]] = {}
    use_required_attribute = False  # no bubbles of the browser's own

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            label, hint = self.words.get(name, (field.label, ""))
            field.label, field.help_text = label, hint
            field.error_messages["required"] = MISSING.get(name, MISSING[""])
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = _("Check this address. It needs an @ and a dot.")


class RequestLoginCodeForm(_Plain, account.RequestLoginCodeForm):
    words = {
        "email": (
            _("Your e-mail address"),
            _("The one you gave us. The mail says only “Your numbers”."),
        )
    }


class ConfirmLoginCodeForm(_Plain, account.ConfirmLoginCodeForm):
    words = {"code": (_("The numbers in the mail"), _("You can paste them. They work once."))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update(NUMBERS, maxlength="12")

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()
        except ValidationError:
            raise ValidationError(
                _("Those are not the numbers we sent. Look at the newest mail."), code="wrong"
            ) from None
        return code


class LoginForm(_Plain, account.LoginForm):
    words = {
        "login": (_("Your e-mail address at work"), ""),
        "password": (_("Your password"), ""),
    }


class ReauthenticateForm(_Plain, account.ReauthenticateForm):
    words = {"password": (_("Your password"), "")}


class ResetPasswordForm(_Plain, account.ResetPasswordForm):
    words = {"email": (_("Your e-mail address at work"), "")}


NEW_PASSWORD = {
    "oldpassword": (_("Your password now"), ""),
    "password1": (
        _("New password"),
        _("At least 15 letters, numbers or spaces. A few words nobody puts together are good."),
    ),
    "password2": (_("The new password once more"), ""),
}


class ResetPasswordKeyForm(_Plain, account.ResetPasswordKeyForm):
    words = NEW_PASSWORD


class ChangePasswordForm(_Plain, account.ChangePasswordForm):
    words = NEW_PASSWORD


class SetPasswordForm(_Plain, account.SetPasswordForm):
    words = NEW_PASSWORD


class _Counted(forms.Form):
    """A code of the second step: wrong ones are counted with the wrong passwords."""

    user: Any

    def clean_code(self) -> str:
        credentials = {"email": self.user.email}
        if not AxesProxyHandler.is_allowed(context.request, credentials):
            raise ValidationError(
                _("Too many wrong tries. Wait half an hour, then try again."), code="locked"
            )
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            user_login_failed.send(
                sender=type(self), credentials=credentials, request=context.request
            )
            raise ValidationError(
                _("That code is over. Type the one your app shows now."), code="wrong"
            ) from None
        return code


CODE = {"code": (_("Six numbers"), "")}


class AuthenticateForm(_Plain, _Counted, mfa.AuthenticateForm):
    words = {"code": (_("Six numbers, or one of your recovery codes"), "")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update(autocomplete="one-time-code", size="12")


class MFAReauthenticateForm(_Plain, _Counted, mfa.ReauthenticateForm):
    words = CODE


class ActivateTOTPForm(_Plain, totp.ActivateTOTPForm):
    words = {"code": (_("The six numbers your app shows now"), "")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update(NUMBERS)


class AddWebAuthnForm(_Plain, webauthn.AddWebAuthnForm):
    words = {
        "name": (_("A name for it"), _("So that you know which one it is: “My phone”.")),
        "passwordless": (_("Sign in with this alone"), _("It asks for your finger, face or PIN.")),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class EditWebAuthnForm(_Plain, webauthn.EditWebAuthnForm):
    words = {"name": (_("A name for it"), "")}


class SetUpForm(Form):
    """The first run: the printed code, the institution, its service, the first account."""

    code = forms.CharField(
        label=_("The code"),
        max_length=20,
        help_text=_("It was printed where the service was started. Twelve letters and numbers."),
    )
    institution = forms.CharField(label=_("Name of your institution"), max_length=200)
    service = forms.CharField(
        label=_("Name of your service"),
        max_length=200,
        help_text=_("What people in need see. It may be the same name."),
    )
    country = forms.ChoiceField(
        label=_("Country"), help_text=_("It decides which emergency number everybody sees.")
    )
    zone = forms.ChoiceField(label=_("Time zone"))
    name = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("Your e-mail address at work"))
    password = forms.CharField(
        label=_("A password for you"),
        help_text=_("At least 15 letters, numbers or spaces."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, countries: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nothing = [("", _("Choose one"))]
        offer(self, "country", nothing + countries)
        offer(self, "zone", nothing + zones())


def zones() -> list[tuple[str, str]]:
    """Every time zone that is named for a place."""
    named = sorted(z for z in available_timezones() if "/" in z and not z.startswith("Etc/"))
    return [(zone, zone.replace("_", " ")) for zone in named]
