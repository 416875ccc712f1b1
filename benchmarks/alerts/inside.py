"""What the proof asks inside the served database; each call is a process of its own."""

from __future__ import annotations

from typing import Any

AT_ONCE = 2000


def questions() -> list[dict[str, list[str]]]:
    """Of each public question the answers that are calm, and those that show danger (C)."""
    from alongside.crisis import public

    return [
        {
            "calm": [each.id for each in question.answers if each.level is None],
            "danger": [each.id for each in question.answers if each.level == "C"],
        }
        for question in public.intake().questions
    ]


def give_a_phone() -> None:
    """Who is on call has a phone that takes texts, too, and answered its test."""
    import re

    from alongside.access.readers import reader_for
    from alongside.crisis import telling
    from alongside.directory.models import Service
    from alongside.notify import channels
    from alongside.notify.models import Message
    from alongside.records import clock

    at = clock.now()
    for service in Service.objects.unscoped("the proof"):
        for account in telling.on_call(service=service.pk, at=at)[1]:
            by = reader_for(account, at)
            channel = channels.add_channel(kind="sms", address="+447700900123", by=by, at=at)
            test = Message.objects.unscoped("the proof").get(
                about=f"channel:{channel.pk}", channel="sms"
            )
            (code,) = re.findall(r"\b\d{6}\b", test.body)
            channels.answer_test(channel=channel, code=code, by=by, at=at)


def have_all() -> int:
    """On-call takes every alert whose messages went out, so that none climbs during the run."""
    from alongside.crisis import actions
    from alongside.crisis.models import Alert
    from alongside.notify.models import Message
    from alongside.records import clock

    at = clock.now()
    waits = Message.objects.unscoped("the proof").filter(sent_at=None, withheld_at=None)
    waiting = set(waits.values_list("about", flat=True))
    rows = Alert.objects.unscoped("the proof").filter(acknowledged_at=None, closed_at=None)
    had = 0
    for alert in rows.order_by("raised_at")[:AT_ONCE]:
        if f"alert:{alert.pk}" in waiting:
            continue
        by = _on_call(alert, at)
        if by is None:
            continue
        actions.acknowledge(alert=alert, by=by, at=at)
        had += 1
    return had


def _on_call(alert: Any, at: Any) -> Any:
    from alongside.access.readers import reader_for
    from alongside.crisis import telling

    for accounts in telling.on_call(service=alert.service_id, at=at).values():
        for account in accounts:
            return reader_for(account, at)
    return None


def state() -> dict[str, int]:
    """How much still waits: messages, critical ones among them, answers beside the database."""
    from alongside.notify.models import Message
    from alongside.records import spool

    rows = Message.objects.unscoped("the proof").filter(
        sent_at=None, withheld_at=None, given_up_at=None
    )
    critical = rows.filter(life_critical=True).count()
    return {
        "messages": rows.count(),
        "critical": critical,
        "spool": len(spool.waiting()),
        "held": len(spool.held()),
    }


def kept(*, submissions: list[str]) -> dict[str, Any]:
    """What became of these answers, and of every message: all that the proof compares.

    Returns:
        ``lost``: submissions without an alert; ``twice``: with more than one, or raised twice;
        ``untold``: alerts nobody was told of; ``messages``: of each its Message-ID, alert, whom
        and when it was queued (committed, on PostgreSQL) and sent; ``alerts``: how many there are.
    """
    from collections import Counter
    from uuid import UUID

    from alongside.crisis.models import Alert, AlertEvent
    from alongside.notify.models import Message
    from alongside.notify.together import letter_id
    from alongside.records.crypto import keyed_hash

    alerts = list(Alert.objects.unscoped("the proof").values_list("pk", "concern"))
    by_concern = Counter(concern for _pk, concern in alerts)
    raised = Counter(
        AlertEvent.objects.unscoped("the proof")
        .filter(kind__in=["raised", "raised_again"])
        .values_list("alert", flat=True)
    )
    concerns = {each: UUID(hex=keyed_hash("concern", each)[:32], version=4) for each in submissions}
    committed = _committed()
    rows = list(Message.objects.unscoped("the proof").filter(about__startswith="alert:"))
    along = Counter(row.sent_with_id for row in rows if row.sent_with_id)
    heads = {row.pk: letter_id(row, along[row.pk]) for row in rows}
    messages = [
        {
            "id": heads[row.sent_with_id or row.pk],
            "about": row.about,
            "to": f"{row.account_id or row.key} {row.channel} {row.key.split(':')[1]}",
            "channel": row.channel,
            # A step that came due later was queued then, long after its alert was committed.
            "queued": max(committed.get(row.about, 0.0), row.created_at.timestamp()),
            "sent": row.sent_at.timestamp() if row.sent_at else None,
            "withheld": row.withheld_at is not None,
        }
        for row in rows
    ]
    told = {row["about"] for row in messages}
    return {
        "lost": [each for each, concern in concerns.items() if not by_concern[concern]],
        "twice": [str(concern) for concern, count in by_concern.items() if count > 1]
        + [str(pk) for pk, count in raised.items() if count > 1],
        "untold": [str(pk) for pk, _concern in alerts if f"alert:{pk}" not in told],
        "messages": messages,
        "alerts": len(alerts),
    }


def _committed() -> dict[str, float]:
    """When the transaction of each alert was committed; PostgreSQL alone can tell."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT alert_id, pg_xact_commit_timestamp(xmin) FROM crisis_alertevent "
            "WHERE kind = 'raised'"
        )
        return {f"alert:{alert}": moment.timestamp() for alert, moment in cursor.fetchall()}
