"""Forms in house style: nothing typed is stripped, what cannot be kept is said in plain words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

# Characters that no keyboard writes: controls but line end and tab, lone surrogates, and the
# marks that turn the order of letters round so that a text reads otherwise than it is.
REFUSED = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def normalised(text: str) -> str:
    """The text in NFC with one kind of line end; nothing is taken away, no space, no letter."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def refuse_hidden_characters(text: str) -> None:
    """Refuse control characters and those that turn the order of letters round."""
    if found := REFUSED.search(text):
        place = text[: found.start()].count("\n") + 1
        raise ValidationError(
            _(
                "There is a hidden sign in line %(line)s that we can’t keep. It often comes along "
                "when text is copied. Please type that line again."
            )
            % {"line": place},
            code="hidden_character",
        )


def refuse_too_long(text: str, most: int) -> None:
    """Refuse a text of more than `most` characters, and say by how much it is too long."""
    over = len(text) - most
    if over > 0:
        raise ValidationError(
            ngettext(
                "This is %(over)s letter too long. We can keep %(most)s.",
                "This is %(over)s letters too long. We can keep %(most)s.",
                over,
            )
            % {"over": over, "most": most},
            code="too_long",
        )


class Text(forms.CharField):
    """A line or a page of text as it was typed: normalised, never stripped, never cut."""

    default_error_messages = {"required": gettext_lazy("Write something here, or go back.")}

    def __init__(
        self, *, max_length: int | None = None, lines: int = 1, required: bool = True, **kwargs: Any
    ) -> None:
        self.most = max_length
        kwargs["strip"] = False
        if lines > 1:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": str(lines)}))
        super().__init__(required=required, **kwargs)
        if lines > 1:
            self.widget.attrs.setdefault("class", "w-full")
            if max_length is not None:
                self.widget.attrs.update(letters_left(max_length))

    @classmethod
    def of(cls, field: forms.CharField) -> Text:
        """The same field with the same widget, as one of ours."""
        text = cls(
            max_length=field.max_length,
            required=field.required,
            widget=field.widget,
            label=field.label,
            initial=field.initial,
            help_text=field.help_text,
            disabled=field.disabled,
            label_suffix=field.label_suffix,
            empty_value=field.empty_value,
        )
        text.widget.attrs.pop("maxlength", None)  # a browser would cut a pasted text in silence
        django = forms.Field.default_error_messages
        given = {
            key: words for key, words in field.error_messages.items() if words != django.get(key)
        }
        text.error_messages = {**text.error_messages, **given}
        replaced = (MaxLengthValidator, ProhibitNullCharactersValidator)
        text.validators = [v for v in field.validators if not isinstance(v, replaced)]
        return text

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return normalised(text)

    def validate(self, value: Any) -> None:
        super().validate(value)
        text = str(value or "")
        if self.required and not text.strip():
            raise ValidationError(self.error_messages["required"], code="required")
        refuse_hidden_characters(text)
        if self.most is not None:
            refuse_too_long(text, self.most)


class Clock(forms.TimeField):
    """A time of day, with the clock of the browser."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
        super().__init__(**kwargs)
        self.input_formats = ["%H:%M", "%H.%M", "%H:%M:%S"]


def letters_left(most: int) -> dict[str, str]:
    """The attributes that letters-left.js reads. The server counts too."""
    return {
        "data-letters-left": str(most),
        "data-letters-left-words": _("{} letters left"),
        "data-letters-over-words": _("{} letters too many"),
    }


# What a field says instead of Django's own words, the narrowest kind first. A field that was given
# words keeps them.
WORDS: tuple[tuple[type[forms.Field], str, Any], ...] = (
    (forms.MultipleChoiceField, "required", gettext_lazy("Choose at least one of these.")),
    (forms.ChoiceField, "required", gettext_lazy("Choose one of these.")),
    (forms.BooleanField, "required", gettext_lazy("Tick this box to go on.")),
    (forms.DateField, "required", gettext_lazy("Write a date, such as 28/11/2026.")),
    (forms.TimeField, "required", gettext_lazy("Write a time, such as 09:30.")),
    (forms.Field, "required", gettext_lazy("Fill this in to go on.")),
    (forms.EmailField, "invalid", gettext_lazy("That is not a full e-mail address.")),
    (forms.FloatField, "invalid", gettext_lazy("Write a number, in figures.")),
    (forms.DecimalField, "invalid", gettext_lazy("Write a number, in figures.")),
    (forms.IntegerField, "invalid", gettext_lazy("Write a whole number, in figures.")),
    (forms.ChoiceField, "invalid_choice", gettext_lazy("Choose from the list.")),
    (forms.DateField, "invalid", gettext_lazy("Write a date, such as 28/11/2026.")),
    (forms.TimeField, "invalid", gettext_lazy("Write a time, such as 09:30.")),
    (forms.DateTimeField, "invalid", gettext_lazy("Write a date and a time.")),
)


def offer(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    """Give a field its choices, which only the page knows."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices


class Form(forms.Form):
    """The base of every form: errors in our words, no bubbles of the browser's own.

    Every plain CharField of a subclass behaves like Text. `choice_hints` gives the small print
    under a choice: name of the field, then value of the choice, then words.
    """

    choice_hints: Mapping[str, Mapping[str, Any]] = {}

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in list(self.fields.items()):
            if type(field) is forms.CharField:
                self.fields[name] = Text.of(field)

    def full_clean(self) -> None:
        """A form gets fields after it was made, too: each speaks our words before it is read."""
        for field in self.fields.values():
            _in_our_words(field)
        super().full_clean()


def _limit_in_our_words(validator: Any) -> Any:
    """The same limit, said plainly; anything else as it is."""
    if type(validator) is MinValueValidator:
        return MinValueValidator(
            validator.limit_value, gettext_lazy("Write %(limit_value)s or more.")
        )
    if type(validator) is MaxValueValidator:
        return MaxValueValidator(
            validator.limit_value, gettext_lazy("Write %(limit_value)s at the most.")
        )
    return validator


def _in_our_words(field: forms.Field) -> None:
    """Replace Django's messages, and only those, by ours."""
    django = {
        key: words
        for kind in type(field).__mro__[::-1]
        if issubclass(kind, forms.Field)
        for key, words in getattr(kind, "default_error_messages", {}).items()
    }
    field.validators = [_limit_in_our_words(each) for each in field.validators]
    for kind, key, words in WORDS:
        if isinstance(field, kind) and field.error_messages.get(key) == django.get(key):
            if kind is forms.Field and isinstance(field, Text):
                continue
            field.error_messages = {**field.error_messages, key: words}
