"""Answers to findings of danger: by the answers themselves, never by the total."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.engine.instruments import valid_answers
from alongside.engine.risk import (
    AllOf,
    AnyOf,
    FactIs,
    Facts,
    Instead,
    ItemIs,
    RiskRule,
    ScoreIs,
    blank_critical,
    danger_expression,
    find_intake_risk,
    find_prompts,
    find_risk,
    items_named,
    most_urgent,
)
from alongside.engine.terms import Ref
from tests.harness.content import shipped

SHIPPED = shipped()
PHQ9 = SHIPPED.instrument("phq9")
RULES = SHIPPED.risk_rules_for("phq9")
PLAN = "safety_plan_reviewed_days_ago"
FRESH = {PLAN: 14}


def rule(when, level="C", **more) -> RiskRule:
    return RiskRule(Ref("some_rule", 1), "", Ref("phq9", 1), when, level, "test", **more)


@pytest.mark.parametrize(
    ("answer", "previous", "known", "level", "also"),
    [
        (0, 0, FRESH, None, ""),
        (1, None, {}, "C", "asq_or_c_ssrs_same_contact"),
        (1, None, FRESH, "C", "asq_or_c_ssrs_same_contact"),
        (1, 0, FRESH, "C", "asq_or_c_ssrs_same_contact"),
        (1, 2, FRESH, "C", "asq_or_c_ssrs_same_contact"),
        (1, 1, {}, "C", "asq_or_c_ssrs_same_contact"),
        (1, 1, {PLAN: None}, "C", "asq_or_c_ssrs_same_contact"),
        (1, 1, {PLAN: 15}, "C", "asq_or_c_ssrs_same_contact"),
        (1, 1, {PLAN: 14}, "D", "same_day_note"),
        (1, 1, {PLAN: 0}, "D", "same_day_note"),
        (2, 2, FRESH, "C", "same_day_clinician"),
        (3, 3, FRESH, "C", "same_day_clinician"),
        (3, None, {}, "C", "same_day_clinician"),
    ],
)
def test_the_self_harm_item_by_answer_last_time_and_safety_plan(
    answer, previous, known, level, also
):
    facts = Facts(previous={"item_9": previous}, known=known)
    found = find_risk(RULES, {"item_9": answer}, facts=facts)

    assert [each.level for each in found] == ([level] if level else [])
    assert all(also in each.also for each in found)


def test_a_finding_says_the_rule_at_its_version_and_the_facts_as_they_were():
    (found,) = find_risk(RULES, {"item_9": 2})

    assert (found.rule, found.level, found.item) == ("phq9_self_harm@1", "C", "item_9")
    assert found.because == "item_9 = 2, at least 1"


def test_a_lower_level_says_what_lowered_it():
    facts = Facts(previous={"item_9": 1}, known=FRESH)
    (found,) = find_risk(RULES, {"item_9": 1}, facts=facts)

    assert found.because == (
        "item_9 = 1, at least 1; item_9 unchanged since last time; "
        "safety plan reviewed in the last 14 days"
    )


def test_a_half_filled_form_still_shows_its_danger():
    assert find_risk(RULES, {"item_1": None, "item_9": 1})[0].level == "C"


def test_an_invalid_answer_never_hides_the_danger_in_a_valid_one():
    valid, errors = valid_answers(PHQ9, {"item_1": 99, "item_9": 3})

    assert [error.item for error in errors] == ["item_1"]
    assert find_risk(RULES, valid)[0].level == "C"


@given(st.dictionaries(st.sampled_from(PHQ9.item_ids[:8]), st.integers(0, 3) | st.none()))
def test_no_other_answer_changes_what_the_self_harm_item_shows(others):
    alone = find_risk(RULES, {"item_9": 2})

    assert find_risk(RULES, {**others, "item_9": 2}) == alone
    assert find_risk(RULES, others) == ()


@pytest.mark.parametrize("answers", [{}, {"item_9": None}, {"item_1": 3}])
def test_a_blank_critical_item_is_named_to_be_asked_again(answers):
    assert blank_critical(RULES, answers) == ("item_9",)
    assert find_risk(RULES, answers) == ()


def test_an_answered_critical_item_is_not_asked_again():
    assert blank_critical(RULES, {"item_9": 0}) == ()


def test_a_rule_without_a_level_prompts_and_never_alerts():
    rules = SHIPPED.risk_rules_for("session_pulse")
    answers = {"item_1": 9, "item_2": 6, "item_3": 10, "item_4": 7}

    assert find_risk(rules, answers) == ()
    (prompt,) = find_prompts(rules, answers)
    assert (prompt.sentence, prompt.because) == ("session_pulse_change", "item_2 = 6, at most 6")
    assert blank_critical(rules, {}) == ()


def test_any_of_holds_with_one_and_all_of_only_with_all():
    one, two = ItemIs("item_1", at_least=1), ItemIs("item_2", one_of=(2, 3))
    either, both = rule(AnyOf((one, two))), rule(AllOf((one, two)))

    assert find_risk([either], {"item_1": 1})[0].because == "item_1 = 1, at least 1"
    assert find_risk([both], {"item_1": 1}) == ()
    assert find_risk([both], {"item_1": 1, "item_2": 1}) == ()
    assert find_risk([both], {"item_1": 1, "item_2": 2})[0].because == (
        "item_1 = 1, at least 1; item_2 = 2"
    )
    assert items_named(both.when) == ("item_1", "item_2")


def test_a_score_rule_needs_its_score():
    severe = rule(ScoreIs("total", at_least=15))

    assert find_risk([severe], {}, scores={"total": 15})[0].because == "total = 15, at least 15"
    assert find_risk([severe], {}, scores={"total": 14}) == ()
    assert find_risk([severe], {}, scores={"total": None}) == ()
    assert find_risk([severe], {}) == ()


def test_an_item_that_must_not_stay_blank_can_be_a_danger_itself():
    refused = rule(ItemIs("item_5", blank=True), "B")

    assert find_risk([refused], {"item_5": None})[0].because == "item_5 is not answered"
    assert find_risk([refused], {"item_5": 0}) == ()


def test_a_fact_that_is_not_known_never_holds():
    reported = rule(FactIs("overdose", "an overdose", equals=True), "A")

    assert find_risk([reported], {}) == ()
    assert find_risk([reported], {}, facts=Facts(known={"overdose": False})) == ()
    assert find_risk([reported], {}, facts=Facts(known={"overdose": True}))[0].level == "A"


def test_the_most_urgent_finding_comes_first():
    rules = [
        RiskRule(Ref("late", 1), "", None, ItemIs("item_1", at_least=1), "D", ""),
        RiskRule(Ref("soon", 1), "", None, ItemIs("item_1", at_least=1), "B", ""),
    ]

    assert [each.rule for each in find_risk(rules, {"item_1": 1})] == ["soon@1", "late@1"]
    assert most_urgent(["D", "B", "C"]) == "B"
    assert most_urgent([]) is None


@pytest.mark.parametrize(
    ("question", "levels"),
    [
        ("badly_hurt", {"now": "A", "yes": "B", "unsure": "C", "no": None}),
        ("talk_of_dying", {"plan_or_means": "B", "talk": "C", "no": None}),
        ("weapon_or_violence", {"now": "A", "past": "C", "no": None}),
        (
            "child_not_safe",
            {"now": "A", "worried": "C", "adult_now": "A", "adult_worried": "C", "no": None},
        ),
    ],
)
def test_every_public_answer_shows_its_level(question, levels):
    intake = SHIPPED.danger.intake
    held = intake.question(question)

    assert held is not None
    assert [answer.id for answer in held.answers] == list(levels)
    for answer, level in levels.items():
        found = find_intake_risk(intake, {question: answer})
        assert [each.level for each in found] == ([level] if level else [])
        assert all(each.rule == f"intake_{question}@1" for each in found)


def test_a_skipped_or_unknown_public_answer_finds_nothing():
    intake = SHIPPED.danger.intake

    assert find_intake_risk(intake, {"badly_hurt": None, "talk_of_dying": "maybe"}) == ()


def test_several_public_answers_give_several_findings_with_the_gravest_first():
    found = find_intake_risk(
        SHIPPED.danger.intake, {"badly_hurt": "unsure", "child_not_safe": "now"}
    )

    assert [(each.level, each.item) for each in found] == [
        ("A", "child_not_safe"), ("C", "badly_hurt"),
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [None, 0, 1, 2, 3, 7, -1])
@pytest.mark.parametrize(
    "tried",
    [
        *RULES,
        rule(ItemIs("item_9", at_least=1), instead=(Instead(ItemIs("item_9", one_of=(3,)), "B"),)),
        rule(AnyOf((ItemIs("item_9", blank=True), ScoreIs("total", at_least=20))), "B"),
    ],
)  # fmt: skip
def test_the_sql_of_a_rule_gives_the_level_without_further_facts(tried, answer):
    raw = dict.fromkeys(PHQ9.item_ids, 2) | {"item_9": answer}
    valid, errors = valid_answers(PHQ9, raw)
    total = None if errors else 16 + (answer if answer is not None else 2)
    found = find_risk([tried], valid, scores={"total": total})
    with duckdb.connect() as db:
        source = ", ".join(
            f'CAST({"NULL" if value is None else value} AS INTEGER) AS "{id}"'
            for id, value in raw.items()
        )
        row = db.execute(
            f"SELECT {danger_expression(tried, PHQ9)} FROM (SELECT {source})"
        ).fetchone()

    assert row == (found[0].level if found else None,)
