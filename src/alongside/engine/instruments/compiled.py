"""The same scoring, prepared once for one instrument, for many answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from operator import itemgetter
from typing import Any

from alongside.engine.instruments.scoring import (
    finish,
    missing_items,
    refuse_out_of_range,
    score,
)
from alongside.engine.instruments.shapes import (
    ANYBODY,
    Instrument,
    Score,
    ScoreRule,
    UnknownItem,
    Who,
)

Given = Mapping[str, int | None] | tuple[int | None, ...]
Scorer = Callable[[Given], Score]


def compile_scorer(instrument: Instrument, who: Who = ANYBODY) -> Scorer:
    """Prepare a scorer that gives what ``score`` gives, faster.

    Args:
        instrument: the instrument, at one exact version.
        who: what is known of the people, where a cut-off depends on age or sex.

    Returns:
        A function that takes answers by item id, or a tuple in the order of the form (a short
        one leaves the rest unasked), and refuses what ``score`` refuses. Equal complete forms
        share one Score, which nobody can change.
    """
    rule = _plain_sum(instrument)
    if rule is not None:
        return _by_table(instrument, rule, who)
    return lambda given: score(instrument, _named(instrument, given), who)


def _plain_sum(instrument: Instrument) -> ScoreRule | None:
    """The only score, when it is the sum of the first items, all on one scale and as ticked."""
    if len(instrument.scores) != 1 or instrument.scores[0].kind != "sum":
        return None
    if instrument.results or instrument.codes or any(item.skip_if for item in instrument.items):
        return None
    rule = instrument.scores[0]
    if rule.max_missing is not None or (instrument.missing and instrument.missing.never_all_of):
        return None
    scored = instrument.items[: len(rule.items)]
    scales = {instrument.options[item.options] for item in scored}
    is_plain = all(item.scored and not item.reversed and not item.optional for item in scored)
    rest_unscored = not any(item.scored for item in instrument.items[len(scored) :])
    in_order = tuple(item.id for item in scored) == rule.items
    return rule if is_plain and rest_unscored and in_order and len(scales) == 1 else None


class _Totals(dict[int, Score]):
    """The Score of each total of a complete form, made the first time it is met."""

    def __init__(self, make: Callable[[int], Score]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, total: int) -> Score:
        found = self[total] = self.make(total)
        return found


def _by_table(instrument: Instrument, rule: ScoreRule, who: Who) -> Scorer:
    count, most = len(rule.items), len(instrument.items)
    values = frozenset(instrument.options[instrument.items[0].options])
    fits = values.issuperset
    unscored = instrument.items[count:]
    rest = [(item.id, frozenset((None, *instrument.options[item.options]))) for item in unscored]
    known = frozenset(instrument.item_ids)
    allowed = instrument.missing.max if instrument.missing else 0
    complete = _Totals(lambda total: _complete(instrument, rule, total * rule.multiply, who))
    part_filled: dict[tuple[int, tuple[str, ...]], Score] = {}
    only = rule.items[0]
    pick: Any = itemgetter(*rule.items) if count > 1 else lambda answers: (answers[only],)

    def by_id(answers: Any) -> Score:
        try:
            ticked = pick(answers)
        except KeyError:
            return other(answers)
        if fits(ticked) and (len(answers) == count or rest_fits(answers)):
            return complete[sum(ticked)]
        return other(answers)

    def rest_fits(answers: Mapping[str, int | None]) -> bool:
        found = count
        for id, allowed_values in rest:
            if id in answers:
                found += 1
                if answers[id] not in allowed_values:
                    return False
        return found == len(answers)

    def other(answers: Mapping[str, int | None]) -> Score:
        for id in answers:
            if id not in known:
                raise UnknownItem(id, str(instrument.ref), instrument.item_ids)
        for item in instrument.items:
            refuse_out_of_range(instrument, item, answers.get(item.id))
        # One Score for each total and set of blanks: at most some hundreds where two may be
        # blank, and only the set matters where more are.
        missing = missing_items(instrument, answers)
        total = sum(answers.get(id) or 0 for id in rule.items) if len(missing) <= allowed else 0
        held = part_filled.get((total, missing))
        if held is None:
            held = score(instrument, answers, who)
            if len(missing) <= allowed:
                part_filled[total, missing] = held
        return held

    def run(given: Any) -> Score:
        if type(given) is not tuple:
            return by_id(given)
        ticked = given[:count]
        if len(ticked) == count and len(given) <= most and fits(ticked):
            for item, value in zip(unscored, given[count:], strict=False):
                refuse_out_of_range(instrument, item, value)
            return complete[sum(ticked)]
        return by_id(_named(instrument, given))

    return run


def _complete(instrument: Instrument, rule: ScoreRule, points: int, who: Who) -> Score:
    return finish(instrument, {rule.id: points}, {rule.id: Fraction(points)}, (), False, who=who)


def _named(instrument: Instrument, given: Given) -> Mapping[str, int | None]:
    if not isinstance(given, tuple):
        return given
    ids = instrument.item_ids
    if len(given) > len(ids):
        raise UnknownItem(f"item_{len(ids) + 1}", str(instrument.ref), ids)
    return dict(zip(ids, given, strict=False))
