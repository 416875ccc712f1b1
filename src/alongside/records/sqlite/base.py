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

    def _start_transaction_under_autocommit(self) -> None:
        gate = self._way_in()
        try:
            if gate is not None:
                gate.enter()
            super()._start_transaction_under_autocommit()
        except Shut as shut:
            raise OperationalError("database is locked") from shut
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        super()._commit()  # one that fails is rolled back, and the turn ends there
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()
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
