"""Keep a time, move it, give it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from alongside.access.models import Separation
from alongside.calendar.models import Booking
from alongside.calendar.rules import LEAST_MINUTES, MOST_MINUTES, PLACES, Span, span
from alongside.people.models import Circle, Member, Person, Practitioner
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused
from alongside.records.registry import holds

FURTHEST = timedelta(days=400)


class AlreadyBooked(Refused):
    """The practitioner or somebody expected already has something at that time."""

    who: str  # practitioner, person
    starts_at: datetime


class InThePast(Refused):
    """A time that has gone cannot be kept."""


class TooFarAhead(Refused):
    """A time lies more than 400 days ahead."""


class HasBegun(Refused):
    """The time has begun: what happened is told, not moved or given back."""


class AlreadyCancelled(Refused):
    """The booking was given back before."""


class NotExpected(Refused):
    """Nobody is expected, or somebody who has no place in this circle."""


class KeptApart(Refused):
    """These people must not meet here."""


class UnknownWord(Refused):
    """A length or a place that is not in its list. ``field`` and ``value`` say which."""

    field: str
    value: object


class NeedsAReason(Refused):
    """Why the time is given back must be said."""

    field: str


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
        persons: who is expected, of this circle; at least one.
        wall: the wall time, naive, as it stands on the clock of ``zone`` that day.
        minutes: 5 to 480.
        about: what it is for, as text: ``course:<uuid>``.

    Raises:
        AlreadyBooked, InThePast, TooFarAhead, NotExpected, KeptApart, UnknownWord, NoSuchTime,
        NoSuchZone; NotAllowed without the right; what a hold on ``calendar.book`` refuses.
    """
    by.confirm_create("booking", institution=circle.institution_id, circle=circle.pk)
    if practitioner.institution_id != circle.institution_id:
        raise NotExpected(practitioner=practitioner)
    if not persons or not set(persons) <= _of(circle):
        raise NotExpected(persons=list(persons))
    _must_not_be_apart(persons, at)
    _must_be_possible(minutes, place)
    when = _span(wall, zone, minutes, at)
    expected = sorted(str(person.pk) for person in persons)
    _lock(practitioner, expected)
    _must_be_free(practitioner, expected, when)
    booking = Booking(
        institution_id=circle.institution_id,
        circle=circle,
        practitioner=practitioner,
        persons=expected,
        about=about[:80],
        local_start=wall.replace(tzinfo=UTC),
        zone=zone,
        minutes=minutes,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        place=place,
        made_at=at,
    )
    try:
        with transaction.atomic():
            booking.save(force_insert=True)
    except IntegrityError as taken:  # the database's own wall, on PostgreSQL
        raise AlreadyBooked(who="practitioner", starts_at=when.starts_at) from taken
    holds.ask("calendar.book", at=at, circle=circle, persons=persons)  # every other refusal first
    audit.write("calendar.booking_made", by=by, at=at, about=booking)
    return booking


@action
def move(
    *,
    booking: Booking,
    wall: datetime,
    expected: int,
    by: Any,
    at: datetime,
    minutes: int | None = None,
    place: str = "",
) -> Booking:
    """Move a booking to another wall time in the same zone.

    Args:
        expected: the version that was read.
        minutes, place: as before when left out.

    Raises:
        StaleVersion: somebody moved it first. AlreadyBooked, InThePast, TooFarAhead, HasBegun,
        AlreadyCancelled, UnknownWord, NoSuchTime.
    """
    by.confirm("E", booking)
    _must_be_to_come(booking, at)
    minutes, place = minutes or booking.minutes, place or booking.place
    _must_be_possible(minutes, place)
    when = _span(wall, booking.zone, minutes, at)
    _lock(booking.practitioner, booking.persons)
    _must_be_free(booking.practitioner, booking.persons, when, leave_out=booking)
    booking.local_start, booking.minutes, booking.place = wall.replace(tzinfo=UTC), minutes, place
    booking.starts_at, booking.ends_at = when.starts_at, when.ends_at
    try:
        with transaction.atomic():
            booking.save_version(
                expected, ["local_start", "minutes", "place", "starts_at", "ends_at"]
            )
    except IntegrityError as taken:
        raise AlreadyBooked(who="practitioner", starts_at=when.starts_at) from taken
    holds.ask("calendar.book", at=at, circle=booking.circle, persons=booking.persons)
    audit.write("calendar.booking_moved", by=by, at=at, about=booking)
    return booking


