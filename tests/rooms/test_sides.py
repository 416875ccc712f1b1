"""One reporter never makes a circle (M1): who was spoken to alone, and what waits for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from alongside.access import actions as access
from alongside.cases import actions as cases
from alongside.cases import joining, rights, sides
from alongside.cases.models import Side
from alongside.insights import timeline
from alongside.meetings import queries as meetings
from alongside.plans import queries as plans
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.records.models import AuditEvent
from alongside.records.scoped import writing
from tests.factories import World
from tests.factories.care import fresh_case, spoken_to, two_sides
from tests.factories.every_way import proposed
from tests.factories.meetings import begun

BOTH = {"sides_heard", "own_side"}


def waiting(world: World, course: Any) -> set[str]:
    """Which of the two gates a course waits for, whether it starts or goes on."""
    reader, at = world.asha.reader, world.moment
    start = plans.start_gates(course=course, seen_by=reader, at=at)
    session = plans.session_gates(course=course, seen_by=reader, at=at)
    found = [{one.gate for one in states if not one.is_open} & BOTH for states in (start, session)]
    assert found[0] == found[1]
    return found[0]


def test_a_planned_meeting_waits_for_a_second_side_and_one_of_the_leads_own_choice(
    world: World,
) -> None:
    course = proposed(world, "planned_meeting", "arise", [world.noor.person, world.teo.person])
    meeting = begun(world)

    def at_meeting() -> set[str]:
        verdict = meetings.verdict(meeting, seen_by=world.asha.reader, at=world.moment)
        return {gate.id for gate in verdict.closed} & BOTH

    assert waiting(world, course) == at_meeting() == BOTH
    # Whoever told us is nobody's own choice, whatever is written.
    assert spoken_to(world, world.noor.person, "lead").proposed_by == "told_us"
    assert waiting(world, course) == at_meeting() == BOTH
    spoken_to(world, world.teo.person, "reporter")
    assert waiting(world, course) == at_meeting() == {"own_side"}
    spoken_to(world, world.teo.person, "lead")
    assert waiting(world, course) == at_meeting() == set()
    # Not alone after all: the row stays, the last one counts.
    taken = {"spoken_on": None, "how": "", "spoken_by": None}
    with pytest.raises(cases.NeedsAReason):
        spoken_to(world, world.teo.person, "lead", **taken, words="no")
    spoken_to(world, world.teo.person, "lead", **taken, words="Noor was in the room all the time.")
    assert waiting(world, course) == at_meeting() == BOTH
    # The person is a side too, and nobody whom who told us chose.
    assert spoken_to(world, world.sam, "").proposed_by == "person"
    assert waiting(world, course) == at_meeting() == set()
    words = [
        (entry.word, entry.who)
        for entry in timeline.entries(world.circle.pk, seen_by=world.asha.reader, kind="people")
        if entry.word.startswith("side_")
    ]
    assert sorted(words) == [
        ("side_heard", "Noor Haddad"), ("side_heard", "Sam"), ("side_heard", "Teo Lindqvist"),
        ("side_heard", "Teo Lindqvist"), ("side_not_heard", "Teo Lindqvist"),
    ]  # fmt: skip


def test_who_left_does_not_count_and_who_was_proposed_has_to_be_spoken_to(world: World) -> None:
    course = proposed(world, "planned_meeting", "johnson", [world.noor.person, world.teo.person])
    two_sides(world)
    assert waiting(world, course) == set()
    access.end_membership(
        member=world.teo.member, because="left", by=world.asha.reader, at=world.moment
    )
    assert waiting(world, course) == BOTH
    with pytest.raises(NotAllowed):
        spoken_to(world, world.teo.person)
    nurse = joining.add(
        circle=world.circle, name="The ward nurse", relation="nurse", proposed_by="lead",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    assert waiting(world, course) == BOTH
    assert nurse is not None
    spoken_to(world, nurse.person, "lead")
    assert waiting(world, course) == set()
    earlier = world.moment - timedelta(days=2)
    assert sides.heard(world.circle.pk, at=earlier).have == 0  # as it stood then


def test_what_is_written_of_a_side_is_checked_kept_and_told_to_nobody_in_the_circle(
    world: World,
) -> None:
    teo = world.teo.person
    tomorrow = world.moment.date() + timedelta(days=1)
    wrong: list[tuple[type[Exception], dict[str, Any]]] = [
        (sides.NotADay, {"spoken_on": tomorrow}),
        (sides.Unsaid, {"how": ""}),
        (sides.Unsaid, {"spoken_by": None}),
        (sides.Unsaid, {"spoken_on": None}),
        (sides.NotOnThisCase, {"spoken_by": world.bo.person}),
        (sides.NotOnThisCase, {"spoken_by": world.noor.person}),
        (cases.UnknownWord, {"how": "letter"}),
        (StaleVersion, {"expected": 3}),
    ]
    for error, given in wrong:
        with pytest.raises(error):
            spoken_to(world, teo, **given)
    with pytest.raises(cases.UnknownWord):
        spoken_to(world, teo, "the neighbours")
    made = spoken_to(world, teo, "lead", words="She rang from the garden.")
    with pytest.raises(StaleVersion) as stale:
        spoken_to(world, teo, expected=0)
    assert stale.value.current == made
    twice = Side.objects.visible_to(world.asha.reader).get()
    twice.pk = uuid4()
    with writing(), transaction.atomic(), pytest.raises(IntegrityError, match=r"(?i)unique"):
        twice.save(force_insert=True)
    event = AuditEvent.objects.get(word="cases.side_written")
    assert event.account == world.asha.account.pk
    sam = world.engage_sam()
    for who in (world.noor, world.teo, sam, world.bo, world.hana, world.grace):
        assert not Side.objects.visible_to(who.reader).exists()
    for who in (world.asha, world.ifeoma):
        assert Side.objects.visible_to(who.reader).get().words == "She rang from the garden."
    for who in (world.noor, sam, world.bo, world.ifeoma):  # a supervisor reads, and writes nothing
        with pytest.raises(NotAllowed):
            sides.write(
                circle=world.circle, person=teo, expected=1, proposed_by="lead", by=who.reader,
                at=world.moment,
            )  # fmt: skip


def test_an_objection_stops_asking_others_and_never_the_person_and_the_end_stops_both(
    world: World,
) -> None:
    sam = world.engage_sam()
    rights.ask(
        circle=world.circle, kind="objection", words="I do not want you to ask around about me.",
        by=sam.through("person"), at=world.moment,
    )  # fmt: skip
    with pytest.raises(rights.Limited):
        spoken_to(world, world.teo.person)
    spoken_to(world, world.sam, "")
    case = fresh_case(world)
    cases.close_case(
        case=case, version=case.version, outcome="dropped_out", words="He moved abroad in spring.",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    with pytest.raises(cases.WrongState):
        spoken_to(world, world.sam, "")
