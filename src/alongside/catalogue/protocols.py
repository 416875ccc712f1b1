"""Protocols, from content: one folder a version, the structure apart from its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from alongside.catalogue.chooser import load_gates, schema_of, stale
from alongside.catalogue.conditions import ConditionShape, Sources, read_sources, unfit_words
from alongside.catalogue.loading import Problem, Shape, Shelf, folders, read
from alongside.catalogue.protocol_signs import SignShape, unfit_fields, unfit_names
from alongside.engine.protocols.conditions import Condition
from alongside.engine.protocols.shapes import (
    AgendaItem,
    ArtefactNeed,
    Completion,
    Deliverer,
    Dose,
    Effect,
    Evidence,
    Exclusion,
    Family,
    GateUse,
    IfUnknown,
    Indication,
    MeasureRule,
    Phase,
    Protocol,
    Range,
    Step,
    StepKind,
    StopRule,
    Treats,
    Variant,
)
from alongside.engine.terms import Reason, Ref

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue

# -- protocol.yaml -------------------------------------------------------------------------------


class RangeShape(Shape):
    """Least, usual, greatest."""

    min: int | None = None
    typical: int | None = None
    max: int | None = None

    def built(self) -> Range:
        """The engine's range."""
        return Range(self.min, self.typical, self.max)


class DoseShape(Shape):
    """How much."""

    sessions: RangeShape = RangeShape()
    minutes: RangeShape = RangeShape()
    spacing_days: RangeShape = RangeShape()
    window_weeks: RangeShape = RangeShape()
    unverified: bool = False

    def built(self) -> Dose:
        """The engine's dose."""
        return Dose(
            self.sessions.built(), self.minutes.built(), self.spacing_days.built(),
            self.window_weeks.built(), self.unverified,
        )  # fmt: skip


class IndicationShape(Shape):
    """For whom; the text is in the wording."""

    id: str
    needs: list[str] = Field(default_factory=list)
    severity: str = ""
    age: RangeShape | None = None
    unverified: bool = False


class ExclusionShape(Shape):
    """What speaks against; text and release are in the wording, ``release`` says by whom."""

    id: str
    if_: ConditionShape = Field(alias="if")
    effect: Effect
    gate: str
    release: list[str] = Field(default_factory=list)
    variants: list[str] = Field(default_factory=list)
    suggest: bool = True
    if_unknown: IfUnknown = "withhold"
    source: str


class CautionShape(Shape):
    """What to mind; the text is in the wording."""

    id: str
    source: str


class DelivererShape(Shape):
    """Who may deliver."""

    role: str
    credentials: list[str] = Field(default_factory=list)
    model_training: bool = False
    supervision: str = ""
    variants: list[str] = Field(default_factory=list)


class VariantShape(Shape):
    """A variant; name and note are in the wording."""

    id: str
    dose: DoseShape | None = None
    without_phases: list[str] = Field(default_factory=list)


class GateUseShape(Shape):
    """A gate of content/gates, narrowed for this protocol."""

    gate: str
    of: list[str] = Field(default_factory=list)
    variants: list[str] = Field(default_factory=list)
    but_not: list[str] = Field(default_factory=list)
    unless: ConditionShape | None = None
    chooser: Literal["as_gate", "warn", "skip"] = "as_gate"
    shown_by: list[SignShape] = Field(default_factory=list)

    def built(self) -> GateUse:
        """The engine's use of a gate."""
        unless = self.unless.built() if self.unless else None
        return GateUse(
            self.gate, tuple(self.of), tuple(self.variants), tuple(self.but_not), unless,
            self.chooser, tuple(sign.built() for sign in self.shown_by),
        )  # fmt: skip


class AgendaShape(Shape):
    """One line of the session's skeleton."""

    id: str
    kind: StepKind = "session"
    required: bool = True


class StepShape(Shape):
    """One task of a phase; its name is in the wording."""

    id: str
    kind: StepKind
    required: bool = True
    after: list[str] = Field(default_factory=list)
    gates: list[GateUseShape] = Field(default_factory=list)
    sessions: RangeShape | None = None
    artefact: str | None = None
    within_days: int | None = Field(default=None, ge=0, le=730)
    variants: list[str] = Field(default_factory=list)
    only_if: list[SignShape] = Field(default_factory=list)
    since: str = ""
    not_before_days: int | None = Field(default=None, ge=0, le=730)


