"""One's own times for a calendar program: a private address, and titles that say nothing.

The address holds 32 random bytes of which only the hash is kept. It shows when, and that something
is; nobody's name, no service, no place, no reason. A new address ends the one before.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from alongside.access import readers
from alongside.access.models import Account, AccountPerson
from alongside.calendar import ics
from alongside.calendar.models import Booking, Busy, Feed
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

WHY = "one's own times"
BACK = timedelta(days=30)  # how long a time that is over stays in the calendar


@action
def make_feed(*, by: Reader, at: datetime) -> str:
    """Make a private address for the reader's own times; the one before opens nothing any more.

    Returns:
        Its secret, shown once and never kept.

    Raises:
        NotAllowed: the account stands for nobody.
    """
    link = (
        AccountPerson.objects.unscoped(WHY)
        .filter(account=by.account_id, account__is_active=True)
        .select_related("person")
        .order_by("pk")
        .first()
    )
    if link is None:
        raise NotAllowed("an account that stands for nobody has no times")
    _live(by).update(ended_at=at)
    token = secrets.token_urlsafe(32)
    feed = Feed.objects.create(
        institution_id=link.person.institution_id,
        account_id=link.account_id,
        sha256=_hashed(token),
        made_at=at,
    )
    audit.write("calendar.feed_made", by=by, at=at, about=feed)
    return token


@action
def end_feed(*, by: Reader, at: datetime) -> bool:
    """End the address of the reader's own times. False when there was none."""
    feed = _live(by).first()
    if feed is None:
        return False
    _live(by).update(ended_at=at)
    audit.write("calendar.feed_ended", by=by, at=at, about=feed)
    return True


def own_feed(*, seen_by: Reader) -> Feed | None:
    """The live feed of the reader's own times, if there is one."""
    found: Feed | None = _live(seen_by).first()
    return found


def calendar(*, token: str, at: datetime) -> str | None:
    """The calendar (RFC 5545) behind a private address; None when it opens nothing."""
    feed = (
        Feed.objects.unscoped(WHY)
        .filter(sha256=_hashed(token), ended_at=None, account__is_active=True)
        .select_related("account")
        .first()
    )
    if feed is None:
        return None
    with translation.override(feed.account.language):
        name, title = _("Appointments"), _("Appointment")
        gone = _("Cancelled: %(title)s") % {"title": title}
    events = _events(feed.account, at, title, gone)
    return ics.calendar(name=name, product="times", events=events, at=at)


def _events(account: Account, at: datetime, title: str, gone: str) -> Iterator[ics.Event]:
    for booking in _own(account, at):
        is_cancelled = booking.cancelled_at is not None
        yield ics.Event(
            id=booking.pk,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            title=gone if is_cancelled else title,
            sequence=booking.version - 1,
            is_cancelled=is_cancelled,
        )


def _own(account: Account, at: datetime) -> ScopedQuerySet:
    """The times the account's persons give or are expected at, as far as they may know of them.

    Who of the staff gives a time knows when it is, whosever case it is; who is expected sees it as
    long as they may see the circle.
    """
    reader = readers.reader_for(account, at)
    # A feed is fetched by a program for as long as it answers: who works here no more, gets none.
    given = Busy.objects.unscoped(WHY).filter(
        practitioner__person__in=reader.persons, institution__in=reader.institutions
    )
    expected = Busy.objects.visible_to(reader).filter(person__in=reader.persons)
    rows: ScopedQuerySet = (
        Booking.objects.unscoped(WHY)
        .filter(Q(pk__in=given.values("booking")) | Q(pk__in=expected.values("booking")))
        .filter(ends_at__gt=at - BACK)
        .order_by("starts_at", "pk")
    )
    return rows


def _live(by: Reader) -> ScopedQuerySet:
    rows: ScopedQuerySet = Feed.objects.unscoped(WHY).filter(account=by.account_id, ended_at=None)
    return rows


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
