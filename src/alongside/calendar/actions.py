"""Keep a time, move it, give it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from alongside.access import apart
from alongside.calendar.models import Booking, Busy, Resource
from alongside.calendar.rules import (
    LEAST_MINUTES,
    MOST_MINUTES,
    PLACES,
    ComesTwice,
    Span,
    comes_twice,
    is_link,
    span,
)
from alongside.people.models import Circle, Member, Person, Practitioner
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, Refused, Unfit
from alongside.records.registry import holds

FURTHEST = timedelta(days=400)
LOCK = "lock against double booking"


class AlreadyBooked(Refused):
    """Somebody, or the room, already has something at that time."""

    who: str  # practitioner, colleague, room, person
    starts_at: datetime


class InThePast(Unfit):
    """A time that has gone cannot be kept."""


class TooFarAhead(Unfit):
    """A time lies more than 400 days ahead."""


class HasBegun(Refused):
    """The time has begun: what happened is told, not moved or given back."""


class AlreadyCancelled(Refused):
    """The booking was given back before."""


class NotExpected(Refused):
    """Nobody is expected, or somebody who has no place in this circle or does not work here."""


class KeptApart(Held):
    """These people must not meet here."""


class NoSuchRoom(Refused):
    """The room belongs to another house, or is no longer used."""


class TooSmall(Unfit):
    """The room holds fewer people than would be there. ``capacity`` and ``people`` say how many."""

    capacity: int
    people: int


class UnknownWord(Unfit):
    """A length, a place or an address that is not possible. ``field`` and ``value`` say which."""

    field: str
    value: object


class NeedsAReason(Unfit):
    """Why the time is given back must be said."""

    field: str


@dataclass(frozen=True, slots=True)
class Takes:
    """Whom and what a time takes: the practitioner, colleagues beside them, persons, a room."""

    practitioner: UUID
    colleagues: frozenset[UUID] = frozenset()
    persons: frozenset[UUID] = frozenset()
    resource: Resource | None = None

    @property
    def room(self) -> frozenset[UUID]:
        return frozenset(() if self.resource is None else (self.resource.pk,))

    @property
    def staff(self) -> frozenset[UUID]:
        return self.colleagues | {self.practitioner}

    @property
    def everybody(self) -> frozenset[UUID]:
        return self.staff | self.persons | self.room

    def kind_of(self, taken: Collection[UUID]) -> str:
        """Who of these is the first reason why it cannot be."""
        for kind, ids in (
            ("practitioner", {self.practitioner}),
            ("colleague", self.colleagues),
            ("room", self.room),
            ("person", self.persons),
        ):
            if ids & set(taken):
                return kind
        return ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is the same for every time of a series: for whom, with whom, where, how long."""

    circle: Circle
    practitioner: Practitioner
    persons: tuple[Person, ...]
    zone: str
    minutes: int
    colleagues: tuple[Practitioner, ...] = ()
    place: str = "in_person"
    resource: Resource | None = None
    video_link: str = ""
    about: str = ""
    takes: Takes = field(init=False)

    def __post_init__(self) -> None:
        takes = Takes(
            self.practitioner.pk,
            frozenset(row.pk for row in self.colleagues) - {self.practitioner.pk},
            frozenset(person.pk for person in self.persons),
            self.resource,
        )
        object.__setattr__(self, "takes", takes)


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
    colleagues: Sequence[Practitioner] = (),
    place: str = "in_person",
    resource: Resource | None = None,
    video_link: str = "",
    second: bool | None = None,
    about: str = "",
) -> Booking:
    """Keep a time for these persons with this practitioner.

    Args:
        persons: who is expected, of this circle; at least one.
        wall: the wall time, naive, as it stands on the clock of ``zone`` that day.
        minutes: 5 to 480.
        colleagues: who of the staff takes part besides.
        resource: the room; nobody else has it then, and it must hold everybody.
        video_link: an https address, for a talk by video.
        second: of a time that comes twice, the later one; it must be said when it does.
        about: what it is for, as text: ``course:<uuid>``.

    Raises:
        AlreadyBooked, InThePast, TooFarAhead, NotExpected, KeptApart, NoSuchRoom, TooSmall,
        UnknownWord, NoSuchTime, ComesTwice, NoSuchZone; NotAllowed without the right; what a hold
        on ``calendar.book`` refuses.
    """
    kept = Kept(
        circle=circle,
        practitioner=practitioner,
        persons=tuple(persons),
        zone=zone,
        minutes=minutes,
        colleagues=tuple(colleagues),
        place=place,
        resource=resource,
        video_link=video_link,
        about=about,
    )
    by.confirm_create("booking", institution=circle.institution_id, circle=circle.pk)
    must_be_possible(kept, at)
    when = span_of(wall, zone, minutes, at, second=second)
    lock(kept.takes)
    must_be_free(kept.takes, when)
    booking = keep(kept, wall, when, by=by, at=at, second=bool(second))
    holds.ask("calendar.book", at=at, circle=circle, persons=persons)  # every other refusal first
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
    resource: Resource | None = None,
    leave_room: bool = False,
    video_link: str | None = None,
    second: bool | None = None,
) -> Booking:
    """Move a booking to another wall time in the same zone.

    Args:
        expected: the version that was read.
        minutes, place, resource, video_link: as before when left out.
        leave_room: no room any more.

    Raises:
        StaleVersion: somebody moved it first. AlreadyBooked, InThePast, TooFarAhead, HasBegun,
        AlreadyCancelled, NoSuchRoom, TooSmall, UnknownWord, NoSuchTime, ComesTwice.
    """
    by.confirm("E", booking)
    must_be_to_come(booking, at)
    change = Change(minutes, place, resource, leave_room, video_link)
    takes = must_fit(booking, change)
    must_not_be_apart([UUID(each) for each in booking.persons], at)
    minutes = change.minutes or booking.minutes
    when = span_of(wall, booking.zone, minutes, at, second=second)
    lock(takes)
    must_be_free(takes, when, leave_out=[booking.pk])
    change_to(booking, wall, when, change, expected=expected, second=bool(second))
    holds.ask("calendar.book", at=at, circle=booking.circle, persons=booking.persons)
    holds.ask("calendar.move", at=at, booking=booking, by=by)
    audit.write("calendar.booking_moved", by=by, at=at, about=booking)
    return booking


