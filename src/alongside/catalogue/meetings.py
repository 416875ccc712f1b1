"""Planned meetings: ways to invite, safety questions, gates, answers with their next steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path as File
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, Field

from alongside.catalogue.danger import KeptFile
from alongside.catalogue.loading import Problem, Reading, Shape, Shelf, read_placed, shown
from alongside.engine.meetings import Check, CheckAnswer, GateRule, Path, Rules
from alongside.engine.meetings.letters import LetterRules, Look
from alongside.engine.meetings.shapes import Effect
from alongside.engine.risk.levels import Code

Word = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Count = Annotated[int, Field(ge=0, le=1000)]
Led = Literal["none", "phone", "present"]
Texts = dict[str, str]
LANGUAGES = ("en", "es")
S = TypeVar("S", bound=Shape)


def in_language(text: Texts, language: str) -> str:
    """The words in a language, or in English."""
    return text.get(language) or text.get(language.partition("-")[0]) or text["en"]


class Between(Shape):
    """From so many to so many."""

    least: Count
    most: Count


class EvidenceFile(Shape):
    """What was found, and the limits that stand beside it."""

    text: Texts
    limits: Texts
    source: str = Field(min_length=1)


class LevelFile(Shape):
    """One level of a path that rises."""

    id: Annotated[int, Field(ge=1, le=9)]
    led: tuple[Led, ...] = Field(min_length=1)
    name: Texts
    what: Texts


class PathFile(Shape):
    """One way of inviting somebody together."""

    id: Word
    is_meeting: bool
    is_surprise: bool
    meets_again: bool = False
    reads_letters: bool = True
    led: tuple[Led, ...] = Field(min_length=1)
    people: Between
    name: Texts
    what: Texts
    told: Texts
    alone: Texts
    phone: Texts
    present: Texts
    limits: Texts
    levels: tuple[LevelFile, ...] = ()
    evidence: tuple[EvidenceFile, ...] = Field(min_length=1)

    @property
    def rule(self) -> Path:
        """As the engine reads it."""
        return Path(
            id=self.id,
            is_meeting=self.is_meeting,
            is_surprise=self.is_surprise,
            led=frozenset(self.led),
            least=self.people.least,
            most=self.people.most,
            levels=tuple((level.id, frozenset(level.led)) for level in self.levels),
        )

    def level(self, number: int) -> LevelFile | None:
        """The level with this number."""
        return next((each for each in self.levels if each.id == number), None)


class FlowFile(Shape):
    """What is done in place of a meeting, by need: what that rules out, whom it needs, changes.

    Not where one of ``unless`` is needed as well. ``decides``: it asks first whether the person
    can decide.
    """

    id: Word
    needs: tuple[Word, ...] = Field(min_length=1)
    unless: tuple[Word, ...] = ()
    decides: bool = False
    title: Texts
    text: Texts
    blocks: Texts
    whom: Texts
    changes: Texts
    source: str


class PathsFile(Shape):
    """``meetings/paths.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    few: Word
    more: Word
    more_from: Count
    paths: tuple[PathFile, ...] = Field(min_length=2)
    qualified: tuple[Word, ...]
    trained: tuple[Word, ...]
    tried: tuple[Word, ...]
    flows: tuple[FlowFile, ...]


class AnswerFile(Shape):
    """One answer to a safety question. ``level``: an alert is raised as well."""

    id: Word
    text: Texts
    effect: Effect
    level: Code | None = None


class CheckFile(Shape):
    """One safety question."""

    id: Annotated[str, Field(pattern=r"^SC([1-9]|1\d|2[0-2])$")]
    asked: Literal["member", "lead", "day"]
    release: Literal["lead", "nobody"]
    on_the_day: bool = False
    about_self: bool = False
    name: Texts
    question: Texts
    hint: Texts = {}
    answers: tuple[AnswerFile, ...] = Field(min_length=2)
    closed: Texts
    opens: Texts

    @property
    def rule(self) -> Check:
        """As the engine reads it."""
        return Check(
            id=self.id,
            asked=self.asked,
            answers=tuple(CheckAnswer(each.id, each.effect) for each in self.answers),
            release=self.release,
            on_the_day=self.on_the_day,
            about_self=self.about_self,
        )

    def answer(self, id: str | None) -> AnswerFile | None:
        """The answer with this id."""
        return next((each for each in self.answers if each.id == id), None)


