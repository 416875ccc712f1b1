"""How somebody on the staff can be reached: channels they add, answer a test on, and take away.

A channel counts for 90 days after a test message was answered with its code. The address is seen
by its owner alone; others learn how many there are and until when. Nobody is told less because a
channel is missing: it is shown and chased (3.4).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from alongside.access.models import Account, AccountPerson
from alongside.notify import actions, push, rules, transports
from alongside.notify.models import Channel, Message
from alongside.people import reach
from alongside.people.models import Institution
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.crypto import keyed_hash
from alongside.records.errors import NotAllowed, Refused, Unfit
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

TEST_MESSAGE, NEWS_MESSAGE = "channel_test", "channel_news"
AT_MOST = 8  # channels of one account
WHY = "one's own channels, or how many somebody has"


class NotOffered(Refused):
    """No transport of this deployment goes there. ``kind`` says which was meant."""

    kind: str


class AlreadyThere(Refused):
    """This account has a channel to that address."""


class TooMany(Refused):
    """An account has only so many channels."""


class TooSoon(Refused):
    """A test was sent a moment ago. ``wait`` says how many seconds are left."""

    wait: int


class WrongCode(Unfit):
    """That is not the code of the last test. ``left`` says how many tries remain."""

    left: int


class CodeOver(Refused):
    """No test waits for an answer: it is too old, was tried too often, or none was sent."""


@dataclass(frozen=True, slots=True)
class Way:
    """One channel that was tested, for whoever sends."""

    id: UUID
    kind: str
    address: str
    counts: bool  # False: the last answered test is older than 90 days


@action
def add_channel(*, kind: str, address: str, by: Reader, at: datetime) -> Channel:
    """Add a way to reach the reader's own account, and send its test message.

    Args:
        kind: ``email``, ``sms``, ``voice`` or ``push``.
        address: as it was typed; for ``push`` the subscription as the browser gave it.

    Raises:
        NotOffered, AlreadyThere, TooMany; people.reach.NotReachable; push.NotASubscription.
    """
    account, home = _own(by)
    if kind not in transports.offered():
        raise NotOffered(kind=kind)
    if kind == "push":
        given = push.read(address, hosts=settings.PUSH_HOSTS)
        value, hashed = given.written(), keyed_hash("channel", given.endpoint)
    else:
        road = "email" if kind == "email" else "phone"
        value = reach.normalised(channel=road, value=address, country=home.country)
        hashed = keyed_hash("channel", value)
    mine = _live(account.pk)
    if mine.filter(kind=kind, address_hash=hashed).exists():
        raise AlreadyThere
    if mine.count() >= AT_MOST:
        raise TooMany
    channel: Channel = Channel.objects.create(
        account=account, kind=kind, address=value, address_hash=hashed, added_at=at
    )
    audit.write(
        "notify.channel_added",
        by=by,
        at=at,
        about=channel,
        institution=home.pk,
        detail={"kind": kind},
    )
    _tell_of_change(account, home, channel, "added", by=by, at=at)
    _send_test(channel, account, home, by=by, at=at)
    return channel


@action
def send_test(*, channel: Channel, by: Reader, at: datetime) -> Channel:
    """Send the test message of a channel once more, with a new code.

    Raises:
        TooSoon: the last one went out within the last minute. NotOffered.
    """
    account, home = _own(by)
    channel = _mine(channel, account)
    if channel.kind not in transports.offered():
        raise NotOffered(kind=channel.kind)
    if channel.code_sent_at is not None:
        wait = channel.code_sent_at + rules.CODE_AGAIN_AFTER - at
        if wait > timedelta(0):
            raise TooSoon(wait=int(wait.total_seconds()) + 1)
    _send_test(channel, account, home, by=by, at=at)
    return channel


@action
def answer_test(*, channel: Channel, code: str, by: Reader, at: datetime) -> Channel:
    """Answer a test message with its code: the channel counts from now on, for 90 days.

    A wrong code is counted, so this returns the channel unverified in place of raising: the count
    must not be rolled back. Ask ``channel.verified_at == at``.

    Raises:
        CodeOver: there is no test to answer.
    """
    account, home = _own(by)
    channel = _mine(channel, account)
    if (
        not channel.code_hash
        or channel.code_sent_at is None
        or at - channel.code_sent_at > rules.CODE_LIVES
        or channel.code_tries >= rules.CODE_TRIES
    ):
        raise CodeOver
    if not secrets.compare_digest(channel.code_hash, _hashed(channel, "".join(code.split()))):
        channel.code_tries += 1
        channel.save(update_fields=["code_tries"])
        return channel
    channel.verified_at, channel.rejected_at = at, None
    channel.code_hash, channel.code_sent_at = "", None
    channel.save(update_fields=["verified_at", "rejected_at", "code_hash", "code_sent_at"])
    audit.write(
        "notify.channel_verified",
        by=by,
        at=at,
        about=channel,
        institution=home.pk,
        detail={"kind": channel.kind},
    )
    return channel


@action
def remove_channel(*, channel: Channel, by: Reader, at: datetime) -> None:
    """Take a channel away. Nothing is sent there any more."""
    account, home = _own(by)
    channel = _mine(channel, account)
    channel.removed_at, channel.code_hash, channel.code_sent_at = at, "", None
    channel.save(update_fields=["removed_at", "code_hash", "code_sent_at"])
    audit.write(
        "notify.channel_removed",
        by=by,
        at=at,
        about=channel,
        institution=home.pk,
        detail={"kind": channel.kind},
    )
    _tell_of_change(account, home, channel, "removed", by=by, at=at)


# -- reads ----------------------------------------------------------------------------------------


def own(*, seen_by: Reader) -> ScopedQuerySet:
    """The reader's own channels, the oldest first."""
    return _live(seen_by.account_id).order_by("added_at", "pk")


