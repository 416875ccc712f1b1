"""Whole paths of a planned meeting, from the choice to what came of it, months in one walk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from alongside.cases import actions as cases
from alongside.cases.models import Case
from alongside.crisis.models import Alert
from alongside.directory import actions as directory
from alongside.directory.models import Hold
from alongside.meetings import actions, after, live, queries
from alongside.meetings.models import MeetingCheck, PlannedMeeting
from alongside.people import actions as people
from alongside.people.models import Person
from alongside.tasks.models import Task
from tests.factories import World
from tests.factories.care import give_title, held, two_sides
from tests.factories.meetings import (
    REASON,
    SATURDAY,
    add_option,
    arranged,
    ask_about_a_child,
    begun,
    clear_answers,
    closed,
    fresh,
    looked_the_day_before,
)

DAY = timedelta(days=1)
CLEAR = {"SC8": "none", "SC15": "arranged", "SC17": "fits", "SC18": "ready"}
SOBER = {"SC1": "none", "SC2": "none", "SC3": "none", "SC4": "none", "SC5": "none"}


def joined_by(world: World, *names: str) -> list[Any]:
    """Members the lead wrote down, beside Noor and Teo."""
    return [
        people.add_member(
            circle=world.circle, name=name, relation="friend", by=world.asha.reader, at=world.moment
        )
        for name in names
    ]


def prepared(world: World, meeting: PlannedMeeting, **words: str) -> PlannedMeeting:
    """Everybody asked alone by the lead, two speak, three options, every answer has a step."""
    seats = list(queries.seats(seen_by=world.asha.reader, meeting=meeting))
    for order, seat in enumerate(seats, 1):
        told(world, meeting, seat.person)
        actions.save_seat(
            meeting=meeting, member=seat.member, roles=["escort"] if order == 1 else [],
            speaks=order <= 2, order=order, by=world.asha.reader, at=world.moment,
        )  # fmt: skip
    actions.record_checks(
        meeting=meeting, kind="lead", answers=CLEAR, by=world.asha.reader, at=world.moment
    )
    for name, kind in (("Rowan House", "residential"), ("Day", "day"), ("One talk", "one_talk")):
        add_option(world, name, kind)
    ask_about_a_child(world)
    two_sides(world)
    return arranged(world, meeting, **words)


def told(world: World, meeting: PlannedMeeting, person: Person, **changed: str) -> None:
    """What somebody told the lead, alone, on the phone, a minute after whatever was told before."""
    world.at(world.moment + timedelta(minutes=1))
    actions.answer_screen(
        meeting=meeting, person=person, answers=clear_answers(**changed),
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip


def let_pass(world: World, meeting: PlannedMeeting, *gates: str) -> None:
    for gate in gates:
        actions.release(
            meeting=fresh(world, meeting), gate=gate, by=world.asha.reader, at=world.moment,
            reason="The family cannot wait: he was found unconscious twice this month.",
        )  # fmt: skip


def looks_ahead(world: World) -> list[tuple[Any, str]]:
    """What the lead is still to look at before a meeting begins, in its order."""
    rows = Task._base_manager.filter(circle=world.circle, kind=actions.LOOK, done_at=None)
    return [(row.due_at, row.about.rpartition(":")[2]) for row in rows.order_by("due_at")]


def is_held(world: World, meeting: PlannedMeeting) -> PlannedMeeting:
    """Dated, rehearsed, asked again on the day, begun when it is a go."""
    asha = world.asha
    meeting = fresh(world, meeting)
    actions.set_date(
        meeting=meeting, wall=SATURDAY, zone="Europe/London", minutes=90,
        expected=meeting.version, by=asha.reader, at=world.moment,
    )  # fmt: skip
    meeting = fresh(world, meeting)
    actions.rehearse(meeting=meeting, expected=meeting.version, by=asha.reader, at=world.moment)
    world.at(fresh(world, meeting).booking.starts_at - timedelta(hours=1))
    for hold in Hold._base_manager.select_related("option", "circle").filter(ended_at=None):
        directory.save_hold(
            circle=hold.circle, option=hold.option, hold=hold, held_until=hold.held_until,
            warn_hours=48, proof=hold.proof, proved_at=world.moment, funding=hold.funding,
            travel=hold.travel, cover=hold.cover, by=asha.reader, at=world.moment,
        )  # fmt: skip
    with pytest.raises(live.NotAGo):  # nobody asked on the day yet
        pressed(world, meeting, ["begin"])
    assert [due for _, due in looks_ahead(world)] == ["eve", "day"]
    looked_the_day_before(world, meeting)
    assert [due for _, due in looks_ahead(world)] == ["day"]
    eve = MeetingCheck._base_manager.get(meeting=meeting, kind="eve")
    open_then = {gate["id"] for gate in json.loads(eve.still_open)}  # kept as it was seen
    assert ("letters" in open_then) is (meeting.path != "one_to_one")
    assert not open_then & {"eve", "day"}
    actions.record_checks(
        meeting=meeting, kind="day", answers=SOBER, by=asha.reader, at=world.moment
    )
    assert looks_ahead(world) == []
    if meeting.path != "one_to_one":  # no letters are read there
        let_pass(world, meeting, "letters")
    pressed(world, meeting, ["begin", "done", "done"])
    world.at(fresh(world, meeting).booking.ends_at)
    return fresh(world, meeting)


def pressed(world: World, meeting: PlannedMeeting, words: Sequence[str]) -> None:
    live.keep(
        meeting=fresh(world, meeting),
        presses=[
            live.Press(uuid4(), word, world.moment + timedelta(seconds=number), step=number)
            for number, word in enumerate(words)
        ],
        steps=9,
        by=world.asha.reader,
        at=world.moment,
    )


def ended(world: World, meeting: PlannedMeeting, outcome: str) -> PlannedMeeting:
    actions.end(
        meeting=meeting, outcome=outcome, words="As it was.", expected=meeting.version,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    return fresh(world, meeting)


def test_a_surprise_comes_under_its_four_conditions_is_refused_and_help_begins_on_day_seven(
    world: World,
) -> None:
    joined_by(world, "Bea Okoye", "Ned Hall")
    meeting = prepared(world, begun(world, path="johnson"))
    assert closed(world, meeting) == {"surprise_tried", "surprise_lead"}
    for title in ("cip", "intervention_training"):
        give_title(world, world.asha, title)
    assert closed(world, meeting) == {"surprise_tried"}
    let_pass(world, meeting, "surprise_tried")
    told(world, meeting, world.noor.person, SC1="past")  # violence, longer ago, is no clear check
    assert "surprise_screen" in closed(world, meeting)
    told(world, meeting, world.noor.person)
    assert closed(world, meeting) == {"SC1", "surprise_screen"}  # somebody may have pressed her
    let_pass(world, meeting, "SC1")
    assert closed(world, meeting) == set()
    meeting = ended(world, is_held(world, meeting), "refuses_calm")
    due = [
        task.due_at.date() - meeting.held_at.date()
        for task in Task._base_manager.filter(kind="meeting_follow_up").order_by("due_at")
    ]
    assert [each.days for each in due] == [0, 1, 7, 30, 90]

    world.at(meeting.held_at + 7 * DAY)
    after.record_help(
        meeting=meeting, what="first_help", said="yes", on=world.moment.date(), kind="outpatient",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    said = after.last(seen_by=world.asha.reader, meeting=meeting)["first_help"]
    assert (meeting.outcome, said.on) == ("refuses_calm", date(2026, 3, 21))
    assert "between" in closed(world, begun(world, path="arise", level=1))


def test_an_open_invitation_rises_to_its_second_level_with_a_professional_and_ends_in_a_yes(
    world: World,
) -> None:
    joined_by(world, "Bea Okoye")
    meeting = prepared(world, begun(world, path="arise", level=1))
    assert closed(world, meeting) == set()
    led_by_phone = fresh(world, meeting)
    lead(world, led_by_phone, "phone")
    assert closed(world, meeting) == set()  # three people, level 1, every check clear
    world.at(world.moment + timedelta(hours=1))
    level = fresh(world, meeting)
    actions.choose_path(
        meeting=level, path="arise", level=2, reason=REASON, expected=level.version,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    assert closed(world, meeting) == {"led"}
    lead(world, fresh(world, meeting), "present")
    assert closed(world, meeting) == set()
    meeting = ended(world, is_held(world, meeting), "accept_now")
    taken = queries.paths_taken(seen_by=world.asha.reader, meeting=meeting)
    assert [row.chosen for row in taken] == ["arise/2", "arise/1"]


def lead(world: World, meeting: PlannedMeeting, led: str) -> None:
    actions.prepare(
        meeting=meeting, words={}, led=led, refused_aims=[], has_no_children=True,
        expected=meeting.version, by=world.asha.reader, at=world.moment,
    )  # fmt: skip


def test_a_family_by_itself_goes_on_until_an_answer_asks_for_a_professional_and_says_whom(
    world: World,
) -> None:
    meeting = prepared(world, begun(world))
    lead(world, fresh(world, meeting), "none")
    assert closed(world, meeting) == set()
    told(world, meeting, world.teo.person, SC1="past")
    assert closed(world, meeting) == {"SC1", "professional", "standby"}
    for gate in ("professional", "standby"):
        with pytest.raises(actions.NotReleasable):
            let_pass(world, meeting, gate)
    arranged(world, meeting, standby="Dr Hall, 020 7946 0000")
    assert closed(world, meeting) == {"SC1"}
    let_pass(world, meeting, "SC1")
    assert closed(world, meeting) == set()


def test_a_sentence_of_danger_in_the_room_stops_it_and_the_next_waits_for_the_alert(
    world: World,
) -> None:
    meeting = is_held(world, prepared(world, begun(world)))
    stop = live.Press(uuid4(), "stop", world.moment, reason="dying")
    live.keep(meeting=meeting, presses=[stop], steps=9, by=world.asha.reader, at=world.moment)
    alert = Alert._base_manager.get(rule="meeting_run_dying@1")
    assert (alert.level, alert.about_id) == ("B", world.circle.focus_id)
    meeting = ended(world, meeting, "crisis")
    assert Task._base_manager.filter(kind="meeting_follow_up").count() == 5
    assert "alert" in closed(world, begun(world))


def test_twelve_talks_of_family_training_end_with_the_person_coming_in(
    world: World, craft: Any
) -> None:
    numbers = []
    for _week in range(12):
        numbers.append(held(world, craft).number)
        world.at(world.moment + 7 * DAY)
    assert numbers == list(range(1, 13))
    case = Case._base_manager.get(pk=world.case.pk)
    assert case.engaged_at is None
    cases.engage_person(case=case, version=case.version, by=world.asha.reader, at=world.moment)
    assert Case._base_manager.get(pk=case.pk).engaged_at == world.moment
