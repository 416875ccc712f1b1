"""Bookings, each with its reader."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Q

from alongside.calendar.models import NO_OVERLAP, Booking


def bookings(*, seen_by: Any) -> Any:
    return Booking.objects.visible_to(seen_by).select_related(
        "circle__focus", "practitioner__person", "institution"
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
    """The reader's own bookings that touch a stretch of time, soonest first."""
    return between(seen_by=seen_by, start=start, end=end).filter(
        practitioner__person__in=seen_by.persons
    )


def past(*, seen_by: Any, at: datetime, circle: UUID) -> Any:
    """What has begun, and what was given back, latest first."""
    return (
        bookings(seen_by=seen_by)
        .filter(Q(starts_at__lte=at) | Q(cancelled_at__isnull=False), circle=circle)
        .order_by("-starts_at")
    )


def overlap_is_walled(using: str = "default") -> bool:
    """Does the database itself refuse two bookings of one practitioner at one time?

    True on SQLite, where one writer at a time is enough.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [NO_OVERLAP])
        return cursor.fetchone() is not None
