"""One form class for every form of content: a field for each thing to fill in, nothing required.

Names in the page: ``a_<field>``, ``a_<field>-<row>-<column>`` for rows (from 1) and tables (by id).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.engine.artefacts import Field, Form, Mistake, is_blank, said
from alongside.engine.artefacts.shapes import REPEATING
from alongside.web.parts.forms import Form as HouseForm
from alongside.web.parts.forms import Text

FEW_OPTIONS = 5  # shown side by side; more are a list to choose from
SHORT = 12  # letters: a narrow cell, such as a year
FEW = 3  # blank rows on a fresh sheet, and how many more one press gives
WRONG: Mapping[str, Any] = {
    "too_long": gettext_lazy("This is too long. We can keep %(most)s letters."),
    "out_of_range": gettext_lazy("Write a whole number from %(low)s to %(high)s."),
    "not_a_date": gettext_lazy("Write a date, such as 28/11/2026."),
    "no_such_choice": gettext_lazy("Choose from the list."),
    "too_many_rows": gettext_lazy("There is room for %(most)s lines."),
    "not_named": gettext_lazy("Nobody in the list has this name. Write it as it stands there."),
    "named_twice": gettext_lazy("Two lines have this name. Add a letter or a number."),
}


class SheetForm(HouseForm):
    """What somebody enters in one form. A field left blank is no answer."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(
        self,
        data: Any = None,
        *,
        sheet: Form,
        language: str,
        answers: Mapping[str, Any] | None = None,
        version: int = 0,
        typed: Any = None,
    ) -> None:
        """``typed`` is what was sent without being kept: shown again as it is, with more lines."""
        self.sheet, self.language = sheet, language
        self.given = answers or {}
        self.counts: dict[str, int] = {}
        super().__init__(data, initial={"version": version})
        sent = data if typed is None else typed
        for one in sheet.fields:
            if one.kind in REPEATING:
                self._add_rows(one, sent)
            elif one.kind == "table":
                self._add_table(one)
            else:
                self._add(f"a_{one.id}", one, self.given.get(one.id))
        if typed is not None:
            self.initial = {
                name: field.widget.value_from_datadict(typed, {}, name)
                for name, field in self.fields.items()
            }

    def _say(self, words: Mapping[str, str]) -> str:
        return said(words, self.language)

    def _add(self, name: str, one: Field, value: Any, *, cell: str = "") -> None:
        field = _field(one, self.language, is_cell=bool(cell))
        field.label = f"{cell}: {self._say(one.label)}" if cell else self._say(one.label)
        field.help_text = self._say(one.hint)
        if one.kind == "date":
            value = _day(value)
        field.initial = value
        self.fields[name] = field

    def _add_rows(self, one: Field, data: Any) -> None:
        given = self.given.get(one.id) or []
        count = max(len(given) + 1 if given else 0, one.least, FEW)
        if data is not None:
            sent = str(data.get(f"rows_{one.id}", ""))
            count = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 4 else count
            count += FEW if data.get("more") == one.id else 0
        count = self.counts[one.id] = max(1, min(count, one.most))
        for number in range(1, count + 1):
            row = given[number - 1] if number <= len(given) else {}
            for column in one.columns:
                self._add(
                    f"a_{one.id}-{number}-{column.id}",
                    column,
                    row.get(column.id),
                    cell=f"{self._say(one.label)} {number}",
                )

    def _add_table(self, one: Field) -> None:
        given = self.given.get(one.id) or {}
        for row in one.rows:
            for column in one.columns:
                self._add(
                    f"a_{one.id}-{row.id}-{column.id}",
                    column,
                    (given.get(row.id) or {}).get(column.id),
                    cell=self._say(row.text),
                )

    # -- what was entered ----------------------------------------------------------------------

    def answers(self) -> dict[str, Any]:
        """What was entered, as the engine takes it; blanks are left out."""
        found = {one.id: self._entered(one) for one in self.sheet.fields}
        return {name: value for name, value in found.items() if not is_blank(value)}

    def _entered(self, one: Field) -> Any:
        if one.kind in REPEATING:
            return [self._row(one, str(number)) for number in range(1, self.counts[one.id] + 1)]
        if one.kind == "table":
            return {row.id: self._row(one, row.id) for row in one.rows}
        return _plain(self.cleaned_data.get(f"a_{one.id}"))

    def _row(self, one: Field, row: str) -> dict[str, Any]:
        cells = {
            column.id: _plain(self.cleaned_data.get(f"a_{one.id}-{row}-{column.id}"))
            for column in one.columns
        }
        return {name: value for name, value in cells.items() if not is_blank(value)}

    def add_mistakes(self, mistakes: tuple[Mistake, ...]) -> None:
        """Put what the engine refuses beside its field."""
        for mistake in mistakes:
            name = f"a_{mistake.field.replace('.', '-')}"
            words = str(WRONG.get(mistake.wrong, _("This cannot be kept."))) % mistake.facts
            self.add_error(name if name in self.fields else None, words)

    # -- for the page --------------------------------------------------------------------------

    def parts(self) -> Iterator[dict[str, Any]]:
        """The fields in order, those of a row or a table together."""
        for one in self.sheet.fields:
            part: dict[str, Any] = {
                "id": one.id,
                "label": self._say(one.label),
                "hint": self._say(one.hint),
                "kind": one.kind,
            }
            if one.kind in REPEATING:
                part["rows"] = [
                    {"label": str(number), "cells": self._cells(one, str(number))}
                    for number in range(1, self.counts[one.id] + 1)
                ]
                part["count"] = self.counts[one.id]
                part["more"] = self.counts[one.id] < one.most
            elif one.kind == "table":
                part["rows"] = [
                    {"label": self._say(row.text), "cells": self._cells(one, row.id)}
                    for row in one.rows
                ]
            else:
                part["field"] = self[f"a_{one.id}"]
                part["seg"] = one.kind == "rating" and one.high - one.low <= 10
                part["low"], part["high"] = self._say(one.low_words), self._say(one.high_words)
            yield part

    def names(self) -> list[tuple[str, list[str]]]:
        """By id of a list for the browser, the names that stand in the page to choose from."""
        columns = (each.of for one in self.sheet.fields for each in (one, *one.columns) if each.of)
        found = []
        for path in dict.fromkeys(columns):
            rows, _dot, column = path.partition(".")
            values = (
                str(self[f"a_{rows}-{number}-{column}"].value() or "").strip()
                for number in range(1, self.counts.get(rows, 0) + 1)
            )
            found.append((_list_of(path), [value for value in dict.fromkeys(values) if value]))
        return found

    def _cells(self, one: Field, row: str) -> list[dict[str, Any]]:
        return [
            {
                "field": self[f"a_{one.id}-{row}-{column.id}"],
                "label": self._say(column.label),
                "kind": "short"
                if column.kind == "text" and column.longest <= SHORT
                else column.kind,
            }
            for column in one.columns
        ]

    def typed(self) -> list[tuple[str, str, str]]:
        """Every field of the page: name, label, what was typed or stood there."""
        return [
            (name, str(field.label), _text(self[name].value()))
            for name, field in self.fields.items()
            if name != "version"
        ]


