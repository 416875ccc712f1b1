"""Forms for the samples, with what somebody typed and with what is wrong."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms

from alongside.web.parts import forms
from alongside.web.parts.samples.shapes import Sample


class WorryForm(forms.Form):
    """A small form with one field of each kind."""

    choice_hints = {"now": {"talk": "Someone rings you today"}}

    first_name = forms.Text(
        label="First name, or what you like to be called", max_length=80, required=False
    )
    born = django_forms.IntegerField(
        label="Year you were born",
        help_text="For example 1988",
        error_messages={
            "required": "Add the year you were born. We need it to know which law protects you."
        },
        widget=django_forms.TextInput(attrs={"inputmode": "numeric", "size": "6"}),
    )
    story = forms.Text(label="What have you seen?", lines=5, max_length=4000, required=False)
    where = django_forms.ChoiceField(
        label="Where was it?", choices=[("home", "At home"), ("street", "Outside")]
    )
    now = django_forms.ChoiceField(
        label="How are you right now?",
        choices=[("well", "I’m managing"), ("talk", "I could do with a talk")],
        widget=django_forms.RadioSelect,
    )
    seen_doctor = django_forms.BooleanField(
        label="They have seen a doctor", help_text="In the last month", required=False
    )


class SignInForm(forms.Form):
    """The first page of coming in."""

    email = django_forms.EmailField(
        label="Your e-mail address",
        help_text="The one you gave us. The mail says only “Your numbers”.",
        widget=django_forms.EmailInput(attrs={"autocomplete": "username", "size": "30"}),
    )


class CodeForm(forms.Form):
    """Six numbers, from a mail or an app."""

    code = django_forms.CharField(
        label="The numbers in the mail",
        help_text="You can paste them. They work once, for 10 minutes.",
        max_length=12,
        widget=django_forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": "8"}
        ),
    )


def _worry(data: dict[str, str] | None, prefix: str) -> WorryForm:
    sent = None if data is None else {f"{prefix}-{name}": text for name, text in data.items()}
    return WorryForm(sent, prefix=prefix, auto_id=f"{prefix}_%s")


def _form_values(data: dict[str, str] | None, prefix: str) -> dict[str, Any]:
    return {"form": _worry(data, prefix)}


def wrong_code() -> CodeForm:
    form = CodeForm({"code": "123 456"})
    form.add_error("code", "Those are not the numbers in the newest mail. Look once more.")
    return form


def code_over() -> CodeForm:
    form = CodeForm({"code": "123 456"})
    form.fields["code"].label = "Six numbers"
    form.fields["code"].help_text = ""
    form.add_error("code", "That code is over. Type the one your app shows now.")
    return form


def form_samples() -> tuple[Sample, ...]:
    good = {"first_name": "Noor", "born": "1988", "where": "home", "now": "well"}
    return (
        Sample("fields", "empty", _form_values(None, "empty")),
        Sample("fields", "filled", _form_values(good, "filled")),
        Sample("summary", "errors", {**_form_values({"now": "talk"}, "wrong"), "level": 3}),
        *(
            Sample(
                "field", f"error: {name}", {"field": _worry({"story": "a\u202eb"}, "wrong2")[name]}
            )
            for name in ("born", "now", "story")
        ),
        Sample("field", "choices in a row", {"field": _worry(good, "row")["now"], "seg": True}),
        Sample("dots", "question 4 of 9", {"number": 4, "total": 9, "about": "the last two weeks"}),
    )


def agree() -> dict[str, Any]:
    return {
        "title": "Do you want to start CBT talks with Asha?",
        "intro": "This page is about these talks and nothing else. No is a full answer.",
        "facts": [
            {"term": "What", "text": "You look at what you do and think on hard days."},
            {"term": "Who", "text": "Asha Raman. Her work is checked by Dr Ifeoma Nwosu."},
        ],
        "hard": ["You may feel worse for a while.", "It doesn’t help everyone."],
        "instead": "Talks about people in your life, medicine, a group, or nothing for now.",
        "instead_url": "#",
        "who_hears": "Asha and Dr Nwosu. Not your family.",
        "choices": [
            {"value": "yes", "label": "Yes, I want to start", "hint": "Ends on 24 May 2027"},
            {"value": "no", "label": "No", "hint": "Nothing else changes. You need no reason"},
            {"value": "ask", "label": "I want to ask something first"},
        ],
        "note": "You can stop at any time, without a reason. Version 2 of this page.",
        "form_url": "#",
        "read_url": "#",
    }


def sign_in(form: SignInForm) -> dict[str, Any]:
    return {
        "form": form,
        "title": "Sign in",
        "intro": "No password to remember. We send six numbers to your e-mail.",
        "button": "Send me the numbers",
        "passkey_url": "#",
        "note": "Does someone else read your mail or hold your phone?",
        "small": "We keep two cookies while you are signed in, and nothing else.",
    }


def sign_in_code(form: CodeForm) -> dict[str, Any]:
    return {
        "form": form,
        "title": "Type the six numbers",
        "intro": "If we know that address, the mail is on its way. It can take a minute.",
        "button": "Sign in",
        "others": [
            {"name": "again", "label": "Send new numbers"},
            {"url": "#", "label": "Use another address"},
        ],
        "help_title": "No mail came",
        "help_text": "Look in the folder for unwanted mail.",
    }
