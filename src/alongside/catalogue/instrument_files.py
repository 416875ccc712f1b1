"""How the files of an instrument are written: structure, words, labels and examples."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, RootModel, model_validator

from alongside.catalogue.answer_conditions import ConditionFile, Word
from alongside.catalogue.loading import Shape
from alongside.engine.instruments.shapes import (
    Basis,
    Kind,
    Operator,
    Pack,
    Respondent,
    Role,
    Sex,
    Then,
    Tier,
)
from alongside.engine.terms import Direction


class LicenceFile(Shape):
    tier: Tier
    pack: Pack | None
    statement: str
    source: str
    checked: date
    credit: str = ""


class PopulationFile(Shape):
    min_age: int | None = None
    max_age: int | None = None
    languages: tuple[str, ...] = ()


class AskIfFile(Shape):
    score: Word
    at_least: int


class SpanFile(Shape):
    """Every whole number from one to another, as official values."""

    lowest: int = Field(alias="from")
    highest: int = Field(alias="to")


class UnaskedFile(Shape):
    value: int
    wins: bool = False


class ItemFile(Shape):
    id: Word
    options: Word
    reversed: bool = False
    scored: bool = True
    optional: bool = False
    ask_if: AskIfFile | None = None
    skip_if: ConditionFile | None = None
    unasked: int | UnaskedFile | None = None
    topic: Word | None = None
    sensitive: Word | None = None
    loinc: str = ""


class CodeFile(Shape):
    """An answer that carries no points."""

    options: Word
    value: int
    name: Word
    then: Then


class ScoreFile(Shape):
    id: Word
    kind: Kind
    items: tuple[Word, ...] = ()
    range: tuple[int, int]
    higher_is: Direction | None
    multiply: int = Field(default=1, ge=1)
    counts_from: int = 1
    parts: dict[Word, int] = {}
    of: Word | None = None
    table: dict[str, Decimal] = {}
    max_missing: int | None = Field(default=None, ge=0)
    loinc: str = ""

    @model_validator(mode="after")
    def _is_made_of_something(self) -> Self:
        if self.kind == "combined" and not self.parts:
            raise ValueError("a combined score names its parts, each with its weight")
        if self.kind == "look_up" and not (self.of and self.table):
            raise ValueError("a look_up says of which score, and its table")
        if self.kind == "entered" and (self.items or self.parts or self.of):
            raise ValueError("an entered score is a number somebody enters: it has no items")
        made = self.kind in ("combined", "look_up", "entered")
        if not made and not self.items:
            raise ValueError(f"a {self.kind} needs items")
        if made and self.items:
            raise ValueError(f"a score that is {self.kind} has no items of its own")
        return self


class MissingFile(Shape):
    max: int = Field(ge=0)
    method: Literal["mean_item"]
    round: Literal["half_up"]
    otherwise: Literal["unscorable"] = Field(alias="else")
    never_all_of: tuple[tuple[Word, ...], ...] = ()
    source: str = ""


class BandFile(Shape):
    name: Word
    lowest: int = Field(alias="from")
    score: Word = "total"


class WhomFile(Shape):
    sex: Sex | None = None
    min_age: int | None = None
    max_age: int | None = None


class CasenessFile(Shape):
    id: Word
    op: Operator
    value: int
    source: str
    score: Word = "total"
    default: bool = False
    whom: WhomFile | None = Field(default=None, alias="for")


class ReliableChangeFile(Shape):
    value: Decimal = Field(gt=0)
    basis: Basis
    source: str
    id: Word = "default"
    score: Word = "total"
    comparison: Operator = ">="
    confidence: Decimal | None = None
    sd: Decimal | None = Field(default=None, gt=0)
    reliability: Decimal | None = Field(default=None, ge=0, lt=1)
    is_on: bool = Field(default=True, alias="on")


class IntervalFile(Shape):
    default_days: int | None = None
    min_days: int | None = None
    session_by_session: bool = False


class ResultFile(Shape):
    """A category that answers lead to; without ``when`` it is for everything else."""

    name: Word
    when: ConditionFile | None = None
    steps: tuple[Word, ...] = ()


class InstrumentFile(Shape):
    """``instrument.yaml``: the structure of an instrument at one version."""

    name: str
    source: str
    review_by: date
    licence: LicenceFile
    role: Role
    population: PopulationFile = PopulationFile()
    respondent: Respondent
    recall: str
    variant: Word | None = None
    loinc: str = ""
    validated: bool = True
    options: dict[Word, tuple[int, ...] | SpanFile] = {}
    codes: tuple[CodeFile, ...] = ()
    items: tuple[ItemFile, ...]
    scores: tuple[ScoreFile, ...]
    missing: MissingFile | None
    bands: tuple[BandFile, ...] = ()
    caseness: tuple[CasenessFile, ...] = ()
    results: tuple[ResultFile, ...] = ()
    reliable_change: ReliableChangeFile | None = None
    other_changes: tuple[ReliableChangeFile, ...] = ()
    interval: IntervalFile = IntervalFile()
    details: dict[Word, dict[str, int]] = {}
    unverified: tuple[str, ...] = ()

    def values(self, options: str) -> tuple[int, ...] | None:
        """The official values of some options, in their order."""
        stated = self.options.get(options)
        if isinstance(stated, SpanFile):
            return tuple(range(stated.lowest, stated.highest + 1))
        return stated

    def points(self, options: str) -> tuple[int, ...]:
        """The official values of some options that carry points."""
        codes = {code.value for code in self.codes if code.options == options}
        return tuple(value for value in self.values(options) or () if value not in codes)


class WordingFile(Shape):
    """``wording.<lang>.yaml``: the words of an instrument, where its licence allows them."""

    source: str
    checked: date
    review_by: date
    translation: str = ""  # of any language but English: who made it and who says it is official
    official: bool = False  # a translation of the owners, not one made at home
    introduction: str = ""
    stem: str
    options: dict[Word, tuple[str, ...] | dict[str, str]]
    items: dict[Word, str]
    bands: dict[Word, str] = {}
    scores: dict[Word, str] = {}
    results: dict[Word, str] = {}
    steps: dict[Word, str] = {}


class LabelsFile(Shape):
    """``labels.<lang>.yaml``: neutral labels of our own, where the items may not be copied."""

    source: str
    checked: date
    review_by: date
    introduction: str = ""
    items: dict[Word, str] = {}
    options: dict[Word, tuple[str, ...] | dict[str, str]] = {}
    bands: dict[Word, str] = {}
    scores: dict[Word, str] = {}
    results: dict[Word, str] = {}
    steps: dict[Word, str] = {}


class WhoFile(Shape):
    age: int | None = None
    sex: Sex | None = None


class ExampleFile(Shape):
    title: str
    answers: tuple[int | None, ...] | dict[str, int | None] = ()
    totals: dict[Word, int | Decimal] = {}
    who: WhoFile = WhoFile()
    total: int | None = None
    scores: dict[Word, int | None] | None = None
    band: str | None = None
    caseness: bool | None = None
    caseness_rule: str | None = None
    missing: tuple[str, ...] | None = None
    prorated: bool | None = None
    result: str | None = None


class ExamplesFile(RootModel[tuple[ExampleFile, ...]]):
    """``examples.yaml``: worked examples that clinicians read and the tests run."""


SHAPES = {
    "instrument": InstrumentFile,
    "instrument_wording": WordingFile,
    "instrument_labels": LabelsFile,
    "instrument_examples": ExamplesFile,
}
