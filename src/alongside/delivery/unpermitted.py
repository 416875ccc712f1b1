"""Times to come that nothing permits any more: somebody took back the yes they rested on.

Gates close at once; whether a time is given back, or another talk is needed first, somebody
decides who leads. What is left is computed when asked, so a new yes clears it by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.calendar import ending as times
from alongside.calendar.models import Booking
from alongside.consent import queries as consents
from alongside.consent.models import Consent
from alongside.people.models import Circle, Person
from alongside.plans import queries as plans
from alongside.plans.models import Course
from alongside.records.actions_base import action
from alongside.records.reader import system
from alongside.tasks import actions as tasks
from alongside.tasks.models import Task

TASK = "times_without_yes"
REASON = "a yes was taken back: which times rested on it?"
WALL = "%Y-%m-%d %H:%M"  # how the task keeps a time; whoever reads it is told it in words
AND = " · "
NAMED = 6  # times that the task names; its page names all


@dataclass(frozen=True, slots=True)
class Left:
    """A time to come, and who is expected there though they took back what it rests on."""

    booking: Booking
    persons: tuple[Person, ...]


def carries_times(consent: Consent) -> bool:
    """May times rest on a consent of this kind? Others are about questions or letters."""
    return consent.form.partition("@")[0] in catalogue.current().consents_that_carry("times")


def times_left(*, circle: UUID, seen_by: Any, at: datetime) -> list[Left]:
    """The times of a circle that rest on a yes somebody took back and did not give anew.

    Times of a course rest on what its protocol asks for; a time for one person alone, of no
    course, on any of those consents. Soonest first.
    """
    house = system(REASON, at)
    gone: dict[str, list[Consent]] = {}
    rows = Consent.objects.visible_to(house).filter(circle=circle, withdrawn_at__isnull=False)
    for row in rows.select_related("person"):
        if carries_times(row):
            gone.setdefault(str(row.person_id), []).append(row)
    if not gone:
        return []
    ahead = times.to_come(seen_by=seen_by, circle=circle, at=at)
    courses = {
        f"course:{course.pk}": course
        for course in Course.objects.visible_to(house).filter(circle=circle, ended_at=None)
    }
    found = []
    for booking in ahead:
        course = courses.get(booking.about)
        persons = tuple(
            gone[pk][0].person
            for pk in booking.persons
            if pk in gone and _is_left(booking, gone[pk], course, at, house)
        )
        if persons:
            found.append(Left(booking, persons))
    return found


def _is_left(
    booking: Booking, gone: Sequence[Consent], course: Course | None, at: datetime, house: Any
) -> bool:
    """Does a time rest on one of these, and on nothing that was said since?"""
    if course is None and (booking.about or len(booking.persons) > 1):
        return False
    asked = None if course is None else plans.protocol_of(course).consents
    covers = {"", booking.about}
    return any(
        (asked is None or row.form.partition("@")[0] in asked)
        and row.about in covers
        and not _is_permitted(row, booking.about, at, house)
        for row in gone
    )


def _is_permitted(row: Consent, about: str, at: datetime, house: Any) -> bool:
    """Was the same agreed to anew, or decided for somebody who cannot decide it?"""
    person, circle, on = row.person_id, row.circle_id, at.date()
    form = row.form.partition("@")[0]
    said = consents.may(person=person, circle=circle, form=form, on=on, about=about, seen_by=house)
    if said.allowed:
        return True
    basis = consents.basis_of(person, circle=circle, on=on, about=about, seen_by=house)
    return basis.allowed


def ask_to_give_back(consent: Consent, *, by: Any, at: datetime) -> None:
    """Give whoever leads the task to look at the times that rested on a consent. It names them."""
    left = [
        each.booking
        for each in times_left(circle=consent.circle_id, seen_by=system(REASON, at), at=at)
        if consent.person in each.persons
    ]
    if not left:
        return
    within = catalogue.current().task_kinds.due_after(TASK) or timedelta(0)
    named = [f"{booking.local_start:{WALL}}" for booking in left[:NAMED]]
    tasks.make_task(
        institution=consent.institution,
        circle=consent.circle,
        kind=TASK,
        about=f"consent:{consent.pk}",
        what=TASK,
        why=AND.join([*named, *(["…"] if len(left) > NAMED else [])]),
        for_role="lead",
        due_at=min(at + within, left[0].starts_at),
        by=by,
        at=at,
    )


@action
def give_back(*, circle: Circle, by: Any, at: datetime) -> int:
    """Give back every time that rests on a yes that was taken back. Returns how many.

    Where others are expected too the time stands for them. The tasks to look at it are done.
    """
    left = times_left(circle=circle.pk, seen_by=by, at=at)
    for each in left:
        by.confirm("E", each.booking)
        gone = [person.pk for person in each.persons]
        times.leave_out(each.booking, gone, times.TAKEN_BACK, by=by, at=at)
    for task in Task.objects.visible_to(by).filter(circle=circle, kind=TASK, done_at=None):
        tasks.do_task(task=task, how=TASK, by=by, at=at)
    return len(left)