def _list_of(path: str) -> str:
    return f"names_{path.replace('.', '_')}"


def _field(one: Field, language: str, *, is_cell: bool) -> forms.Field:
    options = [(option.id, said(option.text, language)) for option in one.options]
    if one.kind == "choices":
        return forms.MultipleChoiceField(
            choices=options, required=False, widget=forms.CheckboxSelectMultiple
        )
    if one.kind == "choice" and (is_cell or len(options) > FEW_OPTIONS):
        return forms.ChoiceField(choices=[("", "–"), *options], required=False)
    if one.kind == "choice":
        return forms.ChoiceField(choices=options, required=False, widget=forms.RadioSelect)
    if one.kind == "rating":
        return _rating(one, is_cell=is_cell)
    if one.kind == "date":
        return forms.DateField(
            required=False,
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            error_messages={"invalid": WRONG["not_a_date"]},
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )
    if one.kind == "named":
        chosen = {"class": "w-full", "list": _list_of(one.of), "autocomplete": "off"}
        return Text(required=False, max_length=one.longest, widget=forms.TextInput(attrs=chosen))
    if one.kind == "long_text" and not is_cell:
        return Text(required=False, lines=3, max_length=one.longest)
    return Text(
        required=False,
        max_length=one.longest,
        widget=forms.TextInput(attrs={"class": "w-full"}),
    )


def _rating(one: Field, *, is_cell: bool) -> forms.Field:
    if not is_cell and one.high - one.low <= 10:
        return forms.TypedChoiceField(
            choices=[(number, str(number)) for number in range(one.low, one.high + 1)],
            coerce=int,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
        )
    edges = {"inputmode": "numeric", "class": "sheet-number", "min": one.low, "max": one.high}
    return forms.IntegerField(  # the engine says whether it lies on the scale
        required=False,
        error_messages={"invalid": gettext_lazy("Write a whole number, in figures.")},
        widget=forms.NumberInput(attrs=edges),
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ",".join(str(part) for part in value)
    return str(value)