class ScreenFile(Shape):
    """``meetings/screen/<version>.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    before: Texts
    after: Texts
    now: Texts
    checks: tuple[CheckFile, ...] = Field(min_length=1)
    computed: tuple[str, ...]

    def check(self, id: str) -> CheckFile | None:
        """The question with this id."""
        return next((each for each in self.checks if each.id == id), None)

    def asked(self, of: str) -> tuple[CheckFile, ...]:
        """The questions put to ``member`` or ``lead``, or asked on the ``day``."""
        if of == "day":
            return tuple(each for each in self.checks if each.on_the_day)
        return tuple(each for each in self.checks if each.asked == of)


class WordFile(Shape):
    """A word with its text."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    text: Texts


class GateFile(Shape):
    """The words of a gate, what it holds back, who may let it pass."""

    id: Word
    holds: Literal["date", "go"]
    release: Literal["lead", "nobody"]
    title: Texts
    needs: Texts


class SaidFile(Shape):
    """An answer the person may give, what usually follows, and whether places stay kept."""

    id: Word
    text: Texts
    usual: Texts
    keeps_places: bool = False


class FollowUpFile(Shape):
    """A call with each who took part, so many days after a meeting; what the person is asked."""

    days: Count
    what: Texts
    person: Texts


class GoLookFile(Shape):
    """One time before a meeting at which somebody looks whether it is a go. Hours before it."""

    id: Annotated[str, Field(pattern=r"^[a-z]+$", max_length=10)]
    from_hours: Annotated[int, Field(ge=1, le=96)]
    due_hours: Annotated[int, Field(ge=0, le=96)]
    title: Texts
    before: Texts
    things: tuple[WordFile, ...] = ()


class RulesFile(Shape):
    """``meetings/rules.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    options: Count
    not_residential: Count
    start_within_hours: Count
    proof_within_hours: Count
    warn_hours: Count
    speakers: Count
    most_speakers: Count
    unaided_members: Count
    days_between: Count
    failures: Count
    day_check_hours: Count
    follow_up_by: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    looks: tuple[GoLookFile, ...] = Field(min_length=2, max_length=2)
    speaks_from: Annotated[int, Field(ge=12, le=21)]
    minutes: Between
    gates: tuple[GateFile, ...] = Field(min_length=1)
    answers: tuple[SaidFile, ...] = Field(min_length=2)
    follow_ups: tuple[FollowUpFile, ...]

    def gate(self, id: str) -> GateFile | None:
        """The gate with this id."""
        return next((each for each in self.gates if each.id == id), None)

    def look(self, id: str) -> GoLookFile | None:
        """The look with this id: ``eve`` or ``day``."""
        return next((each for each in self.looks if each.id == id), None)


class LookFile(Shape):
    """What is looked for in a letter, by language: words, or a pattern."""

    id: Word
    name: Texts = {}
    text: Texts = {}
    words: dict[str, tuple[str, ...]] = {}
    pattern: Texts = {}

    def rule(self, language: str) -> Look:
        """As the engine reads it, in one language."""
        words = self.words.get(language) or self.words.get("en", ())
        pattern = self.pattern.get(language) or self.pattern.get("en", "")
        return Look(self.id, tuple(words), pattern)


class KeepingFile(WordFile):
    """How long a letter is kept: so many days after its meeting; without, as long as the rest."""

    days: Annotated[int, Field(ge=1, le=400)] | None = None


class LettersFile(Shape):
    """``meetings/letters.yaml``. Of ``keeping`` the first holds where its writer chose none."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    keeping: tuple[KeepingFile, ...] = Field(min_length=1)
    words_a_minute: Annotated[int, Field(ge=60, le=250)]
    most_minutes: Count
    most_words: Count
    least_words: Count
    parts: tuple[LookFile, ...] = Field(min_length=1)
    hints: tuple[LookFile, ...] = Field(min_length=1)

    def rules(self, language: str) -> LetterRules:
        """As the engine reads them: words and patterns of the letter's own language."""
        short = language.partition("-")[0]
        return LetterRules(
            parts=tuple(each.rule(short) for each in self.parts),
            hints=tuple(each.rule(short) for each in self.hints),
            words_a_minute=self.words_a_minute,
            most_words=self.most_words,
            least_words=self.least_words,
        )

    def hint(self, id: str) -> LookFile | None:
        """The hint with this id."""
        return next((each for each in self.hints if each.id == id), None)


