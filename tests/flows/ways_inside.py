"""What the walks of the ways begin and go on with, by real actions inside their house.

Called through ``Served.call``; a world goes out as text and comes back, as in meeting_rooms.py.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.factories import World
from tests.flows.meeting_rooms import packed, unpacked


def a_house() -> str:
    """The staff, and nobody's case."""
    from alongside.records import clock
    from tests.factories import make_world

    return packed(make_world(at=clock.now(), case=False))


def a_proposal(*, house: str, way: str, variant: str, treats: str, mark: str) -> dict[str, Any]:
    """A case of its own with a plan of one course, of which no gate is open yet."""
    from alongside.records import clock
    from tests.factories.every_way import proposed
    from tests.factories.world import add_case

    world = add_case(unpacked(house), at=clock.now(), mark=mark)
    world.engage_sam(f"sam{mark}@example.org")
    relatives = {"relatives": [world.noor.person], "circle": [world.noor.person, world.teo.person]}
    course = proposed(world, way, variant, relatives.get(treats, [world.sam]))
    return _place(world, course)


def beside(*, world: str, plan: str, way: str, variant: str) -> str:
    """One course more for Sam in the same plan, nothing of it open yet; its id."""
    from alongside.plans import actions as plans
    from alongside.plans.models import Plan
    from tests.factories.care import decided

    there = unpacked(world)
    decided(there, way)
    return str(
        plans.add_course(
            plan=Plan._base_manager.get(pk=plan), protocol=way, variant=variant,
            persons=[there.sam], deliverer=there.asha.practitioner, by=there.asha.reader,
            at=there.moment,
        ).pk
    )  # fmt: skip


def every_gate_opens(*, world: str, course: str) -> None:
    """Consent, answers, sheets and a yes."""
    from tests.factories.every_way import open_all

    open_all(unpacked(world), _course(course))


def a_session_may_be(*, world: str, course: str) -> None:
    """What each session of a course asks for once more."""
    from alongside.plans import queries as gates
    from tests.factories.every_way import shows

    there, found = unpacked(world), _course(course)
    for use in gates.protocol_of(found).gates_session:
        if use.shown_by and use.is_for(found.variant):
            shows(there, found, use.shown_by[0])


def goes_on(*, world: str, course: str) -> str:
    """Week by week until the protocol calls it complete; the moment when it is."""
    from tests.factories.every_way import walked

    there = unpacked(world)
    walked(there, _course(course))
    return there.moment.isoformat()


def _course(pk: str) -> Any:
    from alongside.plans.models import Course

    return Course._base_manager.get(pk=UUID(pk))


def _place(world: World, course: Any) -> dict[str, Any]:
    case = f"/work/cases/{world.case.pk}/"
    return {
        "world": packed(world),
        "case": case,
        "page": f"{case}plan/",
        "plan": str(course.plan_id),
        "course": str(course.pk),
    }
