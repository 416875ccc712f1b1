"""Names of code systems, and how a code, a concept or a number is written in FHIR R4."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from alongside.engine.instruments.shapes import Instrument
from alongside.engine.terms import Ref

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
ABSENT_EXTENSION = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"

OURS = "urn:alongside"
QUESTIONNAIRE = f"{OURS}:questionnaire:"
SCORES = f"{OURS}:scores"

Json = dict[str, Any]
# Official value by code of LOINC, by ``phq9/freq4``: the shelf ``answer_codes`` of the catalogue.
AnswerCodes = Mapping[str, Mapping[str, int]]


def canonical(ref: Ref) -> str:
    """The address of a questionnaire at its exact version: ``urn:…:phq9|1``."""
    return f"{QUESTIONNAIRE}{ref.id}|{ref.version}"


def ref_of(address: str) -> Ref | None:
    """Our instrument behind a canonical address; None for one of somebody else's."""
    if not address.startswith(QUESTIONNAIRE):
        return None
    id, _bar, version = address.removeprefix(QUESTIONNAIRE).partition("|")
    if not re.fullmatch(r"[a-z0-9_]+", id) or not re.fullmatch(r"[0-9]{1,6}", version):
        return None
    return Ref(id, int(version))


def resource_id(*parts: object) -> str:
    """A logical id: letters, digits, hyphens and dots, at most 64."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", "-".join(str(part) for part in parts))[:64]


def options_system(instrument: Instrument, options: str) -> str:
    """The code system of the official values of one set of options."""
    return f"{OURS}:options:{instrument.ref.id}:{options}"


def coding(system: str, code: str, display: str = "") -> Json:
    """A Coding."""
    return {"system": system, "code": code} | ({"display": display} if display else {})


def concept(*codings: Json, text: str = "") -> Json:
    """A CodeableConcept."""
    return ({"coding": list(codings)} if codings else {}) | ({"text": text} if text else {})


def absent(reason: str, text: str = "") -> Json:
    """Why a value is not there."""
    return concept(coding(ABSENT, reason), text=text)


def number(value: Decimal | int) -> int | float:
    """A number of JSON; whole ones without a point."""
    return int(value) if value == int(value) else float(value)


def ordinal(points: int) -> Json:
    """The points an answer counts, as the R4 extension ``ordinalValue``."""
    return {"url": ORDINAL, "valueDecimal": points}


def answer_coding(
    instrument: Instrument, options: str, value: int, label: str, codes: AnswerCodes
) -> Json:
    """One official value: by its LOINC code where that is known, else by our own."""
    known = codes.get(f"{instrument.ref.id}/{options}", {})
    for code, stands_for in known.items():
        if stands_for == value:
            return coding(LOINC, code, label)
    return coding(options_system(instrument, options), str(value), label)
