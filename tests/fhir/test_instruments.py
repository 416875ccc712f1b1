"""Instruments, answers and scores as FHIR R4: whole, within the licence, and never believed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from alongside import catalogue
from alongside.engine.instruments import Instrument, score
from alongside.engine.risk import find_risk
from alongside.fhir.codes import LOINC, ORDINAL
from alongside.fhir.resources.observation import to_observations
from alongside.fhir.resources.questionnaire import to_questionnaire
from alongside.fhir.resources.questionnaire_response import (
    AnotherForm,
    Imported,
    NotAResponse,
    from_questionnaire_response,
    to_questionnaire_response,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NINE = [f"item_{n}" for n in range(1, 10)]
FILLED = dict(zip(NINE, [2, 2, 2, 2, None, 1, 2, None, 0], strict=True))
SIXTEEN = dict(zip(NINE, [2, 2, 3, 2, 1, 2, 2, 1, 1], strict=True))

CAT = catalogue.current()
ALL = sorted(CAT.instruments)

# What R4 (4.0.1) demands and allows, of the elements that are used here:
# name -> (shape, required). A shape is a type, a set of codes, or the elements below.
CODING = {"system": (str, True), "code": (str, True), "display": (str, False)}
CONCEPT = {"coding": ([CODING], False), "text": (str, False)}
REFERENCE = {"reference": (str, True)}
EXTENSION = {"url": (str, True), "valueDecimal": (int, False), "valueCode": (str, False)}
CODED = {**CODING, "extension": ([EXTENSION], False)}
QUANTITY = {"value": (int, True), "unit": (str, False), "system": (str, False),
            "code": (str, False)}  # fmt: skip
OPTION = {"valueCoding": (CODING, True), "extension": ([EXTENSION], False)}
WHEN = {"question": (str, True), "operator": ({"="}, True), "answerCoding": (CODING, True)}
ITEM = {
    "linkId": (str, True), "type": ({"choice", "display"}, True), "text": (str, False),
    "code": ([CODING], False), "answerOption": ([OPTION], False), "enableWhen": ([WHEN], False),
    "enableBehavior": ({"any"}, False),
}  # fmt: skip
QUESTIONNAIRE = {
    "resourceType": ({"Questionnaire"}, True), "id": (str, True), "url": (str, True),
    "version": (str, True), "name": (str, True), "title": (str, True), "status": ({"active"}, True),
    "experimental": (bool, False), "subjectType": ([str], False), "description": (str, False),
    "copyright": (str, False), "language": (str, False), "code": ([CODING], False),
    "item": ([ITEM], False),
}  # fmt: skip
GIVEN = {"valueCoding": (CODED, True)}
ANSWERED = {"linkId": (str, True), "text": (str, False), "answer": ([GIVEN], False),
            "extension": ([EXTENSION], False)}  # fmt: skip
RESPONSE = {
    "resourceType": ({"QuestionnaireResponse"}, True), "id": (str, True),
    "questionnaire": (str, True), "status": ({"completed", "amended", "entered-in-error"}, True),
    "subject": (REFERENCE, True), "authored": (str, True), "source": (REFERENCE, False),
    "item": ([ANSWERED], False),
}  # fmt: skip
RANGE = {"low": ({"value": (int, True)}, False), "high": ({"value": (int, True)}, False),
         "text": (str, False)}  # fmt: skip
OBSERVATION = {
    "resourceType": ({"Observation"}, True), "id": (str, True), "status": ({"final"}, True),
    "category": ([CONCEPT], True), "code": (CONCEPT, True), "subject": (REFERENCE, True),
    "effectiveDateTime": (str, True), "method": (CONCEPT, False),
    "derivedFrom": ([REFERENCE], True), "dataAbsentReason": (CONCEPT, False),
    "valueQuantity": (QUANTITY, False), "interpretation": ([CONCEPT], False),
    "referenceRange": ([RANGE], False), "note": ([{"text": (str, True)}], False),
}  # fmt: skip


def misfits(value: Any, shape: Any, where: str = "") -> list[str]:
    """What does not fit, with its place; also what R4 refuses everywhere: empty things."""
    if value in ("", [], {}):
        return [f"{where} is empty"]
    if isinstance(shape, set):
        return [] if value in shape else [f"{where}={value!r}"]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [m for n, each in enumerate(value) for m in misfits(each, shape[0], f"{where}[{n}]")]
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where} is no element"]
        found = [f"{where}.{key} is not of R4" for key in value.keys() - shape.keys()]
        found += [f"{where}.{k} is missing" for k, (_s, must) in shape.items()
                  if must and k not in value]  # fmt: skip
        for key in value.keys() & shape.keys():
            found += misfits(value[key], shape[key][0], f"{where}.{key}")
        return found
    fits = isinstance(value, (int, float) if shape is int else shape)
    return [] if fits else [f"{where}={value!r}"]


def wording_of(ref: str) -> Any:
    return CAT.wordings.get(ref, {}).get("en")


def highest(instrument: Instrument) -> dict[str, int | None]:
    return {item.id: max(instrument.options[item.options]) for item in instrument.items}


def phq9() -> Instrument:
    return CAT.instrument("phq9@1")


def imported(resource: object, **more: Any) -> Imported:
    return from_questionnaire_response(resource, phq9(), codes=CAT.answer_codes, **more)


def foreign(answers: dict[str, int | None], **more: Any) -> dict[str, Any]:
    """The PHQ-9 as another system sends it: LOINC codes as link ids, LOINC answers."""
    codes = {value: code for code, value in CAT.answer_codes["phq9/freq4"].items()}
    rows = [
        {
            "linkId": f"/{phq9().item(id).loinc}",
            "answer": [{"valueCoding": {"system": LOINC, "code": codes[value]}}],
        }
        for id, value in answers.items()
        if value is not None
    ]
    return {
        "resourceType": "QuestionnaireResponse", "status": "completed",
        "questionnaire": "http://example.org/q/44249-1", "authored": "2026-03-01T09:00:00+01:00",
        "item": [{"linkId": "group", "item": rows}], **more,
    }  # fmt: skip


# -- out -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ref", ALL)
def test_every_instrument_goes_out_whole_and_comes_back_the_same(ref: str) -> None:
    instrument, wording = CAT.instruments[ref], wording_of(ref)
    form = to_questionnaire(instrument, wording, codes=CAT.answer_codes)
    assert misfits(form, QUESTIONNAIRE) == []
    assert re.fullmatch(r"[A-Z]([A-Za-z0-9_]){0,254}", form["name"])
    links = [row["linkId"] for row in form.get("item", [])]
    assert len(links) == len(set(links))
    assert [link for link in links if link != "stem"] == list(instrument.item_ids)
    answers = highest(instrument)
    sent = to_questionnaire_response(
        instrument, answers, id="r1", subject="Patient/p1", source="Patient/p1", answered_at=NOON,
        wording=wording, codes=CAT.answer_codes,
    )  # fmt: skip
    assert misfits(sent, RESPONSE) == []
    found = score(instrument, answers)
    scores = to_observations(
        instrument, found, response="r1", subject="Patient/p1", answered_at=NOON, wording=wording
    )
    for each in scores:
        assert misfits(each, OBSERVATION) == []
        assert ("valueQuantity" in each) != ("dataAbsentReason" in each)
    back = from_questionnaire_response(
        json.loads(json.dumps(sent)), instrument, observations=scores, codes=CAT.answer_codes
    )
    assert back.answers == answers
    assert back.can_be_saved
    assert back.score == found


@pytest.mark.parametrize("ref", ALL)
def test_words_go_out_only_where_the_licence_allows_it(ref: str) -> None:
    instrument, wording = CAT.instruments[ref], wording_of(ref)
    sent = json.dumps(to_questionnaire(instrument, wording), ensure_ascii=False)
    if wording is not None and instrument.licence.tier != "ship":
        assert wording.is_neutral
        owned = type(wording)("en", "Owned words", wording.options, {"item_1": "Owned words"}, {})
        assert "Owned words" not in json.dumps(to_questionnaire(instrument, owned))
    elif wording is not None:
        assert json.dumps(wording.items[instrument.items[0].id], ensure_ascii=False) in sent
    assert json.dumps(instrument.licence.statement, ensure_ascii=False)[1:-1] in sent


def test_item_codes_and_points_stand_where_other_software_looks_for_them() -> None:
    form = to_questionnaire(phq9(), wording_of("phq9@1"), codes=CAT.answer_codes)
    assert form["code"][0] == {"system": LOINC, "code": "44249-1", "display": phq9().name}
    first = form["item"][1]
    assert first["code"] == [{"system": LOINC, "code": "44250-9"}]
    several_days = first["answerOption"][1]
    assert several_days["valueCoding"]["code"] == "LA6569-3"
    assert several_days["extension"] == [{"url": ORDINAL, "valueDecimal": 1}]
    # Asked once any of the nine has a point: 9 items, 3 answers each.
    assert len(form["item"][-1]["enableWhen"]) == 27


def test_skipped_question_stands_there_without_an_answer_and_one_not_asked_does_not() -> None:
    sent = to_questionnaire_response(
        phq9(), {**FILLED}, id="r", subject="Patient/p", answered_at=NOON
    )
    rows = {row["linkId"]: row for row in sent["item"]}
    assert "answer" not in rows["item_5"]
    assert rows["item_5"]["extension"][0]["valueCode"] == "asked-declined"
    assert "item_10" not in rows


def test_score_that_was_filled_in_says_so_and_none_is_never_a_zero() -> None:
    def observed(answers: dict[str, int | None]) -> dict[str, Any]:
        (one,) = to_observations(
            phq9(), score(phq9(), answers), response="r", subject="Patient/p", answered_at=NOON,
            wording=wording_of("phq9@1"),
        )  # fmt: skip
        return one

    filled = observed(FILLED)
    assert filled["valueQuantity"]["value"] == 14
    assert "item_5, item_8. Before rounding: 14.14." in filled["note"][0]["text"]
    assert filled["interpretation"] == [{"text": "score in the range described as Moderate"}]
    none = observed({**FILLED, "item_1": None})
    assert "valueQuantity" not in none
    assert none["dataAbsentReason"]["coding"][0]["code"] == "unknown"


# -- in ------------------------------------------------------------------------------------------


def test_foreign_answers_are_scored_again_and_a_wrong_total_is_reported_not_believed() -> None:
    total = {"linkId": "/44261-6", "answer": [{"valueDecimal": 9}]}
    resource = foreign(SIXTEEN)
    resource["item"].append(total)
    found = imported(resource)
    assert found.answers == SIXTEEN
    assert found.score is not None
    assert found.score.scores == {"total": 16}
    (wrong,) = found.disagreements
    assert (wrong.score, wrong.stated, wrong.computed) == ("total", Decimal(9), 16)
    assert not found.can_be_saved
    total["answer"] = [{"valueInteger": 16}]
    assert imported(resource).can_be_saved


def test_total_given_for_too_few_answers_is_a_disagreement() -> None:
    few = {id: value for id, value in SIXTEEN.items() if id not in NINE[:3]}
    stated = {
        "resourceType": "Observation", "status": "final", "valueQuantity": {"value": 9},
        "code": {"coding": [{"system": LOINC, "code": "44261-6"}]},
    }  # fmt: skip
    (wrong,) = imported(foreign(few), observations=[stated]).disagreements
    assert wrong.computed is None


@pytest.mark.parametrize("stated", ["14", "14.14", "14.142857"])
def test_filled_in_score_agrees_rounded_and_unrounded(stated: str) -> None:
    resource = foreign(FILLED)
    resource["item"].append({"linkId": "44261-6", "answer": [{"valueDecimal": float(stated)}]})
    assert imported(resource).can_be_saved


def test_danger_is_found_in_what_could_be_read_though_the_rest_is_refused() -> None:
    resource = foreign({**SIXTEEN, "item_9": 3})
    rows = resource["item"][0]["item"]
    rows[0]["answer"] = [{"valueInteger": 8}]
    rows[1]["answer"] = [{"valueString": "often"}]
    found = imported(resource)
    assert [str(error) for error in found.errors] == ["item_1=8 is outside 0..3"]
    assert [each.item for each in found.unread] == ["item_2"]
    assert found.score is None
    (danger,) = find_risk(CAT.risk_rules_for("phq9@1"), found.answers)
    assert danger.item == "item_9"


def test_foreign_form_says_which_question_is_which_by_its_codes() -> None:
    form = {
        "resourceType": "Questionnaire", "code": [{"system": LOINC, "code": "44249-1"}],
        "item": [{"linkId": f"q{n}", "code": [{"system": LOINC, "code": phq9().item(id).loinc}]}
                 for n, id in enumerate(NINE)],
    }  # fmt: skip
    resource = foreign({})
    resource["item"] = [
        {"linkId": f"q{n}", "answer": [{"valueInteger": value}]}
        for n, value in enumerate(SIXTEEN.values())
    ]
    assert len(imported(resource).unread) == 9
    assert imported(resource, questionnaire=form).answers == SIXTEEN


def test_number_for_a_question_that_counts_the_other_way_is_not_guessed() -> None:
    turned = next(
        each for each in CAT.instruments.values()
        if any(i.reversed and i.scored for i in each.items)
    )  # fmt: skip
    answers = highest(turned)
    sent = to_questionnaire_response(turned, answers, id="r", subject="Patient/p", answered_at=NOON)
    assert from_questionnaire_response(sent, turned).answers == answers
    item = next(item for item in turned.items if item.reversed and item.scored)
    row = next(row for row in sent["item"] if row["linkId"] == item.id)
    row["answer"] = [{"valueInteger": answers[item.id]}]
    assert [each.item for each in from_questionnaire_response(sent, turned).unread] == [item.id]


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        (None, "no QuestionnaireResponse"),
        ([], "no QuestionnaireResponse"),
        ({"resourceType": "Bundle"}, "no QuestionnaireResponse"),
        ({"resourceType": "QuestionnaireResponse"}, "only finished answers"),
        (foreign(SIXTEEN, status="in-progress"), "in-progress"),
        (foreign(SIXTEEN, status="entered-in-error"), "entered-in-error"),
        (foreign(SIXTEEN, questionnaire="urn:alongside:questionnaire:gad7|1"), "gad7@1"),
        (foreign(SIXTEEN, questionnaire="urn:alongside:questionnaire:phq9|2"), "phq9@2"),
        (foreign(SIXTEEN, item=[{"linkId": "x"}] * 2001), "too many"),
    ],
)  # fmt: skip
def test_what_is_no_finished_answer_to_this_form_is_refused(resource: Any, says: str) -> None:
    with pytest.raises(NotAResponse, match=re.escape(says)):
        imported(resource)


def test_answers_to_another_form_by_its_code_are_refused() -> None:
    with pytest.raises(AnotherForm):
        imported(foreign({}), questionnaire={"code": [{"system": LOINC, "code": "69737-5"}]})


def test_nesting_without_end_is_refused() -> None:
    deep: dict[str, Any] = {"linkId": "x"}
    for _ in range(3000):
        deep = {"linkId": "x", "item": [deep]}
    with pytest.raises(NotAResponse, match="deeply"):
        imported(foreign({}, item=[deep]))


@pytest.mark.parametrize(
    "rubbish",
    [
        7, "x", [7], [None], [{}], [{"linkId": 9}], [{"linkId": None, "answer": {}}],
        [{"linkId": "44250-9", "answer": [7]}], [{"linkId": "44250-9", "answer": "x"}],
        [{"linkId": "44250-9", "answer": [{}, {}]}],
        [{"linkId": "44250-9", "answer": [{"valueCoding": 7}]}],
        [{"linkId": "44250-9", "answer": [{"valueInteger": True}]}],
        [{"linkId": "44250-9", "answer": [{"valueDecimal": 1e300}]}],
        [{"linkId": "44250-9", "answer": [{"valueDecimal": "NaN"}]}],
        [{"linkId": "44250-9", "answer": [{"valueInteger": 1.5}]}],
        [{"linkId": "44250-9", "answer": [{"valueCoding": {"system": LOINC, "code": "LA1-1"}}]}],
        [{"linkId": "44261-6", "answer": [{"valueDecimal": "Infinity"}]}],
        [{"linkId": "44250-9", "answer": [{"valueInteger": 1}]}] * 2,
    ],
    ids=lambda value: json.dumps(value)[:60],
)  # fmt: skip
def test_rubbish_never_becomes_a_score(rubbish: Any) -> None:
    found = imported(foreign({}, item=rubbish))
    assert found.score is None or found.score.scores == {"total": None}
    assert set(found.answers.values()) <= {None, 1}
