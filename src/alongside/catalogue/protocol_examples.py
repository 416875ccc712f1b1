"""Worked examples of protocols: facts of one course, and where it must stand then.

``protocols/<id>/<version>/examples.yaml`` is read by clinicians and run by every check of the
content: what the engine says must be what the example says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, RootModel

from alongside.catalogue.loading import Problem, Shape, Shelf, folders, read
from alongside.engine import artefacts
from alongside.engine.protocols.gates import GateState, gate_states, words_of_gate
from alongside.engine.protocols.shapes import GateUse, Protocol
from alongside.engine.protocols.signs import Seen, Sheet
from alongside.engine.protocols.steps import (
    CourseState,
    StepRecord,
    UnknownStep,
    course_state,
    steps_done,
)
from alongside.engine.terms import Ref

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue


class SheetShape(Shape):
    """One form as it was filled in."""

    form: str
    on: date
    about: str = ""
    answers: dict[str, Any]


class GivenShape(Shape):
    """The facts of a course. Whatever the rooms can say is so, but for ``not_yet``.

    What a sheet can show is not so before there is one, unless ``also`` says it.
    ``done`` are steps with the day they were done, or in a list where the day does not matter.
    ``paper`` counts forms kept on paper.
    """

    variant: str = ""
    not_yet: list[str] = Field(default_factory=list)
    also: list[str] = Field(default_factory=list)
    done: list[str] | dict[str, date] = Field(default_factory=list)
    left_out: dict[str, str] = Field(default_factory=dict)
    sheets: list[SheetShape] = Field(default_factory=list)
    paper: dict[str, int] = Field(default_factory=dict)
    sessions: int = Field(default=0, ge=0)
    planned: int | None = None
    persons: list[str] = Field(default_factory=list)
    started: date | None = None
    on: date | None = None


class ThenShape(Shape):
    """Where it stands then. What is not named is not compared; a list is compared whole.

    ``locked`` names steps and what each waits for: other steps, then gates; [] is not locked.
    """

    phase: str | None = None
    next: list[str] | None = None
    locked: dict[str, list[str]] | None = None
    late: list[str] | None = None
    missing: list[str] | None = None
    behind: dict[str, int] | None = None
    start_waits_for: list[str] | None = None
    session_waits_for: list[str] | None = None
    stops: list[str] | None = None
    completion_waits_for: list[str] | None = None
    completed: bool | None = None


class ExampleShape(Shape):
    """One example: a sentence, the facts, and where the course stands."""

    title: str
    given: GivenShape
    then: ThenShape


class ExamplesShape(RootModel[tuple[ExampleShape, ...]]):
    """``protocols/<id>/<version>/examples.yaml``."""


SHAPES = {"protocol_examples": ExamplesShape}
FILE = "examples.yaml"
NO_EXAMPLES = "a protocol that can be run has worked examples: examples.yaml"


def load(roots: Sequence[Path]) -> Shelf[tuple[ExampleShape, ...]]:
    """The examples of every protocol that has some, by ``id@version``."""
    shelf: Shelf[tuple[ExampleShape, ...]] = Shelf()
    for id, version, folder in folders(roots, "protocols"):
        if not (folder / FILE).exists():
            continue
        found, wrong = read(folder / FILE, ExamplesShape, shown=_shown(folder))
        shelf.problems += wrong
        if found is not None:
            shelf.items[str(Ref(id, version))] = found.root
    return shelf


def check(catalogue: Catalogue, roots: Sequence[Path], today: date | None) -> list[Problem]:
    """Every example that says something else than the engine; runnable protocols without any."""
    held: Mapping[str, tuple[ExampleShape, ...]] = catalogue.shelves["protocol_examples"]
    problems: list[Problem] = []
    for id, version, folder in folders(roots, "protocols"):
        ref = str(Ref(id, version))
        protocol = catalogue.protocols.get(ref)
        if protocol is None:
            continue
        if protocol.runnable and ref not in held:
            problems.append(Problem(_shown(folder), 0, 0, NO_EXAMPLES, "warning"))
        for example in held.get(ref, ()):
            problems += [
                Problem(_shown(folder), 0, 0, f"{example.title}: {said}")
                for said in differences(catalogue, protocol, example)
            ]
    return problems


def _shown(folder: Path) -> str:
    return "/".join((*folder.parts[-4:], FILE))


def differences(catalogue: Catalogue, protocol: Protocol, example: ExampleShape) -> tuple[str, ...]:
    """What an example says and the engine does not, in sentences; () when they agree."""
    given = example.given
    wrong = tuple(_unfit(catalogue, protocol, given))
    if wrong:
        return wrong
    records = _records(given)
    try:
        done = steps_done(protocol, records)
    except UnknownStep as unknown:
        return (f"there is no step {unknown.step}",)
    have = _words(catalogue, protocol, given)
    forms = catalogue.artefacts_of(str(protocol.ref))
    sheets = tuple(
        Sheet(one.form, one.on, one.answers, one.about)
        for one in given.sheets
        if artefacts.is_complete(forms[one.form], one.answers)
    )
    seen = Seen(sheets, have, done, given.sessions, frozenset(given.persons), given.on)
    state = course_state(
        protocol,
        records=records,
        gates=catalogue.gates,
        have=have,
        variant=given.variant,
        artefacts=_counts(catalogue, protocol, given),
        sessions_held=given.sessions,
        sessions_planned=given.planned,
        started_on=given.started,
        on=given.on,
        seen=seen,
    )

    def waits(uses: Iterable[GateUse]) -> list[str]:
        states = gate_states(uses, catalogue.gates, have, variant=given.variant, seen=seen)
        return [gate.gate for gate in states if not gate.is_open]

    is_so: dict[str, object] = _standing(state) | {
        "start_waits_for": waits(protocol.gates_start),
        "session_waits_for": waits(protocol.gates_session),
    }
    named = example.then.model_dump(exclude_unset=True)
    locked = _standing(state)["locked"]
    if isinstance(locked, dict):  # the locked steps that the example speaks of, no others
        is_so["locked"] = {step: locked.get(step, []) for step in named.get("locked") or ()}
    return tuple(
        f"{name} is {_short(is_so[name])}, the example says {_short(said)}"
        for name, said in named.items()
        if is_so[name] != said
    )


@dataclass(frozen=True, slots=True)
class Begun:
    """A course that begins today: where it stands, and the gates before it and its sessions."""

    state: CourseState
    start: tuple[GateState, ...]
    session: tuple[GateState, ...]


def begun(
    catalogue: Catalogue, protocol: Protocol, variant: str, on: date, *, in_place: bool
) -> Begun:
    """How a course of a protocol begins: with nothing known, or with all that rooms can say.

    Args:
        variant: one of the protocol's, or "". in_place: every word a gate waits for is so.
    """
    have = _words(catalogue, protocol, GivenShape(variant=variant)) if in_place else frozenset()
    seen = Seen((), have, frozenset(), 0, frozenset(), on)
    state = course_state(
        protocol,
        records=(),
        gates=catalogue.gates,
        have=have,
        variant=variant,
        started_on=on,
        on=on,
        seen=seen,
    )

    def gates(uses: Iterable[GateUse]) -> tuple[GateState, ...]:
        return tuple(gate_states(uses, catalogue.gates, have, variant=variant, seen=seen))

    return Begun(state, gates(protocol.gates_start), gates(protocol.gates_session))


def _standing(state: CourseState) -> dict[str, object]:
    now = next((phase for phase in state.phases if phase.phase == state.phase), None)
    return {
        "phase": state.phase,
        "next": [step.step for step in state.next_steps],
        "locked": {
            step.step: [*step.after, *(gate.gate for gate in step.waiting_for)]
            for step in state.locked
        },
        "late": [step.step for step in state.steps if step.timing == "late" and not _done(step)],
        "missing": [need.form for need in now.artefacts_missing] if now is not None else [],
        "behind": dict(state.forms_behind),
        "stops": [rule.id for rule in state.stops],
        "completion_waits_for": list(state.completion.missing),
        "completed": state.completion.is_complete,
    }


def _done(step: Any) -> bool:
    return bool(step.status == "done")


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _records(given: GivenShape) -> list[StepRecord]:
    days = given.done if isinstance(given.done, dict) else dict.fromkeys(given.done, given.on)
    return [
        *(StepRecord(step, on=day) for step, day in days.items()),
        *(
            StepRecord(step, "left_out", given.on, reason=why)
            for step, why in given.left_out.items()
        ),
    ]


def _words(catalogue: Catalogue, protocol: Protocol, given: GivenShape) -> frozenset[str]:
    """Every word a gate of the protocol waits for that no sheet shows, but for ``not_yet``."""
    steps = [step for phase in protocol.phases for step in phase.steps]
    uses = [*protocol.gates_start, *protocol.gates_session, *(u for s in steps for u in s.gates)]
    named = {
        word for use in uses if not use.shown_by for word in words_of_gate(use, catalogue.gates)
    }
    named |= {word for sign in protocol.signs() for word in (*sign.words, *sign.words_missing)}
    return frozenset((named | set(given.also)) - set(given.not_yet))


def _counts(catalogue: Catalogue, protocol: Protocol, given: GivenShape) -> dict[str, int]:
    forms = catalogue.artefacts_of(str(protocol.ref))
    counts = dict(given.paper)
    for sheet in given.sheets:
        if artefacts.is_complete(forms[sheet.form], sheet.answers):
            counts[sheet.form] = counts.get(sheet.form, 0) + 1
    return counts


def _unfit(catalogue: Catalogue, protocol: Protocol, given: GivenShape) -> Iterator[str]:
    forms = catalogue.artefacts_of(str(protocol.ref))
    if given.variant and protocol.variant(given.variant) is None:
        yield f"there is no variant {given.variant}"
    yield from (
        f"the form {form} is not among the artefacts"
        for form in given.paper
        if form not in protocol.artefacts
    )
    for sheet in given.sheets:
        if sheet.form not in forms:
            yield f"the form {sheet.form} is not here"
            continue
        for mistake in artefacts.check(forms[sheet.form], sheet.answers):
            yield f"form {sheet.form}: {mistake.field}: {mistake.wrong}"
