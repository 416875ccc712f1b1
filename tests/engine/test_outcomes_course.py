"""What the progress page may say about one person's scores, and what it must never say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from alongside.engine.instruments.shapes import (
    CasenessRule,
    Instrument,
    Item,
    Licence,
    ReliableChange,
    ScoreRule,
)
from alongside.engine.outcomes.course import Point, progress
from alongside.engine.outcomes.of_instrument import change_of
from alongside.engine.outcomes.reliable_change import derived
from alongside.engine.terms import Ref

TEN = CasenessRule("default", ">=", 10, "somewhere", is_default=True)


def instrument(
    *,
    change: ReliableChange | None = None,
    higher_is: str | None = "worse",
    case: CasenessRule | None = TEN,
) -> Instrument:
    return Instrument(
        ref=Ref("mood", 1),
        name="Mood",
        licence=Licence("ship", "own", "here", "2026-01-01"),
        role="outcome",
        respondent="self",
        recall="last 2 weeks",
        options={"freq": (0, 1, 2, 3)},
        items=tuple(Item(f"item_{n}", "freq") for n in range(1, 10)),
        scores=(
            ScoreRule("total", "sum", tuple(f"item_{n}" for n in range(1, 10)), 0, 27, higher_is),
        ),
        caseness=(case,) if case else (),
        reliable_change=change,
    )


PUBLISHED = change_of(instrument(change=ReliableChange(Decimal(6), "published", "NHSTT")))


def points(*scores: int | None) -> list[Point]:
    return [Point(date(2026, 9, 1 + n), score) for n, score in enumerate(scores)]


def test_better_by_more_than_chance_and_below_the_line():
    found = progress(points(18, 15, None, 8), PUBLISHED)
    assert found.sentence_key == "progress.reliably_better_and_crossed"
    assert (found.first.score, found.last.score, found.points) == (18, 8, 10)
    assert (found.due, found.answered) == (4, 3)
    assert found.is_reliable is True
    assert (found.crossed, found.is_case) == ("into_functional", False)
    assert (found.threshold, found.basis) == (6, "published")
    assert found.reasons[0].key == "outcomes.reliably_better"
    assert "larger than measurement error is likely to explain" in found.reasons[0].text


def test_order_of_the_scores_is_their_dates():
    found = progress(list(reversed(points(18, 15, 8))), PUBLISHED)
    assert found.points == 10


@pytest.mark.parametrize(
    ("scores", "key"),
    [
        ((20, 13), "progress.reliably_better"),
        ((12, 9), "progress.could_be_chance"),
        ((12, 12), "progress.could_be_chance"),
        ((12, 20), "progress.reliably_worse"),
        ((8, 15), "progress.reliably_worse_and_crossed"),
        ((8,), "progress.one_score"),
        ((8, None), "progress.one_score"),
        ((None,), "progress.no_score"),
        ((), "progress.no_score"),
    ],
)
def test_each_course_has_its_sentence(scores, key):
    assert progress(points(*scores), PUBLISHED).sentence_key == key


@pytest.mark.parametrize(
    "change",
    [
        None,
        ReliableChange(Decimal(10), "mid", "Topp"),
        ReliableChange(Decimal(7), "derived", "assumed", is_on=False),
        ReliableChange(Decimal(6), "by_analogy", "phq9", is_on=False),
        ReliableChange(Decimal(6), "none", ""),
    ],
)
@pytest.mark.parametrize("scores", [(27, 0), (0, 27), (9, 9), (12, 3)])
def test_without_a_rule_reliable_change_is_never_reported(change, scores):
    found = progress(points(*scores), change_of(instrument(change=change)))
    assert found.verdict is None
    assert found.is_reliable is None
    assert found.threshold is None
    assert found.sentence_key.startswith("progress.no_rule_")
    assert not any("reliably" in reason.key for reason in found.reasons)


def test_a_service_may_bring_its_own_figures_but_a_published_value_wins():
    own = derived(8.5, 0.93, higher_is="worse")
    off = ReliableChange(Decimal(7), "derived", "assumed", is_on=False)
    assert change_of(instrument(change=off), own=own).rule == own
    wins = change_of(instrument(change=ReliableChange(Decimal(6), "published", "NHSTT")), own=own)
    assert wins.rule.threshold == 6


def test_where_neither_direction_is_good_nothing_is_called_better():
    info = change_of(instrument(higher_is=None, case=None))
    found = progress(points(4, 9), info)
    assert found.sentence_key == "progress.no_direction"
    assert found.points is None


def test_a_line_with_a_strict_sign_leaves_the_score_on_it_below():
    strict = CasenessRule("default", ">", 10, "somewhere", is_default=True)
    assert progress(points(12, 10), change_of(instrument(case=strict))).is_case is False


def test_the_line_of_a_scale_where_higher_is_better():
    low = CasenessRule("default", "<=", 12, "somewhere", is_default=True)
    info = change_of(instrument(higher_is="better", case=low))
    found = progress(points(12, 20), info)
    assert (found.points, found.crossed) == (8, "into_functional")


def test_a_line_on_the_healthy_side_is_not_one_to_recover_across():
    ready = CasenessRule("default", ">=", 12, "somewhere", is_default=True)
    assert change_of(instrument(higher_is="better", case=ready)).line is None
