"""Go or no-go of a planned meeting: every gate from facts, and what nobody lets pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.catalogue import meetings as shelf
from alongside.engine.meetings import Fact, OptionFacts, Screened, check_states, go_no_go, suggested
from alongside.engine.meetings.shapes import Rules
from alongside.engine.sides import Heard
from tests.harness.content import shipped
from tests.harness.house import CONTENT

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CONTENT_OF = shelf.load([CONTENT]).items["meetings"]
RULES: Rules = CONTENT_OF.rules
CLEAR = {
    check.id: next(each.id for each in check.answers if each.effect == "clear")
    for check in RULES.checks
}
ANSWER = {
    (check.id, answer.effect): answer.id for check in RULES.checks for answer in check.answers
}


def option(name: str, **more: Any) -> OptionFacts:
    given: dict[str, Any] = {
        "residential": False,
        "held_until": NOON + timedelta(days=9),
        "starts_at_once": True,
        "proved_at": NOON,
    }
    return OptionFacts(name=name, **{**given, **more})


def path(id: str) -> Any:
    found = CONTENT_OF.path(id)
    assert found is not None
    return found.rule


READY = Fact(
    path=path("arise"),
    at=NOON,
    level=2,
    led="present",
    is_qualified=True,
    has_aim=True,
    members=frozenset("abc"),
    speakers=frozenset("ab"),
    screened=tuple(Screened(member, (CLEAR,)) for member in "abc"),
    said_by_lead=CLEAR,
    has_children_covered=True,
    sides=Heard(have=2, least=2, own=1),
    next_steps=frozenset(RULES.answers),
    options=(option("House", residential=True), option("Day"), option("Talk")),
    has_place=True,
    has_escort=True,
    rehearsed_at=NOON,
    eve_checked_at=NOON - timedelta(hours=20),
    eve_ticked=RULES.eve_things,
    day_checked_at=NOON,
)


def closed(fact: Fact) -> set[str]:
    return {gate.id for gate in go_no_go(RULES, fact).closed}


def said(member: str, *answers: tuple[str, str]) -> Screened:
    """What a member answered, one screen after the other; the rest is clear."""
    return Screened(member, tuple({**CLEAR, check: ANSWER[check, e]} for check, e in answers))


def with_said(*screens: Screened) -> Fact:
    others = tuple(s for s in READY.screened if s.member not in {x.member for x in screens})
    return replace(READY, screened=(*others, *screens))


def test_with_everything_true_it_may_be_dated_and_may_begin() -> None:
    verdict = go_no_go(RULES, READY)
    assert verdict.closed == ()
    assert verdict.may_date
    assert verdict.may_go


LACKING: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a stop was called": ({"is_stopped": True}, {"stopped"}),
    "an alert is open": ({"has_open_alert": True}, {"alert"}),
    "somebody is afraid": ({"is_afraid": True}, {"afraid"}),
    "another way for this need": ({"other_flow": "suicide"}, {"flow"}),
    "somebody was not asked": ({"screened": READY.screened[:2]}, {"asked"}),
    "no aim": ({"has_aim": False}, {"aim"}),
    "a refused aim": ({"refused_aims": ("surveillance",)}, {"refused_aim"}),
    "one side was heard": ({"sides": Heard(have=1, least=2, own=1)}, {"sides_heard"}),
    "all were chosen by who told us": ({"sides": Heard(have=3, least=2, own=0)}, {"own_side"}),
    "nobody wrote down whom they spoke to": ({"sides": Heard()}, {"sides_heard", "own_side"}),
    "nobody asked about a child": ({"is_child_asked": False}, {"child_asked"}),
    "children unsupervised": ({"has_children_covered": False}, {"children"}),
    "an answer without a step": (
        {"next_steps": frozenset(RULES.answers) - {"leaves"}},
        {"answers"},
    ),
    "two options": ({"options": READY.options[:2]}, {"options"}),
    "all residential": (
        {"options": tuple(replace(o, residential=True) for o in READY.options)},
        {"not_residential"},
    ),
    "none soon": (
        {"options": tuple(replace(o, starts_at_once=False) for o in READY.options)},
        {"soon", "proof"},
    ),
    "one not written out": (
        {"options": (*READY.options[:2], option("Talk", missing=("price",)))},
        {"options"},
    ),
    "one lapses before the meeting": (
        {
            "starts_at": NOON + timedelta(days=3),
            "options": (*READY.options[:2], option("T", held_until=NOON + timedelta(days=2))),
        },
        {"options", "eve"},
    ),
    "one speaker": ({"speakers": frozenset("a")}, {"speakers"}),
    "a child speaks": ({"minors": frozenset("a")}, {"child"}),
    "too many people for this path": (
        {"path": path("one_to_one"), "level": 0},
        {"people"},
    ),
    "level 2 by phone": ({"led": "phone"}, {"led"}),
    "twice refused, by phone": (
        {"led": "phone", "level": 1, "refused_before": 2},
        {"professional"},
    ),
    "three weeks after the last one": (
        {"last_held_at": NOON - timedelta(days=21)},
        {"between"},
    ),
    "not rehearsed": ({"rehearsed_at": None}, {"rehearsed"}),
    "an old proof": (
        {"options": tuple(replace(o, proved_at=NOON - timedelta(hours=25)) for o in READY.options)},
        {"proof"},
    ),
    "a letter whose reader has left": (
        {"read_for": frozenset("ab"), "unread": frozenset("b")},
        {"readers"},
    ),
    "nobody looked the day before": ({"eve_checked_at": None}, {"eve"}),
    "looked too long before": ({"eve_checked_at": NOON - timedelta(hours=37)}, {"eve"}),
    "something of the day before left open": ({"eve_ticked": RULES.eve_things - 1}, {"eve"}),
    "the day not asked": ({"day_checked_at": NOON - timedelta(hours=13)}, {"day"}),
}


@pytest.mark.parametrize("why", LACKING)
def test_each_thing_that_lacks_closes_its_own_gate_and_says_so(why: str) -> None:
    changes, wanted = LACKING[why]
    assert closed(replace(READY, **changes)) == wanted


def test_a_stop_outweighs_every_no_and_the_lead_cannot_let_it_pass() -> None:
    for check in ("SC1", "SC3", "SC4", "SC9", "SC10", "SC13", "SC21", "SC22"):
        fact = replace(with_said(said("b", (check, "stop"))), released=frozenset({check}))
        gate = go_no_go(RULES, fact).gate(check)
        assert gate is not None
        assert (gate.state, gate.is_releasable, gate.is_closed) == ("stop", False, True), check
        assert gate.members == ("b",)


def test_a_weapon_stops_until_the_lead_writes_that_it_is_secured() -> None:
    fact = with_said(said("b", ("SC2", "stop")))
    assert "SC2" in closed(fact)
    assert "SC2" not in closed(replace(fact, released=frozenset({"SC2"})))


def test_nobody_knows_is_never_taken_for_a_no() -> None:
    skipped = Screened("b", ({**CLEAR, "SC3": None},))
    gate = go_no_go(RULES, with_said(skipped)).gate("SC3")
    assert gate is not None
    assert gate.is_closed
    assert gate.is_releasable  # the lead asks again, and writes what came of it


def test_an_answer_that_was_taken_back_is_looked_at() -> None:
    """Somebody may have been pressed to say otherwise."""
    fact = with_said(said("b", ("SC13", "stop"), ("SC13", "clear")))
    (state,) = [
        each
        for each in check_states(
            RULES.checks, fact.screened, said_by_lead=CLEAR, speakers=fact.speakers
        )
        if each.check == "SC13"
    ]
    assert (state.effect, state.taken_back) == ("ask", True)
    assert "SC13" in closed(fact)


def test_who_should_not_speak_holds_only_while_they_are_to_speak() -> None:
    fact = with_said(said("a", ("SC12", "remove")))
    assert closed(fact) == {"SC12"}
    assert closed(replace(fact, speakers=frozenset("bc"))) == set()


def test_a_history_of_violence_asks_for_professional_and_stand_by() -> None:
    fact = replace(with_said(said("b", ("SC1", "lead"))), led="phone", level=1)
    assert {"SC1", "professional", "standby"} <= closed(fact)
    carried = replace(fact, led="present", has_standby=True, released=frozenset({"SC1"}))
    assert closed(carried) == set()


def test_a_surprise_is_offered_only_under_its_four_conditions() -> None:
    four = {"surprise_tried", "surprise_screen", "surprise_lead", "surprise_ready"}
    for surprise in ("johnson", "love_first"):
        bare = replace(
            READY,
            path=path(surprise),
            level=0,
            members=frozenset("abcd"),
            is_qualified=False,
            options=(),
            screened=READY.screened,
        )
        assert four - closed(bare) == {"surprise_screen"}  # nobody has said anything that worries
        full = replace(
            READY,
            path=path(surprise),
            level=0,
            members=frozenset("abcd"),
            screened=(*READY.screened, Screened("d", (CLEAR,))),
            tried=frozenset({"craft"}),
        )
        assert closed(full) == set()
        not_clear = replace(full, screened=(*READY.screened, said("d", ("SC11", "fix"))))
        assert "surprise_screen" in closed(not_clear)
        short = replace(full, tried=frozenset(), released=frozenset({"surprise_tried"}))
        assert closed(short) == set()  # time is short, and the lead wrote why
        forced = replace(
            full, is_qualified=False, released=frozenset({"surprise_lead", "surprise_screen"})
        )
        assert "surprise_lead" in closed(forced)


def test_surprises_stop_for_a_minor_and_where_they_are_very_hard() -> None:
    surprise = replace(READY, path=path("johnson"), level=0, is_under_18=True)
    assert "minor" in closed(surprise)
    hard = replace(with_said(said("a", ("SC19", "stop_surprise"))), path=path("johnson"), level=0)
    gate = go_no_go(RULES, replace(hard, released=frozenset({"SC19"}))).gate("SC19")
    assert gate is not None
    assert (gate.state, gate.is_closed) == ("stop", True)
    assert "SC19" not in closed(replace(hard, path=path("arise"), level=2))


def test_alone_a_family_may_only_talk_and_only_with_everything_clear() -> None:
    talk = replace(
        READY,
        path=path("one_to_one"),
        level=0,
        led="none",
        members=frozenset("ab"),
        screened=READY.screened[:2],
        is_qualified=False,
    )
    assert closed(talk) == set()
    assert "professional" in closed(replace(talk, screened=(said("a", ("SC6", "fix")),)))
    for other in CONTENT_OF.paths:
        if other.is_meeting and other.id != "one_to_one":
            level = other.levels[0].id if other.levels else 0
            assert "led" in closed(replace(talk, path=other.rule, level=level)), other.id


def test_family_training_is_offered_first_to_two_and_an_invitation_to_three() -> None:
    file = CONTENT_OF.paths_file
    offered = [suggested(file.few, file.more, file.more_from, number) for number in (0, 1, 2, 3, 9)]
    assert offered == ["craft", "craft", "craft", "arise", "arise"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from([c.id for c in RULES.checks if c.asked == "member"]),
            st.integers(0, 4),
        ),
        max_size=6,
    ),
    st.frozensets(st.sampled_from([c.id for c in RULES.checks])),
)
def test_more_answers_that_worry_never_open_a_meeting(
    worries: list[tuple[str, str, int]], released: frozenset[str]
) -> None:
    """And no release opens one while a stop of a check that nobody may release stands."""
    by_id = {check.id: check for check in RULES.checks}
    given: dict[str, dict[str, str | None]] = {member: dict(CLEAR) for member in "abc"}
    for member, check, number in worries:
        listed = by_id[check].answers
        given[member][check] = listed[number % len(listed)].id
    screened = tuple(Screened(member, (answers,)) for member, answers in given.items())
    verdict = go_no_go(RULES, replace(READY, screened=screened, released=released))
    stops = [
        check
        for answers in given.values()
        for check, answer in answers.items()
        if by_id[check].effect_of(answer) == "stop" and by_id[check].release == "nobody"
    ]
    assert not (stops and verdict.may_date)
    without = go_no_go(RULES, replace(READY, screened=screened)).may_date
    assert not without or verdict.may_date


def test_content_of_meetings_is_whole_in_both_languages() -> None:
    problems = shelf.load([CONTENT]).problems
    assert [str(problem) for problem in problems] == []
    asked = {check.id for check in CONTENT_OF.screen.checks} | set(CONTENT_OF.screen.computed)
    assert asked == {f"SC{number}" for number in range(1, 23)}
    assert {gate.id for gate in RULES.gates} >= set().union(*(w for _c, w in LACKING.values()))


def test_gambling_has_another_way_but_not_where_somebody_drinks_as_well() -> None:
    flow_for = shipped().meetings.flow_for
    found = flow_for(["gambling"])
    assert found is not None
    assert "self-exclusion" in found.text["en"]
    assert flow_for(["gambling", "substance_use"]) is None
    drinks_too = flow_for(["dementia", "substance_use"])
    assert drinks_too is not None
    assert drinks_too.decides
