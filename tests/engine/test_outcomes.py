"""Every worked number of the statistics the outcomes rest on, and what the rules must never do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside import catalogue
from alongside.engine.outcomes import (
    clinical_significance,
    gas,
    intervals,
    numbers,
    reliable_change,
)
from alongside.engine.outcomes.clinical_significance import CutOffNeeds, Norm, classify, cutoff
from alongside.engine.outcomes.numbers import NotAFigure, exact, z_of
from alongside.engine.outcomes.of_instrument import change_of
from alongside.engine.outcomes.reliable_change import (
    MethodNeeds,
    derived,
    edwards_nunnally,
    gulliksen_lord_novick,
    hageman_arrindell,
    hsu_linn_lord,
    judge,
    nunnally_kotsch,
    published,
)
from alongside.engine.outcomes.service_rules import Measure, Scores, service_outcome, service_rates

CLINICAL, FUNCTIONAL = Norm(35.48, 8.16), Norm(7.69, 7.52)


def near(value: float, digits: int = 3) -> object:
    return pytest.approx(value, abs=0.51 * 10**-digits)


# -- reliable change ------------------------------------------------------------------------------


def test_error_of_a_score_and_of_a_difference():
    assert reliable_change.standard_error_of_measurement(8.16, 0.801) == near(3.640)
    assert reliable_change.standard_error_of_difference(8.16, 0.801) == near(5.148)
    assert derived(8.16, 0.801, higher_is="worse").threshold == near(10.09, 2)


def test_eighteen_points_are_a_reliable_improvement():
    change = judge(36, 18, derived(8.16, 0.801, higher_is="worse"))
    assert (change.points, change.verdict) == (18, "improved")
    assert change.index == near(3.497)
    assert change.is_reliable
    assert "larger than measurement error is likely to explain" in change.reasons[0].text


def test_on_a_scale_of_whole_points_eleven_are_needed():
    rule = derived(8.16, 0.801, higher_is="worse")
    assert judge(30, 20, rule).verdict == "unchanged"
    assert judge(30, 19, rule).verdict == "improved"
    assert judge(19, 30, rule).verdict == "deteriorated"


def test_one_point_is_one_point() -> None:
    rule = derived(8.16, 0.801, higher_is="worse")
    assert judge(15, 14, rule).reasons[0].text.startswith("a change of 1 point could be chance: ")
    assert judge(15, 13, rule).reasons[0].text.startswith("a change of 2 points could be chance: ")


def test_published_value_counts_at_the_value_itself():
    rule = published(4, higher_is="worse")
    assert judge(13, 8, rule).verdict == "improved"
    assert judge(12, 8, rule).verdict == "improved"
    assert judge(11, 8, rule).verdict == "unchanged"
    assert judge(11, 8, rule).index is None
    assert judge(12, 8, published(4, higher_is="worse", inclusive=False)).verdict == "unchanged"


def test_where_higher_is_better_going_up_is_improvement():
    rule = published(10, higher_is="better")
    assert judge(36, 48, rule).verdict == "improved"
    assert judge(36, 48, rule).points == 12
    assert judge(48, 36, rule).verdict == "deteriorated"


def test_decimal_scores_are_compared_as_written():
    rule = published(1, higher_is="worse")
    assert judge(2.3, 1.3, rule).verdict == "improved"
    assert judge(Decimal("2.30"), 1.31, rule).points == Decimal("0.99")
    assert judge(Decimal("2.30"), 1.31, rule).verdict == "unchanged"


def test_core10_at_ninety_five_per_cent_is_the_stricter_seven():
    assert derived(7.7, 0.90, higher_is="worse").threshold == near(6.75, 2)


def test_the_change_a_published_value_stands_for():
    assert derived(6.1, 0.89, higher_is="worse").threshold == near(5.6, 1)
    assert derived(4.7, 0.92, higher_is="worse").threshold == near(3.7, 1)
    assert derived(4.7, 0.83, higher_is="worse").threshold == near(5.4, 1)


def test_confidence_moves_the_threshold():
    narrow = derived(8.16, 0.801, higher_is="worse", confidence=0.90).threshold
    wide = derived(8.16, 0.801, higher_is="worse", confidence=0.99).threshold
    assert narrow == pytest.approx(1.6449 * 5.148, abs=0.01)
    assert wide == pytest.approx(2.5758 * 5.148, abs=0.01)
    assert z_of(0.95) == 1.96


def test_published_value_wins_over_the_index_beside_it():
    rule = published(6, higher_is="worse", sd=6.1, reliability=0.84)
    change = judge(18, 12, rule)
    assert change.verdict == "improved"
    assert change.index == pytest.approx(6 / (6.1 * (2 * 0.16) ** 0.5))


def test_gulliksen_lord_novick_expects_a_move_to_the_mean():
    rule = gulliksen_lord_novick(8.16, 0.801, 35.48, higher_is="worse")
    expected = (18 - 35.48) - 0.801 * (36 - 35.48)
    assert judge(36, 18, rule).index == pytest.approx(-expected / (8.16 * (1 - 0.801**2) ** 0.5))
    assert judge(36, 18, rule).verdict == "improved"
    assert judge(18, 36, rule).verdict == "deteriorated"
    mirrored = gulliksen_lord_novick(8.16, 0.801, -35.48, higher_is="better")
    assert judge(-36, -18, mirrored).verdict == "improved"
    with pytest.raises(MethodNeeds):
        gulliksen_lord_novick(8.16, 0.801, None, higher_is="worse")


# Claus et al. 2020, with a last mean of 20, a last spread of 10 and a correlation of 0.5.
METHODS = [
    ("gln", gulliksen_lord_novick, ()),
    ("hll", hsu_linn_lord, (20,)),
    ("en", edwards_nunnally, ()),
    ("nk", nunnally_kotsch, (0.7,)),
    ("ha", hageman_arrindell, (20, 10, 0.5)),
]


@pytest.mark.parametrize(
    ("method", "expected_last", "error", "limit"),
    [
        ("gln", 35.896520, 4.885061, 1.96),  # 35.48 + .801 * .52; 8.16 * sqrt(1 - .801^2)
        ("hll", 20.416520, 4.885061, 1.96),  # the same, 15.48 points lower
        ("en", 35.896520, 3.640121, 1.96),  # 8.16 * sqrt(.199)
        ("nk", 35.896520, 5.336345, 1.96),  # 8.16 * sqrt(.801^2 * .199 + .3)
        ("ha", 43.014496, 6.205601, 1.65),  # r_dd = (84.9856 - 26.501069) / 84.9856 = .688170
    ],
)
def test_each_method_expects_a_last_score_and_knows_its_error(method, expected_last, error, limit):
    _, make, more = next(each for each in METHODS if each[0] == method)
    rule = make(8.16, 0.801, 35.48, *more, higher_is="worse")
    assert rule.method == method
    assert rule.threshold == limit
    assert rule.standard_error == pytest.approx(error, abs=1e-4)
    assert rule.expected.after(36) == pytest.approx(expected_last, abs=1e-4)
    assert judge(36, 18, rule).index == pytest.approx((expected_last - 18) / error, abs=1e-4)


def test_hageman_and_arrindell_as_they_write_it():
    rule = hageman_arrindell(8.16, 0.801, 35.48, 20, 10, 0.5, higher_is="worse")
    error, observed = 8.16 * 0.199**0.5, 8.16**2 + 100 - 2 * 8.16 * 10 * 0.5
    steady = (8.16**2 - error**2 + 100 - error**2 - 8.16 * 10) / observed
    index = ((18 - 36) * steady + (20 - 35.48) * (1 - steady)) / (steady**0.5 * 2**0.5 * error)
    assert judge(36, 18, rule).index == pytest.approx(-index)


@pytest.mark.parametrize(("method", "make", "more"), METHODS)
@given(
    pre=st.integers(0, 63), post=st.integers(0, 63), times=st.sampled_from([0.5, 3, 10]),
    sd=st.floats(4, 12), reliability=st.floats(0.75, 0.95),
)  # fmt: skip
def test_no_method_depends_on_the_unit_or_the_side_of_the_scale(
    method, make, more, pre, post, times, sd, reliability
):
    here = make(sd, reliability, 35.0, *more, higher_is="worse")
    scaled = {"hll": (20 * times,), "ha": (20 * times, 10 * times, 0.5)}.get(method, more)
    larger = make(sd * times, reliability, 35.0 * times, *scaled, higher_is="worse")
    turned = {"hll": (-20,), "ha": (-20, 10, 0.5)}.get(method, more)
    mirrored = make(sd, reliability, -35.0, *turned, higher_is="better")
    index = judge(pre, post, here).index
    assert judge(pre * times, post * times, larger).index == pytest.approx(index, abs=1e-9)
    assert judge(-pre, -post, mirrored).index == pytest.approx(index, abs=1e-9)


def test_the_methods_agree_where_their_figures_make_them_the_same():
    figures = (8.16, 0.801, 35.48)
    gln = gulliksen_lord_novick(*figures, higher_is="worse")
    hll = hsu_linn_lord(*figures, 35.48, higher_is="worse")
    en = edwards_nunnally(*figures, higher_is="worse")
    nk = nunnally_kotsch(8.16, 0.0, 35.48, 0.0, higher_is="worse")
    assert judge(36, 18, hll).index == pytest.approx(judge(36, 18, gln).index)
    assert judge(36, 18, en).index == pytest.approx(judge(36, 18, gln).index * 1.801**0.5)
    assert judge(36, 18, nk).index == pytest.approx((35.48 - 18) / 8.16)


@pytest.mark.parametrize(("method", "make", "more"), METHODS)
def test_a_method_without_its_figures_says_which_is_missing(method, make, more):
    for place in range(-1, len(more)):
        given_mean = None if place == -1 else 35.48
        listed = [None if at == place else value for at, value in enumerate(more)]
        with pytest.raises(MethodNeeds) as refusal:
            make(8.16, 0.801, given_mean, *listed, higher_is="worse")
        assert refusal.value.method == method


def test_differences_without_any_reliability_are_refused():
    with pytest.raises(NotAFigure) as refusal:
        hageman_arrindell(8.16, 0.2, 35.48, 20, 8.16, 0.9, higher_is="worse")
    assert refusal.value.name == "the reliability of the differences"


@pytest.mark.parametrize(
    ("sd", "reliability", "confidence"),
    [(0, 0.8, 0.95), (-1, 0.8, 0.95), (float("nan"), 0.8, 0.95), (8, 1, 0.95), (8, -0.1, 0.95),
     (8, 1.2, 0.95), (8, 0.8, 1), (8, 0.8, 0), (8, 0.8, float("nan"))],
)  # fmt: skip
def test_figures_that_cannot_be_are_refused(sd, reliability, confidence):
    with pytest.raises(NotAFigure):
        derived(sd, reliability, higher_is="worse", confidence=confidence)


def test_scores_that_are_not_numbers_are_refused():
    with pytest.raises(NotAFigure):
        judge(float("nan"), 3, published(4, higher_is="worse"))
    with pytest.raises(NotAFigure):
        published(0, higher_is="worse")


# -- cut-offs and classes -------------------------------------------------------------------------


def test_the_three_cut_offs_of_a_known_study():
    given = {"higher_is": "worse", "clinical": CLINICAL, "functional": FUNCTIONAL}
    assert cutoff("a", **given).value == near(19.16, 2)
    assert cutoff("b", **given).value == near(22.73, 2)
    assert cutoff("c", **given).value == near(21.02, 2)


def test_the_fitting_cut_off_is_chosen_from_the_norms():
    worse = {"higher_is": "worse"}
    assert cutoff(None, clinical=CLINICAL, functional=FUNCTIONAL, **worse).kind == "c"
    assert cutoff(None, clinical=Norm(60, 4), functional=Norm(10, 4), **worse).kind == "b"
    assert cutoff(None, functional=FUNCTIONAL, **worse).kind == "b"
    assert cutoff(None, clinical=CLINICAL, **worse).kind == "a"
    assert cutoff(None, **worse) is None
    better = {"higher_is": "better", "clinical": Norm(30, 10), "functional": Norm(60, 10)}
    assert cutoff(None, **better).kind == "c"
    assert cutoff("a", **better).value == 50
    assert cutoff("b", **better).value == 40


def test_a_cut_off_without_its_norms_is_refused_and_says_what_it_needs():
    with pytest.raises(CutOffNeeds) as refusal:
        cutoff("c", higher_is="worse", clinical=CLINICAL)
    assert refusal.value.needs == ("the clinical norm", "the functional norm")
    for kind in ("a", "b", "d"):
        with pytest.raises(CutOffNeeds):
            cutoff(kind, higher_is="worse")


def test_a_score_on_the_line_is_in_the_clinical_range():
    assert cutoff(10, higher_is="worse").is_clinical(10)
    assert not cutoff(10, higher_is="worse").is_clinical(9)
    assert cutoff(50, higher_is="better").is_clinical(50)
    assert not cutoff(50, higher_is="better").is_clinical(52)


@pytest.mark.parametrize(
    ("pre", "post", "expected"),
    [
        (18, 8, "recovered"),
        (20, 13, "improved"),
        (9, 2, "improved"),
        (12, 9, "unchanged"),
        (9, 12, "unchanged"),
        (12, 20, "deteriorated"),
        (8, 15, "harmed"),
        (10, 4, "recovered"),
        (4, 10, "harmed"),
    ],
)
def test_classes_exclude_each_other(pre, post, expected):
    line = cutoff(10, higher_is="worse")
    assert classify(pre, post, published(6, higher_is="worse"), line).outcome == expected


def test_crossing_without_reliable_change_is_unchanged_and_noted():
    outcome = classify(12, 9, published(6, higher_is="worse"), cutoff(10, higher_is="worse"))
    assert outcome.crossed == "into_functional"
    assert outcome.reasons[-1].key == "outcomes.crossed_into_functional"
    assert outcome.reasons[-1].text.endswith("without reliable change")


def test_without_a_cut_off_nobody_recovers_and_nobody_is_harmed():
    rule = published(6, higher_is="worse")
    assert classify(27, 0, rule, None).outcome == "improved"
    assert classify(0, 27, rule, None).outcome == "deteriorated"
    assert classify(27, 0, rule, None).crossed is None


@given(
    pre=st.integers(0, 27),
    post=st.integers(0, 27),
    value=st.integers(1, 12),
    line=st.integers(1, 27),
)
def test_the_mirror_of_a_scale_gives_the_same_class(pre, post, value, line):
    here = classify(pre, post, published(value, higher_is="worse"), cutoff(line, higher_is="worse"))
    mirrored = classify(
        -pre, -post, published(value, higher_is="better"), cutoff(-line, higher_is="better")
    )
    assert here.outcome == mirrored.outcome
    assert here.change.points == mirrored.change.points


@given(pre=st.integers(0, 63), post=st.integers(0, 63))
def test_going_back_is_never_called_better(pre, post):
    rule = derived(8.16, 0.801, higher_is="worse")
    there, back = judge(pre, post, rule), judge(post, pre, rule)
    opposite = {"improved": "deteriorated", "deteriorated": "improved", "unchanged": "unchanged"}
    assert back.verdict == opposite[there.verdict]


def test_the_five_classes_are_named_in_one_order():
    assert clinical_significance.CLASSES == (
        "recovered", "improved", "unchanged", "deteriorated", "harmed",
    )  # fmt: skip


# -- NHS Talking Therapies ------------------------------------------------------------------------


def measure(id: str, name: str) -> Measure:
    """As the instrument's own file has it: the line and the change the service uses."""
    found = change_of(catalogue.current().instrument(id))
    assert found.line is not None
    assert found.rule is not None
    return Measure(name, found.line, found.rule)


