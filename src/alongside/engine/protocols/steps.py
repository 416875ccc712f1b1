"""Where a course stands: its phase, the next steps, the locked ones and why. All computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from alongside.engine.errors import EngineError
from alongside.engine.protocols.gates import GateState, gate_states
from alongside.engine.protocols.shapes import (
    AgendaItem,
    ArtefactNeed,
    Gate,
    GateUse,
    Phase,
    Protocol,
    Step,
    StopRule,
)
from alongside.engine.protocols.signs import NOTHING, Seen, any_holds

RecordState = Literal["done", "part", "left_out"]
Status = Literal["done", "open", "locked", "later"]
Timing = Literal["on_time", "late"]


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What was recorded of a step. ``left_out`` needs a reason and counts as dealt with."""

    step: str
    state: RecordState = "done"
    on: date | None = None
    session: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StepState:
    """A step of the protocol, for one course, at one moment.

    ``done`` is recorded; ``open`` may be done now; ``locked`` waits for ``after`` (steps) or
    ``waiting_for`` (gates); ``later`` belongs to a phase that has not begun, or to the day
    ``opens_on``. ``due_on`` is known only where the protocol gives a number of days.
    """

    step: str
    phase: str
    status: Status
    timing: Timing = "on_time"
    after: tuple[str, ...] = ()
    waiting_for: tuple[GateState, ...] = ()
    due_on: date | None = None
    opens_on: date | None = None

    @property
    def is_open(self) -> bool:
        """True when the step may be done now."""
        return self.status == "open"


@dataclass(frozen=True, slots=True)
class PhaseState:
    """One phase: whether it is done, and what is missing for that."""

    phase: str
    is_done: bool
    timing: Timing
    steps_missing: tuple[str, ...]
    artefacts_missing: tuple[ArtefactNeed, ...]


@dataclass(frozen=True, slots=True)
class CompletionState:
    """What completion asks for: which parts are met, and whether enough sessions were held."""

    met: tuple[str, ...]
    missing: tuple[str, ...]
    sessions_wanted: int | None
    enough_sessions: bool

    @property
    def is_complete(self) -> bool:
        """True when a course may be called completed."""
        return not self.missing and self.enough_sessions


@dataclass(frozen=True, slots=True)
class CourseState:
    """Where a course stands. ``phase`` is None when every phase is done.

    ``stops`` are the stop rules it shows now. ``forms_behind`` says of each form that belongs to
    every session how many sessions have none.
    """

    phase: str | None
    phases: tuple[PhaseState, ...]
    steps: tuple[StepState, ...]
    sessions_held: int
    sessions_planned: int | None
    stops: tuple[StopRule, ...] = ()
    forms_behind: tuple[tuple[str, int], ...] = ()
    completion: CompletionState = CompletionState((), (), None, True)

    @property
    def is_stopped(self) -> bool:
        """True when a rule that stops the course is met."""
        return any(rule.effect == "stop" for rule in self.stops)

    @property
    def next_steps(self) -> tuple[StepState, ...]:
        """What may be done now, late things first, otherwise in the protocol's order."""
        open_ = [step for step in self.steps if step.is_open]
        return tuple(sorted(open_, key=lambda step: step.timing != "late"))

    @property
    def locked(self) -> tuple[StepState, ...]:
        """What waits, with what it waits for."""
        return tuple(step for step in self.steps if step.status == "locked")

    @property
    def is_done(self) -> bool:
        """True when every phase is done."""
        return self.phase is None

    @property
    def is_late(self) -> bool:
        """True when a phase that should be done by now is not."""
        return any(phase.timing == "late" for phase in self.phases)


class UnknownStep(EngineError):
    """A record names a step the protocol does not have."""

    def __init__(self, protocol: str, step: str) -> None:
        super().__init__(f"{protocol} has no step {step!r}")
        self.protocol, self.step = protocol, step


