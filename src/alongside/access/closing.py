"""Accounts that lead nowhere any more: closed when the last role is gone, emptied by an erasure.

A closed account signs nobody in, and its address is answered like one nobody knows (M3). Who is
invited again comes in by it again. Accounts of the staff are locked by whoever keeps them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import F, Q

from alongside.access import guardians
from alongside.access.models import Account, AccountPerson, LinkToken, Relationship
from alongside.people.models import Member
from alongside.records import audit
from alongside.records.reader import Reader

EMPTIED = "erased.invalid"  # a name no mail can ever reach


def end_sessions(account: UUID) -> int:
    """End every session of an account now, on every device. Returns how many were known."""
    Account.objects.filter(pk=account).update(times_ended=F("times_ended") + 1)
    sessions = list(UserSession.objects.filter(user_id=account))
    for session in sessions:
        session.end()
    return len(sessions)


def close_if_over(accounts: Collection[UUID], *, by: Reader, at: datetime) -> None:
    """Close those of these accounts that have no role now and none to come."""
    roles = Relationship._base_manager.filter(
        Q(valid_to=None) | Q(valid_to__gt=at), ended_because="", account__in=accounts
    )
    over = Account.objects.filter(pk__in=accounts, is_active=True, is_staff_member=False)
    for account in over.exclude(pk__in=roles.values("account")):
        _close(account, by=by, at=at)


def reopen(account: Account) -> None:
    """Somebody who left is asked to come in again."""
    if not account.is_active and not account.is_staff_member:
        account.is_active = True
        account.save(update_fields=["is_active"])


def forget(persons: Collection[UUID], *, by: Reader, at: datetime) -> None:
    """Their record was erased: places, roles, links and ways to sign in go with it.

    Where an account stands for somebody else too, elsewhere, it stays theirs.
    """
    links = AccountPerson._base_manager.filter(person__in=persons, account__is_staff_member=False)
    circles = Member._base_manager.filter(person__in=persons).values_list("circle", flat=True)
    gone = list(Account.objects.filter(pk__in=links.values("account")))
    here = Q(circle__in=list(circles)) | Q(circle__focus__in=persons)
    roles = Relationship._base_manager.filter(here, account__in=gone, ended_because="")
    for edge in roles.filter(Q(valid_to=None) | Q(valid_to__gt=at)):
        end = max(at, edge.valid_from)
        roles.filter(pk=edge.pk).update(valid_to=end, ended_because="erased", waiting=False)
        audit.write(
            "access.relationship_ended", by=by, at=at, about=edge, institution=edge.within_id,
            detail={"role": edge.role, "because": "erased"},
        )  # fmt: skip
    Member._base_manager.filter(person__in=persons, to_at=None).update(
        to_at=at, ended_because="erased", version=F("version") + 1
    )
    guardians.end_of_persons(persons, "erased", by=by, at=at)
    LinkToken._base_manager.filter(person__in=persons, ended_at=None).update(ended_at=at)
    for account in gone:
        end_sessions(account.pk)
        stands_for = AccountPerson._base_manager.filter(account=account)
        if stands_for.exclude(person__in=persons).exists():
            continue
        Authenticator.objects.filter(user_id=account.pk).delete()
        account.email, account.name = f"{account.pk}@{EMPTIED}", ""
        account.set_unusable_password()
        account.save(update_fields=["email", "name", "password"])
        _close(account, by=by, at=at)


def _close(account: Account, *, by: Reader, at: datetime) -> None:
    account.is_active = False
    account.save(update_fields=["is_active"])
    end_sessions(account.pk)
    audit.write("access.account_closed", by=by, at=at, about=account)
