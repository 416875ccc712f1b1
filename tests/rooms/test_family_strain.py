"""How those are who prepare a meeting: asked by itself, whatever the person decides."""

from __future__ import annotations

from datetime import timedelta

from alongside.consent import actions as consent
from alongside.consent.models import Consent
from alongside.delivery import on_time
from alongside.delivery.models import Timing
from alongside.measures import actions as measures
from alongside.measures.models import Asking
from alongside.meetings import actions
from tests.factories import World
from tests.factories.meetings import begun, fresh
from tests.rooms.test_asking_on_time import letters, reachable


def asked() -> list[tuple[str, str]]:
    rows = Timing._base_manager.filter(course=None).order_by("made_at", "pk")
    return [(row.respondent.name, row.instrument) for row in rows]


def test_whoever_takes_part_and_agreed_is_asked_at_the_start_and_after_a_no_or_no_meeting(
    world: World,
) -> None:
    meeting = begun(world)
    reachable(world, world.noor.person, "noor.quiet@example.org")
    for _again in range(2):
        on_time.ask_once(at=world.moment)
    assert asked() == [(world.noor.person.name, "carer_strain_nrs")]  # Teo has not agreed
    (asking,) = Asking._base_manager.filter(instrument__startswith="carer_strain_nrs")
    assert (asking.about_id, asking.respondent_id) == (world.noor.person.pk,) * 2
    (letter,) = letters()
    assert "meeting" not in f"{letter.subject} {letter.body}".lower()
    measures.decline(asking=asking, by=world.asha.reader, at=world.moment)

    world.at(world.moment + timedelta(days=20))
    meeting = fresh(world, meeting)
    actions.end(
        meeting=meeting, outcome="not_held", words="The person did not come.",
        expected=meeting.version, by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    ended = world.moment
    seen = []
    for days in (1, 6, 7, 8, 30, 60, 90):
        on_time.ask_once(at=ended + timedelta(days=days))
        seen.append(len(asked()))
        for each in Asking._base_manager.filter(answered_at=None, declined_at=None):
            measures.decline(asking=each, by=world.asha.reader, at=ended + timedelta(days=days))
    assert seen == [1, 1, 2, 2, 3, 3, 4]


def test_nobody_is_asked_twice_for_the_same_nor_once_they_took_their_yes_back(world: World) -> None:
    meeting = begun(world)
    by_hand = measures.make_asking(
        circle=world.circle, about=world.noor.person, respondent=world.noor.person,
        instrument="carer_strain_nrs", by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    on_time.ask_once(at=world.moment)
    assert asked() == []
    measures.decline(asking=by_hand, by=world.asha.reader, at=world.moment)
    actions.end(
        meeting=meeting, outcome="not_held", words="They went for help by themselves.",
        expected=meeting.version, by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    given = Consent._base_manager.get(person=world.noor.person, form__startswith="c_family")
    consent.withdraw(consent=given, by=world.noor.through("circle"), at=world.moment)
    on_time.ask_once(at=world.moment + timedelta(days=7))
    assert asked() == []
