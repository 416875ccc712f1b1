"""When an asking is due: by names that stay, on days that no clock change moves."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.engine.protocols.asking import (
    Asked,
    AskingTimes,
    Change,
    Completeness,
    CourseDates,
    NoInterval,
    Occasion,
    completeness,
    due,
    months_later,
    outcome_of,
    reminder_due,
)
from alongside.engine.protocols.shapes import MeasureRule

LONDON = ZoneInfo("Europe/London")
ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
TIMES = AskingTimes(
    ask_at=time(9),
    ask_until=time(20),
    before_session_days=2,
    session_open_days=3,
    open_days=10,
    follow_up_open_days=21,
    reminders_after_days=(2, 5),
    not_now_days=2,
    seconds_a_question=12,
    not_reached_days=2,
    failed_way_days=14,
    longest_pause_days=180,
    look_back_days=90,
    ask_first_days=3,
    by_hand_ahead_days=14,
    says_of_session_days=28,
)


def rule(*when: Any, **more: Any) -> MeasureRule:
    return MeasureRule(more.pop("instrument", "phq9"), when, **more)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def found(*rules: MeasureRule, at: str, **more: Any) -> dict[str, str]:
    kept = {key: more.pop(key) for key in ("asked", "changes", "least_days") if key in more}
    occasions = due(rules, CourseDates(**more), times=TIMES, zone=LONDON, at=moment(at), **kept)
    return {one.slot: one.state for one in occasions}


START = moment("2026-03-02T10:00")
RUNNING: dict[str, Any] = {
    "started_at": START,
    "held": (moment("2026-03-04T10:00"), moment("2026-03-11T10:00")),
    "next_at": moment("2026-03-18T10:00"),
}


@pytest.mark.parametrize(
    ("rules", "at", "more", "states"),
    [
        (rule("intake"), "2026-03-01T10:00", {}, {}),
        (rule("intake"), "2026-03-01T10:00", {"asked_from": START}, {"start": "next"}),
        (rule("intake"), "2026-03-02T09:30", {"asked_from": START}, {"start": "due"}),
        (rule("each"), "2026-03-12T10:00", RUNNING,
         {"session:1": "missed", "session:2": "due", "session:3": "next"}),
        (rule("each"), "2026-03-16T09:30", RUNNING,
         {"session:1": "missed", "session:2": "missed", "session:3": "due"}),
        (rule("every_n", every=2), "2026-03-12T10:00", RUNNING, {"session:2": "due"}),
        (rule("sessions", sessions=(3,)), "2026-03-12T10:00", RUNNING, {"session:3": "next"}),
        (rule("phase_end"), "2026-03-12T10:00",
         {**RUNNING, "phase_ends": (("first", moment("2026-03-11T12:00")),)},
         {"phase:first": "due"}),
        (rule("end", "followup", followup_months=(1, 3), followup_days=(7,)), "2026-04-08T10:00",
         {**RUNNING, "ended_at": moment("2026-03-20T12:00")},
         {"end": "missed", "after:7d": "due", "after:1m": "next", "after:3m": "next"}),
        (rule("each"), "2026-03-19T10:00", {**RUNNING, "ended_at": moment("2026-03-12T12:00")},
         {"session:1": "missed", "session:2": "missed"}),
    ],
)  # fmt: skip
def test_each_word_of_a_schedule_gives_its_occasions(
    rules: MeasureRule, at: str, more: Any, states: dict[str, str]
) -> None:
    assert found(rules, at=at, **more) == states


def test_what_was_asked_by_its_name_is_not_asked_again_when_the_booking_moves() -> None:
    asked = [Asked("phq9", "session:3", moment("2026-03-16T09:00"))]
    moved = {**RUNNING, "next_at": moment("2026-03-25T10:00")}
    assert found(rule("each"), at="2026-03-24T10:00", asked=asked, **moved)["session:3"] == "asked"


def test_the_same_questions_keep_their_distance_whoever_asked() -> None:
    by_hand = [Asked("phq9", "", moment("2026-03-14T12:00"))]
    near = {"asked": by_hand, "least_days": {"phq9": 7}}
    assert found(rule("each"), at="2026-03-16T10:00", **RUNNING, **near)["session:3"] == "covered"
    # An end can wait some days; a first measure needs only one set of answers.
    over = {**RUNNING, "ended_at": moment("2026-03-19T12:00")}
    assert found(rule("end"), at="2026-03-20T10:00", **over, **near)["end"] == "next"
    assert found(rule("end"), at="2026-03-21T10:00", **over, **near)["end"] == "due"
    first = {"asked_from": moment("2026-03-15T10:00"), "asked": by_hand}
    assert found(rule("intake"), at="2026-03-16T10:00", **first)["start"] == "covered"


def test_what_was_asked_by_hand_while_it_was_open_stands_for_it() -> None:
    by_hand = [
        Asked("phq9", "", moment("2026-03-10T12:00"), "one"),
        Asked("phq9", "", moment("2026-03-11T12:00"), "two"),
    ]
    occasions = due(
        [rule("each")], CourseDates(**RUNNING), asked=by_hand, times=TIMES, zone=LONDON,
        at=moment("2026-03-16T10:00"),
    )  # fmt: skip
    assert [(one.slot, one.state, one.asked_key) for one in occasions] == [
        ("session:1", "missed", ""), ("session:2", "asked", "one"), ("session:3", "due", ""),
    ]  # fmt: skip


def test_one_persons_change_pauses_stops_or_sets_another_interval() -> None:
    def changed(*changes: Change) -> dict[str, str]:
        return found(rule("each"), at="2026-03-16T10:00", changes=changes, **RUNNING)

    assert changed(Change("paused", date(2026, 3, 10), until=date(2026, 3, 12))) == {
        "session:1": "missed", "session:2": "paused", "session:3": "due",
    }  # fmt: skip
    # A pause that ends before the session leaves what is left of its time.
    assert (
        changed(Change("paused", date(2026, 3, 16), until=date(2026, 3, 16)))["session:3"] == "next"
    )
    # What is open when it begins is held back too.
    assert changed(Change("paused", date(2026, 3, 13)))["session:2"] == "paused"
    assert changed(Change("stopped", date(2026, 3, 10)))["session:3"] == "stopped"
    assert changed(Change("every_days", date(2026, 3, 6), days=10)) == {
        "session:1": "missed", "day:2026-03-06": "missed", "day:2026-03-16": "due",
        "day:2026-03-26": "next",
    }  # fmt: skip
    # One for this instrument comes before one for all.
    assert (
        changed(
            Change("stopped", date(2026, 3, 1)),
            Change("as_planned", date(2026, 3, 1), instrument="phq9"),
        )["session:3"]
        == "due"
    )
    with pytest.raises(NoInterval):
        changed(Change("every_days", date(2026, 3, 6)))


@settings(max_examples=60)
@given(
    began=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    every=st.integers(1, 60),
    later=st.integers(0, 400),
    zone=st.sampled_from(ZONES),
    wall=st.times().map(lambda t: t.replace(microsecond=0)),
)
def test_every_so_many_days_is_the_same_wall_time_and_never_drifts(
    began: date, every: int, later: int, zone: str, wall: time
) -> None:
    where = ZoneInfo(zone)
    times = AskingTimes(wall, time(20), 2, 3, 10, 21, (2, 5), 2, 12, 2, 14, 180, 90, 3, 14, 28)
    start = datetime.combine(began, time(12), where)
    at = start + timedelta(days=later)

    def asked_by(moment_: datetime) -> list[Occasion]:
        dates = CourseDates(started_at=start)
        return list(
            due([rule("every_days", days=every)], dates, times=times, zone=where, at=moment_)
        )

    all_of_it = asked_by(at)
    assert [one.on for one in all_of_it] == [
        began + timedelta(days=every * n) for n in range(1, len(all_of_it) + 1)
    ]
    for one in all_of_it:
        opens = one.opens_at.astimezone(where)
        # A wall time that the clocks leap over is told an hour, or half of one, later.
        exact = datetime.combine(one.on, wall, where)
        leapt = exact.astimezone(UTC).astimezone(where).replace(fold=0) != exact.replace(fold=0)
        assert leapt or (opens.date(), opens.time()) == (one.on, wall)
        assert one.opens_at < one.closes_at
    assert sum(one.state == "next" for one in all_of_it) >= 1
    # Who looks later finds the same occasions by the same names, and perhaps more.
    later_ones = asked_by(at + timedelta(days=90))
    assert [one.slot for one in later_ones][: len(all_of_it)] == [one.slot for one in all_of_it]


@settings(max_examples=60)
@given(
    gaps=st.lists(st.integers(1, 30), min_size=1, max_size=20),
    least=st.integers(0, 14),
    looks=st.integers(1, 6),
)
def test_asking_whatever_is_due_again_and_again_asks_each_once_and_keeps_the_distance(
    gaps: list[int], least: int, looks: int
) -> None:
    """As the job does: look every few days, ask what is due, look again."""
    moments = [START + timedelta(days=sum(gaps[: n + 1])) for n in range(len(gaps))]
    asked: list[Asked] = []
    at = START
    while at <= moments[-1] + timedelta(days=12):
        held = tuple(each for each in moments if each <= at)
        ahead = next((each for each in moments if each > at), None)
        dates = CourseDates(started_at=START, held=held, next_at=ahead)
        for one in due(
            [rule("each", "every_days", days=20)], dates, asked=asked,
            least_days={"phq9": least}, times=TIMES, zone=LONDON, at=at,
        ):  # fmt: skip
            if one.state == "due":
                asked.append(Asked("phq9", one.slot, at))
        at += timedelta(days=looks)
    assert len({each.slot for each in asked}) == len(asked)
    days = sorted(each.at.astimezone(LONDON).date() for each in asked)
    if least:
        assert all((b - a).days >= least for a, b in pairwise(days))


def test_reminders_come_on_their_days_and_after_a_silence_only_the_newest() -> None:
    asked_at = moment("2026-03-25T09:00")

    def number(at: str, sent: int = 0, quiet: str = "") -> int:
        return reminder_due(
            asked_at, sent=sent, times=TIMES, zone=LONDON, at=moment(at),
            quiet_until=moment(quiet) if quiet else None,
        )  # fmt: skip

    assert number("2026-03-27T08:59") == 0
    assert number("2026-03-27T09:00") == 1
    assert number("2026-03-27T09:00", sent=1) == 0
    # Summer time began on the 29th: nine o'clock comes an hour earlier.
    assert number("2026-03-30T07:59", sent=1) == 0
    assert number("2026-03-30T08:00", sent=1) == 2
    assert number("2026-04-20T08:00") == 2
    assert number("2026-04-20T08:00", sent=2) == 0
    assert number("2026-03-27T12:00", quiet="2026-03-28T12:00") == 0


def test_months_end_on_the_last_day_there_is() -> None:
    assert months_later(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_later(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert months_later(date(2026, 1, 15), 12) == date(2027, 1, 15)


def test_completeness_counts_what_was_due_and_leaves_nothing_out_in_silence() -> None:
    today, day = date(2026, 3, 10), date(2026, 3, 8)

    def one(**more: Any) -> Any:
        given_ = {"due_on": day, "answered_on": None, "is_declined": False, "is_over": False}
        return outcome_of(**{**given_, **more}, today=today)

    outcomes = [
        one(answered_on=day), one(answered_on=today), one(is_declined=True), one(is_over=True),
        one(), one(due_on=today), "not_asked",
    ]  # fmt: skip
    assert outcomes == ["answered", "late", "declined", "expired", "waiting", None, "not_asked"]
    counted = completeness(outcomes, left_out=3)
    assert counted == Completeness(1, 1, 1, 1, 1, 1, left_out=3)
    assert (counted.due, counted.asked, counted.have, counted.share) == (6, 5, 2, 2 / 6)
    assert (Completeness().share, (counted + counted).due) == (None, 12)
