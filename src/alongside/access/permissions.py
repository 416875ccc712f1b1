"""What the words of the access matrix mean for accounts and edges; words that mean one thing
everywhere; and who works with a circle, which lower rooms cannot know."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from alongside.access.models import AccountPerson, Relationship
from alongside.people.models import Member, Person
from alongside.people.permissions import circles_of, persons_of
from alongside.records.conditions import NOTHING, never, own
from alongside.records.registry import Condition, Place, conditions, places

WORKS_WITH_A_CIRCLE = ("lead", "therapist")


def live(at: datetime) -> Q:
    """Edges that count at a moment: begun, not ended, not waiting for a second person."""
    return Q(valid_from__lte=at, waiting=False) & (Q(valid_to=None) | Q(valid_to__gt=at))


def _staff_of(circles: Collection[UUID], at: datetime) -> Any:
    edges = Relationship._base_manager.filter(
        live(at), role__in=WORKS_WITH_A_CIRCLE, circle__in=circles
    )
    return AccountPerson._base_manager.filter(account__in=edges.values("account")).values("person")


EVERYWHERE = {
    # Rights requests are not kept yet (T-rows, condition 7): nobody reads by this word.
    "rights_request": never(),
}
ACCOUNT = {
    "own_account": Condition(
        q=lambda reader: Q(account=reader.account_id),
        holds=lambda row, reader: row.account_id == reader.account_id,
    ),
    "staff_account": Condition(
        q=lambda reader: Q(account__is_staff_member=True),
        holds=lambda row, reader: row.account.is_staff_member,
        by_making=lambda circle: circle is None,
    ),
}
FAMILY = ("person", "concerned", "guardian")
EDGE = {
    "staff_edge": Condition(
        q=lambda reader: ~Q(role__in=FAMILY),
        holds=lambda row, reader: row.role not in FAMILY,
        by_making=lambda circle: True,
    )
}
WARD = {"own": own("ward", "guardian")}
LINK = {"own_account": never(), "staff_edge": never()}
STAFF_PERSON = {
    "works_with_us": Condition(
        q=lambda reader: Q(pk__in=_staff_of(reader.circles, reader.at)),
        holds=lambda row, reader: _works_with(row.pk, reader),
    )
}
PRACTITIONER = {
    "works_with_us": Condition(
        q=lambda reader: Q(person__in=_staff_of(reader.circles, reader.at)),
        holds=lambda row, reader: _works_with(row.person_id, reader),
    )
}


def _works_with(person: UUID, reader: Any) -> bool:
    return Person._base_manager.filter(
        pk=person, pk__in=_staff_of(reader.circles, reader.at)
    ).exists()


def _joined(circles: Collection[UUID]) -> Any:
    return Person._base_manager.filter(persons_of(circles)).values("pk")


PLACES = {
    "access.accountperson": Place(
        circles=lambda ids: Q(person__in=_joined(ids)),
        institutions=lambda ids: Q(person__institution__in=ids),
        of=lambda row: (circles_of(row.person_id), (row.person.institution_id,)),
    ),
    "access.relationship": Place(
        circles=lambda ids: Q(circle__in=ids),
        institutions=lambda ids: Q(within__in=ids),
        of=lambda row: ((row.circle_id,) if row.circle_id else (), (row.within_id,)),
        groups=lambda ids: Q(group__in=ids),
        groups_of=lambda row: (row.group_id,) if row.group_id else (),
    ),
    "access.separation": Place(
        circles=lambda ids: Q(one__in=_joined(ids)) | Q(other__in=_joined(ids)),
        institutions=lambda ids: Q(institution__in=ids),
        of=lambda row: (
            circles_of(row.one_id) | circles_of(row.other_id),
            (row.institution_id,),
        ),
    ),
    "access.keptform": Place(
        circles=lambda ids: NOTHING, institutions=lambda ids: NOTHING, of=lambda row: ((), ())
    ),
}


def is_family(account: UUID, circle: UUID, at: datetime) -> bool:
    """Does the account stand for somebody in this circle: its focus or a live member (A10)?"""
    persons = AccountPerson._base_manager.filter(account_id=account).values("person")
    return (
        Member._base_manager.filter(circle_id=circle, person__in=persons, to_at=None).exists()
        or Person._base_manager.filter(pk__in=persons, focus_of=circle).exists()
    )


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("*", EVERYWHERE)
    conditions.register("access", ACCOUNT)
    conditions.register("access.relationship", EDGE)
    conditions.register("access.linktoken", LINK)
    conditions.register("access.guardianship", WARD)
    conditions.register("people.person", STAFF_PERSON)
    conditions.register("people.practitioner", PRACTITIONER)
    for model, place in PLACES.items():
        places.register(model, place)
