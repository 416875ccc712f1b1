"""One's own shifts for a calendar program: a private address, and titles that say nothing.

The address holds 32 random bytes of which only the hash is kept. It shows when, and first or
second; no service, no institution, no name. A new address ends the one before.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from alongside.access.models import Account, AccountPerson
from alongside.crisis.models import Shift, ShiftFeed
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

WHY = "one's own shifts"
BACK = timedelta(days=30)  # how long a shift that is over stays in the calendar
LINE = 75  # octets of one line, as calendar programs take them (RFC 5545, 3.1)


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
    lines = _lines(feed.account, at)
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets, each after the first with a space before it."""
    rest, room = line, LINE
    while len(rest.encode()) > room:
        cut = min(len(rest), room)
        while len(rest[:cut].encode()) > room:
            cut -= 1
        yield rest[:cut] if rest is line else f" {rest[:cut]}"
        rest, room = rest[cut:], LINE - 1
    yield rest if rest is line else f" {rest}"


def _lines(account: Account, at: datetime) -> Iterator[str]:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    shifts = Shift.objects.unscoped(WHY).filter(account=account, ends_at__gt=at - BACK)
    with translation.override(account.language):
        titles = {1: _("Shift 1"), 2: _("Shift 2")}
        name = _("Shifts")
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//shifts//EN", "CALSCALE:GREGORIAN")
    yield from ("METHOD:PUBLISH", f"X-WR-CALNAME:{name}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H")
    for shift in shifts.order_by("starts_at", "order", "pk"):
        end = min(shift.ends_at, shift.ended_at or shift.ends_at)
        if end <= shift.starts_at:
            continue  # taken away before it began
        yield from (
            "BEGIN:VEVENT",
            f"UID:{shift.pk}@{host}",
            f"DTSTAMP:{_utc(at)}",
            f"DTSTART:{_utc(shift.starts_at)}",
            f"DTEND:{_utc(end)}",
            f"SUMMARY:{titles[shift.order]}",
            "TRANSP:OPAQUE",
            "END:VEVENT",
        )
    yield "END:VCALENDAR"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _live(account: UUID | None) -> ScopedQuerySet:
    rows: ScopedQuerySet = ShiftFeed.objects.unscoped(WHY).filter(account=account, ended_at=None)
    return rows


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
