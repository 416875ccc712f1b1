"""Keep a time, move it, give it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from alongside.calendar.models import Booking
from alongside.calendar.rules import span
from alongside.people.models import Circle, Person, Practitioner
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused

PLACES = ("in_person", "video", "phone")


class AlreadyBooked(Refused):
    """The practitioner or somebody expected already has something at that time."""


class InThePast(Refused):
    """A time that has gone cannot be kept."""


class AlreadyCancelled(Refused):
    """The booking was given back before."""


@action
def book(
    *,
    circle: Circle,
    practitioner: Practitioner,
    persons: Sequence[Person],
    wall: datetime,
    zone: str,
    minutes: int,
    by: Any,
    at: datetime,
    place: str = "in_person",
    about: str = "",
) -> Booking:
    """Keep a time for these persons with this practitioner.

    Args:
        wall: the wall time, naive, as it stands on the clock of ``zone`` that day.
        minutes: 5 to 480.
        about: what it is for, as text: ``course:<uuid>``.

    Raises:
        AlreadyBooked, InThePast, NoSuchTime, NoSuchZone; NotAllowed without the right.
    """
    by.confirm_create("booking", institution=circle.institution_id, circle=circle.pk)
    when = span(wall, zone, minutes)
    if when.starts_at < at:
        raise InThePast(wall=wall)
    expected = [str(person.pk) for person in persons]
    _must_be_free(practitioner, expected, when.starts_at, when.ends_at)
    booking = Booking.objects.create(
        institution_id=circle.institution_id,
        circle=circle,
        practitioner=practitioner,
        persons=expected,
        about=about,
        local_start=wall.replace(tzinfo=UTC),
        zone=zone,
        minutes=minutes,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        place=place,
        made_at=at,
    )
    audit.write("calendar.booking_made", by=by, at=at, about=booking)
    return booking


@action
def move(*, booking: Booking, wall: datetime, expected: int, by: Any, at: datetime) -> Booking:
    """Move a booking to another wall time in the same zone, for as long as before.

    Raises:
        StaleVersion: somebody moved it first. AlreadyBooked, InThePast, AlreadyCancelled.
    """
    by.confirm("E", booking)
    if booking.cancelled_at:
        raise AlreadyCancelled(booking=booking)
    when = span(wall, booking.zone, booking.minutes)
    if when.starts_at < at:
        raise InThePast(wall=wall)
    _must_be_free(
        booking.practitioner, booking.persons, when.starts_at, when.ends_at, leave_out=booking
    )
    booking.local_start = wall.replace(tzinfo=UTC)
    booking.starts_at, booking.ends_at = when.starts_at, when.ends_at
    booking.save_version(expected, ["local_start", "starts_at", "ends_at"])
    audit.write("calendar.booking_moved", by=by, at=at, about=booking)
    return booking


@action
def cancel(*, booking: Booking, because: str, expected: int, by: Any, at: datetime) -> Booking:
    """Give the time back and say why."""
    by.confirm("E", booking)
    if booking.cancelled_at:
        raise AlreadyCancelled(booking=booking)
    booking.cancelled_at, booking.cancelled_because = at, because
    booking.save_version(expected, ["cancelled_at", "cancelled_because"])
    audit.write("calendar.booking_cancelled", by=by, at=at, about=booking)
    return booking


def _must_be_free(
    practitioner: Practitioner,
    persons: Sequence[str],
    starts_at: datetime,
    ends_at: datetime,
    leave_out: Booking | None = None,
) -> None:
    # On SQLite the write lock is ours already; on PostgreSQL two bookings of one practitioner
    # or one circle's person must not look at the same time, so the practitioner is locked.
    if connection.vendor == "postgresql":
        list(
            Practitioner.objects.unscoped("lock against double booking")
            .select_for_update()
            .filter(pk=practitioner.pk)
        )
    same_time = Booking.objects.unscoped("no double booking, whoever made the other").filter(
        starts_at__lt=ends_at, ends_at__gt=starts_at, cancelled_at=None
    )
    if leave_out is not None:
        same_time = same_time.exclude(pk=leave_out.pk)
    theirs = Q(practitioner=practitioner)
    if same_time.filter(theirs).exists():
        raise AlreadyBooked(who="practitioner", starts_at=starts_at)
    wanted = set(persons)
    if any(wanted & set(row) for row in same_time.values_list("persons", flat=True)):
        raise AlreadyBooked(who="person", starts_at=starts_at)
