"""How soon a person must respond, who is told when nobody does, and how an alert may end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Literal

from alongside.engine.terms import Ref

Code = Literal["A", "B", "C", "D", "E", "F", "G"]
LEVELS: tuple[Code, ...] = ("A", "B", "C", "D", "E", "F", "G")
LIFE_CRITICAL: frozenset[str] = frozenset("ABC")  # cannot be switched off by a deployment


def most_urgent(codes: Iterable[str]) -> str | None:
    """The most urgent of some levels; None of none."""
    return min(codes, default=None)


@dataclass(frozen=True, slots=True)
class StepAfter:
    """Who is told when nobody has acknowledged, counted from the first message."""

    after: timedelta
    tell: tuple[str, ...]
    with_emergency_instruction: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """One code A to G: how fast a person must respond. It never predicts."""

    code: Code
    name: str
    meaning: str
    face_to_face: str
    first_tell: tuple[str, ...]
    first_message: str  # id of a sentence
    every_channel: bool
    emergency_first: bool
    is_life_critical: bool
    acknowledge_within: timedelta | None
    acknowledge_at_least: timedelta | None
    acknowledge_at_most: timedelta | None
    steps: tuple[StepAfter, ...]
    then_every: timedelta | None
    engaged_within: timedelta | None
    outcome_within: timedelta | None
    second_person_within: timedelta | None
    task_due: str = ""  # for D to G: next_working_day, by_its_date
    overdue_tell: str = ""  # whose list a task joins that nobody looked at in time
    lowered_by: tuple[str, ...] = ()  # roles in which somebody may lower it, with a reason

    @property
    def is_task(self) -> bool:
        """Whether it becomes a Task on a work list in place of messages that climb."""
        return not self.is_life_critical


@dataclass(frozen=True, slots=True)
class OutcomeField:
    """Something that must be known before an alert can be closed with an outcome."""

    id: str
    kind: Literal["text", "moment", "level", "person", "choice"]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One of the ways an alert or a crisis episode can end. Missing fields block closing only."""

    id: str
    meaning: Mapping[str, str]  # by language
    fields: tuple[OutcomeField, ...]
    closed_by: tuple[str, ...] = ()  # roles of a named clinician; empty: whoever has the alert
    only_unreachable: bool = False  # only where no way to reach anybody was left

    def missing(self, given: Mapping[str, object]) -> tuple[str, ...]:
        """The fields still without a value, in order."""
        return tuple(field.id for field in self.fields if given.get(field.id) in (None, "", ()))


@dataclass(frozen=True, slots=True)
class Waits:
    """Waits around danger that belong to no level, and the answer that tests the whole way."""

    hand_over_accepted_within: timedelta
    safeguarding_answered_within: timedelta
    safeguarding_before: time  # of the same day, on the clock of the institution
    safeguarding_at_night_within: timedelta  # when that hour is near or past
    same_report_within: timedelta  # the same words again are the same report
    child_check_counts: timedelta
    kept_for: timedelta  # a safety plan in the browser of its person, to read without network
    wrong_pins: int  # so many take it off
    kept_closes_after: timedelta  # without a touch
    flood_alerts: int  # of one service: a flood, when they were raised within ``flood_within``
    flood_within: timedelta
    together_from: int  # so many of one source stand together on the board
    canary_instrument: str
    canary_answers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class IntakeAnswer:
    """One answer to a public question; a level means that it shows danger."""

    id: str
    text: Mapping[str, str]
    level: Code | None = None
    opens: str = ""  # the page that follows in place of the next question


@dataclass(frozen=True, slots=True)
class IntakeQuestion:
    """One public question, alone on its page. ``rule`` is what an alert from it names."""

    id: str
    rule: Ref
    text: Mapping[str, str]
    hint: Mapping[str, str]
    before: tuple[str, ...]  # ids of sentences shown before it
    answers: tuple[IntakeAnswer, ...]
    may_skip: bool = True

    def answer(self, id: str) -> IntakeAnswer | None:
        """The answer with this id, if it is one of them."""
        return next((answer for answer in self.answers if answer.id == id), None)


@dataclass(frozen=True, slots=True)
class Intake:
    """The public questions about danger, in their order, at one exact version."""

    ref: Ref
    questions: tuple[IntakeQuestion, ...]

    def question(self, id: str) -> IntakeQuestion | None:
        """The question with this id, if there is one."""
        return next((question for question in self.questions if question.id == id), None)
