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
)

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
    ``waiting_for`` (gates); ``later`` belongs to a phase that has not begun. ``due_on`` is known
    only where the protocol gives a number of days.
    """

    step: str
    phase: str
    status: Status
    timing: Timing = "on_time"
    after: tuple[str, ...] = ()
    waiting_for: tuple[GateState, ...] = ()
    due_on: date | None = None

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
class CourseState:
    """Where a course stands. ``phase`` is None when every phase is done."""

    phase: str | None
    phases: tuple[PhaseState, ...]
    steps: tuple[StepState, ...]
    sessions_held: int
    sessions_planned: int | None

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

    Returns:
        The current phase (the first one not done), every step with its status, and what is late.

    Raises:
        UnknownStep: a record names a step the protocol does not have.
    """
    latest = _latest(protocol, records)
    counts = artefacts or {}
    phases = protocol.phases_of(variant)
    planned = sessions_planned or protocol.dose_of(variant).sessions.typical
    phase_states = tuple(
        _phase_state(phase, variant, latest, counts, sessions_held) for phase in phases
    )
    current = next((state.phase for state in phase_states if not state.is_done), None)
    moment = _Moment(
        latest, gates, have, released, variant, sessions_held, started_on=started_on, on=on
    )
    steps = tuple(
        _step_state(
            _gated(step, also),
            phase,
            state,
            moment,
            begun=_has_begun(phase, current, sessions_held),
        )
        for phase, state in zip(phases, phase_states, strict=True)
        for step in _steps(phase, variant)
    )
    return CourseState(current, phase_states, steps, sessions_held, planned)


def step_state(
    step: Step,
    gates: Mapping[str, Gate],
    have: Set[str],
    *,
    done: Set[str] = frozenset(),
    released: Set[str] = frozenset(),
    variant: str = "",
) -> StepState:
    """Say whether one step may be done now and, if not, which steps and gates it waits for."""
    after = tuple(other for other in step.after if other not in done)
    states = gate_states(step.gates, gates, have, variant=variant, released=released)
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


def _steps(phase: Phase, variant: str) -> tuple[Step, ...]:
    return tuple(step for step in phase.steps if not step.variants or variant in step.variants)


def _gated(step: Step, also: Mapping[str, tuple[GateUse, ...]] | None) -> Step:
    more = (also or {}).get(step.id, ())
    return replace(step, gates=(*step.gates, *more)) if more else step


def _phase_state(
    phase: Phase,
    variant: str,
    latest: Mapping[str, StepRecord],
    counts: Mapping[str, int],
    sessions_held: int,
) -> PhaseState:
    steps = tuple(
        step.id
        for step in _steps(phase, variant)
        if step.required and not _is_dealt_with(step.id, latest)
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


def _step_state(
    step: Step, phase: Phase, phase_state: PhaseState, now: _Moment, *, begun: bool
) -> StepState:
    due = None
    if step.within_days is not None and now.started_on is not None:
        due = now.started_on + timedelta(days=step.within_days)
    if _is_dealt_with(step.id, now.latest):
        return StepState(step.id, phase.id, "done", due_on=due)
    past_due = due is not None and now.on is not None and now.on > due
    last = step.sessions.max if step.sessions else None
    past_session = last is not None and now.sessions_held >= last
    behind = step.required and (phase_state.timing == "late" or past_due or past_session)
    timing: Timing = "late" if behind else "on_time"
    done = {id for id in now.latest if _is_dealt_with(id, now.latest)}
    held = step_state(
        step, now.gates, now.have, done=done, released=now.released, variant=now.variant
    )
    status: Status = "later" if held.status == "open" and not begun else held.status
    return StepState(step.id, phase.id, status, timing, held.after, held.waiting_for, due)
