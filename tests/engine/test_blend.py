"""Several protocols in one plan: what comes first, what waits, and what is kept apart."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise, product
from pathlib import Path

import pytest

from alongside.catalogue.chooser import choice_of, facts_of
from alongside.engine.protocols.blend import (
    BlendRule,
    InPlan,
    clashes,
    session_uses,
    start_uses,
    step_uses,
    words_between,
)
from alongside.engine.protocols.gates import gate_states, may_start
from alongside.engine.protocols.moving import requirements, what_changes
from tests.harness.content import shipped

SHIPPED = shipped()
RULES = tuple(SHIPPED.blend.values())
TODAY = date(2026, 11, 20)
SAM, NOOR = frozenset({"sam"}), frozenset({"noor"})
CRISIS = InPlan("crisis", "crisis", state="running")


def course(key: str, way: str, state: str = "planned", **more) -> InPlan:
    protocol, _slash, variant = way.partition("/")
    return InPlan(key, protocol, variant, state, **{"persons": SAM, **more})


def waits_for(one: InPlan, *others: InPlan, on: date = TODAY) -> set[tuple[str, str]]:
    return {(clash.rule, clash.other) for clash in clashes(one, others, RULES, on=on)}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (course("a", "mbct"), course("b", "cbt/depression"), {("class_after_treatment", "b")}),
        (
            course("a", "mbct"),
            course("b", "cbt/depression", "running"),
            {("class_after_treatment", "b")},
        ),
        (course("a", "mbct"), course("b", "cbt/gad", "running"), set()),  # not of that variant
        (course("a", "mbct"), course("b", "ipt", "ended", ended_on=TODAY), set()),
        (course("a", "mbct", "running"), course("b", "ipt", "running"), set()),  # it has begun
        (course("a", "ipt"), course("b", "cbt/gad"), set()),  # neither runs
        (course("a", "ipt"), course("b", "cbt/gad", "running"), {("one_talking_therapy", "b")}),
        (course("a", "cbt/gad"), course("b", "ipt", "running"), {("one_talking_therapy", "b")}),
        (course("a", "ipt"), course("b", "cbt/gad", "running", persons=NOOR), set()),
        (course("a", "mbct"), CRISIS, {("class_not_in_crisis", "crisis")}),
        (course("a", "craft", persons=NOOR), course("b", "cbt/gad", "running"), set()),
        (
            course("a", "planned_meeting/johnson"),
            course("b", "craft", "running", persons=NOOR),  # also between different people
            {("coaching_before_surprise", "b")},
        ),
        (course("a", "planned_meeting/arise"), course("b", "craft", "running"), set()),
    ],
)
def test_what_a_course_waits_for(one, other, expected):
    assert waits_for(one, other) == expected


def test_a_wait_after_the_end_is_over_on_its_day():
    (rule,) = [rule for rule in RULES if rule.id == "no_exposure_in_crisis"]
    runs = course("a", "cbt/ptsd", "running")
    over = InPlan("crisis", "crisis", state="ended", ended_on=TODAY)
    last = TODAY + timedelta(days=rule.days)
    (clash,) = clashes(runs, [over], [rule], on=last - timedelta(days=1))
    assert (clash.until, clash.steps) == (last, rule.steps)
    assert clashes(runs, [over], [rule], on=last) == ()


def test_in_a_crisis_exposure_waits_and_the_talks_go_on():
    runs = course("a", "cbt/ptsd", "running")
    have = words_between(runs, [CRISIS], RULES, on=TODAY)
    uses = step_uses(runs, RULES)
    assert set(uses) == {"exposure", "memory_work", "response_prevention"}
    (state,) = gate_states(uses["memory_work"], SHIPPED.gates, have)
    assert (state.status, state.releasable) == ("waiting", True)
    assert state.reason.source
    assert state.release.text
    assert may_start(gate_states(session_uses(runs, RULES), SHIPPED.gates, have))


def test_a_warning_between_two_ways_holds_nothing():
    runs, ect = course("a", "cbt/depression", "running"), course("b", "ect", "running")
    have = words_between(runs, [ect], RULES, on=TODAY)
    states = gate_states(session_uses(runs, RULES), SHIPPED.gates, have)
    assert [(state.gate, state.status) for state in states] == [("talks_during_ect", "advised")]


def test_every_rule_has_its_gate_its_words_and_its_source():
    for rule in RULES:
        gate = SHIPPED.gates[rule.id]
        assert gate.needs == rule.word
        assert gate.reason.source
        for language in ("en", "es"):
            said = SHIPPED.reasons(language)
            assert all(said[f"gates/{rule.id}/{part}"] for part in ("name", "text", "release"))


def test_the_chooser_says_what_a_way_meets_beside_what_is_going_on():
    facts = {"needs": ["low_mood"], "asked_for": ["mbct", "planned_meeting/arise"]}
    before = choice_of(SHIPPED, facts)
    beside = choice_of(SHIPPED, {**facts, "running": ["ipt", "crisis"]})

    def reasons(choice, way):
        return {why.key for one in choice.cautioned if one.protocol == way for why in one.why}

    assert "gates/class_after_treatment/text" not in reasons(before, "mbct")
    assert "gates/class_after_treatment/text" in reasons(beside, "mbct")
    assert "gates/one_talking_therapy/text" in reasons(beside, "cbt")
    blocked = {one.protocol: {why.gate for why in one.because} for one in beside.blocked}
    assert "meeting_not_in_crisis" in blocked["planned_meeting/arise"]


def test_a_neighbour_more_never_opens_a_gate_and_one_alone_meets_nothing():
    names = sorted({name for rule in RULES for name in (*rule.waits, *rule.others)})
    every = {rule.word for rule in RULES}
    for way, state, first, second in product(names, ("planned", "running"), names, names):
        one = course("mine", way, state)
        around = [course("1", first, "running"), course("2", second, "running")]
        assert words_between(one, [one], RULES, on=TODAY) == every
        held = [words_between(one, around[:n], RULES, on=TODAY) for n in range(3)]
        assert all(more <= fewer for fewer, more in pairwise(held))
        uses = {use.gate for use in (*start_uses(one, RULES), *session_uses(one, RULES))}
        steps = {use.gate for uses in step_uses(one, RULES).values() for use in uses}
        waiting = {clash.rule for clash in clashes(one, around, RULES, on=TODAY)}
        assert waiting <= uses | steps  # whatever holds a course back stands before part of it


def test_a_rule_that_names_nothing_there_is_found(tmp_path):
    rule = BlendRule("x", "apart", ("yoga",), ("cbt",))
    assert clashes(course("a", "yoga"), [course("b", "cbt", "running")], [rule], on=TODAY)
    text = (Path(__file__).parents[2] / "content/gates/blend.yaml").read_text()
    (tmp_path / "gates").mkdir()
    (tmp_path / "gates/own.yaml").write_text(
        text.replace("waits: [mbct, group]", "waits: [mbct, yoga]").replace(
            "steps: [exposure, ", "steps: [tickling, "
        )
    )
    from alongside.catalogue import check

    found = [str(one) for one in check([Path(__file__).parents[2] / "content", tmp_path])]
    assert any("there is no protocol yoga" in one for one in found)
    assert any("has a step tickling" in one for one in found)


# -- another setting ----------------------------------------------------------------------------


def test_another_setting_says_what_changes_for_each_course():
    facts = facts_of(SHIPPED, {"person": {"setting": "hospital"}, "needs": ["institution_stress"]})
    ways = [("a", SHIPPED.protocol("institution_music"), ""), ("b", SHIPPED.protocol("craft"), "")]
    here, there = SHIPPED.settings["hospital"], SHIPPED.settings["home"]
    more = (SHIPPED.gates, SHIPPED.chooser_rules["rules"])
    found = what_changes(here, there, ways, facts, *more)
    music, craft = found.courses
    assert [block.gate for block in music.blocks] == ["setting"]
    assert not music.is_described
    assert craft.is_described
    assert {reason.key for reason in found.required} == {
        "settings/home/required/staff_safety",
        "settings/home/required/privacy",
    }
    assert set(requirements(there)) == {"home/staff_safety", "home/privacy"}
    back = what_changes(there, here, ways, facts, *more)
    assert [block.gate for block in back.courses[0].blocks_gone] == ["setting"]
    assert (back.required, back.required_gone) == (found.required_gone, found.required)
    same = what_changes(here, here, ways, facts, *more)
    assert all(one.is_the_same for one in same.courses)
    assert (same.required, same.possible, same.shown) == ((), (), ())
