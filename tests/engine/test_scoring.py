"""Answers to points: the instrument's own rule, missing is not zero, three ways that agree."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.engine.conditions import AllOf, AnyOf, ItemIs, ScoreIs
from alongside.engine.errors import EngineError
from alongside.engine.instruments import (
    AnswerCode,
    AnsweredTwice,
    AnswerOutOfRange,
    Band,
    CasenessRule,
    Instrument,
    Item,
    Licence,
    MissingRule,
    NothingToAddUp,
    Result,
    Score,
    ScoreRule,
    TotalOutOfRange,
    Unasked,
    UnknownItem,
    UnknownScore,
    Who,
    Whom,
    as_decimal,
    compile_scorer,
    expression,
    half_up,
    items_to_ask,
    layers,
    least_points,
    normalise_answers,
    score,
    score_totals,
    valid_answers,
)
from alongside.engine.terms import NotARef, Ref
from tests.harness.content import with_packs

SHIPPED = with_packs()
PHQ9 = SHIPPED.instrument("phq9")


def ids(count: int) -> tuple[str, ...]:
    return tuple(f"item_{number}" for number in range(1, count + 1))


def form(instrument: Instrument, *answers: int | None) -> dict[str, int | None]:
    return dict(zip(instrument.item_ids, answers, strict=False))


# Two scores, reversed items, a mean times ten, one optional item, two scales and a negative one.
ODD = Instrument(
    ref=Ref("odd", 1),
    name="Odd",
    licence=Licence("ship", "", "", "2026-11-21"),
    role="outcome",
    respondent="self",
    recall="today",
    options={"five": (0, 1, 2, 3, 4), "yes": (0, 1), "level": (-2, -1, 0, 1, 2)},
    items=(
        Item("item_1", "five"),
        Item("item_2", "five", reversed=True),
        Item("item_3", "five", reversed=True),
        Item("item_4", "yes"),
        Item("item_5", "yes", optional=True),
        Item("item_6", "level"),
        Item("item_7", "level"),
    ),
    scores=(
        ScoreRule("total", "sum", ids(5), 0, 14, "worse"),
        ScoreRule("clinical", "mean", ids(3), 0, 40, "worse", multiply=10),
        ScoreRule("change", "sum", ("item_6", "item_7"), -4, 4, "better"),
    ),
    missing=MissingRule(1),
    bands=(Band("low", 0), Band("high", 7), Band("good", 0, "change")),
    caseness=(
        CasenessRule("under", "<", 3, "x", "change"),
        CasenessRule("over", ">", 6, "x", is_default=True),
    ),
)

# Every other kind: skipped items, answers without points, look-up, weights, results, who it is.
FULL = Instrument(
    ref=Ref("full", 1),
    name="Full",
    licence=Licence("ship", "", "", "2026-11-21"),
    role="outcome",
    respondent="clinician",
    recall="today",
    options={"three": (0, 1, 2), "rated": (0, 1, 2, 8, 9), "yes": (0, 1), "left": (1, 2, 7)},
    codes=(
        AnswerCode("rated", 8, "unable", "missing"),
        AnswerCode("rated", 9, "not_applicable", "fill"),
        AnswerCode("left", 7, "does_not_apply", "leave_out"),
    ),
    items=(
        Item("item_1", "yes", scored=False),
        Item("item_2", "three", skip_if=ItemIs("item_1", one_of=(0,)), unasked=Unasked(0)),
        Item(
            "item_3",
            "yes",
            reversed=True,
            skip_if=ItemIs("item_1", one_of=(0,)),
            unasked=Unasked(1, wins=True),
        ),
        Item("item_4", "rated", reversed=True),
        Item(
            "item_5",
            "rated",
            skip_if=AllOf((ItemIs("item_4", one_of=(0,)), ItemIs("item_1", one_of=(0,)))),
        ),
        Item("item_6", "left"),
        Item("item_7", "three"),
        Item("item_8", "three", optional=True),
    ),
    scores=(
        ScoreRule("total", "sum", ids(6)[1:], 1, 9, "worse"),
        ScoreRule("ease", "mean", ("item_4", "item_7", "item_8"), 0, 2, "better"),
        ScoreRule("worst", "max", ("item_6", "item_7"), 1, 2, "worse"),
        ScoreRule("many", "count", ("item_2", "item_7", "item_8"), 0, 3, "worse", counts_from=2),
        ScoreRule("strict", "sum", ("item_4", "item_5"), 0, 4, "worse", max_missing=0),
        ScoreRule("mixed", "combined", (), -4, 13, None, parts={"total": 1, "ease": -2, "many": 1}),
        ScoreRule(
            "metric", "look_up", (), 0, 4, "worse", parts={"strict": 1},
            table={n: Decimal(n) * Decimal("0.93") for n in range(5)},
        ),
        ScoreRule("told", "entered", (), 0, 100, "better"),
    ),
    missing=MissingRule(2, (("item_4", "item_5"),)),
    bands=(Band("low", 1), Band("high", 4)),
    caseness=(
        CasenessRule("all", ">=", 4, "x", is_default=True),
        CasenessRule("men", ">=", 6, "x", is_default=True, whom=Whom("male", min_age=18)),
    ),
    results=(
        Result("at_once", AnyOf((ItemIs("item_7", 2), ScoreIs("total", 8))), ("stay",)),
        Result("open", AnyOf((ItemIs("item_7", blank=True), ItemIs("item_1", blank=True)))),
        Result("calm", None),
    ),
)  # fmt: skip


# -- the rule -----------------------------------------------------------------------------------


def test_two_blanks_are_filled_with_the_mean_of_the_others_and_both_values_are_kept():
    found = score(PHQ9, form(PHQ9, 2, 2, 2, 2, None, 1, 2, None, 0))

    assert found.scores == {"total": 14}
    assert found.exact == {"total": Fraction(99, 7)}
    assert as_decimal(found.exact["total"]) == Decimal("14.142857")
    assert (found.band, found.caseness, found.caseness_rule) == ("moderate", True, "phq9@1/default")
    assert (found.missing, found.prorated) == (("item_5", "item_8"), True)


def test_three_blanks_give_no_total_no_band_and_no_caseness():
    found = score(PHQ9, form(PHQ9, 3, None, None, None, 3, 3, 3, 3, 3))

    assert found.scores == {"total": None}
    assert (found.band, found.caseness, found.caseness_rule) == (None, None, None)
    assert found.missing == ("item_2", "item_3", "item_4")
    assert not found.prorated


def test_an_item_that_was_not_asked_is_as_missing_as_one_that_was_skipped():
    assert score(PHQ9, {"item_9": 2}).missing == ids(8)


def test_without_a_missing_rule_one_blank_gives_no_total():
    phq2 = SHIPPED.instrument("phq2")

    assert score(phq2, {"item_1": 3, "item_2": None}).scores == {"total": None}


def test_a_form_without_any_answer_has_no_total_even_where_blanks_are_allowed():
    lenient = Instrument(
        ref=Ref("two", 1), name="Two", licence=ODD.licence, role="screen", respondent="self",
        recall="", options={"yes": (0, 1)}, items=(Item("item_1", "yes"), Item("item_2", "yes")),
        scores=(ScoreRule("total", "sum", ids(2), 0, 2),), missing=MissingRule(2),
    )  # fmt: skip

    assert score(lenient, {}).scores == {"total": None}


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(27, 2), 14),
        (Fraction(25, 2), 13),
        (Fraction(-1, 2), 0),
        (Fraction(-3, 2), -1),
        (Decimal("10.5"), 11),
        (Decimal("10.4999999999999999999999"), 10),
    ],
)
def test_a_half_goes_up(value, rounded):
    assert half_up(value) == rounded


def test_the_unscored_item_adds_nothing_and_is_never_missing():
    without = score(PHQ9, form(PHQ9, *[1] * 9))

    assert score(PHQ9, form(PHQ9, *[1] * 9, 3)) == without
    assert without.missing == ()


def test_the_difficulty_item_is_asked_only_when_a_point_was_given():
    assert "item_10" not in items_to_ask(PHQ9, form(PHQ9, *[0] * 9))
    assert "item_10" in items_to_ask(PHQ9, form(PHQ9, 0, 1, None, None, None, None))


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, "minimal"), (4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"),
        (14, "moderate"), (15, "moderately_severe"), (19, "moderately_severe"),
        (20, "severe"), (27, "severe"),
    ],
)  # fmt: skip
def test_each_band_starts_at_its_own_point(total, band):
    answers = [min(3, max(0, total - 3 * index)) for index in range(9)]

    assert score(PHQ9, form(PHQ9, *answers)).band == band


def test_caseness_follows_the_default_source_and_names_it():
    gad7 = SHIPPED.instrument("gad7")
    eight = score(gad7, form(gad7, 2, 1, 1, 1, 1, 1, 1))

    assert (eight.scores["total"], eight.caseness) == (8, True)
    assert eight.caseness_rule == "gad7@1/nhs"


def test_reversed_items_means_and_several_scores_stand_side_by_side():
    found = score(ODD, form(ODD, 4, 4, 1, 1, None, -2, 1))

    assert found.scores == {"total": 8, "clinical": 23, "change": -1}
    assert found.exact["clinical"] == Fraction(70, 3)
    assert (found.band, found.caseness, found.missing) == ("high", True, ())


def test_goals_give_the_t_score_of_kiresuk_and_sherman():
    gas = SHIPPED.instrument("gas")

    assert score(gas, form(gas, 0, 1, -1)).scores == {"total": 50}
    assert as_decimal(score(gas, form(gas, -1, -1, -1)).exact["total"]) == Decimal("36.306936")


def test_a_question_that_does_not_apply_counts_as_the_form_says_and_is_not_missing():
    found = score(FULL, form(FULL, 0, None, 0, 1, 1, 1, 0))

    assert found.scores["total"] == 0 + 0 + 1 + 1 + 1
    assert (found.missing, found.prorated) == ((), False)
    assert "item_2" not in items_to_ask(FULL, {"item_1": 0})


def test_whether_a_question_applies_is_not_guessed_from_a_blank():
    assert "item_2" in score(FULL, form(FULL, None, None, 1, 1, 1, 1, 0)).missing


def test_not_applicable_is_filled_in_without_using_up_what_may_be_blank():
    found = score(FULL, form(FULL, 1, 2, 1, 9, None, 2, None))

    assert found.missing == ("item_5", "item_7")
    assert (found.exact["total"], found.prorated) == (Fraction(4, 3) * 5, True)


def test_unable_to_rate_is_missing_and_never_zero():
    found = score(FULL, form(FULL, 1, 2, 1, 2, 8, 2, 0))

    assert found.missing == ("item_5",)
    assert found.exact["total"] == Fraction(4, 4) * 5
    assert found.scores["strict"] is None


def test_nothing_is_filled_in_where_a_whole_group_is_blank():
    assert score(FULL, form(FULL, 1, 2, 1, 8, 8, 2, 0)).scores["total"] is None


def test_what_does_not_apply_to_a_body_is_left_out_of_the_sum():
    found = score(FULL, form(FULL, 1, 2, 0, 0, 2, 7, 0))

    assert found.scores["total"] == 2 + 1 + 2 + 2
    assert (found.missing, found.prorated) == ((), False)


def test_the_highest_and_the_count_are_never_filled_in():
    found = score(FULL, form(FULL, 1, 2, 1, 1, 1, 1, None))

    assert (found.scores["worst"], found.scores["many"]) == (None, None)
    assert found.prorated


def test_scores_are_added_with_weights_before_rounding_and_looked_up_as_whole_points():
    found = score(FULL, form(FULL, 1, 2, 1, 1, 2, 2, 1, 0))

    assert found.exact["ease"] == Fraction(2, 3)
    assert found.exact["mixed"] == 7 - Fraction(4, 3) + 1
    assert (found.scores["strict"], found.scores["metric"]) == (3, 3)
    assert found.exact["metric"] == Fraction(279, 100)


@pytest.mark.parametrize(
    ("who", "rule", "case"),
    [
        (Who(), "all", True),
        (Who(40, "female"), "all", True),
        (Who(40, "male"), "men", False),
        (Who(None, "male"), "all", True),
        (Who(17, "male"), "all", True),
    ],
)
def test_the_cut_off_is_that_of_the_person_as_far_as_it_is_known(who, rule, case):
    found = score(FULL, form(FULL, 1, 1, 0, 1, 1, 1, 0), who)

    assert (found.scores["total"], found.caseness) == (5, case)
    assert found.caseness_rule == f"full@1/{rule}"


@pytest.mark.parametrize(
    ("answers", "result", "steps"),
    [
        ({"item_7": 2}, "at_once", ("stay",)),
        ({"item_1": 1}, "open", ()),
        ({"item_1": 1, "item_7": 0}, "calm", ()),
    ],
)
def test_answers_lead_to_a_category_even_when_there_is_no_total(answers, result, steps):
    found = score(FULL, answers)

    assert found.scores["total"] is None
    assert (found.result, found.steps) == (result, steps)


def test_an_entered_total_has_its_range_its_case_and_what_follows_from_it():
    found = score_totals(FULL, {"total": 6, "strict": 4, "told": Decimal("54.6")}, Who(40, "male"))

    assert (found.scores["told"], found.exact["told"]) == (55, Fraction(273, 5))
    assert (found.scores["metric"], found.scores["ease"], found.scores["mixed"]) == (4, None, None)
    assert (found.band, found.caseness, found.caseness_rule) == ("high", True, "full@1/men")
    assert (found.entered, found.missing, found.prorated) == (True, (), False)


@pytest.mark.parametrize(
    ("totals", "refusal"),
    [
        ({"total": 10}, TotalOutOfRange),
        ({"total": Decimal("3.5")}, TotalOutOfRange),
        ({"told": Decimal("100.1")}, TotalOutOfRange),
        ({"told": Decimal("NaN")}, TotalOutOfRange),
        ({"total": True}, TotalOutOfRange),
        ({"mixed": 3}, UnknownScore),
        ({"sum": 3}, UnknownScore),
    ],
)
def test_a_total_that_cannot_be_is_refused(totals, refusal):
    with pytest.raises(refusal):
        score_totals(FULL, totals)


def test_a_table_of_answers_is_refused_where_there_are_only_totals():
    with pytest.raises(NothingToAddUp, match="moca@1 has no items"):
        layers(SHIPPED.instrument("moca"))


def test_danger_is_found_in_what_a_sum_surely_comes_to():
    ciwa = SHIPPED.instrument("ciwa_ar")
    answers = form(ciwa, 5, 5, 5, None, None, 0, 0, 0, 1, 1)

    assert score(ciwa, answers).scores["total"] is None
    assert least_points(ciwa, answers) == {"total": 17}
    assert score(ciwa, answers).result == "severe"


# -- what is refused ----------------------------------------------------------------------------


def test_an_answer_outside_the_scale_is_refused_with_the_item_and_its_scale():
    with pytest.raises(AnswerOutOfRange, match=r"item_3=7 is outside 0\.\.3") as refusal:
        score(PHQ9, {"item_3": 7})

    assert (refusal.value.item, refusal.value.value) == ("item_3", 7)
    assert (refusal.value.lowest, refusal.value.highest) == (0, 3)


def test_an_item_the_instrument_does_not_have_is_refused():
    with pytest.raises(UnknownItem, match="phq9@1 has no item_11"):
        score(PHQ9, {"item_11": 0})


@pytest.mark.parametrize("key", ["9", 9, "item9", "item_9", " Item_9 ", "ITEM9"])
def test_an_item_may_be_named_in_several_ways(key):
    assert normalise_answers(PHQ9, {key: 2}) == {"item_9": 2}


def test_a_list_is_read_in_the_order_of_the_form():
    assert normalise_answers(PHQ9, [2, None, 1]) == {"item_1": 2, "item_2": None, "item_3": 1}


def test_an_item_answered_twice_is_refused():
    with pytest.raises(AnsweredTwice):
        normalise_answers(PHQ9, {"1": 2, "item_1": 2})


@pytest.mark.parametrize("value", [4, -1, True, 1.0, "2", [2]])
def test_an_invalid_answer_is_refused_and_the_valid_ones_are_kept(value):
    valid, errors = valid_answers(PHQ9, {"1": value, "9": 3, "nonsense": 0})

    assert valid == {"item_9": 3}
    assert [type(error) for error in errors] == [AnswerOutOfRange, UnknownItem]


@pytest.mark.parametrize("text", ["phq9", "phq9@", "phq9@x", "PHQ9@1", "@1", "phq9@0", "phq 9@1"])
def test_a_ref_is_an_id_and_a_version(text):
    with pytest.raises(NotARef):
        Ref.parse(text)


def test_a_ref_is_written_as_it_is_read():
    assert str(Ref.parse("phq9@1")) == "phq9@1"


# -- three ways that agree ----------------------------------------------------------------------

TRIED = [*(each for each in SHIPPED.instruments.values() if each.items), ODD, FULL]


def answers_to(instrument: Instrument) -> st.SearchStrategy[dict[str, int | None]]:
    """A form: complete, with blanks, now and then out of range."""
    kinds = st.sampled_from(["complete", "complete", "some blank", "most blank", "wild"])

    @st.composite
    def filled(draw: st.DrawFn) -> dict[str, int | None]:
        kind = draw(kinds)
        answers: dict[str, int | None] = {}
        for item in instrument.items:
            chance = draw(st.integers(0, 9))
            answers[item.id] = draw(st.sampled_from(instrument.options[item.options]))
            if chance < {"some blank": 2, "most blank": 7, "wild": 1}.get(kind, 0):
                answers[item.id] = None
            elif kind == "wild" and chance > 7:
                answers[item.id] = draw(st.integers(-20, 20))
        return answers

    return filled()


@st.composite
def forms(draw: st.DrawFn) -> tuple[Instrument, dict[str, int | None]]:
    instrument = draw(st.sampled_from(TRIED))
    return instrument, draw(answers_to(instrument))


def outcome(run, answers) -> object:
    try:
        return run(answers)
    except EngineError as refusal:
        return type(refusal), str(refusal)


@given(forms(), st.booleans())
@settings(max_examples=400)
def test_the_prepared_scorer_gives_what_the_reference_gives(drawn, as_tuple):
    instrument, answers = drawn
    expected = outcome(lambda form: score(instrument, form), answers)
    given_form = tuple(answers.values()) if as_tuple else answers

    assert outcome(compile_scorer(instrument), given_form) == expected


@given(forms())
@settings(max_examples=200)
def test_leaving_out_blank_items_changes_nothing(drawn):
    instrument, answers = drawn
    asked = {id: value for id, value in answers.items() if value is not None}

    assert outcome(compile_scorer(instrument), asked) == outcome(
        lambda form: score(instrument, form), answers
    )


def test_the_prepared_scorer_refuses_a_form_with_too_many_answers():
    with pytest.raises(UnknownItem):
        compile_scorer(PHQ9)((0,) * 11)
    with pytest.raises(AnswerOutOfRange, match="item_10"):
        compile_scorer(PHQ9)((0,) * 9 + (4,))


def test_a_shared_score_cannot_be_changed():
    found = compile_scorer(PHQ9)((1,) * 9)

    with pytest.raises(TypeError):
        found.scores["total"] = 0


def in_one(instrument: Instrument) -> tuple[list[str], str]:
    wanted = expression(instrument)
    named = ", ".join(f'{sql} AS "{name}"' for name, sql in wanted.items())
    return list(wanted), f"SELECT {named} FROM form ORDER BY number"


def in_steps(instrument: Instrument) -> tuple[list[str], str]:
    query = "SELECT * FROM form"
    for step in layers(instrument):
        added = ", ".join(f'{sql} AS "{name}"' for name, sql in step.items())
        query = f"SELECT *, {added} FROM ({query})"
    wanted = list(expression(instrument))
    named = ", ".join(f'"{name}"' for name in wanted)
    return wanted, f"SELECT {named} FROM ({query}) ORDER BY number"


WAYS = [(in_steps, each) for each in TRIED] + [
    (in_one, each)  # the same pieces, said again and again: DuckDB reads long ones slowly
    for each in TRIED
    if each.ref.id in {"cesd", "gas", "odd", "phq15", "phq9", "readiness_ruler"}
]


@pytest.mark.parametrize(
    ("way", "instrument"), WAYS, ids=[f"{way.__name__}-{each.ref}" for way, each in WAYS]
)
@given(st.data())
@settings(max_examples=2)  # the first is the plainest form
def test_the_sql_gives_what_the_reference_gives(way, instrument, data):
    filled = data.draw(st.lists(answers_to(instrument), min_size=30, max_size=60))
    wanted, query = way(instrument)
    with duckdb.connect() as db:
        fields = ", ".join(f'"{id}" INTEGER' for id in instrument.item_ids)
        db.execute(f"CREATE TABLE form (number INTEGER, {fields})")
        marks = ", ".join("?" for _ in range(len(instrument.items) + 1))
        rows = [[number, *answers.values()] for number, answers in enumerate(filled)]
        db.executemany(f"INSERT INTO form VALUES ({marks})", rows)
        found = [dict(zip(wanted, row, strict=True)) for row in db.execute(query).fetchall()]

    for answers, got in zip(filled, found, strict=True):
        compare(instrument, answers, got)


def compare(
    instrument: Instrument, answers: Mapping[str, int | None], got: dict[str, object]
) -> None:
    expected = outcome(lambda form: score(instrument, form), answers)
    if not isinstance(expected, Score):
        assert expected == (AnswerOutOfRange, got.pop("error"))
        assert set(got.values()) == {None}
        return
    assert got["error"] is None
    for name, points in expected.scores.items():
        exact = expected.exact.get(name)
        assert got[name] == points
        assert got[f"{name}_exact"] == (None if exact is None else as_decimal(exact))
    assert (got["band"], got["caseness"]) == (expected.band, expected.caseness)
    assert got["caseness_rule"] == expected.caseness_rule
    assert got["missing"] == list(expected.missing)
    assert got["missing_count"] == len(expected.missing)
    assert got["prorated"] == expected.prorated
    assert got.get("result") == expected.result
