"""Needs, settings, gates, facts and the rules of the chooser, from content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import Field

from alongside.catalogue import brought
from alongside.catalogue.conditions import (
    ConditionShape,
    Said,
    Sources,
    files,
    read_sources,
    said,
    unfit_words,
)
from alongside.catalogue.loading import Problem, Shape, Shelf, read
from alongside.engine.protocols.blend import BlendRule
from alongside.engine.protocols.chooser import Choice, choose
from alongside.engine.protocols.conditions import Always, Condition
from alongside.engine.protocols.facts import (
    FactKey,
    Facts,
    FactsSchema,
    Kind,
    RefusedAimRule,
    Word,
    parse_facts,
)
from alongside.engine.protocols.shapes import (
    AlwaysOffer,
    ChooserRules,
    Effect,
    Exclusion,
    FirstRule,
    Gate,
    Hardness,
    IfUnknown,
    LevelRule,
    Need,
    Offer,
    Protocol,
    Setting,
)
from alongside.engine.sides import NEVER_OWN, THE_PERSON, SideRules
from alongside.engine.terms import Reason

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue

S = TypeVar("S", bound=Shape)
Texts = dict[str, dict[str, str]]  # language -> key -> text


# -- gates ---------------------------------------------------------------------------------------


class GateCheckShape(Shape):
    """How the chooser sees a gate before any record exists."""

    if_: ConditionShape = Field(alias="if")
    effect: Effect
    suggest: bool = True
    if_unknown: IfUnknown = "withhold"


class GateShape(Shape):
    """One gate."""

    id: str
    hard: Hardness
    needs: str
    text: Said
    release: Said
    name: Said | None = None
    release_by: list[str] = Field(default_factory=list)
    releasable: bool = False
    task_afterwards: bool = False
    yields: bool = True
    checks: list[GateCheckShape] = Field(default_factory=list)
    source: str


class BlendShape(GateShape):
    """One rule between protocols of one plan. It is a gate too; ``needs`` is its own word."""

    needs: str = ""
    name: Said
    kind: Literal["after", "apart", "holds"]
    waits: list[str] = Field(min_length=1)
    others: list[str] = Field(min_length=1)
    steps: list[str] = Field(default_factory=list)
    days: int = Field(default=0, ge=0, le=730)
    same_person: bool = True

    def built(self) -> BlendRule:
        """The engine's rule."""
        return BlendRule(
            self.id, self.kind, tuple(self.waits), tuple(self.others), tuple(self.steps),
            self.days, self.same_person,
        )  # fmt: skip


class ActShape(Shape):
    """An act that no gate may stop or delay."""

    id: str
    text: Said


class ReleaseShape(Shape):
    """For how many days a gate is let pass, unless somebody says otherwise, and at most."""

    usual: int = Field(ge=1, le=366)
    most: int = Field(ge=1, le=366)


class SideWordShape(Shape):
    """A word of what is written down about one side, and what it says."""

    id: str = Field(pattern=r"^[a-z][a-z_]*$", max_length=12)
    text: Said


class SidesShape(Shape):
    """How many sides are heard before anybody acts around somebody, and who may propose them."""

    least: int = Field(ge=2, le=20)
    own: int = Field(ge=1, le=20)
    own_by: list[str] = Field(min_length=1)
    proposed_by: list[SideWordShape] = Field(min_length=2)
    how: list[SideWordShape] = Field(min_length=1)

    @property
    def rules(self) -> SideRules:
        """As the engine reads it."""
        return SideRules(self.least, self.own, frozenset(self.own_by))

    def wrong(self) -> str:
        """What does not fit together; nothing when all does."""
        known = {one.id for one in self.proposed_by}
        if needed := {*self.own_by, *NEVER_OWN, THE_PERSON} - known:
            return f"sides: proposed_by says nothing of {', '.join(sorted(needed))}"
        if NEVER_OWN & set(self.own_by):
            return "sides: whoever told us is nobody's own choice"
        return "sides: own is more than least" if self.own > self.least else ""


