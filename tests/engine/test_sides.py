"""One reporter never makes a circle: how many sides were heard, and whether one was chosen here."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.engine.protocols.gates import words_of_gate
from alongside.engine.sides import HEARD, OWN, Side, SideRules, heard
from tests.harness.content import shipped

SHIPPED = shipped()
RULES = SHIPPED.sides.rules
TODAY = date(2026, 3, 9)
NOOR = Side("noor", "told_us", TODAY, told_us=True)
TEO = Side("teo", "lead", TODAY)
BOTH = frozenset({HEARD, OWN})

SO_FAR = {
    "nobody": ([], 0, 0, set()),
    "who told us alone": ([NOOR], 1, 0, set()),
    "one whom the lead chose alone": ([TEO], 1, 1, {OWN}),
    "who told us, and one whom the lead chose": ([NOOR, TEO], 2, 1, BOTH),
    "who told us, and the person": ([NOOR, Side("sam", "person", TODAY)], 2, 1, BOTH),
    "two whom who told us chose": (
        [Side("teo", "reporter", TODAY), Side("ida", "member", TODAY), NOOR], 3, 0, {HEARD},
    ),
    "one of whom nobody says who proposed them": ([NOOR, Side("teo", "", TODAY)], 2, 0, {HEARD}),
    "who told us, written down twice": ([NOOR, Side("noor", "lead", TODAY)], 1, 0, set()),
    "who told us, as the lead's own choice": (
        [Side("noor", "lead", TODAY, told_us=True), Side("ida", "member", TODAY)], 2, 0, {HEARD},
    ),
    "one who left the circle": ([NOOR, Side("teo", "lead", TODAY, is_here=False)], 1, 0, set()),
    "one who was proposed and not spoken to": ([NOOR, Side("teo", "lead")], 1, 0, set()),
    "a talk of tomorrow": ([NOOR, Side("teo", "lead", TODAY + timedelta(days=1))], 1, 0, set()),
}  # fmt: skip


@pytest.mark.parametrize("name", SO_FAR)
def test_sides_are_counted_once_each_and_only_while_they_are_here(name: str) -> None:
    sides, have, own, words = SO_FAR[name]
    found = heard(sides, RULES, on=TODAY)
    assert (found.have, found.own) == (have, own)
    assert found.words == words


@given(
    st.lists(
        st.builds(
            Side,
            who=st.sampled_from("abcd"),
            proposed_by=st.sampled_from(["", "told_us", "reporter", "member", "lead", "person"]),
            spoken_on=st.sampled_from([None, TODAY, TODAY + timedelta(days=3)]),
            is_here=st.booleans(),
            told_us=st.booleans(),
        )
    ),
    st.integers(2, 4),
)
def test_taking_somebody_away_never_opens_anything(sides: list[Side], least: int) -> None:
    rules = SideRules(least, 1, frozenset({"lead", "person"}))
    whole = heard(sides, rules, on=TODAY)
    assert whole.own <= whole.have <= len({side.who for side in sides})
    who = {side.who for side in sides}
    for gone in who:
        fewer = heard([side for side in sides if side.who != gone], rules, on=TODAY)
        assert fewer.words <= whole.words


def test_every_way_that_treats_the_circle_asks_for_more_than_one_side_and_no_other() -> None:
    ways = [way for way in SHIPPED.protocols.values() if way.runnable]
    asks = {
        way.id
        for way in ways
        if {word for use in way.gates_start for word in words_of_gate(use, SHIPPED.gates)} >= BOTH
    }
    assert asks == {way.id for way in ways if way.treats == "circle"}
    assert "planned_meeting" in asks
    for way in ways:
        variants = [variant.id for variant in way.variants] or [""]
        uses = [use for use in way.gates_start if use.gate in BOTH]
        assert all(use.is_for(variant) for use in uses for variant in variants)
        assert not any(use.shown_by for use in uses)  # no sheet opens it in place of a talk


def test_nobody_lets_it_pass_and_both_languages_say_why() -> None:
    meeting = SHIPPED.meetings.rules_file
    for name in BOTH:
        gate, at_meeting = SHIPPED.gates[name], meeting.gate(name)
        assert gate.hard == "yes"
        assert not gate.releasable
        assert at_meeting is not None
        assert (at_meeting.holds, at_meeting.release) == ("date", "nobody")
        for language in ("en", "es"):
            assert SHIPPED.reasons(language)[f"gates/{name}/text"]
            assert SHIPPED.reasons(language)[f"gates/{name}/release"]
            assert at_meeting.needs[language]
    assert SHIPPED.gates[HEARD].reason.source
