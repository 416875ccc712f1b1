"""Signs say what a course shows of itself: by a sheet, a step, a session, or a word of a room."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from alongside.engine.protocols.gates import gate_states
from alongside.engine.protocols.shapes import (
    ArtefactNeed,
    Completion,
    Gate,
    GateUse,
    Phase,
    Range,
    Step,
    StopRule,
)
from alongside.engine.protocols.signs import Between, Rise, Seen, Sheet, Sign, holds
from alongside.engine.protocols.steps import StepRecord, course_state
from alongside.engine.terms import Reason
from tests.engine.test_steps import CBT

DAY = date(2026, 3, 2)


def sheet(about: str = "sam", on: date = DAY, form: str = "check", **answers: object) -> Sheet:
    return Sheet(form, on, answers, about)


READY = Sign(form="check", says={"ready": ("yes",)})


@pytest.mark.parametrize(
    ("sign", "seen", "expected"),
    [
        (Sign(form="check"), Seen((sheet(),)), True),
        (Sign(form="check"), Seen((sheet(form="other"),)), False),
        (READY, Seen((sheet(ready="yes"),)), True),
        (READY, Seen((sheet(ready="no"),)), False),
        (READY, Seen((sheet(),)), False),
        # the newest sheet of somebody counts, in both directions
        (READY, Seen((sheet(ready="yes"), sheet(ready="no"))), False),
        (READY, Seen((sheet(ready="no"), sheet(ready="yes"))), True),
        (READY, Seen((sheet(ready="yes"), sheet("noor", ready="no"))), True),
        # every person treated
        (replace(READY, each_person=True), Seen((sheet(ready="yes"),)), False),
        (
            replace(READY, each_person=True),
            Seen((sheet(ready="yes"),), persons=frozenset({"sam", "noor"})),
            False,
        ),
        (
            replace(READY, each_person=True),
            Seen(
                (sheet(ready="yes"), sheet("noor", ready="yes")), persons=frozenset({"sam", "noor"})
            ),
            True,
        ),
        # several choices are all among the allowed
        (READY, Seen((sheet(ready=["yes"]),)), True),
        (READY, Seen((sheet(ready=["yes", "no"]),)), False),
        # numbers, both ends included
        (Sign(form="check", says={"n": Between(5, 12)}), Seen((sheet(n=5),)), True),
        (Sign(form="check", says={"n": Between(5, 12)}), Seen((sheet(n=13),)), False),
        (Sign(form="check", says={"n": Between(5, None)}), Seen((sheet(n=True),)), False),
        # a rise, so many times in a row
        (Sign(form="check", rise=Rise("a", "b", 2)), Seen((sheet(a=1, b=3),)), True),
        (Sign(form="check", rise=Rise("a", "b", 2)), Seen((sheet(a=1, b=2),)), False),
        (Sign(form="check", rise=Rise("a", "b", 2)), Seen((sheet(b=9),)), False),
        (
            Sign(form="check", rise=Rise("a", "b", 2), in_a_row=2),
            Seen((sheet(a=0, b=0), sheet(a=1, b=3), sheet(a=1, b=4))),
            True,
        ),
        (
            Sign(form="check", rise=Rise("a", "b", 2), in_a_row=2),
            Seen((sheet(a=1, b=3), sheet(a=0, b=0), sheet(a=1, b=4))),
            False,
        ),
        # days: until the last one, on the day itself, so many days old at most
        (Sign(form="check", until="end"), Seen((sheet(end="2026-03-02"),), on=DAY), True),
        (Sign(form="check", until="end"), Seen((sheet(end="2026-03-01"),), on=DAY), False),
        (Sign(form="check", until="end"), Seen((sheet(end="2026-03-02"),)), False),
        (Sign(form="check", day="d"), Seen((sheet(d="2026-03-02"),), on=DAY), True),
        (Sign(form="check", day="d"), Seen((sheet(d="2026-03-01"),), on=DAY), False),
        (Sign(form="check", within_days=7), Seen((sheet(),), on=date(2026, 3, 9)), True),
        (Sign(form="check", within_days=7), Seen((sheet(),), on=date(2026, 3, 10)), False),
        # what the rooms say, steps, sessions; all parts together
        (Sign(words=("a", "b")), Seen(words=frozenset({"a"})), False),
        (Sign(words=("a",)), Seen(words=frozenset({"a"})), True),
        (Sign(words_missing=("a",)), Seen(words=frozenset({"a"})), False),
        (Sign(steps=("s",), sessions=Between(3)), Seen(steps=frozenset({"s"})), False),
        (
            Sign(steps=("s",), sessions=Between(3)),
            Seen(steps=frozenset({"s"}), sessions_held=3),
            True,
        ),
        (Sign(steps_missing=("s",)), Seen(), True),
    ],
)
def test_a_sign_is_there_when_all_of_it_is_known(sign: Sign, seen: Seen, expected: bool) -> None:
    assert holds(sign, seen) is expected


def gate(hard: str = "yes") -> dict[str, Gate]:
    return {"ready": Gate("ready", hard, "ready", Reason("k", "why"), Reason("r", "then"))}


def test_a_gate_opens_by_its_word_or_by_its_sign_and_names_the_form() -> None:
    use = GateUse("ready", shown_by=(READY,))
    (closed,) = gate_states([use], gate(), frozenset())
    assert (closed.is_open, closed.forms) == (False, ("check",))
    (by_sheet,) = gate_states([use], gate(), frozenset(), seen=Seen((sheet(ready="yes"),)))
    (by_word,) = gate_states([use], gate(), frozenset({"ready"}))
    assert (by_sheet.status, by_sheet.forms) == (by_word.status, by_word.forms) == ("open", ())


WAY = replace(
    CBT,
    phases=(
        Phase(
            "before",
            "Before",
            Range(0, 0),
            steps=(Step("look", "Look", "assessment", artefact="check"),),
            artefacts=(ArtefactNeed("check"),),
            before_start=True,
        ),
        Phase(
            "work",
            "Work",
            Range(1, 4),
            steps=(
                Step("one_way", "One way", "session", only_if=(READY,)),
                Step("both", "Both", "session", after=("one_way",)),
                Step(
                    "again", "Again", "review", after=("both",), since="both",
                    not_before_days=7, within_days=14,
                ),
            ),
        ),
    ),
    each_session=(ArtefactNeed("check"),),
    stop_rules=(
        StopRule("enough", "Enough", "End", effect="stop", when=(Sign(sessions=Between(3)),)),
        StopRule("seen", "Seen by people", "Look"),
    ),
    completion=Completion(
        share_attended=50, all_of=("both", "ready"), shown_by={"ready": (READY,)}
    ),
)  # fmt: skip


def state(*, done=(), sheets=(), held=0, on=DAY, **more):
    return course_state(
        WAY,
        records=[StepRecord(step, on=day) for step, day in done],
        gates={},
        sessions_held=held,
        sessions_planned=4,
        on=on,
        seen=Seen(tuple(sheets)),
        **more,
    )


def test_a_branch_is_part_of_a_course_only_when_the_course_took_it() -> None:
    other = state(sheets=[sheet(ready="no")])
    assert [step.step for step in other.steps] == ["look", "both", "again"]
    assert next(step for step in other.steps if step.step == "both").after == ()
    taken = state(sheets=[sheet(ready="yes")])
    assert next(step for step in taken.steps if step.step == "both").after == ("one_way",)


def test_days_count_from_the_step_they_follow() -> None:
    done = [("both", DAY)]
    early, open_, late = (
        next(step for step in state(done=done, on=day).steps if step.step == "again")
        for day in (date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 17))
    )
    assert (early.opens_on, open_.opens_on) == (date(2026, 3, 9), None)
    assert (open_.due_on, open_.timing, late.timing) == (date(2026, 3, 16), "on_time", "late")


def test_a_stop_rule_is_met_by_its_sign_and_one_without_is_left_to_people() -> None:
    assert not state(held=2).is_stopped
    stopped = state(held=3)
    assert stopped.is_stopped
    assert [rule.id for rule in stopped.stops] == ["enough"]


def test_forms_of_every_session_and_parts_of_completion_say_what_is_missing() -> None:
    first = state(held=1, artefacts={"check": 1})
    assert first.forms_behind == ()
    assert first.completion.missing == ("both", "ready")
    assert (first.completion.sessions_wanted, first.completion.enough_sessions) == (2, False)
    last = state(done=[("both", DAY)], sheets=[sheet(ready="yes")], held=3, artefacts={"check": 1})
    assert last.forms_behind == (("check", 2),)
    assert last.completion.is_complete


def test_what_comes_before_the_start_is_known() -> None:
    assert [phase.id for phase in WAY.before_start()] == ["before"]
    asks = replace(WAY, gates_start=(GateUse("ready", shown_by=(Sign(form="other"),)),))
    assert asks.forms_before_start() == {"check", "other"}