@action
def cancel(*, booking: Booking, because: str, expected: int, by: Any, at: datetime) -> Booking:
    """Give the time back and say why. Once it has begun, what happened is told instead.

    Raises:
        StaleVersion, HasBegun, AlreadyCancelled, NeedsAReason.
    """
    by.confirm("E", booking)
    _must_be_to_come(booking, at)
    if not because.strip():
        raise NeedsAReason(field="because")
    booking.cancelled_at, booking.cancelled_because = at, because.strip()[:200]
    booking.save_version(expected, ["cancelled_at", "cancelled_because"])
    audit.write("calendar.booking_cancelled", by=by, at=at, about=booking)
    return booking


def _span(wall: datetime, zone: str, minutes: int, at: datetime) -> Span:
    """The length of time, once it is known to lie where a time may be kept."""
    day = timedelta(days=1)
    if wall.replace(tzinfo=UTC) < at - day:
        raise InThePast(wall=wall)
    if wall.replace(tzinfo=UTC) > at + FURTHEST:
        raise TooFarAhead(wall=wall)
    when = span(wall, zone, minutes)
    if when.starts_at < at:
        raise InThePast(wall=wall)
    return when


def _of(circle: Circle) -> set[Person]:
    members = Member.objects.unscoped("only who belongs to a circle is expected by it")
    live = members.filter(circle=circle, to_at=None).select_related("person")
    return {circle.focus, *(member.person for member in live)}


def _must_not_be_apart(persons: Sequence[Person], at: datetime) -> None:
    apart = Separation.objects.unscoped("two separated people never meet here").filter(
        Q(ended_at=None) | Q(ended_at__gt=at), set_at__lte=at
    )
    for one, other in combinations(persons, 2):
        if apart.filter(Q(one=one, other=other) | Q(one=other, other=one)).exists():
            raise KeptApart


def _must_be_possible(minutes: int, place: str) -> None:
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise UnknownWord(field="minutes", value=minutes)
    if place not in PLACES:
        raise UnknownWord(field="place", value=place)


def _must_be_to_come(booking: Booking, at: datetime) -> None:
    if booking.cancelled_at:
        raise AlreadyCancelled(booking=booking)
    if booking.starts_at <= at:
        raise HasBegun(booking=booking)


def _lock(practitioner: Practitioner, persons: Iterable[str]) -> None:
    """Two bookings with the same people do not look at the same time.

    On SQLite the write lock is ours already; on PostgreSQL each row is locked, in one order.
    """
    list(
        Practitioner.objects.unscoped("lock against double booking")
        .select_for_update(no_key=True)
        .filter(pk=practitioner.pk)
    )
    list(
        Person.objects.unscoped("lock against double booking")
        .select_for_update(no_key=True)
        .filter(pk__in=list(persons))
        .order_by("pk")
    )


def _must_be_free(
    practitioner: Practitioner,
    persons: Sequence[str],
    when: Span,
    leave_out: Booking | None = None,
) -> None:
    same_time = Booking.objects.unscoped("no double booking, whoever made the other").filter(
        starts_at__lt=when.ends_at, ends_at__gt=when.starts_at, cancelled_at=None
    )
    if leave_out is not None:
        same_time = same_time.exclude(pk=leave_out.pk)
    if same_time.filter(practitioner=practitioner).exists():
        raise AlreadyBooked(who="practitioner", starts_at=when.starts_at)
    wanted = set(persons)
    if any(wanted & set(row) for row in same_time.values_list("persons", flat=True)):
        raise AlreadyBooked(who="person", starts_at=when.starts_at)
