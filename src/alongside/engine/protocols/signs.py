"""What a course shows of itself: its sheets, steps and sessions, and what the rooms say of it.

A sign is how content says "this is so": it opens a gate, brings a step in, meets a stop rule or
is a part of completion. Nothing here knows what any protocol means by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Between:
    """A number from ``low`` to ``high``, both included; None leaves that end open."""

    low: int | None = None
    high: int | None = None

    def has(self, value: object) -> bool:
        """Is this whole number between the two? Anything else is not."""
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Rise:
    """One rating of a sheet stands at least ``by`` points above another one of it."""

    before: str
    after: str
    by: int


@dataclass(frozen=True, slots=True)
class Sign:
    """All of these together. What is not given asks for nothing.

    ``form``: a complete sheet of it; with ``in_a_row`` the newest so many of one person, all of
    them. ``says``: its fields have one of these choices, or a number between. ``rise`` compares
    two ratings. ``until`` names a date field that has not passed; ``day`` one that is the day
    asked about; ``within_days`` counts from the day the sheet was written. ``each_person``: every
    person treated has such a sheet. ``words`` are said by the rooms, ``words_missing`` are not.
    ``sessions`` counts the sessions held.
    """

    form: str = ""
    says: Mapping[str, tuple[str, ...] | Between] = field(default_factory=dict)
    rise: Rise | None = None
    in_a_row: int = 1
    until: str = ""
    day: str = ""
    within_days: int | None = None
    each_person: bool = False
    words: tuple[str, ...] = ()
    words_missing: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    steps_missing: tuple[str, ...] = ()
    sessions: Between | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A complete form of a course: whom it is about, the day it was written, what it says."""

    form: str
    on: date
    answers: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a course at one moment; sheets in the order they were written."""

    sheets: Sequence[Sheet] = ()
    words: Set[str] = frozenset()
    steps: Set[str] = frozenset()
    sessions_held: int = 0
    persons: Set[str] = frozenset()
    on: date | None = None


NOTHING = Seen()


def holds(sign: Sign, seen: Seen) -> bool:
    """Is this sign there? What is unknown is not."""
    if not (seen.words >= set(sign.words) and seen.words.isdisjoint(sign.words_missing)):
        return False
    if not (seen.steps >= set(sign.steps) and seen.steps.isdisjoint(sign.steps_missing)):
        return False
    if sign.sessions is not None and not sign.sessions.has(seen.sessions_held):
        return False
    return not sign.form or _is_written(sign, seen)


def any_holds(signs: Iterable[Sign], seen: Seen) -> bool:
    """Is one of these signs there?"""
    return any(holds(sign, seen) for sign in signs)


def _is_written(sign: Sign, seen: Seen) -> bool:
    """The newest sheet of somebody counts, not an older one that says something else."""
    by_person: dict[str, list[Sheet]] = {}
    for sheet in seen.sheets:
        if sheet.form == sign.form:
            by_person.setdefault(sheet.about, []).append(sheet)
    so = {
        person
        for person, sheets in by_person.items()
        if len(sheets) >= sign.in_a_row
        and all(_says(sign, sheet, seen.on) for sheet in sheets[-sign.in_a_row :])
    }
    if sign.each_person:
        return bool(seen.persons) and so >= seen.persons
    return bool(so)


def _says(sign: Sign, sheet: Sheet, on: date | None) -> bool:
    return (
        all(_has(sheet.answers.get(name), wanted) for name, wanted in sign.says.items())
        and _has_risen(sign.rise, sheet)
        and _is_in_time(sign, sheet, on)
    )


def _has(value: object, wanted: tuple[str, ...] | Between) -> bool:
    if isinstance(wanted, Between):
        return wanted.has(value)
    if isinstance(value, list):  # several choices: every one of them is allowed
        return bool(value) and all(one in wanted for one in value)
    return value in wanted


def _has_risen(rise: Rise | None, sheet: Sheet) -> bool:
    if rise is None:
        return True
    before, after = sheet.answers.get(rise.before), sheet.answers.get(rise.after)
    if not isinstance(before, int) or not isinstance(after, int):
        return False
    return after - before >= rise.by


def _is_in_time(sign: Sign, sheet: Sheet, on: date | None) -> bool:
    if not (sign.until or sign.day or sign.within_days is not None):
        return True
    if on is None:
        return False
    if sign.until and not _last_day(sheet, sign.until, on):
        return False
    if sign.day and sheet.answers.get(sign.day) != on.isoformat():
        return False
    return sign.within_days is None or 0 <= (on - sheet.on).days <= sign.within_days


def _last_day(sheet: Sheet, name: str, on: date) -> bool:
    value = sheet.answers.get(name)
    return isinstance(value, str) and value >= on.isoformat()
