"""Where a message and its tries belong, and whose a channel is."""

from __future__ import annotations

from django.db.models import Q

from alongside.records.conditions import NOTHING, never
from alongside.records.registry import Condition, Place, conditions, places

# A channel is its owner's alone: nobody else reads where somebody can be reached.
CHANNEL = {
    "own_account": Condition(
        q=lambda reader: Q(account=reader.account_id),
        holds=lambda row, reader: row.account_id == reader.account_id,
    ),
    "staff_account": never(),
}

PLACES = {
    "notify.attempt": Place(
        circles=lambda ids: Q(message__circle__among=ids),
        institutions=lambda ids: Q(message__institution__among=ids),
        of=lambda row: (
            (row.message.circle_id,) if row.message.circle_id else (),
            (row.message.institution_id,),
        ),
    ),
    "notify.channel": Place(
        circles=lambda ids: NOTHING, institutions=lambda ids: NOTHING, of=lambda row: ((), ())
    ),
}


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("notify.channel", CHANNEL)
    for model, place in PLACES.items():
        places.register(model, place)
