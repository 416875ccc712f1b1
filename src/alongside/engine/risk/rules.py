"""Answers, scores and facts to findings of danger, by rules that are content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from alongside.engine.instruments.columnar import expression
from alongside.engine.instruments.shapes import Instrument
from alongside.engine.risk.levels import Code, Intake
from alongside.engine.terms import Ref

Fact = bool | int | str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the answers.

    ``previous`` are the answers of the last time, by item id; ``known`` are other facts by
    name, such as ``safety_plan_reviewed_days_ago``: 3. What is not here is not known, and no rule
    takes the unknown for safe.
    """

    previous: Mapping[str, int | None] = field(default_factory=dict)
    known: Mapping[str, Fact] = field(default_factory=dict)


NOTHING_KNOWN = Facts()


@dataclass(frozen=True, slots=True)
class ItemIs:
    """A condition on one answer. Every part that is set must hold."""

    item: str
    at_least: int | None = None
    at_most: int | None = None
    one_of: tuple[int, ...] = ()
    unchanged: bool = False
    blank: bool = False


@dataclass(frozen=True, slots=True)
class ScoreIs:
    """A condition on a score, in points."""

    score: str
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class FactIs:
    """A condition on a fact by name. ``words`` say it in the reasons of a finding."""

    fact: str
    words: str
    at_least: int | None = None
    at_most: int | None = None
    equals: bool | str | None = None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when one of its conditions does."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when all of its conditions do."""

    conditions: tuple[Condition, ...]


Condition = ItemIs | ScoreIs | FactIs | AnyOf | AllOf


@dataclass(frozen=True, slots=True)
class Instead:
    """Another level for some of the answers a rule is about; the first that holds counts."""

    when: Condition
    level: Code
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RiskRule:
    """What in an answer is a danger, and of which level. Without a level it only prompts."""

    ref: Ref
    name: str
    instrument: Ref | None  # None: the rule reads facts only
    when: Condition
    level: Code | None
    source: str
    instead: tuple[Instead, ...] = ()
    also: tuple[str, ...] = ()  # what must follow, such as same_day_clinician
    critical: tuple[str, ...] = ()  # items whose blank is a prompt, never a zero
    prompt: str = ""  # id of the sentence a rule without a level shows


