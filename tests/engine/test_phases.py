"""The phases of a course as stretches of time: what was, what is now, what is to come."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from alongside.engine.protocols.phases import spans
from tests.harness.content import shipped

SHIPPED = shipped()
CBT = SHIPPED.protocol("cbt")
START = date(2026, 3, 2)
ENDS = ["assess", "formulate", "activate"]


def weeks(number: float) -> date:
    return START + timedelta(weeks=number)


def laid(**more):
    given = {
        "variant": "depression",
        "begins": START,
        "sessions_planned": 16,
        "on": START,
        "spacing": 7,
        **more,
    }
    return {span.phase: span for span in spans(CBT, **given)}


def test_a_course_that_may_begin_today_is_drawn_as_its_dose_would_lead():
    found = laid()
    assert list(found) == ["assess", "formulate", "activate", "restructure", "deepen", "prevent"]
    assert (found["assess"].begins, found["assess"].ends) == (START, weeks(1))
    assert (found["restructure"].begins, found["restructure"].ends) == (weeks(4), weeks(11))
    assert {one.state for one in list(found.values())[1:]} == {"planned"}
    assert {one.state for one in laid(is_planned=True).values()} == {"planned"}
    short = laid(sessions_planned=8)
    assert short["prevent"].ends == weeks(7)  # the phases are stretched to the sessions agreed


def test_what_was_held_and_done_is_drawn_where_it_was():
    held = [weeks(n) for n in (0, 1, 2, 4, 5)]
    found = laid(held=held, phase_ends={"assess": weeks(2), "formulate": weeks(4)}, on=weeks(6))
    assert (found["assess"].state, found["assess"].ends) == ("done", weeks(2))
    assert (found["formulate"].begins, found["formulate"].ends) == (weeks(1), weeks(4))
    assert (found["activate"].state, found["activate"].begins) == ("now", weeks(2))
    assert (found["restructure"].state, found["restructure"].begins) == ("now", weeks(5))
    assert found["deepen"].state == "planned"


def test_a_late_course_moves_what_is_to_come_and_not_what_was():
    found = laid(held=[START, weeks(1)], on=weeks(10))
    assert found["assess"].begins == START
    assert found["activate"].begins == weeks(10)  # the third session is not before today
    assert found["restructure"].begins == weeks(12)


def test_of_a_course_that_ended_only_what_was_begun_is_left():
    found = laid(
        held=[weeks(n) for n in range(4)],
        phase_ends={"assess": weeks(1)},
        ended_on=weeks(4),
        on=weeks(30),
    )
    assert {phase: span.state for phase, span in found.items()} == {
        "assess": "done",
        "formulate": "left",
        "activate": "left",
    }
    assert max(span.ends for span in found.values()) == weeks(4)


@pytest.mark.parametrize("ref", sorted(SHIPPED.protocols))
@pytest.mark.parametrize("days", [0, 40])
def test_every_shipped_way_can_be_drawn_without_a_stretch_that_runs_backwards(ref, days):
    protocol = SHIPPED.protocols[ref]
    for variant in ("", *(one.id for one in protocol.variants)):
        on = START + timedelta(days=days)
        found = spans(protocol, variant=variant, begins=START, on=on, spacing=7)
        assert [span.phase for span in found] == [one.id for one in protocol.phases_of(variant)]
        assert all(START <= span.begins < span.ends for span in found)
