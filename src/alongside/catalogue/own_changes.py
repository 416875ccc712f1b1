"""A service's own figures for reliable change: ``reliable_change/<instrument>.yaml``.

Values that were only worked out from assumed spreads ship switched off. A service switches one on
with its own standard deviation and reliability, or chooses another published value; each with its
source and who approved it. Only the service's own content folder has such files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from alongside.catalogue.answer_conditions import Word
from alongside.catalogue.loading import Problem, Reading, Shape, Shelf, read_placed, shown
from alongside.engine.errors import EngineError
from alongside.engine.instruments import Instrument, ReliableChange
from alongside.engine.outcomes.reliable_change import derived

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue

FOLDER = "reliable_change"


class ApprovalFile(Shape):
    by: str = Field(min_length=1)
    on: date


class OwnChangeFile(Shape):
    """Either ``use``, the id of a value the instrument's file has, or own figures."""

    instrument: str
    score: Word | None = None
    use: Word | None = None
    sd: Decimal | None = Field(default=None, gt=0)
    reliability: Decimal | None = Field(default=None, ge=0, lt=1)
    confidence: Decimal = Decimal("0.95")
    source: str = Field(min_length=1)
    checked: date
    review_by: date
    approved: ApprovalFile

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        figures = self.sd is not None and self.reliability is not None
        if (self.use is not None) == figures:
            raise ValueError("give sd and reliability, or use: the id of a value in the file")
        return self


SHAPES = {"own_reliable_change": OwnChangeFile}


@dataclass(frozen=True, slots=True)
class OwnChange:
    """One file as it was read."""

    file: OwnChangeFile
    reading: Reading[OwnChangeFile]


def load(roots: Sequence[Any]) -> Shelf[OwnChange]:
    """Every file of the service's own content, by instrument at its version."""
    shelf: Shelf[OwnChange] = Shelf()
    for path in sorted(each for root in roots[1:] for each in (root / FOLDER).glob("*.yaml")):
        reading = read_placed(path, OwnChangeFile, shown=shown(path, roots))
        shelf.problems.extend(reading.problems)
        if reading.value is None:
            continue
        if reading.value.instrument in shelf.items:
            shelf.problems.append(
                reading.problem("instrument: another file speaks of it already", "instrument")
            )
            continue
        shelf.items[reading.value.instrument] = OwnChange(reading.value, reading)
    return shelf


def settle(catalogue: Catalogue) -> tuple[Mapping[str, Mapping[str, Any]], list[Problem]]:
    """The instruments with the service's own figures in place, and what is wrong with those."""
    changed: dict[str, Instrument] = {}
    problems: list[Problem] = []
    for ref, own in catalogue.own_changes.items():
        instrument = catalogue.instruments.get(ref)
        if instrument is None:
            if not any(pack.is_on is False for pack in catalogue.packs.values()):
                problems.append(
                    own.reading.problem(f"instrument: there is no {ref} here", "instrument")
                )
            continue
        mistakes = list(_mistakes(own, instrument))
        problems.extend(mistakes)
        if not mistakes:
            changed[ref] = _with(instrument, own.file)
    return {"instruments": changed}, problems


def _mistakes(own: OwnChange, instrument: Instrument) -> Iterator[Problem]:
    file, at = own.file, own.reading.problem
    if file.use is not None:
        stated = [*filter(None, [instrument.reliable_change]), *instrument.other_changes]
        found = next((each for each in stated if each.id == file.use), None)
        if found is None:
            known = ", ".join(each.id for each in stated) or "none"
            yield at(f"use: {file.instrument} has no value {file.use}; it has {known}", "use")
        elif found.basis == "derived":
            yield at("use: that value is worked out from assumed figures; give your own", "use")
        return
    score = instrument.score_rule(file.score or instrument.main_score)
    if score is None:
        yield at(f"score: {file.instrument} has no score {file.score}", "score")
        return
    if score.higher_is is None:
        yield at("score: neither direction of it is better, so no change of it is", "score")
        return
    stated_change = instrument.reliable_change
    if stated_change is not None and stated_change.basis == "published":
        yield at("sd: this measure has a published value, which wins; use: chooses among those")
        return
    try:
        _derived(file, instrument)
    except EngineError as refusal:
        yield at(str(refusal))


def _with(instrument: Instrument, file: OwnChangeFile) -> Instrument:
    before = [*filter(None, [instrument.reliable_change]), *instrument.other_changes]
    if file.use is not None:
        chosen = replace(next(e for e in before if e.id == file.use), is_on=True, is_own=True)
    else:
        chosen = _derived(file, instrument)
    others = tuple(each for each in before if each.id != chosen.id)
    return replace(instrument, reliable_change=chosen, other_changes=others)


def _derived(file: OwnChangeFile, instrument: Instrument) -> ReliableChange:
    name = file.score or instrument.main_score
    rule = instrument.score_rule(name)
    higher_is = (rule.higher_is if rule else None) or "worse"
    found = derived(
        float(file.sd or 0),
        float(file.reliability or 0),
        higher_is=higher_is,
        confidence=float(file.confidence),
    )
    return ReliableChange(
        value=Decimal(str(found.threshold)).quantize(Decimal("0.01"), rounding=ROUND_UP),
        basis="derived",
        source=file.source,
        score=name,
        confidence=file.confidence,
        id="own",
        sd=file.sd,
        reliability=file.reliability,
        is_own=True,
    )
