"""What the words of the access matrix mean for persons, circles and members."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q

from alongside.people.models import Circle, Member, Person
from alongside.records.conditions import NOTHING, always, own
from alongside.records.registry import Condition, Place, conditions, places


def persons_of(circles: Collection[UUID]) -> Q:
    """Persons that belong, or once belonged, to one of these circles."""
    placed = Member._base_manager.filter(circle__in=circles).values("person")
    return Q(focus_of__in=circles) | Q(pk__in=placed)


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
CONTACT = {"own": own("person")}

PLACES = {
    "people.institution": Place(
        circles=lambda ids: NOTHING,
        institutions=lambda ids: Q(pk__in=ids),
        of=lambda row: ((), (row.pk,)),
    ),
    "people.person": Place(
        circles=persons_of,
        institutions=lambda ids: Q(institution__in=ids),
        of=lambda row: (circles_of(row.pk), (row.institution_id,)),
    ),
    "people.contactpoint": Place(
        circles=lambda ids: Q(person__in=Person._base_manager.filter(persons_of(ids)).values("pk")),
        institutions=lambda ids: Q(institution__in=ids),
        of=lambda row: (circles_of(row.person_id), (row.institution_id,)),
    ),
    "people.circle": Place(
        circles=lambda ids: Q(pk__in=ids),
        institutions=lambda ids: Q(institution__in=ids),
        of=lambda row: ((row.pk,), (row.institution_id,)),
    ),
}


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("people.person", PERSON)
    conditions.register("people.member", MEMBER)
    conditions.register("people.circle", CIRCLE)
    conditions.register("people.contactpoint", CONTACT)
    for model, place in PLACES.items():
        places.register(model, place)
