"""Who of the staff may be asked to lead a group, and who leads one: their account and name.

A colleague's account is not for reading by who leads a group; which colleague is meant is.
"""

from __future__ import annotations

from uuid import UUID

from alongside.access.models import Account, AccountPerson
from alongside.people.models import Person, Practitioner
from alongside.records.reader import Reader

NAMES = "which account a colleague has, whose name the reader may read"


def accounts_of(seen_by: Reader) -> dict[UUID, Person]:
    """By account, the colleagues whose names this reader may read."""
    staff = Practitioner.objects.visible_to(seen_by).select_related("person")
    persons = {row.person_id: row.person for row in staff}
    rows = AccountPerson.objects.unscoped(NAMES).filter(
        person__in=list(persons), account__is_active=True
    )
    return {row.account_id: persons[row.person_id] for row in rows}


def account(pk: UUID, *, seen_by: Reader) -> Account | None:
    """The account of one colleague whose name this reader may read."""
    if pk not in accounts_of(seen_by):
        return None
    return Account.objects.filter(pk=pk).first()
