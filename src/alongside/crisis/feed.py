"""One's own shifts for a calendar program: under a private address, with titles that say nothing.

It shows when, and first or second; no service, no institution, no name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.access.models import Account
from alongside.calendar import ics
from alongside.calendar.private_address import BACK, PrivateCalendar
from alongside.crisis.models import Shift, ShiftFeed

WHY = "one's own shifts"


def _events(account: Account, at: datetime) -> Iterator[ics.Event]:
    titles = {1: _("Shift 1"), 2: _("Shift 2")}
    shifts = Shift.objects.unscoped(WHY).filter(account=account, ends_at__gt=at - BACK)
    for shift in shifts.order_by("starts_at", "order", "pk"):
        end = min(shift.ends_at, shift.ended_at or shift.ends_at)
        if end > shift.starts_at:  # else it was taken away before it began
            yield ics.Event(shift.pk, shift.starts_at, end, titles[shift.order])


SHIFTS = PrivateCalendar(
    addresses=ShiftFeed,
    why=WHY,
    made="crisis.shift_feed_made",
    ended="crisis.shift_feed_ended",
    product="shifts",
    name=gettext_lazy("Shifts"),
    events=_events,
    only_staff=True,
)
