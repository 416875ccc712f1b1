"""Forms in house style: nothing typed is lost, and every refusal says what to do."""

from __future__ import annotations

import re

import pytest
from django import forms as django_forms
from django.template.loader import render_to_string

from alongside.web.parts import forms, samples


class LetterForm(forms.Form):
    text = django_forms.CharField(max_length=20)
    title = forms.Text(required=False)


def drawn(form: forms.Form) -> str:
    return render_to_string("parts/fields.html", {"form": form})


def test_what_was_typed_comes_back_as_it_was() -> None:
    form = LetterForm({"text": "  two spaces\t\n end ", "title": ""})
    assert form.is_valid()
    assert form.cleaned_data["text"] == "  two spaces\t\n end "


def test_letters_are_composed_and_line_ends_made_one_kind() -> None:
    form = LetterForm({"text": "cafe\u0301\r\nb\rc"})
    assert form.is_valid()
    assert form.cleaned_data["text"] == "café\nb\nc"


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\x00", "\x1b", "\x7f", "\u0085"])
def test_hidden_signs_are_refused_with_their_line(sign: str) -> None:
    form = LetterForm({"text": f"one\ntwo{sign}"})
    assert "hidden sign in line 2" in form.errors["text"][0]


@pytest.mark.parametrize(
    "text", ["שלום", "العربية\u200f", "a\u200db", "👩‍👩‍👧", "日本語", "n\u0303"]
)
def test_every_script_may_be_written(text: str) -> None:
    assert LetterForm({"text": text}).is_valid()


def test_too_long_says_by_how_much_and_the_browser_cuts_nothing() -> None:
    form = LetterForm({"text": "x" * 23})
    assert form.errors["text"] == ["This is 3 letters too long. We can keep 20."]
    assert "maxlength" not in str(form["text"])


def test_one_letter_too_long_is_one_letter() -> None:
    assert LetterForm({"text": "x" * 21}).errors["text"][0].startswith("This is 1 letter too long")


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_but_space_is_nothing(text: str) -> None:
    assert LetterForm({"text": text}).errors["text"]


def test_field_reads_label_hint_message_input() -> None:
    html = render_to_string("parts/field.html", {"field": samples.WorryForm({})["born"]})
    places = [
        html.index(found)
        for found in (
            '<label for="id_born"',
            'id="id_born_helptext"',
            'id="id_born_error"',
            "<input",
        )
    ]
    assert places == sorted(places)
    assert 'aria-describedby="id_born_helptext id_born_error"' in html
    assert 'aria-invalid="true"' in html


def test_summary_has_the_focus_and_its_links_lead_to_inputs() -> None:
    html = drawn(samples.WorryForm({"story": "a\u202eb"}))
    assert 'tabindex="-1" autofocus' in html
    targets = re.findall(r'<a href="#([^"]+)"', html)
    assert len(targets) == 4
    for target in targets:
        assert re.search(rf'<(input|textarea|select)[^>]* id="{target}"', html)


def test_form_without_errors_has_no_summary() -> None:
    assert "summary" not in drawn(samples.WorryForm())


def test_browser_shows_no_bubbles_of_its_own() -> None:
    assert "required" not in str(samples.WorryForm()["first_name"])


def test_messages_are_in_our_words_unless_a_field_has_its_own() -> None:
    errors = samples.WorryForm({}).errors
    assert errors["now"] == ["Choose one of these."]
    assert errors["born"][0].startswith("Add the year you were born.")


def test_choice_shows_its_small_print() -> None:
    html = render_to_string("parts/field.html", {"field": samples.WorryForm()["now"]})
    assert "<small>Someone rings you today</small>" in html
    assert html.count('class="choice"') == 2


def test_several_choices_ask_for_at_least_one() -> None:
    class Several(forms.Form):
        days = django_forms.MultipleChoiceField(choices=[("1", "Monday")])
        share = django_forms.DecimalField()
        count = django_forms.IntegerField()

    errors = Several({"share": "x", "count": "x"}).errors
    assert errors["days"] == ["Choose at least one of these."]
    assert errors["share"] == ["Write a number, in figures."]
    assert errors["count"] == ["Write a whole number, in figures."]
