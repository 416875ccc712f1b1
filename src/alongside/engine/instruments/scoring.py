"""Answers to points. The plain reference; ``compiled`` and ``columnar`` must agree with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from types import MappingProxyType

from alongside.engine.conditions import Seen, holds
from alongside.engine.errors import EngineError
from alongside.engine.instruments.shapes import (
    ANYBODY,
    AnsweredTwice,
    AnswerOutOfRange,
    CasenessRule,
    Instrument,
    Item,
    Score,
    ScoreRule,
    TotalOutOfRange,
    UnknownItem,
    UnknownScore,
    Who,
)

Answers = Mapping[str, int | None]
Exact = Fraction | Decimal

GOAL_CORRELATION = Fraction(3, 10)  # Kiresuk and Sherman's assumed rho between goals


def score(instrument: Instrument, answers: Answers, who: Who = ANYBODY) -> Score:
    """Add up the answers to an instrument.

    Args:
        instrument: the published instrument, at one exact version.
        answers: points by item id. None is skipped, absent was not asked; never zero.
        who: what is known of the person, where a cut-off depends on age or sex.

    Returns:
        The score in points. ``missing`` names the unanswered items in the instrument's
        order; with more of them than the instrument allows, total and band are None.

    Raises:
        UnknownItem: an answer names an item the instrument does not have.
        AnswerOutOfRange: an answer is not one of the item's points.

    Source: the instrument's own ``source``; its missing rule comes from content, and
    without a rule a part-filled form has no total.
    """
    known = set(instrument.item_ids)
    for id in answers:
        if id not in known:
            raise UnknownItem(id, str(instrument.ref), instrument.item_ids)
    for item in instrument.items:
        refuse_out_of_range(instrument, item, answers.get(item.id))
    whole: dict[str, int | None] = {}
    exact: dict[str, Exact] = {}
    filled: set[str] = set()
    for rule in instrument.scores:
        value, was_filled = _exact(instrument, rule, answers)
        if rule.parts:
            value, was_filled = _from_parts(rule, whole, exact), bool(filled & set(rule.parts))
        whole[rule.id] = None if value is None else half_up(value)
        if value is not None:
            exact[rule.id] = value
            if was_filled:
                filled.add(rule.id)
    missing = missing_items(instrument, answers)
    return finish(instrument, whole, exact, missing, bool(filled), answers=answers, who=who)


def score_totals(
    instrument: Instrument, totals: Mapping[str, int | Decimal], who: Who = ANYBODY
) -> Score:
    """The score where somebody read their own form and enters what it came to.

    Args:
        totals: points by score id; what other scores are worked out from these is worked out.
            An ``entered`` score may have decimal places, the others are whole numbers.

    Returns:
        The score, with ``entered`` set. No single answer is known, so no danger in one is either.

    Raises:
        UnknownScore, TotalOutOfRange.
    """
    can = tuple(rule.id for rule in instrument.scores if not rule.parts)
    for id in totals:
        if id not in can:
            raise UnknownScore(id, str(instrument.ref), can)
    whole: dict[str, int | None] = {}
    exact: dict[str, Exact] = {}
    for rule in instrument.scores:
        value: Exact | None = _from_parts(rule, whole, exact) if rule.parts else None
        if rule.id in totals:
            value = Fraction(_checked_total(rule, totals[rule.id]))
        whole[rule.id] = None if value is None else half_up(value)
        if value is not None:
            exact[rule.id] = value
    return finish(instrument, whole, exact, (), False, who=who, entered=True)


def finish(
    instrument: Instrument,
    whole: Mapping[str, int | None],
    exact: Mapping[str, Exact],
    missing: tuple[str, ...],
    prorated: bool,
    *,
    answers: Answers | None = None,
    who: Who = ANYBODY,
    entered: bool = False,
) -> Score:
    """Name the band and the result, and say whether it is a case, for points added up."""
    points = whole.get(instrument.main_score)
    band = None if points is None else band_of(instrument, points)
    rule = instrument.caseness_for(who)
    case = is_case(rule, whole.get(rule.score)) if rule else None
    # Answers that nobody knows are not blank: a result that reads answers stays open.
    is_read = answers is not None and bool(instrument.results)
    least = least_points(instrument, answers or {}) if is_read else {}
    seen = Seen(answers or {}, whole, finished=not entered, least=least)
    result = next((r for r in instrument.results if r.when is None or holds(r.when, seen)), None)
    if entered and not any(points is not None for points in whole.values()):
        result = None
    return Score(
        scores=MappingProxyType(dict(whole)),
        exact=MappingProxyType(dict(exact)),
        band=band,
        caseness=case,
        caseness_rule=f"{instrument.ref}/{rule.id}" if rule and case is not None else None,
        missing=missing,
        prorated=prorated,
        result=result.name if result else None,
        steps=result.steps if result else (),
        entered=entered,
    )


def refuse_out_of_range(instrument: Instrument, item: Item, value: int | None) -> None:
    """Raise AnswerOutOfRange when an answer is not one of the item's points."""
    values = instrument.options[item.options]
    if value is not None and value not in values:
        raise AnswerOutOfRange(item.id, value, min(values), max(values))


