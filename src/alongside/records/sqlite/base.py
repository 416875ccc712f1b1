"""The connection Django uses: every transaction waits for its turn at the gate first."""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from alongside.records.gate import Gate, Shut


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with ``BEGIN IMMEDIATE`` behind the gate; a turn ends with its transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gate: Gate | None = None

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
