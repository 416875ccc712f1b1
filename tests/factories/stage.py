"""The cast stands ready: built once and kept under savepoints, so that a test only borrows it.

Building Sam's case takes longer than most tests that need it. The first test that asks for it
builds it inside a transaction that stays open; each test then runs in a savepoint within, which
its end rolls back, and gets a copy of the objects. A test that wants less (a house without a case,
an empty database, real commits) takes the rest down before it begins.
"""

from __future__ import annotations

import pickle
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from tests.conftest import NOON

if TYPE_CHECKING:
    from alongside.plans.models import Course
    from tests.factories import World

HOUSE, WORLD, SAM, CRAFT, CBT = (
    f"{name}_stands_ready" for name in ("house", "world", "sam", "craft", "cbt")
)
# What stands below each, from the empty database up.
BELOW = {HOUSE: "", WORLD: HOUSE, SAM: WORLD, CRAFT: WORLD, CBT: SAM}


@dataclass
class Standing:
    """The world as it stands, and the course that has started in it, if one has."""

    world: World
    course: Course | None = None

    def packed(self) -> bytes:
        """As it stands now; to unpack it takes a fraction of what a deep copy takes."""
        return pickle.dumps(self, pickle.HIGHEST_PROTOCOL)


class Stage:
    """What stands, from the empty database up: nothing, the house, its case, a course of it."""

    def __init__(self) -> None:
        self._open: list[tuple[str, ExitStack, bytes]] = []
        self._lent: Standing | None = None

    def prepare(self, item: pytest.Item) -> None:
        """Make the database what this test begins with. Called when it may be opened."""
        self._lent = None
        names = wanted(item)
        while [name for name, *_ in self._open] != names[: len(self._open)]:
            self._take_down()
        for name in names[len(self._open) :]:
            self._put_up(name)

    def borrow(self) -> Standing | None:
        """A copy of what stands, one for each test; None when the test commits for real."""
        if self._lent is None and self._open:
            self._lent = pickle.loads(self._open[-1][2])
        return self._lent

    def clear(self) -> None:
        while self._open:
            self._take_down()

    def _put_up(self, name: str) -> None:
        from alongside.records import clock

        below = pickle.loads(self._open[-1][2]) if self._open else None
        stack = ExitStack()
        stack.enter_context(transaction.atomic())
        stack.callback(transaction.set_rollback, True)
        try:
            with clock.installed(lambda: NOON):
                built = _built(name, below)
        except BaseException:
            stack.close()
            raise
        self._open.append((name, stack, built.packed()))

    def _take_down(self) -> None:
        _, stack, _ = self._open.pop()
        stack.close()


def wanted(item: pytest.Item) -> list[str]:
    """What must stand for this test, from below; of two ways up, the first that is named.

    Nothing for one that commits for real.
    """
    names = getattr(item, "fixturenames", ())
    marker = item.get_closest_marker("django_db")
    if "transactional_db" in names or (marker and marker.kwargs.get("transaction")):
        return []
    most = next((name for name in (CBT, CRAFT, SAM, WORLD, HOUSE) if name in names), "")
    found: list[str] = []
    while most:
        found.insert(0, most)
        most = BELOW[most]
    return found


def _built(name: str, below: Standing | None) -> Standing:
    from tests.factories import add_case, care, make_world

    if below is None:
        return Standing(make_world(case=False))
    world = below.world
    if name == WORLD:
        return Standing(add_case(world, at=NOON))
    if name == SAM:
        world.engage_sam()
        return Standing(world)
    return Standing(world, care.started(world, way="cbt" if name == CBT else "craft"))


stage = Stage()