def ways_to(account: UUID, *, at: datetime) -> tuple[Way, ...]:
    """Every channel of an account that was ever tested and is not taken away.

    One whose test is older than 90 days is among them: it does not count, but nobody is told less
    for it.
    """
    offered = transports.offered()
    return tuple(
        Way(each.pk, each.kind, each.address, counts(each, at))
        for each in _live(account).filter(verified_at__isnull=False).order_by("added_at", "pk")
        if each.kind in offered
    )


def counts(channel: Channel, at: datetime) -> bool:
    """Whether a channel counts: tested within 90 days, and no *never* from its transport since."""
    if channel.verified_at is None or channel.rejected_at is not None:
        return False
    return rules.counts_until(channel.verified_at) > at


def is_removed(way: UUID | None) -> bool:
    """Whether the channel a message would go by was taken away meanwhile."""
    if way is None:
        return False
    return Channel.objects.unscoped(WHY).filter(pk=way, removed_at__isnull=False).exists()


def reachable_until(accounts: Iterable[UUID]) -> dict[UUID, datetime | None]:
    """Until when each account can be reached by two independent channels; None: not at all.

    One query, and no address is opened.
    """
    wanted = list(accounts)
    tested: dict[UUID, list[tuple[str, datetime]]] = {account: [] for account in wanted}
    rows = Channel.objects.unscoped(WHY).filter(
        account__in=wanted, verified_at__isnull=False, removed_at=None, rejected_at=None
    )
    for account, kind, verified_at in rows.values_list("account_id", "kind", "verified_at"):
        if verified_at is not None:
            tested[account].append((kind, verified_at))
    return {account: rules.reachable_until(found) for account, found in tested.items()}


def test_is_right(message: Message, at: datetime) -> bool:
    """A test goes out while its channel is there and its code can still be answered."""
    pk = message.about.partition(":")[2]
    rows = Channel.objects.unscoped(WHY).filter(pk=pk, removed_at=None).exclude(code_hash="")
    return rows.exists() and at - message.created_at <= rules.CODE_LIVES


def news_is_right(message: Message, at: datetime) -> bool:
    """That a channel changed is told to the address that was there before, whatever comes after."""
    return True


# -- inside ---------------------------------------------------------------------------------------


def _send_test(
    channel: Channel, account: Account, home: Institution, *, by: Reader, at: datetime
) -> None:
    code = f"{secrets.randbelow(1_000_000):06}"
    channel.code_hash, channel.code_sent_at, channel.code_tries = _hashed(channel, code), at, 0
    channel.save(update_fields=["code_hash", "code_sent_at", "code_tries"])
    spoken = ", ".join(code) if channel.kind == "voice" else code
    with translation.override(account.language):
        subject = _("Your code")
        body = _("Your code is %(code)s. It works for 30 minutes.") % {"code": spoken}
    actions.queue(
        key=f"channel:{channel.pk}:{at:%Y%m%dT%H%M%S%f}",
        kind=TEST_MESSAGE,
        channel=channel.kind,
        way=channel.pk,
        institution=home.pk,
        account=account.pk,
        address=channel.address,
        subject=subject,
        body=body,
        about=f"channel:{channel.pk}",
        due_at=at,
        by=by,
        at=at,
    )


def _tell_of_change(
    account: Account, home: Institution, channel: Channel, what: str, *, by: Reader, at: datetime
) -> None:
    """Say to the address one signs in with that a way to be reached was changed (M6)."""
    with translation.override(account.language):
        subject = _("A change to your account")
        body = _(
            "Something was changed in how you can be reached. If it was not you, sign in and look, "
            "and tell whoever looks after the accounts.\n\n%(url)s\n"
        ) % {"url": f"{settings.PUBLIC_URL}/account/reach/"}
    actions.queue(
        key=f"channel:{channel.pk}:{what}",
        kind=NEWS_MESSAGE,
        institution=home.pk,
        account=account.pk,
        address=account.email,
        subject=subject,
        body=body,
        about=f"channel:{channel.pk}",
        due_at=at,
        by=by,
        at=at,
    )


def _own(by: Reader) -> tuple[Account, Institution]:
    """The reader's account and where it works; only staff have channels."""
    link = (
        AccountPerson.objects.unscoped(WHY)
        .filter(account=by.account_id, account__is_staff_member=True, account__is_active=True)
        .select_related("account", "person__institution")
        .first()
    )
    if link is None:
        raise NotAllowed("only staff have channels")
    home: Institution = link.person.institution
    return link.account, home


def _mine(channel: Channel, account: Account) -> Channel:
    rows = _live(account.pk).select_for_update(of=("self",))
    found: Channel | None = rows.filter(pk=channel.pk).first()
    if found is None:
        raise NotAllowed("not one's own channel")
    return found


def _live(account: UUID | None) -> ScopedQuerySet:
    rows: ScopedQuerySet = Channel.objects.unscoped(WHY).filter(account=account, removed_at=None)
    return rows


def _hashed(channel: Channel, code: str) -> str:
    return keyed_hash("channel-code", f"{channel.pk}:{code}")
