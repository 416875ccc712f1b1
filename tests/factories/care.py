"""Plans, courses, bookings and sessions of a small world, made by real actions.

course = started(world)               # Noor's family training: every gate open
course = started(world, way="cbt")    # Sam's own therapy; he came in
session = held(world, course)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from alongside import catalogue
from alongside.calendar import actions as calendar
from alongside.calendar.models import Booking
from alongside.cases import actions as cases
from alongside.cases import sides
from alongside.cases.models import Case, Decision
from alongside.consent import actions as consent
from alongside.credentials import actions as credentials
from alongside.crisis import safeguarding
from alongside.delivery import actions as delivery
from alongside.delivery.models import ProgressNote, TherapySession
from alongside.measures import actions as measures
from alongside.people.models import Person
from alongside.plans import actions as plans
from alongside.plans.models import Course, Plan
from tests.factories.world import Cast, World

TITLES = {"cbt": "babcp", "craft": "cadc", "mi_brief": ""}
FORMS = {"cbt": "c_treatment", "craft": "c_family", "mi_brief": "c_treatment"}
VARIANTS = {"cbt": "depression", "craft": "full", "mi_brief": "five_as"}
FEW_SYMPTOMS = {**{f"item_{n}": 1 for n in range(1, 9)}, "item_9": 0}
BASELINES: dict[str, dict[str, dict[str, int]]] = {
    "cbt": {"phq9": FEW_SYMPTOMS},
    "craft": {"phq9": FEW_SYMPTOMS, "carer_strain_nrs": {"item_1": 7, "item_2": 4, "item_3": 9}},
    "mi_brief": {},
}
LEVELS = {
    "-2": "Every evening ends in a quarrel",
    "-1": "Most evenings do",
    "0": "Every other evening is calm",
    "1": "Most evenings are calm",
    "2": "Calm evenings are what we expect",
}


def fresh_case(world: World) -> Case:
    """The case as it stands now."""
    found: Case = Case._base_manager.get(pk=world.case.pk)
    return found


def treated_in(world: World, way: str) -> Person:
    """Whom a way treats in this world: Noor in family training, else Sam."""
    return world.noor.person if way == "craft" else world.sam


def looked(world: World, answers: Mapping[str, str | None] | None = None) -> Any:
    """Asha looked at danger: none, unless the answers say otherwise."""
    questions = catalogue.current().danger.intake.questions
    return plans.look_at_danger(
        case=fresh_case(world),
        about=world.sam,
        answers=answers or {question.id: "no" for question in questions},
        by=world.asha.reader,
        at=world.moment,
    )


def decided(world: World, way: str = "craft") -> Decision:
    """Asha wrote down why this way."""
    return cases.record_decision(
        circle=world.circle,
        kind="method",
        chosen=way,
        reason="It fits what the family told us and what they want to try.",
        about=f"protocol:{way}@1",
        by=world.asha.reader,
        at=world.moment,
    )


def proposed(world: World, way: str = "craft", **more: Any) -> Plan:
    """A plan with one course: danger was looked at, no other gate is open yet."""
    looked(world)
    given: dict[str, Any] = {
        "case": fresh_case(world),
        "decision": more.pop("decision", None) or decided(world, way),
        "protocol": way,
        "variant": VARIANTS.get(way, ""),
        "persons": [treated_in(world, way)],
        "deliverer": world.asha.practitioner,
        "by": world.asha.reader,
        "at": world.moment,
        **more,
    }
    return plans.propose_plan(**given)


def course_of(world: World, plan: Plan) -> Course:
    """The one course of a plan."""
    found: Course = Course.objects.visible_to(world.asha.reader).get(plan=plan)
    return found


def give_title(world: World, cast: Cast, code: str) -> None:
    """A title that Grace found at the register."""
    made = credentials.record_credential(
        practitioner=cast.practitioner,
        code=code,
        issuer="The board",
        jurisdiction="UK",
        by=world.grace.reader,
        at=world.moment,
    )
    credentials.verify_credential(
        credential=made, state="primary_source_verified", by=world.grace.reader, at=world.moment
    )


def give_consent(world: World, person: Person, form: str, about: str = "") -> Any:
    """A spoken consent, as Asha wrote it down."""
    return consent.give(
        circle=world.circle,
        person=person,
        form=form,
        given_how="spoken",
        witness="Asha Raman",
        expires_on=(world.moment + timedelta(days=150)).date(),
        about=about,
        by=world.asha.reader,
        at=world.moment,
    )


def spoken_to(world: World, person: Person, proposed_by: str = "lead", **more: Any) -> Any:
    """Asha spoke with somebody alone today, and wrote it down."""
    last = sides.newest(world.circle.pk, seen_by=world.asha.reader).get(person.pk)
    given: dict[str, Any] = {
        "spoken_on": world.moment.date(),
        "how": "phone",
        "spoken_by": world.asha.person,
        "expected": 0 if last is None else last.number,
        **more,
    }
    return sides.write(
        circle=world.circle, person=person, proposed_by=proposed_by, by=world.asha.reader,
        at=world.moment, **given,
    )  # fmt: skip


def two_sides(world: World) -> None:
    """Noor, who told us, and Teo, whom Asha chose, were each spoken to alone."""
    spoken_to(world, world.noor.person, "")
    spoken_to(world, world.teo.person, "lead")


def answer(
    world: World, person: Person, instrument: str, answers: Mapping[str, int], *, by: Any = None
) -> Any:
    """One set of answers, entered by Asha from paper, or by whoever answers."""
    asking = measures.make_asking(
        circle=world.circle,
        about=person,
        respondent=person,
        instrument=instrument,
        occasion="",
        by=world.asha.reader,
        at=world.moment,
    )
    return measures.submit(
        asking=asking,
        answers=answers,
        submission=str(uuid4()),
        by=by or world.asha.reader,
        at=world.moment,
    )


def agreed_by_all(world: World, course: Course) -> None:
    """Everybody whom the course treats said yes to this edition."""
    for row in _people(world, course):
        plans.agree(
            plan=course.plan,
            edition=course.plan.edition,
            person=row.person,
            answer="yes",
            by=world.asha.reader,
            at=world.moment,
        )


def open_gates(world: World, course: Course) -> None:
    """Everything that the start of this course asks for."""
    way = course.protocol.partition("@")[0]
    if TITLES[way]:
        give_title(world, world.asha, TITLES[way])
    for row in _people(world, course):
        if row.person != world.noor.person:  # she agreed to family help before
            give_consent(world, row.person, FORMS[way])
    agreed_by_all(world, course)
    person = treated_in(world, way)
    for name, answers in BASELINES[way].items():
        answer(world, person, name, answers)


def started(world: World, way: str = "craft", **more: Any) -> Course:
    """A course that has started, every gate open."""
    if way != "craft" and world.sam_account is None:
        world.engage_sam()
    course = course_of(world, proposed(world, way, **more))
    open_gates(world, course)
    return plans.start_course(course=course, by=world.asha.reader, at=world.moment)


def booked(
    world: World,
    wall: datetime,
    *,
    persons: Sequence[Person] = (),
    minutes: int = 50,
    by: Cast | None = None,
    **more: Any,
) -> Booking:
    """A time with Asha, by the clock of London; for several, a child was asked about."""
    given: dict[str, Any] = {
        "circle": world.circle,
        "practitioner": world.asha.practitioner,
        "persons": list(persons) or [world.noor.person],
        "zone": "Europe/London",
        "by": (by or world.asha).reader,
        "at": world.moment,
        **more,
    }
    if len(given["persons"]) > 1 and not safeguarding.child_was_asked(world.circle.pk, given["at"]):
        safeguarding.record_child_check(
            circle=world.circle,
            child_there=False,
            words="None at home.",
            by=world.asha.reader,
            at=given["at"],
        )
    return calendar.book(wall=wall, minutes=minutes, **given)


def held(
    world: World, course: Course, *, when: datetime | None = None, **more: Any
) -> TherapySession:
    """A session that took place just now, everybody there."""
    given: dict[str, Any] = {
        "attendance": {row.person: "attended" for row in _people(world, course)},
        "minutes": 50,
        "held_at": when or world.moment,
        "said": frozenset({"fit_today"}),
        "by": world.asha.reader,
        "at": world.moment,
        **more,
    }
    return delivery.hold_session(course=course, **given)


def missed(
    world: World, course: Course, *, when: datetime | None = None, **more: Any
) -> TherapySession:
    """A session to which nobody came."""
    given: dict[str, Any] = {
        "because": "did_not_attend",
        "when": when or world.moment,
        "by": world.asha.reader,
        "at": world.moment,
        **more,
    }
    return delivery.not_held(course=course, **given)


def note_of(world: World, session: TherapySession) -> ProgressNote:
    """The note of a session as Asha reads it."""
    found: ProgressNote = ProgressNote.objects.visible_to(world.asha.reader).get(session=session)
    return found


def written(world: World, session: TherapySession, text: str = "As agreed.") -> ProgressNote:
    """The note of a session with something in every part."""
    note = note_of(world, session)
    from alongside.delivery import queries

    return delivery.write_note(
        note=note,
        parts=dict.fromkeys(queries.parts_of_note(note), text),
        expected=note.version,
        by=world.asha.reader,
        at=world.moment,
    )


def signed(world: World, session: TherapySession) -> ProgressNote:
    """The note of a session, signed."""
    note = written(world, session)
    return delivery.sign_note(
        note=note, expected=note.version, by=world.asha.reader, at=world.moment
    )


def _people(world: World, course: Course) -> Any:
    return course.treated.visible_to(world.asha.reader).select_related("person")
