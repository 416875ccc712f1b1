"""Two people who must not meet here (1.3): found wherever they are, and never told.

A person row belongs to one circle, so the same human may stand in several. Rows of one account, and
rows with the same live address or number, are taken for one human here, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from alongside.access.models import AccountPerson, Separation
from alongside.people import reach
from alongside.people.models import Circle, ContactPoint, Member, Person
from alongside.people.reach import NotReachable
from alongside.records.reader import Reader


def would_meet(
    circle: Circle,
    *,
    at: datetime,
    person: UUID | None = None,
    contact: str = "",
    email: str = "",
) -> bool:
    """Would somebody who comes into this circle meet one they are separated from?

    Args:
        person: their row, where there is one. contact: a number or an address of theirs.
        email: the address they sign in with.

    Yes or no, for an act that then refuses without saying why.
    """
    own = {person} if person is not None else set()
    coming = own | _with_contact(contact or email, circle)
    if email:
        accounts = AccountPerson._base_manager.filter(account__email__iexact=email.strip())
        coming |= set(accounts.values_list("person", flat=True))
    if not coming:
        return False
    members = Member._base_manager.filter(circle=circle, to_at=None)
    here = {circle.focus_id, *members.values_list("person", flat=True)} - own
    return are_separated(coming, here, at=at)


def are_separated(coming: Iterable[UUID], here: Iterable[UUID], *, at: datetime) -> bool:
    """Is anybody of these separated from anybody of those, by any row of the same humans?"""
    ones, others = _rows_of(coming), _rows_of(here)
    pairs = Separation._base_manager.filter(_live(at)).filter(
        Q(one__in=ones, other__in=others) | Q(one__in=others, other__in=ones)
    )
    return pairs.exists()


def kept_from(person: Person, *, seen_by: Reader, at: datetime) -> list[Separation]:
    """The separations of one person that the reader may read, oldest first."""
    rows = Separation.objects.visible_to(seen_by).filter(_live(at))
    found = rows.filter(Q(one=person) | Q(other=person)).select_related("one", "other")
    return list(found.order_by("set_at", "pk"))


def separations(*, seen_by: Reader, at: datetime) -> list[Separation]:
    """Every separation that counts now and that the reader may read, newest first."""
    rows = Separation.objects.visible_to(seen_by).filter(_live(at))
    return list(rows.select_related("one", "other", "set_by").order_by("-set_at", "pk"))


def _live(at: datetime) -> Q:
    return Q(set_at__lte=at) & (Q(ended_at=None) | Q(ended_at__gt=at))


def _rows_of(persons: Iterable[UUID]) -> set[UUID]:
    """These rows and every other row of the same humans."""
    known = set(persons)
    accounts = AccountPerson._base_manager.filter(person__in=known).values("account")
    known |= set(
        AccountPerson._base_manager.filter(account__in=accounts).values_list("person", flat=True)
    )
    hashes = ContactPoint._base_manager.filter(person__in=known, ended_at=None).values("value_hash")
    same = ContactPoint._base_manager.filter(value_hash__in=hashes, ended_at=None)
    return known | set(same.values_list("person", flat=True))


def _with_contact(contact: str, circle: Circle) -> set[UUID]:
    if not contact.strip():
        return set()
    channel = reach.channel_of(contact)
    try:
        value = reach.hashed(channel=channel, value=contact, country=circle.institution.country)
    except NotReachable:
        return set()
    rows = ContactPoint._base_manager.filter(value_hash=value, ended_at=None)
    return set(rows.values_list("person", flat=True))