class ArtefactNeedShape(Shape):
    """So many of one form."""

    form: str
    at_least: int = 1
    or_reason: bool = False
    variants: list[str] = Field(default_factory=list)

    def built(self) -> ArtefactNeed:
        """The engine's need."""
        return ArtefactNeed(self.form, self.at_least, self.or_reason, tuple(self.variants))


class PhaseShape(Shape):
    """A phase; name, goals and exit are in the wording."""

    id: str
    sessions: RangeShape = RangeShape()
    steps: list[StepShape] = Field(default_factory=list)
    artefacts_required: list[ArtefactNeedShape] = Field(default_factory=list)
    variants: list[str] = Field(default_factory=list)
    before_start: bool = False
    sessions_by_variant: dict[str, RangeShape] = Field(default_factory=dict)


class MeasureShape(Shape):
    """Which instrument, when, of whom."""

    instrument: str
    when: list[
        Literal[
            "intake", "each", "every_n", "sessions", "every_days", "phase_end", "end", "followup"
        ]
    ] = Field(min_length=1)
    every: int | None = Field(default=None, ge=1, le=60)
    sessions: list[int] = Field(default_factory=list)
    days: int | None = Field(default=None, ge=1, le=366)
    followup_days: list[int] = Field(default_factory=list)
    followup_months: list[int] = Field(default_factory=list)
    of: Literal["person", "relatives", "each_member", "clinician", "site"] = "person"
    primary: bool = False
    variants: list[str] = Field(default_factory=list)


class StopRuleShape(Shape):
    """What stops a course; text and consequence are in the wording."""

    id: str
    source: str
    effect: Literal["review", "stop"] = "review"
    when: list[SignShape] = Field(default_factory=list)
    variants: list[str] = Field(default_factory=list)


class CompletionShape(Shape):
    """When a course is completed."""

    share_attended: int | None = None
    sessions_attended: int | None = None
    all_of: list[str]
    shown_by: dict[str, list[SignShape]] = Field(default_factory=dict)


class EvidenceShape(Shape):
    """One finding; text and limits are in the wording."""

    id: str
    source: str
    strength: Literal["guideline", "meta_analysis", "trial", "cohort", "uncontrolled", "practice"]
    unverified: bool = False
    needs: list[str] = Field(default_factory=list)
    variants: list[str] = Field(default_factory=list)


class ProtocolShape(Shape):
    """``content/protocols/<id>/<version>/protocol.yaml``."""

    family: Family
    treats: Treats
    runnable: bool
    by_variant: bool = False
    indications: list[IndicationShape]
    exclusions: list[ExclusionShape]
    cautions: list[CautionShape] = Field(default_factory=list)
    deliverers: list[DelivererShape]
    formats: list[Literal["in_person", "video", "phone"]]
    settings: list[str]
    dose: DoseShape
    variants: list[VariantShape] = Field(default_factory=list)
    skeleton: list[AgendaShape] = Field(default_factory=list)
    phases: list[PhaseShape] = Field(default_factory=list)
    artefacts: list[str] = Field(default_factory=list)
    measures: list[MeasureShape] = Field(default_factory=list)
    consents: list[str]
    gates_start: list[GateUseShape]
    gates_session: list[GateUseShape] = Field(default_factory=list)
    stop_rules: list[StopRuleShape] = Field(default_factory=list)
    completion: CompletionShape
    each_session: list[ArtefactNeedShape] = Field(default_factory=list)
    alerts: list[Literal["A", "B", "C", "D", "E"]] = Field(default_factory=list)
    evidence: list[EvidenceShape]
    sources: list[str]
    checked: date
    review_by: date


# -- wording.<language>.yaml ---------------------------------------------------------------------


class ReasonWords(Shape):
    """A reason and what releases it."""

    text: str
    release: str = ""


class VariantWords(Shape):
    """A variant's name and note."""

    name: str
    note: str = ""


