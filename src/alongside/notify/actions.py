"""Put a message in the outbox; claim it, and say afterwards what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from alongside.notify import bell, queries, rules, together
from alongside.notify.models import Attempt, Channel, Heartbeat, Message
from alongside.notify.transports import Said
from alongside.people.models import Institution
from alongside.records import audit, crashpoint, prepared
from alongside.records.actions_base import action
from alongside.records.reader import Reader
from alongside.records.saving import insert
from alongside.records.scoped import ScopedQuerySet


@action
def queue(
    *,
    key: str,
    kind: str,
    institution: UUID,
    address: str,
    subject: str,
    body: str,
    due_at: datetime,
    by: Reader,
    at: datetime,
    channel: str = "email",
    way: UUID | None = None,
    life_critical: bool = False,
    account: UUID | None = None,
    person: UUID | None = None,
    circle: UUID | None = None,
    about: str = "",
) -> Message:
    """Put one message in the outbox, in the caller's transaction.

    Args:
        key: what makes it one message, such as alert, step, recipient and channel. The same key
            again is no news: the message that is there already comes back unchanged.
        kind: whose guard is asked before it is sent.
        channel, way: how it goes; ``way`` is the tested channel of its recipient, if it is one.
        address: where it goes. ``subject`` and ``body`` hold no name, no programme, no topic.
        about: what it is about, as ``alert:<uuid>``.
    """
    message = Message(
        key=key,
        institution_id=institution,
        circle_id=circle,
        kind=kind,
        about=about,
        channel=channel,
        way_id=way,
        account_id=account,
        person_id=person,
        address=address,
        subject=subject,
        body=body,
        life_critical=life_critical,
        due_at=due_at,
        created_at=at,
    )
    if not insert(message, unless_there=True):
        there: Message = _outbox().get(key=key)
        return there
    _write("notify.message_queued", message, by=by, at=at)
    bell.ring_after_commit()
    return message


def is_queued(key: str) -> bool:
    """Whether a message with this key was put in the outbox before."""

    def rows(key: str) -> Any:
        return _outbox().filter(key=key).only("pk")

    return bool(prepared.rows("notify.is_queued", rows, key=prepared.Text(key)))


@action
def claim(*, channel: str, by: Reader, at: datetime, about: str = "") -> Message | None:
    """Take the next due message of a channel for one lease; None when nothing is due.

    Life-critical messages go first. Two claimers never get the same message: on PostgreSQL rows
    locked by another are passed over, on SQLite the claim is one conditional update.
    """

    def rows(channel: str, at: datetime) -> Any:
        due = queries.due(channel=channel, at=at).select_related("account")
        due = due.order_by("-life_critical", "due_at")
        if connection.vendor == "postgresql":
            due = due.select_for_update(skip_locked=True, of=("self",))
        return due

    message: Message | None
    if about:
        message = rows(channel, at).filter(about=about).first()
    else:
        message = prepared.first(
            "notify.claim", lambda **given: rows(**given)[:1], channel=channel, at=at
        )
    if message is None:
        return None
    lease = at + rules.LEASE
    mine = (
        _outbox()
        .filter(pk=message.pk, sent_at=None, claimed_until=message.claimed_until)
        .update(claimed_until=lease)
    )
    if not mine:
        return None
    if message.claimed_until is not None:  # its sender died, perhaps after the transport took it
        _try_made(message, at, "no_answer", "the sender ended")
    together.gather(message, at=at)
    message.claimed_until = lease
    return message


@action
def mark_sent(*, message: Message, said: Said, by: Reader, at: datetime) -> None:
    """Note that the transport took the message. Twice is no harm: the first moment stays."""
    _note_try(message, at, "accepted", said.detail)
    crashpoint.here("notify.after_attempt")
    if _waiting(message).update(sent_at=at, claimed_until=None, attempts=F("attempts") + 1):
        _write("notify.message_sent", message, by=by, at=at)
    else:
        _count_try(message)
    for other in together.carried(message):
        if _waiting(other).update(sent_at=at, claimed_until=None):
            Attempt.objects.create(message=other, at=at, outcome="went_along")
            _write("notify.message_sent", other, by=by, at=at)


@action
def mark_failed(*, message: Message, said: Said, by: Reader, at: datetime) -> None:
    """Note a failed try and when the next one is (3.1, E5).

    After a day there is none, nor after *never*, unless life may depend on it. A channel whose
    transport says *never* counts no more until its owner answers a new test.
    """
    _try_made(message, at, said.outcome, said.detail)
    critical, never = message.life_critical, said.outcome == "rejected"
    if never and message.way_id is not None:
        Channel.objects.unscoped("outbox").filter(pk=message.way_id).update(rejected_at=at)
    given_up = rules.is_given_up(message.created_at, at, life_critical=critical)
    if given_up or (never and not critical):
        _waiting(message).update(given_up_at=at, claimed_until=None)
        return
    wait = rules.wait_after(message.attempts, life_critical=critical, rejected=never)
    _waiting(message).update(due_at=at + wait, claimed_until=None)


@action
def wait_until(*, message: Message, due_at: datetime, by: Reader, at: datetime) -> None:
    """Let a message that waits go out at another time. One that is being sent is left alone."""
    if _waiting(message).filter(claimed_until=None).update(due_at=due_at):
        _write("notify.message_queued", message, by=by, at=at)


@action
def mark_withheld(*, message: Message, by: Reader, at: datetime) -> None:
    """Note that the message is no longer right to send. What was to go along is asked alone."""
    together.release(message)
    Attempt.objects.create(message=message, at=at, outcome="withheld")
    if _waiting(message).update(withheld_at=at, claimed_until=None):
        _write("notify.message_withheld", message, by=by, at=at)


@action
def make_canary(*, key: str, body: str, by: Reader, at: datetime) -> Message | None:
    """Put the test message of this minute in the outbox, and forget those of an hour ago.

    None before there is an institution: nobody is served yet.
    """
    house = Institution.objects.unscoped("outbox").order_by("created_at", "pk").first()
    if house is None:
        return None
    kept = queries.canaries().filter(sent_at__isnull=False).order_by("-sent_at").first()
    old = queries.canaries().filter(created_at__lt=at - rules.KEPT)
    old = old.exclude(pk=kept.pk) if kept is not None else old
    Attempt.objects.unscoped("outbox").filter(message__in=old).delete()
    old.delete()
    return queue(
        key=key,
        kind=rules.CANARY,
        channel=rules.WATCH,
        institution=house.pk,
        address="watch@localhost",
        subject="canary",
        body=body,
        about=rules.CANARY,
        due_at=at,
        by=by,
        at=at,
    )


def beat(*, name: str, at: datetime) -> None:
    """Say that this dispatcher lives."""
    with transaction.atomic():
        Heartbeat.objects.update_or_create(name=name, defaults={"at": at})


def forget_beats(*, before: datetime) -> None:
    """Remove the signs of life of dispatchers that ended long ago."""
    Heartbeat.objects.filter(at__lt=before).delete()


def _write(word: str, message: Message, *, by: Reader, at: datetime) -> None:
    """Into the trail: every message but the canary, which is about nobody and comes each minute."""
    if message.kind != rules.CANARY:
        audit.write(word, by=by, about=message, at=at, detail={"about": message.about})


def _try_made(message: Message, at: datetime, outcome: str, detail: str) -> None:
    _note_try(message, at, outcome, detail)
    _count_try(message)


def _note_try(message: Message, at: datetime, outcome: str, detail: str) -> None:
    Attempt.objects.create(message=message, at=at, outcome=outcome, detail=detail[:200])
    message.attempts += 1


def _count_try(message: Message) -> None:
    _outbox().filter(pk=message.pk).update(attempts=F("attempts") + 1)


def _waiting(message: Message) -> ScopedQuerySet:
    return _outbox().filter(pk=message.pk, sent_at=None, withheld_at=None, given_up_at=None)


def _outbox() -> ScopedQuerySet:
    """All messages: a key is unique among all of them, and whoever sends must see each."""
    rows: ScopedQuerySet = Message.objects.unscoped("outbox")
    return rows
