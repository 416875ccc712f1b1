"""The shapes of a protocol, a need, a gate and the rules of the chooser. Frozen, from content."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from alongside.engine.protocols.conditions import Condition
from alongside.engine.protocols.signs import Seen, Sign, any_holds
from alongside.engine.terms import Reason, Ref

Effect = Literal["block", "block_until", "warn"]
IfUnknown = Literal["withhold", "ask"]
Hardness = Literal["yes", "clinician", "warn"]
Treats = Literal["person", "relatives", "circle", "group", "population"]
Family = Literal[
    "individual", "family", "group", "meeting", "medical", "institution", "community", "crisis"
]
StepKind = Literal[
    "information", "assessment", "consent", "decision", "session", "homework", "review",
    "meeting", "handover", "dose", "distribution", "wait_until", "escalate",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What speaks against a protocol.

    ``gate`` is the id an output names (``G4``, ``SC3``). ``suggest`` False: a warning that also
    takes the protocol out of the suggestions. ``if_unknown`` says what an unknown fact does to a
    block: ``withhold`` takes the protocol out of the suggestions until somebody has asked,
    ``ask`` leaves it with the caution that this must be asked first.
    """

    id: str
    when: Condition
    effect: Effect
    gate: str
    reason: Reason
    release: Reason
    release_by: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    suggest: bool = True
    if_unknown: IfUnknown = "withhold"


@dataclass(frozen=True, slots=True)
class Gate:
    """What must be true before a course or a session may start.

    ``needs`` is the word the asking room gives when it is so; ``checks`` is how the chooser sees
    the same gate before any record exists; ``never_holds`` are the acts it may not delay.
    """

    id: str
    hard: Hardness
    needs: str
    reason: Reason
    release: Reason
    release_by: tuple[str, ...] = ()
    releasable: bool = False
    task_afterwards: bool = False
    never_holds: tuple[str, ...] = ()
    checks: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, slots=True)
class GateUse:
    """One gate in one protocol. ``of`` narrows the word: ``consent:c_treatment``.

    ``shown_by``: one of these signs in the course opens it as well as its word does.
    ``unless`` and ``chooser`` speak to the chooser only; a course always has its gate.
    """

    gate: str
    of: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()
    unless: Condition | None = None
    chooser: Literal["as_gate", "warn", "skip"] = "as_gate"
    shown_by: tuple[Sign, ...] = ()

    def is_for(self, variant: str) -> bool:
        """True when the gate stands before this variant; "" is the protocol as a whole."""
        return variant not in self.but_not and (not self.variants or variant in self.variants)


