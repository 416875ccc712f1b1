"""Askings that ended by a word, or with their case: nobody answers, nobody is reminded of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from alongside.access import actions as access
from alongside.measures.models import Asking
from alongside.records import audit
from alongside.records.actions_base import action

# Why, as it stands on the time line.
OBJECTED = "objected"  # the person objects to more being written down about them, or limited it
TAKEN_BACK = "taken_back"  # who answers took back the consent it rested on
REFUSED = "refused"  # who answers said no to what it belongs to
CASE_CLOSED = "case_closed"  # the case it was asked in was closed


@action
def end_askings(*, askings: Collection[UUID], because: str, by: Any, at: datetime) -> int:
    """End what is open of these askings, in the transaction of the word that ends them.

    A draft goes; private links lead nowhere; letters that wait are withheld by their guard. Who
    called it asked whether that word may be said; the asking itself may be hidden from its sayer.

    Args:
        because: ``objected``, ``taken_back``, ``refused`` or ``case_closed``.

    Returns:
        How many were ended.
    """
    rows = Asking.objects.unscoped("what a person's own word ends, whoever was asked")
    rows = rows.filter(pk__in=list(askings), answered_at=None, declined_at=None, expires_at__gt=at)
    ending = list(rows.select_for_update(of=("self",)))
    for asking in ending:
        asking.expires_at, asking.ended_because, asking.draft = at, because, ""
        asking.save(update_fields=["expires_at", "ended_because", "draft"])
        access.end_links(target=asking.pk, purpose="answer", by=by, at=at)
        audit.write(
            "measures.asking_ended", by=by, at=at, about=asking, detail={"because": because}
        )
    return len(ending)
