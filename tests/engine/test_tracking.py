"""On track or not after each score, and how often the rule would have been right."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.engine.outcomes import expected, tracking
from alongside.engine.outcomes.clinical_significance import cutoff
from alongside.engine.outcomes.expected import FinishedCourse
from alongside.engine.outcomes.intervals import Interval
from alongside.engine.outcomes.numbers import NotAFigure
from alongside.engine.outcomes.of_instrument import InstrumentChange
from alongside.engine.outcomes.reliable_change import published
from alongside.engine.outcomes.tracking import TrackRules

PHQ = InstrumentChange(
    "phq9@1", "total", "published", "worse",
    rule=published(6, higher_is="worse"), line=cutoff(10, higher_is="worse"), lowest=0, highest=27,
)  # fmt: skip
UNKNOWN = replace(PHQ, rule=None, line=None, basis="none")
EDGES = (0, 10, 15, 20, 27)
FEW = TrackRules(fewest=20, folds=4)


def said(score, session, **more):
    found = tracking.look(18, score, session=session, planned=12, info=PHQ, **more)
    return found.signal, found.basis, found.why.removeprefix("outcomes.track.")


# From 18: after session k nine courses lie at 18 - k, ..., and every tenth has got worse by one.
SLOW = [FinishedCourse(18, {k: 19 if n % 10 == 0 else 18 - k - n % 5 for k in (2, 4, 6)}, 12)
        for n in range(100)]  # fmt: skip
BANDS = expected.start_bands(SLOW, EDGES, higher_is="worse")


def test_without_finished_courses_the_published_rules_speak():
    assert said(24, 1) == ("not_on_track", "rules", "worse")
    assert said(16, 5) == ("too_early", "rules", "early")
    assert said(16, 6) == ("not_on_track", "rules", "no_change")
    assert said(12, 2)[:2] == ("on_track", "rules")
    assert said(16, 3, rules=TrackRules(half=0.25)) == ("not_on_track", "rules", "no_change")
    assert tracking.look(18, 9, session=4, planned=12, info=UNKNOWN) is None


def test_what_is_expected_never_leaves_the_scale():
    falls = [FinishedCourse(14, {3: 14 - 14 * (n % 2)}, 12) for n in range(100)]
    rises = [FinishedCourse(24, {3: 27}, 12) for n in range(100)]
    bands = expected.start_bands([*falls, *rises], EDGES, higher_is="worse")
    assert tracking.expected_at(10, 3, PHQ, bands) == Interval(0, 10)
    assert tracking.expected_at(26, 3, PHQ, bands) == Interval(27, 27)


def test_with_enough_finished_courses_their_band_speaks_and_says_of_how_many():
    # Improvement by session 4: ten at -1, then 20 each of 4 (less those ten), 5, 6, 7, 8.
    [band] = BANDS
    assert (band.lower_change[4], band.low_change[4], band.high_change[4]) == (-1, 5, 8)
    assert said(20, 4, bands=BANDS) == ("not_on_track", "bands", "band_red")
    assert said(14, 4, bands=BANDS) == ("watch", "bands", "band_yellow")
    # By half of the sessions still a case without a reliable change, but others were no faster.
    assert said(11, 6, bands=BANDS) == ("on_track", "bands", "band_green")
    # Reliably worse is said whatever others did; a session nobody knows falls back on the rules.
    assert said(24, 4, bands=BANDS) == ("not_on_track", "rules", "worse")
    assert said(16, 5, bands=BANDS) == ("too_early", "rules", "early")
    found = tracking.look(18, 14, session=4, planned=12, info=PHQ, bands=BANDS)
    assert (found.courses, found.expected.low, found.expected.high) == (100, 10, 19)
    assert tracking.look(12, 14, session=4, planned=12, info=PHQ, bands=BANDS).expected is None


def test_the_made_up_curve_speaks_only_where_it_was_switched_on():
    assert said(19, 4)[1] == "rules"
    assert said(19, 4, rules=TrackRules(curve=True))[1:] == ("curve", "curve_red")


def test_a_rule_is_measured_by_who_it_warned_of_before_the_end():
    """Ten courses by hand: 12 sessions planned, seen at 6, ended at 10."""
    by_hand = (
        [FinishedCourse(18, {6: 17, 10: 25}, 12)] * 2  # warned, ended worse
        + [FinishedCourse(18, {6: 10, 10: 24}, 12)]  # better at half, ended worse: missed
        + [FinishedCourse(18, {10: 24}, 12)]  # never seen in between: missed too
        + [FinishedCourse(18, {6: 17, 10: 8}, 12)] * 3  # warned in vain
        + [FinishedCourse(18, {6: 9, 10: 8}, 12)] * 3
    )
    found = tracking.measured(by_hand, info=PHQ)
    assert (found.courses, found.never_seen) == (10, 1)
    assert (found.worse.ended_badly, found.worse.warned, found.worse.hits) == (4, 5, 2)
    assert (found.worse.hit_rate.share, found.worse.false_alarm_rate.share) == (0.5, 0.5)
    assert (found.not_better.ended_badly, found.not_better.false_alarms) == (4, 3)
    assert tracking.measured(by_hand, info=UNKNOWN) is None
    assert tracking.measured([FinishedCourse(18, {}, 12)], info=PHQ) is None
    with pytest.raises(NotAFigure):
        tracking.measured(by_hand, info=PHQ, rules=TrackRules(folds=1))


SCORES = st.integers(0, 27)
COURSES = st.lists(
    st.builds(
        FinishedCourse,
        start=st.integers(15, 19),
        scores=st.dictionaries(st.integers(1, 4), SCORES, min_size=1),
        planned=st.just(8),
    ),
    min_size=40,
    max_size=60,
)


@given(COURSES, st.integers(0, 3), SCORES)
def test_no_course_is_judged_by_itself(courses, fold, other):
    """Whatever a fold's own courses say, the bands they are judged by stay the same."""
    changed = [
        replace(one, scores=dict.fromkeys(one.scores, other)) if place % 4 == fold else one
        for place, one in enumerate(courses)
    ]
    assert tracking.trained_without(
        courses, fold, info=PHQ, rules=FEW, edges=EDGES
    ) == tracking.trained_without(changed, fold, info=PHQ, rules=FEW, edges=EDGES)
    found = tracking.measured(courses, info=PHQ, rules=FEW, edges=EDGES)
    assert found == tracking.measured(courses, info=PHQ, rules=FEW, edges=EDGES)
    if found is not None:
        assert found.worse.hits <= min(found.worse.warned, found.worse.ended_badly)
        assert found.worse.ended_badly <= found.not_better.ended_badly <= found.courses


@given(st.lists(st.integers(-9, 12), min_size=100, max_size=140), st.integers(-9, 12))
def test_the_worse_a_score_the_worse_what_is_said(changes, moved):
    """Of those it was made from a tenth at most lie below the red line; and order is kept."""
    courses = [FinishedCourse(14, {3: 14 - change}, 8) for change in changes]
    [band] = expected.start_bands(courses, EDGES, higher_is="worse")
    below = sum(change < band.lower_change[3] for change in changes)
    assert below <= len(changes) / 10
    assert band.lower_change[3] <= band.low_change[3] <= band.middle_change[3]
    order = {"not_on_track": 0, "watch": 1, "on_track": 2}
    signals = [order[band.signal(3, change).signal] for change in (moved, moved + 1)]
    assert signals == sorted(signals)
