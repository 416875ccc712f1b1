"""The connection Django uses: every transaction waits for its turn at the gate first.

So does a write outside a transaction, which is one of its own: SQLite would let it in only where it
happens to ask between two turns, and those who wait at the gate leave no such moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from alongside.records.gate import Gate, Shut

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Cursor(base.SQLiteCursorWrapper):
    """A cursor whose single writes, those outside a transaction, wait for their turn."""

    def __init__(self, connection: Any, wrapper: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._in_turn = wrapper.in_turn

    def execute(self, query: str, params: Any = None) -> Any:
        return self._in_turn(query, lambda: super(Cursor, self).execute(query, params))

    def executemany(self, query: str, param_list: Any) -> Any:
        return self._in_turn(query, lambda: super(Cursor, self).executemany(query, param_list))


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with ``BEGIN IMMEDIATE`` behind the gate; a turn ends with its transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gate: Gate | None = None

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=lambda connection: Cursor(connection, self))

    def in_turn(self, query: str, execute: Callable[[], Any]) -> Any:
        """Execute at once within a transaction, which has its turn, and whatever only reads."""
        if self.connection.in_transaction or not query.startswith(WRITES):
            return execute()
        gate = self._way_in()
        if gate is None:
            return execute()
        try:
            gate.enter()
            return execute()
        except Shut as shut:
            raise OperationalError("database is locked") from shut
        finally:
            gate.leave()

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        begins = force_begin_transaction_with_broken_autocommit and not autocommit
        gate = self._way_in() if begins else None
        try:
            if gate is not None:
                gate.enter()
            super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        except Shut as shut:
            raise OperationalError("database is locked") from shut
        except BaseException:
            if begins:
                self._leave()
            raise

    def commit(self) -> None:
        super().commit()  # one that fails is rolled back, and the turn ends there
        self._leave()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._leave()

    def close(self) -> None:
        try:
            super().close()
        finally:
            if self._gate is not None:
                self._gate.close()
                self._gate = None

    def _way_in(self) -> Gate | None:
        name = str(self.settings_dict["NAME"])
        if self._gate is None and not (self.is_in_memory_db() or name.startswith("file:")):
            self._gate = Gate(name)
        return self._gate

    def _leave(self) -> None:
        if self._gate is not None:
            self._gate.leave()
