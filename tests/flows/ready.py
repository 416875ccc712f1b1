"""A small service inside a served database, for walks that begin in the middle.

Called through ``Served.call``: the world is made by real actions at the real moment.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any


def a_small_service(*, url: str) -> dict[str, Any]:
    """Sam's case with somebody on call now, and a private link to a PHQ-9.

    Returns:
        Addresses and ids by name: ``phq9`` the private link, ``case``, ``circle``.
    """
    from alongside.directory import actions as directory
    from alongside.measures import actions as measures
    from alongside.records import clock
    from tests.factories import make_world

    world = make_world(at=clock.now())
    world.engage_sam()
    directory.check_line(
        institution=world.institution,
        country="GB",
        line="gb_samaritans",
        by=world.system,
        at=world.moment,
    )
    asking = measures.make_asking(
        circle=world.circle,
        about=world.sam,
        respondent=world.sam,
        instrument="phq9",
        by=world.asha.reader,
        at=world.moment,
    )
    token = measures.hand_over(asking=asking, by=world.asha.reader, at=world.moment)
    return {"phq9": f"{url}/l/{token}", "case": world.case.pk, "circle": world.circle.pk}


def a_full_case(*, url: str) -> dict[str, Any]:
    """Sam's case with something of everything in it, and a second case of the same house.

    Returns:
        For every kind of address the id of one record of Sam's case, by the word before the id in
        the address; ``other_circle``, of which neither Noor nor Lena is part; ``link`` and
        ``visit``, the secrets of a questionnaire and of a worry that has been begun.
    """
    from uuid import uuid4

    from alongside.consent.models import Consent
    from alongside.crisis import actions as crisis
    from alongside.crisis import private_check, public
    from alongside.crisis.models import SafetyCheck
    from alongside.delivery import actions as delivery
    from alongside.measures import actions as measures
    from alongside.measures.models import Response
    from alongside.plans import actions as plans
    from alongside.records import clock
    from alongside.tasks.models import Task
    from tests.factories import care, make_world

    now = clock.now()
    world = make_world(at=now)
    lena = world.staff("Lena Stern", "Psychologist", "lead")
    private_check.answer(
        circle=world.circle,
        person=world.noor.person,
        answers={"afraid": "no"},
        by=world.noor.reader,
        at=now,
    )
    course = care.started(world, way="cbt")
    booking = care.booked(world, (now + timedelta(days=2)).replace(hour=10, minute=0, tzinfo=None))
    session = care.held(world, course)
    note = care.written(world, session)
    homework = delivery.set_homework(
        session=session, about=world.sam, task="A walk", by=world.asha.reader, at=now
    )
    goal = plans.set_goal(
        plan=course.plan,
        about=world.sam,
        kind="behaving",
        words="Go out again",
        levels=care.LEVELS,
        by=world.asha.reader,
        at=now,
    )
    asking = measures.make_asking(
        circle=world.circle,
        about=world.sam,
        respondent=world.sam,
        instrument="gad7",
        by=world.asha.reader,
        at=now,
    )
    alert = crisis.raise_by_staff(
        level="E",
        seen="He looked tired.",
        institution=world.institution.pk,
        circle=world.circle,
        by=world.asha.reader,
        at=now,
    )
    other = world.open_case(world.worry(alias="Kim", contact="kim@example.org"), by=world.asha)
    begun = public.answer(
        path="says_no",
        question="badly_hurt",
        answer="no",
        submission=uuid4().hex,
        token="",
        language="en",
        at=now,
    )
    one = {
        "cases": world.case, "concerns": world.concern, "crisis": alert, "plans": course.plan,
        "courses": course, "goals": goal, "sessions": session, "bookings": booking,
        "notes": note, "homework": homework, "questions": asking, "circle": world.noor.member,
        "answers": Response._base_manager.filter(circle=world.circle).first(),
        "checks": SafetyCheck._base_manager.filter(kind="private_check").first(),
        "consent": Consent._base_manager.filter(circle=world.circle).first(),
        "tasks": Task._base_manager.filter(circle=world.circle).first(),
        "people": world.hana.account, "services": world.service,
    }  # fmt: skip
    ids = {word: str(row.pk) for word, row in one.items() if row is not None}
    ids |= {
        "talks": ids["courses"], "plan": ids["plans"], "receipts": ids["consent"],
        "agreed": ids["consent"], "told": ids["concerns"], "rota": ids["services"],
    }  # fmt: skip
    return {
        "ids": ids,
        "own_circle": world.circle.pk,
        "other_circle": other.circle.pk,
        "link": measures.hand_over(asking=asking, by=world.asha.reader, at=now),
        "visit": begun.token,
        "lena": lena.account.email,
    }


def concerns() -> int:
    """How many worries are kept in this database."""
    from alongside.cases.models import Concern

    return Concern._base_manager.count()


def a_team(*, url: str) -> dict[str, str]:
    """A house with its staff and nobody's case: who works here, with what they may deliver.

    Returns:
        The address each signs in with, by first name.
    """
    from alongside.directory import actions as directory
    from alongside.records import clock
    from tests.factories import care, make_world

    now = clock.now()
    world = make_world(at=now, case=False)
    world.staff("Petra Novak", "Privacy officer", "privacy")
    world.staff("Aled Hughes", "Auditor", "auditor")
    world.staff("Ada Byron", "Administrator", "admin")
    world.staff("Lena Stern", "Psychologist", "lead")
    dan = world.staff("Dan Osei", "Psychologist")
    for who in (world.asha, dan):
        for title in ("babcp", "cadc"):
            care.give_title(world, who, title)
    directory.check_line(
        institution=world.institution,
        country="GB",
        line="gb_samaritans",
        by=world.system,
        at=now,
    )
    return {
        name: f"{name}@example.org"
        for name in (
            "asha", "dan", "ifeoma", "hana", "lena", "bo", "grace", "petra", "aled", "ada",
        )
    }  # fmt: skip
