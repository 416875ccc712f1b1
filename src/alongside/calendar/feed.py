"""One's own times for a calendar program: under a private address, with titles that say nothing.

It shows when, and that something is; nobody's name, no service, no place, no reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.access import readers
from alongside.access.models import Account
from alongside.calendar import ics
from alongside.calendar.models import Booking, Busy, Feed
from alongside.calendar.private_address import BACK, PrivateCalendar
from alongside.records.scoped import ScopedQuerySet

WHY = "one's own times"


def _events(account: Account, at: datetime) -> Iterator[ics.Event]:
    title = _("Appointment")
    gone = _("Cancelled: %(title)s") % {"title": title}
    for booking in _own(account, at):
        is_cancelled = booking.cancelled_at is not None
        yield ics.Event(
            id=booking.pk,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            title=gone if is_cancelled else title,
            sequence=booking.version - 1,
            is_cancelled=is_cancelled,
        )


def _own(account: Account, at: datetime) -> ScopedQuerySet:
    """The times the account's persons give or are expected at, as far as they may know of them.

    Who of the staff gives a time knows when it is, whosever case it is; who is expected sees it as
    long as they may see the circle.
    """
    reader = readers.reader_for(account, at)
    # A feed is fetched by a program for as long as it answers: who works here no more, gets none.
    given = Busy.objects.unscoped(WHY).filter(
        practitioner__person__in=reader.persons, institution__in=reader.institutions
    )
    expected = Busy.objects.visible_to(reader).filter(person__in=reader.persons)
    rows: ScopedQuerySet = (
        Booking.objects.unscoped(WHY)
        .filter(Q(pk__in=given.values("booking")) | Q(pk__in=expected.values("booking")))
        .filter(ends_at__gt=at - BACK)
        .order_by("starts_at", "pk")
    )
    return rows


TIMES = PrivateCalendar(
    addresses=Feed,
    why=WHY,
    made="calendar.feed_made",
    ended="calendar.feed_ended",
    product="times",
    name=gettext_lazy("Appointments"),
    events=_events,
)
