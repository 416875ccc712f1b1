"""What can be wrong in the structure and the words of an instrument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from alongside.catalogue.answer_conditions import ConditionFile, condition, parts
from alongside.catalogue.instrument_files import (
    CasenessFile,
    InstrumentFile,
    LabelsFile,
    ScoreFile,
    WordingFile,
)
from alongside.catalogue.loading import Problem, Reading
from alongside.engine import instruments as engine
from alongside.engine.conditions import ItemIs, Seen, holds

PARTS_OF_A_SUM = ("sum", "mean", "max", "count")
UNVERIFIED = (
    "items", "options", "scores", "missing", "bands", "caseness", "reliable_change",
    "other_changes", "interval", "loinc", "licence", "population", "codes", "results", "recall",
)  # fmt: skip


def structure_mistakes(reading: Reading[InstrumentFile], file: InstrumentFile) -> Iterator[Problem]:
    """Every mistake in the structure, each at its place."""
    yield from _item_mistakes(reading, file)
    yield from _option_mistakes(reading, file)
    yield from _score_mistakes(reading, file)
    yield from _band_mistakes(reading, file)
    yield from _caseness_mistakes(reading, file)
    yield from _result_mistakes(reading, file)
    yield from _change_mistakes(reading, file)
    yield from _missing_mistakes(reading, file)
    if file.licence.tier in ("total-only", "no") and file.items:
        yield reading.problem(
            f"items: licence tier {file.licence.tier} allows one number, no items", "items"
        )
    for index, part in enumerate(file.unverified):
        if part.split(".")[0] not in UNVERIFIED:
            yield reading.problem(
                f"unverified.{index}: there is no part {part}; known are {', '.join(UNVERIFIED)}",
                "unverified",
                index,
            )
    for name, values in file.details.items():
        if "default" not in values:
            yield reading.problem(
                f"details.{name}: say the default, for every other country", "details", name
            )


def _item_mistakes(reading: Reading[InstrumentFile], file: InstrumentFile) -> Iterator[Problem]:
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
        if item.skip_if is not None:
            yield from _condition_mistakes(
                reading, file, item.skip_if, ("items", index, "skip_if"), only_items=True
            )
        if item.unasked is not None:
            value = item.unasked if isinstance(item.unasked, int) else item.unasked.value
            if item.skip_if is None:
                yield reading.problem(
                    f"items.{index}.unasked: an item without skip_if is always asked",
                    "items",
                    index,
                    "unasked",
                )
            if item.options in file.options and value not in file.points(item.options):
                yield reading.problem(
                    f"items.{index}.unasked: {value} is none of its values with points",
                    "items",
                    index,
                    "unasked",
                )
        read_by_results = any(
            part.item == item.id
            for result in file.results
            if result.when is not None
            for part, _ in parts(result.when)
        )
        is_used = any(item.id in score.items for score in file.scores)
        if item.scored and not is_used and not read_by_results:
            yield reading.problem(
                f"items.{index}: {item.id} counts, but no score uses it", "items", index
            )


def _option_mistakes(reading: Reading[InstrumentFile], file: InstrumentFile) -> Iterator[Problem]:
    for name in file.options:
        values = file.values(name) or ()
        if len(set(values)) != len(values) or len(values) < 2:
            yield reading.problem(
                f"options.{name}: at least two values, each once", "options", name
            )
    for index, code in enumerate(file.codes):
        if code.value not in (file.values(code.options) or ()):
            yield reading.problem(
                f"codes.{index}: {code.value} is none of the values of {code.options}",
                "codes",
                index,
            )


def _score_mistakes(reading: Reading[InstrumentFile], file: InstrumentFile) -> Iterator[Problem]:
    known = {item.id for item in file.items}
    before: dict[str, ScoreFile] = {}
    for index, score in enumerate(file.scores):
        if score.id in before:
            yield reading.problem(f"scores.{index}.id: {score.id} is there twice", "scores", index)
        for position, id in enumerate(score.items):
            if id not in known:
                yield reading.problem(
                    f"scores.{index}.items: there is no {id}", "scores", index, "items", position
                )
        for id in (*score.parts, *([score.of] if score.of else [])):
            if id not in before:
                yield reading.problem(
                    f"scores.{index}: no score named {id} stands before it", "scores", index
                )
            elif before[id].kind not in PARTS_OF_A_SUM:
                yield reading.problem(
                    f"scores.{index}: {id} is {before[id].kind}; parts are scores of items",
                    "scores",
                    index,
                )
        yield from _table_mistakes(reading, index, score, before.get(score.of or ""))
        span = _span(file, score, before)
        if span is not None and span != score.range:
            yield reading.problem(
                f"scores.{index}.range: the items give {span[0]} to {span[1]}",
                "scores",
                index,
                "range",
            )
        before[score.id] = score


def _table_mistakes(
    reading: Reading[InstrumentFile], index: int, score: ScoreFile, of: ScoreFile | None
) -> Iterator[Problem]:
    wrong = [key for key in score.table if not key.removeprefix("-").isdigit()]
    for key in wrong:
        yield reading.problem(
            f"scores.{index}.table: {key} is no whole number", "scores", index, "table"
        )
    if of is None or wrong:
        return
    there = {int(key) for key in score.table}
    for points in range(of.range[0], of.range[1] + 1):
        if points not in there:
            yield reading.problem(
                f"scores.{index}.table: {points} points are not in it", "scores", index, "table"
            )


def _span(
    file: InstrumentFile, score: ScoreFile, before: Mapping[str, ScoreFile]
) -> tuple[int, int] | None:
    """The lowest and highest a score can be by its items, or None where they do not say."""
    if score.kind == "entered" or any(id not in before for id in score.parts):
        return None
    if score.kind == "combined":
        ranges = [(before[id].range, weight) for id, weight in score.parts.items()]
        low = sum(span[0 if weight > 0 else 1] * weight for span, weight in ranges)
        high = sum(span[1 if weight > 0 else 0] * weight for span, weight in ranges)
        return low, high
    if score.kind == "look_up":
        values = [engine.half_up(value) for value in score.table.values()]
        return min(values), max(values)
    items = {item.id: item for item in file.items}
    if any(id not in items or not file.points(items[id].options) for id in score.items):
        return None
    if score.kind == "goal_attainment":
        lowest = engine.half_up(engine.goal_attainment([-2] * len(score.items)))
        return lowest, 100 - lowest
    if score.kind == "count":
        return 0, len(score.items)
    lows = [min(file.points(items[id].options)) for id in score.items]
    highs = [max(file.points(items[id].options)) for id in score.items]
    if score.kind == "max":
        return max(lows), max(highs)
    size = 1 if score.kind == "sum" else len(score.items)
    return sum(lows) * score.multiply // size, sum(highs) * score.multiply // size


def _band_mistakes(reading: Reading[InstrumentFile], file: InstrumentFile) -> Iterator[Problem]:
    ranges = {score.id: score.range for score in file.scores}
    begun: dict[str, int] = {}
    for index, band in enumerate(file.bands):
        if band.score not in ranges:
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


def _caseness_mistakes(reading: Reading[InstrumentFile], file: InstrumentFile) -> Iterator[Problem]:
    ranges = {score.id: score.range for score in file.scores}
    for index, case in enumerate(file.caseness):
        if case.score not in ranges:
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
    general = [case for case in file.caseness if case.default and case.whom is None]
    # Where each rule speaks of a part, such as the domains of a long screen, none is the default.
    of_parts = len({case.score for case in file.caseness}) == len(file.caseness) > 1
    if file.caseness and len(general) != 1 and not (of_parts and not general):
        yield reading.problem("caseness: exactly one of the rules is the default", "caseness")
    made = [case for case in file.caseness if case.default and case.whom is not None]
    for index, case in enumerate(made):
        if any(_meets(case, other) for other in made[:index]):
            yield reading.problem(
                f"caseness: {case.id} and one before it are both the default for somebody",
                "caseness",
            )


def _meets(one: CasenessFile, other: CasenessFile) -> bool:
    """Whether two rules are made for some of the same people."""
    if one.whom is None or other.whom is None:
        return False
    if one.whom.sex and other.whom.sex and one.whom.sex != other.whom.sex:
        return False
    highest = min(one.whom.max_age or 200, other.whom.max_age or 200)
    return max(one.whom.min_age or 0, other.whom.min_age or 0) <= highest


def _result_mistakes(reading: Reading[InstrumentFile], file: InstrumentFile) -> Iterator[Problem]:
    for index, result in enumerate(file.results):
        if result.when is None and index + 1 < len(file.results):
            yield reading.problem(
                f"results.{index}: {result.name} holds always, so none after it can",
                "results",
                index,
            )
        if result.when is not None:
            yield from _condition_mistakes(reading, file, result.when, ("results", index, "when"))
    if file.results and file.results[-1].when is not None:
        yield reading.problem(
            "results: the last one is for everything else, so it has no when", "results"
        )


def _condition_mistakes(
    reading: Reading[InstrumentFile],
    file: InstrumentFile,
    when: ConditionFile,
    loc: tuple[int | str, ...],
    *,
    only_items: bool = False,
) -> Iterator[Problem]:
    items = {item.id: item for item in file.items}
    scores = {score.id for score in file.scores}
    for part, place in parts(when, *loc):
        if part.fact is not None or part.unchanged:
            yield reading.problem("a form reads its own answers only, no facts", *place)
        elif part.score is not None and only_items:
            yield reading.problem("skip_if reads single answers, not scores", *place)
        elif part.score is not None and part.score not in scores:
            yield reading.problem(f"there is no score named {part.score}", *place)
        elif part.item is not None and part.item not in items:
            yield reading.problem(f"there is no {part.item}", *place)
        elif part.item is not None and not part.blank:
            probe = condition(part)
            values = file.values(items[part.item].options) or ()
            if isinstance(probe, ItemIs) and not any(
                holds(probe, Seen({part.item: value})) is not None for value in values
            ):
                yield reading.problem(f"no answer to {part.item} reaches this", *place)


def _change_mistakes(reading: Reading[InstrumentFile], file: InstrumentFile) -> Iterator[Problem]:
    scores = {score.id for score in file.scores}
    stated = [(file.reliable_change, ("reliable_change",))] if file.reliable_change else []
    others = [(change, ("other_changes", n)) for n, change in enumerate(file.other_changes)]
    ids: set[str] = set()
    for change, loc in [*stated, *others]:
        if change is None:
            continue
        if change.id in ids:
            yield reading.problem(f"{loc[0]}: {change.id} is there twice", *loc)
        ids.add(change.id)
        if change.score not in scores:
            yield reading.problem(f"reliable_change: there is no score named {change.score}", *loc)
        if change.basis == "none":
            yield reading.problem(
                "reliable_change.basis: with none there is no reliable change; leave it out",
                *loc,
                "basis",
            )
        if change.is_on and change.basis == "derived":
            yield reading.problem(
                "reliable_change.on: a derived value is off until a service enters its own figures",
                *loc,
            )
    if file.other_changes and not file.reliable_change:
        yield reading.problem(
            "other_changes: the one in use goes under reliable_change", "other_changes"
        )


def _missing_mistakes(reading: Reading[InstrumentFile], file: InstrumentFile) -> Iterator[Problem]:
    known = {item.id for item in file.items}
    if file.missing is None:
        return
    held = [
        len(score.items)
        for score in file.scores
        if score.items and score.max_missing is None and score.kind not in ("max", "count")
    ]
    if held and file.missing.max >= min(held):
        yield reading.problem(
            f"missing.max: at least one of {min(held)} items must be answered", "missing", "max"
        )
    for index, group in enumerate(file.missing.never_all_of):
        if not set(group) <= known:
            yield reading.problem(
                f"missing.never_all_of.{index}: not all of these are items",
                "missing",
                "never_all_of",
                index,
            )


def word_mistakes(
    reading: Reading[WordingFile], words: WordingFile, file: InstrumentFile, language: str
) -> Iterator[Problem]:
    """Every mistake in the words of an instrument, each at its place."""
    if language != "en" and not words.translation:
        yield reading.problem(
            "translation: say who made this translation and who calls it official"
        )
    if language != "en" and file.licence.pack == "nd" and not words.official:
        yield reading.problem("official: this licence allows official translations only")
    known = [item.id for item in file.items]
    for id in known:
        if id not in words.items:
            yield reading.problem(f"items: {id} has no words", "items")
    for name in file.options:
        if name not in words.options:
            yield reading.problem(f"options: {name} has no words", "options")
    for name in sorted({band.name for band in file.bands} - set(words.bands)):
        yield reading.problem(f"bands: {name} has no words", "bands")
    yield from result_word_mistakes(reading, words, file)
    yield from label_mistakes(reading, words, file)


def result_word_mistakes(
    reading: Reading[WordingFile] | Reading[LabelsFile],
    words: WordingFile | LabelsFile,
    file: InstrumentFile,
) -> Iterator[Problem]:
    """Results and the steps that follow from them need words, whatever the licence."""
    for result in file.results:
        if result.name not in words.results:
            yield reading.problem(f"results: {result.name} has no words", "results")
        for step in result.steps:
            if step not in words.steps:
                yield reading.problem(f"steps: {step} has no words", "steps")


def label_mistakes(
    reading: Reading[WordingFile] | Reading[LabelsFile],
    words: WordingFile | LabelsFile,
    file: InstrumentFile,
) -> Iterator[Problem]:
    """Words for what the instrument does not have."""
    items = {item.id for item in file.items}
    for id in words.items:
        if id not in items:
            yield reading.problem(f"items.{id}: the instrument has no {id}", "items", id)
    for name, labels in words.options.items():
        values = file.values(name)
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
    known: Sequence[tuple[str, str, Mapping[str, str], set[str]]] = (
        ("bands", "band", words.bands, {band.name for band in file.bands}),
        ("scores", "score", words.scores, {score.id for score in file.scores}),
        ("results", "result", words.results, {result.name for result in file.results}),
        ("steps", "step", words.steps, {s for result in file.results for s in result.steps}),
    )
    for part, what, texts, names in known:
        for name in texts:
            if name not in names:
                yield reading.problem(f"{part}.{name}: there is no such {what}", part, name)
