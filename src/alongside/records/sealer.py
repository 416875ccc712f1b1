"""Number the trail without gaps and chain it in batches; say whether it is whole.

Numbers are given at sealing, not at insert: a database sequence has gaps and commits come late.
The head also goes to a file outside the database, so that cutting off the end is seen.
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from alongside.records import audit, keys
from alongside.records.models import AuditBatch, AuditEvent, AuditSeal, AuditWaiting

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """Is the trail whole? If not, the first bad place and what is wrong there."""

    whole: bool
    events: int
    sealed: int
    place: str = ""
    problem: str = ""


def seal(*, at: datetime) -> int:
    """Seal up to one batch of events that have no number yet. Returns how many."""
    if not AuditWaiting.objects.exists():  # nothing to do takes no lock
        return 0
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(7391)")
        order = list(
            AuditWaiting.objects.order_by("at", "event").values_list("event", flat=True)[:BATCH]
        )
        macs = dict(AuditEvent.objects.filter(pk__in=order).values_list("pk", "mac"))
        waiting = [pk for pk in order if pk in macs]
        if not waiting:
            return 0
        first = (AuditSeal.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        seals = [
            AuditSeal(number=first + step, event=pk, event_mac=macs[pk])
            for step, pk in enumerate(waiting)
        ]
        AuditSeal.objects.bulk_create(seals)
        before = AuditBatch.objects.order_by("-last_number").first()
        batch = AuditBatch(
            first_number=first,
            last_number=first + len(seals) - 1,
            sealed_at=at,
            previous=before.mac if before else "",
        )
        batch.mac = _batch_mac(batch, seals)
        batch.save(force_insert=True)
        AuditWaiting.objects.filter(event__in=order).delete()
    _write_head(batch)
    return len(waiting)


def verify() -> Verdict:
    """Walk the whole trail: contents, numbers, chain, and the head kept outside.

    What is written or sealed meanwhile is no mistake: the head is read before the batches, and a
    seal and its batch are looked for at once.
    """
    head = _head()
    events = AuditEvent.objects.count()
    expected, previous, sealed = 1, "", 0
    for batch in AuditBatch.objects.order_by("first_number").iterator():
        if batch.first_number != expected or batch.previous != previous:
            return Verdict(False, events, sealed, f"number {expected}", "a batch is missing here")
        seals = list(
            AuditSeal.objects.filter(
                number__gte=batch.first_number, number__lte=batch.last_number
            ).order_by("number")
        )
        found = AuditEvent.objects.in_bulk([s.event for s in seals])
        for seal_ in seals:
            place = f"number {expected}"
            if seal_.number != expected:
                return Verdict(False, events, sealed, place, "a number was taken out here")
            event = found.get(seal_.event)
            if event is None:
                return Verdict(False, events, sealed, place, "this event was deleted")
            if event.mac != seal_.event_mac or audit.mac_of(event) != event.mac:
                return Verdict(False, events, sealed, place, "this event was changed")
            expected, sealed = expected + 1, sealed + 1
        if expected != batch.last_number + 1:
            return Verdict(False, events, sealed, f"number {expected}", "a number is missing")
        if not hmac.compare_digest(_batch_mac(batch, seals), batch.mac):
            return Verdict(False, events, sealed, f"number {batch.first_number}", "order changed")
        previous = batch.mac
    its_batch = AuditBatch.objects.filter(
        first_number__lte=OuterRef("number"), last_number__gte=OuterRef("number")
    )
    if AuditSeal.objects.filter(~Exists(its_batch), number__gte=expected).exists():
        return Verdict(False, events, sealed, f"number {expected}", "a seal without a batch")
    for event in AuditEvent.objects.filter(
        ~Exists(AuditSeal.objects.filter(event=OuterRef("pk")))
    ).iterator():
        if audit.mac_of(event) != event.mac:
            return Verdict(False, events, sealed, f"event {event.pk}", "this event was changed")
    return _compare_head(head, events, sealed, expected - 1)


def _head() -> dict[str, Any] | None:
    """The head kept outside, if there is one."""
    try:
        head: dict[str, Any] = json.loads(head_path().read_text())
    except FileNotFoundError:
        return None
    return head


def _compare_head(head: dict[str, Any] | None, events: int, sealed: int, last: int) -> Verdict:
    if head is None:
        if last and not (path := head_path()).exists():  # the first one may have come meanwhile
            return Verdict(False, events, sealed, "the end", f"the head file {path} is missing")
        return Verdict(True, events, sealed)
    if head["last_number"] > last:
        place = f"number {last + 1}"
        return Verdict(False, events, sealed, place, "the end of the trail was cut off here")
    at_head = AuditBatch.objects.filter(last_number=head["last_number"]).first()
    if at_head is None or at_head.mac != head["mac"]:
        place = f"number {head['last_number']}"
        return Verdict(False, events, sealed, place, "the trail was written anew up to here")
    return Verdict(True, events, sealed)


def head_path() -> Path:
    """Where the head of the trail is kept: a place the database's administrators cannot write."""
    return Path(os.environ.get("ALONGSIDE_AUDIT_HEAD", settings.VAR / "audit-head.json"))


def _write_head(batch: AuditBatch) -> None:
    path = head_path()
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"last_number": batch.last_number, "mac": batch.mac}))
    os.replace(fresh, path)


def _batch_mac(batch: AuditBatch, seals: list[AuditSeal]) -> str:
    body = json.dumps(
        [
            batch.first_number,
            batch.last_number,
            batch.sealed_at.isoformat(),
            batch.previous,
            [[s.number, str(s.event), s.event_mac] for s in seals],
        ],
        separators=(",", ":"),
    )
    return hmac.new(keys.key("audit"), body.encode(), sha256).hexdigest()
