"""What the words of the access matrix mean for meetings."""

from __future__ import annotations

from django.db.models import Q

from alongside.cases.permissions import passed_on
from alongside.records.conditions import own
from alongside.records.registry import Condition, conditions

SEAT = {
    "in_sight": Condition(
        q=lambda reader: Q(member__silent=False) | Q(person__in=reader.persons),
        holds=lambda row, reader: not row.member.silent or row.person_id in reader.persons,
    ),
}
STOP = {"own": own("written_by")}
SHARED = {
    "author": own("written_by"),
    "shared_by_author": Condition(
        q=lambda reader: Q(shared_with_lead_at__lte=reader.at),
        holds=lambda row, reader: (
            row.shared_with_lead_at is not None and row.shared_with_lead_at <= reader.at
        ),
    ),
}
LETTER = {**SHARED, "passed_on": passed_on("written_by")}
LOOK = {
    "author": own("written_by"),
    "shared_by_author": Condition(
        q=lambda reader: Q(boundary__shared_with_lead_at__lte=reader.at),
        holds=lambda row, reader: (
            row.boundary.shared_with_lead_at is not None
            and row.boundary.shared_with_lead_at <= reader.at
        ),
    ),
}
LEARNING = {"author": own("written_by")}
REVIEW = {"own": own("about")}
AFTER = {"own": own("written_by")}


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("meetings.seat", SEAT)
    conditions.register("meetings.stopcall", STOP)
    conditions.register("meetings.familyletter", LETTER)
    conditions.register("meetings.letterreview", REVIEW)
    conditions.register("meetings.boundary", SHARED)
    conditions.register("meetings.boundarylook", LOOK)
    conditions.register("meetings.helpingsheet", SHARED)
    conditions.register("meetings.learningread", LEARNING)
    conditions.register("meetings.meetingafter", AFTER)
