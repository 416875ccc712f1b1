"""What the walks of the ways begin and go on with, by real actions inside their house.

Called through ``Served.call``; a world goes out as text and comes back, as in meeting_rooms.py.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.factories import Cast, World
from tests.flows.meeting_rooms import packed, unpacked


def a_demonstration() -> str:
    """The staff of the small demonstration, in whose service the cases of a walk begin too."""
    from alongside.directory.models import Service
    from alongside.people.models import Institution
    from alongside.records import clock

    world = World(clock.now())
    world.institution = Institution._base_manager.get()
    world.service = Service._base_manager.order_by("pk")[0]
    for name in ("asha", "hana", "grace", "ifeoma"):
        setattr(world, name, _at_work(world, f"{name}@demo.invalid"))
    world.bo = _at_work(world, "mei@demo.invalid")
    _answer_what_is_open(world)
    return packed(world)


def _answer_what_is_open(world: World) -> None:
    """As a house does before weeks go by: an alert that nobody has climbs every few minutes."""
    from alongside.crisis import actions as crisis
    from alongside.crisis.models import Alert

    still = list(Alert._base_manager.filter(closed_at=None, level="C"))
    assert still, "the demonstration waits with an alert for whoever opens it"
    for alert in still:
        by, at = world.hana.reader, world.moment
        crisis.acknowledge(alert=alert, by=by, at=at)
        crisis.record_contact(
            alert=alert, method="phone", reached=True, note="Safe today, not alone.", by=by, at=at
        )
        outcome = {
            "triage_code": "D",
            "assessment_note": "Asked directly. No plan, no means at hand, not alone.",
            "safety_plan_or_transfer": "safety_plan",
            "means_safety": "none_needed",
            "means_safety_note": "Nothing at hand.",
            "next_contact_at": (at + timedelta(days=2)).isoformat(),
            "named_person": "Hana Kobayashi",
        }
        crisis.close_alert(alert=alert, outcome="reached_safe", fields=outcome, by=by, at=at)


def _at_work(world: World, email: str) -> Cast:
    from alongside.access.models import Account
    from alongside.people.models import Practitioner

    account = Account._base_manager.get(email=email)
    own = Practitioner._base_manager.get(person__account_link__account=account)
    return Cast(world, account, own.person, own)


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


def a_sheet_says(*, world: str, course: str, form: str, **says: str) -> None:
    """One sheet of everybody treated, filled in, in which these words are chosen."""
    from alongside import catalogue
    from alongside.plans import queries as gates
    from tests.factories.every_way import filled, write

    there, found = unpacked(world), _course(course)
    shape = catalogue.current().artefacts_of(found.protocol)[form]
    chosen = {name: (word,) for name, word in says.items()}
    for person in gates.treated_by(found):
        write(there, found, shape, person, filled(shape, chosen, there.moment.date(), {}))


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
