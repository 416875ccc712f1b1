"""What makes a year of invented work quick without leaving anything out.

Every action runs as it is. What differs from real work needs that this process alone writes to this
database: what was read is remembered until a write could change it, and memory is tidied seldom.
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
from alongside.people.models import Person
from alongside.plans import queries as plans
from alongside.plans.models import Course
from alongside.plans.together import Beside
from alongside.records.reader import Reader

# What an account may depends on these; a write to one of them is the end of what was remembered.
EDGES = (
    "access_relationship", "access_accountperson", "access_separation", "access_account",
    "people_practitioner", "people_person",
)  # fmt: skip
PEOPLE = ("people_person", "people_member", "people_circle", "access_accountperson")
TREATED = ("plans_courseperson", "people_person")
# These say nothing of which words are true of a course; a write to any other table may.
BESIDE_THE_POINT = (
    "records_audit", "records_datakey", "delivery_steprecord", "delivery_artefact",
)  # fmt: skip
SELDOM = 100_000


class _Memory:
    """What was read, until one of its tables is written."""

    def __init__(self, tables: tuple[str, ...], *, but: tuple[str, ...] = ()) -> None:
        self.tables, self.but = tables, but
        self.held: dict[Any, Any] = {}

    def heard(self, sql: str) -> None:
        """Forget, if this could have changed something."""
        touched = any(table in sql for table in self.tables) if self.tables else True
        if self.held and touched and not any(table in sql for table in self.but):
            self.held.clear()

    def of(self, key: Any, read: Callable[[], Any]) -> Any:
        if key not in self.held:
            self.held[key] = read()
        return self.held[key]


class _Quick:
    """The readings that are asked for most often, each with what makes it anew."""

    def __init__(self) -> None:
        self.edges = _Memory(EDGES)
        self.people = _Memory(PEOPLE)
        self.treated = _Memory(TREATED)
        self.words = _Memory((), but=BESIDE_THE_POINT)
        self.since: datetime | None = None
        self.until: datetime | None = None  # nothing changes by itself any more
        self.read = (readers.reader_for, readers.person_for, plans.treated_by, plans.words)

    def hear(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE", "REPLACE", "ROLLBACK")):
            for memory in (self.edges, self.people, self.treated, self.words):
                if sql.startswith("ROLLBACK"):
                    memory.held.clear()
                else:
                    memory.heard(sql)
        return execute(sql, params, many, context)

    def reader_for(self, account: Account, at: datetime, *, still: bool = False) -> AccountReader:
        late = self.until is not None and at >= self.until
        if late or self.since is None or at < self.since:
            self.edges.held.clear()
        if not self.edges.held:
            self.since, self.until = at, readers.next_change(at)
        read = self.read[0]
        known = self.edges.of((account.pk, still), lambda: read(account, at, still=still))
        return AccountReader(
            account, at, edges=known.edges, persons=known.persons, separated=known.separated
        )

    def person_for(self, by: Reader, *, institution: UUID, circle: UUID | None = None) -> Person:
        key = (frozenset(by.persons), institution, circle)
        found: Person = self.people.of(
            key, lambda: self.read[1](by, institution=institution, circle=circle)
        )
        return found

    def treated_by(self, course: Course) -> list[Person]:
        return list(self.treated.of(course.pk, lambda: self.read[2](course)))

    def words_of(
        self, course: Course, at: datetime, *, beside: Beside | None = None
    ) -> frozenset[str]:
        words: frozenset[str] = self.words.of(
            (course.pk, at), lambda: self.read[3](course, at, beside=beside)
        )
        return words


@contextmanager
def quick() -> Iterator[None]:
    """Within this, what was read is remembered and memory is tidied seldom."""
    memory, before = _Quick(), gc.get_threshold()
    readers.reader_for, readers.person_for = memory.reader_for, memory.person_for
    plans.treated_by, plans.words = memory.treated_by, memory.words_of
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM, *before[1:])
    try:
        with connection.execute_wrapper(memory.hear):
            yield
    finally:
        readers.reader_for, readers.person_for, plans.treated_by, plans.words = memory.read
        gc.set_threshold(*before)
        gc.unfreeze()
