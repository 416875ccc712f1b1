"""What becomes of times to come when that which they were kept for ends."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from alongside.calendar import actions
from alongside.calendar.models import Booking, Busy
from alongside.records import audit
from alongside.records.actions_base import action

# Why a time was given back, where no human wrote it: a word, told in the language of who reads.
REFUSED = "ended:refused"  # whoever was expected said no
LEFT = "ended:left"  # they left the circle, or were taken out
TAKEN_BACK = "ended:taken_back"  # they took back the yes it rested on
COURSE_ENDED = "ended:course_ended"
CASE_CLOSED = "ended:case_closed"
NO_DATE = "ended:no_date"  # a meeting that has no date for now: no word of who called stop


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
        because: ``REFUSED`` or another word of this file. about, alone: as ``to_come``.
    """
    found = to_come(seen_by=by, circle=circle, at=at, about=about, alone=alone)
    for row in found:
        actions.give_back(row, because, expected=row.version, by=by, at=at)
    return len(found)


@action
def expect_no_more(*, circle: UUID, person: UUID, because: str, by: Any, at: datetime) -> int:
    """Expect somebody at no time to come. Returns at how many they were expected.

    Where others are expected too the time stands for them; where nobody else is, it is given back.
    """
    theirs = [
        row for row in to_come(seen_by=by, circle=circle, at=at) if str(person) in row.persons
    ]
    for row in theirs:
        leave_out(row, [person], because, by=by, at=at)
    return len(theirs)


def leave_out(
    row: Booking, persons: Collection[UUID], because: str, *, by: Any, at: datetime
) -> None:
    """Expect these at one time no more; where nobody else is expected, it is given back."""
    rest = [pk for pk in row.persons if UUID(pk) not in persons]
    if not rest:
        actions.give_back(row, because, expected=row.version, by=by, at=at)
        return
    row.persons = rest
    row.save_version(row.version, ["persons"])
    busy = Busy.objects.unscoped("whom a time took is free again")
    busy.filter(booking=row, person__in=persons).update(is_live=False)
    audit.write("calendar.booking_moved", by=by, at=at, about=row)


@action
def hand_over(*, circle: UUID, about: str, to: str, by: Any, at: datetime) -> int:
    """Let the times to come be for what takes the place of this. Returns how many."""
    found = to_come(seen_by=by, circle=circle, at=at, about=about)
    for row in found:
        row.about = to
        row.save_version(row.version, ["about"])
        audit.write("calendar.booking_moved", by=by, at=at, about=row)
    return len(found)
