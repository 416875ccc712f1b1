"""What the words of the access matrix mean for askings and answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from alongside.access.permissions import wards_in_sight
from alongside.cases.permissions import passed_on
from alongside.measures.models import Asking
from alongside.measures.rules import next_safe
from alongside.people.models import ContactPoint, Member
from alongside.records.conditions import own
from alongside.records.registry import Condition, conditions, guards

LINK_MESSAGE = "measures.answer_link"

# A member's own words are theirs, whomever they are about.
CONDITIONS = {"own": own("respondent"), "passed_on": passed_on("respondent")}


WARD_ANSWERS = Condition(
    q=lambda reader: Q(about__in=wards_in_sight(reader, "answers"), kept_from_guardian=False),
    holds=lambda row, reader: (
        not row.kept_from_guardian and row.about_id in wards_in_sight(reader, "answers")
    ),
)


def link_is_right(message: object, at: datetime) -> bool:
    """A link goes out while its form and case are open and its respondent is here.

    A member is here until they leave, the person once they came in. Where it goes must still be
    a safe way of theirs, and the hour one of its hours.
    """
    kind, _, pk = str(getattr(message, "about", "")).partition(":")
    if kind != "asking":
        return False
    rows = Asking.objects.unscoped("is this message still right to send?")
    rows = rows.filter(pk=UUID(pk), answered_at=None, declined_at=None, expires_at__gt=at)
    asking = rows.select_related("circle__case", "institution").first()
    if asking is None:
        return False
    case = asking.circle.case
    if case.state == "closed" or not _is_safe(asking, getattr(message, "address", ""), at):
        return False
    if asking.respondent_id == asking.circle.focus_id:
        return case.engaged_at is not None and bool(case.engaged_at <= at)
    places = Member.objects.unscoped("is this message still right to send?")
    return bool(
        places.filter(circle=asking.circle_id, person=asking.respondent_id, to_at=None).exists()
    )


def _is_safe(asking: Asking, address: str, at: datetime) -> bool:
    """Is this a way to the respondent that counts now, within its own hours?"""
    rows = ContactPoint.objects.unscoped("is this message still right to send?")
    zone = asking.institution.zone
    return any(
        point.value == address and next_safe(at, zone, point.safe_from, point.safe_to) == at
        for point in rows.filter(person=asking.respondent_id, ended_at=None)
    )


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("measures", CONDITIONS)
    conditions.register("measures.response", {"ward_answers": WARD_ANSWERS})
    guards.register(LINK_MESSAGE, link_is_right)
