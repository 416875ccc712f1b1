"""Every worked number of the other statistics, their laws, and what they refuse."""

from __future__ import annotations

import sys
from itertools import product
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.engine.outcomes import (
    adherence as taken,
)
from alongside.engine.outcomes import (
    agreement,
    completion,
    effect_sizes,
    engagement,
    expected,
    groups,
    growth,
    interrupted,
    single_case,
    treatment,
)
from alongside.engine.outcomes import reach as programme
from alongside.engine.outcomes.adherence import Fill
from alongside.engine.outcomes.clinical_significance import cutoff
from alongside.engine.outcomes.library import LibraryMissing
from alongside.engine.outcomes.numbers import NotAFigure
from alongside.engine.outcomes.reliable_change import gulliksen_lord_novick, published
from alongside.engine.outcomes.service_rules import (
    Measure,
    Scores,
    outcome_together,
)
from alongside.engine.outcomes.small_counts import (
    HIDDEN_BELOW,
    may_show_share,
    shown_count,
    shown_parts,
)

PRE = [18, 15, 21, 12, 17, 20, 14, 16, 19, 13]
POST = [9, 11, 14, 8, 12, 10, 9, 13, 11, 7]
A, B = [9, 8, 9, 8, 8], [8, 6, 7, 5, 4, 4, 3]
ONE = [12, 15, 9, 20, 17, 11, 14, 22, 8, 16]
OTHER = [13, 14, 11, 19, 18, 12, 13, 24, 9, 15]
SERIES = [50, 51, 53, 52, 54, 55, 46, 45, 45, 43, 42, 41]
SCORES = st.lists(st.integers(0, 63), min_size=4, max_size=20)


def near(value: float, digits: int = 3):
    return pytest.approx(value, abs=0.5000001 * 10**-digits)


# -- effect sizes ---------------------------------------------------------------------------------


def test_the_change_of_one_group_in_its_own_standard_deviations():
    found = effect_sizes.change_effect(PRE, POST, higher_is="worse")
    assert (found.n, found.mean_change) == (10, pytest.approx(6.1))
    assert (found.first_sd, found.last_sd) == (near(3.028), near(2.221))
    assert (found.correlation, found.correction) == (near(0.644), near(0.9143, 4))
    assert (found.d, found.g) == (near(2.015), near(1.842))
    assert (found.d_av, found.d_z) == (near(2.297), near(2.617))
    assert found.standard_error == near(0.545)
    assert (found.interval.low, found.interval.high) == (near(0.947), near(3.082))
    assert (found.g_interval.low, found.g_interval.high) == (near(0.866), near(2.818))
    assert effect_sizes.correction(9, exact=True) == near(0.9139, 4)


def test_two_groups_in_their_pooled_standard_deviation():
    treated, waiting = effect_sizes.Group(9.2, 5.1, 40), effect_sizes.Group(12.4, 5.6, 38)
    found = effect_sizes.group_effect(treated, waiting, higher_is="worse")
    assert (found.pooled_sd, found.d, found.g) == (near(5.349), near(0.598), near(0.592))
    assert found.standard_error == near(0.231)
    assert (found.interval.low, found.interval.high) == (near(0.139), near(1.046, 2))
    assert effect_sizes.size_of(found.g) == "medium"


@given(st.lists(st.tuples(st.integers(0, 63), st.integers(0, 63)), min_size=4, max_size=30),
       st.integers(2, 9), st.integers(-50, 50))  # fmt: skip
def test_effects_know_neither_unit_nor_zero_point_and_turn_with_the_scale(pairs, times, shift):
    pre, post = [one for one, _ in pairs], [other for _, other in pairs]
    if len(set(pre)) == 1 or len(set(post)) == 1:
        with pytest.raises(NotAFigure):
            effect_sizes.change_effect(pre, post, higher_is="worse")
        return
    here = effect_sizes.change_effect(pre, post, higher_is="worse")
    moved = effect_sizes.change_effect(
        [times * each + shift for each in pre], [times * each + shift for each in post],
        higher_is="worse",
    )  # fmt: skip
    turned = effect_sizes.change_effect(pre, post, higher_is="better")
    assert moved.g == pytest.approx(here.g, abs=1e-9)
    assert moved.standard_error == pytest.approx(here.standard_error, abs=1e-9)
    assert (turned.d, turned.d_av) == (pytest.approx(-here.d), pytest.approx(-here.d_av))
    assert here.interval.low <= here.d <= here.interval.high
    assert abs(here.g) <= abs(here.d)


