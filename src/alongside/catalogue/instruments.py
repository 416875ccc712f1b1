"""Instruments: structure, words where the licence allows them, and examples that must hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from alongside.catalogue.answer_conditions import condition
from alongside.catalogue.instrument_checks import (
    label_mistakes,
    result_word_mistakes,
    structure_mistakes,
    word_mistakes,
)
from alongside.catalogue.instrument_files import (
    SHAPES,
    ExampleFile,
    ExamplesFile,
    InstrumentFile,
    ItemFile,
    LabelsFile,
    ReliableChangeFile,
    ScoreFile,
    WordingFile,
)
from alongside.catalogue.loading import (
    Problem,
    Reading,
    Shelf,
    read_placed,
    shown,
    versions,
)
from alongside.catalogue.packs import pack_of
from alongside.engine import instruments as engine
from alongside.engine.errors import EngineError
from alongside.engine.terms import Ref

__all__ = ["SHAPES", "Entry", "ExamplesFile", "entries", "load", "load_wordings"]


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
    """Every instrument folder, read and checked; again only when a file in it has changed."""
    for name, number, folder in versions(roots, "instruments")[0]:
        yield _entry(Ref(name, number), folder, tuple(roots), _stamp(folder))


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    try:
        facts = [(path.name, path.stat()) for path in sorted(folder.iterdir())]
    except OSError:  # it goes while we look; the files that are missing are named as ever
        return ()
    return tuple((name, each.st_mtime_ns, each.st_size) for name, each in facts)


@lru_cache(maxsize=1024)  # three shelves ask for each folder, and so does every rereading
def _entry(
    ref: Ref, folder: Path, roots: tuple[Path, ...], stamp: tuple[tuple[str, int, int], ...]
) -> Entry:
    entry = Entry(ref)
    _fill(entry, folder, roots)
    return entry


def _fill(entry: Entry, folder: Path, roots: Sequence[Path]) -> None:
    structure = read_placed(
        folder / "instrument.yaml", InstrumentFile, shown=shown(folder / "instrument.yaml", roots)
    )
    entry.problems.extend(structure.problems)
    if structure.value is not None:
        mistakes = [
            *structure_mistakes(structure, structure.value),
            *_place_mistakes(structure, structure.value, folder.parents[2], roots),
        ]
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


def _place_mistakes(
    reading: Reading[InstrumentFile], file: InstrumentFile, root: Path, roots: Sequence[Path]
) -> Iterator[Problem]:
    """Another licence than that of the software stands in a folder of its own, and is credited."""
    pack, here = file.licence.pack, pack_of(root)
    if here is not None and pack != here:
        yield reading.problem(
            f"licence.pack: this folder is for the pack {here}", "licence", "pack"
        )
    elif here is None and pack is not None and roots and root == roots[0]:
        yield reading.problem(
            f"licence.pack: an instrument of the pack {pack} goes into packs/{pack}/instruments",
            "licence",
            "pack",
        )
    if pack is not None and not file.licence.credit:
        yield reading.problem(
            "licence.credit: a pack's instrument is shown with its attribution", "licence"
        )


def _instrument(ref: Ref, file: InstrumentFile) -> engine.Instrument:
    licence = file.licence
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
        options=MappingProxyType({name: file.values(name) or () for name in file.options}),
        items=tuple(_item(item) for item in file.items),
        scores=tuple(_score(score) for score in file.scores),
        missing=engine.MissingRule(file.missing.max, file.missing.never_all_of, file.missing.source)
        if file.missing
        else None,
        bands=tuple(engine.Band(band.name, band.lowest, band.score) for band in file.bands),
        caseness=tuple(
            engine.CasenessRule(
                case.id,
                case.op,
                case.value,
                case.source,
                case.score,
                is_default=case.default,
                whom=engine.Whom(case.whom.sex, case.whom.min_age, case.whom.max_age)
                if case.whom
                else None,
            )
            for case in file.caseness
        ),
        reliable_change=_change(file.reliable_change) if file.reliable_change else None,
        interval=engine.Interval(
            file.interval.default_days, file.interval.min_days, file.interval.session_by_session
        ),
        loinc=file.loinc,
        min_age=file.population.min_age,
        max_age=file.population.max_age,
        validated=file.validated,
        source=file.source,
        review_by=file.review_by.isoformat(),
        results=tuple(
            engine.Result(
                result.name, condition(result.when) if result.when else None, result.steps
            )
            for result in file.results
        ),
        codes=tuple(
            engine.AnswerCode(code.options, code.value, code.name, code.then) for code in file.codes
        ),
        other_changes=tuple(_change(change) for change in file.other_changes),
        unverified=file.unverified,
        details=MappingProxyType(
            {name: MappingProxyType(dict(values)) for name, values in file.details.items()}
        ),
        variant=file.variant or "",
    )


def _item(file: ItemFile) -> engine.Item:
    unasked = None
    if isinstance(file.unasked, int):
        unasked = engine.Unasked(file.unasked)
    elif file.unasked is not None:
        unasked = engine.Unasked(file.unasked.value, file.unasked.wins)
    return engine.Item(
        id=file.id,
        options=file.options,
        reversed=file.reversed,
        scored=file.scored,
        optional=file.optional,
        ask_if=engine.AskIf(file.ask_if.score, file.ask_if.at_least) if file.ask_if else None,
        loinc=file.loinc,
        skip_if=condition(file.skip_if) if file.skip_if else None,
        unasked=unasked,
        topic=file.topic or "",
        sensitive=file.sensitive or "",
    )


def _score(file: ScoreFile) -> engine.ScoreRule:
    return engine.ScoreRule(
        id=file.id,
        kind=file.kind,
        items=file.items,
        lowest=file.range[0],
        highest=file.range[1],
        higher_is=file.higher_is,
        multiply=file.multiply,
        loinc=file.loinc,
        counts_from=file.counts_from,
        parts=MappingProxyType({file.of: 1} if file.of else dict(file.parts)),
        table=MappingProxyType({int(key): value for key, value in file.table.items()}),
        max_missing=file.max_missing,
    )


def _change(file: ReliableChangeFile) -> engine.ReliableChange:
    return engine.ReliableChange(
        value=file.value,
        basis=file.basis,
        source=file.source,
        score=file.score,
        comparison=file.comparison,
        confidence=file.confidence,
        is_on=file.is_on,
        id=file.id,
        sd=file.sd,
        reliability=file.reliability,
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
        mistakes = list(word_mistakes(words, words.value, structure, language))
        entry.problems.extend(mistakes)
        if not mistakes:
            entry.wordings[language] = _wording(words.value, structure, language)
    for path in sorted(folder.glob("labels.*.yaml")):
        labels = read_placed(path, LabelsFile, shown=shown(path, roots))
        entry.problems.extend(labels.problems)
        if tier == "ship":
            entry.problems.append(labels.problem("an instrument of tier ship has its own wording"))
        elif labels.value is not None and structure is not None:
            language = path.name.split(".")[1]
            mistakes = [
                *label_mistakes(labels, labels.value, structure),
                *result_word_mistakes(labels, labels.value, structure),
            ]
            if tier != "scoring-only" and (labels.value.items or labels.value.options):
                mistakes.append(labels.problem(f"licence tier {tier} allows no items and options"))
            entry.problems.extend(mistakes)
            if not mistakes:
                entry.wordings[language] = _wording(labels.value, structure, language)
    if tier not in (None, "ship"):
        entry.wordings.setdefault("en", engine.Wording("en", "", {}, {}, {}, is_neutral=True))


def _wording(
    words: WordingFile | LabelsFile, file: InstrumentFile, language: str
) -> engine.Wording:
    options: dict[str, Mapping[int, str]] = {}
    for name, labels in words.options.items():
        values = file.values(name) or ()
        if isinstance(labels, tuple):
            options[name] = MappingProxyType(dict(zip(values, labels, strict=True)))
        else:
            options[name] = MappingProxyType({int(value): text for value, text in labels.items()})
    items = {item.id: words.items[item.id] for item in file.items if item.id in words.items}
    return engine.Wording(
        language=language,
        stem=words.stem if isinstance(words, WordingFile) else "",
        options=MappingProxyType(options),
        items=MappingProxyType(items),
        bands=MappingProxyType(dict(words.bands)),
        introduction=words.introduction,
        source=words.source,
        is_neutral=isinstance(words, LabelsFile),
        scores=MappingProxyType(dict(words.scores)),
        results=MappingProxyType(dict(words.results)),
        steps=MappingProxyType(dict(words.steps)),
    )


def _example_mistakes(
    instrument: engine.Instrument, reading: Reading[ExamplesFile], file: ExamplesFile
) -> Iterator[Problem]:
    if not file.root:
        yield reading.problem("at least one worked example is needed")
    for index, example in enumerate(file.root):
        stated = example.model_fields_set - {"title", "answers", "totals", "who"}
        if not stated:
            yield reading.problem(f"{example.title}: says nothing to compare", index)
            continue
        try:
            found = _worked(instrument, example)
        except EngineError as refusal:
            key = "totals" if example.totals else "answers"
            yield reading.problem(f"{example.title}: {refusal}", index, key)
            continue
        if found is None:
            yield reading.problem(f"{example.title}: the prepared scorer differs", index)
            continue
        got: dict[str, object] = {
            "total": found.scores.get("total"),
            "scores": dict(found.scores),
            "band": found.band,
            "caseness": found.caseness,
            "caseness_rule": found.caseness_rule,
            "missing": found.missing,
            "prorated": found.prorated,
            "result": found.result,
        }
        for key in sorted(stated):
            if getattr(example, key) != got[key]:
                yield reading.problem(
                    f"{example.title}: {key} is {got[key]}, not {getattr(example, key)}",
                    index,
                    key,
                )


def _worked(instrument: engine.Instrument, example: ExampleFile) -> engine.Score | None:
    """The score of a worked example; None when the two ways to score differ."""
    who = engine.Who(example.who.age, example.who.sex)
    if example.totals:
        return engine.score_totals(instrument, example.totals, who)
    answers = engine.normalise_answers(instrument, example.answers)
    found = engine.score(instrument, answers, who)
    return found if engine.compile_scorer(instrument, who)(answers) == found else None
