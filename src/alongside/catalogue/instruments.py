"""Instruments: structure, words where the licence allows them, and examples that must hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, RootModel

from alongside.catalogue.loading import (
    Problem,
    Reading,
    Shape,
    Shelf,
    read_placed,
    shown,
    versions,
)
from alongside.engine import instruments as engine
from alongside.engine.errors import EngineError
from alongside.engine.instruments.shapes import Basis, Kind, Operator, Pack, Respondent, Role, Tier
from alongside.engine.terms import Direction, Ref

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


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


class ItemFile(Shape):
    id: Word
    options: Word
    reversed: bool = False
    scored: bool = True
    optional: bool = False
    ask_if: AskIfFile | None = None
    loinc: str = ""


class ScoreFile(Shape):
    id: Word
    kind: Kind
    items: tuple[Word, ...] = Field(min_length=1)
    range: tuple[int, int]
    higher_is: Direction | None
    multiply: int = Field(default=1, ge=1)
    loinc: str = ""


class MissingFile(Shape):
    max: int = Field(ge=0)
    method: Literal["mean_item"]
    round: Literal["half_up"]
    otherwise: Literal["unscorable"] = Field(alias="else")
    source: str = ""


class BandFile(Shape):
    name: Word
    lowest: int = Field(alias="from")
    score: Word = "total"


class CasenessFile(Shape):
    id: Word
    op: Operator
    value: int
    source: str
    score: Word = "total"
    default: bool = False


class ReliableChangeFile(Shape):
    value: Decimal = Field(gt=0)
    basis: Basis
    source: str
    score: Word = "total"
    comparison: Operator = ">="
    confidence: Decimal | None = None
    is_on: bool = Field(default=True, alias="on")


class IntervalFile(Shape):
    default_days: int | None = None
    min_days: int | None = None
    session_by_session: bool = False


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
    loinc: str = ""
    validated: bool = True
    options: dict[Word, tuple[int, ...]]
    items: tuple[ItemFile, ...] = Field(min_length=1)
    scores: tuple[ScoreFile, ...]
    missing: MissingFile | None
    bands: tuple[BandFile, ...] = ()
    caseness: tuple[CasenessFile, ...] = ()
    reliable_change: ReliableChangeFile | None = None
    interval: IntervalFile = IntervalFile()


class WordingFile(Shape):
    """``wording.<lang>.yaml``: the words of an instrument, where its licence allows them."""

    source: str
    checked: date
    review_by: date
    translation: str = ""  # of any language but English: who made it and who says it is official
    introduction: str = ""
    stem: str
    options: dict[Word, tuple[str, ...] | dict[str, str]]
    items: dict[Word, str]
    bands: dict[Word, str] = {}


class LabelsFile(Shape):
    """``labels.<lang>.yaml``: neutral labels of our own, where the items may not be copied."""

    source: str
    checked: date
    review_by: date
    items: dict[Word, str]
    bands: dict[Word, str] = {}


class ExampleFile(Shape):
    title: str
    answers: tuple[int | None, ...] | dict[str, int | None]
    total: int | None = None
    scores: dict[Word, int | None] | None = None
    band: str | None = None
    caseness: bool | None = None
    missing: tuple[str, ...] | None = None
    prorated: bool | None = None


class ExamplesFile(RootModel[tuple[ExampleFile, ...]]):
    """``examples.yaml``: worked examples that clinicians read and the tests run."""


SHAPES = {
    "instrument": InstrumentFile,
    "instrument_wording": WordingFile,
    "instrument_labels": LabelsFile,
    "instrument_examples": ExamplesFile,
}


@dataclass(slots=True)
class Entry:
    """One version folder: the instrument and its words, if nothing in the folder is wrong."""

    ref: Ref
    instrument: engine.Instrument | None = None
    wordings: dict[str, engine.Wording] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_fit(self) -> bool:
        """Whether no mistake was found."""
        return self.instrument is not None and all(each.grade != "error" for each in self.problems)


def load(roots: Sequence[Path]) -> Shelf[engine.Instrument]:
    """Every instrument that passes its checks, by ``phq9@1``."""
    shelf: Shelf[engine.Instrument] = Shelf(problems=versions(roots, "instruments")[1])
    for entry in entries(roots):
        shelf.problems.extend(entry.problems)
        if entry.instrument is not None and entry.is_fit:
            shelf.items[str(entry.ref)] = entry.instrument
    return shelf


def load_wordings(roots: Sequence[Path]) -> Shelf[Mapping[str, engine.Wording]]:
    """The words of every instrument that passes its checks, by ``phq9@1`` and language."""
    shelf: Shelf[Mapping[str, engine.Wording]] = Shelf()
    for entry in entries(roots):
        shelf.problems.extend(entry.problems)
        if entry.is_fit:
            shelf.items[str(entry.ref)] = MappingProxyType(dict(entry.wordings))
    return shelf


def entries(roots: Sequence[Path]) -> Iterator[Entry]:
    """Every instrument folder, read and checked."""
    for name, number, folder in versions(roots, "instruments")[0]:
        entry = Entry(Ref(name, number))
        _fill(entry, folder, roots)
        yield entry


def _fill(entry: Entry, folder: Path, roots: Sequence[Path]) -> None:
    structure = read_placed(
        folder / "instrument.yaml", InstrumentFile, shown=shown(folder / "instrument.yaml", roots)
    )
    entry.problems.extend(structure.problems)
    if structure.value is not None:
        mistakes = list(_structure_mistakes(structure, structure.value))
        entry.problems.extend(mistakes)
        if not mistakes:
            entry.instrument = _instrument(entry.ref, structure.value)
    _read_words(entry, folder, roots, structure.value)
    examples = read_placed(
        folder / "examples.yaml", ExamplesFile, shown=shown(folder / "examples.yaml", roots)
    )
    entry.problems.extend(examples.problems)
    if entry.instrument is not None and examples.value is not None:
        entry.problems.extend(_example_mistakes(entry.instrument, examples, examples.value))
    source = folder / "SOURCE.md"
    if not source.is_file():
        entry.problems.append(Problem(shown(source, roots), 0, 0, "this file is missing"))


def _structure_mistakes(
    reading: Reading[InstrumentFile], file: InstrumentFile
) -> Iterator[Problem]:
    known = {item.id for item in file.items}
    scores = {score.id for score in file.scores}
    for index, item in enumerate(file.items):
        if item.id != f"item_{index + 1}":
            yield reading.problem(
                f"items.{index}.id: items are item_1, item_2 … in the form's order, not {item.id}",
                "items",
                index,
                "id",
            )
        if item.options not in file.options:
            yield reading.problem(
                f"items.{index}.options: there are no options named {item.options}",
                "items",
                index,
                "options",
            )
        if item.ask_if and item.ask_if.score not in scores:
            yield reading.problem(
                f"items.{index}.ask_if: there is no score named {item.ask_if.score}",
                "items",
                index,
                "ask_if",
            )
        if item.scored and not any(item.id in score.items for score in file.scores):
            yield reading.problem(
                f"items.{index}: {item.id} counts, but no score uses it", "items", index
            )
    for name, values in file.options.items():
        if len(set(values)) != len(values) or len(values) < 2:
            yield reading.problem(
                f"options.{name}: at least two values, each once", "options", name
            )
    for index, score in enumerate(file.scores):
        for position, id in enumerate(score.items):
            if id not in known:
                yield reading.problem(
                    f"scores.{index}.items: there is no {id}", "scores", index, "items", position
                )
        span = _span(file, score)
        if span is not None and span != score.range:
            yield reading.problem(
                f"scores.{index}.range: the items give {span[0]} to {span[1]}",
                "scores",
                index,
                "range",
            )
    yield from _name_mistakes(reading, file, scores)


def _name_mistakes(
    reading: Reading[InstrumentFile], file: InstrumentFile, scores: set[str]
) -> Iterator[Problem]:
    ranges = {score.id: score.range for score in file.scores}
    begun: dict[str, int] = {}
    for index, band in enumerate(file.bands):
        if band.score not in scores:
            yield reading.problem(
                f"bands.{index}: there is no score named {band.score}", "bands", index
            )
            continue
        lowest, highest = ranges[band.score]
        if band.score not in begun and band.lowest != lowest:
            yield reading.problem(
                f"bands.{index}.from: the first band starts at {lowest}", "bands", index, "from"
            )
        elif band.score in begun and band.lowest <= begun[band.score]:
            yield reading.problem(
                f"bands.{index}.from: bands go up; {band.name} starts at or below the one before",
                "bands",
                index,
                "from",
            )
        elif band.lowest > highest:
            yield reading.problem(
                f"bands.{index}.from: the score ends at {highest}", "bands", index, "from"
            )
        begun[band.score] = band.lowest
    for index, case in enumerate(file.caseness):
        if case.score not in scores:
            yield reading.problem(
                f"caseness.{index}: there is no score named {case.score}", "caseness", index
            )
        elif not ranges[case.score][0] <= case.value <= ranges[case.score][1]:
            yield reading.problem(
                f"caseness.{index}.value: outside {ranges[case.score][0]} to "
                f"{ranges[case.score][1]}",
                "caseness",
                index,
                "value",
            )
    if file.caseness and sum(case.default for case in file.caseness) != 1:
        yield reading.problem("caseness: exactly one of the rules is the default", "caseness")
    change = file.reliable_change
    if change and change.score not in scores:
        yield reading.problem(
            f"reliable_change: there is no score named {change.score}", "reliable_change"
        )
    if change and change.basis == "none":
        yield reading.problem(
            "reliable_change.basis: with none there is no reliable change; leave it out",
            "reliable_change",
            "basis",
        )
    if change and change.is_on and change.basis == "derived":
        yield reading.problem(
            "reliable_change.on: a derived value is off until a service enters its own figures",
            "reliable_change",
        )
    if file.missing and file.scores:
        fewest = min(len(score.items) for score in file.scores)
        if file.missing.max >= fewest:
            yield reading.problem(
                f"missing.max: at least one of {fewest} items must be answered", "missing", "max"
            )
    if file.licence.tier in ("total-only", "no") and len(file.items) > 1:
        yield reading.problem(
            f"items: licence tier {file.licence.tier} allows one number, no items", "items"
        )


def _span(file: InstrumentFile, score: ScoreFile) -> tuple[int, int] | None:
    items = {item.id: item for item in file.items}
    if any(id not in items or not file.options.get(items[id].options) for id in score.items):
        return None
    if score.kind == "goal_attainment":
        lowest = engine.half_up(engine.goal_attainment([-2] * len(score.items)))
        return lowest, 100 - lowest
    low = [min(file.options[items[id].options]) for id in score.items]
    high = [max(file.options[items[id].options]) for id in score.items]
    size = 1 if score.kind == "sum" else len(score.items)
    return sum(low) * score.multiply // size, sum(high) * score.multiply // size


def _instrument(ref: Ref, file: InstrumentFile) -> engine.Instrument:
    licence = file.licence
    change = file.reliable_change
    return engine.Instrument(
        ref=ref,
        name=file.name,
        licence=engine.Licence(
            tier=licence.tier,
            statement=licence.statement,
            source=licence.source,
            checked=licence.checked.isoformat(),
            pack=licence.pack,
            credit=licence.credit,
        ),
        role=file.role,
        respondent=file.respondent,
        recall=file.recall,
        options=MappingProxyType(dict(file.options)),
        items=tuple(
            engine.Item(
                id=item.id,
                options=item.options,
                reversed=item.reversed,
                scored=item.scored,
                optional=item.optional,
                ask_if=engine.AskIf(item.ask_if.score, item.ask_if.at_least)
                if item.ask_if
                else None,
                loinc=item.loinc,
            )
            for item in file.items
        ),
        scores=tuple(
            engine.ScoreRule(
                id=score.id,
                kind=score.kind,
                items=score.items,
                lowest=score.range[0],
                highest=score.range[1],
                higher_is=score.higher_is,
                multiply=score.multiply,
                loinc=score.loinc,
            )
            for score in file.scores
        ),
        missing=engine.MissingRule(file.missing.max) if file.missing else None,
        bands=tuple(engine.Band(band.name, band.lowest, band.score) for band in file.bands),
        caseness=tuple(
            engine.CasenessRule(
                case.id, case.op, case.value, case.source, case.score, is_default=case.default
            )
            for case in file.caseness
        ),
        reliable_change=engine.ReliableChange(
            value=change.value,
            basis=change.basis,
            source=change.source,
            score=change.score,
            comparison=change.comparison,
            confidence=change.confidence,
            is_on=change.is_on,
        )
        if change
        else None,
        interval=engine.Interval(
            file.interval.default_days, file.interval.min_days, file.interval.session_by_session
        ),
        loinc=file.loinc,
        min_age=file.population.min_age,
        max_age=file.population.max_age,
        validated=file.validated,
        source=file.source,
    )


def _read_words(
    entry: Entry, folder: Path, roots: Sequence[Path], structure: InstrumentFile | None
) -> None:
    wordings = sorted(folder.glob("wording.*.yaml"))
    tier = structure.licence.tier if structure else None
    if tier is not None and tier != "ship":
        for path in wordings:
            entry.problems.append(
                Problem(
                    shown(path, roots),
                    1,
                    1,
                    f"licence tier {tier} allows no wording of the items; labels of our own go "
                    "in labels.<language>.yaml",
                )
            )
        wordings = []
    elif tier == "ship" and not (folder / "wording.en.yaml").is_file():
        missing = shown(folder / "wording.en.yaml", roots)
        entry.problems.append(Problem(missing, 0, 0, "this file is missing"))
    for path in wordings:
        words = read_placed(path, WordingFile, shown=shown(path, roots))
        entry.problems.extend(words.problems)
        language = path.name.split(".")[1]
        if words.value is None or structure is None:
            continue
        mistakes = list(_word_mistakes(words, words.value, structure, language))
        entry.problems.extend(mistakes)
        if not mistakes:
            entry.wordings[language] = _wording(words.value, structure, language)
    for path in sorted(folder.glob("labels.*.yaml")):
        labels = read_placed(path, LabelsFile, shown=shown(path, roots))
        entry.problems.extend(labels.problems)
        if tier == "ship":
            entry.problems.append(labels.problem("an instrument of tier ship has its own wording"))
        elif labels.value is not None:
            language = path.name.split(".")[1]
            entry.wordings[language] = engine.Wording(
                language=language,
                stem="",
                options=MappingProxyType({}),
                items=MappingProxyType(dict(labels.value.items)),
                bands=MappingProxyType(dict(labels.value.bands)),
                source=labels.value.source,
                is_neutral=True,
            )


def _word_mistakes(
    reading: Reading[WordingFile], words: WordingFile, file: InstrumentFile, language: str
) -> Iterator[Problem]:
    if language != "en" and not words.translation:
        yield reading.problem(
            "translation: say who made this translation and who calls it official"
        )
    known = [item.id for item in file.items]
    for id in words.items:
        if id not in known:
            yield reading.problem(f"items.{id}: the instrument has no {id}", "items", id)
    for id in known:
        if id not in words.items:
            yield reading.problem(f"items: {id} has no words", "items")
    for name, labels in words.options.items():
        values = file.options.get(name)
        if values is None:
            yield reading.problem(
                f"options.{name}: the instrument has no such options", "options", name
            )
        elif isinstance(labels, tuple) and len(labels) != len(values):
            yield reading.problem(
                f"options.{name}: {len(values)} values need as many labels, here are {len(labels)}",
                "options",
                name,
            )
        elif isinstance(labels, dict):
            for value in labels:
                if value not in {str(each) for each in values}:
                    yield reading.problem(
                        f"options.{name}.{value}: not one of the values", "options", name
                    )
    for name in file.options:
        if name not in words.options:
            yield reading.problem(f"options: {name} has no words", "options")
    names = {band.name for band in file.bands}
    for name in words.bands:
        if name not in names:
            yield reading.problem(f"bands.{name}: there is no such band", "bands", name)
    for name in sorted(names - set(words.bands)):
        yield reading.problem(f"bands: {name} has no words", "bands")


def _wording(words: WordingFile, file: InstrumentFile, language: str) -> engine.Wording:
    options: dict[str, Mapping[int, str]] = {}
    for name, labels in words.options.items():
        values = file.options[name]
        if isinstance(labels, tuple):
            options[name] = MappingProxyType(dict(zip(values, labels, strict=True)))
        else:
            options[name] = MappingProxyType({int(value): text for value, text in labels.items()})
    return engine.Wording(
        language=language,
        stem=words.stem,
        options=MappingProxyType(options),
        items=MappingProxyType({item.id: words.items[item.id] for item in file.items}),
        bands=MappingProxyType(dict(words.bands)),
        introduction=words.introduction,
        source=words.source,
    )


def _example_mistakes(
    instrument: engine.Instrument, reading: Reading[ExamplesFile], file: ExamplesFile
) -> Iterator[Problem]:
    scorer = engine.compile_scorer(instrument)
    if not file.root:
        yield reading.problem("at least one worked example is needed")
    for index, example in enumerate(file.root):
        stated = example.model_fields_set - {"title", "answers"}
        if not stated:
            yield reading.problem(f"{example.title}: says nothing to compare", index)
            continue
        try:
            answers = engine.normalise_answers(instrument, example.answers)
            found = engine.score(instrument, answers)
        except EngineError as refusal:
            yield reading.problem(f"{example.title}: {refusal}", index, "answers")
            continue
        if scorer(answers) != found:
            yield reading.problem(f"{example.title}: the prepared scorer differs", index)
        got: dict[str, object] = {
            "total": found.scores.get("total"),
            "scores": dict(found.scores),
            "band": found.band,
            "caseness": found.caseness,
            "missing": found.missing,
            "prorated": found.prorated,
        }
        for key in sorted(stated):
            if getattr(example, key) != got[key]:
                yield reading.problem(
                    f"{example.title}: {key} is {got[key]}, not {getattr(example, key)}",
                    index,
                    key,
                )