class GatesShape(Shape):
    """``content/gates/*.yaml``. ``release_days`` and ``sides`` of the last file that has them
    count."""

    never_block: list[ActShape] = Field(default_factory=list)
    gates: list[GateShape] = Field(default_factory=list)
    blend: list[BlendShape] = Field(default_factory=list)
    release_days: ReleaseShape | None = None
    sides: SidesShape | None = None
    checked: date
    review_by: date


def load_gates(roots: Sequence[Path]) -> Shelf[Gate]:
    """Every gate by id; the acts of the never-block rule are on each gate."""
    shelf: Shelf[Gate] = Shelf()
    sources, _ = read_sources(roots)
    pages = _read_all(roots, "gates/*.yaml", GatesShape, shelf.problems)
    acts = tuple(act.id for page, _ in pages for act in page.never_block)
    for page, shown in pages:
        for row in page.gates:
            shelf.problems += sources.missing([row.source], shown)
            shelf.items[row.id] = _gate(row, sources, acts)
        for rule in page.blend:
            shelf.problems += sources.missing([rule.source], shown)
            gate = _gate(rule, sources, acts)
            shelf.items[rule.id] = replace(gate, needs=rule.built().word)
    return shelf


def load_release(roots: Sequence[Path]) -> Shelf[ReleaseShape]:
    """How long a gate is let pass, under ``release``; mistakes of the files are of load_gates."""
    shelf: Shelf[ReleaseShape] = Shelf()
    pages = _read_all(roots, "gates/*.yaml", GatesShape, [])
    for page, shown in pages:
        if page.release_days is None:
            continue
        if page.release_days.usual > page.release_days.most:
            shelf.problems.append(Problem(shown, 0, 0, "release_days: usual is more than most"))
            continue
        shelf.items["release"] = page.release_days
    if pages and not shelf.items:
        words = "no file of content/gates has release_days: {usual, most}"
        shelf.problems.append(Problem(pages[0][1], 0, 0, words))
    return shelf


def load_sides(roots: Sequence[Path]) -> Shelf[SidesShape]:
    """How many sides are heard alone, under ``sides``; mistakes of the files are of load_gates."""
    shelf: Shelf[SidesShape] = Shelf()
    pages = _read_all(roots, "gates/*.yaml", GatesShape, [])
    for page, shown in pages:
        if page.sides is None:
            continue
        if wrong := page.sides.wrong():
            shelf.problems.append(Problem(shown, 0, 0, wrong))
            continue
        shelf.items["sides"] = page.sides
    if pages and not shelf.items:
        words = "no file of content/gates has sides: {least, own, own_by, proposed_by, how}"
        shelf.problems.append(Problem(pages[0][1], 0, 0, words))
    return shelf


def load_blend(roots: Sequence[Path]) -> Shelf[BlendRule]:
    """Every rule between the protocols of one plan, by id; its gate has the same id."""
    unused: list[Problem] = []
    pages = _read_all(roots, "gates/*.yaml", GatesShape, unused)
    return Shelf({rule.id: rule.built() for page, _ in pages for rule in page.blend})


def _gate(row: GateShape, sources: Sources, acts: tuple[str, ...]) -> Gate:
    reason = said(f"gates/{row.id}/text", row.text, sources.text(row.source))
    release = said(f"gates/{row.id}/release", row.release)
    by = tuple(row.release_by)
    checks = tuple(
        Exclusion(
            f"{row.id}.{number}", check.if_.built(), check.effect, row.id, reason, release, by,
            (), check.suggest, check.if_unknown,
        )
        for number, check in enumerate(row.checks, 1)
    )  # fmt: skip
    never_holds = acts if row.yields else ()
    return Gate(
        row.id, row.hard, row.needs, reason, release, by, row.releasable, row.task_afterwards,
        never_holds, checks,
    )  # fmt: skip


# -- needs ---------------------------------------------------------------------------------------


class OfferShape(Shape):
    """A protocol a need leads to."""

    protocol: str
    line: Literal["first", "also", "beware"]
    when: ConditionShape | None = None
    why: Said
    source: str


