"""A private address under which a calendar program reads what is one's own.

It holds 32 random bytes of which only the hash is kept. A new address ends the one before. A room
says what is shown, and who may have it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q
from django.utils import translation
from django.utils.functional import Promise

from alongside.access.models import Account, AccountPerson
from alongside.calendar import ics
from alongside.calendar.models import PrivateAddress
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

BACK = timedelta(days=30)  # how long a time that is over stays in the calendar


@dataclass(frozen=True, slots=True)
class PrivateCalendar:
    """What a room shows under private addresses, and to whom.

    Args:
        addresses: where they are kept; made, ended: the words of the trail; why: rows are looked
            at without a reader for this.
        product, name: who made the calendar, one word, and what a calendar program calls it.
        events: what is in it at a moment, in the account's language; titles say nothing.
    """

    addresses: type[PrivateAddress]
    why: str
    made: str
    ended: str
    product: str
    name: Promise
    events: Callable[[Account, datetime], Iterable[ics.Event]]
    only_staff: bool = False


@action
def make(*, of: PrivateCalendar, by: Reader, at: datetime) -> str:
    """Make the reader a private address; the one before opens nothing any more.

    Returns:
        Its secret, shown once and never kept.

    Raises:
        NotAllowed: the account stands for nobody, or is none of those who may have one.
    """
    link = (
        AccountPerson.objects.unscoped(of.why)
        .filter(_may_have(of), account=by.account_id)
        .select_related("person")
        .order_by("pk")
        .first()
    )
    if link is None:
        raise NotAllowed(f"no address for this account: {of.why}")
    _live(of, by).update(ended_at=at)
    token = secrets.token_urlsafe(32)
    made = of.addresses.objects.create(
        institution_id=link.person.institution_id,
        account_id=link.account_id,
        sha256=_hashed(token),
        made_at=at,
    )
    audit.write(of.made, by=by, at=at, about=made)
    return token


@action
def end(*, of: PrivateCalendar, by: Reader, at: datetime) -> bool:
    """End the reader's private address. False when there was none."""
    address = live(of=of, seen_by=by)
    if address is None:
        return False
    _live(of, by).update(ended_at=at)
    audit.write(of.ended, by=by, at=at, about=address)
    return True


def live(*, of: PrivateCalendar, seen_by: Reader) -> PrivateAddress | None:
    """The reader's private address that still opens, if there is one."""
    found: PrivateAddress | None = _live(of, seen_by).first()
    return found


def calendar(*, of: PrivateCalendar, token: str, at: datetime) -> str | None:
    """The calendar (RFC 5545) behind a private address; None when it opens nothing."""
    account = _behind(of, token)
    if account is None:
        return None
    with translation.override(account.language):
        events = of.events(account, at)
        return ics.calendar(name=str(of.name), product=of.product, events=events, at=at)


def _behind(of: PrivateCalendar, token: str) -> Account | None:
    address: PrivateAddress | None = (
        of.addresses.objects.unscoped(of.why)
        .filter(_may_have(of), sha256=_hashed(token), ended_at=None)
        .select_related("account")
        .first()
    )
    return None if address is None else address.account


def _may_have(of: PrivateCalendar) -> Q:
    """Said of a row with an account."""
    staff = Q(account__is_staff_member=True) if of.only_staff else Q()
    return Q(account__is_active=True) & staff


def _live(of: PrivateCalendar, reader: Reader) -> ScopedQuerySet:
    rows: ScopedQuerySet = of.addresses.objects.unscoped(of.why)
    return rows.filter(account=reader.account_id, ended_at=None)


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