class PhaseWords(Shape):
    """A phase's name, goals, and when it is done."""

    name: str
    goals: list[str] = Field(default_factory=list)
    exit: str = ""


class StopWords(Shape):
    """What stops, and what then."""

    text: str
    then: str


class EvidenceWords(Shape):
    """A finding and its limits."""

    text: str
    limits: str = ""


class WordingShape(Shape):
    """The words of a protocol in one language."""

    name: str
    what: str
    indications: dict[str, str] = Field(default_factory=dict)
    exclusions: dict[str, ReasonWords] = Field(default_factory=dict)
    cautions: dict[str, str] = Field(default_factory=dict)
    variants: dict[str, VariantWords] = Field(default_factory=dict)
    skeleton: dict[str, str] = Field(default_factory=dict)
    phases: dict[str, PhaseWords] = Field(default_factory=dict)
    steps: dict[str, str] = Field(default_factory=dict)
    stop_rules: dict[str, StopWords] = Field(default_factory=dict)
    evidence: dict[str, EvidenceWords] = Field(default_factory=dict)
    completion: str = ""
    completion_parts: dict[str, str] = Field(default_factory=dict)


_PARTS = (
    "indications", "exclusions", "cautions", "variants", "skeleton", "phases", "steps",
    "stop_rules", "evidence", "completion_parts",
)  # fmt: skip


def _ids(shape: ProtocolShape, part: str) -> list[str]:
    if part == "steps":
        return [step.id for phase in shape.phases for step in phase.steps]
    if part == "completion_parts":
        steps = _ids(shape, "steps")
        return [p for p in shape.completion.all_of if shape.runnable and p not in steps]
    return [row.id for row in getattr(shape, part)]


# -- loading -------------------------------------------------------------------------------------


def load(roots: Sequence[Path]) -> Shelf[Protocol]:
    """Every protocol by ``id@version``, with its English words."""
    shelf: Shelf[Protocol] = Shelf()
    sources, _ = read_sources(roots)
    gates = load_gates(roots).items
    for id, version, folder in folders(roots, "protocols"):
        file = _shown(folder, "protocol.yaml")
        shape, wrong = read(folder / "protocol.yaml", ProtocolShape, shown=file)
        wording_file = _shown(folder, "wording.en.yaml")
        words, more = read(folder / "wording.en.yaml", WordingShape, shown=wording_file)
        wrong += more
        if shape is not None:
            wrong += _inside(shape, gates, sources, file)
            if words is not None:
                wrong += _words_fit(shape, words, wording_file, complete=True)
        shelf.problems += wrong
        if shape is not None and words is not None and not wrong:
            ref = Ref(id, version)
            shelf.items[str(ref)] = _protocol(ref, shape, words, sources)
    return shelf


def load_words(roots: Sequence[Path]) -> Shelf[Mapping[str, str]]:
    """Every text of the protocols by language, then by the key ``protocols/craft@1/name``."""
    texts: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for id, version, folder in folders(roots, "protocols"):
        shape, _ = read(folder / "protocol.yaml", ProtocolShape)
        for path in sorted(folder.glob("wording.*.yaml")):
            language = path.name.split(".")[1]
            file = _shown(folder, path.name)
            words, wrong = read(path, WordingShape, shown=file)
            if language != "en":
                problems += wrong
                if shape is not None and words is not None:
                    problems += _words_fit(shape, words, file, complete=False)
            if words is not None:
                held = texts.setdefault(language, {})
                held.update(_flat(f"protocols/{Ref(id, version)}", words))
    return Shelf({language: MappingProxyType(held) for language, held in texts.items()}, problems)


def _shown(folder: Path, name: str) -> str:
    return "/".join((*folder.parts[-4:], name))