class NoteShape(Shape):
    """A sentence with its source."""

    id: str
    text: Said
    source: str


class NeedShape(Shape):
    """``content/needs/<id>.yaml``."""

    name: Said
    what: Said
    core: bool = False
    offers: list[OfferShape]
    before: list[NoteShape] = Field(default_factory=list)
    beware: list[NoteShape] = Field(default_factory=list)
    checked: date
    review_by: date


class RefusedAimShape(Shape):
    """One aim that is refused by name."""

    id: str
    name: Said
    why: Said
    names: list[str]


class RefusedAimsShape(Shape):
    """``content/needs/refused/*.yaml``: the closed list of refused aims."""

    source: str
    aims: list[RefusedAimShape]
    checked: date
    review_by: date


def load_needs(roots: Sequence[Path]) -> Shelf[Need]:
    """Every need by id."""
    shelf: Shelf[Need] = Shelf()
    sources, _ = read_sources(roots)
    for path, shown in files(roots, "needs/*.yaml"):
        shape, wrong = read(path, NeedShape, shown=shown)
        shelf.problems += wrong
        if shape is None:
            continue
        notes = [*shape.before, *shape.beware]
        tags = [offer.source for offer in shape.offers] + [note.source for note in notes]
        shelf.problems += sources.missing(tags, shown)
        shelf.items[path.stem] = _need(path.stem, shape, sources)
    brought.add_offers(shelf, roots)
    return shelf


def _need(id: str, shape: NeedShape, sources: Sources) -> Need:
    def notes(kind: str, rows: Iterable[NoteShape]) -> tuple[Reason, ...]:
        return tuple(
            said(f"needs/{id}/{kind}/{row.id}", row.text, sources.text(row.source)) for row in rows
        )

    offers = tuple(
        Offer(
            row.protocol,
            row.line,
            row.when.built() if row.when else Always(),
            said(f"needs/{id}/offers/{number}", row.why, sources.text(row.source)),
        )
        for number, row in enumerate(shape.offers, 1)
    )
    return Need(
        id, shape.name["en"], shape.what["en"], offers, notes("beware", shape.beware),
        notes("before", shape.before), shape.core,
    )  # fmt: skip


# -- settings ------------------------------------------------------------------------------------


class SettingShape(Shape):
    """``content/settings/<id>.yaml``."""

    name: Said
    possible: list[NoteShape]
    required: list[NoteShape]
    shown: list[str] = Field(default_factory=list)
    checked: date
    review_by: date


def load_settings(roots: Sequence[Path]) -> Shelf[Setting]:
    """Every setting by id."""
    shelf: Shelf[Setting] = Shelf()
    sources, _ = read_sources(roots)
    for path, shown in files(roots, "settings/*.yaml"):
        shape, wrong = read(path, SettingShape, shown=shown)
        shelf.problems += wrong
        if shape is None:
            continue
        rows = [*shape.possible, *shape.required]
        shelf.problems += sources.missing([row.source for row in rows], shown)
        key = f"settings/{path.stem}"
        shelf.items[path.stem] = Setting(
            path.stem,
            shape.name["en"],
            tuple(
                said(f"{key}/possible/{row.id}", row.text, sources.text(row.source))
                for row in shape.possible
            ),
            tuple(
                said(f"{key}/required/{row.id}", row.text, sources.text(row.source))
                for row in shape.required
            ),
            tuple(shape.shown),
        )
    return shelf


# -- facts ---------------------------------------------------------------------------------------


class FactShape(Shape):
    """One key of the facts. ``words_from`` adds the ids of a shelf to the words."""

    path: str
    kind: Kind
    question: Said
    meaning: str = ""
    words: dict[str, str] = Field(default_factory=dict)
    words_from: Literal["needs", "protocols", "consents"] | None = None
    lowest: int | None = None
    highest: int | None = None
    fields: list[FactShape] = Field(default_factory=list)


