"""Words and numbers of a plan that need no database.

Source: the completion words are those of the interventions, section 0.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from alongside.cases.rules import COMPLETIONS
from alongside.engine.protocols.shapes import Range

LEVELS = ("-2", "-1", "0", "1", "2")
ANSWERS = ("yes", "no", "basis")
KINDS = ("feeling", "thinking", "behaving")
FOR_A_WAY = ("method", "override")  # decisions that choose a way, as advised or not
ABOUT_A_WAY = "protocol:"  # what such a decision is about: protocol:craft@1
# Tasks about a course that nobody has to do once it has ended.
WHILE_IT_RUNS = ("review_change", "review_again")
# A course that is not the right one gives way to the next: more, less, or something else.
CHANGES = ("step_up", "step_down", "switch")
PLACE_READY = "place_ready"  # the gate of a place help has moved to, and its word
MOST_SESSIONS = 120
# A course that never started can only end in one of these; one that started, in the others.
BEFORE_START = ("declined_before_start", "stopped_safety", "transferred", "deceased")
AFTER_START = tuple(word for word in COMPLETIONS if word != "declined_before_start")
# How a course can end that gives way to the next.
BEFORE_NEXT = tuple(word for word in AFTER_START if word != "deceased")
PLAN_ENDS = (*COMPLETIONS, "another_way")


def endings(*, started: bool) -> tuple[str, ...]:
    """The completion words that a course can end with."""
    return AFTER_START if started else BEFORE_START


def within_dose(sessions: int, dose: Range) -> bool:
    """True when a number of sessions lies within what the protocol names."""
    lowest = dose.min or dose.typical or 1
    highest = dose.max or dose.typical or MOST_SESSIONS
    return lowest <= sessions <= highest


def way_of(about: str) -> str:
    """The id of the protocol a decision is about, without its version; empty for another one."""
    return (
        about.removeprefix(ABOUT_A_WAY).partition("@")[0] if about.startswith(ABOUT_A_WAY) else ""
    )


def is_for(protocol: str, about: str) -> bool:
    """Whether a decision about this is a decision for this protocol, at any version."""
    return way_of(about) == protocol


def version_at(protocol: str, former: Iterable[Mapping[str, str]], moment: datetime) -> str:
    """The version a course ran on at a moment: its present one, or one it was moved from later."""
    for one in former:
        if moment < datetime.fromisoformat(one["until"]):
            return one["protocol"]
    return protocol
