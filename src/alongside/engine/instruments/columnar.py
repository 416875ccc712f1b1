"""The same scoring as SQL text for DuckDB; running it is the job of ``insights``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from alongside.engine.conditions import sql
from alongside.engine.instruments.scoring import (
    allowed,
    as_decimal,
    goal_attainment,
    half_up,
    lowest_points,
)
from alongside.engine.instruments.shapes import (
    ANYBODY,
    Instrument,
    Item,
    NothingToAddUp,
    ScoreRule,
    Who,
)

PLACES = 6  # of an exact score; the reference rounds the same way with as_decimal
LARGEST_INTEGER = 2**31 - 1  # of DuckDB's INTEGER, which is quicker than a BIGINT
LARGEST_BIGINT = 2**63 - 1
MOST_STATES = 2**15  # of one table; more would not stay in the processor's own memory


@dataclass(frozen=True, slots=True)
class _Packed:
    """A plain sum as one number a row, so that each answer is looked at only once.

    The points are what is below ``blank``; the blank of each item is a bit of its own from
    ``blank`` on, and each answer out of range adds ``fault``, which is above them all.
    """

    sql: str
    ids: tuple[str, ...]
    blank: int
    fault: int
    column: str

    @property
    def points(self) -> str:
        return f"CAST({self.column} & {self.blank - 1} AS BIGINT)"

    @property
    def blanks(self) -> str:
        return f"CAST(bit_count({self.column} & {self.fault - self.blank}) AS INTEGER)"

    def is_blank(self, id: str) -> str:
        """TRUE where that item has no answer."""
        return f"(({self.column} & {self.blank << self.ids.index(id)}) > 0)"


UNPACKED: Mapping[str, _Packed] = MappingProxyType({})


def expression(instrument: Instrument, who: Who = ANYBODY) -> Mapping[str, str]:
    """One DuckDB SQL expression for each output of an instrument; for short forms.

    Each expression repeats all it is made of. For long forms and many scores use ``layers``.

    Args:
        instrument: the instrument; the table has one INTEGER column for each of its items,
            named ``item_1`` and so on, with NULL for skipped and not asked alike.
        who: what is known of everybody in the table, where a cut-off depends on age or sex.

    Returns:
        SQL by output name, whole-number and decimal maths only: for each score ``<score>``
        (INTEGER) and ``<score>_exact`` (DECIMAL, six places, half up); ``band``, ``caseness``,
        ``caseness_rule``, ``caseness_<rule>``, ``missing`` (list of item ids),
        ``missing_count``, ``prorated``, ``result`` where the instrument has results, and ``error``
        (text of the first answer out of range, else NULL). Where there is an error every other
        output is NULL.
    """
    pieces = {name: f"({sql})" for name, sql in _pieces(instrument).items()}
    scores = _scores(instrument, pieces)
    for name in _worked_out(instrument):
        made = _from_parts(instrument, name, {id: f"({sql})" for id, sql in scores.items()}, pieces)
        scores[name], scores[f"{name}_exact"] = made
    held = {name: f"({sql})" for name, sql in scores.items()}
    named = _named(instrument, pieces, held, who)
    return {**scores, **named, "error": _error(instrument)}


def layers(instrument: Instrument, who: Who = ANYBODY) -> tuple[Mapping[str, str], ...]:
    """The outputs of ``expression`` in steps, for whole files: nothing is worked out twice.

    Returns:
        Mappings of SQL by column name: three, one more before them where scores are plain sums,
        and one more for each score that is worked out from others. Each step reads the columns of
        those before it, so a caller nests them as subqueries and may replace the ``error`` of the
        step that has one; its ``_fault`` is TRUE where any answer is out of range, for little.
        Names that start with an underscore are working columns; ``_missing`` is ``missing`` as
        text with spaces.
    """
    packed = _packed(instrument)
    pieces = _pieces(instrument, packed)
    held = {name: f'"{name}"' for name in pieces}
    scores = _scores(instrument, held)
    columns = {name: f'"{name}"' for name in scores}
    further = []
    for name in _worked_out(instrument):
        whole, exact = _from_parts(instrument, name, columns, held)
        further.append({name: whole, f"{name}_exact": exact})
        columns |= {each: f'"{each}"' for each in further[-1]}
    named = _named(instrument, held, columns, who)
    if not packed:
        return pieces, scores, *further, named
    first = {f"_{id}_packed": each.sql for id, each in packed.items()}
    return first, pieces, scores, *further, named


@dataclass(frozen=True, slots=True)
class States:
    """Every state in which a short form can be, numbered: results are worked out once for each.

    Attributes:
        number: the number of a form's state as SQL over its item columns.
        refused: the number of all forms with an answer out of range; every other is below it.
        column: the name of the numbers in a table of the states.
        given: SQL of each item's column in that table. An answer is only known to be there or
            not; the steps of ``layers`` after the first need no more.
    """

    number: str
    refused: int
    column: str
    given: Mapping[str, str]


def states(instrument: Instrument) -> States | None:
    """The states of a form, where all that is worked out comes from one plain sum of few items."""
    packed = _packed(instrument)
    if len(packed) != 1 or instrument.results:
        return None
    ((id, one),) = packed.items()
    needed = {item.id for item in instrument.items if item.scored and not item.optional}
    others = any(rule.items and rule.id != id for rule in instrument.scores)
    if others or set(one.ids) != needed or one.fault > MOST_STATES:
        return None
    given = {
        item.id: f"CASE WHEN NOT {one.is_blank(item.id)} THEN {min(instrument.points(item))} END"
        if item.id in needed
        else "CAST(NULL AS INTEGER)"
        for item in instrument.items
    }
    further = [
        f" + CASE WHEN COALESCE({within}, TRUE) THEN 0 ELSE {one.fault} END"
        for item in instrument.items
        if item.id not in needed
        for within in [_within(_column(item), instrument.options[item.options])]
    ]
    # Named only once: what is named twice in a query is worked out twice.
    number = f"least({one.sql}{''.join(further)}, {one.fault})"
    return States(number, one.fault, one.column.strip('"'), given)


def _packed(instrument: Instrument) -> dict[str, _Packed]:
    """The scores that only add up points, with every item needed and none with a condition."""
    found: dict[str, _Packed] = {}
    for rule in instrument.scores:
        items = [instrument.item(id) for id in rule.items]
        worths = [instrument.points(item) for item in items]
        if (
            not items
            or rule.parts
            or rule.kind not in ("sum", "mean")
            or any(_is_conditional(instrument, item) for item in items)
            or min(min(each.values()) for each in worths) < 0
        ):
            continue
        blank = 1 << sum(max(each.values()) for each in worths).bit_length()
        fault = blank << len(items)
        if fault * (len(items) + 1) > LARGEST_BIGINT:
            continue
        kind = "INTEGER" if fault * (len(items) + 1) < LARGEST_INTEGER else "BIGINT"
        added = " + ".join(
            _pack(instrument, item, blank << place, fault, kind) for place, item in enumerate(items)
        )
        found[rule.id] = _Packed(added, rule.items, blank, fault, f'"_{rule.id}_packed"')
    return found


def _is_conditional(instrument: Instrument, item: Item) -> bool:
    return bool(
        item.optional
        or item.skip_if is not None
        or item.unasked is not None
        or instrument.codes_of(item)
        or set(instrument.points(item)) != set(instrument.options[item.options])
    )


def _pack(instrument: Instrument, item: Item, blank: int, fault: int, kind: str) -> str:
    column, points = _column(item), instrument.points(item)
    given = f"CAST({column} AS {kind})"
    turned = {value + worth for value, worth in points.items()}
    if all(value == worth for value, worth in points.items()):
        worth = given
    elif len(turned) == 1:
        worth = f"({turned.pop()} - {given})"
    else:
        cases = " ".join(f"WHEN {value} THEN {worth}" for value, worth in points.items())
        worth = f"CAST(CASE {column} {cases} END AS {kind})"
    within = _within(column, points)
    return f"CASE WHEN {within} THEN {worth} WHEN {column} IS NULL THEN {blank} ELSE {fault} END"


def _within(column: str, values: Iterable[int]) -> str:
    """TRUE where an answer is one of the values; quickest where they have no gap."""
    listed = sorted(values)
    if listed == list(range(listed[0], listed[-1] + 1)):
        return f"{column} BETWEEN {listed[0]} AND {listed[-1]}"
    return f"{column} IN ({', '.join(map(str, listed))})"


def _fault(instrument: Instrument, packed: Mapping[str, _Packed]) -> str:
    """TRUE where any answer is out of range, else FALSE; never NULL."""
    seen = {id for each in packed.values() for id in each.ids}
    found = [f"{each.column} >= {each.fault}" for each in packed.values()]
    for item in instrument.items:
        if item.id not in seen:
            within = _within(_column(item), instrument.options[item.options])
            found.append(f"NOT COALESCE({within}, TRUE)")
    return f"({' OR '.join(found)})"


def _pieces(instrument: Instrument, packed: Mapping[str, _Packed] = UNPACKED) -> dict[str, str]:
    """What the outputs are made of: sums, counts and the error, over the item columns."""
    if not instrument.items:
        raise NothingToAddUp(str(instrument.ref))
    needed = [item for item in instrument.items if item.scored and not item.optional]
    fault = _fault(instrument, packed)
    error = _error(instrument)
    error = _when(fault, error) if packed else error
    pieces = {"error": error, "_fault": fault, "_blank": _count(_blank(instrument, needed))}
    whole_form = frozenset(item.id for item in needed)
    for each in packed.values():
        if set(each.ids) == whole_form:
            pieces["_blank"] = each.blanks
    for rule in instrument.scores:
        if rule.parts or not rule.items:
            continue
        items = [instrument.item(id) for id in rule.items]
        if rule.id in packed:
            blanks = packed[rule.id].blanks
            pieces[f"_{rule.id}_points"] = packed[rule.id].points
            pieces[f"_{rule.id}_answered"] = f"({len(items)} - {blanks})"
            pieces[f"_{rule.id}_blank"] = blanks
            pieces[f"_{rule.id}_filled"] = "0"
            pieces[f"_{rule.id}_lost"] = _lost(instrument, items)
            continue
        points = [_points(instrument, item) for item in items]
        if rule.kind == "max":
            pieces[f"_{rule.id}_points"] = _highest(instrument, items)
        elif rule.kind == "count":
            high = [
                f"COALESCE({_worth(instrument, i)} >= {rule.counts_from}, FALSE)" for i in items
            ]
            pieces[f"_{rule.id}_points"] = _count(high)
        else:
            pieces[f"_{rule.id}_points"] = " + ".join(points)
        pieces[f"_{rule.id}_answered"] = _count(_answered(instrument, item) for item in items)
        wanted = [item for item in items if not item.optional]
        pieces[f"_{rule.id}_blank"] = _count(
            [*_blank(instrument, wanted), *_coded(instrument, items, "missing", optional=True)]
        )
        pieces[f"_{rule.id}_filled"] = _count(_coded(instrument, items, "fill"))
        pieces[f"_{rule.id}_lost"] = _lost(instrument, items)
    named_blanks = ", ".join(
        f"CASE WHEN {blank} THEN '{item.id}' END"
        for item, blank in zip(needed, _blank(instrument, needed), strict=True)
    )
    blank = f"({pieces['_blank']})"
    some = f"concat_ws(' ', {named_blanks})" if needed else "''"
    pieces["_missing"] = f"CASE WHEN {blank} > 0 THEN {some} ELSE '' END"
    return pieces


def _scores(instrument: Instrument, pieces: Mapping[str, str]) -> dict[str, str]:
    """The scores that answers add up to; those that are only entered are NULL."""
    clear = f"{pieces['error']} IS NULL"
    scores: dict[str, str] = {}
    for rule in instrument.scores:
        if rule.parts:
            continue
        if not rule.items:
            scores[rule.id] = "CAST(NULL AS INTEGER)"
            scores[f"{rule.id}_exact"] = f"CAST(NULL AS DECIMAL(18, {PLACES}))"
            continue
        whole, exact = _score(instrument, rule, pieces)
        scores[rule.id] = _when(clear, whole)
        scores[f"{rule.id}_exact"] = _when(clear, exact)
    return scores


def _worked_out(instrument: Instrument) -> list[str]:
    return [rule.id for rule in instrument.scores if rule.parts]


def _from_parts(
    instrument: Instrument, name: str, scores: Mapping[str, str], pieces: Mapping[str, str]
) -> tuple[str, str]:
    """A score from others: looked up from one, or added with weights before rounding."""
    rule = _rule(instrument, name)
    if rule.kind == "look_up":
        of = scores[next(iter(rule.parts))]
        whole, exact = [], []
        for raw, value in sorted(rule.table.items()):
            whole.append(f"WHEN {of} = {raw} THEN {half_up(value)}")
            exact.append(f"WHEN {of} = {raw} THEN {as_decimal(value, PLACES)}")
        return (
            f"CAST(CASE {' '.join(whole)} END AS INTEGER)",
            f"CAST(CASE {' '.join(exact)} END AS DECIMAL(18, {PLACES}))",
        )
    parts = [
        (_fraction(instrument, _rule(instrument, id), pieces), w) for id, w in rule.parts.items()
    ]
    bottom = " * ".join(f"CAST({bottom} AS BIGINT)" for (_, bottom), _ in parts)
    tops = []
    for place, ((top, _), weight) in enumerate(parts):
        others = [bottom for other, ((_, bottom), _) in enumerate(parts) if other != place]
        tops.append(" * ".join([f"CAST({top} AS BIGINT)", str(weight), *others]))
    may = " AND ".join(f"{scores[id]} IS NOT NULL" for id in rule.parts)
    return _rounded(f"({' + '.join(tops)})", f"({bottom})", max(0, -rule.lowest) + 1, may)


def _rule(instrument: Instrument, id: str) -> ScoreRule:
    return next(each for each in instrument.scores if each.id == id)


def _named(
    instrument: Instrument, pieces: Mapping[str, str], scores: Mapping[str, str], who: Who
) -> dict[str, str]:
    """Bands, caseness and what is missing, over scores that are NULL where there is an error."""
    clear = f"{pieces['error']} IS NULL"
    default = instrument.caseness_for(who)
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
            rule = f"{instrument.ref}/{case.id}"
            rule = one_of(rule, [rule])
            outputs["caseness_rule"] = _when(f"{scores[case.score]} IS NOT NULL", rule)
    listed = f"string_split({pieces['_missing']}, ' ')"
    some = f"CASE WHEN {pieces['_blank']} = 0 THEN CAST([] AS VARCHAR[]) ELSE {listed} END"
    outputs["missing"] = _when(clear, some)
    outputs["missing_count"] = _when(clear, pieces["_blank"])
    filled = [
        f"({scores[rule.id]} IS NOT NULL AND {pieces[f'_{rule.id}_blank']} "
        f"+ {pieces[f'_{rule.id}_filled']} > 0)"
        for rule in instrument.scores
        if rule.items and not rule.parts
    ]
    outputs["prorated"] = _when(clear, f"({' OR '.join(filled)})" if filled else "FALSE")
    if instrument.results:
        outputs["result"] = _when(clear, _result(instrument, scores))
    return outputs


def _result(instrument: Instrument, scores: Mapping[str, str]) -> str:
    values = {item.id: instrument.options[item.options] for item in instrument.items}
    least = least_expression(instrument)
    names = [result.name for result in instrument.results]
    branches = []
    for result in instrument.results:
        held = "TRUE" if result.when is None else sql(result.when, values, scores, least)
        branches.append(f"WHEN {held} THEN {one_of(result.name, names)}")
    return f"CASE {' '.join(branches)} END"


def least_expression(instrument: Instrument) -> dict[str, str]:
    """SQL of what each sum surely comes to by the valid answers in a row, by score."""
    least: dict[str, str] = {}
    for rule in instrument.scores:
        if rule.kind == "sum":
            terms = []
            for item in (instrument.item(id) for id in rule.items):
                lowest = lowest_points(instrument, item)
                terms.append(f"COALESCE({_sure_worth(instrument, item)}, {lowest})")
            least[rule.id] = f"(({' + '.join(terms)}) * {rule.multiply})"
    return least


def _sure_worth(instrument: Instrument, item: Item) -> str:
    """The points of a valid answer; NULL for any other."""
    points = instrument.points(item)
    cases = " ".join(f"WHEN {value} THEN {worth}" for value, worth in points.items())
    worth = f"CASE {_column(item)} {cases} END"
    if item.unasked is not None:
        unasked = points[item.unasked.value]
        worth = f"CASE WHEN {_not_asked(instrument, item)} THEN {unasked} ELSE {worth} END"
    return worth


def one_of(word: str, words: Iterable[str]) -> str:
    """A word of a closed list as SQL: DuckDB keeps and writes its number, and it reads as text."""
    listed = ", ".join(f"'{each}'" for each in dict.fromkeys(words))
    return f"CAST('{word}' AS ENUM({listed}))"


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


def _count(conditions: Iterable[str]) -> str:
    terms = [f"CAST({condition} AS INTEGER)" for condition in conditions]
    return f"({' + '.join(terms)})" if terms else "0"


def _skipped(instrument: Instrument, item: Item) -> str:
    """TRUE where the answers make an item one that does not apply."""
    if item.skip_if is None:
        return "FALSE"
    values = {each.id: instrument.options[each.options] for each in instrument.items}
    return sql(item.skip_if, values, {})


def _blank(instrument: Instrument, items: Iterable[Item]) -> list[str]:
    """For each item, TRUE where its answer is missing."""
    found = []
    for item in items:
        blank = f"{_column(item)} IS NULL"
        if item.skip_if is not None:
            blank += f" AND NOT {_skipped(instrument, item)}"
        coded = _coded(instrument, [item], "missing")
        found.append(f"({' OR '.join([f'({blank})', *coded])})" if coded else f"({blank})")
    return found


def _coded(
    instrument: Instrument, items: Iterable[Item], then: str, *, optional: bool = False
) -> list[str]:
    """For each item with such answers, TRUE where one without points was given."""
    found = []
    for item in items:
        codes = [str(v) for v, does in instrument.codes_of(item).items() if does == then]
        if codes and (item.optional or not optional):
            found.append(f"COALESCE({_column(item)} IN ({', '.join(codes)}), FALSE)")
    return found


def _lost(instrument: Instrument, items: list[Item]) -> str:
    """TRUE where all items of a group that must not be blank as a whole are blank."""
    groups = instrument.missing.never_all_of if instrument.missing else ()
    ids = {item.id for item in items}
    lost = [
        " AND ".join(_blank(instrument, [instrument.item(id) for id in group]))
        for group in groups
        if set(group) <= ids
    ]
    return f"({' OR '.join(f'({each})' for each in lost)})" if lost else "FALSE"


def _answered(instrument: Instrument, item: Item) -> str:
    codes = [str(value) for value in instrument.codes_of(item)]
    given = f"{_column(item)} IS NOT NULL"
    if codes:
        given = f"COALESCE({_column(item)} NOT IN ({', '.join(codes)}), FALSE)"
    if item.unasked is not None:
        given = f"({given} OR {_not_asked(instrument, item)})"
    return given


def _not_asked(instrument: Instrument, item: Item) -> str:
    """TRUE where an item counts as what *not asked* counts as."""
    skipped = _skipped(instrument, item)
    if item.unasked is not None and item.unasked.wins:
        return skipped
    return f"({_column(item)} IS NULL AND {skipped})"


def _worth(instrument: Instrument, item: Item) -> str:
    """The points of an answer; NULL where there are none."""
    points = instrument.points(item)
    codes = instrument.codes_of(item)
    column = _column(item)
    if not codes and item.unasked is None and all(v == worth for v, worth in points.items()):
        return f"CAST({column} AS BIGINT)"
    cases = " ".join(f"WHEN {value} THEN {worth}" for value, worth in points.items())
    worth = f"CASE {column} {cases} END"
    if item.unasked is not None:
        unasked = points[item.unasked.value]
        worth = f"CASE WHEN {_not_asked(instrument, item)} THEN {unasked} ELSE {worth} END"
    return f"({worth})"


def _points(instrument: Instrument, item: Item) -> str:
    return f"COALESCE({_worth(instrument, item)}, 0)"


def _highest(instrument: Instrument, items: list[Item]) -> str:
    worth = ", ".join(_worth(instrument, item) for item in items)
    return f"greatest({worth})" if len(items) > 1 else worth


def _score(instrument: Instrument, rule: ScoreRule, pieces: Mapping[str, str]) -> tuple[str, str]:
    items = [instrument.item(id) for id in rule.items]
    total, answered, blank, filled, lost = (
        pieces[f"_{rule.id}_{piece}"] for piece in ("points", "answered", "blank", "filled", "lost")
    )
    may = f"{blank} <= {allowed(instrument, rule)} AND {answered} > 0 AND NOT {lost}"
    if rule.kind == "goal_attainment":
        whole, exact = _goal_attainment(instrument, items, total, answered)
        return (
            f"CASE WHEN {may} THEN CAST({whole} AS INTEGER) END",
            f"CASE WHEN {may} THEN CAST({exact} AS DECIMAL(18, {PLACES})) END",
        )
    if rule.kind in ("max", "count"):
        may += f" AND {blank} + {filled} = 0"
    top, bottom = _fraction(instrument, rule, pieces)
    if rule.kind == "sum" and _is_whole(instrument, rule):
        return (
            f"CASE WHEN {may} THEN CAST({top} AS INTEGER) END",
            f"CASE WHEN {may} THEN CAST({top} AS DECIMAL(18, {PLACES})) END",
        )
    lowest = min(min(instrument.options[item.options]) for item in items)
    shift = max(0, -lowest * len(items) * rule.multiply) + 1
    if rule.kind != "sum":
        return _rounded(top, bottom, shift, may)
    # Most rows have nothing blank, and there the sum is the score.
    summed = f"({total} * {rule.multiply})"
    whole, exact = _rounded(top, bottom, shift, "TRUE")
    quick = f"WHEN {blank} + {filled} = 0 THEN"
    return (
        f"CASE WHEN {may} THEN CASE {quick} CAST({summed} AS INTEGER) ELSE {whole} END END",
        f"CASE WHEN {may} THEN CASE {quick} CAST({summed} AS DECIMAL(18, {PLACES})) "
        f"ELSE {exact} END END",
    )


def _fraction(
    instrument: Instrument, rule: ScoreRule, pieces: Mapping[str, str]
) -> tuple[str, str]:
    """A score before rounding, as two whole numbers."""
    total, answered, blank, filled = (
        pieces[f"_{rule.id}_{piece}"] for piece in ("points", "answered", "blank", "filled")
    )
    if rule.kind in ("max", "count"):
        return f"({total})", "1"
    if _is_whole(instrument, rule):
        return f"({total} * {rule.multiply})", str(1 if rule.kind == "sum" else len(rule.items))
    size = f"({answered} + {blank} + {filled})" if rule.kind == "sum" else "1"
    return f"({total} * {size} * {rule.multiply})", f"{answered}"


def _is_whole(instrument: Instrument, rule: ScoreRule) -> bool:
    """Whether a score only ever comes from all of its items, so that nothing is filled in."""
    items = [instrument.item(id) for id in rule.items]
    return allowed(instrument, rule) == 0 and not any(
        item.optional
        or (item.skip_if is not None and item.unasked is None)
        or {"fill", "leave_out"} & set(instrument.codes_of(item).values())
        for item in items
    )


def _rounded(top: str, bottom: str, shift: int, may: str) -> tuple[str, str]:
    whole = _half_up(top, bottom, shift)
    scaled = _half_up(f"({top} * {10**PLACES})", bottom, shift * 10**PLACES)
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
    names = [band.name for band in bands]
    branches = " ".join(
        f"WHEN {points} >= {band.lowest} THEN {one_of(band.name, names)}" for band in highest_first
    )
    return f"CASE {branches} END"
