"""Risk rules: what in an answer is a danger, and how soon a person must respond.

A rule stands in ``risk_rules/<id>/<version>.yaml``, or in the folder of the one version of an
instrument it speaks of: ``instruments/<id>/<version>/danger/<name>.yaml``. Both are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from alongside.catalogue import instruments as instrument_shelf
from alongside.catalogue.answer_conditions import ConditionFile, Word, condition, parts
from alongside.catalogue.instrument_files import InstrumentFile
from alongside.catalogue.loading import (
    Problem,
    Reading,
    Shape,
    Shelf,
    read_placed,
    shown,
    versions,
)
from alongside.engine import risk
from alongside.engine.instruments import Instrument
from alongside.engine.risk.levels import Code
from alongside.engine.terms import NotARef, Ref

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue

# What a rule may know besides answers, and what it means. A room that calls find_risk gives them.
FACTS: Mapping[str, str] = {
    "safety_plan_reviewed_days_ago": "whole days since the safety plan was last reviewed",
    "suicide_screen_same_contact_not_acute": "a person asked ASQ or C-SSRS now; it was not acute",
    "child_at_immediate_risk": "a child is at immediate risk, as somebody reported",
    "overdose_or_naloxone": "an overdose happened, or naloxone was used",
    "withdrawal_seizure_hallucinations_or_disorientation": "signs of dangerous withdrawal",
    "crisis_review_missed": "the review after a crisis did not take place in its time",
    "hours_since_discharge_without_contact": "whole hours since discharge, nobody reached",
}

# What must follow a finding besides its level.
ALSO: Mapping[str, str] = {
    "asq_or_c_ssrs_same_contact": "ask ASQ or C-SSRS in the same contact; the code follows it up",
    "brief_assessment_same_contact": "do the brief suicide safety assessment in the same contact",
    "tell_safeguarding_lead": "tell the safeguarding lead; family only where it is safe to",
    "same_day_clinician": "tell the responsible clinician the same day",
    "same_day_note": "write a note the same day",
    "medical_review_within_1_hour": "medical review within one hour",
    "call_emergency_first": "call the emergency number first",
}


class InsteadFile(Shape):
    when: ConditionFile
    level: Code
    also: tuple[str, ...] = ()


class ApprovalFile(Shape):
    by: str
    on: date


class RuleExampleFile(Shape):
    title: str
    answers: dict[Word, int | None] = {}
    previous: dict[Word, int | None] = {}
    facts: dict[Word, bool | int] = {}
    scores: dict[Word, int] = {}
    level: Code | None = None
    prompt: bool = False


class BroughtRuleFile(Shape):
    """``instruments/<id>/<version>/danger/<name>.yaml``: one danger that this version can show."""

    name: str
    when: ConditionFile
    level: Code | None
    also: tuple[str, ...] = ()
    instead: tuple[InsteadFile, ...] = ()
    critical: tuple[Word, ...] = ()
    prompt: Word | None = None
    source: str
    checked: date
    review_by: date
    approved: ApprovalFile | None
    examples: tuple[RuleExampleFile, ...] = Field(min_length=1)


class RiskRuleFile(BroughtRuleFile):
    """``risk_rules/<id>/<version>.yaml``: one danger that an instrument, or a fact, can show."""

    instrument: str | None


class HarmWordsFile(Shape):
    """``danger/harm_words.yaml``: what a question about harm is known by, in each language."""

    source: str
    checked: date
    review_by: date
    words: dict[str, tuple[str, ...]]


SHAPES = {
    "risk_rule": RiskRuleFile,
    "brought_risk_rule": BroughtRuleFile,
    "harm_words": HarmWordsFile,
}
FOLDER = "danger"  # of an instrument's version: the rules it brings
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


def load(roots: Sequence[Path]) -> Shelf[risk.RiskRule]:
    """Every risk rule that passes its checks, by ``phq9_self_harm@1``."""
    found, problems = versions(roots, "risk_rules")
    shelf: Shelf[risk.RiskRule] = Shelf(problems=list(problems))
    instruments = instrument_shelf.load(roots).items
    for name, number, path in found:
        reading = read_placed(path, RiskRuleFile, shown=shown(path, roots))
        about = reading.value.instrument if reading.value is not None else None
        _add(shelf, Ref(name, number), reading, about, instruments)
        rule = shelf.items.get(f"{name}@{number}")
        is_shipped = not roots or path.is_relative_to(roots[0])
        if rule is not None and not is_shipped:
            earlier = {ref: each for ref, each in shelf.items.items() if each is not rule}
            if weak := list(_weakness(reading, rule, earlier, instruments)):
                shelf.problems.extend(weak)
                del shelf.items[str(rule.ref)]
    for id, number, path in _brought(roots):
        ref = Ref(rule_id(id, path.stem), number)
        brought = read_placed(path, BroughtRuleFile, shown=shown(path, roots))
        if not _NAME.match(path.stem):
            shelf.problems.append(brought.problem("a rule is called by a-z, 0-9 and _"))
        elif str(ref) in shelf.items:
            shelf.problems.append(brought.problem(f"there is another rule {ref} already"))
        else:
            _add(shelf, ref, brought, f"{id}@{number}", instruments)
    return shelf


def rule_id(instrument: str, name: str) -> str:
    """What a rule is called that an instrument brings."""
    return f"{instrument}_{name}"


def _brought(roots: Sequence[Path]) -> Iterator[tuple[str, int, Path]]:
    for id, number, folder in versions(roots, "instruments")[0]:
        for path in sorted((folder / FOLDER).glob("*.yaml")):
            yield id, number, path


def _add(
    shelf: Shelf[risk.RiskRule],
    ref: Ref,
    reading: Reading[Any],
    about: str | None,
    instruments: Mapping[str, Instrument],
) -> None:
    """Put one rule on the shelf, or what is wrong with it beside."""
    mistakes = list(reading.problems)
    if reading.value is not None:
        rule = _rule(ref, reading.value, about)
        mistakes.extend(_mistakes(reading, reading.value, about, instruments))
        if not mistakes:
            mistakes.extend(_example_mistakes(reading, reading.value, rule))
        if not mistakes:
            shelf.items[str(ref)] = rule
    shelf.problems.extend(mistakes)


def load_harm_words(roots: Sequence[Path]) -> Shelf[Mapping[str, tuple[str, ...]]]:
    """One item, ``words``: by language, what a question about harm is known by."""
    shelf: Shelf[Mapping[str, tuple[str, ...]]] = Shelf()
    path = roots[0] / "danger" / "harm_words.yaml" if roots else Path()
    if not path.is_file():
        return shelf
    reading = read_placed(path, HarmWordsFile, shown=shown(path, roots))
    shelf.problems.extend(reading.problems)
    if reading.value is not None:
        shelf.items["words"] = reading.value.words
    return shelf


def about_harm(catalogue: Catalogue, language: str, text: str) -> bool:
    """Whether a question asks about harm or death, as far as its words show it."""
    known = catalogue.shelves.get("harm_words", {}).get("words", {})
    said = " ".join(text.casefold().split())
    return any(re.search(rf"\b{re.escape(word)}", said) for word in known.get(language, ()))


def check(catalogue: Catalogue, roots: Sequence[Path], today: date | None) -> Iterator[Problem]:
    """Questions about harm that no rule of danger reads: an answer to them would tell nobody."""
    for id, number, folder in versions(roots, "instruments")[0]:
        ref, path = f"{id}@{number}", folder / "instrument.yaml"
        instrument = catalogue.instruments.get(ref)
        if instrument is None:
            continue
        unread = unread_harm(catalogue, instrument)
        if unread:
            reading = read_placed(path, InstrumentFile, shown=shown(path, roots))
            for item in unread:
                place = instrument.item_ids.index(item)
                words = f"{item} asks about harm, and no rule of danger reads it"
                yield reading.problem(words, "items", place, grade="warning")


def unread_harm(catalogue: Catalogue, instrument: Instrument) -> tuple[str, ...]:
    """The items of an instrument that ask about harm and that no rule of danger reads."""
    rules = catalogue.risk_rules_for(str(instrument.ref))
    found = [leaf for rule in rules for leaf in risk.leaves(rule.when)]
    read = {leaf.item for leaf in found if isinstance(leaf, risk.ItemIs)}
    for leaf in found:
        if isinstance(leaf, risk.ScoreIs) and (score := instrument.score_rule(leaf.score)):
            read.update(score.items)
    wordings = catalogue.wordings.get(str(instrument.ref), {})
    return tuple(
        item.id
        for item in instrument.items
        if item.id not in read
        and any(
            about_harm(catalogue, language, words.items.get(item.id, ""))
            for language, words in wordings.items()
        )
    )


def unfit(catalogue: Catalogue) -> Mapping[str, Mapping[str, list[Problem]]]:
    """Versions of instruments that would be blind to a danger an earlier version shows.

    Either none of their rules is there, or one is broken, or they find less in the same answer to
    the same question.
    """
    guarded: dict[str, list[risk.RiskRule]] = {}
    for rule in catalogue.risk_rules.values():
        if rule.instrument is not None and rule.level is not None:
            guarded.setdefault(str(rule.instrument), []).append(rule)
    refused: dict[str, list[Problem]] = {}
    for name, instrument in catalogue.instruments.items():
        ref = instrument.ref
        here = f"/instruments/{ref.id}/{ref.version}/{FOLDER}/"
        broken = [
            each for each in catalogue.problems if here in f"/{each.file}" and each.grade == "error"
        ]
        file = f"content/instruments/{ref.id}/{ref.version}/instrument.yaml"
        if broken:
            message = f"{name} is not used: a rule of danger it brings has mistakes"
            refused[name] = [Problem(file, 1, 1, message)]
            continue
        before = [f"{ref.id}@{number}" for number in range(1, ref.version)]
        lost = next((each for each in reversed(before) if each in guarded), None)
        if lost is None or lost not in catalogue.instruments:
            continue
        message = ""
        if name not in guarded:
            message = (
                f"{name} has no danger rule, and {lost} has {guarded[lost][0].ref}: it would raise "
                "no alert"
            )
        else:
            message = _blinder(catalogue, lost, name)
        if message:
            refused[name] = [Problem(file, 1, 1, message)]
    return {"instruments": refused, "wordings": refused}


def _blinder(catalogue: Catalogue, before: str, now: str) -> str:
    """What the rules of a version find less than those of an earlier one; "" for nothing.

    Only the same questions are held against each other: by their English words, with the same
    points.
    """
    was, is_ = catalogue.instruments[before], catalogue.instruments[now]
    said, says = (
        words.items if (words := catalogue.wordings.get(ref, {}).get("en")) else {}
        for ref in (before, now)
    )
    same: dict[str, str] = {}
    for old in was.items:
        for new in is_.items:
            spoken = said.get(old.id, old.id), says.get(new.id, new.id)
            points = was.options[old.options], is_.options[new.options]
            if spoken[0] == spoken[1] and points[0] == points[1]:
                same[old.id] = new.id
    rules = catalogue.risk_rules_for(now)
    for rule in catalogue.risk_rules_for(before):
        leaves = [
            leaf for when in (rule.when, *(one.when for one in rule.instead))
            for leaf in risk.leaves(when)
        ]  # fmt: skip
        if any(isinstance(one, risk.ItemIs) and one.item not in same for one in leaves):
            continue
        if any(isinstance(one, risk.ScoreIs) and not is_.score_rule(one.score) for one in leaves):
            continue
        for answers, scores, facts in islice(_situations((rule,), was), 20_000):
            then = risk.find_risk([rule], answers, scores=scores, facts=facts)
            if not then:
                continue
            moved = {same[item]: value for item, value in answers.items()}
            last = {same[item]: value for item, value in facts.previous.items()}
            known = risk.Facts(previous=last, known=facts.known)
            found = risk.find_risk(rules, moved, scores=scores, facts=known)
            if not found or found[0].level > then[0].level:
                said_now = found[0].level if found else "nothing"
                because = f"{then[0].because} gave {then[0].level}, here {said_now}"
                return f"weaker than {rule.ref}: {because}"
    return ""


def _rule(ref: Ref, file: BroughtRuleFile, about: str | None) -> risk.RiskRule:
    when = condition(file.when)
    try:
        instrument = Ref.parse(about) if about else None
    except NotARef:
        instrument = None
    return risk.RiskRule(
        ref=ref,
        name=file.name,
        instrument=instrument,
        when=when,
        level=file.level,
        source=file.source,
        instead=tuple(
            risk.Instead(condition(case.when), case.level, case.also) for case in file.instead
        ),
        also=file.also,
        critical=file.critical,
        prompt=file.prompt or "",
    )


def _mistakes(
    reading: Reading[Any],
    file: BroughtRuleFile,
    about: str | None,
    instruments: Mapping[str, Instrument],
) -> Iterator[Problem]:
    instrument = instruments.get(about or "")
    if about is not None and instrument is None:
        yield reading.problem(f"instrument: there is no {about} here", "instrument")
    if (file.level is None) != (file.prompt is not None):
        yield reading.problem("a rule has a level, or else the prompt it shows", "level")
    if file.level is None and file.instead:
        yield reading.problem("instead: a rule without a level has no other levels", "instead")
    found = list(parts(file.when, "when"))
    for index, case in enumerate(file.instead):
        found.extend(parts(case.when, "instead", index, "when"))
    for part, loc in found:
        yield from _part_mistakes(reading, part, loc, about, instrument)
    if instrument is not None:
        for index, id in enumerate(file.critical):
            if id not in instrument.item_ids:
                yield reading.problem(f"critical: {about} has no {id}", "critical", index)
    lists: list[tuple[tuple[str, ...], tuple[int | str, ...]]] = [(file.also, ("also",))]
    lists.extend((case.also, ("instead", i, "also")) for i, case in enumerate(file.instead))
    for words, loc in lists:
        for index, word in enumerate(words):
            if word not in ALSO:
                yield reading.problem(f"also: nothing is known as {word}", *loc, index)


def _part_mistakes(
    reading: Reading[Any],
    part: ConditionFile,
    loc: tuple[int | str, ...],
    named: str | None,
    instrument: Instrument | None,
) -> Iterator[Problem]:
    if part.fact is not None and part.fact not in FACTS:
        known = ", ".join(FACTS)
        yield reading.problem(f"there is no fact {part.fact}; known are {known}", *loc, "fact")
    if named is None and (part.item is not None or part.score is not None):
        yield reading.problem("a rule without an instrument reads facts only", *loc)
    if instrument is None:
        return
    if part.score is not None and instrument.score_rule(part.score) is None:
        yield reading.problem(f"{named} has no score {part.score}", *loc, "score")
    if part.item is None:
        return
    if part.item not in instrument.item_ids:
        yield reading.problem(f"{named} has no {part.item}", *loc, "item")
        return
    probed = condition(part)
    values = instrument.options[instrument.item(part.item).options]
    if isinstance(probed, risk.ItemIs) and not part.blank:
        alone = replace(probed, unchanged=False)
        probe = replace(_EMPTY, when=alone)
        if not any(risk.find_risk([probe], {part.item: value}) for value in values):
            yield reading.problem(f"no answer to {part.item} reaches this", *loc)


_EMPTY = risk.RiskRule(Ref("probe", 1), "", None, risk.AllOf(()), "A", "")


def _example_mistakes(
    reading: Reading[Any], file: BroughtRuleFile, rule: risk.RiskRule
) -> Iterator[Problem]:
    for index, example in enumerate(file.examples):
        facts = risk.Facts(previous=example.previous, known=example.facts)
        found = risk.find_risk([rule], example.answers, scores=example.scores, facts=facts)
        level = found[0].level if found else None
        if level != example.level:
            yield reading.problem(
                f"{example.title}: the level is {level}, not {example.level}",
                "examples",
                index,
                "level",
            )
        prompts = risk.find_prompts([rule], example.answers, scores=example.scores, facts=facts)
        if bool(prompts) != example.prompt:
            said = "prompts" if prompts else "does not prompt"
            yield reading.problem(f"{example.title}: this {said}", "examples", index)


def _weakness(
    reading: Reading[RiskRuleFile],
    rule: risk.RiskRule,
    held: Mapping[str, risk.RiskRule],
    instruments: Mapping[str, Instrument],
) -> Iterator[Problem]:
    """A deployment's version of a rule must find all that the version before it finds."""
    older = [each for each in held.values() if each.ref.id == rule.ref.id]
    if not older:
        return
    before = max(older, key=lambda each: each.ref.version)
    if before.instrument != rule.instrument:
        yield reading.problem(
            f"instrument: {before.ref} speaks of {before.instrument}", "instrument"
        )
        return
    instrument = instruments.get(str(rule.instrument))
    for answers, scores, facts in islice(_situations((before, rule), instrument), 20_000):
        old = risk.find_risk([before], answers, scores=scores, facts=facts)
        new = risk.find_risk([rule], answers, scores=scores, facts=facts)
        if old and (not new or new[0].level > old[0].level):
            found = new[0].level if new else "nothing"
            yield reading.problem(
                f"weaker than {before.ref}: {old[0].because} gave {old[0].level}, here {found}"
            )
            return


