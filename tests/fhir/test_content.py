"""Content as FHIR: ours comes back as it went; somebody else's becomes a draft, nothing lost."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import yaml

from alongside import catalogue
from alongside.catalogue import authoring
from alongside.fhir.codes import ORDINAL
from alongside.fhir.content import from_fhir, to_bundle
from alongside.fhir.resources.questionnaire import to_questionnaire


def out(kind: str, ref: str) -> dict[str, Any]:
    files = authoring.files_of(kind, ref)
    made: dict[str, Any] = json.loads(to_bundle(catalogue.current(), kind, ref, files))
    return made


def kinds(bundle: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(row["resource"]["resourceType"] for row in bundle["entry"]))


def refusals(document: Any) -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(authoring.NotReadable) as refused:
        authoring.unpacked(text.encode())
    return "\n".join(f"{each.file}: {each.message}" for each in refused.value.problems)


def test_what_went_out_comes_back_with_every_file_as_it_was() -> None:
    for kind, ref, expected in (
        ("protocols", "respect@1", ["PlanDefinition", "ActivityDefinition", "Library"]),
        ("instruments", "gad7@1", ["Questionnaire", "Library"]),
    ):
        bundle = out(kind, ref)
        assert kinds(bundle) == expected
        back = authoring.unpacked(json.dumps(bundle).encode())
        assert (back.kind, back.id) == (kind, ref.partition("@")[0])
        assert dict(back.files) == authoring.files_of(kind, ref)
    library = bundle["entry"][-1]["resource"]
    library["content"][0]["data"] = "no base64!"
    library["content"].append({"title": "../x.yaml", "data": base64.b64encode(b"a: &b 1").decode()})
    said = refusals(bundle)
    assert "its data is no text in base64" in said
    assert "../x.yaml" in said
    library["url"] = "urn:alongside:files:danger:levels"
    assert "of a protocol or a measure" in refusals(bundle)


def test_a_plan_of_somebody_else_becomes_phases_and_steps_and_the_rest_is_kept_beside() -> None:
    plan = out("protocols", "respect@1")["entry"][0]["resource"]
    plan |= {"id": "Their Plan", "publisher": "Somebody", "url": "https://example.org/plan"}
    found = authoring.unpacked(json.dumps(plan).encode())
    assert (found.kind, found.id) == ("protocols", "their_plan")
    way = catalogue.current().protocol("respect@1")
    made = yaml.safe_load(found.files["protocol.yaml"])
    steps = {step["id"]: step for phase in made["phases"] for step in phase["steps"]}
    assert [phase["id"] for phase in made["phases"]] == [phase.id for phase in way.phases]
    assert list(steps) == [step.id for phase in way.phases for step in phase.steps]
    for phase in way.phases:
        for step in phase.steps:
            assert steps[step.id]["kind"] == step.kind
            assert steps[step.id].get("required", True) == step.required
            assert tuple(steps[step.id].get("after", ())) == step.after
    assert (steps["test_6_months"]["not_before_days"], steps["test_6_months"]["within_days"]) == (
        160,
        200,
    )
    words = yaml.safe_load(found.files["wording.en.yaml"])
    assert words["name"] == way.name
    for kept in ('"Somebody"', "https://example.org/plan", "applicability"):
        assert kept in found.files["SOURCE.md"], kept
    # A draft may have gaps: what R4 does not say is asked for by the draft, not guessed here.
    assert authoring.tried("protocols", "their_plan", 1, found.files).errors


def test_a_questionnaire_of_somebody_else_keeps_its_questions_answers_and_points() -> None:
    cat = catalogue.current()
    gad7 = cat.instruments["gad7@1"]
    form = to_questionnaire(gad7, cat.wordings["gad7@1"]["en"], codes=cat.answer_codes)
    form["item"] = [each for each in form["item"] if each["linkId"] not in ("item_8",)]
    found = authoring.unpacked(json.dumps(form | {"id": "their-form"}).encode())
    made = yaml.safe_load(found.files["instrument.yaml"])
    spoken = yaml.safe_load(found.files["wording.en.yaml"])
    assert [item["id"] for item in made["items"]] == [f"item_{n}" for n in range(1, 8)]
    assert made["options"] == {"answers_1": [0, 1, 2, 3]}
    assert spoken["items"]["item_1"] == cat.wordings["gad7@1"]["en"].items["item_1"]
    assert spoken["options"]["answers_1"][0] == "Not at all"
    assert "scores" not in made  # R4 does not say how they add up: the author does
    assert "enableWhen" not in found.files["instrument.yaml"]


def test_a_broken_or_hostile_file_is_refused_with_all_its_mistakes_at_once() -> None:
    deep: dict[str, Any] = {"id": "x", "title": "x"}
    for _ in range(9):
        deep = {"id": "x", "title": "x", "action": [deep]}
    plan = {
        "resourceType": "PlanDefinition",
        "title": ["no text"],
        "description": "read \u202eme",
        "action": [
            deep,
            {"id": "a", "title": "A", "relatedAction": [{"actionId": "nobody"}]},
            {"id": "b", "title": "B", "code": "no list"},
        ],
    }
    said = refusals(plan)
    for words in (
        "title: this is no text",
        "deep in each other",
        "there is no action nobody",
        "code: this is no list of FHIR parts",
    ):
        assert words in said, words
    form = {
        "resourceType": "Questionnaire",
        "item": [
            {"linkId": "1", "type": "string", "text": "Say"},
            {"linkId": "2", "type": "choice", "text": "How"},
            {"linkId": "3", "type": "choice", "answerOption": [{"valueCoding": {"code": "a"}}]},
        ],
    }
    said = refusals(form)
    for words in ("type string", "no answers", "no points (ordinalValue)"):
        assert words in said, words
    for document in (
        {"resourceType": "Bundle", "entry": "x"},
        {"resourceType": "Patient"},
        {"resourceType": "Bundle", "entry": [{"resource": plan}, {"resource": plan}]},
        {"resourceType": "Questionnaire", "title": "x", "item": [{"type": "display"}]},
        {"resourceType": "PlanDefinition", "title": "x"},
    ):
        assert refusals(document)


def test_points_that_are_no_whole_number_are_refused() -> None:
    for number in ("1e999", "-1e999", "NaN", "0.5", "true", "1e12"):
        option = f'{{"extension": [{{"url": "{ORDINAL}", "valueDecimal": {number}}}]}}'
        item = f'{{"linkId": "1", "type": "choice", "answerOption": [{option}]}}'
        form = f'{{"resourceType": "Questionnaire", "title": "x", "item": [{item}]}}'
        assert "no points (ordinalValue)" in refusals(form), number


def test_hidden_marks_of_a_foreign_file_are_named_not_taken_in() -> None:
    plan = {
        "resourceType": "PlanDefinition",
        "title": "Read me",
        "action": [{"id": "a", "title": "A \u202estep"}],
    }
    assert "marks that nobody sees" in refusals(plan)
    assert from_fhir(plan).files
