"""What the words of the access matrix mean for bookings, and for whom and what they take."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from alongside.access.permissions import ACCOUNT
from alongside.calendar.models import Booking
from alongside.records.conditions import NOTHING
from alongside.records.registry import Condition, conditions


def _expected(reader: Any) -> Q:
    found = NOTHING
    for person in sorted(reader.persons):
        found |= Q(Contains(Cast(F("persons"), TextField()), Value(str(person))))
    return found


def _is_expected(booking: Booking, reader: Any) -> bool:
    return any(str(person) in booking.persons for person in reader.persons)


def _with_me(reader: Any) -> Q:
    """With whom and where one is expected; of the persons oneself alone."""
    times = Booking._base_manager.filter(_expected(reader)).values("pk")
    return Q(booking__in=times) & (Q(person=None) | Q(person__in=reader.persons))


EXPECTED = Condition(q=_expected, holds=_is_expected)
BUSY = Condition(
    q=_with_me,
    holds=lambda row, reader: (
        _is_expected(row.booking, reader)
        and (row.person_id is None or row.person_id in reader.persons)
    ),
)


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("calendar", {"expected": EXPECTED})
    conditions.register("calendar.busy", {"expected": BUSY})
    conditions.register("calendar.feed", ACCOUNT)