class RunStepFile(Shape):
    """One step of the run, whose it is, and how long."""

    id: Word
    who: Literal["anchor", "lead", "each", "person", "escort"]
    minutes: Count
    what: Texts


class IfFile(Shape):
    """What to do if."""

    title: Texts
    text: Texts


class CardFile(Shape):
    """A hard sentence, and the stem of an answer."""

    says: Texts
    answer: Texts


class StopFile(Shape):
    """Why a meeting was stopped in the room, what to do, and the alert it raises."""

    id: Word
    text: Texts
    do: Texts
    level: Code | None = None


class SheetFile(Shape):
    """``meetings/sheet.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    kept_on_a_device: KeptFile
    steps: tuple[RunStepFile, ...] = Field(min_length=1)
    stops: tuple[StopFile, ...] = Field(min_length=1)
    bag: tuple[Texts, ...] = Field(min_length=1)
    ifs: tuple[IfFile, ...]
    cards: tuple[CardFile, ...]


class ReplyFile(WordFile):
    """How it went with a limit, and what is said back."""

    reply: Texts


class WayFile(WordFile):
    """One way of helping, what to do instead, and whether a change needs care."""

    instead: Texts
    care: bool = False


class LimitsFile(Shape):
    """``meetings/limits.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    every_days: Annotated[int, Field(ge=1, le=90)]
    weeks: Annotated[int, Field(ge=1, le=52)]
    before: Texts
    never: Texts
    topics: tuple[WordFile, ...] = Field(min_length=1)
    checks: tuple[WordFile, ...] = Field(min_length=1)
    replies: tuple[ReplyFile, ...] = Field(min_length=2)


class HelpingFile(Shape):
    """``meetings/helping.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    again_days: Annotated[int, Field(ge=1, le=365)]
    first: Annotated[int, Field(ge=1, le=20)]
    before: Texts
    care: Texts
    often: tuple[WordFile, ...] = Field(min_length=2)
    choices: tuple[WordFile, ...] = Field(min_length=2)
    ways: tuple[WayFile, ...] = Field(min_length=1)
    good: tuple[WordFile, ...] = Field(min_length=1)


class ScaleFile(WordFile):
    """A number from 0 to ``most``."""

    most: Annotated[int, Field(ge=1, le=100)]


class CallFile(WordFile):
    """What a call came to: whether it is tried again, and so soon, or never again."""

    again_hours: Annotated[int, Field(ge=1, le=240)] | None = None
    ends: bool = False
    needs_words: bool = False


class StrainFile(Shape):
    """When everybody who takes part is asked how they are, whatever the person decides."""

    instrument: Word
    after_days: tuple[Annotated[int, Field(ge=1, le=400)], ...] = Field(min_length=1)
    open_days: Annotated[int, Field(ge=1, le=60)]
    covered_days: Annotated[int, Field(ge=0, le=30)]


class AskedFile(Shape):
    """What the person is asked about the meeting, if they want."""

    before: Texts
    scales: tuple[ScaleFile, ...] = Field(min_length=1)
    again: Texts


class AfterFile(Shape):
    """``meetings/after.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    still_days: tuple[int, ...] = Field(min_length=1)
    calls: tuple[CallFile, ...] = Field(min_length=2)
    strain: StrainFile
    scales: tuple[ScaleFile, ...] = Field(min_length=1)
    facts: tuple[WordFile, ...] = Field(min_length=1)
    harms: tuple[WordFile, ...] = Field(min_length=1)
    person: AskedFile

    def call(self, id: str) -> CallFile | None:
        """What a call may come to, by its id."""
        return next((each for each in self.calls if each.id == id), None)


