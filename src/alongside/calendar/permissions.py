"""What the words of the access matrix mean for bookings."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from alongside.records.conditions import NOTHING
from alongside.records.registry import Condition, conditions


def _expected(reader: Any) -> Q:
    found = NOTHING
    for person in sorted(reader.persons):
        found |= Q(Contains(Cast(F("persons"), TextField()), Value(str(person))))
    return found


CONDITIONS = {
    "expected": Condition(
        q=_expected,
        holds=lambda row, reader: any(str(person) in row.persons for person in reader.persons),
    )
}


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("calendar", CONDITIONS)
