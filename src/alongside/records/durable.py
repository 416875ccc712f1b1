"""Is what was committed on the disk before anybody says *saved* (E2)? The database is asked."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

# What each setting must be; of two, either.
SQLITE = {"journal_mode": ("wal",), "synchronous": ("2", "3"), "foreign_keys": ("1",)}
POSTGRESQL = {
    "fsync": ("on",),
    "synchronous_commit": ("on", "remote_apply"),
    "full_page_writes": ("on",),
}


@dataclass(frozen=True, slots=True)
class Weak:
    """One setting with which a commit could be lost."""

    name: str
    is_now: str
    must_be: str

    def __str__(self) -> str:
        return f"The database has {self.name} = {self.is_now}; what it saved could be lost."


def weak(of: BaseDatabaseWrapper | None = None) -> list[Weak]:
    """Every setting of a connection with which a commit could be lost; none when it is safe.

    Args:
        of: the connection; this thread's by default.
    """
    asked = of or connection
    is_sqlite = asked.vendor == "sqlite"
    ask = "PRAGMA {}" if is_sqlite else "SHOW {}"
    found = []
    with asked.cursor() as cursor:
        for name, good in (SQLITE if is_sqlite else POSTGRESQL).items():
            cursor.execute(ask.format(name))
            is_now = str(cursor.fetchone()[0])
            if is_now not in good:
                found.append(Weak(name, is_now, good[0]))
    return found