def missing_items(instrument: Instrument, answers: Answers) -> tuple[str, ...]:
    """The scored items without an answer, in the instrument's order; *unable to rate* is none."""
    return tuple(
        item.id
        for item in instrument.items
        if item.scored
        and not item.optional
        and (
            not is_skipped(item, answers)
            if answers.get(item.id) is None
            else instrument.codes_of(item).get(answers[item.id] or 0) == "missing"
        )
    )


def without_codes(instrument: Instrument, answers: Answers) -> dict[str, int | None]:
    """The answers with *unable to rate* and its like as what they are: no answer."""
    return {
        id: None if instrument.codes_of(instrument.item(id)).get(value or 0) == "missing" else value
        for id, value in answers.items()
    }


def is_skipped(item: Item, answers: Answers) -> bool:
    """Whether the answers so far make an item one that does not apply."""
    return item.skip_if is not None and holds(item.skip_if, Seen(answers)) is not None


def band_of(instrument: Instrument, points: int, score: str | None = None) -> str | None:
    """The name of the range the points fall in, of the main score unless another is named."""
    name = score or instrument.main_score
    below = [band for band in instrument.bands if band.score == name and band.lowest <= points]
    return max(below, key=lambda band: band.lowest).name if below else None


def is_case(rule: CasenessRule, points: int | None) -> bool | None:
    """Whether the points make a case by one rule; None without points."""
    if points is None:
        return None
    match rule.op:
        case ">=":
            return points >= rule.value
        case ">":
            return points > rule.value
        case "<=":
            return points <= rule.value
        case "<":
            return points < rule.value


def items_to_ask(instrument: Instrument, answers: Answers) -> tuple[str, ...]:
    """The items to ask, given the answers so far.

    One with ``ask_if`` comes once its points are reached, one with ``skip_if`` goes once it holds.
    """
    asked = []
    for item in instrument.items:
        if is_skipped(item, answers):
            continue
        if item.ask_if is not None:
            rule = instrument.score_rule(item.ask_if.score)
            points = counted_points(instrument, rule, answers) if rule else {}
            if sum(points.values()) < item.ask_if.at_least:
                continue
        asked.append(item.id)
    return tuple(asked)


def normalise_answers(
    instrument: Instrument, raw: Sequence[object] | Mapping[str, object] | Mapping[int, object]
) -> dict[str, int | None]:
    """Turn a list in the form's order, or keys such as ``1``, ``item1``, ``item_1``, into answers.

    Raises the first of UnknownItem, AnsweredTwice and AnswerOutOfRange.
    """
    valid, errors = valid_answers(instrument, raw)
    if errors:
        raise errors[0]
    return valid


def valid_answers(
    instrument: Instrument, raw: Sequence[object] | Mapping[str, object] | Mapping[int, object]
) -> tuple[dict[str, int | None], tuple[EngineError, ...]]:
    """Part the answers that can stand from those that cannot.

    Args:
        instrument: the instrument.
        raw: as for ``normalise_answers``.

    Returns:
        The valid answers by item id, and one error for each of the others, in order. Danger is
        looked for in the valid ones before the rest is refused.
    """
    pairs: list[tuple[object, object]]
    if isinstance(raw, Mapping):
        pairs = list(raw.items())
    else:
        pairs = [(f"item_{number}", value) for number, value in enumerate(raw, start=1)]
    known = {item.id: item for item in instrument.items}
    valid: dict[str, int | None] = {}
    errors: list[EngineError] = []
    for key, value in pairs:
        id = item_id(key)
        if id not in known:
            errors.append(UnknownItem(str(key), str(instrument.ref), instrument.item_ids))
            continue
        if id in valid:
            errors.append(AnsweredTwice(id))
            continue
        values = instrument.options[known[id].options]
        if value is not None and (type(value) is not int or value not in values):
            errors.append(AnswerOutOfRange(id, value, min(values), max(values)))
            continue
        valid[id] = value if type(value) is int else None
    return valid, tuple(errors)


def item_id(key: object) -> str:
    """``1``, ``"1"``, ``item1`` and ``item_1`` are all ``item_1``; other keys stay as they are."""
    text = str(key).strip().lower()
    digits = text.removeprefix("item").removeprefix("_")
    return f"item_{int(digits)}" if digits.isascii() and digits.isdigit() else text


