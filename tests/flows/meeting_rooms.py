"""What the walks of a planned meeting begin with, by real actions inside their house.

Called through ``Served.call``. A world goes out as text and comes back, so that what everybody
said alone can be written down between two pages without a page for each.
"""

from __future__ import annotations

import base64
import pickle
from typing import Any

from tests.factories import World


def packed(world: World) -> str:
    """A world as text, for the next call."""
    return base64.b64encode(pickle.dumps(world)).decode()


def unpacked(text: str) -> World:
    """The world of an earlier call, at the moment of the house."""
    from alongside.records import clock

    world: World = pickle.loads(base64.b64decode(text))
    return world.at(clock.now())


def _place(world: World) -> dict[str, Any]:
    return {
        "world": packed(world),
        "case": f"/work/cases/{world.case.pk}/",
        "meeting": f"/work/cases/{world.case.pk}/meeting/",
        "circle": f"/circle/{world.circle.pk}/",
    }


def a_circle_that_met_once() -> dict[str, Any]:
    """Three of Sam's circle met with him on Saturday, at the first level; he asked for time."""
    from tests.conftest import NOON
    from tests.factories import make_world
    from tests.factories.meetings import begun
    from tests.rooms.test_meeting_paths import ended, is_held, joined_by, prepared

    world = make_world(at=NOON)
    joined_by(world, "Bea Okoye")
    ended(world, is_held(world, prepared(world, begun(world, path="arise", level=1))), "asks_time")
    return _place(world)


def a_surprise_that_is_prepared() -> dict[str, Any]:
    """Four of the circle, all but the conditions of a surprise; the lead has no title yet."""
    from alongside.records import clock
    from tests.factories import make_world
    from tests.factories.meetings import begun
    from tests.rooms.test_meeting_paths import joined_by, prepared

    world = make_world(at=clock.now())
    joined_by(world, "Bea Okoye", "Ned Hall")
    prepared(world, begun(world, path="johnson"))
    return _place(world)


def a_man_with_dementia() -> dict[str, Any]:
    """Sam's case is about dementia."""
    from alongside.cases import actions as cases
    from alongside.records import clock
    from tests.factories import make_world

    world = make_world(at=clock.now())
    world.case = cases.keep_facts(
        case=world.case, version=world.case.version, facts={}, needs=["dementia"],
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    return _place(world)


def a_family_in_training() -> dict[str, Any]:
    """Noor has had eleven of twelve talks, all that goes before the first visit was done."""
    from alongside.cases import actions as cases
    from tests.conftest import NOON
    from tests.factories import make_world
    from tests.factories.every_way import ready, walked

    world = make_world(at=NOON)
    world.case = cases.keep_facts(
        case=world.case, version=world.case.version, facts={"person": {"age": 34}},
        needs=["substance_use"], by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    course = ready(world, "craft", "full", [world.noor.person])
    left = frozenset({"engagement_recorded", "follow_up_plan", "gains_reviewed", "end_measures"})
    walked(world, course, sessions=11, leave=left)
    return _place(world)


def everybody_is_asked_again(*, world: str) -> None:
    """For the meeting that is prepared now; who speaks, and the answers, are as before."""
    from alongside.meetings import queries
    from tests.rooms.test_meeting_paths import prepared

    there = unpacked(world)
    meeting = queries.live_meeting(seen_by=there.asha.reader, circle=there.circle.pk)
    assert meeting is not None
    prepared(there, meeting)


def the_lead_is_qualified(*, world: str) -> None:
    """Grace found both titles at the register."""
    from tests.factories.care import give_title

    there = unpacked(world)
    for title in ("cip", "intervention_training"):
        give_title(there, there.asha, title)


def letters_are_let_pass(*, world: str) -> None:
    """Nobody reads a letter this time."""
    from alongside.meetings import queries
    from tests.rooms.test_meeting_paths import let_pass

    there = unpacked(world)
    meeting = queries.live_meeting(seen_by=there.asha.reader, circle=there.circle.pk)
    assert meeting is not None
    let_pass(there, meeting, "letters")
