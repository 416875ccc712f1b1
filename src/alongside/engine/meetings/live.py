"""Where a meeting stands while it is held, from what was pressed; late presses fit in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

WORDS = ("begin", "done", "pause", "left", "go_on", "stop")


@dataclass(frozen=True, slots=True)
class Mark:
    """One press. ``step``: the number of the step that was done, from 1; 0 for any other word."""

    id: str
    word: str
    step: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where it stands.

    ``panel`` is before, step, pause, left, stopped or ended; ``number`` the step that is now, from
    1; ``since`` when that step began or went on; ``begun_at`` when the meeting did.
    """

    panel: str
    number: int
    since: datetime | None
    begun_at: datetime | None


def standing(marks: Iterable[Mark], steps: int) -> Standing:
    """Where a meeting of so many steps stands.

    Marks count in the order in which they happened, whatever the order in which they arrived. A
    step that was done stays done; whoever pressed stop is never overruled.
    """
    pressed = sorted(marks, key=lambda mark: (mark.at, mark.id))
    begun = next((mark.at for mark in pressed if mark.word == "begin"), None)
    number = 1 + max((mark.step for mark in pressed if mark.word == "done"), default=0)
    since = begun
    panel = "step"
    for mark in pressed:
        if mark.word in {"pause", "left"}:
            panel = mark.word
        elif mark.word in {"begin", "done", "go_on"}:
            panel, since = "step", mark.at
    if any(mark.word == "stop" for mark in pressed):
        panel = "stopped"
    elif begun is None:
        panel = "before"
    elif number > steps:
        panel = "ended"
    return Standing(panel, min(number, steps), since, begun)