def course_state(
    protocol: Protocol,
    *,
    records: Iterable[StepRecord],
    gates: Mapping[str, Gate],
    have: Set[str] = frozenset(),
    released: Set[str] = frozenset(),
    variant: str = "",
    artefacts: Mapping[str, int] | None = None,
    sessions_held: int = 0,
    sessions_planned: int | None = None,
    started_on: date | None = None,
    on: date | None = None,
    also: Mapping[str, tuple[GateUse, ...]] | None = None,
    seen: Seen = NOTHING,
) -> CourseState:
    """Compute where a course stands from what was recorded.

    Args:
        protocol: the protocol at the version of the course.
        records: step records in the order they were made; the last one of a step counts.
        gates, have, released: as for ``gate_states``.
        variant: the variant of the course.
        artefacts: how many of each form exist.
        sessions_held: therapy sessions that were held.
        sessions_planned: as agreed; the usual number of the protocol when None.
        started_on, on: days between which due dates are judged; no due dates without them.
        also: further gates by step, such as those another course of the plan puts before it.
        seen: the sheets of the course and whom it treats; words, steps, sessions and the day are
            taken from the other arguments.

    Returns:
        The current phase (the first one not done), every step with its status, what is late,
        which stop rules are met, and what completion still asks for.

    Raises:
        UnknownStep: a record names a step the protocol does not have.
    """
    latest = _latest(protocol, records)
    counts = artefacts or {}
    held = sessions_held
    seen = replace(seen, words=have, steps=_done(latest), sessions_held=held, on=on)
    phases = _shown(protocol.phases_of(variant), variant, seen)
    planned = sessions_planned or protocol.dose_of(variant).sessions.typical
    phase_states = tuple(_phase_state(phase, latest, counts, sessions_held) for phase in phases)
    current = next((state.phase for state in phase_states if not state.is_done), None)
    moment = _Moment(latest, gates, have, released, variant, sessions_held, started_on, on, seen)
    preparing = sessions_held == 0 and any(p.before_start and p.id == current for p in phases)
    steps = tuple(
        _step_state(
            _gated(step, also),
            phase,
            state,
            moment,
            begun=phase.before_start
            or (not preparing and _has_begun(phase, current, sessions_held)),
        )
        for phase, state in zip(phases, phase_states, strict=True)
        for step in phase.steps
    )
    return CourseState(
        current, phase_states, steps, sessions_held, planned,
        stops_met(protocol, seen, variant=variant),
        _forms_behind(protocol, variant, counts, sessions_held),
        _completion(protocol, seen, planned),
    )  # fmt: skip


def stops_met(protocol: Protocol, seen: Seen, *, variant: str = "") -> tuple[StopRule, ...]:
    """The stop rules of a protocol that a course shows now, in the protocol's order."""
    return tuple(
        rule
        for rule in protocol.stop_rules
        if (not rule.variants or variant in rule.variants) and any_holds(rule.when, seen)
    )


def steps_done(protocol: Protocol, records: Iterable[StepRecord]) -> frozenset[str]:
    """The steps that were done, or left out with a reason: what a sign asks for."""
    return _done(_latest(protocol, records))


def step_state(
    step: Step,
    gates: Mapping[str, Gate],
    have: Set[str],
    *,
    done: Set[str] = frozenset(),
    released: Set[str] = frozenset(),
    variant: str = "",
    seen: Seen = NOTHING,
) -> StepState:
    """Say whether one step may be done now and, if not, which steps and gates it waits for."""
    after = tuple(other for other in step.after if other not in done)
    states = gate_states(step.gates, gates, have, variant=variant, released=released, seen=seen)
    waiting = tuple(state for state in states if not state.is_open)
    status: Status = "locked" if after or waiting else "open"
    return StepState(step.id, "", status, after=after, waiting_for=waiting)


def missing_agenda(protocol: Protocol, filled: Set[str]) -> tuple[AgendaItem, ...]:
    """The required lines of a session's skeleton that are blank; the note is then incomplete."""
    return tuple(item for item in protocol.skeleton if item.required and item.id not in filled)


def _latest(protocol: Protocol, records: Iterable[StepRecord]) -> dict[str, StepRecord]:
    known = {step.id for phase in protocol.phases for step in phase.steps}
    latest: dict[str, StepRecord] = {}
    for record in records:
        if record.step not in known:
            raise UnknownStep(str(protocol.ref), record.step)
        latest[record.step] = record
    return latest


def _is_dealt_with(step: str, latest: Mapping[str, StepRecord]) -> bool:
    record = latest.get(step)
    if record is None:
        return False
    return record.state == "done" or (record.state == "left_out" and bool(record.reason.strip()))


def _done(latest: Mapping[str, StepRecord]) -> frozenset[str]:
    return frozenset(id for id in latest if _is_dealt_with(id, latest))


