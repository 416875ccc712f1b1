"""FHIR PlanDefinition and ActivityDefinition: a protocol at one exact version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from alongside.engine.protocols.shapes import GateUse, Phase, Protocol, Range, Step
from alongside.fhir.codes import OURS, QUESTIONNAIRE, UCUM, Json, coding, concept, resource_id

PLAN = f"{OURS}:protocol:"
ACTIVITY = f"{OURS}:step:"
KINDS = f"{OURS}:step-kind"
TYPES = "http://terminology.hl7.org/CodeSystem/plan-definition-type"
DAYS = {"system": UCUM, "code": "d", "unit": "day"}

Gates = Mapping[str, Any]


def to_plan_definition(
    protocol: Protocol,
    gates: Gates,
    *,
    status: str = "active",
    approved_on: date | None = None,
) -> Json:
    """A protocol for other software: phases, steps with their order and waits, gates, measures.

    Args:
        protocol: at one exact version; the version is the resource's own.
        gates: the gates of content by id, for their words.
        status: ``draft``, ``active`` or ``retired``. approved_on: the day of the last review here.

    Returns:
        A PlanDefinition of FHIR R4. A gate is an applicability condition in words: nobody else's
        software can open one of ours. Stop rules and cautions stand in the documentation; what
        R4 has no place for is left out and not bent.
    """
    made: Json = {
        "resourceType": "PlanDefinition",
        "id": resource_id(protocol.ref.id, protocol.ref.version),
        "url": f"{PLAN}{protocol.ref.id}",
        "version": str(protocol.ref.version),
        "name": "".join(part.capitalize() for part in protocol.ref.id.split("_")),
        "title": protocol.name,
        "type": concept(coding(TYPES, "clinical-protocol", "Clinical Protocol")),
        "status": status,
        "experimental": not protocol.runnable,
        "date": protocol.checked.isoformat(),
        "description": protocol.what,
        "purpose": " ".join(row.text for row in protocol.indications),
        "lastReviewDate": protocol.checked.isoformat(),
        "effectivePeriod": {"end": protocol.review_by.isoformat()},
        "relatedArtifact": [
            *({"type": "citation", "citation": source} for source in protocol.sources),
            *_measures(protocol),
        ],
        "goal": [
            {"description": {"text": goal}} for phase in protocol.phases for goal in phase.goals
        ],
        "action": [_phase(protocol, phase, gates) for phase in protocol.phases],
    }
    if approved_on is not None:
        made["approvalDate"] = approved_on.isoformat()
    return {key: value for key, value in made.items() if value not in ("", [], {})}


def to_activity_definitions(protocol: Protocol, *, status: str = "active") -> list[Json]:
    """Each step as an ActivityDefinition that the plan's actions name; by its kind a task."""
    return [
        {
            "resourceType": "ActivityDefinition",
            "id": resource_id(protocol.ref.id, protocol.ref.version, step.id),
            "url": f"{ACTIVITY}{protocol.ref.id}:{step.id}",
            "version": str(protocol.ref.version),
            "name": "".join(
                part.capitalize() for part in f"{protocol.ref.id}_{step.id}".split("_")
            ),
            "title": step.name,
            "status": status,
            "experimental": not protocol.runnable,
            "kind": "Task",
            "code": concept(coding(KINDS, step.kind), text=step.name),
        }
        for phase in protocol.phases
        for step in phase.steps
    ]


def _measures(protocol: Protocol) -> Iterable[Json]:
    for name in dict.fromkeys(row.instrument for row in protocol.measures):
        yield {"type": "depends-on", "resource": f"{QUESTIONNAIRE}{name}"}


def _phase(protocol: Protocol, phase: Phase, gates: Gates) -> Json:
    made: Json = {
        "id": phase.id,
        "title": phase.name,
        "description": phase.exit,
        "groupingBehavior": "logical-group",
        "condition": _conditions(() if phase.before_start else protocol.gates_start, gates),
        "action": [_step(protocol, step, gates) for step in phase.steps],
    }
    return {key: value for key, value in made.items() if value not in ("", [])}


def _step(protocol: Protocol, step: Step, gates: Gates) -> Json:
    made: Json = {
        "id": step.id,
        "title": step.name,
        "code": [concept(coding(KINDS, step.kind))],
        "requiredBehavior": "must-unless-documented" if step.required else "could",
        "condition": _conditions(step.gates, gates),
        "relatedAction": _order(step),
        "definitionCanonical": f"{ACTIVITY}{protocol.ref.id}:{step.id}|{protocol.ref.version}",
    }
    return {key: value for key, value in made.items() if value != []}


def _conditions(uses: Iterable[GateUse], gates: Gates) -> list[Json]:
    """Gates in words. An expression needs a language R4 knows; the words are all there is."""
    return [
        {
            "kind": "applicability",
            "expression": {
                "description": gates[use.gate].release.text,
                "language": "text/plain",
                "expression": use.gate,
            },
        }
        for use in uses
        if use.gate in gates and not use.variants
    ]


def _order(step: Step) -> list[Json]:
    rows: list[Json] = []
    for before in step.after:
        row: Json = {"actionId": before, "relationship": "after-end"}
        waits = Range(min=step.not_before_days, max=step.within_days)
        if before == step.since and (waits.min is not None or waits.max is not None):
            row["offsetRange"] = {
                end: {"value": value, **DAYS}
                for end, value in (("low", waits.min), ("high", waits.max))
                if value is not None
            }
        rows.append(row)
    return rows
