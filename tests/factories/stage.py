"""The cast stands ready: built once and kept under savepoints, so that a test only borrows it.

Building Sam's case takes longer than most tests that need it. The first test that asks for it
builds it inside a transaction that stays open; each test then runs in a savepoint within, which
its end rolls back, and gets a copy of the objects. A test that wants less (a house without a case,
an empty database, real commits) takes the rest down before it begins.
"""

from __future__ import annotations

import copy
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import transaction

from tests.conftest import NOON

HOUSE, WORLD = "house_stands_ready", "world_stands_ready"


class Stage:
    """What stands, from the empty database up: nothing, the house, the house with the case."""

    def __init__(self) -> None:
        self._open: list[tuple[str, ExitStack, Any]] = []

    def prepare(self, item: pytest.Item) -> None:
        """Make the database what this test begins with. Called when it may be opened."""
        names = getattr(item, "fixturenames", ())
        marker = item.get_closest_marker("django_db")
        commits = "transactional_db" in names or bool(marker and marker.kwargs.get("transaction"))
        wanted: list[str] = []
        if not commits and (WORLD in names or HOUSE in names):
            wanted = [HOUSE, WORLD] if WORLD in names else [HOUSE]
        while len(self._open) > len(wanted):
            self._take_down()
        for name in wanted[len(self._open) :]:
            self._put_up(name)

    def borrow(self, name: str) -> Any | None:
        """A copy of what stands under this name; None when this test commits for real."""
        if not self._open or self._open[-1][0] != name:
            return None
        return copy.deepcopy(self._open[-1][2])

    def clear(self) -> None:
        while self._open:
            self._take_down()

    def _put_up(self, name: str) -> None:
        from alongside.records import clock
        from tests.factories import add_case, make_world

        stack = ExitStack()
        stack.enter_context(transaction.atomic())
        stack.callback(transaction.set_rollback, True)
        try:
            with clock.installed(lambda: NOON):
                house = make_world(case=False) if name == HOUSE else self.borrow(HOUSE)
                built = house if name == HOUSE else add_case(house, at=NOON)
        except BaseException:
            stack.close()
            raise
        self._open.append((name, stack, built))

    def _take_down(self) -> None:
        _, stack, _ = self._open.pop()
        stack.close()


stage = Stage()
