"""Times that repeat: looked at date by date, kept together, moved and given back from one on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from alongside.calendar import actions
from alongside.calendar.actions import Change, InThePast, Kept, TooFarAhead
from alongside.calendar.models import Booking
from alongside.calendar.rules import MOST_TIMES, ComesTwice, NoSuchTime, Span
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, Refused, Unfit
from alongside.records.registry import holds

# What stands against a date, besides who is taken (`actions.Takes.kind_of`).
REFUSED: tuple[tuple[type[Exception], str], ...] = (
    (NoSuchTime, "missing"),
    (ComesTwice, "twice"),
    (InThePast, "gone"),
    (TooFarAhead, "too_far"),
)


@dataclass(frozen=True, slots=True)
class Dated:
    """One date of a series. ``state``: free; practitioner, colleague, room or person is taken;
    missing, twice (the clocks change); gone, too_far; again (another date of it is then)."""

    wall: datetime
    state: str
    span: Span | None = None

    @property
    def is_free(self) -> bool:
        return self.state == "free"


class NotAllFree(Refused):
    """Not every date is free. ``dates`` says of each what stands against it."""

    dates: tuple[Dated, ...]


class NoDates(Unfit):
    """A series has one to 52 dates."""


def look(
    *,
    kept: Kept,
    walls: Sequence[datetime],
    seen_by: Any,
    at: datetime,
    second: bool | None = None,
) -> tuple[Dated, ...]:
    """What stands against each date, before anything is kept. Says who is taken, never by what.

    Raises:
        NotAllowed: the reader may book nothing here. NoDates, and what holds for every date:
        NotExpected, KeptApart, NoSuchRoom, TooSmall, UnknownWord, NoSuchZone; Held, where somebody
        is to be asked something first.
    """
    if not seen_by.may_make(
        "booking", institution=kept.circle.institution_id, circle=kept.circle.pk
    ):
        raise NotAllowed("booking")
    dates = _looked(kept, walls, at, second)
    holds.ask("calendar.book", at=at, circle=kept.circle, persons=kept.persons)
    return dates


@action
def book_series(
    *,
    kept: Kept,
    walls: Sequence[datetime],
    by: Any,
    at: datetime,
    only_free: bool = False,
    second: bool | None = None,
) -> tuple[list[Booking], tuple[Dated, ...]]:
    """Keep a time on each of these dates, all together or none.

    Args:
        kept: for whom, with whom, where, how long.
        walls: 1 to 52 wall times by the clock of ``kept.zone``.
        only_free: leave out the dates that are not free.

    Returns:
        The bookings, and the dates that were left out.

    Raises:
        NotAllFree: something stands against a date, or against every one; as ``book`` besides.
    """
    institution = kept.circle.institution_id
    by.confirm_create("booking", institution=institution, circle=kept.circle.pk)
    actions.lock(kept.takes)
    dates = _looked(kept, walls, at, second)
    free = [date for date in dates if date.is_free]
    if not free or (len(free) < len(dates) and not only_free):
        raise NotAllFree(dates=dates)
    series = uuid4() if len(free) > 1 else None
    made = [
        actions.keep(kept, date.wall, date.span, by=by, at=at, second=bool(second), series=series)
        for date in free
        if date.span is not None
    ]
    holds.ask("calendar.book", at=at, circle=kept.circle, persons=kept.persons)
    return made, tuple(date for date in dates if not date.is_free)


@action
def move_following(
    *,
    booking: Booking,
    wall: datetime,
    change: Change,
    expected: int,
    by: Any,
    at: datetime,
    second: bool | None = None,
) -> list[Booking]:
    """Move this time of a series and those after it by as much, on the clock on the wall.

    Raises:
        NotAllFree: something stands against a date; nothing was moved. Otherwise as ``move``.
    """
    by.confirm("E", booking)
    actions.must_be_to_come(booking, at)
    rows = _following(booking, at)
    by_how_much = wall - booking.local_start.replace(tzinfo=None)
    fits = {row.pk: actions.must_fit(row, change) for row in rows}
    for row in rows:
        actions.lock(fits[row.pk])
        actions.must_not_be_apart([UUID(each) for each in row.persons], at)
    ours = [row.pk for row in rows]
    dates = []
    for row in rows:
        new = row.local_start.replace(tzinfo=None) + by_how_much
        minutes = change.minutes or row.minutes
        date = _dated(new, row.zone, minutes, at, second)
        if date.span is not None:
            found = actions.taken(
                fits[row.pk], date.span.starts_at, date.span.ends_at, leave_out=ours
            )
            state = fits[row.pk].kind_of({who for who, _ in found}) or "free"
            date = Dated(new, state, date.span)
        dates.append(date)
    dates = _apart(dates)
    if not all(date.is_free for date in dates):
        raise NotAllFree(dates=tuple(dates))
    pairs = list(zip(rows, dates, strict=True))
    later = by_how_much.total_seconds() > 0
    for row, date in reversed(pairs) if later else pairs:  # into a place that is free already
        if date.span is None:
            continue
        version = expected if row.pk == booking.pk else row.version
        actions.change_to(row, date.wall, date.span, change, expected=version, second=bool(second))
        audit.write("calendar.booking_moved", by=by, at=at, about=row)
    holds.ask("calendar.book", at=at, circle=booking.circle, persons=booking.persons)
    for row in rows:
        holds.ask("calendar.move", at=at, booking=row, by=by)
    return rows


@action
def cancel_following(
    *, booking: Booking, because: str, expected: int, by: Any, at: datetime
) -> list[Booking]:
    """Give back this time of a series and those after it, with one reason.

    Raises:
        As ``cancel``.
    """
    by.confirm("E", booking)
    actions.must_be_to_come(booking, at)
    if not because.strip():
        raise actions.NeedsAReason(field="because")
    rows = _following(booking, at)
    for row in rows:
        version = expected if row.pk == booking.pk else row.version
        actions.give_back(row, because, expected=version, by=by, at=at)
    return rows


def _following(booking: Booking, at: datetime) -> list[Booking]:
    """This booking and those of its series that come after it, the earliest first."""
    rows = Booking.objects.unscoped("the times of one series, which may be moved together")
    rest = rows.select_for_update(of=("self",)).filter(
        series=booking.series,
        series__isnull=False,
        circle=booking.circle_id,
        cancelled_at=None,
        starts_at__gt=booking.starts_at,
    )
    ordered = rest.select_related("resource").order_by("starts_at", "pk")
    return [booking, *(row for row in ordered if row.starts_at > at)]


def _looked(
    kept: Kept, walls: Sequence[datetime], at: datetime, second: bool | None
) -> tuple[Dated, ...]:
    if not 1 <= len(walls) <= MOST_TIMES:
        raise NoDates
    actions.must_be_possible(kept, at)
    dates = [_dated(wall, kept.zone, kept.minutes, at, second) for wall in walls]
    spans = [date.span for date in dates if date.span is not None]
    if not spans:
        return tuple(dates)
    busy = actions.taken(
        kept.takes,
        min(one.starts_at for one in spans),
        max(one.ends_at for one in spans),
    )
    return tuple(
        _apart(
            [
                date
                if date.span is None
                else Dated(
                    date.wall,
                    kept.takes.kind_of({who for who, when in busy if when.overlaps(date.span)})
                    or "free",
                    date.span,
                )
                for date in dates
            ]
        )
    )


def _dated(wall: datetime, zone: str, minutes: int, at: datetime, second: bool | None) -> Dated:
    """A date with its span, or with what stands against it whoever is free."""
    try:
        return Dated(wall, "free", actions.span_of(wall, zone, minutes, at, second=second))
    except tuple(kind for kind, _ in REFUSED) as why:
        state = next(word for kind, word in REFUSED if isinstance(why, kind))
        return Dated(wall, state)


def _apart(dates: Sequence[Dated]) -> list[Dated]:
    """The same dates; one that overlaps an earlier free one of its own series is not free."""
    found: list[Dated] = []
    last: datetime = datetime.min.replace(tzinfo=UTC)
    for date in dates:
        if date.span is None or not date.is_free:
            found.append(date)
        elif date.span.starts_at < last:
            found.append(Dated(date.wall, "again", date.span))
        else:
            found.append(date)
            last = date.span.ends_at
    return found
