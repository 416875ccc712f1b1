"""Gates say whether a course or a session may start and, if not, what it waits for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.engine.protocols.gates import (
    UnknownGate,
    gate_states,
    may_start,
    words_of_gate,
)
from alongside.engine.protocols.shapes import GateUse
from tests.harness.content import shipped

SHIPPED = shipped()
GATES = SHIPPED.gates
CBT = SHIPPED.protocol("cbt")
ECT = SHIPPED.protocol("ect")
GROUP = SHIPPED.protocol("group")
EVERY_USE = [
    use
    for protocol in SHIPPED.protocols.values()
    for use in (*protocol.gates_start, *protocol.gates_session)
]
ALL_WORDS = {word for use in EVERY_USE for word in words_of_gate(use, GATES)}


def states(uses, have=frozenset(), **more):
    return {state.gate: state for state in gate_states(uses, GATES, have, **more)}


def test_with_every_word_given_a_course_may_start():
    found = states(CBT.gates_start, ALL_WORDS)
    assert {state.status for state in found.values()} == {"open"}
    assert may_start(found.values())


def test_with_nothing_given_each_gate_says_what_it_waits_for():
    found = states(CBT.gates_start)
    assert not may_start(found.values())
    assert found["G2"].status == "waiting"
    assert found["G2"].missing == ("consent:c_treatment",)
    assert "consent" in found["G2"].reason.text
    assert found["G2"].reason.source
    assert found["G2"].release.text
    assert found["baseline"].missing == ("baseline:phq9",)


@pytest.mark.parametrize("way", ["craft", "group", "medication", "planned_meeting"])
def test_never_stop_suddenly_stands_until_medical_advice_on_withdrawal_is_recorded(way):
    uses = [use for use in SHIPPED.protocol(way).gates_start if use.gate == "G7"]
    (warned,) = gate_states(uses, GATES, frozenset())
    (advised,) = gate_states(uses, GATES, frozenset({"withdrawal_advice"}))
    assert (warned.status, warned.missing) == ("advised", ("withdrawal_advice",))
    assert "Never advise to stop" in warned.reason.text
    assert "Medical advice first" in warned.reason.text
    assert warned.release_by == ("doctor",)
    assert advised.status == "open"


def test_a_gate_over_several_forms_names_only_those_missing():
    found = states(GROUP.gates_start, {"consent:c_treatment"})
    assert found["G2"].missing == ("consent:c_group",)


def test_an_open_alert_without_release_holds_sessions():
    have = ALL_WORDS - {"danger_clear"}
    found = states(CBT.gates_session, have)
    assert [name for name, state in found.items() if not state.is_open] == ["G1"]
    released = states(CBT.gates_session, have, released={"G1"})
    assert released["G1"].status == "released"
    assert may_start(released.values())


def test_an_open_alert_never_holds_medicines():
    assert "G1" not in states(SHIPPED.protocol("medication").gates_session)


@pytest.mark.parametrize("gate", ["G2", "G3", "G8", "G10", "runnable", "safety_check"])
def test_a_gate_nobody_may_release_stays_closed(gate):
    found = states(CBT.gates_start, ALL_WORDS, released={gate})
    assert found[gate].status == "open"
    use = next(use for use in CBT.gates_start if use.gate == gate)
    closed = states([use], set(), released={gate})
    assert closed[gate].status == "waiting"


@pytest.mark.parametrize("gate", ["G4", "G6", "baseline"])
def test_a_gate_of_grade_c_is_released_by_a_named_clinician(gate):
    assert GATES[gate].hard == "clinician"
    assert GATES[gate].release_by == ("clinician",)
    assert states([GateUse(gate)], released={gate})[gate].status == "released"


@pytest.mark.parametrize("gate", ["G7", "G9"])
def test_a_warning_stops_nothing(gate):
    state = states([GateUse(gate)])[gate]
    assert (state.status, state.is_open) == ("advised", True)


NEVER_BLOCKED = [
    "crisis_step", "emergency_call", "first_aid", "naloxone", "show_numbers", "ask_about_suicide",
    "safety_planning", "means_safety", "safeguarding_report", "emergency_treatment",
    "continue_medicine",
]  # fmt: skip


@pytest.mark.parametrize("act", NEVER_BLOCKED)
def test_no_gate_delays_an_act_of_the_never_block_rule(act):
    for protocol in SHIPPED.protocols.values():
        if protocol.id == "ect":
            continue
        for uses in (protocol.gates_start, protocol.gates_session):
            assert may_start(gate_states(uses, GATES, frozenset(), act=act)), protocol.id


def test_what_was_passed_over_in_an_emergency_becomes_a_task():
    afterwards = {gate.id for gate in GATES.values() if gate.task_afterwards}
    assert afterwards == {"G2", "G3", "G8", "G10"}
    assert states(CBT.gates_start, act="safety_planning")["G2"].status == "afterwards"


def test_the_never_block_rule_opens_no_door_past_a_lawful_refusal():
    for uses in (ECT.gates_start, ECT.gates_session):
        found = states(uses, act="emergency_treatment")
        refusal = found.get("ect_consent") or found.get("ect_reaffirmed")
        assert refusal.status == "waiting"
        assert not may_start(found.values())


def test_an_act_that_is_not_on_the_list_delays_as_ever():
    assert not may_start(gate_states(CBT.gates_start, GATES, frozenset(), act="booking"))


def test_a_gate_for_one_variant_stands_before_that_variant_only():
    medication = SHIPPED.protocol("medication")
    new = states(medication.gates_start, variant="new_regimen")
    review = states(medication.gates_start, variant="adherence")
    assert "regimen_complete" in new
    assert "regimen_complete" not in review


def test_every_variant_of_cbt_waits_for_an_open_alert_once():
    for variant in CBT.variants:
        found = gate_states(CBT.gates_session, GATES, frozenset(), variant=variant.id)
        assert [state.gate for state in found].count("G1") == 1, variant.id


def test_an_unknown_gate_is_refused():
    with pytest.raises(UnknownGate) as caught:
        gate_states([GateUse("G99")], GATES, frozenset())
    assert caught.value.gate == "G99"


def test_the_ten_common_gates_have_the_hardness_the_clinicians_gave_them():
    hard = {id: GATES[id].hard for id in (f"G{number}" for number in range(1, 11))}
    assert hard == {
        "G1": "yes", "G2": "yes", "G3": "yes", "G4": "clinician", "G5": "yes", "G6": "clinician",
        "G7": "warn", "G8": "yes", "G9": "warn", "G10": "yes",
    }  # fmt: skip


words = st.frozensets(st.sampled_from(sorted(ALL_WORDS)))


@given(words, words)
def test_knowing_more_never_closes_a_gate(some, more):
    before = gate_states(EVERY_USE, GATES, some)
    after = gate_states(EVERY_USE, GATES, some | more)
    assert all(late.is_open for early, late in zip(before, after, strict=True) if early.is_open)


@given(words, st.frozensets(st.sampled_from(sorted(GATES))))
def test_a_closed_gate_always_says_why_and_what_opens_it(have, released):
    for state in gate_states(EVERY_USE, GATES, have, released=released):
        if not state.is_open:
            assert state.missing
            assert state.reason.text
            assert state.release.text
            assert not set(state.missing) & have
