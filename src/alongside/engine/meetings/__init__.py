"""The planned meeting: which way to invite, what must be true before a date and at the start."""

from alongside.engine.meetings.ready import (
    Fact,
    MeetingGate,
    OptionFacts,
    Verdict,
    go_no_go,
    suggested,
)
from alongside.engine.meetings.screen import CheckState, Screened, check_states
from alongside.engine.meetings.shapes import Check, CheckAnswer, GateRule, Path, Rules

__all__ = [
    "Check",
    "CheckAnswer",
    "CheckState",
    "Fact",
    "GateRule",
    "MeetingGate",
    "OptionFacts",
    "Path",
    "Rules",
    "Screened",
    "Verdict",
    "check_states",
    "go_no_go",
    "suggested",
]
