"""Where a message and its tries belong. No word of the matrix stands in their row."""

from __future__ import annotations

from django.db.models import Q

from alongside.records.registry import Place, places

PLACES = {
    "notify.attempt": Place(
        circles=lambda ids: Q(message__circle__in=ids),
        institutions=lambda ids: Q(message__institution__in=ids),
        of=lambda row: (
            (row.message.circle_id,) if row.message.circle_id else (),
            (row.message.institution_id,),
        ),
    )
}


def register() -> None:
    """Called once, when the room is ready."""
    for model, place in PLACES.items():
        places.register(model, place)