def pair(phq: Scores, gad: Scores, **more):
    return service_outcome((measure("phq9", "PHQ-9"), phq), (measure("gad7", "GAD-7"), gad), **more)


@pytest.mark.parametrize(
    ("phq", "gad", "was_case", "recovered", "reliable", "reliably_recovered"),
    [
        ((16, 8), (13, 6), True, True, "improvement", True),
        ((12, 9), (9, 7), True, True, "none", False),
        ((20, 13), (15, 10), True, False, "improvement", False),
        ((12, 11), (9, 14), True, False, "deterioration", False),
        ((16, 9), (10, 14), True, False, "none", False),
        ((8, 5), (6, 3), False, None, "none", None),
    ],
)
def test_the_pair_of_measures_follows_the_service_rules(
    phq, gad, was_case, recovered, reliable, reliably_recovered
):
    outcome = pair(Scores(*phq), Scores(*gad))
    assert outcome is not None
    assert outcome.was_case is was_case
    assert outcome.recovered is recovered
    assert outcome.reliable == reliable
    assert outcome.reliably_recovered is reliably_recovered


def test_opposite_reliable_moves_are_said_to_be_opposite():
    outcome = pair(Scores(16, 9), Scores(10, 14))
    assert outcome.reasons[-1].key == "outcomes.together.opposite"
    assert outcome.reasons[0].text == "PHQ-9 fell by 7, 6 or more: reliable"
    assert outcome.reasons[1].text == "GAD-7 rose by 4, 4 or more: reliable"


