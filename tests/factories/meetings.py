"""A meeting of Sam's circle, prepared by real actions as far as a test needs it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from alongside import catalogue
from alongside.crisis import safeguarding
from alongside.directory import actions as directory
from alongside.meetings import actions, queries
from alongside.meetings.models import PlannedMeeting
from tests.factories import Cast, World
from tests.factories.care import two_sides

REASON = "They asked for an open way, and three of them will come."
SATURDAY = datetime.fromisoformat("2026-03-14T10:00")  # wall time in London


def fresh(world: World, meeting: PlannedMeeting) -> PlannedMeeting:
    """The meeting as it stands now, with what hangs on it."""
    found: PlannedMeeting = queries.meetings(seen_by=world.asha.reader).get(pk=meeting.pk)
    return found


def begun(world: World, *, path: str = "one_to_one", level: int = 0) -> PlannedMeeting:
    """A meeting that has just begun to be prepared, led by Asha."""
    meeting = actions.begin(
        case=world.case,
        path=path,
        level=level,
        reason=REASON,
        lead=world.asha.practitioner,
        by=world.asha.reader,
        at=world.moment,
    )
    return fresh(world, meeting)


def clear_answers(**changed: str | None) -> dict[str, str | None]:
    """Answers by which every question asked of members is clear, but for those named."""
    asked = catalogue.current().meetings.screen.asked("member")
    found: dict[str, str | None] = {
        check.id: next(each.id for each in check.answers if each.effect == "clear")
        for check in asked
    }
    return {**found, **changed}


def answer(world: World, meeting: PlannedMeeting, who: Cast, **changed: str | None) -> Any:
    """What one member said alone, on their own page."""
    return actions.answer_screen(
        meeting=meeting,
        person=who.person,
        answers=clear_answers(**changed),
        by=who.through("circle"),
        at=world.moment,
    )


def add_option(world: World, name: str, kind: str = "outpatient", **more: Any) -> Any:
    """An option with everything a family would ask, kept for three weeks."""
    given: dict[str, Any] = {"held_until": world.moment + timedelta(days=21), **more}
    option = directory.save_option(
        institution=world.institution,
        name=name,
        kind=kind,
        accepts="Adults, any substance; a letter of the GP",
        price="Free",
        withdrawal="arranged",
        licence="checked",
        licence_checked_on=world.moment.date(),
        interest="none",
        starts_within_hours=24,
        by=world.asha.reader,
        at=world.moment,
    )
    return directory.save_hold(
        circle=world.circle,
        option=option,
        held_until=given["held_until"],
        warn_hours=48,
        proof="Front desk",
        proved_at=world.moment,
        funding="The service",
        travel="Bus 16",
        cover="Noor looks after the dog" if kind == "residential" else "",
        by=world.asha.reader,
        at=world.moment,
    )


def arranged(world: World, meeting: PlannedMeeting, **words: str) -> PlannedMeeting:
    """With its aim, its place, its children and a step for every answer."""
    meeting = fresh(world, meeting)
    actions.prepare(
        meeting=meeting,
        expected=meeting.version,
        words={
            "aim": "A talk with a doctor about drinking",
            "accepts": "Any first talk with somebody trained",
            "place": "St Columba’s hall, small room",
            "stop_word": "harbour",
            "escort": "Noor drives",
            **words,
        },
        led="present",
        refused_aims=[],
        has_no_children=True,
        by=world.asha.reader,
        at=world.moment,
    )
    meeting = fresh(world, meeting)
    actions.plan_answers(
        meeting=meeting,
        expected=meeting.version,
        steps=dict.fromkeys(catalogue.current().meetings.rules.answers, "Noor rings at once."),
        by=world.asha.reader,
        at=world.moment,
    )
    return fresh(world, meeting)


def ask_about_a_child(world: World) -> None:
    """Somebody asked whether a child will be there."""
    safeguarding.record_child_check(
        circle=world.circle,
        child_there=False,
        words="There are no children at home.",
        by=world.asha.reader,
        at=world.moment,
    )


def ready(world: World) -> PlannedMeeting:
    """Everything before the date is open."""
    meeting = begun(world)
    for who in (world.noor, world.teo):
        answer(world, meeting, who)
    for order, who in enumerate((world.noor, world.teo), 1):
        actions.save_seat(
            meeting=meeting,
            member=who.member,
            roles=[],
            speaks=True,
            order=order,
            by=world.asha.reader,
            at=world.moment,
        )
    actions.record_checks(
        meeting=meeting,
        kind="lead",
        answers={"SC8": "none", "SC15": "arranged", "SC17": "fits", "SC18": "ready"},
        by=world.asha.reader,
        at=world.moment,
    )
    for name, kind in (("Rowan House", "residential"), ("Day", "day"), ("One talk", "one_talk")):
        add_option(world, name, kind)
    ask_about_a_child(world)
    two_sides(world)
    return arranged(world, meeting)


def closed(world: World, meeting: PlannedMeeting) -> set[str]:
    """The gates that hold the date back now, for Asha."""
    found = queries.verdict(fresh(world, meeting), seen_by=world.asha.reader, at=world.moment)
    return {gate.id for gate in found.closed if gate.holds == "date"}


def dated(world: World, meeting: PlannedMeeting) -> PlannedMeeting:
    """On Saturday at ten; somebody asked whether a child will be there."""
    meeting = fresh(world, meeting)
    actions.set_date(
        meeting=meeting,
        wall=SATURDAY,
        zone="Europe/London",
        minutes=90,
        expected=meeting.version,
        by=world.asha.reader,
        at=world.moment,
    )
    return fresh(world, meeting)


def looked_the_day_before(world: World, meeting: PlannedMeeting) -> None:
    """The lead went through everything there is to go through."""
    look = catalogue.current().meetings.rules_file.look("eve")
    actions.record_checks(
        meeting=fresh(world, meeting),
        kind="eve",
        answers={each.id: "done" for each in look.things} if look else {},
        by=world.asha.reader,
        at=world.moment,
    )
