"""Lines for the note, from what was entered: ``Belief: {before} % before, {after} % after``.

A place is a field (``{situation}``), one column of repeating rows joined (``{steps.step}``), or
how many rows there are (``{steps.count}``). A line with a place that is blank is left out: the note
says only what somebody entered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from alongside.engine.artefacts.answers import Answers, day_of, is_blank
from alongside.engine.artefacts.shapes import REPEATING, Field, Form, said

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)\}")
COUNT = "count"

Day = Callable[[date], str]


def placeholders(text: str) -> tuple[str, ...]:
    """The places of a line, in order."""
    return tuple(_PLACE.findall(text))


def unknown_placeholders(form: Form, text: str) -> tuple[str, ...]:
    """The places of a line that no field or column of the form fills."""
    return tuple(place for place in placeholders(text) if not _is_known(form, place))


def _is_known(form: Form, place: str) -> bool:
    name, _, part = place.partition(".")
    found = form.field(name)
    if found is None:
        return False
    if not part:
        return True
    return found.kind in REPEATING and (part == COUNT or found.column(part) is not None)


def lines(
    form: Form, answers: Answers, language: str, *, day: Day = date.isoformat
) -> tuple[str, ...]:
    """What goes into the note.

    Args:
        form, answers: the form and what was entered in it.
        language: of the words around the places.
        day: how a day is written.

    Returns:
        The lines in the form's order, each with all of its places filled.
    """
    if form.note is None:
        return ()
    found = (_filled(form, answers, said(one, language), language, day) for one in form.note.lines)
    return tuple(line for line in found if line)


def _filled(form: Form, answers: Answers, text: str, language: str, day: Day) -> str:
    values = {place: _value(form, answers, place, language, day) for place in placeholders(text)}
    if not all(values.values()):
        return ""
    return _PLACE.sub(lambda found: values[found.group(1)], text)


def _value(form: Form, answers: Answers, place: str, language: str, day: Day) -> str:
    name, _, part = place.partition(".")
    found = form.field(name)
    given: Any = answers.get(name)
    if found is None or is_blank(given):
        return ""
    if part == COUNT:
        return str(len(given))
    if part:
        column = found.column(part)
        cells = (row.get(part) for row in given if isinstance(row, Mapping))
        return "; ".join(
            words(column, cell, language, day=day)
            for cell in cells
            if column is not None and not is_blank(cell)
        )
    return words(found, given, language, day=day)


def words(one: Field, value: Any, language: str, *, day: Day = date.isoformat) -> str:
    """One value as a reader reads it: option's words, a day, a number, rows joined."""
    if is_blank(value):
        return ""
    if one.kind == "choice":
        option = one.option(value)
        return said(option.text, language) if option else str(value)
    if one.kind == "choices":
        return ", ".join(
            said(option.text, language) for option in one.options if option.id in value
        )
    if one.kind == "date":
        found = day_of(value)
        return day(found) if found else str(value)
    if one.kind == "table":
        return "; ".join(_table(one, value, language, day))
    if one.kind in REPEATING:
        first = one.columns[0]
        return "; ".join(
            words(first, row[first.id], language, day=day)
            for row in value
            if not is_blank(row.get(first.id))
        )
    return " ".join(str(value).split())


def _table(one: Field, value: Any, language: str, day: Day) -> Iterator[str]:
    for row in one.rows:
        cells = value.get(row.id) or {}
        texts = [words(c, cells.get(c.id), language, day=day) for c in one.columns]
        if any(texts):
            yield f"{said(row.text, language)}: {', '.join(text for text in texts if text)}"