def test_a_specific_anxiety_measure_counts_only_when_complete():
    panic = Measure("PDSS", cutoff(8, higher_is="worse"), published(5, higher_is="worse"))
    used = pair(Scores(12, 6), Scores(9, 9), specific=(panic, Scores(14, 6)))
    assert (used.anxiety_measure, used.recovered) == ("PDSS", True)
    left = pair(Scores(12, 6), Scores(9, 9), specific=(panic, Scores(14, None)))
    assert (left.anxiety_measure, left.recovered) == ("GAD-7", False)


def test_no_pair_no_outcome():
    assert pair(Scores(12, None), Scores(9, 7)) is None
    assert pair(Scores(12, 6), Scores(None, 7)) is None
    assert pair(Scores(12, 6), Scores(9, 7), contacts=1) is None


def test_rates_name_their_denominators():
    courses = [
        pair(Scores(16, 8), Scores(13, 6)),
        pair(Scores(12, 9), Scores(9, 7)),
        pair(Scores(12, 11), Scores(9, 14)),
        pair(Scores(8, 5), Scores(6, 3)),
        None,
    ]
    rates = service_rates(courses)
    assert (rates.finished, rates.missing) == (5, 1)
    assert (rates.recovery.count, rates.recovery.of) == (2, 3)
    assert (rates.reliable_recovery.count, rates.reliable_recovery.of) == (1, 3)
    assert (rates.reliable_improvement.count, rates.reliable_improvement.of) == (1, 4)
    assert (rates.reliable_deterioration.count, rates.reliable_deterioration.of) == (1, 4)
    assert service_rates([None]).recovery.interval is None