class FactsShape(Shape):
    """``content/facts/*.yaml``: every key in the order in which one would ask."""

    aims_in: list[str] = Field(default_factory=list)
    keys: list[FactShape]
    checked: date
    review_by: date


def load_facts(roots: Sequence[Path]) -> Shelf[FactsSchema]:
    """The facts schema under ``facts``; ids of other shelves are added by ``facts_schema``."""
    shelf: Shelf[FactsSchema] = Shelf()
    sources, _ = read_sources(roots)
    refused: list[RefusedAimRule] = []
    for aims, shown in _read_all(roots, "needs/refused/*.yaml", RefusedAimsShape, shelf.problems):
        shelf.problems += sources.missing([aims.source], shown)
        refused += [
            RefusedAimRule(
                row.id, row.name["en"], row.why["en"], tuple(row.names), sources.text(aims.source)
            )
            for row in aims.aims
        ]
    keys: list[FactKey] = []
    aims_in: list[str] = []
    for page, _ in _read_all(roots, "facts/*.yaml", FactsShape, shelf.problems):
        keys += [_fact_key(row, "", roots) for row in page.keys]
        aims_in += page.aims_in
    if keys:
        shelf.items["facts"] = FactsSchema(tuple(keys), tuple(refused), tuple(aims_in))
    return shelf


_FROM = "words from:"


def _fact_key(row: FactShape, prefix: str, roots: Sequence[Path]) -> FactKey:
    words = [Word(id, meaning) for id, meaning in row.words.items()]
    if row.words_from == "consents":
        known = {word.id for word in words}
        words += [
            Word(path.name, "")
            for root in roots
            for path in sorted((root / "consents").glob("*"))
            if path.is_dir() and path.name not in known
        ]
    elif row.words_from is not None:
        words.append(Word(f"{_FROM}{row.words_from}", ""))
    path = f"{prefix}{row.path}"
    fields = tuple(_fact_key(field, f"{path}.", roots) for field in row.fields)
    return FactKey(
        path, row.kind, row.meaning, row.question["en"], tuple(words), row.lowest, row.highest,
        fields,
    )  # fmt: skip


def facts_schema(
    schema: FactsSchema, needs: Mapping[str, Need], protocols: Mapping[str, Protocol]
) -> FactsSchema:
    """The schema with the ids of needs and protocols among its words."""
    names: dict[str, tuple[Word, ...]] = {
        f"{_FROM}needs": tuple(Word(need.id, need.name) for need in needs.values()),
        f"{_FROM}protocols": tuple(dict.fromkeys(_protocol_words(protocols.values()))),
    }

    def full(key: FactKey) -> FactKey:
        words = tuple(more for word in key.words for more in names.get(word.id, (word,)))
        return replace(key, words=words, fields=tuple(full(one) for one in key.fields))

    return replace(schema, keys=tuple(full(key) for key in schema.keys))


def _protocol_words(protocols: Iterable[Protocol]) -> Iterable[Word]:
    for protocol in sorted(protocols, key=lambda one: one.ref):
        yield Word(protocol.id, protocol.name)
        for variant in protocol.variants:
            yield Word(f"{protocol.id}/{variant.id}", f"{protocol.name}: {variant.name}")


# -- rules ---------------------------------------------------------------------------------------


class LevelRuleShape(Shape):
    """Facts that give a letter."""

    id: str
    level: Literal["A", "B", "C", "D", "E", "F", "G"]
    if_: ConditionShape = Field(alias="if")
    why: Said
    source: str


class FirstRuleShape(Shape):
    """What comes before every protocol."""

    id: str
    first: Literal["crisis", "safeguarding"]
    if_: ConditionShape = Field(alias="if")
    why: Said
    source: str


class AlwaysShape(Shape):
    """What is offered whatever the need."""

    id: str
    protocol: str
    if_: ConditionShape = Field(alias="if")
    why: Said
    source: str


class RulesShape(Shape):
    """``content/chooser/rules.yaml``."""

    letters: list[str]
    numbers: dict[str, int]
    levels: list[LevelRuleShape]
    first: list[FirstRuleShape]
    always: list[AlwaysShape]
    never_blocked: list[str]
    texts: dict[Literal["ask_first", "tried", "asked_for", "other_setting"], Said]
    texts_source: str
    checked: date
    review_by: date


