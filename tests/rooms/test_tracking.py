"""On track or not, worked out when asked; a review when not; bands from finished courses alone."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from alongside import catalogue
from alongside.access import actions as access
from alongside.cases import actions as cases
from alongside.consent.models import Consent
from alongside.delivery import reviews
from alongside.delivery.models import TherapySession
from alongside.delivery.reviews import Found
from alongside.engine.outcomes.expected import FinishedCourse, start_bands
from alongside.insights import norms, tracking, watching
from alongside.measures.models import Response
from alongside.people.models import Circle, Person
from alongside.plans import actions
from alongside.plans import queries as plans
from alongside.plans.models import Course, CoursePerson
from alongside.records.errors import NotAllowed
from alongside.records.scoped import writing
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import World
from tests.factories.care import answer, held, started

DAY = timedelta(days=1)
FINE = {check.id: Found("fine") for check in catalogue.current().tracking.checklist}


def total(points: int) -> dict[str, int]:
    """Eight answers that add up, and no danger."""
    items = {f"item_{n}": points // 8 + (n <= points % 8) for n in range(1, 9)}
    return {**items, "item_9": 0}


def answered(world: World, course: Course, points: int, *, after: int = 7) -> None:
    """A session held, and a form some days later."""
    world.at(world.moment + after * DAY)
    held(world, course)
    world.at(world.moment + timedelta(hours=3))
    answer(world, world.sam, "phq9", total(points))


def stands(world: World, course: Course, reader: Any = None) -> tracking.Standing:
    found = tracking.standing(course, seen_by=reader or world.asha.reader, at=world.moment)
    assert found is not None
    return found


def open_tasks(kind: str = "") -> list[Task]:
    rows = Task.objects.unscoped("a test").filter(done_at=None, kind__startswith=kind or "review")
    return list(rows)


def reviewed(world: World, course: Course, **more: Any) -> Any:
    given: dict[str, Any] = {
        "course": course,
        "found": FINE,
        "chosen": "change_dose",
        "reason": "Twice a week for a month, and the diary every evening.",
        "look_again_on": world.moment.date() + timedelta(days=28),
        "said": {"why": stands(world, course).worst.look.why},
        "share": False,
        "by": world.asha.reader,
        "at": world.moment,
        **more,
    }
    return reviews.record_review(**given)


def test_a_course_off_track_is_reviewed_once_and_again_only_for_news(
    world: World, cbt: Course
) -> None:
    assert stands(world, cbt).signal is None  # one score: nothing to say
    answered(world, cbt, 10)
    assert stands(world, cbt).signal == "too_early"
    watching.open_due(at=world.moment)
    assert open_tasks() == []

    answered(world, cbt, 15)
    assert stands(world, cbt).signal == "not_on_track"
    for _twice in range(2):
        watching.open_due(at=world.moment)
    [task] = open_tasks()
    assert (task.kind, task.for_role) == ("review_change", "lead")
    assert task.due_at == world.moment + timedelta(days=7)
    assert "8 → 15 (2/" in task.why
    assert "on_track" not in plans.words(cbt, world.moment)  # gate G9 warns
    next_one = actions.add_course(
        plan=cbt.plan, protocol="cbt", variant="guided_selfhelp", persons=[world.sam],
        deliverer=world.asha.practitioner, by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    assert "on_track" in plans.words(next_one, world.moment)  # not begun, so not worse

    # Every point is answered, the day is near, and no choice ends anybody's help.
    for wrong, error in (
        ({"found": {**FINE, "dose": Found("")}}, reviews.NotLookedAt),
        ({"found": {**FINE, "dose": Found("perfect")}}, reviews.UnknownWord),
        ({"chosen": "discharge"}, reviews.UnknownWord),
        ({"look_again_on": world.moment.date() + timedelta(days=43)}, reviews.WrongDay),
        ({"look_again_on": world.moment.date()}, reviews.WrongDay),
        ({"by": world.bo.reader}, NotAllowed),
    ):
        with pytest.raises(error):
            reviewed(world, cbt, **wrong)
    assert open_tasks() == [task]
    access.grant(
        account=world.bo.account, role="therapist", circle=world.circle, reason="Takes over.",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    with pytest.raises(NotAllowed):  # who treats reviews; which way is taken is the lead's
        cases.record_decision(
            circle=world.circle, kind="method", chosen="cbt", reason="It would fit him better.",
            by=world.bo.reader, at=world.moment,
        )  # fmt: skip
    with transaction.atomic():
        assert reviewed(world, cbt, by=world.bo.reader).written_by_id == world.bo.person.pk
        transaction.set_rollback(True)
    decision = reviewed(world, cbt, found={**FINE, "alliance": Found("change", "He is angry.")})
    assert (decision.chosen, decision.about) == ("change_dose", f"course:{cbt.pk}")
    [again] = open_tasks()
    assert (again.kind, again.due_at.date()) == ("review_again", decision.until)
    assert "on_track" in plans.words(cbt, world.moment)
    [review] = reviews.reviews_of(cbt, seen_by=world.asha.reader)
    assert review.found["alliance"] == Found("change", "He is angry.")

    # The same again is no news before the agreed day; on that day it is asked once more.
    answered(world, cbt, 15)
    watching.open_due(at=world.moment)
    assert [one.kind for one in open_tasks()] == ["review_again"]
    world.at(world.moment + timedelta(days=22))
    watching.open_due(at=world.moment)
    assert {one.kind for one in open_tasks()} == {"review_again", "review_change"}
    assert stands(world, cbt).course.ended_at is None


def test_what_is_shared_is_shared_until_the_next_look_with_the_person_alone(
    world: World, cbt: Course
) -> None:
    answered(world, cbt, 15)
    today = world.moment.date()

    def told(reader: Any, on: date) -> list[Course]:
        own = list(plans.courses(seen_by=reader).filter(ended_at=None))
        return reviews.shared_with(own, seen_by=reader, on=on)

    sam = world.sam_account.reader
    reviewed(world, cbt)
    assert told(sam, today) == []
    reviewed(world, cbt, share=True)
    assert told(sam, today) == [cbt]
    assert told(sam, today + timedelta(days=29)) == []
    assert told(world.bo.reader, today) == []


# -- what finished courses say ---------------------------------------------------------------------


def finished_courses(world: World, shapes: list[dict[str, Any]]) -> None:
    """Courses that are over, each of a person of its own, straight into the database.

    A shape: ``start``, ``scores`` by session, and what differs from the plain case.
    """
    like = started(world, "cbt")
    began = NOON - timedelta(days=200)
    people, circles, courses = [], [], []
    treated, sessions, answers, agreed = [], [], [], []
    for number, shape in enumerate(shapes):
        person = Person(id=UUID(int=number + 1), institution=world.institution, created_at=began)
        circle = Circle(
            institution=world.institution, focus=person, code=f"{number:04}-TEST", created_at=began
        )
        course = Course(
            institution=world.institution,
            circle=circle,
            plan=like.plan,
            protocol="cbt@1",
            variant="depression",
            deliverer=like.deliverer,
            sessions_planned=8,
            started_at=began,
            ended_at=began + timedelta(days=60),
            completion=shape.get("completion", "completed"),
        )
        people.append(person)
        circles.append(circle)
        courses.append(course)
        treated.append(
            CoursePerson(course=course, person=person, institution=world.institution, circle=circle)
        )

        def response(moment: datetime, score: int, of: Circle = circle, **more: Any) -> Response:
            return Response(
                institution=world.institution,
                circle=of,
                about=of.focus,
                respondent=of.focus,
                written_by=of.focus,
                kind="own",
                instrument="phq9@1",
                answers={},
                scores={"total": score},
                answered_at=moment,
                **more,
            )

        first = response(began - DAY, shape["start"])
        answers += [first, response(began - 90 * DAY, 27)]  # the other is too old
        for session in range(1, 5):
            moment = began + session * 7 * DAY
            sessions.append(
                TherapySession(
                    institution=world.institution,
                    circle=circle,
                    course=course,
                    practitioner=like.deliverer,
                    written_by=world.asha.person,
                    number=session,
                    held=True,
                    held_at=moment,
                )
            )
            if session in shape["scores"]:
                wrong = response(moment + DAY, 27)
                answers += [
                    wrong,
                    response(moment + 2 * DAY, shape["scores"][session], corrects=wrong),
                ]
        if shape.get("agreed", True):
            agreed.append(
                Consent(
                    institution=world.institution,
                    circle=circle,
                    person=person,
                    form="c_measures@1",
                    text_hash="x",
                    parts=["charts", "service_statistics"],
                    language="en",
                    given_how="spoken",
                    given_at=began,
                    expires_on=began.date() + timedelta(days=90),
                    written_by=person,
                    withdrawn_at=shape.get("withdrawn_at"),
                )
            )
    with writing():
        for rows in (people, circles, courses, treated, sessions, answers, agreed):
            type(rows[0]).objects.bulk_create(rows)


def test_bands_come_from_finished_courses_of_those_who_agreed(world: World) -> None:
    shapes: list[dict[str, Any]] = [
        {"start": 18, "scores": {1: 18 - n % 7, 3: 16 - n % 10}} for n in range(101)
    ]
    left_out: list[dict[str, Any]] = [
        {"start": 18, "scores": {1: 27}, "agreed": False},
        {"start": 18, "scores": {1: 27}, "withdrawn_at": NOON},
        {"start": 18, "scores": {1: 27}, "completion": "declined_before_start"},
    ]
    finished_courses(world, shapes + left_out)
    by, at = world.system, world.moment
    with CaptureQueriesContext(
        connection,
    ) as ran:
        norms.make(institution=world.institution, by=by, at=at)
    most = len(ran)
    row = norms.expected(seen_by=world.asha.reader).get(instrument="phq9")
    assert (row.ended, row.agreed, row.courses) == (103, 101, 101)
    courses = [FinishedCourse(18, shape["scores"]) for shape in shapes]
    [band] = start_bands(courses, (0, 5, 10, 15, 20, 27), higher_is="worse")
    assert norms.bands_of(row) == (band,)
    assert norms.measured_of(row, "rules").courses == 101
    assert norms.measured_of(row, "own").never_seen == 0
    assert str(UUID(int=1)) not in json.dumps(row.found)  # numbers alone
    assert not norms.is_due(world.institution, at, by=by)
    assert norms.is_due(world.institution, at + DAY, by=by)
    norms.make(institution=world.institution, by=by, at=at + DAY)  # it replaces the night before
    assert norms.expected(seen_by=world.asha.reader).filter(instrument="phq9").count() == 1
    assert not norms.expected(seen_by=world.sam_account.reader).exists()
    assert most < 40


def test_many_courses_are_asked_about_in_as_many_queries_as_one(world: World, cbt: Course) -> None:
    answered(world, cbt, 15)
    one = list(plans.courses(seen_by=world.asha.reader).filter(pk=cbt.pk))
    counts = []
    for courses in (one, one * 20):
        reader = world.asha.reader
        with CaptureQueriesContext(connection) as ran:
            tracking.standings(courses, seen_by=reader, at=world.moment)
        counts.append(len(ran))
    assert counts[0] == counts[1] <= 5
