"""Words and small decisions of planned meetings that need no database."""

from __future__ import annotations

from collections.abc import Mapping

ROLES = ("organiser", "anchor", "escort", "safety_person", "absent_friend", "listened_to")
ABSENT = "absent_friend"  # does not come; another reads their letter
NOT_HELD = "not_held"
FOLLOW_UP = "meeting_follow_up"  # of tasks: everybody is called
EVE, DAY = "eve", "day"  # the looks of content before a meeting
HOLDS_POWER = frozenset({"employer", "colleague", "manager"})  # relations that read last
SHARP = frozenset({"always_never", "label", "threat", "sarcasm", "diagnosis"})
REFUSED = frozenset({"refuses_calm", "leaves"})
BROKEN_OFF = frozenset({"leaves", "crisis"})  # after these no way goes on within days


def released_about(meeting: object, gate: str) -> str:
    """What a decision is about that lets one gate of one meeting pass."""
    return f"meeting:{meeting}:{gate}"


def stop_about(stop: object) -> str:
    """What a decision is about that resolves one stop."""
    return f"stop:{stop}"


def look_about(meeting: object, look: str) -> str:
    """What the task is about that somebody looks before a meeting whether it is a go."""
    return f"meeting:{meeting}:{look}"


def calls_about(meeting: object, days: int) -> str:
    """What the task is about that everybody is called so many days after a meeting."""
    return f"meeting:{meeting}:{days}"


def way(path: str, level: int) -> str:
    """A path with its level, as a decision keeps it: ``arise/2``."""
    return f"{path}/{level}" if level else path


def steps_given(steps: Mapping[str, str]) -> frozenset[str]:
    """The answers of the person that have a next step in words."""
    return frozenset(answer for answer, words in steps.items() if words.strip())
