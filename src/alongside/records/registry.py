"""What a lower room must know of a higher one is registered here, from ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Condition:
    """What a word of the access matrix means for one room's records.

    ``q`` is its form for SQL, ``holds`` its form for one record at hand. A property test
    compares the two on generated worlds.
    """

    q: Callable[[Any], Q]
    holds: Callable[[Any, Any], bool]


class Conditions:
    """Condition words by room: the same word may mean its own thing in each."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, str], Condition] = {}

    def register(self, room: str, words: Mapping[str, Condition]) -> None:
        for word, condition in words.items():
            self._words[room, word] = condition

    def get(self, room: str, word: str) -> Condition:
        return self._words[room, word]

    def has(self, room: str, word: str) -> bool:
        return (room, word) in self._words


Guard = Callable[[Any, datetime], bool]


class Guards:
    """Is this message still right to send? By kind of message; a kind without one is an error."""

    def __init__(self) -> None:
        self._guards: dict[str, Guard] = {}

    def register(self, kind: str, guard: Guard) -> None:
        self._guards[kind] = guard

    def get(self, kind: str) -> Guard:
        return self._guards[kind]

    def kinds(self) -> frozenset[str]:
        return frozenset(self._guards)


conditions = Conditions()
guards = Guards()
