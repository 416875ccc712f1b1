"""What a lower room must know of a higher one is registered here, from ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Condition:
    """What a word of the access matrix means for one room's records.

    ``q`` is its form for SQL, ``holds`` its form for one record at hand. A property test
    compares the two on generated worlds. ``by_making`` says whether the word will hold for a
    record that the reader is about to make, given its circle (None: no circle yet).
    """

    q: Callable[[Any], Q]
    holds: Callable[[Any, Any], bool]
    by_making: Callable[[UUID | None], bool] = lambda circle: False


class Conditions:
    """Condition words by room or by model: the same word may mean its own thing in each.

    ``room`` is an app label (``cases``), one model of it (``people.member``), or ``*`` for all.
    The nearest meaning counts.
    """

    def __init__(self) -> None:
        self._words: dict[tuple[str, str], Condition] = {}

    def register(self, room: str, words: Mapping[str, Condition]) -> None:
        for word, condition in words.items():
            self._words[room, word] = condition

    def get(self, room: str, word: str) -> Condition:
        for place in (room, room.partition(".")[0], "*"):
            if (place, word) in self._words:
                return self._words[place, word]
        raise KeyError(f"{room}: {word}")

    def has(self, room: str, word: str) -> bool:
        return any((p, word) in self._words for p in (room, room.partition(".")[0], "*"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of one model belong: to which circles and institutions, as SQL and as facts.

    ``circles`` and ``institutions`` take ids and give a Q without joins to many; ``of`` gives
    the ids of both for one row at hand. A model with columns ``circle`` and ``institution``
    needs none of its own. ``groups`` and ``groups_of`` are the same for therapy groups.
    """

    circles: Callable[[Collection[UUID]], Q]
    institutions: Callable[[Collection[UUID]], Q]
    of: Callable[[Any], tuple[Iterable[UUID], Iterable[UUID]]]
    groups: Callable[[Collection[UUID]], Q] = lambda ids: Q(pk__in=[])
    groups_of: Callable[[Any], Iterable[UUID]] = lambda row: ()


class Places:
    """Places by model label, ``people.person``."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}

    def register(self, model: str, place: Place) -> None:
        self._places[model] = place

    def get(self, model: str) -> Place | None:
        return self._places.get(model)


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


Hold = Callable[..., None]
"""Refuses, by raising, a change that must wait for something; facts and ``at`` come by name."""


class Holds:
    """What a change must wait for in rooms above its own. The action itself asks, so no caller can
    go past it: ``holds.ask("calendar.book", circle=…, persons=…, at=at)``."""

    def __init__(self) -> None:
        self._holds: dict[str, list[Hold]] = {}

    def register(self, change: str, hold: Hold) -> None:
        self._holds.setdefault(change, []).append(hold)

    def ask(self, change: str, *, at: datetime, **facts: Any) -> None:
        """Ask everybody who registered for this change; the first refusal is raised."""
        for hold in self._holds.get(change, ()):
            hold(at=at, **facts)


conditions = Conditions()
places = Places()
guards = Guards()
holds = Holds()
