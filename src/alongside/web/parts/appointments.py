"""When somebody is expected: one's own times, alike at the doors of the person and the circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.calendar import queries
from alongside.records.fields import prepare
from alongside.web.parts.pages import Request, clock_time, day_words, local_day
from alongside.web.parts.people_words import listed

HOW: Mapping[str, Any] = {
    "in_person": gettext_lazy("In person"),
    "video": gettext_lazy("By video"),
    "phone": gettext_lazy("By phone"),
}
SHOWN = 40


def own_times(
    request: Request,
    at: datetime,
    persons: Iterable[UUID],
    *,
    most: int = SHOWN,
    cancelled: bool = False,
) -> list[dict[str, Any]]:
    """The times to come at which these persons are expected, as ``parts/appointments.html`` says.

    Args:
        persons: the reader's own; nobody else's times are shown.
        cancelled: also those that were given back, for a list that says so.
    """
    own = set(persons) & set(request.reader.persons)
    return times_of(request, at, own, most=most, cancelled=cancelled)


def times_of(
    request: Request,
    at: datetime,
    persons: Iterable[UUID],
    *,
    most: int = SHOWN,
    cancelled: bool = False,
) -> list[dict[str, Any]]:
    """The times at which somebody is expected, as far as the reader may see them."""
    own = set(persons)
    found = queries.expected_at(seen_by=request.reader, at=at, persons=own)
    rows = list((found if cancelled else found.filter(cancelled_at=None))[:most])
    besides = queries.colleagues(rows, seen_by=request.reader)
    staff = {row.pk: [row.practitioner, *besides[row.pk]] for row in rows}
    prepare([each.person for found in staff.values() for each in found], "name")
    return [_row(request, row, [each.person.name for each in staff[row.pk]], at) for row in rows]


def _row(request: Request, booking: Any, staff: list[str], at: datetime) -> dict[str, Any]:
    is_off = booking.cancelled_at is not None
    room = booking.resource
    return {
        "day": day_words(local_day(request, booking.starts_at)),
        "time": _("%(start)s to %(end)s")
        % {
            "start": clock_time(request, booking.starts_at),
            "end": clock_time(request, booking.ends_at),
        },
        "iso": booking.starts_at.isoformat(),
        "with": _("With %(name)s.") % {"name": listed(staff)},
        "how": str(HOW.get(booking.place, "")),
        "where": f"{room.name}. {room.place}".strip() if room and not is_off else "",
        "video_url": "" if is_off or booking.place != "video" else booking.video_link,
        "is_off": is_off,
        "is_today": local_day(request, booking.starts_at) == local_day(request, at),
    }
