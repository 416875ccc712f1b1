"""Taking an alert with the code of a message: for somebody whose phone rang and who is nowhere
near a place to sign in.

A code works once and dies after a day. It takes the alert and shows nothing of it. Opening an
address does nothing; only sending the code does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from alongside.access.readers import reader_for
from alongside.crisis import actions, codes, rules
from alongside.crisis.models import WrongTry
from alongside.records.crypto import keyed_hash
from alongside.records.errors import NotAllowed

State = Literal["taken", "had", "over", "wrong", "wait"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a code. ``since`` is when whoever has the alert took it."""

    state: State
    since: datetime | None = None


def take(*, code: str, visitor: str, at: datetime) -> Taken:
    """Take an alert with the code of a message, as its recipient.

    Args:
        code: as it was typed. visitor: where it came from; only its hash is kept.

    Returns:
        ``taken``; ``had`` when somebody has it; ``over`` when it is closed, or the code was used
        or is a day old; ``wrong`` when it opens nothing; ``wait`` after ten wrong ones in ten
        minutes from one place. Whoever must wait can still sign in and press there.
    """
    origin = keyed_hash("visitor", visitor)
    since = at - rules.WRONG_CODES_WITHIN
    if WrongTry.objects.filter(visitor=origin, at__gt=since).count() >= rules.WRONG_CODES:
        return Taken("wait")
    found = codes.find(code)
    if found is None:
        WrongTry.objects.create(visitor=origin, at=at)
        return Taken("wrong")
    if found.used_at is not None or at - found.made_at > rules.CODE_LIVES:
        return Taken("over")
    try:
        alert = actions.acknowledge(
            alert=found.alert, by=reader_for(found.account, at), code=found.pk, at=at
        )
    except actions.AlreadyAcknowledged as refusal:
        return Taken("had", refusal.alert.acknowledged_at)
    except (actions.AlreadyClosed, NotAllowed):
        return Taken("over")
    return Taken("taken", alert.acknowledged_at)
