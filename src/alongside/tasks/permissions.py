"""What the words of the access matrix mean for tasks."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from alongside.records.registry import Condition, conditions

OFFICE = frozenset({"manager", "privacy", "admin", "coordinator"})
BEFORE_A_CIRCLE = ("concern:", "alert:")


def _untriaged(reader: Any) -> Q:
    about = Q()
    for kind in BEFORE_A_CIRCLE:
        about |= Q(about__startswith=kind)
    return Q(circle=None, for_account=None) & about


CONDITIONS = {
    "untriaged": Condition(
        q=_untriaged,
        holds=lambda row, reader: (
            row.circle_id is None
            and row.for_account_id is None
            and row.about.startswith(BEFORE_A_CIRCLE)
        ),
        by_making=lambda circle: circle is None,
    ),
    "mine": Condition(
        q=lambda reader: Q(for_account=reader.account_id),
        holds=lambda row, reader: row.for_account_id == reader.account_id,
    ),
    "for_supervisor": Condition(
        q=lambda reader: Q(for_account=None, for_role="supervisor"),
        holds=lambda row, reader: row.for_account_id is None and row.for_role == "supervisor",
    ),
    "for_my_role": Condition(
        q=lambda reader: Q(for_account=None, circle=None, for_role__in=OFFICE & reader.roles),
        holds=lambda row, reader: (
            row.for_account_id is None
            and row.circle_id is None
            and row.for_role in OFFICE & reader.roles
        ),
    ),
}


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("tasks", CONDITIONS)
