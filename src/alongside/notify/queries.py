"""What was sent about something, and whether anybody is sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from alongside.notify import rules
from alongside.notify.models import Attempt, Heartbeat, Message
from alongside.records import prepared
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last sign of life of any dispatcher."""

    last_at: datetime | None
    age: timedelta | None

    @property
    def is_alive(self) -> bool:
        return self.age is not None and self.age <= rules.SILENT_AFTER


def pulse(*, at: datetime) -> Pulse:
    """Whether a dispatcher lives: its last sign of life, and how long ago that was."""
    last = prepared.first("notify.pulse", _beats)
    return Pulse(last, None if last is None else at - last)


def _beats() -> Any:
    return Heartbeat.objects.order_by("-at").values_list("at", flat=True)[:1]


def messages_about(about: str, *, seen_by: Reader) -> ScopedQuerySet:
    """The messages about one thing (``alert:<uuid>``), oldest first."""
    return Message.objects.visible_to(seen_by).filter(about=about).order_by("created_at", "key")


def tries(*, about: str, seen_by: Reader) -> ScopedQuerySet:
    """Every try to send something about one thing, with its message, oldest first."""
    return (
        Attempt.objects.visible_to(seen_by)
        .filter(message__about=about)
        .select_related("message")
        .order_by("at")
    )


def waiting(*, at: datetime, seen_by: Reader, life_critical: bool | None = None) -> dict[str, Any]:
    """How many messages wait to be sent, and since when the oldest does."""
    rows = Message.objects.visible_to(seen_by).filter(
        sent_at=None, withheld_at=None, given_up_at=None, created_at__lte=at
    )
    if life_critical is not None:
        rows = rows.filter(life_critical=life_critical)
    return {"count": rows.count(), "oldest": rows.order_by("created_at").first()}


def kinds_in_outbox(*, seen_by: Reader) -> frozenset[str]:
    """The kinds of the messages that wait: each must have a guard."""
    rows = Message.objects.visible_to(seen_by).filter(
        sent_at=None, withheld_at=None, given_up_at=None
    )
    return frozenset(rows.values_list("kind", flat=True).distinct())


def is_due(*, channel: str, at: datetime, about: str = "") -> bool:
    """Is there a message to claim? One look that takes no lock; the claim looks again."""

    def rows(channel: str, at: datetime) -> Any:
        return due(channel=channel, at=at).values_list("pk", flat=True)[:1]

    if about:
        return bool(due(channel=channel, at=at).filter(about=about).exists())
    return bool(prepared.rows("notify.is_due", rows, channel=channel, at=at))


def due(*, at: datetime, channel: str = "") -> ScopedQuerySet:
    """The messages that are due and that nobody sends now: by one channel, or by all."""
    rows: ScopedQuerySet = Message.objects.unscoped("dispatcher").filter(
        Q(claimed_until=None) | Q(claimed_until__lte=at),
        **({"channel": channel} if channel else {}),
        sent_with=None,
        sent_at=None,
        withheld_at=None,
        given_up_at=None,
        due_at__lte=at,
    )
    return rows


def due_channels(*, at: datetime) -> set[str]:
    """The channels by which a message is due now: one look for all of them, without a lock."""

    def rows(at: datetime) -> Any:
        return due(at=at).order_by().values_list("channel", flat=True).distinct()

    return set(prepared.rows("notify.due_channels", rows, at=at))


# -- the canary -----------------------------------------------------------------------------------


def canaries() -> ScopedQuerySet:
    """The test messages to the outside monitor. They are about nobody."""
    rows: ScopedQuerySet = Message.objects.unscoped("dispatcher").filter(
        about=rules.CANARY, kind=rules.CANARY
    )
    return rows


def is_made(key: str) -> bool:
    """Whether a message with this key is in the outbox already."""
    return bool(Message.objects.unscoped("dispatcher").filter(key=key).exists())


def last_heard() -> datetime | None:
    """When the outside monitor last took a canary; None: never."""
    rows = canaries().filter(sent_at__isnull=False).order_by("-sent_at")
    last: datetime | None = rows.values_list("sent_at", flat=True).first()
    return last


def untried(*, at: datetime) -> int:
    """How many messages about danger were due by then, and nobody even tried to send them."""
    return int(due(at=at).filter(life_critical=True, attempts=0).count())