@action
def cancel(*, booking: Booking, because: str, expected: int, by: Any, at: datetime) -> Booking:
    """Give the time back and say why. Once it has begun, what happened is told instead.

    Raises:
        StaleVersion, HasBegun, AlreadyCancelled, NeedsAReason.
    """
    by.confirm("E", booking)
    must_be_to_come(booking, at)
    if not because.strip():
        raise NeedsAReason(field="because")
    give_back(booking, because, expected=expected, by=by, at=at)
    return booking


# -- what an action of a series needs as well ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What else changes when a time is moved; what is left out stays."""

    minutes: int | None = None
    place: str = ""
    resource: Resource | None = None
    leave_room: bool = False
    video_link: str | None = None


def must_be_possible(kept: Kept, at: datetime) -> None:
    """Everything about a time that is true or not whatever its day."""
    staff = {kept.practitioner, *kept.colleagues}
    if any(row.institution_id != kept.circle.institution_id for row in staff):
        raise NotExpected(practitioner=kept.practitioner)
    if not kept.persons or not set(kept.persons) <= _of(kept.circle):
        raise NotExpected(persons=list(kept.persons))
    must_not_be_apart([person.pk for person in kept.persons], at)
    _must_be_words(kept.minutes, kept.place, kept.video_link)
    _must_hold(kept.resource, kept.circle.institution_id, len(staff) + len(set(kept.persons)))


def must_fit(booking: Booking, change: Change) -> Takes:
    """Whom and what a booking takes after a change, once that is known to be possible."""
    takes = takes_of(booking)
    resource = None if change.leave_room else change.resource or booking.resource
    takes = Takes(takes.practitioner, takes.colleagues, takes.persons, resource)
    _must_be_words(
        change.minutes or booking.minutes,
        change.place or booking.place,
        change.video_link or "",
    )
    if resource != booking.resource:
        people = len(takes.staff) + len(takes.persons)
        _must_hold(resource, booking.institution_id, people)
    return takes