def load_rules(roots: Sequence[Path]) -> Shelf[ChooserRules]:
    """The rules under ``rules``; the last root that has the file wins as a whole."""
    shelf: Shelf[ChooserRules] = Shelf()
    sources, wrong = read_sources(roots)
    shelf.problems += wrong
    for shape, shown in _read_all(roots, "chooser/rules.yaml", RulesShape, shelf.problems):
        rows: list[LevelRuleShape | FirstRuleShape | AlwaysShape] = [
            *shape.levels,
            *shape.first,
            *shape.always,
        ]
        tags = [row.source for row in rows] + [shape.texts_source]
        shelf.problems += sources.missing(tags, shown)
        shelf.items["rules"] = _rules(shape, sources)
    return shelf


def _rules(shape: RulesShape, sources: Sources) -> ChooserRules:
    def reason(kind: str, row: LevelRuleShape | FirstRuleShape | AlwaysShape) -> Reason:
        return said(f"chooser/{kind}/{row.id}", row.why, sources.text(row.source))

    texts = {
        name: said(f"chooser/{name}", text, sources.text(shape.texts_source))
        for name, text in shape.texts.items()
    }
    return ChooserRules(
        letters=tuple(shape.letters),
        numbers=MappingProxyType(dict(shape.numbers)),
        levels=tuple(
            LevelRule(row.id, row.level, row.if_.built(), reason("levels", row))
            for row in shape.levels
        ),
        first=tuple(
            FirstRule(row.first, row.if_.built(), reason("first", row)) for row in shape.first
        ),
        always=tuple(
            AlwaysOffer(row.protocol, row.if_.built(), reason("always", row))
            for row in shape.always
        ),
        never_blocked=tuple(shape.never_blocked),
        ask_first=texts["ask_first"],
        tried=texts["tried"],
        asked_for=texts["asked_for"],
        other_setting=texts["other_setting"],
        reviewed=(shape.checked, shape.review_by),
    )


# -- words in other languages --------------------------------------------------------------------


def load_words(roots: Sequence[Path]) -> Shelf[Mapping[str, str]]:
    """Every text of this module by language, then by the key its reason carries."""
    texts: Texts = {}
    unused: list[Problem] = []
    for gates, _ in _read_all(roots, "gates/*.yaml", GatesShape, unused):
        for act in gates.never_block:
            _put(texts, f"gates/never_block/{act.id}", act.text)
        for rule in gates.blend:
            _put(texts, f"gates/{rule.id}/name", rule.name)
        if gates.sides is not None:
            for kind in ("proposed_by", "how"):
                for word in getattr(gates.sides, kind):
                    _put(texts, f"sides/{kind}/{word.id}", word.text)
        for gate in (*gates.gates, *gates.blend):
            _put(texts, f"gates/{gate.id}/text", gate.text)
            _put(texts, f"gates/{gate.id}/release", gate.release)
            if gate.name:
                _put(texts, f"gates/{gate.id}/name", gate.name)
    for path, shown in files(roots, "needs/*.yaml"):
        need, _ = read(path, NeedShape, shown=shown)
        if need is not None:
            _put_need(texts, f"needs/{path.stem}", need)
    for key, why in brought.words(roots):
        _put(texts, key, why)
    for aims, _ in _read_all(roots, "needs/refused/*.yaml", RefusedAimsShape, unused):
        for aim in aims.aims:
            _put(texts, f"refused/{aim.id}/name", aim.name)
            _put(texts, f"refused/{aim.id}/why", aim.why)
    for path, shown in files(roots, "settings/*.yaml"):
        setting, _ = read(path, SettingShape, shown=shown)
        if setting is not None:
            _put(texts, f"settings/{path.stem}/name", setting.name)
            for kind, notes in (("possible", setting.possible), ("required", setting.required)):
                for note in notes:
                    _put(texts, f"settings/{path.stem}/{kind}/{note.id}", note.text)
    for page, _ in _read_all(roots, "facts/*.yaml", FactsShape, unused):
        for fact in page.keys:
            _put(texts, f"facts/{fact.path}/question", fact.question)
            for field in fact.fields:
                _put(texts, f"facts/{fact.path}.{field.path}/question", field.question)
    for rules, _ in _read_all(roots, "chooser/rules.yaml", RulesShape, unused):
        for level in rules.levels:
            _put(texts, f"chooser/levels/{level.id}", level.why)
        for first in rules.first:
            _put(texts, f"chooser/first/{first.id}", first.why)
        for always in rules.always:
            _put(texts, f"chooser/always/{always.id}", always.why)
        for name, text in rules.texts.items():
            _put(texts, f"chooser/{name}", text)
    return Shelf({language: MappingProxyType(held) for language, held in texts.items()})