def test_who_was_lost_is_named_and_never_counted_as_better():
    found = completion.completion([*PRE, 24, 20, 22], [*POST, None, None, None], higher_is="worse")
    assert (found.n, found.lost.count) == (13, 3)
    assert (found.mean_change, found.carried_forward) == (pytest.approx(6.1), near(61 / 13))
    # Those who stayed: mean 16.5, sd 3.028; the lost: 22 and 2; pooled sd 2.869, J .9302.
    assert found.at_start.d == near(1.917, 3)
    alone = completion.completion([5], [None], higher_is="worse")
    assert (alone.mean_change, alone.carried_forward, alone.at_start) == (None, 0, None)
    for wrong in (([], []), ([1], [1, 2]), ([1], [float("nan")])):
        with pytest.raises(NotAFigure):
            completion.completion(*wrong, higher_is="worse")


# -- medicine -------------------------------------------------------------------------------------

FILLS = [Fill(0, 30), Fill(25, 30), Fill(70, 30), Fill(100, 30), Fill(150, 30)]


def test_days_covered_with_early_refills_moved_on():
    found = taken.adherence(FILLS, until=180)
    assert (found.covered_days, found.period_days) == (150, 180)
    assert (found.pdc, found.mpr) == (near(0.833), near(0.833))
    assert found.is_adherent
    assert found.mpr_to_last_fill == pytest.approx(0.80)
    assert found.gaps == (taken.Gap(60, 10), taken.Gap(130, 20))
    lost = taken.adherence(FILLS, until=180, shift=False)
    assert (lost.covered_days, lost.pdc) == (145, near(0.806))


def test_the_period_ends_when_the_prescriber_stops_it_and_leaves_out_hospital():
    assert taken.adherence(FILLS, until=180, stopped=60).pdc == 1
    away = taken.adherence(FILLS, until=180, hospital=range(60, 70))
    assert (away.covered_days, away.period_days) == (150, 170)
    assert away.longest_gap == 20
    # At home the supply waits: ten days in hospital move its end by ten.
    inside = taken.adherence([Fill(0, 30)], until=50, hospital=range(10, 20))
    assert inside.gaps == (taken.Gap(40, 10),)
    assert inside.pdc == pytest.approx(30 / 40)


def test_supply_beyond_need_is_capped_and_a_gap_goes_through_hospital():
    rich = taken.adherence([Fill(0, 90), Fill(10, 90)], until=60)
    assert (rich.mpr, rich.mpr_capped, rich.pdc) == (3.0, 1.0, 1.0)
    broken = taken.adherence([Fill(0, 5)], until=30, hospital=range(10, 20))
    assert broken.gaps == (taken.Gap(5, 15),)


def test_several_medicines_have_a_mean_and_a_stricter_share():
    found = taken.adherence_together({"a": FILLS, "b": [Fill(10, 85)]}, until=180)
    assert found.mean_pdc == pytest.approx((150 / 180 + 85 / 170) / 2)
    assert found.all_covered_pdc == pytest.approx((50 + 25) / 170)
    assert found.all_covered_pdc <= min(each.pdc for each in found.drugs.values())


@given(st.lists(st.builds(Fill, st.integers(0, 300), st.integers(1, 90)), min_size=1),
       st.integers(301, 400))  # fmt: skip
def test_covered_days_and_gaps_fill_the_period(fills, until):
    found = taken.adherence(fills, until=until)
    assert 0 < found.pdc <= 1
    assert found.covered_days + sum(gap.days for gap in found.gaps) == found.period_days
    assert found.pdc <= found.mpr + 1e-12
    assert taken.adherence(fills, until=until, shift=False).covered_days <= found.covered_days


@pytest.mark.parametrize(
    ("fills", "until"),
    [([], 10), ([Fill(0, 0)], 10), ([Fill(20, 5)], 20), ([Fill(0, 5)], 40_000)],
)
def test_supplies_that_cannot_be_are_refused(fills, until):
    with pytest.raises(NotAFigure):
        taken.adherence(fills, until=until)


# -- single case ----------------------------------------------------------------------------------