def _flat(key: str, words: WordingShape) -> dict[str, str]:
    flat = {f"{key}/name": words.name, f"{key}/what": words.what}
    if words.completion:
        flat[f"{key}/completion"] = words.completion
    for part in ("indications", "cautions", "skeleton", "steps", "completion_parts"):
        flat |= {f"{key}/{part}/{id}": text for id, text in getattr(words, part).items()}
    for id, reason in words.exclusions.items():
        flat[f"{key}/exclusions/{id}/text"] = reason.text
        flat[f"{key}/exclusions/{id}/release"] = reason.release
    for id, variant in words.variants.items():
        flat[f"{key}/variants/{id}/name"] = variant.name
        flat[f"{key}/variants/{id}/note"] = variant.note
    for id, phase in words.phases.items():
        flat[f"{key}/phases/{id}/name"] = phase.name
        flat[f"{key}/phases/{id}/exit"] = phase.exit
        flat |= {f"{key}/phases/{id}/goals/{n}": goal for n, goal in enumerate(phase.goals, 1)}
    for id, stop in words.stop_rules.items():
        flat[f"{key}/stop_rules/{id}/text"] = stop.text
        flat[f"{key}/stop_rules/{id}/then"] = stop.then
    for id, finding in words.evidence.items():
        flat[f"{key}/evidence/{id}"] = f"{finding.text} {finding.limits}".strip()
        flat[f"{key}/evidence/{id}/text"] = finding.text
        flat[f"{key}/evidence/{id}/limits"] = finding.limits
    return {key: text for key, text in flat.items() if text}


def _words_fit(
    shape: ProtocolShape, words: WordingShape, file: str, *, complete: bool
) -> list[Problem]:
    problems: list[Problem] = []
    for part in _PARTS:
        ids, given = _ids(shape, part), getattr(words, part)
        problems += [
            Problem(file, 0, 0, f"{part}.{id}: the protocol has no such id")
            for id in given
            if id not in ids
        ]
        if complete:
            problems += [
                Problem(file, 0, 0, f"{part}.{id}: these words are missing")
                for id in ids
                if id not in given
            ]
    for id in _ids(shape, "exclusions") if complete else ():
        if id in words.exclusions and not words.exclusions[id].release:
            problems.append(Problem(file, 0, 0, f"exclusions.{id}: release is missing"))
    return problems


def _inside(
    shape: ProtocolShape, gates: Mapping[str, object], sources: Sources, file: str
) -> list[Problem]:
    """What does not fit inside one file: ids twice, variants, gates, forms, steps, sources."""
    wrong: list[str] = []
    for part in _PARTS:
        ids = _ids(shape, part)
        wrong += [f"{part}: {id} stands twice" for id in sorted(set(ids)) if ids.count(id) > 1]
    variants, phases = {row.id for row in shape.variants}, {row.id for row in shape.phases}
    steps = [step for phase in shape.phases for step in phase.steps]
    step_ids = {step.id for step in steps}
    narrowed: list[list[str]] = [
        *(row.variants for row in shape.exclusions),
        *(row.variants for row in shape.deliverers),
        *(row.variants for row in (*shape.gates_start, *shape.gates_session)),
        *(row.but_not for row in (*shape.gates_start, *shape.gates_session)),
        *(row.variants for row in shape.measures),
        *(row.variants for row in shape.evidence),
        *(row.variants for row in shape.phases),
        *(list(row.sessions_by_variant) for row in shape.phases),
        *(row.variants for row in shape.stop_rules),
        *(row.variants for row in shape.each_session),
        *(need.variants for phase in shape.phases for need in phase.artefacts_required),
        *(step.variants for step in steps),
    ]
    named = {one for row in narrowed for one in row}
    wrong += [f"there is no variant {one}" for one in sorted(named - variants)]
    left_out = {one for row in shape.variants for one in row.without_phases}
    wrong += [f"there is no phase {one}" for one in sorted(left_out - phases)]
    uses = [*shape.gates_start, *shape.gates_session, *(u for step in steps for u in step.gates)]
    wrong += [f"there is no gate {one}" for one in sorted({u.gate for u in uses} - set(gates))]
    after = {one for step in steps for one in step.after}
    wrong += [f"there is no step {one}" for one in sorted(after - step_ids)]
    forms = {need.form for phase in shape.phases for need in phase.artefacts_required}
    forms |= {step.artefact for step in steps if step.artefact}
    forms |= {need.form for need in shape.each_session}
    missing = sorted(forms - set(shape.artefacts))
    wrong += [f"the form {one} is not among the artefacts" for one in missing]
    wrong += _sign_mistakes(shape, step_ids)
    wrong += [mistake for row in shape.measures for mistake in _schedule_mistakes(row, shape)]
    if shape.runnable and not (shape.phases and steps):
        wrong.append("a runnable protocol needs phases and steps")
    if not shape.evidence:
        wrong.append("evidence: this is missing")
    problems = [Problem(file, 0, 0, message) for message in wrong]
    tags = [
        *shape.sources, *(row.source for row in shape.exclusions),
        *(row.source for row in shape.cautions), *(row.source for row in shape.stop_rules),
        *(row.source for row in shape.evidence),
    ]  # fmt: skip
    return problems + sources.missing(tags, file)


