"""Words and numbers of sessions, notes and homework that need no database.

Source: attendance words and the rule of two missed without contact are those of the interventions,
section 0.3; which homework rate asks whether it is too hard stands in content/tracking.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from alongside import catalogue
from alongside.engine.protocols.asking import WORDS

Who = TypeVar("Who")

LONGEST_FOLLOW_UP = timedelta(days=1900)  # none is asked later after the end of a course
IN_TIME = "attended"
CAME = (IN_TIME, "late")
ATTENDANCE = (*CAME, "cancelled_in_time", "did_not_attend", "cancelled_by_service")
NOT_HELD = ("did_not_attend", "cancelled_in_time", "cancelled_by_service", "postponed")
WHOSE = ("person", "service", "neither")
# Whose reason it is, unless somebody says otherwise; what it means for each person expected.
WHOSE_OF = {
    "did_not_attend": "person",
    "cancelled_in_time": "person",
    "cancelled_by_service": "service",
    "postponed": "neither",
}
ATTENDANCE_OF = {
    "did_not_attend": "did_not_attend",
    "cancelled_in_time": "cancelled_in_time",
    "cancelled_by_service": "cancelled_by_service",
    "postponed": "cancelled_in_time",
}
LONGEST_LATE = 240  # minutes
DONE = ("none", "part", "full")
STEP_STATES = ("done", "part", "left_out")
LONGEST_MINUTES = 480
HARDEST = 10
MISSED_IN_A_ROW = 2  # then somebody reaches out
LONGEST_PART = 20_000  # letters of one part of a note
WAYS_OF_GIVING = ("own_page", "by_hand", "post", "secure_mail", "other")
FREE_PART = "other"  # every note has it, whatever the protocol's skeleton


@dataclass(frozen=True, slots=True)
class Came:
    """Whether one person came; if late or not, why and whose reason it was. Nobody else's business.

    ``word`` is one of ATTENDANCE. ``late_minutes`` goes with *late* alone; ``whose`` and ``reason``
    with somebody who came late or did not come.
    """

    word: str
    late_minutes: int | None = None
    whose: str = ""
    reason: str = ""

    @property
    def has_come(self) -> bool:
        return self.word in CAME

    @property
    def wrong(self) -> str:
        """The field that cannot stand; empty when all of them can."""
        if self.word not in ATTENDANCE:
            return "attendance"
        late = self.late_minutes
        if late is not None and (self.word != "late" or not 1 <= late <= LONGEST_LATE):
            return "late_minutes"
        if self.whose and (self.word == IN_TIME or self.whose not in WHOSE):
            return "whose"
        return "reason" if self.reason.strip() and self.word == IN_TIME else ""


def came(attendance: Mapping[Who, str | Came]) -> dict[Who, Came]:
    """What was said of each, in full: a word alone says no more than the word."""
    return {who: Came(said) if isinstance(said, str) else said for who, said in attendance.items()}


def tried_of(words: Iterable[str]) -> tuple[int, int]:
    """Of tasks with what was told of each (empty: nothing yet): how many were done in full or
    part, and how many were told of."""
    told = [word for word in words if word]
    return sum(word in {"full", "part"} for word in told), len(told)


def is_low(done: int, told: int) -> bool:
    """True when too few of enough tasks were tried: look at how hard they are."""
    limits = catalogue.current().tracking.homework
    return told >= limits.tasks and limits.is_low(done, told)


def parts_of(text: str) -> dict[str, str]:
    """The parts of a note as they are kept: part id to text."""
    found: dict[str, str] = json.loads(text) if text else {}
    return found


def lines_of(text: str) -> list[str]:
    """An agenda as it is kept."""
    found: list[str] = json.loads(text) if text else []
    return found


# -- asking on time ------------------------------------------------------------------------------

SCHEDULE_WORDS = WORDS
REASON_LETTERS = 5
# After these nobody is asked about how it goes on; after the others the follow-ups are still due.
NO_FOLLOW_UP = frozenset({"declined_before_start", "stopped_safety", "transferred", "deceased"})


def words_of(*names: str) -> set[str]:
    """The words by which somebody may be known: each name, and each part of it."""
    parts = {part for name in names for part in re.split(r"[\s,.]+", name) if len(part) > 1}
    return {word.casefold() for word in (*names, *parts) if word.strip()}


def names(text: str, words: set[str]) -> bool:
    """Does a text hold one of these as words of its own?"""
    plain = text.casefold()
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain) for word in words)