def takes_of(booking: Booking) -> Takes:
    """Whom and what a booking takes now."""
    rows = Busy.objects.unscoped("whom a time takes, to move it").filter(booking=booking)
    staff = {row.practitioner_id for row in rows if row.practitioner_id}
    return Takes(
        booking.practitioner_id,
        frozenset(staff - {booking.practitioner_id}),
        frozenset(UUID(pk) for pk in booking.persons),
        booking.resource,
    )


def span_of(
    wall: datetime, zone: str, minutes: int, at: datetime, *, second: bool | None = None
) -> Span:
    """The length of time, once it is known to lie where a time may be kept."""
    day = timedelta(days=1)
    if wall.replace(tzinfo=UTC) < at - day:
        raise InThePast(wall=wall)
    if wall.replace(tzinfo=UTC) > at + FURTHEST:
        raise TooFarAhead(wall=wall)
    if second is None and comes_twice(wall, zone):
        raise ComesTwice(wall, zone)
    when = span(wall, zone, minutes, second=bool(second))
    if when.starts_at < at:
        raise InThePast(wall=wall)
    return when


def must_be_to_come(booking: Booking, at: datetime) -> None:
    """Neither begun nor given back."""
    if booking.cancelled_at:
        raise AlreadyCancelled(booking=booking)
    if booking.starts_at <= at:
        raise HasBegun(booking=booking)


def lock(takes: Takes) -> None:
    """Two bookings with the same people or room do not look at the same time.

    On SQLite the write lock is ours already; on PostgreSQL each row is locked, in one order.
    """
    for model, ids in (
        (Practitioner, takes.staff),
        (Person, takes.persons),
        (Resource, takes.room),
    ):
        rows = model.objects.unscoped(LOCK).select_for_update(no_key=True)
        list(rows.filter(pk__in=ids).order_by("pk"))


def taken(
    takes: Takes, start: datetime, end: datetime, *, leave_out: Iterable[UUID] = ()
) -> list[tuple[UUID, Span]]:
    """Who of these has something between two instants, whoever made it; and when."""
    rows = (
        Busy.objects.unscoped("no double booking, whoever made the other")
        .filter(who__in=takes.everybody, is_live=True, starts_at__lt=end, ends_at__gt=start)
        .exclude(booking__in=list(leave_out))
    )
    return [
        (who, Span(starts_at, ends_at))
        for who, starts_at, ends_at in rows.values_list("who", "starts_at", "ends_at")
    ]


def must_be_free(takes: Takes, when: Span, leave_out: Iterable[UUID] = ()) -> None:
    """Nobody of these, and not the room, has anything at that time."""
    found = {who for who, _ in taken(takes, when.starts_at, when.ends_at, leave_out=leave_out)}
    if found:
        raise AlreadyBooked(who=takes.kind_of(found), starts_at=when.starts_at)


def keep(
    kept: Kept,
    wall: datetime,
    when: Span,
    *,
    by: Any,
    at: datetime,
    second: bool = False,
    series: UUID | None = None,
) -> Booking:
    """Write one booking and whom it takes. The caller has locked and looked."""
    booking = Booking(
        institution_id=kept.circle.institution_id,
        circle=kept.circle,
        practitioner=kept.practitioner,
        persons=sorted(str(pk) for pk in kept.takes.persons),
        resource=kept.resource,
        about=kept.about[:80],
        series=series,
        local_start=wall.replace(tzinfo=UTC, fold=0),
        is_second=second,
        zone=kept.zone,
        minutes=kept.minutes,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        place=kept.place,
        video_link=kept.video_link,
        made_at=at,
    )
    try:
        with transaction.atomic():
            booking.save(force_insert=True)
            Busy.objects.bulk_create(_busy(booking, kept.takes))
    except IntegrityError as overlap:  # the database's own wall, on PostgreSQL
        raise AlreadyBooked(who="practitioner", starts_at=when.starts_at) from overlap
    audit.write("calendar.booking_made", by=by, at=at, about=booking)
    return booking


