"""Messages that waited go as one letter: about the same thing, to the same address.

After a stop, or when a transport was away, everything that was missed is due at once. Each message
stays a row with its own key, time and state; what is sent is one letter that says how many there
were (docs/decisions/0007-missed-steps-go-in-one-letter.md). Nothing is held back for it.

What the transport may have taken already is never put into another letter, nor is anything added
to it: its recipient would read the same twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from alongside import catalogue
from alongside.notify import rules
from alongside.notify.models import Attempt, Message
from alongside.records import prepared
from alongside.records.crypto import keyed_hash
from alongside.records.scoped import ScopedQuerySet


def gather(message: Message, *, at: datetime) -> int:
    """Let what waits beside this message go in its letter; in the transaction of the claim.

    Returns:
        How many were added.
    """
    if not message.life_critical or not message.about or _may_have_gone(message):
        return 0

    def rows(pk: UUID, at: datetime, **same: Any) -> Any:
        found = _waiting().filter(
            Q(due_at__lte=at) | Q(attempts__gt=0),
            **same,
            life_critical=True,
            sent_with=None,
            claimed_until=None,
        )
        if connection.vendor == "postgresql":
            found = found.select_for_update(skip_locked=True, of=("self",))
        return found.exclude(pk=pk)

    beside = prepared.rows(
        "together.beside",
        rows,
        pk=message.pk,
        at=at,
        about=prepared.Text(message.about),
        kind=message.kind,
        channel=message.channel,
        account=message.account_id,
        way=message.way_id,
    )
    added = [row.pk for row in beside if row.address == message.address and not _may_have_gone(row)]
    if added:
        _waiting().filter(Q(pk__in=added) | Q(sent_with__in=added)).update(sent_with=message.pk)
    return len(added)


def carried(message: Message) -> list[Message]:
    """What goes in the letter of this message besides itself, the oldest first."""

    def rows(pk: UUID) -> Any:
        found = Message.objects.unscoped("outbox").filter(sent_with=pk)
        return found.order_by("created_at", "key")

    return prepared.rows("together.carried", rows, pk=message.pk)


def release(message: Message) -> None:
    """Its letter will not go: each of the others goes its own way again."""
    _waiting().filter(sent_with=message.pk).update(sent_with=None)


def letter_id(message: Message, more: int) -> str:
    """The Message-ID of a letter, the same on every try of the same messages."""
    return keyed_hash("message-id", f"{message.key}+{more}" if more else message.key)[:32]


def words(message: Message, others: list[Message]) -> tuple[str, str]:
    """Subject and body: those of the newest, and how many were missed before it."""
    if not others:
        return message.subject, message.body
    newest = max([message, *others], key=lambda each: (each.created_at, each.due_at, each.key))
    language = message.account.language if message.account is not None else "en"
    missed = catalogue.current().sentence("danger_missed", language)
    said = missed.replace("{count}", str(len(others)))
    between = " " if newest.channel in {"sms", "voice", "push"} else "\n"
    return newest.subject, f"{newest.body.rstrip()}{between}{said}".strip() + "\n"


def _may_have_gone(message: Message) -> bool:
    """Whether some try ended without a word, so that its letter may be there already."""
    if not message.attempts:
        return False

    def rows(message: UUID) -> Any:
        tries = Attempt.objects.unscoped("outbox").filter(message=message, outcome="no_answer")
        return tries.exclude(detail__in=rules.NEVER_REACHED).values_list("pk", flat=True)[:1]

    return bool(prepared.rows("together.unsure", rows, message=message.pk))


def _waiting() -> ScopedQuerySet:
    rows: ScopedQuerySet = Message.objects.unscoped("outbox").filter(
        sent_at=None, withheld_at=None, given_up_at=None
    )
    return rows
