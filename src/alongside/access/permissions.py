"""What the words of the access matrix mean for accounts and edges; words that mean one thing
everywhere; and who works with a circle, which lower rooms cannot know."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from alongside.access.models import AccountPerson, Guardianship, Relationship
from alongside.people.models import Member, Person
from alongside.people.permissions import circles_of, persons_of
from alongside.people.queries import age_rules_of
from alongside.records.conditions import NOTHING, never, own
from alongside.records.registry import Condition, Place, conditions, places

WORKS_WITH_A_CIRCLE = ("lead", "therapist")


def live(at: datetime) -> Q:
    """Edges that count at a moment: begun, not ended, not waiting for a second person."""
    return Q(valid_from__lte=at, waiting=False) & (Q(valid_to=None) | Q(valid_to__gt=at))


def _staff_of(circles: Collection[UUID], at: datetime) -> Any:
    edges = Relationship._base_manager.filter(
        live(at), role__in=WORKS_WITH_A_CIRCLE, circle__among=circles
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


def shown_of(ward: Person, on: date) -> tuple[str, ...]:
    """What a guardian who may see is shown of a minor on a day (content/minors).

    Only below the age from which they agree to counselling alone, by the year of birth: who may be
    that old, or whose year is not known, is shown to nobody.
    """
    rules = age_rules_of(ward.institution)
    if ward.birth_year is None or on.year - ward.birth_year >= rules.alone_from(["counselling"]):
        return ()
    return rules.guardian_sees


def wards_in_sight(reader: Any, what: str) -> frozenset[UUID]:
    """Whom the reader looks after and may see this much of, at the reader's moment (1.2).

    Args:
        what: ``agreed``, ``times`` or ``answers``, as content/minors has them.
    """
    rows = Guardianship._base_manager.filter(
        guardian__in=reader.persons, sees=True, ended_at=None,
        since__lte=reader.at, until__gt=reader.at.date(),
    ).select_related("ward__institution")  # fmt: skip
    on = reader.at.date()
    return frozenset(row.ward_id for row in rows if what in shown_of(row.ward, on))


def ward_agreed(field: str = "person") -> Condition:
    """About somebody under age whom the reader may see that much of."""
    return Condition(
        q=lambda reader: Q(**{f"{field}__in": wards_in_sight(reader, "agreed")}),
        holds=lambda row, reader: getattr(row, f"{field}_id") in wards_in_sight(reader, "agreed"),
    )


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
        institutions=lambda ids: Q(person__institution__among=ids),
        of=lambda row: (circles_of(row.person_id), (row.person.institution_id,)),
    ),
    "access.relationship": Place(
        circles=lambda ids: Q(circle__among=ids),
        institutions=lambda ids: Q(within__among=ids),
        of=lambda row: ((row.circle_id,) if row.circle_id else (), (row.within_id,)),
        groups=lambda ids: Q(group__among=ids),
        groups_of=lambda row: (row.group_id,) if row.group_id else (),
    ),
    "access.separation": Place(
        circles=lambda ids: Q(one__in=_joined(ids)) | Q(other__in=_joined(ids)),
        institutions=lambda ids: Q(institution__among=ids),
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
    for model in ("consent", "refusal"):
        conditions.register(f"consent.{model}", {"ward_agreed": ward_agreed()})
    for model in ("capacity", "bestinterests"):
        conditions.register(f"consent.{model}", {"ward_agreed": never()})
    conditions.register("people.person", STAFF_PERSON)
    conditions.register("people.practitioner", PRACTITIONER)
    for model, place in PLACES.items():
        places.register(model, place)
