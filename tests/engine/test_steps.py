"""Where a course stands is computed from what was recorded, never stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.engine.protocols.steps import (
    StepRecord,
    UnknownStep,
    course_state,
    missing_agenda,
    step_state,
)
from tests.harness.content import shipped

SHIPPED = shipped()
GATES = SHIPPED.gates
CBT = SHIPPED.protocol("cbt")
CRAFT = SHIPPED.protocol("craft")
MI = SHIPPED.protocol("mi_brief")
RUNNABLE = [protocol for protocol in SHIPPED.protocols.values() if protocol.runnable]

FIRST_PHASE = ["problem_list", "risk_asked", "goals", "rationale", "baseline"]
FIRST_FORMS = {"problem_list": 1, "smart_goals": 1}


def course(protocol=CBT, done=(), **more):
    records = [one if isinstance(one, StepRecord) else StepRecord(one) for one in done]
    return course_state(protocol, records=records, gates=GATES, **more)


def by_step(state):
    return {step.step: step for step in state.steps}


def everything(protocol, variant=""):
    phases = protocol.phases_of(variant)
    done = [step.id for phase in phases for step in phase.steps]
    forms = {need.form: need.at_least for phase in phases for need in phase.artefacts}
    return done, forms


def test_a_new_course_is_in_its_first_phase_with_its_first_steps_open():
    state = course()
    assert state.phase == "assess"
    assert [step.step for step in state.next_steps][:3] == FIRST_PHASE[:3]
    assert not state.is_done
    assert state.sessions_planned == 16


def test_a_phase_ends_only_when_its_steps_are_done_and_its_forms_are_there():
    assert course(done=FIRST_PHASE).phase == "assess"
    assert course(done=FIRST_PHASE, artefacts={"problem_list": 1}).phases[0].artefacts_missing
    assert course(done=FIRST_PHASE, artefacts=FIRST_FORMS).phase == "formulate"


def test_three_thought_records_are_three():
    (restructure,) = (p for p in course(artefacts={"thought_record": 2}).phases
                      if p.phase == "restructure")  # fmt: skip
    assert "thought_record" in {need.form for need in restructure.artefacts_missing}
    (restructure,) = (p for p in course(artefacts={"thought_record": 3}).phases
                      if p.phase == "restructure")  # fmt: skip
    assert "thought_record" not in {need.form for need in restructure.artefacts_missing}


def test_a_step_left_out_with_a_reason_is_dealt_with_and_without_one_is_not():
    with_reason = [*FIRST_PHASE[1:], StepRecord("problem_list", "left_out", reason="known well")]
    without = [*FIRST_PHASE[1:], StepRecord("problem_list", "left_out", reason="  ")]
    assert course(done=with_reason, artefacts=FIRST_FORMS).phase == "formulate"
    assert course(done=without, artefacts=FIRST_FORMS).phase == "assess"


def test_a_step_done_in_part_is_not_done():
    state = course(done=[StepRecord("problem_list", "part")])
    assert by_step(state)["problem_list"].status == "open"


def test_the_last_record_of_a_step_counts():
    undone = course(done=[StepRecord("goals"), StepRecord("goals", "part")])
    assert by_step(undone)["goals"].status == "open"


def test_a_step_is_locked_until_the_steps_before_it_are_done():
    formulate = by_step(course(done=FIRST_PHASE, artefacts=FIRST_FORMS))
    assert formulate["maintenance_loop"].status == "locked"
    assert formulate["maintenance_loop"].after == ("five_areas",)
    later = by_step(course(done=[*FIRST_PHASE, "five_areas"], artefacts=FIRST_FORMS))
    assert later["maintenance_loop"].status == "open"


def test_a_step_behind_a_gate_says_which_gate_and_why():
    done = ["enabling_inventory", "when_not_to_use"]
    state = course(CRAFT, done=done, sessions_held=5)
    consequences = by_step(state)["safe_consequences"]
    assert consequences.status == "locked"
    (gate,) = consequences.waiting_for
    assert gate.gate == "G4"
    assert gate.reason.text
    assert consequences in state.locked
    safe = course(CRAFT, done=done, sessions_held=5, have={"participants_safe"})
    assert by_step(safe)["safe_consequences"].status == "open"


def test_a_released_gate_unlocks_its_step():
    state = course(
        CRAFT, done=["enabling_inventory", "when_not_to_use"], sessions_held=5, released={"G4"}
    )
    assert by_step(state)["safe_consequences"].is_open


def test_phases_overlap_so_a_step_opens_when_its_session_comes():
    assert by_step(course(sessions_held=1))["activity_diary"].status == "later"
    assert by_step(course(sessions_held=2))["activity_diary"].status == "open"


def test_a_phase_not_done_by_its_last_session_is_late_and_comes_first():
    assert not course(sessions_held=1).is_late
    late = course(sessions_held=2)
    assert late.is_late
    assert late.next_steps[0].timing == "late"
    assert late.next_steps[0].phase == "assess"
    assert by_step(late)["activity_diary"].timing == "on_time"


def test_an_optional_step_is_never_late():
    state = course(sessions_held=16)
    assert by_step(state)["boosters"].timing == "on_time"


def test_a_due_day_passes_at_midnight_after_it():
    start = date(2026, 3, 2)
    on_the_day = course(started_on=start, on=date(2026, 3, 9))
    the_day_after = course(started_on=start, on=date(2026, 3, 10))
    assert by_step(on_the_day)["baseline"].due_on == date(2026, 3, 9)
    assert by_step(on_the_day)["baseline"].timing == "on_time"
    assert by_step(the_day_after)["baseline"].timing == "late"
    done = course(done=["baseline"], started_on=start, on=date(2026, 3, 10))
    assert by_step(done)["baseline"].timing == "on_time"


def test_a_variant_has_its_own_dose_phases_and_steps():
    short = course(CRAFT, variant="entry_only")
    assert short.sessions_planned == 6
    assert "own_life" not in {phase.phase for phase in short.phases}
    assert "memory_work" in by_step(course(variant="ptsd"))
    assert "memory_work" not in by_step(course(variant="depression"))
    assert "vital_signs" in by_step(course(variant="cbt_ed"))


def test_sessions_agreed_win_over_the_usual_number():
    assert course(sessions_planned=8).sessions_planned == 8


@pytest.mark.parametrize("protocol", RUNNABLE, ids=lambda protocol: protocol.id)
def test_every_runnable_protocol_can_be_finished_in_every_variant(protocol):
    for variant in ("", *(one.id for one in protocol.variants)):
        done, forms = everything(protocol, variant)
        state = course(protocol, done=done, artefacts=forms, variant=variant)
        assert state.is_done, variant
        assert state.phase is None
        assert not state.next_steps


@pytest.mark.parametrize("protocol", RUNNABLE, ids=lambda protocol: protocol.id)
def test_a_course_never_gets_stuck(protocol):
    """Doing whatever is open, with every gate open and every form filled, ends the course."""
    have = {gate.needs for gate in GATES.values()}
    for variant in ("", *(one.id for one in protocol.variants)):
        _, forms = everything(protocol, variant)
        done: list[str] = []
        last = protocol.dose_of(variant).sessions.max or 20
        for held in range(100):
            state = course(
                protocol, done=done, artefacts=forms, variant=variant, have=have,
                sessions_held=min(held, last),
            )  # fmt: skip
            if state.is_done:
                break
            done += [step.step for step in state.next_steps]
        assert state.is_done, (variant, [p.phase for p in state.phases if not p.is_done])


def test_a_record_of_an_unknown_step_is_refused():
    with pytest.raises(UnknownStep) as caught:
        course(done=["thought_recrods"])
    assert (caught.value.protocol, caught.value.step) == ("cbt@1", "thought_recrods")


def test_a_single_step_can_be_asked():
    step = next(s for phase in CBT.phases for s in phase.steps if s.id == "formulation_agreed")
    assert step_state(step, GATES, set()).after == ("maintenance_loop",)
    assert step_state(step, GATES, set(), done={"maintenance_loop"}).is_open


def test_a_blank_agenda_or_homework_makes_the_note_incomplete():
    filled = {item.id for item in CBT.skeleton} - {"agenda", "new_homework"}
    assert [item.id for item in missing_agenda(CBT, filled)] == ["agenda", "new_homework"]
    assert not missing_agenda(CBT, filled | {"agenda", "new_homework"})
    optional = {item.id for item in CRAFT.skeleton if item.required}
    assert not missing_agenda(CRAFT, optional)


@given(st.sets(st.sampled_from(everything(CBT)[0])), st.integers(0, 20))
def test_doing_more_never_moves_a_course_back(done, held):
    order = [phase.id for phase in CBT.phases] + [None]
    _, forms = everything(CBT)
    before = course(done=sorted(done), artefacts=forms, sessions_held=held)
    after = course(done=[*sorted(done), "problem_list"], artefacts=forms, sessions_held=held)
    assert order.index(after.phase) >= order.index(before.phase)


def test_a_protocol_without_a_usual_dose_has_no_planned_number():
    bare = replace(CBT, dose=replace(CBT.dose, sessions=type(CBT.dose.sessions)()))
    assert course(bare).sessions_planned is None
