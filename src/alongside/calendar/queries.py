"""Bookings, each with its reader."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from alongside.calendar.models import Booking


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
