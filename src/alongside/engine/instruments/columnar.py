"""The same scoring as SQL text for DuckDB; running it is the job of ``insights``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

from alongside.engine.instruments.scoring import as_decimal, goal_attainment, half_up
from alongside.engine.instruments.shapes import CasenessRule, Instrument, Item, ScoreRule

PLACES = 6  # of an exact score; the reference rounds the same way with as_decimal


def expression(instrument: Instrument) -> Mapping[str, str]:
    """One DuckDB SQL expression for each output of an instrument.

    Args:
        instrument: the instrument; the table has one INTEGER column for each of its items,
            named ``item_1`` and so on, with NULL for skipped and not asked alike.

    Returns:
        SQL by output name, whole-number and decimal maths only: for each score ``<score>``
        (INTEGER) and ``<score>_exact`` (DECIMAL, six places, half up); ``band``, ``caseness``,
        ``caseness_rule``, ``caseness_<rule>``, ``missing`` (list of item ids),
        ``missing_count``, ``prorated``, and ``error`` (text of the first answer out of range, else
        NULL). Where there is an error every other output is NULL.
    """
    error = _error(instrument)
    clear = f"({error}) IS NULL"
    parts = {rule.id: _score(instrument, rule) for rule in instrument.scores}
    outputs: dict[str, str] = {}
    for rule in instrument.scores:
        whole, exact = parts[rule.id]
        outputs[rule.id] = _when(clear, whole)
        outputs[f"{rule.id}_exact"] = _when(clear, exact)
    main = parts[instrument.main_score][0] if instrument.main_score in parts else "NULL"
    outputs["band"] = _when(clear, _band(instrument, main))
    default = instrument.default_caseness
    outputs["caseness"] = "CAST(NULL AS BOOLEAN)"
    outputs["caseness_rule"] = "CAST(NULL AS VARCHAR)"
    for case in instrument.caseness:
        holds = _caseness(case, parts[case.score][0])
        outputs[f"caseness_{case.id}"] = _when(clear, holds)
        if case is default:
            named = f"CASE WHEN ({holds}) IS NOT NULL THEN '{instrument.ref}/{case.id}' END"
            outputs["caseness"] = _when(clear, holds)
            outputs["caseness_rule"] = _when(clear, named)
    needed = [item for item in instrument.items if item.scored and not item.optional]
    blanks = _count_blank(needed)
    named_blanks = ", ".join(
        f"CASE WHEN {_column(item)} IS NULL THEN '{item.id}' END" for item in needed
    )
    listed = f"string_split(concat_ws(' ', {named_blanks}), ' ')"
    outputs["missing"] = _when(
        clear, f"CASE WHEN {blanks} = 0 THEN CAST([] AS VARCHAR[]) ELSE {listed} END"
    )
    outputs["missing_count"] = _when(clear, blanks)
    outputs["prorated"] = _when(clear, _prorated(instrument, parts))
    outputs["error"] = error
    return outputs


def _when(condition: str, value: str) -> str:
    return f"CASE WHEN {condition} THEN {value} END"


def _column(item: Item) -> str:
    return f'"{item.id}"'


def _error(instrument: Instrument) -> str:
    branches = []
    for item in instrument.items:
        values = instrument.options[item.options]
        allowed = ", ".join(str(value) for value in values)
        said = (
            f"'{item.id}=' || CAST({_column(item)} AS VARCHAR) || "
            f"' is outside {min(values)}..{max(values)}'"
        )
        branches.append(f"WHEN {_column(item)} NOT IN ({allowed}) THEN {said}")
    return f"CASE {' '.join(branches)} END"


def _count_blank(items: Iterable[Item]) -> str:
    terms = [f"CAST({_column(item)} IS NULL AS INTEGER)" for item in items]
    return f"({' + '.join(terms)})" if terms else "0"


def _points(instrument: Instrument, item: Item) -> str:
    points = instrument.points(item)
    if all(value == worth for value, worth in points.items()):
        return f"COALESCE(CAST({_column(item)} AS BIGINT), 0)"
    cases = " ".join(f"WHEN {value} THEN {worth}" for value, worth in points.items())
    return f"(CASE {_column(item)} {cases} ELSE 0 END)"


def _score(instrument: Instrument, rule: ScoreRule) -> tuple[str, str]:
    items = [instrument.item(id) for id in rule.items]
    required = [item for item in items if not item.optional]
    total = f"({' + '.join(_points(instrument, item) for item in items)})"
    answered = f"({' + '.join(f'CAST({_column(item)} IS NOT NULL AS INTEGER)' for item in items)})"
    allowed = instrument.missing.max if instrument.missing else 0
    may = f"{_count_blank(required)} <= {allowed} AND {answered} > 0"
    if rule.kind == "goal_attainment":
        whole, exact = _goal_attainment(instrument, items, total, answered)
    else:
        size = f"({answered} + {_count_blank(required)})" if rule.kind == "sum" else "1"
        top = f"({total} * {size} * {rule.multiply})"
        lowest = min(min(instrument.options[item.options]) for item in items)
        shift = max(0, -lowest * len(items) * rule.multiply) + 1
        whole = _half_up(top, answered, shift)
        scaled = _half_up(f"({top} * {10**PLACES})", answered, shift * 10**PLACES)
        exact = f"(CAST({scaled} AS DECIMAL(18, 0)) * CAST(0.000001 AS DECIMAL(7, 6)))"
    return (
        f"CASE WHEN {may} THEN CAST({whole} AS INTEGER) END",
        f"CASE WHEN {may} THEN CAST({exact} AS DECIMAL(18, {PLACES})) END",
    )


def _half_up(top: str, bottom: str, shift: int) -> str:
    # Whole-number division cuts towards zero, so the fraction is first moved above zero.
    return f"((2 * {top} + {bottom} + {2 * shift} * {bottom}) // (2 * {bottom}) - {shift})"


def _goal_attainment(
    instrument: Instrument, items: list[Item], total: str, answered: str
) -> tuple[str, str]:
    # A root is not a decimal: every possible sum is worked out here and looked up there.
    required = sum(not item.optional for item in items)
    values = instrument.options[items[0].options]
    whole, exact = [], []
    for count in range(max(1, required), len(items) + 1):
        for levels in {sum(each): each for each in product(values, repeat=count)}.values():
            score = goal_attainment(levels)
            found = f"WHEN {answered} = {count} AND {total} = {sum(levels)} THEN"
            whole.append(f"{found} {half_up(score)}")
            exact.append(f"{found} {as_decimal(score, PLACES)}")
    return f"CASE {' '.join(whole)} END", f"CASE {' '.join(exact)} END"


def _band(instrument: Instrument, points: str) -> str:
    bands = [band for band in instrument.bands if band.score == instrument.main_score]
    if not bands:
        return "CAST(NULL AS VARCHAR)"
    highest_first = sorted(bands, key=lambda band: -band.lowest)
    branches = " ".join(
        f"WHEN {points} >= {band.lowest} THEN '{band.name}'" for band in highest_first
    )
    return f"CASE {branches} END"


def _caseness(rule: CasenessRule, points: str) -> str:
    return f"({points}) {rule.op} {rule.value}"


def _prorated(instrument: Instrument, parts: Mapping[str, tuple[str, str]]) -> str:
    terms = []
    for rule in instrument.scores:
        required = [instrument.item(id) for id in rule.items if not instrument.item(id).optional]
        terms.append(f"(({parts[rule.id][0]}) IS NOT NULL AND {_count_blank(required)} > 0)")
    return f"({' OR '.join(terms)})" if terms else "FALSE"
