"""Reads, each with its reader."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from alongside import catalogue
from alongside.catalogue.legal_bases import GENERIC, pack_of
from alongside.catalogue.minors import AgeRules
from alongside.people.models import (
    Circle,
    ContactPoint,
    Institution,
    Member,
    Person,
    Practitioner,
    age_of,
)
from alongside.records import prepared
from alongside.records.errors import NotAllowed
from alongside.records.once import once
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

__all__ = [
    "age_of",
    "age_rules_of",
    "author_of",
    "circles",
    "contacts_of",
    "institutions",
    "jurisdiction_of",
    "live_members",
    "members",
    "members_in",
    "own_memberships",
    "own_practitioner",
    "persons",
    "practitioners",
]


def institutions(*, seen_by: Reader) -> ScopedQuerySet:
    """The institutions this reader belongs to."""
    return Institution.objects.visible_to(seen_by)


def persons(*, seen_by: Reader) -> ScopedQuerySet:
    """Persons by id only. There is no search by name across circles (5.1)."""
    return Person.objects.visible_to(seen_by)


def practitioners(*, seen_by: Reader) -> ScopedQuerySet:
    """Who works here."""
    return Practitioner.objects.visible_to(seen_by).select_related("person")


def circles(*, seen_by: Reader) -> ScopedQuerySet:
    """The circles this reader may read, each with its focus person."""
    return Circle.objects.visible_to(seen_by).select_related("focus", "institution")


def members(*, seen_by: Reader) -> ScopedQuerySet:
    """Places in circles, also ended ones, each with its person."""
    return Member.objects.visible_to(seen_by).select_related("person")


def live_members(circle: Circle | UUID, *, seen_by: Reader) -> ScopedQuerySet:
    """Who is in a circle now, longest first."""
    pk = circle.pk if isinstance(circle, Circle) else circle
    return members(seen_by=seen_by).filter(circle_id=pk, to_at=None).order_by("from_at", "pk")


def members_in(circle: UUID, *, seen_by: Reader) -> list[Member]:
    """All places in a circle, also ended ones, each with its person, longest first: once a page."""

    def rows(circle: UUID) -> ScopedQuerySet:
        return members(seen_by=seen_by).filter(circle_id=circle).order_by("from_at", "pk")

    def read() -> list[Member]:
        return prepared.rows("people.members", rows, seen_by=seen_by, circle=circle)

    return once(seen_by, "people.members", circle, make=read)


def own_memberships(*, seen_by: Reader) -> ScopedQuerySet:
    """The reader's own live places, each with its circle."""
    return (
        members(seen_by=seen_by)
        .filter(person_id__in=seen_by.persons, to_at=None)
        .select_related("person", "circle__institution")
        .order_by("from_at", "pk")
    )


def contacts_of(person: Person | UUID, *, seen_by: Reader) -> ScopedQuerySet:
    """Live safe ways to reach a person, newest first."""
    pk = person.pk if isinstance(person, Person) else person
    return (
        ContactPoint.objects.visible_to(seen_by)
        .filter(person_id=pk, ended_at=None)
        .order_by("-created_at")
    )


def own_contact(pk: UUID, *, seen_by: Reader) -> ContactPoint | None:
    """One way to reach the reader themself, also one that has ended."""
    rows = ContactPoint.objects.visible_to(seen_by).filter(person__in=seen_by.persons)
    found: ContactPoint | None = rows.filter(pk=pk).select_related("circle__institution").first()
    return found


def former_contacts(person: Person | UUID, *, seen_by: Reader) -> ScopedQuerySet:
    """Ways to a person that count no more, or that were only asked for, newest first."""
    pk = person.pk if isinstance(person, Person) else person
    rows = ContactPoint.objects.visible_to(seen_by).filter(person_id=pk, ended_at__isnull=False)
    return rows.select_related("circle__institution", "person").order_by("-created_at")


def own_practitioner(*, seen_by: Reader) -> Practitioner | None:
    """The reader's own place on the staff, if there is one."""
    found: Practitioner | None = (
        practitioners(seen_by=seen_by).filter(person_id__in=seen_by.persons).first()
    )
    return found


def jurisdiction_of(institution: Institution) -> str:
    """The pack of settings an institution works under: its own choice, else its country's."""
    return pack_of(
        catalogue.current().jurisdictions,
        country=institution.country,
        chosen=institution.jurisdiction,
    )


def age_rules_of(institution: Institution) -> AgeRules:
    """From which age somebody decides alone where an institution works (1.2)."""
    packs = catalogue.current().minors
    found: AgeRules = packs.get(jurisdiction_of(institution)) or packs[GENERIC]
    return found


def author_of(by: Reader, *, circle: Circle | UUID | None = None) -> Person:
    """The person who writes: the reader's own one in this circle, else on the staff.

    Raises:
        NotAllowed: the reader stands for no person here.
    """
    own = Person.objects.visible_to(by).filter(pk__in=by.persons)
    if circle is not None:
        pk = circle.pk if isinstance(circle, Circle) else circle
        member = (
            Member.objects.visible_to(by)
            .filter(circle_id=pk, person_id__in=by.persons, to_at=None)
            .first()
        )
        if member is not None:
            person: Person | None = own.filter(pk=member.person_id).first()
            if person is not None:
                return person
        focus: Person | None = own.filter(focus_of=pk).first()
        if focus is not None:
            return focus
    staff: Person | None = own.filter(is_staff_member=True).first()
    if staff is None:
        raise NotAllowed("the reader stands for no person here")
    return staff


def is_live(member: Member, at: datetime) -> bool:
    """True while the place in the circle lasts."""
    return member.from_at <= at and (member.to_at is None or at < member.to_at)