def half_up(value: Exact) -> int:
    """Round to the nearest whole number; a half goes up."""
    if isinstance(value, Decimal):
        return int((value + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR"))
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def as_decimal(value: Exact, places: int = 6) -> Decimal:
    """An exact score as a decimal number, half up at the last place."""
    step = Decimal(1).scaleb(-places)
    if isinstance(value, Decimal):
        return value.quantize(step, rounding=ROUND_HALF_UP)
    return Decimal(half_up(value * 10**places)).scaleb(-places)


def goal_attainment(levels: Sequence[int]) -> Decimal:
    """The T score of goal levels -2..2 with equal weights: mean 50, standard deviation 10."""
    count = len(levels)
    spread = (1 - GOAL_CORRELATION) * count + GOAL_CORRELATION * count * count
    context = Context(prec=40)
    root = context.sqrt(context.divide(Decimal(spread.numerator), Decimal(spread.denominator)))
    return 50 + context.divide(Decimal(10 * sum(levels)), root)


def _counted(instrument: Instrument, item: Item, answers: Answers) -> int | None:
    """The official value that counts for an item: as ticked, or what *not asked* counts as."""
    value = answers.get(item.id)
    if item.unasked and (value is None or item.unasked.wins) and is_skipped(item, answers):
        return item.unasked.value
    return value


def counted_points(instrument: Instrument, rule: ScoreRule, answers: Answers) -> dict[str, int]:
    """The points of each item that counts in one score, by item id, before anything is filled in.

    An item that was not asked and then counts as one of its values is among them; a blank, and an
    answer that carries no points, is not.
    """
    points: dict[str, int] = {}
    for id in rule.items:
        item = instrument.item(id)
        value = _counted(instrument, item, answers)
        worth = instrument.points(item)
        if value is not None and value in worth:
            points[id] = worth[value]
    return points


def _exact(instrument: Instrument, rule: ScoreRule, answers: Answers) -> tuple[Exact | None, bool]:
    points = counted_points(instrument, rule, answers)
    blank: list[str] = []
    filled = 0
    for id in rule.items:
        item = instrument.item(id)
        if id in points:
            continue
        value = answers.get(id)
        then = None if value is None else instrument.codes_of(item).get(value)
        if then == "fill":
            filled += 1
        elif then == "missing" or (
            value is None and not item.optional and not is_skipped(item, answers)
        ):
            blank.append(id)
    if len(blank) > allowed(instrument, rule) or not points or loses_a_group(instrument, blank):
        return None, False
    if rule.kind == "goal_attainment":
        return goal_attainment(list(points.values())), bool(blank)
    was_filled = bool(blank) or filled > 0
    if rule.kind in ("max", "count"):
        if was_filled:
            return None, False
        high = [each for each in points.values() if each >= rule.counts_from]
        return Fraction(max(points.values()) if rule.kind == "max" else len(high)), False
    mean = Fraction(sum(points.values()), len(points))
    size = len(points) + len(blank) + filled if rule.kind == "sum" else 1
    return mean * size * rule.multiply, was_filled


def least_points(instrument: Instrument, answers: Answers) -> dict[str, int]:
    """What each sum surely comes to by the answers there are, whatever the others are.

    Danger is looked for in it where the total cannot be worked out.
    """
    least: dict[str, int] = {}
    for rule in instrument.scores:
        if rule.kind != "sum":
            continue
        points = counted_points(instrument, rule, answers)
        rest = [instrument.item(id) for id in rule.items if id not in points]
        least[rule.id] = rule.multiply * (
            sum(points.values()) + sum(lowest_points(instrument, item) for item in rest)
        )
    return least


def lowest_points(instrument: Instrument, item: Item) -> int:
    """The fewest points an item without a counted answer can still add."""
    lowest = min(instrument.points(item).values())
    may_add_nothing = item.optional or "leave_out" in instrument.codes_of(item).values()
    return min(0, lowest) if may_add_nothing or item.skip_if is not None else lowest


def allowed(instrument: Instrument, rule: ScoreRule) -> int:
    """How many items of a score may be blank."""
    if rule.max_missing is not None:
        return rule.max_missing
    return instrument.missing.max if instrument.missing else 0


def loses_a_group(instrument: Instrument, blank: Sequence[str]) -> bool:
    """Whether all items of a group that must not be blank as a whole are blank."""
    groups = instrument.missing.never_all_of if instrument.missing else ()
    return any(set(group) <= set(blank) for group in groups)


def _from_parts(
    rule: ScoreRule, whole: Mapping[str, int | None], exact: Mapping[str, Exact]
) -> Exact | None:
    if rule.kind == "look_up":
        found = whole.get(next(iter(rule.parts)))
        return None if found is None or found not in rule.table else Fraction(rule.table[found])
    if any(id not in exact for id in rule.parts):
        return None
    return sum((Fraction(exact[id]) * weight for id, weight in rule.parts.items()), Fraction(0))


def _checked_total(rule: ScoreRule, value: int | Decimal) -> int | Decimal:
    is_number = type(value) is int or (isinstance(value, Decimal) and value.is_finite())
    if not is_number or not rule.lowest <= value <= rule.highest:
        raise TotalOutOfRange(rule.id, value, rule.lowest, rule.highest)
    if rule.kind != "entered" and value != int(value):
        raise TotalOutOfRange(rule.id, value, rule.lowest, rule.highest)
    return value
