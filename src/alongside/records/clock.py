"""The one clock: the database's.

The doors and the loops ask ``now()`` once and hand the moment on as ``at=``. Only a
demonstration and tests put another clock here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection

_installed: Callable[[], datetime] | None = None


def now() -> datetime:
    """The present moment in UTC, by the database; one moment for a whole transaction there."""
    if _installed is not None:
        return _installed()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")
            return datetime.fromisoformat(cursor.fetchone()[0]).replace(tzinfo=UTC)
        cursor.execute("SELECT now()")
        moment: datetime = cursor.fetchone()[0]
        return moment.astimezone(UTC)


@contextmanager
def installed(clock: Callable[[], datetime]) -> Iterator[None]:
    """Use another clock for a while: the demonstration's simulated one, or a test's."""
    global _installed
    before, _installed = _installed, clock
    try:
        yield
    finally:
        _installed = before
