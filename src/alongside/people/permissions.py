"""What the words of the access matrix mean for persons, circles and members."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q

from alongside.people.models import Circle, GroupMember, Member, Person
from alongside.records.conditions import NOTHING, always, own
from alongside.records.registry import Condition, Place, conditions, places


def persons_of(circles: Collection[UUID]) -> Q:
    """Persons that belong, or once belonged, to one of these circles."""
    placed = Member._base_manager.filter(circle__among=circles).values("person")
    return Q(focus_of__among=circles) | Q(pk__in=placed)


def circles_of(person: UUID) -> set[UUID]:
    """The circles a person belongs, or once belonged, to."""
    placed = Member._base_manager.filter(person_id=person).values_list("circle_id", flat=True)
    focus = Circle._base_manager.filter(focus_id=person).values_list("pk", flat=True)
    return {*placed, *focus}


def _hidden() -> Any:
    return Member._base_manager.filter(silent=True).values("person")


def _is_hidden(person: UUID) -> bool:
    return Member._base_manager.filter(silent=True, person_id=person).exists()


PERSON = {
    "in_sight": Condition(
        q=lambda reader: ~Q(pk__in=_hidden()) | Q(pk__in=reader.persons),
        holds=lambda row, reader: row.pk in reader.persons or not _is_hidden(row.pk),
    ),
    "own": own("pk"),
}
MEMBER = {
    "in_sight": Condition(
        q=lambda reader: Q(silent=False) | Q(person__in=reader.persons),
        holds=lambda row, reader: not row.silent or row.person_id in reader.persons,
    ),
}
CIRCLE = {"in_sight": always()}


def persons_in(groups: Collection[UUID]) -> Q:
    """Persons with a live place in one of these groups."""
    return Q(pk__in=_places().filter(group__in=groups).values("person"))


def groups_of(person: UUID) -> set[UUID]:
    """The groups a person has a live place in."""
    return set(_places().filter(person_id=person).values_list("group_id", flat=True))


def _places() -> Any:
    return GroupMember._base_manager.filter(state__in=GroupMember.LIVE)


def with_own_client(group: str) -> Condition:
    """Somebody whom the reader treats, or whose therapist they supervise, has a place in it.

    ``group`` is the column of the group: ``pk`` or ``group_id``.
    """

    def theirs(reader: Any) -> Any:
        return _places().filter(circle__in=reader.circles_of("therapist", "supervisor"))

    return Condition(
        q=lambda reader: Q(**{f"{group}__in": theirs(reader).values("group")}),
        holds=lambda row, reader: theirs(reader).filter(group_id=getattr(row, group)).exists(),
    )


def of_group(group: str) -> Condition:
    """One of the reader's own persons is in it now. ``group`` is the column of the group."""

    def theirs(reader: Any) -> Any:
        return GroupMember._base_manager.filter(state="in", person__in=reader.persons)

    return Condition(
        q=lambda reader: Q(**{f"{group}__in": theirs(reader).values("group")}),
        holds=lambda row, reader: theirs(reader).filter(group_id=getattr(row, group)).exists(),
    )


def group_words(group: str) -> dict[str, Condition]:
    """The words of what belongs to a group, given its column of the group."""
    return {"with_own_client": with_own_client(group), "of_group": of_group(group)}


GROUP_MEMBER = {"own": own("person")}
CONTACT = {"own": own("person")}

PLACES = {
    "people.institution": Place(
        circles=lambda ids: NOTHING,
        institutions=lambda ids: Q(pk__among=ids),
        of=lambda row: ((), (row.pk,)),
    ),
    "people.person": Place(
        circles=persons_of,
        institutions=lambda ids: Q(institution__among=ids),
        of=lambda row: (circles_of(row.pk), (row.institution_id,)),
        groups=persons_in,
        groups_of=lambda row: groups_of(row.pk),
    ),
    "people.group": Place(
        circles=lambda ids: NOTHING,
        institutions=lambda ids: Q(institution__among=ids),
        of=lambda row: ((), (row.institution_id,)),
        groups=lambda ids: Q(pk__among=ids),
        groups_of=lambda row: (row.pk,),
    ),
    "people.contactpoint": Place(
        circles=lambda ids: Q(person__in=Person._base_manager.filter(persons_of(ids)).values("pk")),
        institutions=lambda ids: Q(institution__among=ids),
        of=lambda row: (circles_of(row.person_id), (row.institution_id,)),
    ),
    "people.essentials": Place(
        circles=lambda ids: Q(circle__among=ids),
        institutions=lambda ids: Q(institution__among=ids),
        of=lambda row: ((row.circle_id,), (row.institution_id,)),
    ),
    "people.circle": Place(
        circles=lambda ids: Q(pk__among=ids),
        institutions=lambda ids: Q(institution__among=ids),
        of=lambda row: ((row.pk,), (row.institution_id,)),
    ),
}


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("people.person", PERSON)
    conditions.register("people.member", MEMBER)
    conditions.register("people.circle", CIRCLE)
    conditions.register("people.contactpoint", CONTACT)
    conditions.register("people.essentials", CONTACT)
    conditions.register("people.group", group_words("pk"))
    conditions.register("people.groupmember", GROUP_MEMBER)
    for model, place in PLACES.items():
        places.register(model, place)
