"""Who delivers a course reads the record of whom it is for: while it runs, and until notes are due.

The role of a therapist is one of the circle (T1, A2). It comes with the course and goes with it;
who leads the circle needs none.
"""

from __future__ import annotations

from datetime import datetime

from alongside import catalogue
from alongside.access import actions as access
from alongside.access.models import AccountPerson, Relationship
from alongside.access.permissions import WORKS_WITH_A_CIRCLE
from alongside.plans.models import Course
from alongside.records.reader import Reader

ROLE = "therapist"
GIVEN_FOR = "course:"  # why a course gives the role, with its id


def begins(*, course: Course, by: Reader, at: datetime) -> None:
    """Give who delivers the course the role, unless they work with this circle already.

    Raises:
        StaffAndFamily: they belong to the circle as family.
    """
    people = AccountPerson._base_manager.filter(person=course.deliverer.person_id)
    for one in people.select_related("account"):
        there = Relationship._base_manager.filter(
            account=one.account, circle=course.circle_id, role__in=WORKS_WITH_A_CIRCLE,
            valid_to=None, ended_because="",
        )  # fmt: skip
        if one.account_id != by.account_id and not there.exists():
            access.grant(
                account=one.account,
                role=ROLE,
                circle=course.circle,
                reason=_reason(course),
                by=by,
                at=at,
            )


def ends(*, course: Course, by: Reader, at: datetime) -> None:
    """Let the role end when the last note of the course must have been signed.

    Where the same person delivers another course here that runs, the role goes on with that one. A
    role that somebody gave by hand is theirs to end.
    """
    others = Course.objects.unscoped("does the same person deliver another course here?").filter(
        circle=course.circle_id, deliverer=course.deliverer_id, ended_at=None
    )
    if others.exclude(pk=course.pk).exclude(started_at=None).exists():
        return
    access.end_later(
        circle=course.circle,
        role=ROLE,
        person=course.deliverer.person_id,
        given_for=GIVEN_FOR,
        until=at + catalogue.current().notes.sign_within,
        by=by,
        at=at,
    )


def _reason(course: Course) -> str:
    return f"{GIVEN_FOR}{course.pk}"
