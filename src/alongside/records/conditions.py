"""Building blocks for the condition words of the rooms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from alongside.records.registry import Condition

NOTHING = Q(pk__in=[])


def own(*fields: str) -> Condition:
    """One of these columns names one of the reader's own persons.

    A record that the reader makes will say so itself, hence ``by_making``.
    """

    def q(reader: Any) -> Q:
        if not reader.persons:
            return NOTHING
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__in": reader.persons})
        return found

    def holds(row: Any, reader: Any) -> bool:
        return any(_value(row, field) in reader.persons for field in fields)

    return Condition(q=q, holds=holds, by_making=lambda circle: True)


def never() -> Condition:
    """A word that nothing fulfils yet."""
    return Condition(q=lambda reader: NOTHING, holds=lambda row, reader: False)


def always() -> Condition:
    """A word that every row of a model fulfils."""
    return Condition(
        q=lambda reader: Q(), holds=lambda row, reader: True, by_making=lambda circle: True
    )


def _value(row: Any, field: str) -> UUID | None:
    *steps, last = field.split("__")
    for step in steps:
        row = getattr(row, step)
        if row is None:
            return None
    if last == "pk":
        return UUID(str(row.pk))
    value = getattr(row, f"{last}_id")
    return None if value is None else UUID(str(value))
