"""One's own shifts for a calendar program: a private address, and titles that say nothing.

The address holds 32 random bytes of which only the hash is kept. It shows when, and first or
second; no service, no institution, no name. A new address ends the one before.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from alongside.access.models import Account, AccountPerson
from alongside.calendar import ics
from alongside.crisis.models import Shift, ShiftFeed
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

WHY = "one's own shifts"
BACK = timedelta(days=30)  # how long a shift that is over stays in the calendar


@action
def make_feed(*, by: Reader, at: datetime) -> str:
    """Make a private address for the reader's own shifts; the one before opens nothing any more.

    Returns:
        Its secret, shown once and never kept.

    Raises:
        NotAllowed: only staff have shifts.
    """
    link = (
        AccountPerson.objects.unscoped(WHY)
        .filter(account=by.account_id, account__is_staff_member=True, account__is_active=True)
        .select_related("person")
        .first()
    )
    if link is None:
        raise NotAllowed("only staff have shifts")
    _live(by.account_id).update(ended_at=at)
    token = secrets.token_urlsafe(32)
    feed = ShiftFeed.objects.create(
        institution_id=link.person.institution_id,
        account_id=link.account_id,
        sha256=_hashed(token),
        made_at=at,
    )
    audit.write("crisis.shift_feed_made", by=by, at=at, about=feed)
    return token


@action
def end_feed(*, by: Reader, at: datetime) -> bool:
    """End the address of the reader's own shifts. False when there was none."""
    feed = _live(by.account_id).first()
    if feed is None:
        return False
    _live(by.account_id).update(ended_at=at)
    audit.write("crisis.shift_feed_ended", by=by, at=at, about=feed)
    return True


def own_feed(*, seen_by: Reader) -> ShiftFeed | None:
    """The live feed of the reader's own shifts, if there is one."""
    found: ShiftFeed | None = _live(seen_by.account_id).first()
    return found


def calendar(*, token: str, at: datetime) -> str | None:
    """The calendar (RFC 5545) behind a private address; None when it opens nothing."""
    feed = (
        ShiftFeed.objects.unscoped(WHY)
        .filter(sha256=_hashed(token), ended_at=None)
        .filter(account__is_active=True, account__is_staff_member=True)
        .select_related("account")
        .first()
    )
    if feed is None:
        return None
    with translation.override(feed.account.language):
        titles, name = {1: _("Shift 1"), 2: _("Shift 2")}, _("Shifts")
    events = _events(feed.account, at, titles)
    return ics.calendar(name=name, product="shifts", events=events, at=at)


def _events(account: Account, at: datetime, titles: dict[int, str]) -> Iterator[ics.Event]:
    shifts = Shift.objects.unscoped(WHY).filter(account=account, ends_at__gt=at - BACK)
    for shift in shifts.order_by("starts_at", "order", "pk"):
        end = min(shift.ends_at, shift.ended_at or shift.ends_at)
        if end > shift.starts_at:  # else it was taken away before it began
            yield ics.Event(shift.pk, shift.starts_at, end, titles[shift.order])


def _live(account: UUID | None) -> ScopedQuerySet:
    rows: ScopedQuerySet = ShiftFeed.objects.unscoped(WHY).filter(account=account, ended_at=None)
    return rows


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
