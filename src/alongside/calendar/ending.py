"""What becomes of times to come when that which they were kept for ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from alongside.calendar import actions
from alongside.calendar.models import Booking
from alongside.records import audit
from alongside.records.actions_base import action


def to_come(
    *, seen_by: Any, circle: UUID, at: datetime, about: str = "", alone: UUID | None = None
) -> list[Booking]:
    """The times of a circle that are still to come and stand, soonest first.

    Args:
        about: only those kept for this, as ``course:<uuid>``.
        alone: only those at which nobody but this person is expected.
    """
    rows = Booking.objects.visible_to(seen_by).filter(
        circle=circle, cancelled_at=None, starts_at__gt=at
    )
    if about:
        rows = rows.filter(about=about)
    found = list(rows.order_by("starts_at", "pk"))
    return [row for row in found if alone is None or row.persons == [str(alone)]]


@action
def give_back_to_come(
    *,
    circle: UUID,
    because: str,
    by: Any,
    at: datetime,
    about: str = "",
    alone: UUID | None = None,
) -> int:
    """Give back the times to come, since what they were kept for is over. Returns how many.

    It follows from an act somebody was allowed to do, so it asks for no right of its own.

    Args:
        because: in a few words, as whoever kept the time reads it. about, alone: as ``to_come``.
    """
    found = to_come(seen_by=by, circle=circle, at=at, about=about, alone=alone)
    for row in found:
        actions.give_back(row, because, expected=row.version, by=by, at=at)
    return len(found)


@action
def hand_over(*, circle: UUID, about: str, to: str, by: Any, at: datetime) -> int:
    """Let the times to come be for what takes the place of this. Returns how many."""
    found = to_come(seen_by=by, circle=circle, at=at, about=about)
    for row in found:
        row.about = to
        row.save_version(row.version, ["about"])
        audit.write("calendar.booking_moved", by=by, at=at, about=row)
    return len(found)
