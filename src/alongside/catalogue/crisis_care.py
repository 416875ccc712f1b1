"""What guides care in and after a crisis: call script, assessment, review, debrief, follow-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, PrivateAttr

from alongside.catalogue.loading import Problem, Shape, Shelf, read_placed, shown
from alongside.engine.risk import LIFE_CRITICAL
from alongside.engine.risk.levels import Code
from alongside.engine.terms import Ref

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Hours = Annotated[int, Field(ge=0)]
LANGUAGES = ("en", "es")
FORMS = ("assessment", "review", "debrief")


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get(language.partition("-")[0]) or texts.get("en", "")


class AnswerFile(Shape):
    """One answer. ``at_least``: how urgent it calls for; never how likely anything is."""

    id: Word
    text: dict[str, str]
    at_least: Code | None = None
    asks_for_talk: bool = False

    def words(self, language: str) -> str:
        return _in(self.text, language)


class QuestionFile(Shape):
    """One question; without answers it is asked for words."""

    id: Word
    text: dict[str, str]
    hint: dict[str, str] = {}
    answers: tuple[AnswerFile, ...] = ()

    def words(self, language: str) -> str:
        return _in(self.text, language)

    def small(self, language: str) -> str:
        return _in(self.hint, language)

    def answer(self, id: object) -> AnswerFile | None:
        """The answer with this id, or None."""
        return next((answer for answer in self.answers if answer.id == id), None)


class TogetherFile(Shape):
    when: dict[Word, Word] = Field(min_length=2)
    at_least: Code


class GuidedForm(Shape):
    """``danger/<assessment | review | debrief>/<version>.yaml``."""

    source: str
    checked: date
    review_by: date
    title: dict[str, str]
    before: dict[str, str]
    questions: tuple[QuestionFile, ...] = Field(min_length=1)
    rules: tuple[TogetherFile, ...] = ()

    _ref: Ref = PrivateAttr(default=Ref("assessment", 1))

    @property
    def ref(self) -> Ref:
        """``assessment@1``."""
        return self._ref

    def name(self, language: str) -> str:
        return _in(self.title, language)

    def introduction(self, language: str) -> str:
        return _in(self.before, language)

    def question(self, id: str) -> QuestionFile | None:
        """The question with this id, or None."""
        return next((question for question in self.questions if question.id == id), None)

    def calls_for(self, answers: Mapping[str, object]) -> tuple[str, tuple[str, ...]]:
        """How urgent the answers call for at least, and the questions it comes from.

        Returns:
            The most urgent level any answer or any rule names, and the ids of the questions that
            name it; an empty level and no ids when nothing does.
        """
        named: list[tuple[str, tuple[str, ...]]] = [
            (answer.at_least, (question.id,))
            for question in self.questions
            if (answer := question.answer(answers.get(question.id))) and answer.at_least
        ]
        named += [
            (rule.at_least, tuple(rule.when))
            for rule in self.rules
            if all(answers.get(id) == value for id, value in rule.when.items())
        ]
        if not named:
            return "", ()
        most = min(level for level, _ in named)
        because = dict.fromkeys(id for level, ids in named if level == most for id in ids)
        return most, tuple(because)


class MissedFile(Shape):
    """What follows when it is missed: an alert by a danger rule, or a task for a role."""

    rule: Word | None = None
    tell: Literal["supervisor", "lead"] | None = None


class StepFile(Shape):
    """One thing that is due after a crisis."""

    id: Word
    kind: Literal["contact", "review"]
    from_hours: Hours
    due_hours: Hours
    due_hours_by_level: dict[Code, Hours] = {}
    agreed_in: Word | None = None  # the field of the outcome with the moment that was promised
    missed: MissedFile
    text: dict[str, str]

    def words(self, language: str) -> str:
        return _in(self.text, language)

    def due_within(self, level: str) -> timedelta:
        """How long after closing it is due, for an alert of this level."""
        by_level: Mapping[str, int] = {str(k): v for k, v in self.due_hours_by_level.items()}
        return timedelta(hours=by_level.get(level, self.due_hours))

    def from_within(self, level: str) -> timedelta:
        """How long after closing it may begin."""
        return min(timedelta(hours=self.from_hours), self.due_within(level))


class FollowUpPlan(Shape):
    """``danger/follow_up/<version>.yaml``."""

    source: str
    checked: date
    review_by: date
    after: tuple[Word, ...] = Field(min_length=1)
    ends: tuple[Word, ...] = Field(min_length=1)
    debrief_levels: tuple[Code, ...] = Field(min_length=1)
    debrief_days: Annotated[int, Field(ge=1)]
    steps: tuple[StepFile, ...] = Field(min_length=1)

    _ref: Ref = PrivateAttr(default=Ref("follow_up", 1))

    @property
    def ref(self) -> Ref:
        """``follow_up@1``."""
        return self._ref

    def step(self, id: str) -> StepFile | None:
        return next((step for step in self.steps if step.id == id), None)


class LineFile(Shape):
    """One thing to do on the phone, with words to say where they help."""

    id: Word
    do: dict[str, str]
    say: dict[str, str] = {}
    levels: tuple[Code, ...] = ("A", "B", "C")
    to: Literal["person", "reporter", "anybody"] = "anybody"


class CallScript(Shape):
    """``danger/call_script/<version>.yaml``."""

    source: str
    checked: date
    review_by: date
    lines: tuple[LineFile, ...] = Field(min_length=1)

    _ref: Ref = PrivateAttr(default=Ref("call_script", 1))

    @property
    def ref(self) -> Ref:
        """``call_script@1``."""
        return self._ref

    def shown(
        self, level: str, language: str, *, to: Literal["person", "reporter"], number: str
    ) -> tuple[tuple[str, str], ...]:
        """The lines for one level and one listener: what to do, and what to say or nothing.

        Args:
            number: the emergency number, put into the words.
        """

        def said(texts: Mapping[str, str]) -> str:
            return _in(texts, language).replace("{number}", number)

        return tuple(
            (said(line.do), said(line.say))
            for line in self.lines
            if level in line.levels and line.to in {to, "anybody"}
        )


SHAPES = {"crisis_form": GuidedForm, "follow_up": FollowUpPlan, "call_script": CallScript}


def load(roots: Sequence[Path]) -> Shelf[GuidedForm]:
    """Every version of the three forms by ``assessment@1``; the newest is asked."""
    shelf: Shelf[GuidedForm] = Shelf()
    for root in roots:
        for kind in FORMS:
            for path in _versions(root, kind):
                reading = read_placed(path, GuidedForm, shown=shown(path, roots))
                mistakes = list(reading.problems)
                if reading.value is not None:
                    mistakes += [
                        reading.problem(words, *loc) for words, loc in _wrong(kind, reading.value)
                    ]
                    if not mistakes:
                        reading.value._ref = Ref(kind, int(path.stem))
                        shelf.items[str(reading.value.ref)] = reading.value
                shelf.problems.extend(mistakes)
    return shelf


def load_follow_ups(roots: Sequence[Path]) -> Shelf[FollowUpPlan]:
    """Every version of what is due after a crisis, by ``follow_up@1``."""
    shelf: Shelf[FollowUpPlan] = Shelf()
    for root in roots:
        for path in _versions(root, "follow_up"):
            reading = read_placed(path, FollowUpPlan, shown=shown(path, roots))
            mistakes = list(reading.problems)
            if reading.value is not None:
                mistakes += [reading.problem(words, *loc) for words, loc in _late(reading.value)]
                if not mistakes:
                    reading.value._ref = Ref("follow_up", int(path.stem))
                    shelf.items[str(reading.value.ref)] = reading.value
            shelf.problems.extend(mistakes)
    return shelf


def load_call_scripts(roots: Sequence[Path]) -> Shelf[CallScript]:
    """Every version of what to say on the phone, by ``call_script@1``."""
    shelf: Shelf[CallScript] = Shelf()
    for root in roots:
        for path in _versions(root, "call_script"):
            reading = read_placed(path, CallScript, shown=shown(path, roots))
            mistakes = list(reading.problems)
            if reading.value is not None:
                mistakes += [reading.problem(words, *loc) for words, loc in _unsaid(reading.value)]
                if not mistakes:
                    reading.value._ref = Ref("call_script", int(path.stem))
                    shelf.items[str(reading.value.ref)] = reading.value
            shelf.problems.extend(mistakes)
    return shelf


def unfit(catalogue: Catalogue) -> Mapping[str, Mapping[str, list[Problem]]]:
    """A follow-up that names an outcome or a danger rule that is not there."""
    outcomes = {
        outcome
        for danger in catalogue.shelves.get("danger", {}).values()
        for outcome in danger.outcomes
    }
    rules = {str(ref).partition("@")[0] for ref in catalogue.shelves.get("risk_rules", {})}
    found: dict[str, list[Problem]] = {}
    for id, plan in catalogue.shelves.get("follow_ups", {}).items():
        here = f"content/danger/follow_up/{plan.ref.version}.yaml"
        said = (*plan.after, *plan.ends)
        names = [name for name in said if outcomes and name not in outcomes]
        names += [s.missed.rule for s in plan.steps if s.missed.rule and s.missed.rule not in rules]
        if names and outcomes and rules:
            found[id] = [Problem(here, 1, 1, f"there is no {name}") for name in names]
    return {"follow_ups": found} if found else {}


def _versions(root: Path, kind: str) -> list[Path]:
    found = (root / "danger" / kind).glob("*.yaml")
    return sorted((p for p in found if p.stem.isdigit()), key=lambda path: int(path.stem))


Wrong = Iterator[tuple[str, tuple[str | int, ...]]]


def _wrong(kind: str, file: GuidedForm) -> Wrong:
    ids = [question.id for question in file.questions]
    if len(ids) != len(set(ids)):
        yield "questions: an id is used twice", ("questions",)
    said = [("title", file.title), ("before", file.before)]
    said += [
        (q.id, text) for q in file.questions for text in (q.text, *([q.hint] if q.hint else []))
    ]
    said += [(q.id, answer.text) for q in file.questions for answer in q.answers]
    for name, texts in said:
        for language in LANGUAGES:
            if language not in texts:
                yield f"{name}: words are missing in {language}", ()
    levels = [a.at_least for q in file.questions for a in q.answers if a.at_least]
    if kind != "assessment" and (levels or file.rules):
        yield "only an assessment ends in a level", ()
    if kind == "assessment" and not set(levels) & LIFE_CRITICAL:
        yield "no answer calls for anybody", ("questions",)
    for index, rule in enumerate(file.rules):
        for id, value in rule.when.items():
            question = file.question(id)
            if question is None or question.answer(value) is None:
                yield f"there is no answer {value} to {id}", ("rules", index)


def _late(file: FollowUpPlan) -> Wrong:
    ids = [step.id for step in file.steps]
    if len(ids) != len(set(ids)):
        yield "steps: an id is used twice", ("steps",)
    for index, step in enumerate(file.steps):
        if step.due_hours <= step.from_hours:
            yield f"{step.id}: it is due after it may begin", ("steps", index)
        if (step.missed.rule is None) == (step.missed.tell is None):
            yield f"{step.id}: say one thing that follows when it is missed", ("steps", index)
        for language in LANGUAGES:
            if language not in step.text:
                yield f"{step.id}: words are missing in {language}", ("steps", index)
    soonest = min((s.due_hours for s in file.steps if s.kind == "contact"), default=999)
    if soonest > 72:
        yield "the first contact is due within 72 hours", ("steps",)
    if not any(step.kind == "review" for step in file.steps):
        yield "there is no review", ("steps",)


def _unsaid(file: CallScript) -> Wrong:
    ids = [line.id for line in file.lines]
    if len(ids) != len(set(ids)):
        yield "lines: an id is used twice", ("lines",)
    for index, line in enumerate(file.lines):
        for language in LANGUAGES:
            if language not in line.do or (line.say and language not in line.say):
                yield f"{line.id}: words are missing in {language}", ("lines", index)
    if not any("A" in line.levels and "{number}" in line.do.get("en", "") for line in file.lines):
        yield "at level A it names the emergency number", ("lines",)