def test_one_person_s_daily_ratings():
    found = single_case.single_case(A, B, higher_is="worse")
    assert (found.nap, found.tau, found.pnd) == (near(0.957), near(0.914), near(0.857))
    assert (found.first.s, found.second.s) == (4, 18)
    assert (found.tau_u, found.tau_u_full) == (pytest.approx(0.80), near(0.697))
    assert (found.overlap, found.is_enough) == ("strong", True)


def test_the_example_of_the_paper_on_tau_u():
    first, second = [20, 20, 26, 25, 22, 23], [28, 25, 24, 27, 30, 30, 29]
    found = single_case.single_case(first, second, higher_is="better")
    assert (found.nap, found.tau) == (pytest.approx(38.5 / 42), pytest.approx(35 / 42))
    assert found.pnd == pytest.approx(5 / 7)
    assert (found.nap_interval.low, found.nap_interval.high) == (near(0.597), near(0.986))
    rising = single_case.single_case([3, 3, 4, 5], [4, 5, 6, 7, 7], higher_is="better")
    assert (rising.tau, rising.tau_u) == (pytest.approx(16 / 20), pytest.approx(11 / 20))


def test_a_line_that_only_goes_on_is_no_effect_once_the_baseline_is_taken_out():
    first, second = [1, 2, 3, 4, 5], [6, 7, 8, 9, 10]
    plain = single_case.single_case(first, second, higher_is="better")
    assert (plain.tau, plain.tau_u) == (1, pytest.approx(0.6))
    assert plain.baseline_corrected == single_case.CorrectedTau(True, 1.0, 0.0, 0.0)


def test_a_baseline_without_trend_is_left_alone():
    first, second = [20, 20, 26, 25, 22, 23], [28, 25, 24, 27, 30, 30, 29]
    found = single_case.baseline_corrected_tau(first, second, higher_is="better")
    assert (found.corrected, found.tau) == (False, pytest.approx(35 / 42))
    trend = single_case.trend([1, 1, 3, 3, 5, 5], higher_is="better")
    assert 0.01 < trend.p < 0.05


def test_rank_statistics_agree_with_the_statistics_library():
    from scipy import stats

    first = [33, 25, 17, 25, 19, 21, 19, 14, 19, 17]
    second = [14, 15, 15, 9, 12, 7, 10, 6, 5, 2, 2, 3, 5, 4]
    found = single_case.baseline_corrected_tau(first, second, higher_is="worse", always=True)
    slope = stats.theilslopes(first, range(len(first))).slope
    assert found.slope == pytest.approx(slope)
    left = [value - slope * at for at, value in enumerate(first + second)]
    phase = [0] * len(first) + [1] * len(second)
    assert found.tau_b == pytest.approx(-stats.kendalltau(phase, left).statistic)
    u = stats.mannwhitneyu(first, second).statistic
    nap = single_case.single_case(first, second, higher_is="worse").nap
    assert nap == pytest.approx(u / (len(first) * len(second)))
    different = [5, 1, 4, 2, 8, 7, 3, 9]
    p = stats.kendalltau(range(8), different, method="exact").pvalue
    assert single_case.trend(different, higher_is="better").p == pytest.approx(p)


@given(SCORES, SCORES)
def test_overlap_has_its_bounds_and_its_mirror(first, second):
    here = single_case.single_case(first, second, higher_is="worse")
    there = single_case.single_case(first, second, higher_is="better")
    assert 0 <= here.nap_interval.low <= here.nap <= here.nap_interval.high <= 1
    assert here.tau == pytest.approx(2 * here.nap - 1)
    assert there.nap == pytest.approx(1 - here.nap)
    assert there.tau_u == pytest.approx(-here.tau_u)
    assert -1 <= here.baseline_corrected.tau <= 1
    assert 0 < here.first.p <= 1
    doubled = single_case.single_case([3 * x + 7 for x in first], [3 * x + 7 for x in second],
                                      higher_is="worse")  # fmt: skip
    assert (doubled.nap, doubled.tau_u) == (here.nap, here.tau_u)
    assert doubled.baseline_corrected.tau == here.baseline_corrected.tau


def test_too_few_ratings_are_refused():
    with pytest.raises(NotAFigure) as refusal:
        single_case.single_case([3, 4], [1, 2, 3], higher_is="worse")
    assert refusal.value.name == "the number of ratings in the first phase"
    with pytest.raises(NotAFigure):
        single_case.single_case([1, 2, 3], [1] * 2_001, higher_is="worse")


# -- agreement ------------------------------------------------------------------------------------