def in_words(reason: Reason, words: Mapping[str, str]) -> str:
    """A reason in the language of ``words``; its English text where that is missing."""
    key, _, fact = reason.key.partition(":")
    if fact:
        question = words.get(f"facts/{fact}/question")
        return f"{words[key]} {question}" if key in words and question else reason.text
    return words.get(reason.key, reason.text)


def _put(texts: Texts, key: str, by_language: Mapping[str, str]) -> None:
    for language, text in by_language.items():
        texts.setdefault(language, {})[key] = text


def _put_need(texts: Texts, key: str, need: NeedShape) -> None:
    _put(texts, f"{key}/name", need.name)
    _put(texts, f"{key}/what", need.what)
    for number, offer in enumerate(need.offers, 1):
        _put(texts, f"{key}/offers/{number}", offer.why)
    for kind, notes in (("before", need.before), ("beware", need.beware)):
        for note in notes:
            _put(texts, f"{key}/{kind}/{note.id}", note.text)


# -- asking the chooser --------------------------------------------------------------------------


def schema_of(catalogue: Catalogue) -> FactsSchema:
    """The facts schema of a catalogue, with every id that may be used as a word."""
    schema: FactsSchema = catalogue.facts
    return facts_schema(schema, catalogue.needs, catalogue.protocols)


def facts_of(catalogue: Catalogue, raw: object) -> Facts:
    """Read facts strictly against a catalogue. Raises FactsRefused or RefusedAim."""
    return parse_facts(raw, schema_of(catalogue))


def choice_of(catalogue: Catalogue, raw: object) -> Choice:
    """Ask the chooser. Raises FactsRefused or RefusedAim, as ``facts_of``."""
    return choose(
        facts_of(catalogue, raw),
        catalogue.offered,
        catalogue.needs,
        catalogue.gates,
        catalogue.chooser_rules["rules"],
        catalogue.blend.values(),
    )


# -- checks across files -------------------------------------------------------------------------


def unfit(catalogue: Catalogue) -> dict[str, dict[str, list[Problem]]]:
    """Needs and gates whose conditions name facts, or words of facts, that do not exist."""
    if "facts" not in catalogue.shelves.get("facts", {}):
        return {}
    schema = schema_of(catalogue)
    found: dict[str, dict[str, list[Problem]]] = {"needs": {}, "gates": {}}
    for need in catalogue.needs.values():
        conditions = [(offer.protocol, offer.when) for offer in need.offers]
        wrong = unfit_words(conditions, schema, f"content/needs/{need.id}.yaml")
        if wrong:
            found["needs"][need.id] = wrong
    for gate in catalogue.gates.values():
        checks = [(check.id, check.when) for check in gate.checks]
        wrong = unfit_words(checks, schema, f"content/gates: {gate.id}")
        if wrong:
            found["gates"][gate.id] = wrong
    return found


def check(catalogue: Catalogue, roots: Sequence[Path], today: date | None) -> list[Problem]:
    """Offers of protocols that are not there, rules about unknown facts, stale review dates."""
    problems = _unknown_offers(catalogue) + _unknown_in_blend(catalogue)
    if "facts" in catalogue.shelves.get("facts", {}):
        problems += _unknown_words(catalogue)
    if today is not None:
        problems += _stale(roots, today)
    return problems


