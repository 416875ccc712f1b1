"""Is the database fit to keep times?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import Warning as Finding
from django.db import DatabaseError

from alongside.calendar import queries


def overlap_is_walled(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[Finding]:
    """Warn when PostgreSQL has no constraint of its own against double bookings."""
    try:
        open_ones = [name for name in databases or () if not queries.overlap_is_walled(name)]
    except DatabaseError:  # no database yet: another check says so
        return []
    return [
        Finding(
            f"The database {name} has no wall of its own against double bookings.",
            hint=(
                "As a superuser of PostgreSQL: CREATE EXTENSION btree_gist; "
                "then: manage.py migrate calendar 0004 && manage.py migrate"
            ),
            id="calendar.W001",
        )
        for name in open_ones
    ]
