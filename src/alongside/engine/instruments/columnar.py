"""The same scoring as SQL text for DuckDB; running it is the job of ``insights``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

from alongside.engine.instruments.scoring import as_decimal, goal_attainment, half_up
from alongside.engine.instruments.shapes import Instrument, Item, ScoreRule

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
    pieces = {name: f"({sql})" for name, sql in _pieces(instrument).items()}
    scores = _scores(instrument, pieces)
    named = _named(instrument, pieces, {name: f"({sql})" for name, sql in scores.items()})
    return {**scores, **named, "error": _error(instrument)}


def layers(instrument: Instrument) -> tuple[Mapping[str, str], ...]:
    """The outputs of ``expression`` in steps, for whole files: nothing is worked out twice.

    Returns:
        Three mappings of SQL by column name. Each step reads the columns of those before it,
        so a caller nests them as subqueries and may put an ``error`` of its own into the first.
        Names that start with an underscore are working columns; ``_missing`` is ``missing`` as
        text with spaces.
    """
    pieces = _pieces(instrument)
    held = {name: f'"{name}"' for name in pieces}
    scores = _scores(instrument, held)
    named = _named(instrument, held, {name: f'"{name}"' for name in scores})
    return pieces, scores, named


def _pieces(instrument: Instrument) -> dict[str, str]:
    """What the outputs are made of: sums, counts and the error, over the item columns."""
    needed = [item for item in instrument.items if item.scored and not item.optional]
    pieces = {"error": _error(instrument), "_blank": _count_blank(needed)}
    for rule in instrument.scores:
        items = [instrument.item(id) for id in rule.items]
        answered = " + ".join(f"CAST({_column(item)} IS NOT NULL AS INTEGER)" for item in items)
        pieces[f"_{rule.id}_points"] = " + ".join(_points(instrument, item) for item in items)
        pieces[f"_{rule.id}_answered"] = answered
        pieces[f"_{rule.id}_blank"] = _count_blank(item for item in items if not item.optional)
    named_blanks = ", ".join(
        f"CASE WHEN {_column(item)} IS NULL THEN '{item.id}' END" for item in needed
    )
    blank = f"({pieces['_blank']})"
    pieces["_missing"] = f"CASE WHEN {blank} > 0 THEN concat_ws(' ', {named_blanks}) ELSE '' END"
    return pieces


def _scores(instrument: Instrument, pieces: Mapping[str, str]) -> dict[str, str]:
    clear = f"{pieces['error']} IS NULL"
    scores: dict[str, str] = {}
    for rule in instrument.scores:
        whole, exact = _score(instrument, rule, pieces)
        scores[rule.id] = _when(clear, whole)
        scores[f"{rule.id}_exact"] = _when(clear, exact)
    return scores


def _named(
    instrument: Instrument, pieces: Mapping[str, str], scores: Mapping[str, str]
) -> dict[str, str]:
    """Bands, caseness and what is missing, over scores that are NULL where there is an error."""
    clear = f"{pieces['error']} IS NULL"
    default = instrument.default_caseness
    outputs = {
        "band": _band(instrument, scores.get(instrument.main_score, "NULL")),
        "caseness": "CAST(NULL AS BOOLEAN)",
        "caseness_rule": "CAST(NULL AS VARCHAR)",
    }
    for case in instrument.caseness:
        holds = f"{scores[case.score]} {case.op} {case.value}"
        outputs[f"caseness_{case.id}"] = holds
        if case is default:
            outputs["caseness"] = holds
            rule = f"'{instrument.ref}/{case.id}'"
            outputs["caseness_rule"] = _when(f"{scores[case.score]} IS NOT NULL", rule)
    listed = f"string_split({pieces['_missing']}, ' ')"
    some = f"CASE WHEN {pieces['_blank']} = 0 THEN CAST([] AS VARCHAR[]) ELSE {listed} END"
    outputs["missing"] = _when(clear, some)
    outputs["missing_count"] = _when(clear, pieces["_blank"])
    filled = [
        f"({scores[rule.id]} IS NOT NULL AND {pieces[f'_{rule.id}_blank']} > 0)"
        for rule in instrument.scores
    ]
    outputs["prorated"] = _when(clear, f"({' OR '.join(filled)})" if filled else "FALSE")
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


def _score(instrument: Instrument, rule: ScoreRule, pieces: Mapping[str, str]) -> tuple[str, str]:
    items = [instrument.item(id) for id in rule.items]
    total, answered, blank = (
        pieces[f"_{rule.id}_{piece}"] for piece in ("points", "answered", "blank")
    )
    allowed = instrument.missing.max if instrument.missing else 0
    may = f"{blank} <= {allowed} AND {answered} > 0"
    if rule.kind == "goal_attainment":
        whole, exact = _goal_attainment(instrument, items, total, answered)
    else:
        size = f"({answered} + {blank})" if rule.kind == "sum" else "1"
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