class LearningPageFile(Shape):
    """One short page for the family. ``is_checked``: it was looked up where ``taken_from`` says."""

    id: Annotated[str, Field(pattern=r"^[a-z_]+$", max_length=40)]
    minutes: Annotated[int, Field(ge=1, le=30)]
    title: Texts
    text: tuple[Texts, ...] = Field(min_length=1)
    points: tuple[Texts, ...] = ()
    is_checked: bool
    taken_from: str = Field(min_length=1)


class LearningFile(Shape):
    """``meetings/learning.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    before: Texts
    pages: tuple[LearningPageFile, ...] = Field(min_length=1)

    def page(self, id: str) -> LearningPageFile | None:
        """The page with this id."""
        return next((each for each in self.pages if each.id == id), None)


@dataclass(frozen=True, slots=True)
class Meetings:
    """All content about planned meetings."""

    paths_file: PathsFile
    screens: tuple[tuple[int, ScreenFile], ...]
    rules_file: RulesFile
    letters: LettersFile
    sheet: SheetFile
    limits: LimitsFile
    helping: HelpingFile
    after: AfterFile
    learning: LearningFile

    @property
    def paths(self) -> tuple[PathFile, ...]:
        """Every path, the softest first."""
        return self.paths_file.paths

    def path(self, id: str) -> PathFile | None:
        """The path with this id."""
        return next((each for each in self.paths if each.id == id), None)

    @property
    def screen(self) -> ScreenFile:
        """The newest version of the safety questions."""
        return self.screens[-1][1]

    @property
    def screen_ref(self) -> str:
        """Its name with version: ``meeting_screen@1``."""
        return f"meeting_screen@{self.screens[-1][0]}"

    @property
    def rules(self) -> Rules:
        """As the engine reads them."""
        file, eve = self.rules_file, self.rules_file.look("eve")
        return Rules(
            gates=tuple(GateRule(each.id, each.holds, each.release) for each in file.gates),
            checks=tuple(each.rule for each in self.screen.checks),
            answers=tuple(each.id for each in file.answers),
            options=file.options,
            not_residential=file.not_residential,
            start_within_hours=file.start_within_hours,
            proof_within_hours=file.proof_within_hours,
            speakers=file.speakers,
            most_speakers=file.most_speakers,
            unaided_members=file.unaided_members,
            days_between=file.days_between,
            failures=file.failures,
            day_check_hours=file.day_check_hours,
            eve_hours=eve.from_hours if eve else 0,
            eve_things=len(eve.things) if eve else 0,
            tried=frozenset(self.paths_file.tried),
        )

    def flow_for(self, needs: Sequence[str]) -> FlowFile | None:
        """What is done in place of a meeting for one of these needs."""
        asked = set(needs)
        return next(
            (
                flow
                for flow in self.paths_file.flows
                if asked & set(flow.needs) and not asked & set(flow.unless)
            ),
            None,
        )


SHAPES = {
    "meeting_paths": PathsFile,
    "meeting_screen": ScreenFile,
    "meeting_rules": RulesFile,
    "meeting_letters": LettersFile,
    "meeting_sheet": SheetFile,
    "meeting_limits": LimitsFile,
    "meeting_helping": HelpingFile,
    "meeting_after": AfterFile,
    "meeting_learning": LearningFile,
}


def load(roots: Sequence[File]) -> Shelf[Meetings]:
    """All of it under ``meetings``; a deployment's file replaces the shipped one whole."""
    shelf: Shelf[Meetings] = Shelf()
    paths = _last(roots, "paths.yaml", PathsFile, shelf.problems)
    rules = _last(roots, "rules.yaml", RulesFile, shelf.problems)
    letters = _last(roots, "letters.yaml", LettersFile, shelf.problems)
    sheet = _last(roots, "sheet.yaml", SheetFile, shelf.problems)
    limits = _last(roots, "limits.yaml", LimitsFile, shelf.problems)
    helping = _last(roots, "helping.yaml", HelpingFile, shelf.problems)
    after = _last(roots, "after.yaml", AfterFile, shelf.problems)
    learning = _last(roots, "learning.yaml", LearningFile, shelf.problems)
    screens: dict[int, ScreenFile] = {}
    for root in roots:
        for file in sorted((root / "meetings" / "screen").glob("*.yaml")):
            if not file.stem.isdigit():
                continue
            reading = read_placed(file, ScreenFile, shown=shown(file, roots))
            if screen := _kept(reading, shelf.problems):
                screens[int(file.stem)] = screen
    if not (paths and rules and letters and sheet and screens):
        return shelf
    if limits and helping and after and learning:
        screened = tuple(sorted(screens.items()))
        shelf.items["meetings"] = Meetings(
            paths, screened, rules, letters, sheet, limits, helping, after, learning
        )
    return shelf