def _sign_mistakes(shape: ProtocolShape, steps: set[str]) -> list[str]:
    """Signs that name what is not there, parts of completion nothing shows, days from nowhere."""
    rows = [step for phase in shape.phases for step in phase.steps]
    uses = [*shape.gates_start, *shape.gates_session, *(u for step in rows for u in step.gates)]
    signs = [
        *(sign for use in uses for sign in use.shown_by),
        *(sign for step in rows for sign in step.only_if),
        *(sign for rule in shape.stop_rules for sign in rule.when),
        *(sign for signs in shape.completion.shown_by.values() for sign in signs),
    ]
    wrong = list(unfit_names(signs, steps, set(shape.artefacts)))
    asks = shape.completion
    if shape.runnable:
        wrong += [
            f"completion: {part} is no step, and shown_by does not say what shows it"
            for part in asks.all_of
            if part not in steps and part not in asks.shown_by
        ]
    wrong += [
        f"completion: {part} is not in all_of" for part in asks.shown_by if part not in asks.all_of
    ]
    for step in rows:
        if step.since and step.since not in steps:
            wrong.append(f"there is no step {step.since}")
        elif step.since and step.since not in step.after:
            wrong.append(f"step {step.id}: it counts from {step.since}, so it comes after it")
        elif step.since and step.within_days is None and step.not_before_days is None:
            wrong.append(f"step {step.id}: since needs within_days or not_before_days")
    return list(dict.fromkeys(wrong))


def _schedule_mistakes(row: MeasureShape, shape: ProtocolShape) -> list[str]:
    """What a measure's schedule says twice, half or against itself."""
    name = f"measure {row.instrument}"
    wrong = [
        f"{name}: {word} stands twice" for word in sorted(set(row.when)) if row.when.count(word) > 1
    ]
    follow = [*row.followup_days, *row.followup_months]
    needs = (
        ("every_n", "every", row.every is not None),
        ("sessions", "sessions", bool(row.sessions)),
        ("every_days", "days", row.days is not None),
        ("followup", "followup_days or followup_months", bool(follow)),
    )
    for word, key, is_there in needs:
        if word in row.when and not is_there:
            wrong.append(f"{name}: {word} needs {key}")
        if is_there and word not in row.when:
            wrong.append(f"{name}: {key} means nothing without {word}")
    if "each" in row.when and {"every_n", "sessions"} & set(row.when):
        wrong.append(f"{name}: each leaves nothing to every_n or sessions")
    if "phase_end" in row.when and not shape.phases:
        wrong.append(f"{name}: phase_end needs phases")
    lists = (
        ("sessions", row.sessions, 120),
        ("followup_days", row.followup_days, 1830),
        ("followup_months", row.followup_months, 60),
    )
    for key, numbers, most in lists:
        if numbers != sorted(set(numbers)):
            wrong.append(f"{name}: {key} must go up, each number once")
        wrong += [
            f"{name}: {key}: {number} is not 1 to {most}"
            for number in numbers
            if not 1 <= number <= most
        ]
    return wrong


