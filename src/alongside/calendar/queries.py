"""Bookings, rooms and free time, each with its reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import F, Q

from alongside.calendar.models import NO_OVERLAP, Booking, Busy, Resource
from alongside.calendar.rules import Span


def bookings(*, seen_by: Any) -> Any:
    return Booking.objects.visible_to(seen_by).select_related(
        "circle__focus", "practitioner__person", "institution", "resource"
    )


def upcoming(*, seen_by: Any, at: datetime, circle: UUID | None = None) -> Any:
    """What is still to come, soonest first; cancelled bookings left out."""
    rows = bookings(seen_by=seen_by).filter(ends_at__gte=at, cancelled_at=None)
    if circle is not None:
        rows = rows.filter(circle=circle)
    return rows.order_by("starts_at")


def between(*, seen_by: Any, start: datetime, end: datetime) -> Any:
    """What touches a stretch of time, soonest first."""
    return (
        bookings(seen_by=seen_by)
        .filter(starts_at__lt=end, ends_at__gt=start, cancelled_at=None)
        .order_by("starts_at")
    )


def mine(*, seen_by: Any, start: datetime, end: datetime) -> Any:
    """The bookings that touch a stretch of time and that the reader gives, alone or with others."""
    return between(seen_by=seen_by, start=start, end=end).filter(
        busy__practitioner__person__in=seen_by.persons
    )


def mine_elsewhere(*, seen_by: Any, start: datetime, end: datetime) -> list[Span]:
    """When the reader is taken for cases they may not see: from when to when, and no more."""
    own = Busy.objects.unscoped("one's own time, whosever case it is: when, and no more").filter(
        practitioner__person__in=seen_by.persons,
        is_live=True,
        starts_at__lt=end,
        ends_at__gt=start,
    )
    seen = Booking.objects.visible_to(seen_by).filter(starts_at__lt=end, ends_at__gt=start)
    rows = own.exclude(booking__in=seen.values("pk")).order_by("starts_at")
    return [Span(*times) for times in rows.values_list("starts_at", "ends_at")]


def expected_at(*, seen_by: Any, at: datetime, persons: Iterable[UUID]) -> Any:
    """The times to come at which these persons are expected, soonest first; cancelled ones too."""
    mine = Busy.objects.visible_to(seen_by).filter(person__in=list(persons), ends_at__gte=at)
    return bookings(seen_by=seen_by).filter(pk__in=mine.values("booking")).order_by("starts_at")


def past(*, seen_by: Any, at: datetime, circle: UUID) -> Any:
    """What has begun, and what was given back, latest first."""
    return (
        bookings(seen_by=seen_by)
        .filter(Q(starts_at__lte=at) | Q(cancelled_at__isnull=False), circle=circle)
        .order_by("-starts_at")
    )


def following(booking: Booking, *, seen_by: Any, at: datetime) -> Any:
    """The times of the same series that come after this one and still stand, the soonest first."""
    rows = bookings(seen_by=seen_by).filter(
        series=booking.series, series__isnull=False, cancelled_at=None, starts_at__gt=at
    )
    return rows.filter(starts_at__gt=booking.starts_at).order_by("starts_at")


def colleagues(rows: Iterable[Booking], *, seen_by: Any) -> dict[UUID, list[Any]]:
    """Who of the staff takes part besides, by booking; one query for all of them."""
    found: dict[UUID, list[Any]] = {row.pk: [] for row in rows}
    busy = Busy.objects.visible_to(seen_by).filter(
        booking__in=list(found), practitioner__isnull=False
    )
    besides = busy.exclude(practitioner=F("booking__practitioner"))
    for row in besides.select_related("practitioner__person").order_by("pk"):
        found[row.booking_id].append(row.practitioner)
    return found


# -- rooms -----------------------------------------------------------------------------------------


def rooms(*, seen_by: Any) -> Any:
    """The rooms of the house, those in use first, by name."""
    return Resource.objects.visible_to(seen_by).order_by(
        F("ended_at").asc(nulls_first=True), "name"
    )


def rooms_in_use(*, seen_by: Any) -> Any:
    """The rooms that can be booked."""
    return rooms(seen_by=seen_by).filter(ended_at=None)


@dataclass(frozen=True, slots=True)
class Use:
    """How much a room is used in a stretch of time: how many times, for how many minutes."""

    times: int
    minutes: int


def use_of_rooms(*, seen_by: Any, start: datetime, end: datetime) -> dict[UUID, Use]:
    """How often and how long each room is taken. Counts alone: neither by whom nor for what."""
    shown = set(Resource.objects.visible_to(seen_by).values_list("pk", flat=True))
    found: dict[UUID, Use] = {}
    rows = Busy.objects.unscoped("how often a room is used: a count").filter(
        resource__in=shown, is_live=True, starts_at__lt=end, ends_at__gt=start
    )
    for room, starts, ends in rows.values_list("resource", "starts_at", "ends_at"):
        before = found.get(room, Use(0, 0))
        minutes = int((ends - starts).total_seconds() // 60)
        found[room] = Use(before.times + 1, before.minutes + minutes)
    return found


def overlap_is_walled(using: str = "default") -> bool:
    """Does the database itself refuse two bookings of one practitioner, person or room at a time?

    True on SQLite, where one writer at a time is enough.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [NO_OVERLAP])
        return cursor.fetchone() is not None
