"""Danger: levels and who is told when, how an alert may end, and the public questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from alongside.catalogue.loading import Problem, Reading, Shape, Shelf, read_placed, shown
from alongside.engine import risk
from alongside.engine.risk.levels import Code
from alongside.engine.terms import Ref

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Minutes = Annotated[int, Field(ge=0)]
# Who can be told. ``fallback`` stands behind them all and is never missing.
Recipient = Literal[
    "on_shift",
    "duty_clinician",
    "second_on_call",
    "service_manager",
    "all_staff_of_role",
    "institution_head",
    "supervisor",
    "work_list",
]


# Who may lower a level, as a named clinician: nobody by being on shift, or by managing.
Clinician = Literal["lead", "therapist", "supervisor"]


class StepFile(Shape):
    after_minutes: Minutes
    tell: tuple[Recipient, ...] = Field(min_length=1)
    emergency_instruction: bool = False


class LevelFile(Shape):
    code: Code
    name: str
    meaning: str
    face_to_face: str
    life_critical: bool
    first_tell: tuple[Recipient, ...] = Field(min_length=1)
    first_message: Word
    every_channel: bool
    emergency_first: bool
    acknowledge_within_minutes: Minutes | None
    may_be_set_minutes: tuple[Minutes, Minutes] | None = None
    steps: tuple[StepFile, ...] = ()
    then_every_minutes: Minutes | None = None
    engaged_within_minutes: Minutes | None = None
    outcome_within_minutes: Minutes | None = None
    second_person_within_minutes: Minutes | None = None
    task_due: Literal["next_working_day", "by_its_date"] | None = None
    overdue_tell: Literal["supervisor"] | None = None
    lowered_by: tuple[Clinician, ...] = Field(min_length=1)


class LevelsFile(Shape):
    """``danger/levels.yaml``: the codes A to G."""

    source: str
    checked: date
    review_by: date
    levels: tuple[LevelFile, ...]


class FieldFile(Shape):
    id: Word
    kind: Literal["text", "moment", "level", "person", "choice"]
    choices: tuple[Word, ...] = ()


class OutcomeFile(Shape):
    id: Word
    meaning: dict[str, str]
    fields: tuple[FieldFile, ...]
    closed_by: tuple[Clinician | Literal["on_call"], ...] = ()
    only_unreachable: bool = False


class OutcomesFile(Shape):
    """``danger/outcomes.yaml``: the closed list of ways an alert or episode can end."""

    source: str
    checked: date
    review_by: date
    outcomes: tuple[OutcomeFile, ...] = Field(min_length=1)


class AnswerFile(Shape):
    id: Word
    text: dict[str, str]
    level: Code | None
    opens: Word | None = None


class QuestionFile(Shape):
    id: Word
    rule: Word
    text: dict[str, str]
    hint: dict[str, str] = {}
    before: tuple[Word, ...]
    may_skip: bool
    answers: tuple[AnswerFile, ...] = Field(min_length=2)


class IntakeFile(Shape):
    """``danger/intake/<version>.yaml``: the public questions, one a page, in order."""

    source: str
    checked: date
    review_by: date
    questions: tuple[QuestionFile, ...] = Field(min_length=1)


class CanaryFile(Shape):
    instrument: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*@[1-9][0-9]*$")]
    answers: dict[Word, int] = Field(min_length=1)


class FloodFile(Shape):
    """When many alerts at once are a flood; from how many of one source on they stand together."""

    alerts: Annotated[int, Field(ge=2)]
    within_minutes: Annotated[int, Field(ge=1)]
    together_from: Annotated[int, Field(ge=2)]


class SafeguardingFile(Shape):
    """When the lead answers a report, and for how long the same words are the same report."""

    answered_within_hours: Annotated[int, Field(ge=1, le=24)]
    before: time
    at_night_within_minutes: Annotated[int, Field(ge=1, le=240)]
    same_words_within_hours: Annotated[int, Field(ge=0, le=72)]


class KeptFile(Shape):
    """What somebody keeps in their own browser: for how long, and what takes it off."""

    days: Annotated[int, Field(ge=1, le=90)]
    wrong_pins: Annotated[int, Field(ge=3, le=20)]
    closes_after_minutes: Annotated[int, Field(ge=1, le=60)]


class WaitsFile(Shape):
    """``danger/waits.yaml``: waits that belong to no level, and the canary."""

    source: str
    checked: date
    review_by: date
    hand_over_accepted_within_minutes: Annotated[int, Field(ge=1)]
    safeguarding: SafeguardingFile
    child_check_counts_days: Annotated[int, Field(ge=1)]
    kept_on_a_device: KeptFile
    flood: FloodFile
    canary: CanaryFile


SHAPES = {
    "danger_waits": WaitsFile,
    "danger_levels": LevelsFile,
    "danger_outcomes": OutcomesFile,
    "danger_intake": IntakeFile,
}

INTERFACE_LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Danger:
    """Everything about danger that clinicians sign."""

    levels: Mapping[str, risk.Level]
    outcomes: Mapping[str, risk.Outcome]
    intake: risk.Intake
    waits: risk.Waits


def load(roots: Sequence[Path]) -> Shelf[Danger]:
    """One item, ``danger``; a mistake in any of its files refuses it as a whole.

    A deployment's own ``levels.yaml`` may make waits shorter within the shipped bounds, never
    longer; outcomes are shipped; of the public questions the newest version counts.
    """
    shelf: Shelf[Danger] = Shelf()
    if not any((root / "danger").is_dir() for root in roots):
        return shelf
    levels = _levels(roots, shelf.problems)
    outcomes = _outcomes(roots, shelf.problems)
    intake = _intake(roots, shelf.problems)
    waits = _waits(roots, shelf.problems)
    if levels is not None and outcomes is not None and intake is not None and waits is not None:
        shelf.items["danger"] = Danger(levels, outcomes, intake, waits)
    return shelf


def unfit(catalogue: Catalogue) -> Mapping[str, Mapping[str, list[Problem]]]:
    """Danger that speaks in sentences nobody has signed."""
    problems = []
    texts = catalogue.sentences("en")
    for danger in catalogue.shelves.get("danger", {}).values():
        wanted = {level.first_message: "levels.yaml" for level in danger.levels.values()}
        for question in danger.intake.questions:
            for sentence in question.before:
                wanted[sentence] = f"intake/{danger.intake.ref.version}.yaml"
        problems = [
            Problem(f"content/danger/{file}", 1, 1, f"there is no sentence {sentence}")
            for sentence, file in wanted.items()
            if sentence not in texts
        ]
    return {"danger": {"danger": problems}} if problems else {}


def _levels(roots: Sequence[Path], problems: list[Problem]) -> Mapping[str, risk.Level] | None:
    held: Mapping[str, risk.Level] | None = None
    for root in roots:
        path = root / "danger" / "levels.yaml"
        if not path.is_file() and held is not None:
            continue
        reading = read_placed(path, LevelsFile, shown=shown(path, roots))
        mistakes = list(reading.problems)
        if reading.value is not None:
            mistakes.extend(_level_mistakes(reading, reading.value))
            if not mistakes:
                fresh: dict[str, risk.Level] = {
                    file.code: _level(file) for file in reading.value.levels
                }
                mistakes.extend(_slower(reading, fresh, held))
                if not mistakes:
                    held = MappingProxyType(fresh)
        problems.extend(mistakes)
    return held


def _level_mistakes(reading: Reading[LevelsFile], file: LevelsFile) -> Iterator[Problem]:
    codes = tuple(level.code for level in file.levels)
    if codes != risk.LEVELS:
        yield reading.problem("levels: A to G, each once, in order", "levels")
    for index, level in enumerate(file.levels):
        loc = ("levels", index)
        if level.life_critical != (level.code in risk.LIFE_CRITICAL):
            yield reading.problem(
                f"{level.code}: A, B and C are life-critical, and only they", *loc, "life_critical"
            )
        if level.code not in risk.LIFE_CRITICAL:
            if level.task_due is None:
                yield reading.problem(f"{level.code}: say when its task is due", *loc)
            continue
        if not level.steps or not level.then_every_minutes:
            yield reading.problem(f"{level.code}: a life-critical level climbs and goes on", *loc)
        if not level.every_channel:
            yield reading.problem(f"{level.code}: its messages go by every channel", *loc)
        bounds, within = level.may_be_set_minutes, level.acknowledge_within_minutes
        if within is None or bounds is None or not bounds[0] <= within <= bounds[1]:
            yield reading.problem(
                f"{level.code}: the wait for an acknowledgement lies in its bounds", *loc
            )
        for before, after in pairwise(level.steps):
            if after.after_minutes <= before.after_minutes:
                yield reading.problem(f"{level.code}: steps go up in time", *loc, "steps")


def _slower(
    reading: Reading[LevelsFile],
    fresh: Mapping[str, risk.Level],
    shipped: Mapping[str, risk.Level] | None,
) -> Iterator[Problem]:
    for index, (code, level) in enumerate(fresh.items()):
        before = shipped.get(code) if shipped else None
        if before is None or not level.is_life_critical:
            continue
        within, most = level.acknowledge_within, before.acknowledge_at_most
        late = [
            step
            for step, old in zip(level.steps, before.steps, strict=False)
            if step.after > old.after or not set(old.tell) <= set(step.tell)
        ]
        then, usual = level.then_every, before.then_every
        if (
            (within is not None and most is not None and within > most)
            or late
            or len(level.steps) < len(before.steps)
            or (then is not None and usual is not None and then > usual)
            or not set(before.first_tell) <= set(level.first_tell)
        ):
            yield reading.problem(
                f"{code}: tells fewer people, or later, than the shipped level", "levels", index
            )


def _level(file: LevelFile) -> risk.Level:
    bounds = file.may_be_set_minutes
    return risk.Level(
        code=file.code,
        name=file.name,
        meaning=file.meaning,
        face_to_face=file.face_to_face,
        first_tell=file.first_tell,
        first_message=file.first_message,
        every_channel=file.every_channel,
        emergency_first=file.emergency_first,
        is_life_critical=file.life_critical,
        acknowledge_within=_minutes(file.acknowledge_within_minutes),
        acknowledge_at_least=_minutes(bounds[0]) if bounds else None,
        acknowledge_at_most=_minutes(bounds[1]) if bounds else None,
        steps=tuple(
            risk.StepAfter(
                timedelta(minutes=step.after_minutes), step.tell, step.emergency_instruction
            )
            for step in file.steps
        ),
        then_every=_minutes(file.then_every_minutes),
        engaged_within=_minutes(file.engaged_within_minutes),
        outcome_within=_minutes(file.outcome_within_minutes),
        second_person_within=_minutes(file.second_person_within_minutes),
        task_due=file.task_due or "",
        overdue_tell=file.overdue_tell or "",
        lowered_by=file.lowered_by,
    )


def _minutes(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(minutes=number)


def _outcomes(roots: Sequence[Path], problems: list[Problem]) -> Mapping[str, risk.Outcome] | None:
    path = roots[0] / "danger" / "outcomes.yaml"
    reading = read_placed(path, OutcomesFile, shown=shown(path, roots))
    problems.extend(reading.problems)
    if reading.value is None:
        return None
    found: dict[str, risk.Outcome] = {}
    for index, file in enumerate(reading.value.outcomes):
        if file.id in found:
            problems.append(reading.problem(f"{file.id} is listed twice", "outcomes", index))
        for language in INTERFACE_LANGUAGES:
            if language not in file.meaning:
                said = f"{file.id}: meaning is missing in {language}"
                problems.append(reading.problem(said, "outcomes", index))
        for field_index, field in enumerate(file.fields):
            if (field.kind == "choice") != bool(field.choices):
                problems.append(
                    reading.problem(
                        f"{field.id}: choices belong to the kind choice, and only to it",
                        "outcomes",
                        index,
                        "fields",
                        field_index,
                    )
                )
        found[file.id] = risk.Outcome(
            id=file.id,
            meaning=file.meaning,
            fields=tuple(
                risk.OutcomeField(each.id, each.kind, each.choices) for each in file.fields
            ),
            closed_by=file.closed_by,
            only_unreachable=file.only_unreachable,
        )
    return MappingProxyType(found)


def _waits(roots: Sequence[Path], problems: list[Problem]) -> risk.Waits | None:
    path = roots[0] / "danger" / "waits.yaml"
    reading = read_placed(path, WaitsFile, shown=shown(path, roots))
    problems.extend(reading.problems)
    if reading.value is None:
        return None
    file = reading.value
    return risk.Waits(
        hand_over_accepted_within=timedelta(minutes=file.hand_over_accepted_within_minutes),
        safeguarding_answered_within=timedelta(hours=file.safeguarding.answered_within_hours),
        safeguarding_before=file.safeguarding.before,
        safeguarding_at_night_within=timedelta(minutes=file.safeguarding.at_night_within_minutes),
        same_report_within=timedelta(hours=file.safeguarding.same_words_within_hours),
        child_check_counts=timedelta(days=file.child_check_counts_days),
        kept_for=timedelta(days=file.kept_on_a_device.days),
        wrong_pins=file.kept_on_a_device.wrong_pins,
        kept_closes_after=timedelta(minutes=file.kept_on_a_device.closes_after_minutes),
        flood_alerts=file.flood.alerts,
        flood_within=timedelta(minutes=file.flood.within_minutes),
        together_from=file.flood.together_from,
        canary_instrument=file.canary.instrument,
        canary_answers=MappingProxyType(file.canary.answers),
    )


def _intake(roots: Sequence[Path], problems: list[Problem]) -> risk.Intake | None:
    files = {
        int(path.stem): path
        for root in reversed(roots)
        for path in (root / "danger" / "intake").glob("*.yaml")
        if path.stem.isdigit()
    }
    good: risk.Intake | None = None
    for number, path in sorted(files.items()):
        reading = read_placed(path, IntakeFile, shown=shown(path, roots))
        mistakes = list(reading.problems)
        if reading.value is not None:
            mistakes.extend(_intake_mistakes(reading, reading.value, good))
            if not mistakes:
                good = _intake_of(number, reading.value)
        problems.extend(mistakes)
    if not files:
        path = roots[0] / "danger" / "intake" / "1.yaml"
        problems.append(Problem(shown(path, roots), 0, 0, "this file is missing"))
    return good


def _intake_mistakes(
    reading: Reading[IntakeFile], file: IntakeFile, before: risk.Intake | None
) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, question in enumerate(file.questions):
        loc = ("questions", index)
        for name in (question.id, question.rule):
            if name in seen:
                yield reading.problem(f"{name} is used twice", *loc)
            seen.add(name)
        if not question.may_skip:
            yield reading.problem(f"{question.id}: every question can be skipped", *loc, "may_skip")
        if not question.before:
            yield reading.problem(f"{question.id}: it says before it who sees the answer", *loc)
        if all(answer.level is None for answer in question.answers):
            yield reading.problem(f"{question.id}: no answer shows danger", *loc, "answers")
        texts = [question.text, *(answer.text for answer in question.answers)]
        if question.hint:
            texts.append(question.hint)
        for language in INTERFACE_LANGUAGES:
            if any(language not in text for text in texts):
                yield reading.problem(f"{question.id}: words are missing in {language}", *loc)
    for old in before.questions if before else ():
        new = next((each for each in file.questions if each.id == old.id), None)
        for answer in old.answers:
            level = next((a.level for a in new.answers if a.id == answer.id), None) if new else None
            if answer.level and (level is None or level > answer.level):
                yield reading.problem(
                    f"weaker than before: {old.id} = {answer.id} was {answer.level}", "questions"
                )


def _intake_of(number: int, file: IntakeFile) -> risk.Intake:
    return risk.Intake(
        ref=Ref("intake", number),
        questions=tuple(
            risk.IntakeQuestion(
                id=question.id,
                rule=Ref(question.rule, number),
                text=MappingProxyType(dict(question.text)),
                hint=MappingProxyType(dict(question.hint)),
                before=question.before,
                answers=tuple(
                    risk.IntakeAnswer(
                        answer.id,
                        MappingProxyType(dict(answer.text)),
                        answer.level,
                        answer.opens or "",
                    )
                    for answer in question.answers
                ),
                may_skip=question.may_skip,
            )
            for question in file.questions
        ),
    )