def _protocol(ref: Ref, shape: ProtocolShape, words: WordingShape, sources: Sources) -> Protocol:
    key = f"protocols/{ref}"
    return Protocol(
        ref=ref,
        name=words.name,
        what=words.what,
        family=shape.family,
        treats=shape.treats,
        runnable=shape.runnable,
        by_variant=shape.by_variant,
        indications=tuple(
            Indication(
                row.id, words.indications[row.id], tuple(row.needs), row.severity,
                row.age.built() if row.age else None, row.unverified,
            )
            for row in shape.indications
        ),
        exclusions=tuple(_exclusion(row, key, words, sources) for row in shape.exclusions),
        cautions=tuple(
            Reason(f"{key}/cautions/{row.id}", words.cautions[row.id], sources.text(row.source))
            for row in shape.cautions
        ),
        deliverers=tuple(
            Deliverer(
                row.role, tuple(row.credentials), row.model_training, row.supervision,
                tuple(row.variants),
            )
            for row in shape.deliverers
        ),
        formats=tuple(shape.formats),
        settings=tuple(shape.settings),
        dose=shape.dose.built(),
        variants=tuple(
            Variant(
                row.id, words.variants[row.id].name, row.dose.built() if row.dose else None,
                words.variants[row.id].note, tuple(row.without_phases),
            )
            for row in shape.variants
        ),
        skeleton=tuple(
            AgendaItem(row.id, words.skeleton[row.id], row.kind, row.required)
            for row in shape.skeleton
        ),
        phases=tuple(_phase(row, words) for row in shape.phases),
        artefacts=tuple(shape.artefacts),
        measures=tuple(
            MeasureRule(
                row.instrument, tuple(row.when), row.every, tuple(row.sessions),
                tuple(row.followup_days), row.of, row.primary, tuple(row.variants), row.days,
                tuple(row.followup_months),
            )
            for row in shape.measures
        ),
        consents=tuple(shape.consents),
        gates_start=tuple(row.built() for row in shape.gates_start),
        gates_session=tuple(row.built() for row in shape.gates_session),
        stop_rules=tuple(
            StopRule(
                row.id, words.stop_rules[row.id].text, words.stop_rules[row.id].then,
                sources.text(row.source), row.effect, tuple(sign.built() for sign in row.when),
                tuple(row.variants),
            )
            for row in shape.stop_rules
        ),
        completion=Completion(
            shape.completion.share_attended, shape.completion.sessions_attended,
            tuple(shape.completion.all_of), words.completion,
            {
                part: tuple(sign.built() for sign in signs)
                for part, signs in shape.completion.shown_by.items()
            },
            dict(words.completion_parts),
        ),
        evidence=tuple(
            Evidence(
                sources.text(row.source), row.strength, words.evidence[row.id].text,
                words.evidence[row.id].limits, row.unverified, f"{key}/evidence/{row.id}",
                tuple(row.needs), tuple(row.variants),
            )
            for row in shape.evidence
        ),
        sources=tuple(sources.text(tag) for tag in shape.sources),
        checked=shape.checked,
        review_by=shape.review_by,
        each_session=tuple(need.built() for need in shape.each_session),
        alerts=tuple(shape.alerts),
    )  # fmt: skip


def _exclusion(row: ExclusionShape, key: str, words: WordingShape, sources: Sources) -> Exclusion:
    text = words.exclusions[row.id]
    return Exclusion(
        row.id,
        row.if_.built(),
        row.effect,
        row.gate,
        Reason(f"{key}/exclusions/{row.id}/text", text.text, sources.text(row.source)),
        Reason(f"{key}/exclusions/{row.id}/release", text.release),
        tuple(row.release),
        tuple(row.variants),
        row.suggest,
        row.if_unknown,
    )


def _phase(row: PhaseShape, words: WordingShape) -> Phase:
    text = words.phases[row.id]
    return Phase(
        row.id,
        text.name,
        row.sessions.built(),
        tuple(text.goals),
        tuple(
            Step(
                step.id, words.steps[step.id], step.kind, step.required, tuple(step.after),
                tuple(use.built() for use in step.gates),
                step.sessions.built() if step.sessions else None, step.artefact,
                step.within_days, tuple(step.variants),
                tuple(sign.built() for sign in step.only_if), step.since, step.not_before_days,
            )
            for step in row.steps
        ),
        tuple(need.built() for need in row.artefacts_required),
        text.exit,
        tuple(row.variants),
        row.before_start,
        {variant: numbers.built() for variant, numbers in row.sessions_by_variant.items()},
    )  # fmt: skip