def test_limits_of_agreement_of_two_raters():
    found = agreement.limits_of_agreement(ONE, OTHER)
    assert (found.bias, found.sd) == (pytest.approx(-0.40), near(1.265))
    assert (found.low, found.high) == (near(-2.88, 2), near(2.08, 2))
    assert (found.bias_error, found.limit_error) == (near(0.40, 2), near(0.708))
    assert found.bias_interval.low == pytest.approx(-0.4 - 2.262 * 0.4, abs=0.001)
    assert found.high_interval.high == pytest.approx(found.high + 2.262 * 0.708, abs=0.002)
    assert (found.within(3), found.within(2)) == (True, False)
    assert found.trend_p > 0.05


def test_the_intraclass_correlation_of_a_published_table():
    # Shrout & Fleiss 1979, table 2: six people, four judges.
    table = [(9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7)]
    icc, interval = agreement.intraclass(table)
    assert (icc, interval.low, interval.high) == (near(0.29, 2), near(0.019), near(0.761))
    found = agreement.limits_of_agreement(*zip(*(row[:2] for row in table), strict=True))
    assert found.icc == near(0.126)  # mean squares 4.6833, 80.0833 and 0.6833
    same = agreement.limits_of_agreement(ONE, ONE)
    assert (same.icc, same.low, same.high, same.trend) == (1, 0, 0, None)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=4, max_size=20))
def test_agreement_turns_its_sign_with_the_raters(pairs):
    one, other = [x for x, _ in pairs], [y for _, y in pairs]
    here = agreement.limits_of_agreement(one, other)
    there = agreement.limits_of_agreement(other, one)
    assert (there.bias, there.low) == (pytest.approx(-here.bias), pytest.approx(-here.high))
    assert (here.icc is None) == (there.icc is None)
    if here.icc is not None:
        assert there.icc == pytest.approx(here.icc)
        assert here.icc <= 1 + 1e-12


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_kappa_agrees_with_the_statistics_library(weights):
    from statsmodels.stats.inter_rater import cohens_kappa, to_table

    one = [0, 0, 1, 1, 2, 2, 2, 1, 0, 2, 1, 0, 2, 1, 1]
    other = [0, 1, 1, 1, 2, 1, 2, 1, 0, 2, 0, 0, 2, 2, 1]
    found = agreement.kappa(one, other, weights=weights, order=(0, 1, 2))
    table = to_table(list(zip(one, other, strict=True)))[0]
    peer = cohens_kappa(table, wt=None if weights == "none" else weights)
    assert found.kappa == pytest.approx(peer.kappa)
    assert found.interval.high == pytest.approx(min(1, peer.kappa_upp), abs=2e-4)


def test_agreement_that_cannot_be_worked_out_is_refused():
    for wrong in (([1, 2], [1, 2]), ([1, 2, 3], [1, 2]), ([1, 2, float("nan")], [1, 2, 3])):
        with pytest.raises(NotAFigure):
            agreement.limits_of_agreement(*wrong)
    for wrong in ((["a"], ["a"]), (["a", "a"], ["a", "a"])):
        with pytest.raises(NotAFigure):
            agreement.kappa(*wrong)
    with pytest.raises(NotAFigure):
        agreement.kappa(["a", "b"], ["a", "c"], order=("a", "b"))
    with pytest.raises(NotAFigure):
        agreement.kappa(["a", "b"], ["a", "b"], weights="linear")


# -- interrupted time series ----------------------------------------------------------------------


def test_what_changed_when_something_was_introduced():
    found = interrupted.interrupted_series(SERIES, 6, errors="ols")
    assert (found.baseline.estimate, found.slope.estimate) == (near(49.2, 1), near(0.943))
    assert (found.jump.estimate, found.slope_change.estimate) == (near(-7.59, 2), near(-1.971))
    assert (found.slope.standard_error, found.jump.standard_error) == (near(0.140), near(0.693))
    assert found.slope_change.standard_error == near(0.199)
    assert found.durbin_watson == near(2.96, 2)
    assert (found.fitted[-1], found.counterfactual[-1]) == (near(41.10, 2), near(60.51, 2))
    assert found.effects[-1] == near(-19.4, 1)
    assert not found.is_enough
    first = interrupted.interrupted_series(SERIES, 6, errors="ols", jump_at="first")
    assert first.jump.estimate == near(-9.56, 2)
    assert first.effects[0] == pytest.approx(first.jump.estimate)
    assert first.slope_change.estimate == pytest.approx(found.slope_change.estimate)


