"""Which gates of a course or a session are open, which are not yet, and what would open them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Literal

from alongside.engine.errors import EngineError
from alongside.engine.protocols.shapes import Gate, GateUse, Hardness
from alongside.engine.protocols.signs import NOTHING, Seen, any_holds
from alongside.engine.terms import Reason

Status = Literal["open", "waiting", "released", "advised", "afterwards"]


@dataclass(frozen=True, slots=True)
class GateState:
    """One gate at one moment.

    ``waiting``: closed, for ``reason``. ``advised``: a warning that stops nothing.
    ``released``: closed, but a named clinician let it pass. ``afterwards``: closed, but the act
    may not be delayed; a task says what is still to be done. ``missing`` are the words that
    are not given; ``forms`` those whose sheet would open it.
    """

    gate: str
    status: Status
    hard: Hardness
    reason: Reason
    release: Reason
    release_by: tuple[str, ...]
    releasable: bool
    missing: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """True unless the gate holds something back."""
        return self.status != "waiting"


class UnknownGate(EngineError):
    """A protocol names a gate that is not there."""

    def __init__(self, gate: str) -> None:
        super().__init__(f"there is no gate {gate!r}")
        self.gate = gate


def words_of_gate(use: GateUse, gates: Mapping[str, Gate]) -> tuple[str, ...]:
    """The words that open one gate: ``credential``, or ``consent:c_treatment`` for each ``of``."""
    if use.gate not in gates:
        raise UnknownGate(use.gate)
    needs = gates[use.gate].needs
    return tuple(f"{needs}:{one}" for one in use.of) if use.of else (needs,)


def gate_states(
    uses: Iterable[GateUse],
    gates: Mapping[str, Gate],
    have: Set[str],
    *,
    variant: str = "",
    released: Set[str] = frozenset(),
    act: str = "",
    seen: Seen = NOTHING,
) -> tuple[GateState, ...]:
    """Say of each gate whether it is open and, if not, what it waits for.

    Args:
        uses: the gates of a protocol, ``protocol.gates_start`` or ``protocol.gates_session``.
        gates: every gate by id.
        have: the words that are true now. A word that is not in it is not true, so what is
            unknown keeps a gate closed.
        variant: the variant of the course.
        released: ids of gates that a named clinician has let pass, with a reason on record.
            Counts only for gates that can be released.
        act: what is about to happen, when it is one of the acts no gate may delay.
        seen: what the course shows of itself; a gate that says by which signs opens by them too.

    Returns:
        One state a gate, in the protocol's order.

    Raises:
        UnknownGate: a use names a gate that is not among ``gates``.

    Source: the gates of content/gates/gates.yaml and the never-block rule there.
    """
    return tuple(
        _state(use, gates, have, released, act, seen) for use in uses if use.is_for(variant)
    )


def may_start(states: Iterable[GateState]) -> bool:
    """True when no gate holds the start back."""
    return all(state.is_open for state in states)


def _state(
    use: GateUse,
    gates: Mapping[str, Gate],
    have: Set[str],
    released: Set[str],
    act: str,
    seen: Seen,
) -> GateState:
    words = words_of_gate(use, gates)
    gate = gates[use.gate]
    missing = tuple(word for word in words if word not in have)
    if missing and any_holds(use.shown_by, seen):
        missing = ()
    forms = tuple(dict.fromkeys(sign.form for sign in use.shown_by if sign.form))
    return GateState(
        gate.id, _status(gate, missing, released, act), gate.hard, gate.reason, gate.release,
        gate.release_by, gate.releasable, missing, forms if missing else (),
    )  # fmt: skip


def _status(gate: Gate, missing: tuple[str, ...], released: Set[str], act: str) -> Status:
    if not missing:
        return "open"
    if act and act in gate.never_holds:
        return "afterwards"
    if gate.hard == "warn":
        return "advised"
    if gate.releasable and gate.id in released:
        return "released"
    return "waiting"
