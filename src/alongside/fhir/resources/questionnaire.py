"""FHIR Questionnaire: an instrument at one exact version."""

from __future__ import annotations

from typing import Any

from alongside.engine.instruments.shapes import Instrument, Item, Wording
from alongside.fhir.codes import (
    LOINC,
    QUESTIONNAIRE,
    AnswerCodes,
    Json,
    answer_coding,
    coding,
    ordinal,
    resource_id,
)

STEM = "stem"


def to_questionnaire(
    instrument: Instrument, wording: Wording | None = None, *, codes: AnswerCodes | None = None
) -> Json:
    """An instrument for other software.

    Args:
        instrument: at one exact version; the version is the resource's own.
        wording: its words in one language. They go out only where the licence allows it: those
            of tier ``ship``, and neutral labels of our own; otherwise the items have no text.
        codes: LOINC answer codes (``catalogue.current().answer_codes``).

    Returns:
        A Questionnaire of FHIR R4. Every answer may be left out: nobody is forced to answer.
        What the points of an answer are stands in its ``ordinalValue``. A question that is asked
        only under a condition says so where R4 can say it.
    """
    words = wording if may_show(instrument, wording) else None
    items = [_item(instrument, item, words, codes or {}) for item in instrument.items]
    if words is not None and words.stem:
        items.insert(0, {"linkId": STEM, "type": "display", "text": words.stem})
    made: Json = {
        "resourceType": "Questionnaire",
        "id": resource_id(instrument.ref.id, instrument.ref.version),
        "url": f"{QUESTIONNAIRE}{instrument.ref.id}",
        "version": str(instrument.ref.version),
        "name": "".join(part.capitalize() for part in instrument.ref.id.split("_")),
        "title": instrument.name,
        "status": "active",
        "experimental": not instrument.validated,
        "subjectType": ["Patient"],
        "description": f"{instrument.source} ({instrument.recall})",
        "copyright": " ".join(
            part for part in (instrument.licence.statement, instrument.licence.credit) if part
        ),
    }
    if words is not None:
        made["language"] = words.language
    if instrument.loinc:
        made["code"] = [coding(LOINC, instrument.loinc, instrument.name)]
    return made | ({"item": items} if items else {})


def may_show(instrument: Instrument, wording: Wording | None) -> bool:
    """May these words leave the house: allowed by the licence, or labels of our own."""
    return wording is not None and (wording.is_neutral or instrument.licence.tier == "ship")


def _item(instrument: Instrument, item: Item, wording: Wording | None, codes: AnswerCodes) -> Json:
    made: Json = {"linkId": item.id}
    if item.loinc:
        made["code"] = [coding(LOINC, item.loinc)]
    text = wording.items.get(item.id, "") if wording else ""
    if text:
        made["text"] = text
    made["type"] = "choice"
    made |= _enable_when(instrument, item, codes)
    points = instrument.points(item)
    labels = wording.options.get(item.options, {}) if wording else {}
    made["answerOption"] = [
        _option(instrument, item, value, labels.get(value, ""), points.get(value), codes)
        for value in instrument.options[item.options]
    ]
    return made


def _option(
    instrument: Instrument,
    item: Item,
    value: int,
    label: str,
    points: int | None,
    codes: AnswerCodes,
) -> Json:
    name = next(
        (c.name for c in instrument.codes if c.options == item.options and c.value == value), ""
    )
    made: Json = {
        "valueCoding": answer_coding(instrument, item.options, value, label or name, codes)
    }
    if points is not None and item.scored:
        made = {"extension": [ordinal(points)], **made}
    return made


def _enable_when(instrument: Instrument, item: Item, codes: AnswerCodes) -> dict[str, Any]:
    """R4 conditions read single answers: only *any point at all* of a sum can be said so."""
    rule = instrument.score_rule(item.ask_if.score) if item.ask_if else None
    if item.ask_if is None or rule is None or rule.kind != "sum" or item.ask_if.at_least != 1:
        return {}
    when = []
    for id in rule.items:
        other = instrument.item(id)
        points = instrument.points(other)
        when += [
            {
                "question": id,
                "operator": "=",
                "answerCoding": answer_coding(instrument, other.options, value, "", codes),
            }
            for value in instrument.options[other.options]
            if points.get(value, 0) > 0
        ]
    return {"enableWhen": when, "enableBehavior": "any"} if when else {}
