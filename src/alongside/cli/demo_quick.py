"""What makes a year of invented work quick without leaving anything out.

Every action runs as it is. Only two things differ from real work, and both need that this process
alone writes to this database: edges read for an account at one moment are remembered until one is
written, and memory is tidied seldom.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from alongside.access import readers
from alongside.access.models import Account
from alongside.access.readers import AccountReader

# What an account may depends on these; a write to one of them is the end of what was remembered.
TABLES = (
    "access_relationship", "access_accountperson", "access_separation", "access_account",
    "people_practitioner", "people_person",
)  # fmt: skip
SELDOM = 100_000


class _Edges:
    """The edges of accounts at one moment, until one is written."""

    def __init__(self, read: Callable[..., AccountReader]) -> None:
        self.read = read
        self.at: datetime | None = None
        self.held: dict[tuple[UUID, bool], AccountReader] = {}

    def forget(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith("SELECT") and any(table in sql for table in TABLES):
            self.held.clear()
        return execute(sql, params, many, context)

    def reader_for(self, account: Account, at: datetime, *, still: bool = False) -> AccountReader:
        if at != self.at:
            self.at = at
            self.held.clear()
        key = (account.pk, still)
        if key not in self.held:
            self.held[key] = self.read(account, at, still=still)
        known = self.held[key]
        return AccountReader(
            account, at, edges=known.edges, persons=known.persons, separated=known.separated
        )


@contextmanager
def quick() -> Iterator[None]:
    """Within this, edges are remembered and memory is tidied seldom."""
    edges, before = _Edges(readers.reader_for), gc.get_threshold()
    readers.reader_for = edges.reader_for
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM, *before[1:])
    try:
        with connection.execute_wrapper(edges.forget):
            yield
    finally:
        readers.reader_for = edges.read
        gc.set_threshold(*before)
        gc.unfreeze()
