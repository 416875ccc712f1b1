"""What was entered in a form: tidied, checked against its fields, and whether it is complete.

Answers are plain values by field id: text, whole number, ``2026-11-22``, an option's id, a list of
option ids; for repeating rows a list of such mappings by column, for a table a mapping by its rows.
Absent is blank: nothing that was left out becomes a zero or a no.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date
from typing import Any, Literal

from alongside.engine.artefacts.shapes import REPEATING, Field, Form

Answers = Mapping[str, Any]
Wrong = Literal[
    "unknown", "wrong_kind", "too_long", "out_of_range", "not_a_date", "no_such_choice",
    "too_many_rows", "not_named", "named_twice",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mistake:
    """One answer that cannot be kept. ``field`` is its path: ``steps.3.now``, rows from 1."""

    field: str
    wrong: Wrong
    facts: Mapping[str, int] = made(default_factory=dict)


def is_blank(value: object) -> bool:
    """Nothing was entered: absent, white space, or rows that are all blank."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_blank(part) for part in value.values())
    if isinstance(value, list | tuple):
        return all(is_blank(part) for part in value)
    return False


def tidy(form: Form, answers: Answers) -> dict[str, Any]:
    """The answers without what is blank: fields, cells and rows. Words stay as they are.

    The steps of a ladder are put in order, the hardest first; those nobody rated stand last.
    """
    kept: dict[str, Any] = {}
    for name, value in answers.items():
        if is_blank(value):
            continue
        found = form.field(name)
        if found is not None and found.kind in REPEATING and isinstance(value, list):
            rows = [_cells(row) for row in value if not is_blank(row)]
            kept[name] = _in_order(found, rows) if found.kind == "ladder" else rows
        elif found is not None and found.kind == "table" and isinstance(value, Mapping):
            kept[name] = {id: _cells(row) for id, row in value.items() if not is_blank(row)}
        else:
            kept[name] = value
    return kept


def _in_order(ladder: Field, rows: list[object]) -> list[object]:
    def place(row: object) -> tuple[bool, int]:
        rated = row.get(ladder.order_by) if isinstance(row, Mapping) else None
        return not isinstance(rated, int), -rated if isinstance(rated, int) else 0

    return sorted(rows, key=place)


def _cells(row: object) -> object:
    if not isinstance(row, Mapping):
        return row
    return {name: value for name, value in row.items() if not is_blank(value)}


def check(form: Form, answers: Answers) -> tuple[Mistake, ...]:
    """Every answer that cannot be kept, in the form's order; blank is never a mistake.

    Args:
        form: the form, at one exact version.
        answers: as said above; whole numbers are in the rating's own points.

    Returns:
        The mistakes, each naming its field, row (from 1) and column; empty when all can be kept.
    """
    known = {one.id for one in form.fields}
    found = [Mistake(str(name), "unknown") for name in answers if name not in known]
    for one in form.fields:
        if not is_blank(answers.get(one.id)):
            found += _wrong(one, answers[one.id], one.id)
    return tuple(found) or tuple(_wrong_names(form, answers))


def same(name: str) -> str:
    """A name however it is written."""
    return " ".join(name.casefold().split())


def _wrong_names(form: Form, answers: Answers) -> Iterator[Mistake]:
    """Names that nobody has, and names that two have where somebody is found by their name."""
    named = list(_named(form, answers))
    for path in dict.fromkeys(one.of for one, _path, _name in named):
        yield from _twice(path, answers)
    for one, path, name in named:
        if same(name) not in {same(there) for _row, there in _there(one.of, answers)}:
            yield Mistake(path, "not_named")


def _named(form: Form, answers: Answers) -> Iterator[tuple[Field, str, str]]:
    """Every field and cell that names somebody and is filled in."""
    for one in form.fields:
        if one.kind == "named" and not is_blank(answers.get(one.id)):
            yield one, one.id, str(answers[one.id])
        for column in one.columns if one.kind in REPEATING else ():
            for number, row in enumerate(answers.get(one.id) or (), 1):
                if column.kind == "named" and not is_blank(row.get(column.id)):
                    yield column, f"{one.id}.{number}.{column.id}", str(row[column.id])