def _shown(phases: Iterable[Phase], variant: str, seen: Seen) -> tuple[Phase, ...]:
    """The phases with the steps and forms that belong to this course: its variant, its branch."""

    def belongs(step: Step) -> bool:
        return (not step.variants or variant in step.variants) and (
            not step.only_if or any_holds(step.only_if, seen)
        )

    phases = tuple(phases)
    here = {step.id for phase in phases for step in phase.steps if belongs(step)}
    return tuple(
        replace(
            phase,
            steps=(
                steps := tuple(
                    replace(step, after=tuple(one for one in step.after if one in here))
                    for step in phase.steps
                    if step.id in here
                )
            ),
            artefacts=tuple(
                need
                for need in phase.artefacts
                if (not need.variants or variant in need.variants)
                and (
                    any(step.artefact == need.form for step in steps)
                    or all(step.artefact != need.form for step in phase.steps)
                )
            ),
        )
        for phase in phases
    )


def _forms_behind(
    protocol: Protocol, variant: str, counts: Mapping[str, int], sessions_held: int
) -> tuple[tuple[str, int], ...]:
    return tuple(
        (need.form, behind)
        for need in protocol.each_session
        if (not need.variants or variant in need.variants)
        and (behind := sessions_held * need.at_least - counts.get(need.form, 0)) > 0
    )


def _completion(protocol: Protocol, seen: Seen, planned: int | None) -> CompletionState:
    wanted, asks = protocol.completion.sessions_attended, protocol.completion
    if wanted is None and asks.share_attended is not None and planned is not None:
        wanted = -(-planned * asks.share_attended // 100)
    met = tuple(
        part
        for part in asks.all_of
        if part in seen.steps or any_holds(asks.shown_by.get(part, ()), seen)
    )
    return CompletionState(
        met,
        tuple(part for part in asks.all_of if part not in met),
        wanted,
        wanted is None or seen.sessions_held >= wanted,
    )


def _gated(step: Step, also: Mapping[str, tuple[GateUse, ...]] | None) -> Step:
    more = (also or {}).get(step.id, ())
    return replace(step, gates=(*step.gates, *more)) if more else step


def _phase_state(
    phase: Phase,
    latest: Mapping[str, StepRecord],
    counts: Mapping[str, int],
    sessions_held: int,
) -> PhaseState:
    steps = tuple(
        step.id for step in phase.steps if step.required and not _is_dealt_with(step.id, latest)
    )
    forms = tuple(need for need in phase.artefacts if counts.get(need.form, 0) < need.at_least)
    is_done = not steps and not forms
    last = phase.sessions.max
    is_late = not is_done and last is not None and sessions_held >= last > 0
    return PhaseState(phase.id, is_done, "late" if is_late else "on_time", steps, forms)


def _has_begun(phase: Phase, current: str | None, sessions_held: int) -> bool:
    """Phases overlap: one has begun when it is current or when its first session is next."""
    first = phase.sessions.min
    return phase.id == current or (first is not None and sessions_held + 1 >= first)


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is known of a course at one moment."""

    latest: Mapping[str, StepRecord]
    gates: Mapping[str, Gate]
    have: Set[str]
    released: Set[str]
    variant: str
    sessions_held: int
    started_on: date | None
    on: date | None
    seen: Seen

    def days_after(self, step: Step, days: int | None) -> date | None:
        """So many days after the step it counts from, or after the start of the course."""
        record = self.latest.get(step.since) if step.since else None
        began = record.on if record is not None else None
        if not step.since:
            began = self.started_on
        return None if days is None or began is None else began + timedelta(days=days)


def _step_state(
    step: Step, phase: Phase, phase_state: PhaseState, now: _Moment, *, begun: bool
) -> StepState:
    due = now.days_after(step, step.within_days)
    if _is_dealt_with(step.id, now.latest):
        return StepState(step.id, phase.id, "done", due_on=due)
    past_due = due is not None and now.on is not None and now.on > due
    last = step.sessions.max if step.sessions else None
    past_session = last is not None and now.sessions_held >= last
    behind = step.required and (phase_state.timing == "late" or past_due or past_session)
    timing: Timing = "late" if behind else "on_time"
    done = set(_done(now.latest))
    held = step_state(
        step, now.gates, now.have, done=done, released=now.released, variant=now.variant,
        seen=now.seen,
    )  # fmt: skip
    opens = now.days_after(step, step.not_before_days)
    waits = opens is not None and now.on is not None and now.on < opens
    status: Status = "later" if held.status == "open" and (waits or not begun) else held.status
    return StepState(
        step.id, phase.id, status, timing, held.after, held.waiting_for, due,
        opens if waits else None,
    )  # fmt: skip
