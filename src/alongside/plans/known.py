"""What rooms above know of a course and its gates must hear: sheets, steps, sessions, words.

A room registers a reader from ``AppConfig.ready``; the gates of a course then see its sheets and
are told its words. Nobody has to name a protocol for that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alongside.engine.protocols.signs import Sheet


@dataclass(frozen=True, slots=True)
class Known:
    """What one room knows of a course at a moment. ``words`` are words that gates wait for."""

    words: frozenset[str] = frozenset()
    sheets: tuple[Sheet, ...] = ()
    steps: frozenset[str] = frozenset()
    sessions_held: int = 0


Knows = Callable[[Any, datetime], Known]


class Rooms:
    """Readers by room. Each takes a course and a moment, and is asked whoever looks."""

    def __init__(self) -> None:
        self._rooms: dict[str, Knows] = {}

    def register(self, room: str, knows: Knows) -> None:
        self._rooms[room] = knows

    def of(self, course: Any, at: datetime) -> Known:
        """Everything the rooms know of a course, put together."""
        found = [knows(course, at) for knows in self._rooms.values()]
        return Known(
            frozenset(word for one in found for word in one.words),
            tuple(sheet for one in found for sheet in one.sheets),
            frozenset(step for one in found for step in one.steps),
            sum(one.sessions_held for one in found),
        )


rooms = Rooms()