def _situations(
    rules: tuple[risk.RiskRule, ...], instrument: Instrument | None
) -> Iterator[tuple[dict[str, int | None], dict[str, int | None], risk.Facts]]:
    leaves = [
        leaf
        for rule in rules
        for when in (rule.when, *(case.when for case in rule.instead))
        for leaf in risk.leaves(when)
    ]
    items = sorted({leaf.item for leaf in leaves if isinstance(leaf, risk.ItemIs)})
    ticks: list[tuple[int | None, ...]] = [
        (None, *instrument.options[instrument.item(id).options]) if instrument else (None,)
        for id in items
    ]
    scores = _edges((leaf.score, leaf) for leaf in leaves if isinstance(leaf, risk.ScoreIs))
    numbers = _edges((leaf.fact, leaf) for leaf in leaves if isinstance(leaf, risk.FactIs))
    for values in product(*ticks):
        answers = dict(zip(items, values, strict=True))
        for points in product(*scores.values()):
            for facts in product(*numbers.values()):
                known = dict(zip(numbers, facts, strict=True))
                for previous in ({}, answers):
                    yield (
                        answers,
                        dict(zip(scores, points, strict=True)),
                        risk.Facts(previous=previous, known=known),
                    )


def _edges(named: Iterator[tuple[str, Any]]) -> dict[str, list[Any]]:
    edges: dict[str, set[Any]] = {}
    for name, leaf in named:
        values = edges.setdefault(name, {None})
        for number in (leaf.at_least, leaf.at_most):
            if number is not None:
                values.update((number - 1, number, number + 1))
        equals = getattr(leaf, "equals", None)
        if equals is not None:
            values.update((equals, not equals) if isinstance(equals, bool) else (equals,))
    return {name: sorted(values, key=str) for name, values in edges.items()}