def _there(path: str, answers: Answers) -> Iterator[tuple[int, str]]:
    name, _, column = path.partition(".")
    for number, row in enumerate(answers.get(name) or (), 1):
        if not is_blank(row.get(column)):
            yield number, str(row[column])


def _twice(path: str, answers: Answers) -> Iterator[Mistake]:
    seen: set[str] = set()
    name, _, column = path.partition(".")
    for number, there in _there(path, answers):
        if same(there) in seen:
            yield Mistake(f"{name}.{number}.{column}", "named_twice")
        seen.add(same(there))


def _wrong(one: Field, value: Any, path: str) -> Iterator[Mistake]:
    if one.kind in REPEATING:
        yield from _wrong_rows(one, value, path)
    elif one.kind == "table":
        yield from _wrong_table(one, value, path)
    elif one.kind == "choices":
        yield from _wrong_choices(one, value, path)
    else:
        yield from _wrong_value(one, value, path)


def _wrong_rows(one: Field, value: Any, path: str) -> Iterator[Mistake]:
    if not isinstance(value, list):
        yield Mistake(path, "wrong_kind")
        return
    if len(value) > one.most:
        yield Mistake(path, "too_many_rows", {"most": one.most})
    for number, row in enumerate(value, 1):
        yield from _wrong_row(one, row, f"{path}.{number}")


def _wrong_table(one: Field, value: Any, path: str) -> Iterator[Mistake]:
    if not isinstance(value, Mapping):
        yield Mistake(path, "wrong_kind")
        return
    known = {row.id for row in one.rows}
    for id, row in value.items():
        if id not in known:
            yield Mistake(f"{path}.{id}", "unknown")
        else:
            yield from _wrong_row(one, row, f"{path}.{id}")


def _wrong_row(one: Field, row: Any, path: str) -> Iterator[Mistake]:
    if not isinstance(row, Mapping):
        yield Mistake(path, "wrong_kind")
        return
    for name, value in row.items():
        column = one.column(str(name))
        if column is None:
            yield Mistake(f"{path}.{name}", "unknown")
        elif not is_blank(value):
            yield from _wrong(column, value, f"{path}.{name}")


def _wrong_choices(one: Field, value: Any, path: str) -> Iterator[Mistake]:
    if not isinstance(value, list):
        yield Mistake(path, "wrong_kind")
    elif any(one.option(id) is None for id in value) or len(set(value)) != len(value):
        yield Mistake(path, "no_such_choice")


def _wrong_value(one: Field, value: Any, path: str) -> Iterator[Mistake]:
    if one.kind == "rating":
        if isinstance(value, bool) or not isinstance(value, int):
            yield Mistake(path, "wrong_kind")
        elif not one.low <= value <= one.high:
            yield Mistake(path, "out_of_range", {"low": one.low, "high": one.high})
    elif not isinstance(value, str):
        yield Mistake(path, "wrong_kind")
    elif one.kind == "choice":
        if one.option(value) is None:
            yield Mistake(path, "no_such_choice")
    elif one.kind == "date":
        if day_of(value) is None:
            yield Mistake(path, "not_a_date")
    elif len(value) > one.longest:
        yield Mistake(path, "too_long", {"most": one.longest, "over": len(value) - one.longest})


def day_of(value: object) -> date | None:
    """The day that ``2026-11-22`` means; None for anything else."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def missing(form: Form, answers: Answers) -> tuple[str, ...]:
    """The paths of what is asked for and still blank, in the form's order."""
    return tuple(path for one in form.fields for path in _missing(one, answers.get(one.id), one.id))


def _missing(one: Field, value: Any, path: str) -> Iterator[str]:
    if one.kind in REPEATING:
        rows = [row for row in value or () if not is_blank(row)]
        if len(rows) < max(one.least, 1 if one.required else 0):
            yield path
        for number, row in enumerate(rows, 1):
            yield from (
                f"{path}.{number}.{column.id}"
                for column in one.columns
                if column.required and is_blank(row.get(column.id))
            )
    elif one.required and is_blank(value):
        yield path


def is_complete(form: Form, answers: Answers) -> bool:
    """Everything the form asks for is there. Only then it counts for its step."""
    return not is_blank(dict(answers)) and not missing(form, answers)
