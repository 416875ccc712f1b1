"""What content says about planned meetings, as the rules read it. Words stay in content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Effect = Literal["clear", "warn", "ask", "fix", "remove", "lead", "stop", "stop_surprise"]
Led = Literal["none", "phone", "present"]
Holds = Literal["date", "go"]


@dataclass(frozen=True, slots=True)
class Path:
    """One way of inviting somebody together.

    ``led`` are the ways it may be led, by level where it has levels. ``least`` and ``most`` count
    the people of the circle who take part.
    """

    id: str
    is_meeting: bool
    is_surprise: bool
    led: frozenset[str]
    least: int
    most: int
    levels: tuple[tuple[int, frozenset[str]], ...] = ()

    def led_at(self, level: int) -> frozenset[str]:
        """How it may be led at a level; the path's own ways where it has no levels."""
        return dict(self.levels).get(level, self.led)


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """One answer to a safety question, and what it does to the meeting."""

    id: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Check:
    """One safety question, SC1 to SC22. ``asked`` is member, lead, or day (that day alone)."""

    id: str
    asked: str
    answers: tuple[CheckAnswer, ...]
    release: str = "nobody"
    on_the_day: bool = False
    about_self: bool = False

    def effect_of(self, answer: str | None) -> Effect:
        """What an answer does; a skipped or unknown one is looked at, never taken for a no."""
        return next((each.effect for each in self.answers if each.id == answer), "ask")


@dataclass(frozen=True, slots=True)
class GateRule:
    """What content says of one gate: what it holds back, and who may let it pass."""

    id: str
    holds: Holds
    release: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers of ``content/meetings/rules.yaml``; hours, days and counts."""

    gates: tuple[GateRule, ...]
    checks: tuple[Check, ...]
    answers: tuple[str, ...]
    options: int = 3
    not_residential: int = 1
    start_within_hours: int = 24
    proof_within_hours: int = 24
    speakers: int = 2
    most_speakers: int = 8
    unaided_members: int = 3
    days_between: int = 30
    failures: int = 2
    day_check_hours: int = 12
    eve_hours: int = 36
    eve_things: int = 1
    tried: frozenset[str] = field(default_factory=frozenset)
