"""One's own place in a group, at the doors of the person and the circle. Nobody else is in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from alongside.delivery import group_queries
from alongside.records.fields import prepare
from alongside.web.parts.pages import (
    Request,
    clock_time,
    day_words,
    local_day,
)


def own_groups(request: Request, at: datetime, persons: Iterable[UUID]) -> list[dict[str, Any]]:
    """The groups that somebody is in or waits for, as ``parts/own_groups.html`` shows them."""
    places = group_queries.own_places(persons, seen_by=request.reader)
    if not places:
        return []
    groups = group_queries.own_groups(places, seen_by=request.reader)
    prepare(places, "alias", "goal")
    prepare(list(groups.values()), "name", "meets", "rules")
    return [_shown(request, place, groups.get(place.group_id), at) for place in places]


def _shown(request: Request, place: Any, group: Any, at: datetime) -> dict[str, Any]:
    if place.state != "in" or group is None:
        return {"title": _("A group"), "waits": _waits(request, place)}
    coming = group.next_at if group.next_at is not None and group.next_at >= at else None
    agreed = place.rules_agreed_at
    return {
        "title": group.name,
        "meets": group.meets,
        "next": _("%(day)s, %(time)s")
        % {"day": day_words(local_day(request, coming)), "time": clock_time(request, coming)}
        if coming is not None
        else "",
        "minutes": group.minutes,
        "alias": place.alias,
        "goal": place.goal,
        "rules": group.rules,
        "agreed": day_words(local_day(request, agreed)) if agreed is not None else "",
    }


def _waits(request: Request, place: Any) -> str:
    if place.state == "offered" and place.offered_until is not None:
        return _("A place is kept for you until %(day)s. Your team asks whether you want it.") % {
            "day": day_words(place.offered_until)
        }
    return _("You wait for a place. Your team tells you when one is free.")