# -- goals ----------------------------------------------------------------------------------------


def goals(weights: list[float], levels: list[int]) -> list[gas.ScaledGoal]:
    return [gas.ScaledGoal(x, w) for w, x in zip(weights, levels, strict=True)]


@pytest.mark.parametrize(
    ("weights", "levels", "expected"),
    [
        ([1, 1, 1], [0, 1, -1], 50.0),
        ([3, 2, 1], [1, 0, -1], 54.41),
        ([2, 1, 1], [1, 1, 0], 60.0),
        ([3, 2, 1], [-1, -2, -1], 32.37),
    ],
)
def test_goal_scores_follow_the_worked_examples(weights, levels, expected):
    assert gas.t_score(goals(weights, levels)) == near(expected, 2)


def test_the_change_of_a_goal_score_is_counted():
    change = gas.t_change(goals([3, 2, 1], [-1, -2, -1]), goals([3, 2, 1], [1, 0, -1]))
    assert change == near(22.0, 1)


@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(1, 9)), min_size=1, max_size=8),
       st.integers(2, 7))  # fmt: skip
def test_a_goal_score_knows_no_unit_of_weight_and_mirrors_its_levels(given_goals, times):
    levels, weights = [x for x, _ in given_goals], [w for _, w in given_goals]
    here = gas.t_score(goals(weights, levels))
    assert gas.t_score(goals([times * w for w in weights], levels)) == pytest.approx(here)
    assert gas.t_score(goals(weights, [-x for x in levels])) == pytest.approx(100 - here)