@pytest.mark.parametrize("errors", ["newey_west", "prais_winsten", "ar1"])
def test_neighbours_that_are_alike_change_the_errors_and_hardly_the_lines(errors):
    noise = [0.0]
    for at in range(1, 48):
        noise.append(0.7 * noise[-1] + ((at * 7919) % 13 - 6) / 6)
    values = [20 + 0.5 * t + (-8 - 0.3 * (t - 24) if t > 24 else 0) + noise[t - 1]
              for t in range(1, 49)]  # fmt: skip
    plain = interrupted.interrupted_series(values, 24, errors="ols")
    found = interrupted.interrupted_series(values, 24, errors=errors)
    assert plain.durbin_watson < 1.5
    assert found.jump.estimate == pytest.approx(-8, abs=3)
    assert found.slope.estimate == pytest.approx(0.5, abs=0.2)
    assert found.jump.standard_error != pytest.approx(plain.jump.standard_error, rel=0.02)
    assert found.jump.interval.low < found.jump.estimate < found.jump.interval.high
    assert found.is_enough


def test_newey_west_and_the_season_are_those_of_the_statistics_library():
    import numpy as np
    from statsmodels.regression.linear_model import OLS

    season = [3, 1, -2, -4, -1, 3]
    values = [40 + t / 3 + season[t % 6] + (t * 5) % 3 - (9 if t >= 18 else 0) for t in range(36)]
    found = interrupted.interrupted_series(values, 18, season=6, waves=3, lags=2)
    rows = interrupted.design(36, 18, season=6, waves=3)
    assert len(rows[0]) == 4 + 5
    peer = OLS(np.array(values, float), np.array(rows)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": True}, use_t=True
    )
    ours = [found.baseline, found.slope, found.jump, found.slope_change, *found.seasonal]
    assert [each.estimate for each in ours] == pytest.approx(list(peer.params))
    assert [each.standard_error for each in ours] == pytest.approx(list(peer.bse))
    without = interrupted.interrupted_series(values, 18)
    assert found.jump.standard_error < without.jump.standard_error


@settings(max_examples=25)
@given(st.floats(-5, 5), st.floats(-2, 2), st.floats(-9, 9), st.floats(-2, 2))
def test_a_series_made_of_its_parts_gives_them_back(level, slope, jump, change):
    values = [level + slope * t + (jump + change * (t - 10) if t > 10 else 0) for t in range(1, 22)]
    if max(values) - min(values) < 1e-6:
        return
    found = interrupted.interrupted_series(values, 10, errors="ols")
    assert found.jump.estimate == pytest.approx(jump, abs=1e-6)
    assert found.slope_change.estimate == pytest.approx(change, abs=1e-6)
    assert found.effects[-1] == pytest.approx(jump + 11 * change, abs=1e-6)


@pytest.mark.parametrize(
    ("values", "before", "more"),
    [
        (SERIES, 2, {}), (SERIES, 10, {}), ([5] * 12, 6, {}),
        ([1, 2, float("inf"), 4, 5, 6], 3, {}),
        (SERIES, 6, {"season": 12}), (SERIES * 2, 12, {"season": 1}),
        (SERIES * 2, 12, {"season": 12, "waves": 7}), (SERIES, 6, {"lags": 20}),
        (SERIES, 6, {"confidence": 2}),
    ],
)  # fmt: skip
def test_series_that_cannot_be_fitted_are_refused(values, before, more):
    with pytest.raises(NotAFigure):
        interrupted.interrupted_series(values, before, **more)


