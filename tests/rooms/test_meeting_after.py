"""After a meeting: help that was really begun, and the funnel with honest denominators."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from alongside.cases.models import Case
from alongside.directory.models import Service
from alongside.insights import meeting_funnel
from alongside.meetings import actions, after, calls
from alongside.meetings.models import MeetingAfter, PlannedMeeting
from alongside.people.models import Circle, Person
from alongside.records.scoped import writing
from alongside.tasks import queries as tasks
from tests.factories import World
from tests.factories.meetings import begun, fresh


def ended(world: World, outcome: str = "not_held") -> PlannedMeeting:
    meeting = begun(world)
    actions.end(
        meeting=meeting,
        outcome=outcome,
        words="Their mother fell ill.",
        expected=meeting.version,
        by=world.asha.reader,
        at=world.moment,
    )
    return fresh(world, meeting)


def said(world: World, meeting: PlannedMeeting, what: str, word: str, **more: Any) -> Any:
    given: dict[str, Any] = {"on": None, "kind": "", **more}
    return after.record_help(
        meeting=meeting, what=what, said=word, by=world.asha.reader, at=world.moment, **given
    )


def test_a_yes_is_help_only_with_the_day_of_a_talk_that_was_kept_and_the_last_word_counts(
    world: World,
) -> None:
    prepared = begun(world)
    with pytest.raises(after.NotEnded):
        said(world, prepared, "first_help", "unknown")
    actions.end(
        meeting=prepared, outcome="not_held", words="", expected=prepared.version,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    meeting = fresh(world, prepared)
    tomorrow = world.moment.date() + timedelta(days=1)
    wrongs: tuple[dict[str, Any], ...] = (
        {"what": "first_help", "word": "yes"},
        {"what": "first_help", "word": "yes", "on": tomorrow},
        {"what": "still_31", "word": "yes"},
        {"what": "still_30", "word": "perhaps"},
        {"what": "still_30", "word": "yes", "kind": "magic"},
    )
    for wrong in wrongs:
        with pytest.raises(after.MakesNoSense):
            said(world, meeting, **wrong)
    said(world, meeting, "first_help", "unknown")
    world.at(world.moment + timedelta(minutes=1))
    said(world, meeting, "first_help", "yes", on=date(2026, 3, 1), kind="outpatient")
    newest = after.last(seen_by=world.asha.reader, meeting=meeting)
    assert (newest["first_help"].said, newest["first_help"].on) == ("yes", date(2026, 3, 1))
    assert after.of_meeting(seen_by=world.asha.reader, meeting=meeting).count() == 2
    seen = after.of_meeting(seen_by=world.noor.through("circle"), meeting=meeting)
    assert seen.count() == 0
    with pytest.raises(after.MakesNoSense):
        after.debrief(
            meeting=meeting, scales={"calm": 11}, facts=[], harms=[], words="",
            by=world.asha.reader, at=world.moment,
        )  # fmt: skip


def test_each_who_took_part_is_called_by_themself_and_whoever_was_missed_is_tried_again(
    world: World,
) -> None:
    meeting, lead = ended(world), world.asha.reader

    def call(who: Any, came_to: str, days: int = 0, words: str = "", **numbers: Any) -> Any:
        return calls.record(
            meeting=meeting, person=who, days=days, came_to=came_to, words=words,
            numbers=numbers, by=lead, at=world.moment,
        )  # fmt: skip

    def states(days: int = 0) -> dict[str, str]:
        found = calls.of_meeting(meeting, seen_by=lead, at=world.moment)
        day = next(each for each in found if each.days == days)
        return {each.person.name.split()[0]: each.state for each in day.calls}

    def waits() -> int:
        due = tasks.open_tasks(seen_by=lead)
        return due.filter(kind="meeting_follow_up", about=f"meeting:{meeting.pk}:0").count()

    noor, teo = world.noor.person, world.teo.person
    with pytest.raises(calls.NotCalled):
        call(meeting.circle.focus, "spoken")  # nobody told them, nobody asked them
    with pytest.raises(calls.NeedsWords):
        call(teo, "let_go")
    told = call(noor, "spoken", item_1=7, item_2=6, item_3=3)
    assert [alert.about_id for alert in told.alerts] == [noor.pk]  # not safe, in her own words
    call(teo, "not_reached")
    assert (states(), waits()) == ({"Noor": "spoken", "Teo": "again"}, 1)
    about = f"meeting:{meeting.pk}:0"
    (shown,) = calls.of_tasks([about], seen_by=lead, at=world.moment).values()
    assert {each.state for each in shown} == {"spoken", "again"}
    world.at(world.moment + timedelta(days=1))
    call(teo, "spoken", days=1)
    assert (states(), waits()) == ({"Noor": "spoken", "Teo": "missed"}, 0)
    call(noor, "no_more", days=1)
    assert states(7)["Noor"] == "ended"
    with pytest.raises(after.MakesNoSense):
        said(world, meeting, "may_call", "yes")
    type(meeting.case)._base_manager.update(disclosed_at=world.moment)
    meeting = fresh(world, meeting)
    said(world, meeting, "may_call", "yes")
    assert "Sam" in states(7)


def test_the_funnel_counts_each_family_once_of_all_who_began_and_hides_small_counts(
    world: World,
) -> None:
    first = ended(world)
    assert funnel(world)["begun"] == ("< 8", None, "")
    with writing():
        for number in range(29):
            _another(first, world, number)
    found = funnel(world)
    assert found["contact"] == ("30", 1.0, "")
    assert found["begun"] == ("30", 1.0, "")
    assert found["held"] == ("20", 20 / 30, "")
    assert found["said_yes"] == ("10", 10 / 30, "")
    assert found["first_help"] == ("10", 10 / 30, "20")
    assert found["still_30"] == ("< 8", None, "25")
    shown = meeting_funnel.of_institution(
        institution=world.institution, since=date(2026, 1, 1), at=world.moment
    )
    assert dict(shown.ways) == {
        "arise": ("15", "10", "< 8", "< 8", "0"),
        "johnson": ("", "10", "< 8", "< 8", "0"),  # else the one family could be worked out
        "one_to_one": ("< 8", "0", "0", "0", "0"),
    }
    assert dict(shown.services) == {
        world.service.name: ("20", "", "10", "< 8", "0"),
        "Young people": ("10", "< 8", "0", "0", "0"),
    }
    assert dict(shown.ends) == {"accept_now": "10", "not_held": "10", "refuses_calm": "10"}
    with writing():
        _again_and_not_heard_of(first)
    world.at(world.moment + timedelta(minutes=1))
    assert funnel(world)["first_help"] == ("10", 10 / 30, "20")  # who was helped is not unknown


def _another(like: PlannedMeeting, world: World, number: int) -> None:
    """A meeting of another family: 20 held, 10 of them with a yes, of which 3 are still in help.

    The last 11 came to a second service.
    """
    focus = Person(institution=like.institution, name="Somebody", created_at=world.moment)
    focus.save(force_insert=True)
    circle = Circle(institution=like.institution, focus=focus, created_at=world.moment)
    circle.save(force_insert=True)
    is_held, case = number < 20, Case._base_manager.get(pk=like.case.pk)
    if number >= 18:
        case.pk, case.circle, case.service = uuid4(), circle, _second_service(world)
        case.save(force_insert=True)
    meeting = PlannedMeeting(
        institution=like.institution, circle=circle, case=case,
        path="johnson" if number % 2 else "arise",
        lead=like.lead, began_at=world.moment, ended_at=world.moment,
        outcome="accept_now" if number < 10 else "refuses_calm" if is_held else "not_held",
        held_at=world.moment if is_held else None, written_by=like.written_by,
    )  # fmt: skip
    meeting.save(force_insert=True)
    if number < 10:
        for what in ("first_help", "still_30")[: 2 if number < 3 else 1]:
            MeetingAfter.objects.create(
                institution=like.institution, circle=circle, meeting=meeting, what=what,
                said="yes", written_at=world.moment, written_by=like.written_by,
            )  # fmt: skip


def _second_service(world: World) -> Service:
    found = Service._base_manager.filter(name="Young people").first()
    if found is None:
        found = Service._base_manager.get(pk=world.service.pk)
        found.pk, found.name = uuid4(), "Young people"
        found.save(force_insert=True)
    return found


def _again_and_not_heard_of(like: PlannedMeeting) -> None:
    """A second meeting of each family that was helped after its first; of these nobody knows."""
    helped = MeetingAfter._base_manager.filter(what="first_help", said="yes")
    for again in helped.exclude(meeting=like.pk).select_related("meeting"):
        again.meeting.pk, again.pk, again.said = uuid4(), uuid4(), "unknown"
        again.meeting.began_at += timedelta(seconds=1)
        again.meeting.save(force_insert=True)
        again.meeting_id = again.meeting.pk
        again.save(force_insert=True)


def funnel(world: World) -> dict[str, tuple[str, float | None, str]]:
    found = meeting_funnel.of_institution(
        institution=world.institution, since=date(2026, 1, 1), at=world.moment
    )
    return {each.word: (each.count, each.share, each.unknown) for each in found.stages}