@dataclass(frozen=True, slots=True)
class RiskFinding:
    """A danger found: the exact rule, the level, and the facts as they were."""

    rule: str
    level: Code
    because: str
    item: str | None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something to ask or to read, by a rule without a level."""

    rule: str
    sentence: str
    because: str
    item: str | None


def find_risk(
    rules: Iterable[RiskRule],
    answers: Mapping[str, int | None],
    *,
    scores: Mapping[str, int | None] | None = None,
    facts: Facts = NOTHING_KNOWN,
) -> tuple[RiskFinding, ...]:
    """Find the dangers in answers.

    Args:
        rules: the rules of the instrument, at exact versions.
        answers: the valid answers by item id, however few; the total plays no part.
        scores: points by score, for rules about scores; left out is not known.
        facts: what else is known. An unknown fact never lowers a level.

    Returns:
        At most one finding a rule, the most urgent first.

    Source: each rule's own ``source``; how soon, not how likely (no score predicts).
    """
    seen = _Seen(answers, scores or {}, facts)
    found = []
    for rule in rules:
        held = _holds(rule.when, seen) if rule.level is not None else None
        if held is None or rule.level is None:
            continue
        level, also, because = rule.level, rule.also, held
        for case in rule.instead:
            reasons = _holds(case.when, seen)
            if reasons is not None:
                level, also = case.level, case.also
                because = held + [each for each in reasons if _is_news(each, held)]
                break
        found.append(RiskFinding(str(rule.ref), level, "; ".join(because), _item(rule.when), also))
    return tuple(sorted(found, key=lambda finding: (finding.level, finding.rule)))


def find_prompts(
    rules: Iterable[RiskRule],
    answers: Mapping[str, int | None],
    *,
    scores: Mapping[str, int | None] | None = None,
    facts: Facts = NOTHING_KNOWN,
) -> tuple[Prompt, ...]:
    """The prompts of rules without a level that hold for these answers, in order of the rules."""
    seen = _Seen(answers, scores or {}, facts)
    found = []
    for rule in rules:
        held = _holds(rule.when, seen) if rule.level is None else None
        if held is not None:
            found.append(Prompt(str(rule.ref), rule.prompt, "; ".join(held), _item(rule.when)))
    return tuple(found)


def blank_critical(rules: Iterable[RiskRule], answers: Mapping[str, int | None]) -> tuple[str, ...]:
    """Critical items without an answer: ask again, then make a task. A blank is never a zero."""
    items = dict.fromkeys(item for rule in rules if rule.level for item in rule.critical)
    return tuple(item for item in items if answers.get(item) is None)


def find_intake_risk(intake: Intake, answers: Mapping[str, str | None]) -> tuple[RiskFinding, ...]:
    """The dangers in answers to the public questions, by question id; the most urgent first.

    A question that is skipped, or an answer that is not one of its own, finds nothing.
    """
    found = []
    for question in intake.questions:
        answer = question.answer(answers.get(question.id) or "")
        if answer is not None and answer.level is not None:
            because = f"{question.id} = {answer.id}"
            found.append(RiskFinding(str(question.rule), answer.level, because, question.id))
    return tuple(sorted(found, key=lambda finding: (finding.level, finding.rule)))


def items_named(condition: Condition) -> tuple[str, ...]:
    """Every item a condition speaks of, once, in its order."""
    return tuple(dict.fromkeys(leaf.item for leaf in leaves(condition) if isinstance(leaf, ItemIs)))


def leaves(condition: Condition) -> Iterator[ItemIs | ScoreIs | FactIs]:
    """The single conditions inside a condition."""
    if isinstance(condition, AnyOf | AllOf):
        for part in condition.conditions:
            yield from leaves(part)
    else:
        yield condition


def danger_expression(rule: RiskRule, instrument: Instrument) -> str:
    """DuckDB SQL for the level a rule gives, or NULL, over the columns of ``expression``.

    Facts and last times are not in the columns, so nothing lowers a level here.
    """
    if rule.level is None:
        return "CAST(NULL AS VARCHAR)"
    outputs = expression(instrument)
    branches = " ".join(
        f"WHEN {_sql(case.when, instrument, outputs)} THEN '{case.level}'" for case in rule.instead
    )
    level = f"CASE {branches} ELSE '{rule.level}' END" if branches else f"'{rule.level}'"
    return f"CASE WHEN {_sql(rule.when, instrument, outputs)} THEN {level} END"


@dataclass(frozen=True, slots=True)
class _Seen:
    answers: Mapping[str, int | None]
    scores: Mapping[str, int | None]
    facts: Facts


def _holds(condition: Condition, seen: _Seen) -> list[str] | None:
    """The reasons why a condition holds, or None when it does not."""
    match condition:
        case ItemIs():
            return _item_holds(condition, seen)
        case ScoreIs(score, at_least, at_most):
            return _number_holds(score, seen.scores.get(score), at_least, at_most)
        case FactIs():
            return _fact_holds(condition, seen.facts.known.get(condition.fact))
        case AnyOf(conditions):
            held = [reasons for part in conditions if (reasons := _holds(part, seen)) is not None]
            return [each for reasons in held for each in reasons] if held else None
        case AllOf(conditions):
            every = [_holds(part, seen) for part in conditions]
            if any(reasons is None for reasons in every):
                return None
            return [each for reasons in every if reasons for each in reasons]


def _item_holds(condition: ItemIs, seen: _Seen) -> list[str] | None:
    value = seen.answers.get(condition.item)
    if condition.blank:
        return [f"{condition.item} is not answered"] if value is None else None
    if value is None:
        return None
    if condition.one_of and value not in condition.one_of:
        return None
    reasons = _number_holds(condition.item, value, condition.at_least, condition.at_most)
    if reasons is None:
        return None
    if condition.unchanged:
        if seen.facts.previous.get(condition.item) != value:
            return None
        reasons = [*reasons, f"{condition.item} unchanged since last time"]
    return reasons


def _number_holds(
    name: str, value: int | None, at_least: int | None, at_most: int | None
) -> list[str] | None:
    if value is None:
        return None
    if (at_least is not None and value < at_least) or (at_most is not None and value > at_most):
        return None
    if at_least is not None and at_most is not None:
        return [f"{name} = {value}, {at_least} to {at_most}"]
    if at_least is not None:
        return [f"{name} = {value}, at least {at_least}"]
    if at_most is not None:
        return [f"{name} = {value}, at most {at_most}"]
    return [f"{name} = {value}"]


def _fact_holds(condition: FactIs, value: Fact) -> list[str] | None:
    if value is None:
        return None
    if condition.equals is not None:
        return [condition.words] if value == condition.equals else None
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    held = _number_holds(condition.fact, value, condition.at_least, condition.at_most)
    return None if held is None else [condition.words]


def _is_news(reason: str, held: list[str]) -> bool:
    return not any(reason.split(",", maxsplit=1)[0] == each.split(",")[0] for each in held)


def _item(condition: Condition) -> str | None:
    named = items_named(condition)
    return named[0] if named else None


def _sql(condition: Condition, instrument: Instrument, outputs: Mapping[str, str]) -> str:
    match condition:
        case ItemIs():
            return _item_sql(condition, instrument)
        case ScoreIs(score, at_least, at_most):
            return _range_sql(f"({outputs[score]})", at_least, at_most)
        case FactIs():
            return "FALSE"
        case AnyOf(conditions):
            parts = [_sql(part, instrument, outputs) for part in conditions]
            return f"({' OR '.join(parts)})"
        case AllOf(conditions):
            parts = [_sql(part, instrument, outputs) for part in conditions]
            return f"({' AND '.join(parts)})"


def _item_sql(condition: ItemIs, instrument: Instrument) -> str:
    column = f'"{condition.item}"'
    valid = ", ".join(
        str(value) for value in instrument.options[instrument.item(condition.item).options]
    )
    if condition.unchanged:
        return "FALSE"
    if condition.blank:
        return f"COALESCE({column} NOT IN ({valid}), TRUE)"
    parts = [f"COALESCE({column} IN ({valid}), FALSE)"]
    if condition.one_of:
        parts.append(f"{column} IN ({', '.join(str(value) for value in condition.one_of)})")
    parts.append(_range_sql(column, condition.at_least, condition.at_most))
    return f"({' AND '.join(parts)})"


def _range_sql(value: str, at_least: int | None, at_most: int | None) -> str:
    parts = [f"{value} IS NOT NULL"]
    if at_least is not None:
        parts.append(f"{value} >= {at_least}")
    if at_most is not None:
        parts.append(f"{value} <= {at_most}")
    return f"({' AND '.join(parts)})"
