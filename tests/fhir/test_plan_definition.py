"""Every protocol of the service as a PlanDefinition whose parts find each other."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from alongside import catalogue
from alongside.fhir.resources.plan_definition import to_activity_definitions, to_plan_definition


def actions(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for phase in made["action"] for step in phase["action"]]


def test_every_protocol_goes_out_whole_and_its_parts_find_each_other() -> None:
    cat = catalogue.current()
    for way in cat.protocols.values():
        made = to_plan_definition(way, cat.gates)
        json.dumps(made)
        assert (made["title"], made["version"]) == (way.name, str(way.ref.version))
        known = {f"{each['url']}|{each['version']}" for each in to_activity_definitions(way)}
        steps = {step["id"] for step in actions(made)}
        for step in actions(made):
            assert step["definitionCanonical"] in known
            assert {row["actionId"] for row in step.get("relatedAction", ())} <= steps
        cited = {each.get("citation") for each in made["relatedArtifact"]}
        assert set(way.sources) <= cited
        gates = {use.gate for use in way.gates_start if not use.variants}
        running = [phase for phase in way.phases if not phase.before_start]
        for phase, out in zip(way.phases, made["action"], strict=True):
            said = {row["expression"]["expression"] for row in out.get("condition", ())}
            assert said == (gates if phase in running else set()), way.id


def test_a_wait_is_an_offset_and_a_review_the_day_it_was_approved() -> None:
    cat = catalogue.current()
    made = to_plan_definition(
        cat.protocol("respect"), cat.gates, status="retired", approved_on=date(2027, 1, 2)
    )
    assert (made["status"], made["approvalDate"]) == ("retired", "2027-01-02")
    test = next(step for step in actions(made) if step["id"] == "test_6_months")
    (order,) = test["relatedAction"]
    assert order["relationship"] == "after-end"
    assert order["offsetRange"]["low"]["value"] == 160
    assert order["offsetRange"]["high"]["value"] == 200
    assert test["requiredBehavior"] == "could"