def change_to(
    booking: Booking,
    wall: datetime,
    when: Span,
    change: Change,
    *,
    expected: int,
    second: bool = False,
) -> None:
    """Write another time, length, place or room. The caller has locked and looked.

    Raises:
        StaleVersion.
    """
    booking.local_start, booking.is_second = wall.replace(tzinfo=UTC, fold=0), second
    booking.starts_at, booking.ends_at = when.starts_at, when.ends_at
    booking.minutes = change.minutes or booking.minutes
    booking.place = change.place or booking.place
    if change.video_link is not None:
        booking.video_link = change.video_link
    before = booking.resource_id
    if change.resource is not None or change.leave_room:
        booking.resource = None if change.leave_room else change.resource
    rows = Busy.objects.unscoped("whom a time takes moves with it").filter(booking=booking)
    try:
        with transaction.atomic():
            booking.save_version(
                expected,
                ["local_start", "is_second", "minutes", "place", "video_link", "resource",
                 "starts_at", "ends_at"],
            )  # fmt: skip
            if booking.resource_id != before:
                rows.filter(resource__isnull=False).delete()
            rows.update(starts_at=when.starts_at, ends_at=when.ends_at)
            if booking.resource_id is not None and booking.resource_id != before:
                room = Takes(booking.practitioner_id, resource=booking.resource)
                Busy.objects.bulk_create(row for row in _busy(booking, room) if row.resource)
    except IntegrityError as overlap:
        raise AlreadyBooked(who="practitioner", starts_at=when.starts_at) from overlap


def give_back(booking: Booking, because: str, *, expected: int, by: Any, at: datetime) -> None:
    """Write that a time was given back; everybody it took is free again."""
    booking.cancelled_at, booking.cancelled_because = at, because.strip()[:200]
    booking.save_version(expected, ["cancelled_at", "cancelled_because"])
    rows = Busy.objects.unscoped("whom a time took is free again")
    rows.filter(booking=booking).update(is_live=False)
    audit.write("calendar.booking_cancelled", by=by, at=at, about=booking)


# -- inside ----------------------------------------------------------------------------------------


def _busy(booking: Booking, takes: Takes) -> list[Busy]:
    """A row for each whom the booking takes."""

    def row(who: UUID, **which: UUID) -> Busy:
        return Busy(
            institution_id=booking.institution_id,
            circle_id=booking.circle_id,
            booking=booking,
            who=who,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            **which,
        )

    return [
        *(row(pk, practitioner_id=pk) for pk in sorted(takes.staff)),
        *(row(pk, person_id=pk) for pk in sorted(takes.persons)),
        *(row(pk, resource_id=pk) for pk in takes.room),
    ]


def _of(circle: Circle) -> set[Person]:
    members = Member.objects.unscoped("only who belongs to a circle is expected by it")
    live = members.filter(circle=circle, to_at=None).select_related("person")
    return {circle.focus, *(member.person for member in live)}


def must_not_be_apart(persons: Iterable[UUID], at: datetime) -> None:
    """Refuse a time at which two people who are kept apart would both be. Raises KeptApart."""
    here = set(persons)
    if apart.are_separated(here, here, at=at):
        raise KeptApart


def _must_be_words(minutes: int, place: str, video_link: str) -> None:
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise UnknownWord(field="minutes", value=minutes)
    if place not in PLACES:
        raise UnknownWord(field="place", value=place)
    if video_link and not is_link(video_link):
        raise UnknownWord(field="video_link", value=video_link)


def _must_hold(resource: Resource | None, institution: UUID, people: int) -> None:
    if resource is None:
        return
    if resource.institution_id != institution or resource.ended_at is not None:
        raise NoSuchRoom(resource=resource)
    if people > resource.capacity:
        raise TooSmall(capacity=resource.capacity, people=people)
