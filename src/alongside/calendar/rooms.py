"""The rooms of a house, as the office keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alongside.calendar.models import Resource
from alongside.people.models import Institution
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Unfit

MOST_PEOPLE = 500


class RoomMakesNoSense(Unfit):
    """A field of the room cannot stand. ``field`` names it."""

    field: str


@action
def save_room(
    *,
    institution: Institution,
    name: str,
    capacity: int,
    by: Any,
    at: datetime,
    place: str = "",
    in_use: bool = True,
    room: Resource | None = None,
    expected: int | None = None,
) -> Resource:
    """Add a room that can be booked, or change one.

    Args:
        name: up to 80 letters; no two rooms in use have the same.
        capacity: how many people it holds, the staff among them, 1 to 500.
        place: where it is and how to get in, up to 200 letters; who is expected there reads it.
        in_use: False when it can no longer be booked; times that are kept in it stay.
        room, expected: the one to change, and the version that was read.

    Raises:
        RoomMakesNoSense; StaleVersion when somebody was quicker.
    """
    if room is None:
        by.confirm_create("resource", institution=institution.pk)
    else:
        by.confirm("E", room)
    name, place = " ".join(name.split()), place.strip()
    if not 0 < len(name) <= 80:
        raise RoomMakesNoSense(field="name", value=name)
    if len(place) > 200:
        raise RoomMakesNoSense(field="place", value=place)
    if not 1 <= capacity <= MOST_PEOPLE:
        raise RoomMakesNoSense(field="capacity", value=capacity)
    others = Resource.objects.unscoped("rooms in use have different names").filter(
        institution=institution, name__iexact=name, ended_at=None
    )
    if room is not None:
        others = others.exclude(pk=room.pk)
    if in_use and others.exists():
        raise RoomMakesNoSense(field="name", value=name)
    if room is None:
        room = Resource.objects.create(
            institution=institution, name=name, place=place, capacity=capacity, made_at=at
        )
    else:
        room.name, room.place, room.capacity = name, place, capacity
        room.ended_at = None if in_use else room.ended_at or at
        room.save_version(expected or room.version, ["name", "place", "capacity", "ended_at"])
    audit.write("calendar.resource_saved", by=by, at=at, about=room)
    return room