def test_goals_that_cannot_be_are_refused():
    for wrong in ([], goals([1], [3]), goals([0], [1]), goals([-1], [1])):
        with pytest.raises(NotAFigure):
            gas.t_score(wrong)
    with pytest.raises(NotAFigure):
        gas.t_score(goals([1], [1]), rho=2)
    with pytest.raises(NotAFigure):
        gas.t_change(goals([1, 1], [0, 0]), goals([1], [0]))


# -- intervals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (60, 95, 53, 72), (45, 80, 45, 67), (40, 80, 39, 61), (10, 95, 6, 18),
        (170, 210, 75, 86), (25, 210, 8, 17),
    ],
)  # fmt: skip
def test_score_intervals_of_a_report(count, of, low, high):
    interval = intervals.wilson(count, of)
    assert (round(100 * interval.low), round(100 * interval.high)) == (low, high)


def test_nobody_and_everybody_still_have_an_interval():
    assert intervals.wilson(0, 10).low == 0
    assert 0.2 < intervals.wilson(0, 10).high < 0.3
    assert intervals.wilson(10, 10).high == 1
    for count, of in ((1, 0), (-1, 5), (6, 5)):
        with pytest.raises(NotAFigure):
            intervals.wilson(count, of)


@given(of=st.integers(1, 10_000), data=st.data())
def test_the_share_lies_in_its_interval(of, data):
    count = data.draw(st.integers(0, of))
    interval = intervals.wilson(count, of)
    assert 0 <= interval.low <= count / of <= interval.high <= 1


def test_points_are_written_however_many_there_are():
    assert [numbers.points(each) for each in (6, 2.5, 10.089921, 1e99)] == [
        "6", "2.5", "10.09", "1e+99",
    ]  # fmt: skip


def test_exact_keeps_what_was_written():
    from fractions import Fraction

    assert exact(0.1) == Decimal("0.1")
    assert exact(Fraction(1, 4)) == Decimal("0.25")
