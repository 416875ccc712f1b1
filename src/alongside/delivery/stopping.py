"""What a word ends: an objection, a consent taken back, a no, leaving a circle, closing a case.

Doors say these words here, so that what was asked before them ends in the same transaction. A
consent, a no and an objection are kept by their own rooms (`consent`, `cases.rights`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.access import actions as access
from alongside.calendar import ending as times
from alongside.cases import actions as cases
from alongside.cases import rights
from alongside.cases.models import STOPS, Case, RightsRequest
from alongside.consent import actions as consents
from alongside.consent import queries as consents_known
from alongside.consent.models import Consent, Refusal
from alongside.delivery import schedule, unpermitted
from alongside.measures import ending
from alongside.measures.models import Asking
from alongside.people.models import Circle, Member, Person
from alongside.plans.models import Course
from alongside.records.actions_base import action
from alongside.records.reader import Reader, system

REASON = "what a no ends"  # whoever says it need not see what others were asked
NO_MORE = frozenset({"no_consent", "withdrawn"})


@action
def ask_for(
    *, circle: Circle, kind: str, words: str, by: Any, at: datetime, about: str = ""
) -> RightsRequest:
    """Ask that what is held be stopped, limited or put right (`cases.rights.ask`).

    An objection and a limit end, at once, whatever others are still asked about the person.
    """
    made = rights.ask(circle=circle, kind=kind, words=words, about=about, by=by, at=at)
    if kind in STOPS:
        rows = _open(circle, system(REASON, at), at).filter(kind="observation")
        gone = list(rows.filter(about=circle.focus).values_list("pk", flat=True))
        ending.end_askings(askings=gone, because=ending.OBJECTED, by=by, at=at)
    return made


@action
def take_back(*, consent: Consent, by: Any, at: datetime) -> Consent:
    """Take a consent back (`consent.withdraw`), and end whatever was asked on the strength of it.

    Whoever leads has the task to look at times that were kept for it (`unpermitted`).

    Raises:
        consent.actions.AlreadyWithdrawn.
    """
    done = consents.withdraw(consent=consent, by=by, at=at)
    if _carries("questions", done.form):
        _end_what_rested(done.circle, done.person, ending.TAKEN_BACK, by, at)
    unpermitted.ask_to_give_back(done, by=by, at=at)
    return done


@action
def refuse(
    *,
    circle: Circle,
    person: Person,
    about: str,
    offered: str,
    by: Any,
    at: datetime,
    words: str = "",
    stays_open: str = "",
) -> Refusal:
    """Record a no (`consent.refuse`), and end whatever was asked of them that it speaks against."""
    made = consents.refuse(
        circle=circle,
        person=person,
        about=about,
        offered=offered,
        words=words,
        stays_open=stays_open,
        by=by,
        at=at,
    )
    if about.startswith("course:") or _carries("questions", about):
        _end_what_rested(circle, person, ending.REFUSED, by, at)
    if about.startswith("course:") or _carries("talks", about):
        times.give_back_to_come(
            circle=circle.pk,
            about=about if about.startswith("course:") else "",
            alone=person.pk,
            because=times.REFUSED,
            by=system(REASON, at),
            at=at,
        )
    return made


@action
def end_membership(*, member: Member, because: str, by: Any, at: datetime) -> Member:
    """Take somebody out of a circle (`access.end_membership`); no time expects them any more."""
    done = access.end_membership(member=member, because=because, by=by, at=at)
    times.expect_no_more(
        circle=done.circle_id,
        person=done.person_id,
        because=times.LEFT,
        by=system(REASON, at),
        at=at,
    )
    return done


@action
def close_case(
    *, case: Case, version: int, outcome: str, words: str, by: Any, at: datetime
) -> Case:
    """Close a case (`cases.close_case`) with what was kept or asked in it."""
    done = cases.close_case(case=case, version=version, outcome=outcome, words=words, by=by, at=at)
    end_with_the_case(done, by=by, at=at)
    return done


def end_with_the_case(case: Case, *, by: Any, at: datetime) -> None:
    """Give back every time to come of a case that closed, and end what is still asked in it.

    What is asked after the end, such as a follow-up, is asked anew.
    """
    house = system(REASON, at)
    times.give_back_to_come(circle=case.circle_id, because=times.CASE_CLOSED, by=house, at=at)
    gone = list(_open(case.circle, house, at).values_list("pk", flat=True))
    ending.end_askings(askings=gone, because=ending.CASE_CLOSED, by=by, at=at)


def _carries(what: str, form: str) -> bool:
    return form.partition("@")[0] in catalogue.current().consents_that_carry(what)


def _end_what_rested(circle: Circle, person: Person, because: str, by: Any, at: datetime) -> None:
    """End what the person is asked and nothing of theirs permits any more."""
    house = system(REASON, at)
    rows = _open(circle, house, at).filter(respondent=person).select_related("timing__course")
    gone = [row.pk for row in rows if not _is_permitted(row, person, house, at)]
    ending.end_askings(askings=gone, because=because, by=by, at=at)


def _is_permitted(asking: Asking, person: Person, house: Reader, at: datetime) -> bool:
    """Does a consent of theirs still carry this? Outside a course only a no to questions counts."""
    course = _course_of(asking, house)
    if course is not None:
        return schedule.held_back(course, person, seen_by=house, at=at) not in NO_MORE
    said = consents_known.may(
        person=person.pk, circle=asking.circle_id, form=schedule.MEASURES_FORM,
        on=at.date(), about=f"instrument:{asking.instrument}", seen_by=house,
    )  # fmt: skip
    return said.allowed or {reason.key for reason in said.reasons} == {"consent.none"}


def _course_of(asking: Asking, house: Reader) -> Course | None:
    timing = getattr(asking, "timing", None)
    if timing is not None and timing.course_id is not None:
        found: Course | None = timing.course
        return found
    kind, _colon, pk = asking.occasion.partition(":")
    rows = schedule.courses(seen_by=house)
    return rows.filter(pk=UUID(pk)).first() if kind == "course" else None


def _open(circle: Circle, house: Reader, at: datetime) -> Any:
    rows = Asking.objects.visible_to(house).filter(circle=circle)
    return rows.filter(answered_at=None, declined_at=None, expires_at__gt=at)