@dataclass(frozen=True, slots=True)
class Range:
    """A least, a usual and a greatest number; None where none is given."""

    min: int | None = None
    typical: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Dose:
    """How much: sessions (count), minutes a session, days between two, weeks in all."""

    sessions: Range = Range()
    minutes: Range = Range()
    spacing_days: Range = Range()
    window_weeks: Range = Range()
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """A named form of a protocol, ``protocol/variant``, with its own dose where it differs."""

    id: str
    name: str
    dose: Dose | None = None
    note: str = ""
    without_phases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Who may deliver: a role, the credentials of which one must be held, how supervised."""

    role: str
    credentials: tuple[str, ...] = ()
    model_training: bool = False
    supervision: str = ""
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArtefactNeed:
    """So many of one form before a phase is done, or with each session that is held."""

    form: str
    at_least: int = 1
    or_reason: bool = False
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One line of the skeleton every session has; a blank required line is an incomplete note."""

    id: str
    name: str
    kind: StepKind
    required: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One task of a phase. ``after`` are steps that come first, ``gates`` words that must hold.

    ``only_if``: the step belongs to a course that shows one of these signs, and to no other.
    ``within_days`` counts from the start of the course, or from the day ``since`` was done;
    ``not_before_days`` likewise: the step waits until then.
    """

    id: str
    name: str
    kind: StepKind
    required: bool = True
    after: tuple[str, ...] = ()
    gates: tuple[GateUse, ...] = ()
    sessions: Range | None = None
    artefact: str | None = None
    within_days: int | None = None
    variants: tuple[str, ...] = ()
    only_if: tuple[Sign, ...] = ()
    since: str = ""
    not_before_days: int | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a protocol. ``sessions`` are the first and last session it usually takes.

    ``sessions_by_variant`` are those of variants that are shorter or longer.
    ``before_start``: its steps are done and its forms filled in before the course starts.
    """

    id: str
    name: str
    sessions: Range
    goals: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    artefacts: tuple[ArtefactNeed, ...] = ()
    exit: str = ""
    variants: tuple[str, ...] = ()
    before_start: bool = False
    sessions_by_variant: Mapping[str, Range] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """Which instrument is asked when, and of whom.

    ``every`` counts sessions, ``days`` days; follow-ups count from the end of the course.
    """

    instrument: str
    when: tuple[
        Literal[
            "intake", "each", "every_n", "sessions", "every_days", "phase_end", "end", "followup"
        ],
        ...,
    ]
    every: int | None = None
    sessions: tuple[int, ...] = ()
    followup_days: tuple[int, ...] = ()
    of: Literal["person", "relatives", "each_member", "clinician", "site"] = "person"
    primary: bool = False
    variants: tuple[str, ...] = ()
    days: int | None = None
    followup_months: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StopRule:
    """What stops or changes a course, and what a person does then.

    ``when``: the course shows it by one of these signs; without any, a person notices it.
    ``stop`` holds further sessions back; ``review`` asks somebody to look.
    """

    id: str
    text: str
    then: str
    source: str = ""
    effect: Literal["review", "stop"] = "review"
    when: tuple[Sign, ...] = ()
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """When a course counts as completed, and what else it may be.

    ``all_of`` are steps, or names whose signs stand in ``shown_by`` and whose words in ``texts``.
    """

    share_attended: int | None = None  # per cent of the planned sessions
    sessions_attended: int | None = None
    all_of: tuple[str, ...] = ()
    partial: str = ""
    shown_by: Mapping[str, tuple[Sign, ...]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding with its limits. ``unverified``: general knowledge, to be checked.

    ``needs`` and ``variants`` name what it speaks of; empty: the protocol as a whole.
    """

    source: str
    strength: str
    text: str
    limits: str
    unverified: bool = False
    key: str = ""
    needs: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Indication:
    """For whom a protocol is meant, as the field says it."""

    id: str
    text: str
    needs: tuple[str, ...] = ()
    severity: str = ""
    age: Range | None = None
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Protocol:
    """A described way of working at one exact version."""

    ref: Ref
    name: str
    what: str
    family: Family
    treats: Treats
    runnable: bool
    by_variant: bool
    indications: tuple[Indication, ...]
    exclusions: tuple[Exclusion, ...]
    cautions: tuple[Reason, ...]
    deliverers: tuple[Deliverer, ...]
    formats: tuple[str, ...]
    settings: tuple[str, ...]
    dose: Dose
    variants: tuple[Variant, ...]
    skeleton: tuple[AgendaItem, ...]
    phases: tuple[Phase, ...]
    artefacts: tuple[str, ...]
    measures: tuple[MeasureRule, ...]
    consents: tuple[str, ...]
    gates_start: tuple[GateUse, ...]
    gates_session: tuple[GateUse, ...]
    stop_rules: tuple[StopRule, ...]
    completion: Completion
    evidence: tuple[Evidence, ...]
    sources: tuple[str, ...]
    checked: date
    review_by: date
    each_session: tuple[ArtefactNeed, ...] = ()
    alerts: tuple[str, ...] = ()  # it runs by itself while an alert of one of these levels is open

    @property
    def id(self) -> str:
        """The id without the version."""
        return self.ref.id

    @property
    def step_ids(self) -> frozenset[str]:
        """The ids of all its steps, in every variant."""
        return frozenset(step.id for phase in self.phases for step in phase.steps)

    def signs(self, variant: str | None = None) -> tuple[Sign, ...]:
        """Every sign the protocol looks for; or those of one variant, "" being the whole."""
        phases = self.phases if variant is None else self.phases_of(variant)
        steps = [
            step
            for phase in phases
            for step in phase.steps
            if variant is None or not step.variants or variant in step.variants
        ]
        uses = [*self.gates_start, *self.gates_session, *(u for step in steps for u in step.gates)]
        return (
            *(
                sign
                for use in uses
                if variant is None or use.is_for(variant)
                for sign in use.shown_by
            ),
            *(sign for step in steps for sign in step.only_if),
            *(
                sign
                for rule in self.stop_rules
                if variant is None or not rule.variants or variant in rule.variants
                for sign in rule.when
            ),
            *(sign for signs in self.completion.shown_by.values() for sign in signs),
        )

    def before_start(self, variant: str = "") -> tuple[Phase, ...]:
        """The phases that lie before the start of a course."""
        return tuple(phase for phase in self.phases_of(variant) if phase.before_start)

    def forms_before_start(self, variant: str = "") -> frozenset[str]:
        """The forms that are filled in before a course starts: of those phases, and for gates."""
        phases = self.before_start(variant)
        uses = [use for use in self.gates_start if use.is_for(variant)]
        named = {
            *(step.artefact for phase in phases for step in phase.steps),
            *(need.form for phase in phases for need in phase.artefacts),
            *(sign.form for use in uses for sign in use.shown_by),
        }
        of_others = {*self.artefacts} - {*self.forms_of(variant)}
        return frozenset(form for form in named if form and form not in of_others)

    def forms_of(self, variant: str = "", seen: Seen | None = None) -> tuple[str, ...]:
        """The forms of a variant, in the protocol's order; "" is the protocol as a whole.

        With what a course shows, those of branches that it has not taken are left out.

        A form belongs to each variant with a step that makes it, a gate that it opens, a phase that
        asks for it without a step, or sessions that each have one. What no variant names in this
        way is free, and belongs to all.
        """
        own, here = self._forms_named(variant, seen), self._forms_named(variant)
        named = here.union(*(self._forms_named(one.id) for one in self.variants))
        return tuple(form for form in self.artefacts if form in own or form not in named)

    def has_forms_of_branches(self, variant: str = "") -> bool:
        """Is a form of this variant made only in a branch, which a course may not take?"""
        return self.forms_of(variant, Seen()) != self.forms_of(variant)

    def wants_form(self, variant: str, form: str) -> int:
        """How many of a form a course needs: what a phase or each session asks for, else one where
        a step that must be done makes it or a gate waits for it. Of one that is optional: none."""

        def is_here(variants: tuple[str, ...]) -> bool:
            return not variants or variant in variants

        phases = self.phases_of(variant)
        needs = [*(need for phase in phases for need in phase.artefacts), *self.each_session]
        steps = [
            step
            for phase in phases
            for step in phase.steps
            if step.required and is_here(step.variants)
        ]
        uses = [*self.gates_start, *self.gates_session, *(u for step in steps for u in step.gates)]
        is_asked = any(step.artefact == form for step in steps) or any(
            sign.form == form for use in uses if use.is_for(variant) for sign in use.shown_by
        )
        wanted = [need.at_least for need in needs if need.form == form and is_here(need.variants)]
        return max((*wanted, int(is_asked)))

    def _forms_named(self, variant: str, seen: Seen | None = None) -> frozenset[str]:
        def is_here(variants: tuple[str, ...]) -> bool:
            return not variants or variant in variants

        phases = self.phases_of(variant)
        steps = [
            step
            for phase in phases
            for step in phase.steps
            if is_here(step.variants)
            and (seen is None or not step.only_if or any_holds(step.only_if, seen))
        ]
        uses = [*self.gates_start, *self.gates_session, *(u for step in steps for u in step.gates)]
        made = {step.artefact for phase in self.phases for step in phase.steps}
        needs = [need for phase in phases for need in phase.artefacts if need.form not in made]
        return frozenset(
            (
                *(step.artefact for step in steps if step.artefact),
                *(sign.form for u in uses if u.is_for(variant) for sign in u.shown_by if sign.form),
                *(need.form for need in (*needs, *self.each_session) if is_here(need.variants)),
            )
        )

    def variant(self, id: str) -> Variant | None:
        """The variant with this id, or None."""
        return next((variant for variant in self.variants if variant.id == id), None)

    def dose_of(self, variant: str = "") -> Dose:
        """The dose of a variant, or the protocol's own where the variant gives none."""
        held = self.variant(variant)
        return held.dose if held is not None and held.dose is not None else self.dose

    def phases_of(self, variant: str = "") -> tuple[Phase, ...]:
        """The phases a variant goes through, in order."""
        held = self.variant(variant)
        left_out = held.without_phases if held else ()
        return tuple(
            replace(phase, sessions=phase.sessions_by_variant.get(variant, phase.sessions))
            for phase in self.phases
            if phase.id not in left_out and (not phase.variants or variant in phase.variants)
        )

    def deliverers_of(self, variant: str = "") -> tuple[Deliverer, ...]:
        """Who may deliver this variant."""
        return tuple(one for one in self.deliverers if not one.variants or variant in one.variants)

    def evidence_for(self, needs: Collection[str], variant: str = "") -> tuple[Evidence, ...]:
        """The findings that speak of one of these needs and of this variant."""
        return tuple(
            one
            for one in self.evidence
            if (not one.needs or not needs or any(need in needs for need in one.needs))
            and (not one.variants or variant in one.variants)
        )

    def measures_of(self, variant: str = "") -> tuple[MeasureRule, ...]:
        """What is measured in this variant."""
        return tuple(one for one in self.measures if not one.variants or variant in one.variants)


@dataclass(frozen=True, slots=True)
class Offer:
    """A protocol, or ``protocol/variant``, that a need leads to unless ``when`` is false."""

    protocol: str
    line: Literal["first", "also", "beware"]
    when: Condition
    why: Reason


@dataclass(frozen=True, slots=True)
class Need:
    """What somebody is worried about, in plain words; never a diagnosis."""

    id: str
    name: str
    what: str
    offers: tuple[Offer, ...]
    beware: tuple[Reason, ...] = ()
    before: tuple[Reason, ...] = ()  # what is done besides or instead of a protocol
    core: bool = True


@dataclass(frozen=True, slots=True)
class Setting:
    """Where help happens, and what that makes possible and required."""

    id: str
    name: str
    possible: tuple[Reason, ...]
    required: tuple[Reason, ...]
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LevelRule:
    """Facts that set how fast a person must respond. Levels never predict."""

    id: str
    level: str
    when: Condition
    reason: Reason


@dataclass(frozen=True, slots=True)
class FirstRule:
    """What comes before every protocol when its condition is true; the first that fits counts."""

    first: str
    when: Condition
    reason: Reason


@dataclass(frozen=True, slots=True)
class AlwaysOffer:
    """A protocol that is offered whatever the need, when its condition is true."""

    protocol: str
    when: Condition
    why: Reason


@dataclass(frozen=True, slots=True)
class ChooserRules:
    """The rules of the chooser. ``letters`` from the most urgent on."""

    letters: tuple[str, ...]
    numbers: Mapping[str, int]
    levels: tuple[LevelRule, ...]
    first: tuple[FirstRule, ...]
    always: tuple[AlwaysOffer, ...]
    never_blocked: tuple[str, ...]
    ask_first: Reason
    tried: Reason
    asked_for: Reason
    other_setting: Reason
    reviewed: tuple[date, date] = field(default=(date.min, date.min))  # checked, review by