def _unknown_words(catalogue: Catalogue) -> list[Problem]:
    schema = schema_of(catalogue)
    problems: list[Problem] = []
    for need in catalogue.needs.values():
        offers = [(offer.protocol, offer.when) for offer in need.offers]
        problems += unfit_words(offers, schema, f"content/needs/{need.id}.yaml", ids=True)
    for rules in catalogue.chooser_rules.values():
        conditions: list[tuple[str, Condition]] = [
            *((level.id, level.when) for level in rules.levels),
            *((first.first, first.when) for first in rules.first),
            *((always.protocol, always.when) for always in rules.always),
        ]
        for ids in (False, True):
            problems += unfit_words(conditions, schema, "content/chooser/rules.yaml", ids=ids)
    return problems


def _unknown_offers(catalogue: Catalogue) -> list[Problem]:
    known = {word.id for word in _protocol_words(catalogue.protocols.values())}
    offered = [
        (f"content/needs/{need.id}.yaml", offer.protocol)
        for need in catalogue.needs.values()
        for offer in need.offers
    ]
    for rules in catalogue.chooser_rules.values():
        names = (*(always.protocol for always in rules.always), *rules.never_blocked)
        offered += [("content/chooser/rules.yaml", name) for name in names]
    return [
        Problem(file, 0, 0, f"there is no protocol {name}")
        for file, name in dict.fromkeys(offered)
        if name not in known
    ]


def _unknown_in_blend(catalogue: Catalogue) -> list[Problem]:
    """Rules between protocols that name a protocol, a variant or a step that is not there."""
    known = {word.id for word in _protocol_words(catalogue.protocols.values())}
    problems = []
    for rule in catalogue.blend.values():
        where = f"content/gates: {rule.id}"
        names = dict.fromkeys((*rule.waits, *rule.others))
        problems += [
            Problem(where, 0, 0, f"there is no protocol {name}")
            for name in names
            if name not in known
        ]
        ids = {name.partition("/")[0] for name in rule.waits}
        steps = {
            step.id
            for protocol in catalogue.protocols.values()
            if protocol.id in ids
            for phase in protocol.phases
            for step in phase.steps
        }
        problems += [
            Problem(where, 0, 0, f"none of {', '.join(rule.waits)} has a step {step}")
            for step in rule.steps
            if step not in steps
        ]
    return problems


def _stale(roots: Sequence[Path], today: date) -> list[Problem]:
    unused: list[Problem] = []
    pages: list[tuple[GatesShape | NeedShape | SettingShape | FactsShape | RulesShape, str]] = [
        *_read_all(roots, "gates/*.yaml", GatesShape, unused),
        *_read_all(roots, "needs/*.yaml", NeedShape, unused),
        *_read_all(roots, "settings/*.yaml", SettingShape, unused),
        *_read_all(roots, "facts/*.yaml", FactsShape, unused),
        *_read_all(roots, "chooser/rules.yaml", RulesShape, unused),
    ]
    return [stale(shown, page.review_by) for page, shown in pages if page.review_by < today]


def stale(file: str, review_by: date) -> Problem:
    """The finding for a file whose review is overdue."""
    return Problem(file, 0, 0, f"this was to be reviewed by {review_by.isoformat()}", "warning")


def _read_all(
    roots: Sequence[Path], pattern: str, shape: type[S], problems: list[Problem]
) -> list[tuple[S, str]]:
    found: list[tuple[S, str]] = []
    for path, shown in files(roots, pattern):
        page, wrong = read(path, shape, shown=shown)
        problems += wrong
        if page is not None:
            found.append((page, shown))
    return found


SHAPES = {
    "gates": GatesShape,
    "need": NeedShape,
    "refused_aims": RefusedAimsShape,
    "setting": SettingShape,
    "facts": FactsShape,
    "chooser_rules": RulesShape,
}