# -- checks across files -------------------------------------------------------------------------


def unfit(catalogue: Catalogue) -> dict[str, dict[str, list[Problem]]]:
    """Protocols that name a setting, a consent, a fact or a word of a fact that is not there."""
    if "facts" not in catalogue.shelves.get("facts", {}):
        return {}
    schema = schema_of(catalogue)
    consents_key = schema.key("consents")
    consents = set(consents_key.word_ids) if consents_key else set()
    found: dict[str, list[Problem]] = {}
    for name, protocol in catalogue.protocols.items():
        file = f"content/protocols/{protocol.ref.id}/{protocol.ref.version}/protocol.yaml"
        wrong = _absent("setting", protocol.settings, catalogue.settings, file)
        wrong += _absent("consent", protocol.consents, consents, file)
        wrong += unfit_words(_conditions(protocol), schema, file)
        if "artefacts" in catalogue.shelves:
            forms = catalogue.artefacts_of(str(protocol.ref))
            mistakes = dict.fromkeys(unfit_fields(protocol.signs(), forms))
            wrong += [Problem(file, 0, 0, mistake) for mistake in mistakes]
        if wrong:
            found[name] = wrong
    return {"protocols": found}


def _absent(kind: str, named: Iterable[str], known: Iterable[str], file: str) -> list[Problem]:
    there = set(known)
    return [Problem(file, 0, 0, f"there is no {kind} {one}") for one in sorted(set(named) - there)]


def _conditions(protocol: Protocol) -> list[tuple[str, Condition]]:
    conditions = [(row.id, row.when) for row in protocol.exclusions]
    for use in (*protocol.gates_start, *protocol.gates_session):
        if use.unless is not None:
            conditions.append((use.gate, use.unless))
    return conditions


def _absence(catalogue: Catalogue, measure: str) -> str:
    pack = catalogue.pack_with(measure)
    return f"in the pack {pack.id}, which is off" if pack else "named, not yet here"


NOT_OFFERED = "no need offers this, so nobody is shown it: name it in content/needs/"


def check(catalogue: Catalogue, roots: Sequence[Path], today: date | None) -> list[Problem]:
    """Measures and forms named but not here yet (info), words not translated, stale reviews.

    A protocol that no need offers is a warning: the chooser would never come to it.
    """
    problems: list[Problem] = []
    offered = {
        offer.protocol.partition("/")[0]
        for need in catalogue.needs.values()
        for offer in need.offers
    }
    here = {name.partition("@")[0] for name in catalogue.instruments}
    schema = schema_of(catalogue) if "facts" in catalogue.shelves.get("facts", {}) else None
    for protocol in catalogue.protocols.values():
        folder = f"content/protocols/{protocol.ref.id}/{protocol.ref.version}"
        file = f"{folder}/protocol.yaml"
        needs = {need for row in protocol.indications for need in row.needs}
        needs |= {need for finding in protocol.evidence for need in finding.needs}
        problems += _absent("need", needs, catalogue.needs, file)
        if catalogue.needs and protocol.ref.id not in offered:
            problems.append(Problem(file, 0, 0, NOT_OFFERED, "warning"))
        if schema is not None:
            problems += unfit_words(_conditions(protocol), schema, file, ids=True)
        names = dict.fromkeys(measure.instrument for measure in protocol.measures)
        problems += [
            Problem(file, 0, 0, f"measure {name}: {_absence(catalogue, name)}", "info")
            for name in names
            if name not in here
        ]
        if today is not None and protocol.review_by < today:
            problems.append(stale(file, protocol.review_by))
    for id, version, path in folders(roots, "protocols"):
        ref = str(Ref(id, version))
        if ref in catalogue.protocols:
            problems += [
                Problem(
                    _shown(path, "protocol.yaml"), 0, 0,
                    f"form {form}: named, not yet here", "info",
                )
                for form in catalogue.protocols[ref].artefacts
                if form not in catalogue.artefacts_of(ref)
            ]  # fmt: skip
    return problems


SHAPES = {"protocol": ProtocolShape, "protocol_wording": WordingShape}
