"""Answers, scores and facts to findings of danger, by rules that are content."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from alongside.engine.conditions import (
    NOTHING_KNOWN,
    AllOf,
    AnyOf,
    Condition,
    FactIs,
    Facts,
    ItemIs,
    ScoreIs,
    Seen,
    holds,
    items_named,
    leaves,
    sql,
)
from alongside.engine.instruments.columnar import expression, least_expression
from alongside.engine.instruments.shapes import Instrument
from alongside.engine.risk.levels import Code, Intake
from alongside.engine.terms import Ref

__all__ = [
    "NOTHING_KNOWN",
    "AllOf",
    "AnyOf",
    "Condition",
    "FactIs",
    "Facts",
    "Instead",
    "ItemIs",
    "Prompt",
    "RiskFinding",
    "RiskRule",
    "ScoreIs",
    "blank_critical",
    "danger_expression",
    "find_intake_risk",
    "find_prompts",
    "find_risk",
    "items_named",
    "leaves",
]


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
    finished: bool = True,
    least: Mapping[str, int] | None = None,
) -> tuple[RiskFinding, ...]:
    """Find the dangers in answers.

    Args:
        rules: the rules of the instrument, at exact versions.
        answers: the valid answers by item id, however few; the total plays no part.
        scores: points by score, for rules about scores; left out is not known.
        facts: what else is known. An unknown fact never lowers a level.
        least: points each score surely has by these answers, where it cannot be worked out.
        finished: whether the form was sent; in a draft, what has no entry is still to come.

    Returns:
        At most one finding a rule, the most urgent first.

    Source: each rule's own ``source``; how soon, not how likely (no score predicts).
    """
    seen = Seen(answers, scores or {}, facts, finished, least or {})
    found = []
    for rule in rules:
        held = holds(rule.when, seen) if rule.level is not None else None
        if held is None or rule.level is None:
            continue
        level, also, because = rule.level, rule.also, held
        for case in rule.instead:
            reasons = holds(case.when, seen)
            if reasons is not None:
                level, also = case.level, case.also
                because = held + [each for each in reasons if _is_news(each, held)]
                break
        item = _item(rule.when, held)
        found.append(RiskFinding(str(rule.ref), level, "; ".join(because), item, also))
    return tuple(sorted(found, key=lambda finding: (finding.level, finding.rule)))


def find_prompts(
    rules: Iterable[RiskRule],
    answers: Mapping[str, int | None],
    *,
    scores: Mapping[str, int | None] | None = None,
    facts: Facts = NOTHING_KNOWN,
) -> tuple[Prompt, ...]:
    """The prompts of rules without a level that hold for these answers, in order of the rules."""
    seen = Seen(answers, scores or {}, facts)
    found = []
    for rule in rules:
        held = holds(rule.when, seen) if rule.level is None else None
        if held is not None:
            found.append(
                Prompt(str(rule.ref), rule.prompt, "; ".join(held), _item(rule.when, held))
            )
    return tuple(found)


def blank_critical(
    rules: Iterable[RiskRule],
    answers: Mapping[str, int | None],
    *,
    asked: Collection[str] | None = None,
) -> tuple[str, ...]:
    """Critical items without an answer: ask again, then make a task. A blank is never a zero.

    Args:
        asked: the items the form asks after these answers, in its order; no other is blank.
    """
    items = dict.fromkeys(item for rule in rules if rule.level for item in rule.critical)
    in_order = items if asked is None else [item for item in asked if item in items]
    return tuple(item for item in in_order if answers.get(item) is None)


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


def danger_expression(
    rule: RiskRule,
    instrument: Instrument,
    scores: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> str:
    """DuckDB SQL for the level a rule gives, or NULL, over the columns of ``expression``.

    Facts and last times are not in the columns, so nothing lowers a level here. ``said`` is the
    SQL to give in place of a level, by level.
    """
    if rule.level is None:
        return "CAST(NULL AS VARCHAR)"
    values = {item.id: instrument.options[item.options] for item in instrument.items}
    outputs = expression(instrument) if scores is None else scores
    least = least_expression(instrument)
    levels = [rule.level, *(case.level for case in rule.instead)]
    words = said or {each: f"'{each}'" for each in levels if each is not None}
    cases = [(sql(case.when, values, outputs, least), case.level) for case in rule.instead]
    cases = [(when, level) for when, level in cases if when != "FALSE"]
    while cases and cases[-1][1] == rule.level:
        cases.pop()
    branches = " ".join(f"WHEN {when} THEN {words[level]}" for when, level in cases)
    level = f"CASE {branches} ELSE {words[rule.level]} END" if branches else words[rule.level]
    return f"CASE WHEN {sql(rule.when, values, outputs, least)} THEN {level} END"


def _is_news(reason: str, held: list[str]) -> bool:
    return not any(reason.split(",", maxsplit=1)[0] == each.split(",")[0] for each in held)


def _item(condition: Condition, held: list[str]) -> str | None:
    """The item that made the condition hold: of several it names, the first that is a reason."""
    named = items_named(condition)
    reasons = (id for id in named if any(each.startswith(f"{id} ") for each in held))
    return next(reasons, named[0] if named else None)
