"""What the words of the access matrix mean for bookings, and for whom and what they take."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from alongside.access.permissions import ACCOUNT, wards_in_sight
from alongside.calendar.models import Booking
from alongside.records.conditions import NOTHING
from alongside.records.registry import Condition, conditions

Whom = Callable[[Any], frozenset[UUID]]


def _own(reader: Any) -> frozenset[UUID]:
    found: frozenset[UUID] = reader.persons
    return found


def _wards(reader: Any) -> frozenset[UUID]:
    return wards_in_sight(reader, "times")


def _expected(persons: Iterable[UUID]) -> Q:
    found = NOTHING
    for person in sorted(persons):
        found |= Q(Contains(Cast(F("persons"), TextField()), Value(str(person))))
    return found


def _is_expected(booking: Booking, persons: Iterable[UUID]) -> bool:
    return any(str(person) in booking.persons for person in persons)


def _time_of(whom: Whom) -> Condition:
    """A time at which one of them is expected."""
    return Condition(
        q=lambda reader: _expected(whom(reader)),
        holds=lambda row, reader: _is_expected(row, whom(reader)),
    )


def _busy_with(whom: Whom) -> Condition:
    """With whom and where one of them is expected; of the persons they themself alone."""

    def q(reader: Any) -> Q:
        persons = whom(reader)
        times = Booking._base_manager.filter(_expected(persons)).values("pk")
        return Q(booking__in=times) & (Q(person=None) | Q(person__in=persons))

    def holds(row: Any, reader: Any) -> bool:
        persons = whom(reader)
        is_theirs = row.person_id is None or row.person_id in persons
        return is_theirs and _is_expected(row.booking, persons)

    return Condition(q=q, holds=holds)


TIMES = {"expected": _time_of(_own), "ward_expected": _time_of(_wards)}
BUSY = {"expected": _busy_with(_own), "ward_expected": _busy_with(_wards)}


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("calendar", TIMES)
    conditions.register("calendar.busy", BUSY)
    conditions.register("calendar.feed", ACCOUNT)