def _last(roots: Sequence[File], name: str, shape: type[S], problems: list[Problem]) -> S | None:
    found: S | None = None
    for root in roots:
        file = root / "meetings" / name
        if file.is_file():
            reading = read_placed(file, shape, shown=shown(file, roots))
            found = _kept(reading, problems) or found
    return found


def _kept(reading: Reading[S], problems: list[Problem]) -> S | None:
    mistakes = list(reading.problems)
    if reading.value is not None:
        mistakes += [reading.problem(words, *loc) for words, loc in _mistakes(reading.value, ())]
        if isinstance(reading.value, PathsFile):
            mistakes += [reading.problem(words) for words in _of_paths(reading.value)]
        if isinstance(reading.value, RulesFile):
            mistakes += [reading.problem(words, *loc) for words, loc in _of_rules(reading.value)]
        if isinstance(reading.value, LettersFile):
            mistakes += [reading.problem(words) for words in _of_letters(reading.value)]
        if isinstance(reading.value, ScreenFile):
            mistakes += [reading.problem(words) for words in _of_screen(reading.value)]
    problems.extend(mistakes)
    return None if mistakes else reading.value


def _mistakes(
    part: object, loc: tuple[str | int, ...]
) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Words that are missing in a language, and ids that stand twice, wherever in a file."""
    if isinstance(part, dict):
        if part and any(not part.get(language) for language in LANGUAGES):
            yield "words are missing in a language", loc
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _mistakes(getattr(part, name), (*loc, name))
    elif isinstance(part, tuple):
        ids = [each.id for each in part if hasattr(each, "id")]
        if len(set(ids)) != len(ids):
            yield "the same id twice", loc
        for place, each in enumerate(part):
            yield from _mistakes(each, (*loc, place))


def _of_paths(file: PathsFile) -> Iterator[str]:
    known = {each.id for each in file.paths}
    for word in (file.few, file.more, *file.tried):
        if word not in known:
            yield f"{word} is no path of this file"
    for path in file.paths:
        if path.is_surprise and set(path.led) != {"present"}:
            yield f"{path.id}: a surprise is never led without a professional in the room"
        if path.people.least > path.people.most:
            yield f"{path.id}: least is more than most"


def _of_rules(file: RulesFile) -> Iterator[tuple[str, tuple[str, int]]]:
    for place, look in enumerate(file.looks):
        if look.id not in {"eve", "day"}:
            yield f"a look is the one of the eve or of the day, not {look.id}", ("looks", place)
        if look.due_hours > look.from_hours:
            yield f"{look.id}: due before it may be done", ("looks", place)
    years = re.compile(rf"\b{file.speaks_from}\b")
    for place, gate in enumerate(file.gates):
        if gate.id == "child":
            for language in LANGUAGES:
                if not all(years.search(said[language]) for said in (gate.title, gate.needs)):
                    words = f"the words in {language} name another age than speaks_from"
                    yield f"{words}, {file.speaks_from}", ("gates", place)


def _of_screen(file: ScreenFile) -> Iterator[str]:
    here = {each.id for each in file.checks} | set(file.computed)
    missing = {f"SC{number}" for number in range(1, 23)} - here
    if missing:
        yield f"no question for {', '.join(sorted(missing))}"
    for check in file.checks:
        if any(each.level and each.effect != "stop" for each in check.answers):
            yield f"{check.id}: what raises an alert also stops the meeting"


def _of_letters(file: LettersFile) -> Iterator[str]:
    for look in (*file.parts, *file.hints):
        if bool(look.words) == bool(look.pattern):
            yield f"{look.id}: either words or a pattern"
        for language, pattern in look.pattern.items():
            try:
                re.compile(pattern)
            except re.error as mistake:
                yield f"{look.id}: the pattern in {language} cannot be read: {mistake}"
