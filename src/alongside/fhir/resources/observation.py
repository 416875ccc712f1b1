"""FHIR Observation: one score, with how it came about. Never a diagnosis."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from alongside.engine.instruments import as_decimal
from alongside.engine.instruments.shapes import Instrument, Score, ScoreRule, Wording
from alongside.fhir.codes import (
    CATEGORY,
    LOINC,
    SCORES,
    UCUM,
    Json,
    absent,
    coding,
    concept,
    number,
    resource_id,
)

Status = Literal["final", "amended", "entered-in-error"]


def to_observations(
    instrument: Instrument,
    found: Score,
    *,
    response: object,
    subject: str,
    answered_at: datetime,
    status: Status = "final",
    wording: Wording | None = None,
) -> list[Json]:
    """The scores of one set of answers for other software.

    Args:
        found: what the answers add up to.
        response: the id of the QuestionnaireResponse they come from.
        subject: a reference, such as ``Patient/<id>``. answered_at: an aware moment.
        wording: names the ranges in one language.

    Returns:
        One Observation of FHIR R4 for each score. Where there is none it says why, never 0.
        A range is given as what the score is described as; what was filled in is noted.
    """
    return [
        _observation(
            instrument,
            rule,
            found,
            response=response,
            subject=subject,
            answered_at=answered_at,
            status=status,
            wording=wording,
        )
        for rule in instrument.scores
        if rule.id in found.scores
    ]


def _observation(
    instrument: Instrument,
    rule: ScoreRule,
    found: Score,
    *,
    response: object,
    subject: str,
    answered_at: datetime,
    status: Status,
    wording: Wording | None,
) -> Json:
    codes = [coding(LOINC, rule.loinc)] if rule.loinc else []
    codes.append(coding(SCORES, f"{instrument.ref.id}.{rule.id}"))
    made: Json = {
        "resourceType": "Observation",
        "id": resource_id(response, rule.id),
        "status": status,
        "category": [concept(coding(CATEGORY, "survey", "Survey"))],
        "code": concept(*codes, text=f"{instrument.name}: {rule.id}"),
        "subject": {"reference": subject},
        "effectiveDateTime": answered_at.isoformat(),
        "method": {"text": f"{instrument.ref}: {instrument.source}"},
        "derivedFrom": [{"reference": f"QuestionnaireResponse/{resource_id(response)}"}],
    }
    value = found.scores[rule.id]
    if value is None:
        words = f"too few answers for a score; left open: {', '.join(found.missing)}"
        return made | {"dataAbsentReason": absent("unknown", words)}
    made["valueQuantity"] = {
        "value": number(value),
        "unit": "{score}",
        "system": UCUM,
        "code": "{score}",
    }
    if rule.id == instrument.main_score and found.band:
        name = wording.bands.get(found.band, found.band) if wording else found.band
        made["interpretation"] = [{"text": f"score in the range described as {name}"}]
    ranges = _ranges(instrument, rule, wording)
    if ranges:
        made["referenceRange"] = ranges
    exact = found.exact.get(rule.id)
    if found.prorated and exact is not None:
        words = (
            f"Filled in from the other answers; left open: {', '.join(found.missing)}. "
            f"Before rounding: {as_decimal(exact, places=2):f}."
        )
        made["note"] = [{"text": words}]
    return made


def _ranges(instrument: Instrument, rule: ScoreRule, wording: Wording | None) -> list[Json]:
    bands = sorted(
        (band for band in instrument.bands if band.score == rule.id), key=lambda band: band.lowest
    )
    if not bands:
        return []
    tops = [*(band.lowest - 1 for band in bands[1:]), rule.highest]
    return [
        {
            "low": {"value": number(band.lowest)},
            "high": {"value": number(top)},
            "text": wording.bands.get(band.name, band.name) if wording else band.name,
        }
        for band, top in zip(bands, tops, strict=True)
    ]
