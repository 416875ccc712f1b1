"""Zones get other rules: what was kept stays where it stands on the wall."""

from __future__ import annotations

import logging
from datetime import datetime

from alongside.calendar import actions
from alongside.calendar.models import Booking
from alongside.calendar.rules import NoSuchTime, NoSuchZone, Span, span
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import StaleVersion
from alongside.records.reader import Reader, system

log = logging.getLogger(__name__)

REASON = "zones have other rules"


def keep_to_the_clock(*, at: datetime) -> int:
    """Move the moments of times to come whose zone has other rules than when they were kept.

    Nobody is asked and nothing is told: day and hour are those that were said.

    Returns:
        How many moved. What cannot be moved stays, is written into the log, and is tried again.
    """
    to_come = Booking.objects.unscoped(REASON).filter(cancelled_at=None, starts_at__gt=at)
    other: list[tuple[Booking, Span]] = []
    for booking in to_come.order_by("starts_at").iterator():
        try:
            when = _span(booking)
        except (NoSuchTime, NoSuchZone) as gone:
            log.warning("booking %s stays at its moment: %s", booking.pk, gone)
            continue
        if when.starts_at != booking.starts_at:
            other.append((booking, when))
    by = system(REASON, at)
    # Into a place that is free already: the last first where all go later.
    later = [pair for pair in other if pair[1].starts_at > pair[0].starts_at]
    sooner = [pair for pair in other if pair[1].starts_at < pair[0].starts_at]
    return sum(
        _move(booking=booking, when=when, by=by, at=at) for booking, when in [*later[::-1], *sooner]
    )


@action
def _move(*, booking: Booking, when: Span, by: Reader, at: datetime) -> int:
    wall, second = booking.local_start.replace(tzinfo=None), booking.is_second
    takes = actions.takes_of(booking)
    actions.lock(takes)
    try:
        actions.must_be_free(takes, when, leave_out=[booking.pk])
        change = actions.Change()
        actions.change_to(booking, wall, when, change, expected=booking.version, second=second)
    except (actions.AlreadyBooked, StaleVersion) as refused:
        log.warning("booking %s stays at its moment: %r", booking.pk, refused)
        return 0
    audit.write("calendar.booking_moved", by=by, at=at, about=booking)
    return 1


def _span(booking: Booking) -> Span:
    wall = booking.local_start.replace(tzinfo=None)
    return span(wall, booking.zone, booking.minutes, second=booking.is_second)