def test_without_the_library_the_refusal_says_what_it_was_for(monkeypatch):
    for name in [each for each in sys.modules if each.split(".")[0] in ("scipy", "statsmodels")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("scipy", "statsmodels"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(LibraryMissing) as refusal:
        interrupted.interrupted_series(SERIES, 6)
    assert str(refusal.value) == (
        "An interrupted time series (a fitted regression) needs the statistics library: "
        "pip install 'alongside[analytics]'"
    )
    with pytest.raises(LibraryMissing):
        agreement.limits_of_agreement(ONE, OTHER)
    assert effect_sizes.change_effect(PRE, POST, higher_is="worse").n == 10


# -- two shares -----------------------------------------------------------------------------------


def test_how_many_are_treated_for_one_to_benefit():
    found = treatment.compare_shares(26, 40, 10, 40)
    assert (found.difference, found.standard_error) == (pytest.approx(0.40), near(0.102))
    assert (found.interval.low, found.interval.high) == (near(0.200), near(0.600))
    needed = found.needed
    assert (needed.kind, needed.value, needed.shown) == ("benefit", pytest.approx(2.5), 3)
    assert (needed.low, needed.high) == (near(1.67, 2), near(4.99, 2))
    assert found.ratio == pytest.approx(2.6)


def test_an_interval_through_nothing_reaches_infinity():
    found = treatment.compare_shares(12, 40, 10, 40).needed
    assert found.crosses
    assert (found.kind, found.shown) == ("benefit", 20)
    same = treatment.compare_shares(10, 40, 10, 40)
    assert (same.needed.value, same.needed.shown) == (inf, None)
    assert treatment.compare_shares(0, 40, 10, 40).ratio is None


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_a_bad_outcome_and_the_other_group_turn_the_sign(of, other_of, data):
    count = data.draw(st.integers(0, of))
    other = data.draw(st.integers(0, other_of))
    here = treatment.compare_shares(count, of, other, other_of)
    bad = treatment.compare_shares(count, of, other, other_of, good=False)
    turned = treatment.compare_shares(other, other_of, count, of)
    assert bad.difference == turned.difference == -here.difference
    assert bad.needed.value == here.needed.value >= 1
    needed = here.needed
    if needed.crosses:
        assert needed.value >= (needed.low if needed.kind == "benefit" else needed.high)
    else:
        assert needed.low <= needed.value <= needed.high


# -- programmes, groups, engagement ---------------------------------------------------------------


def test_a_programme_over_its_sites():
    sites = [programme.Site(True, 400, 92, delivered=at < 53, kept=at < 49) for at in range(62)]
    sites += [programme.Site(False, 15_200 // 28, 0) for _ in range(28)]
    found = programme.reach(sites)
    assert (found.adoption.share, found.implementation.share) == (near(0.69, 2), near(0.855))
    assert found.maintenance.share == near(0.79, 2)
    assert programme.reach([programme.Site(True, 40_000, 9_200)]).reach.share == near(0.23, 2)
    unknown = programme.reach([programme.Site(True)])
    assert (unknown.reach, unknown.implementation, unknown.maintenance) == (None, None, None)


@pytest.mark.parametrize(
    "site",
    [programme.Site(True, 10, 11), programme.Site(True, -1, 0), programme.Site(False, kept=True)],
)
def test_sites_that_cannot_be_are_refused(site):
    with pytest.raises(NotAFigure):
        programme.reach([site])


def test_a_hidden_part_of_a_whole_cannot_be_worked_out_from_the_others_and_the_total():
    """Whoever sees the total and the other parts has several counts left for each hidden one."""

    def may_be(shown: str) -> set[int]:
        return {n for n in range(45) if shown_count(n) == shown} if shown else set(range(1, 45))

    for counts in product((0, 1, 4, 7, 8, 9, 12, 23), (0, 3, 9, 14), (0, 7, 8, 21)):
        shown, total = shown_parts(counts), shown_count(sum(counts))
        one, two, three = (may_be(each) for each in shown)
        fits = {
            (a, b, c)
            for a in one
            for b in two
            for c in three
            if shown_count(a + b + c) == total and shown_parts((a, b, c)) == shown
        }
        assert counts in fits
        for place, count in enumerate(counts):
            if 0 < count < HIDDEN_BELOW:
                assert len({each[place] for each in fits}) >= 2, (counts, shown, total)


def test_small_counts_are_hidden_and_cannot_be_worked_out():
    assert [shown_count(n) for n in (0, 1, 7, 8, 12, 13, 997)] == [
        "0", "< 8", "< 8", "10", "10", "15", "995",
    ]  # fmt: skip
    assert may_show_share(20, 40)
    assert not may_show_share(4, 40)
    assert not may_show_share(36, 40)
    assert not may_show_share(9, 9)
    assert may_show_share(0, 10)


def test_how_close_a_group_feels_and_how_far_it_agrees():
    found = groups.cohesion([5, 4, 5, 4, 5, 3, 4], options=5)
    assert (found.mean, found.variance, found.agreement) == (near(4.286), near(0.571), near(0.714))
    assert found.may_be_averaged
    assert found.may_be_fed_back
    assert groups.cohesion([1, 5, 1, 5], options=5).agreement == 0
    assert not groups.cohesion([4, 4, 4], options=5).may_be_fed_back
    with pytest.raises(NotAFigure):
        groups.cohesion([1, 7], options=5)


def test_how_much_lies_between_groups():
    assert groups.nesting([[1, 1, 1], [5, 5, 5]]) == 1
    assert groups.nesting([[1, 5], [1, 5], [1, 5]]) == pytest.approx(-1)
    # Mean squares 74/3 between and 1/2 within, two in each group.
    found = groups.nesting([[1, 2], [4, 5], [8, 9]])
    assert found == pytest.approx((74 / 3 - 0.5) / (74 / 3 + 0.5))
    for wrong in ([[1, 2]], [[1], [2]], [[3, 3], [3, 3]]):
        with pytest.raises(NotAFigure):
            groups.nesting(wrong)


def test_who_came_in_time_counts_everybody_who_started():
    people = [
        engagement.Waited(10, True),
        engagement.Waited(95, True),
        engagement.Waited(40, False),
    ]
    found = engagement.engaged_within(people)
    assert (found.count, found.of) == (1, 3)


def test_the_share_that_came_minds_who_was_followed_how_long():
    from statsmodels.duration.survfunc import SurvfuncRight

    days = [5, 8, 8, 12, 20, 20, 31, 40, 60, 90]
    came = [True, True, False, True, True, True, False, True, False, False]
    people = [engagement.Waited(*each) for each in zip(days, came, strict=True)]
    steps = engagement.kaplan_meier(people)
    peer = SurvfuncRight(days, [int(each) for each in came])
    at = dict(zip(peer.surv_times, peer.surv_prob, strict=True))
    assert [step.share for step in steps] == pytest.approx([1 - at[step.days] for step in steps])
    assert engagement.days_until(steps) == 20
    assert engagement.days_until(steps, 0.99) is None
    assert all(step.interval.low <= step.share <= step.interval.high for step in steps)


def test_waits_are_told_by_values_that_happened():
    minutes = [1, 2, 2, 3, 4, 5, 7, 9, 15, 60]
    assert [engagement.percentile(minutes, share) for share in (0.5, 0.9, 0.95, 1)] == [
        4,
        15,
        60,
        60,
    ]


def test_a_period_beyond_three_standard_errors_stands_out():
    chart = engagement.control_chart([(50, 100), (48, 100), (52, 100), (50, 100), (90, 100)])
    assert [point.is_out for point in chart] == [False, False, False, False, True]
    share = 290 / 500
    assert chart[0].high == pytest.approx(share + 3 * (share * (1 - share) / 100) ** 0.5)
    for wrong in ([(1, 2)], [(3, 2), (1, 2)]):
        with pytest.raises(NotAFigure):
            engagement.control_chart(wrong)


# -- expected course ------------------------------------------------------------------------------

RULE, LINE = published(6, higher_is="worse"), cutoff(10, higher_is="worse")


def test_the_made_up_curve_for_somebody_who_starts_as_a_case():
    curve = expected.log_curve(18, rule=RULE, line=LINE, sessions=16)
    assert curve.target == 9
    assert curve.at(4) == near(12.89, 2)
    assert curve.signal(4, 17).signal == "watch"
    assert curve.signal(4, 19).signal == "not_on_track"
    assert curve.signal(4, 15).signal == "on_track"
    assert curve.signal(2, 27).signal == "watch"  # never red before session 3
    assert [expected.log_curve(18, rule=RULE, line=LINE, sessions=k).half_at for k in (8, 15)] == [
        2, 3,
    ]  # fmt: skip
    assert expected.log_curve(8, rule=RULE, line=LINE, sessions=16) is None
    high = published(6, higher_is="better")
    assert expected.log_curve(1, rule=high, line=cutoff(9, higher_is="better"), sessions=8) is None


@given(st.integers(10, 27), st.integers(1, 40))
def test_the_curve_never_expects_anybody_to_get_worse(start, sessions):
    curve = expected.log_curve(start, rule=RULE, line=LINE, sessions=sessions)
    course = [curve.at(session) for session in range(sessions + 1)]
    assert course == sorted(course, reverse=True)
    assert (course[0], course[-1]) == (start, pytest.approx(curve.target))
    assert curve.at(sessions + 9) == pytest.approx(curve.target)
    with pytest.raises(NotAFigure):
        expected.log_curve(start, rule=gulliksen_lord_novick(5, 0.8, 9, higher_is="worse"),
                           line=LINE, sessions=sessions)  # fmt: skip


def test_the_rules_that_need_no_model():
    def at(score, session):
        return expected.on_track(
            18, score, session=session, typical=12, rule=RULE, line=LINE
        ).signal

    assert at(24, 1) == "not_on_track"  # reliably worse, at any session
    assert at(16, 3) == "too_early"
    assert at(16, 6) == "not_on_track"
    assert at(12, 2) == "on_track"
    below = expected.on_track(12, 9, session=6, typical=12, rule=RULE, line=LINE)
    assert below.signal == "on_track"


def test_a_table_of_experts_is_read_by_session():
    table = [expected.TableRow(2, 4, -4, 0, "our team"), expected.TableRow(5, 20, 0, 5, "our team")]
    signals = [expected.by_table(table, session, change).signal for session, change in (
        (1, -9), (2, -5), (4, -4), (4, 0), (5, -1), (20, 4), (20, 5),
    )]  # fmt: skip
    assert signals == [
        "too_early", "not_on_track", "watch", "on_track", "not_on_track", "watch", "on_track",
    ]  # fmt: skip
    assert expected.by_table(table, 5, 1).reasons[0].source == "our team"
    with pytest.raises(NotAFigure):
        expected.by_table([expected.TableRow(1, 2, 3, 1)], 1, 0)


def test_bands_come_only_from_enough_courses_of_ones_own():
    courses = [expected.FinishedCourse(20, {2: 20 - n % 10, 4: 18 - n % 10}) for n in range(100)]
    courses += [expected.FinishedCourse(12, {2: 10}) for _ in range(99)]
    [band] = expected.start_bands(courses, [10, 15, 27], higher_is="worse")
    assert (band.low, band.high, band.courses) == (15, 27, 100)
    # Improvement at session 2 is 0 to 9, ten of each.
    assert (band.low_change[2], band.lower_change[2]) == (2, 0)
    assert band.signal(2, 1).signal == "watch"
    assert band.signal(2, -1).signal == "not_on_track"
    assert band.signal(2, 2).signal == "on_track"
    assert band.signal(9, 2).signal == "too_early"
    with pytest.raises(NotAFigure):
        expected.start_bands(courses, [15, 10], higher_is="worse")


@pytest.mark.slow
def test_a_growth_curve_gives_back_what_courses_were_made_of():
    from math import log
    from random import Random

    chance = Random(7)
    courses = []
    for _ in range(120):
        start, own, bend = chance.uniform(12, 24), chance.gauss(0, 1.5), chance.gauss(0, 0.7)
        courses.append(growth.Course(start, {
            week: 2 + own + (-3 + bend) * log(1 + week) + 0.8 * start + chance.gauss(0, 1)
            for week in (1, 3, 6, 10)
        }))  # fmt: skip
    curve = growth.growth_curve(courses)
    assert (curve.courses, curve.points) == (120, 480)
    assert curve.slope == pytest.approx(-3, abs=0.3)
    assert curve.by_start == pytest.approx(0.8, abs=0.1)
    inside = sum(
        curve.band(one.start, week).low <= score <= curve.band(one.start, week).high
        for one in courses for week, score in one.scores.items()
    )  # fmt: skip
    assert 0.74 < inside / curve.points < 0.87
    with pytest.raises(NotAFigure):
        growth.growth_curve(courses[:99])


# -- several measures -----------------------------------------------------------------------------


def test_a_third_measure_counts_like_the_others():
    wellbeing = Measure("SWEMWBS", cutoff(19, higher_is="better"), published(3, higher_is="better"))
    low = Measure("PHQ-9", cutoff(10, higher_is="worse"), published(6, higher_is="worse"))
    afraid = Measure("GAD-7", cutoff(8, higher_is="worse"), published(4, higher_is="worse"))
    pair = [(low, Scores(16, 8)), (afraid, Scores(13, 6))]
    worse = outcome_together([*pair, (wellbeing, Scores(24, 20))])
    assert (worse.recovered, worse.reliable, worse.reliably_recovered) == (True, "none", False)
    assert worse.reasons[2].text == "SWEMWBS fell by 4, 3 or more: reliable"
    assert outcome_together([*pair, (wellbeing, Scores(24, None))]) is None
    with pytest.raises(NotAFigure):
        outcome_together([])
