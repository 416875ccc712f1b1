"""Forms of a course that somebody filled in: each save a new version, nothing overwritten.

A form is content (``catalogue.artefacts``); what it asks, what may be kept in it and when it is
complete is said there and checked by ``engine.artefacts``. Whom a course treats may fill in at home
what the form gives into their hands; staff fill in any form with them, or from paper.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from alongside import catalogue
from alongside.access.readers import person_for
from alongside.delivery.models import Artefact, Homework, TherapySession
from alongside.engine import artefacts as forms
from alongside.engine.artefacts import Form, Mistake, Who
from alongside.people.models import Person
from alongside.plans import queries as plans
from alongside.plans.models import Course
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, Refused, StaleVersion, Unfit
from alongside.records.reader import Reader

ENTERED_FROM = ("session", "home", "paper")


class FormNotHere(Refused):
    """The protocol of this course has no such form. ``form`` names it."""

    form: str


class NotForHome(Refused):
    """This form is filled in together, in a session."""


class NothingWritten(Unfit):
    """Every field is blank."""


class WrongAnswers(Unfit):
    """What was entered cannot be kept. ``mistakes`` name each field."""

    mistakes: tuple[Mistake, ...]


class NotTreated(Refused):
    """A form of a course is about somebody whom the course treats."""


class CourseNotRunning(Refused):
    """The course has not started, or has ended: its forms are read, not written."""


class NotOfThisCourse(Refused):
    """The session or the task belongs to another course."""


class Struck(Refused):
    """It was struck: it stays as it is."""


class NeedsReason(Unfit):
    """Striking a form says why."""


@action
def fill_in(
    *,
    course: Course,
    form: str,
    about: Person,
    answers: Mapping[str, Any],
    entered_from: str,
    by: Reader,
    at: datetime,
    session: TherapySession | None = None,
    homework: Homework | None = None,
) -> Artefact:
    """Keep a form as it was filled in: the first version of a new sheet.

    Args:
        form: its id in the protocol of the course, ``thought_record``.
        about: whom the course treats. answers: as ``engine.artefacts`` says; blanks are left out.
        entered_from: ``session``, ``home`` or ``paper``; whoever fills in their own is at home.

    Raises:
        FormNotHere, CourseNotRunning, NotTreated, NotForHome, NotOfThisCourse, NothingWritten;
        WrongAnswers with every field that cannot be kept.
    """
    by.confirm_create("artefact", institution=course.institution_id, circle=course.circle_id)
    found = offered(course, form)
    _must_run(course, found)
    if about not in plans.treated_by(course):
        raise NotTreated(person=about)
    for other in (session, homework):
        if other is not None and other.course_id != course.pk:
            raise NotOfThisCourse(row=str(other.pk))
    entered_from = _from(found, course, about, entered_from, by)
    row = _version(
        Artefact(
            institution_id=course.institution_id,
            circle_id=course.circle_id,
            course=course,
            session=session,
            homework=homework,
            about=about,
            number=1,
            form=str(found.ref),
            entered_from=entered_from,
        ),
        found,
        answers,
        by=by,
        at=at,
    )
    if not by.may("C", row):  # their own is all that a member of the circle writes
        raise NotAllowed(action="C", record="artefact")
    row.save(force_insert=True)
    audit.write(
        "delivery.artefact_written", by=by, at=at, about=row, detail={"form": str(found.ref)}
    )
    return row


@action
def change(
    *,
    artefact: Artefact,
    answers: Mapping[str, Any],
    expected: int,
    by: Reader,
    at: datetime,
    entered_from: str = "session",
    session: TherapySession | None = None,
) -> Artefact:
    """Add a version to a sheet: to go on with it, to rate it again, or to correct it.

    Args:
        artefact: any version of the sheet. answers: all of them, as they shall be now.
        expected: the number of the version this was made from.

    Raises:
        StaleVersion: somebody saved meanwhile; ``current`` is that version. Struck, and as
        ``fill_in``.
    """
    by.confirm("E", artefact)
    course = artefact.course
    found = form_of(course, artefact.form)
    _must_run(course, found)
    if session is not None and session.course_id != course.pk:
        raise NotOfThisCourse(row=str(session.pk))
    row = _next(artefact, expected)
    row.session = session or row.session
    row.entered_from = _from(found, course, row.about, entered_from, by)
    row = _version(row, found, answers, by=by, at=at)
    _supersede(row, at)
    audit.write(
        "delivery.artefact_changed",
        by=by,
        at=at,
        about=row,
        detail={"form": row.form, "version": str(row.number)},
    )
    return row


@action
def strike(
    *, artefact: Artefact, because: str, expected: int, by: Reader, at: datetime
) -> Artefact:
    """Say that a sheet was written by mistake. Its versions stay; it counts for nothing.

    Raises:
        NeedsReason, Struck, StaleVersion.
    """
    by.confirm("E", artefact)
    if not because.strip():
        raise NeedsReason
    row = _next(artefact, expected)
    row.answers, row.is_complete, row.is_struck = "{}", False, True
    row.struck_because = because.strip()
    row.written_by = person_for(by, institution=row.institution_id, circle=row.circle_id)
    row.made_at = at
    _supersede(row, at)
    audit.write("delivery.artefact_struck", by=by, at=at, about=row)
    return row


def _must_run(course: Course, form: Form) -> None:
    if course.ended_at is not None or not is_time_for(course, form):
        raise CourseNotRunning(course=course)


def is_time_for(course: Course, form: Form) -> bool:
    """A course has started, or this form belongs before that: to its preparation or a gate."""
    if course.started_at is not None:
        return True
    return form.ref.form in plans.protocol_of(course).forms_before_start(course.variant)


def _from(form: Form, course: Course, about: Person, asked: str, by: Reader) -> str:
    """Where it was filled in. One's own, through one's own door, is from home."""
    if about.pk not in by.persons:
        return asked if asked in ENTERED_FROM else "session"
    if not form.is_for(who_is(course, about)):
        raise NotForHome(form=str(form.ref))
    return "home"


def _version(
    row: Artefact, form: Form, answers: Mapping[str, Any], *, by: Reader, at: datetime
) -> Artefact:
    mistakes = forms.check(form, answers)
    if mistakes:
        raise WrongAnswers(mistakes=mistakes)
    kept = forms.tidy(form, answers)
    if not kept:
        raise NothingWritten
    row.answers = json.dumps(kept, ensure_ascii=False)
    row.is_complete = forms.is_complete(form, kept)
    row.written_by = person_for(by, institution=row.institution_id, circle=row.circle_id)
    row.made_at = at
    return row


def _next(artefact: Artefact, expected: int) -> Artefact:
    """A new row that follows the version that holds, if that is the expected one."""
    held = _holding(artefact.sheet)
    if held.is_struck:
        raise Struck(artefact=held)
    if held.number != expected:
        raise StaleVersion(current=held)
    return Artefact(
        institution_id=held.institution_id,
        circle_id=held.circle_id,
        course_id=held.course_id,
        session_id=held.session_id,
        homework_id=held.homework_id,
        about_id=held.about_id,
        sheet=held.sheet,
        number=held.number + 1,
        form=held.form,
        entered_from=held.entered_from,
    )


def _supersede(row: Artefact, at: datetime) -> None:
    """Put the new version in the place of the one before it; of two at once one is refused."""
    before = Artefact.objects.unscoped("a version follows the one that holds")
    try:
        with transaction.atomic():
            if not before.filter(sheet=row.sheet, number=row.number - 1, superseded_at=None).update(
                superseded_at=at
            ):
                raise StaleVersion(current=_holding(row.sheet))
            row.save(force_insert=True)
    except IntegrityError as taken:
        raise StaleVersion(current=_holding(row.sheet)) from taken


def _holding(sheet: UUID) -> Artefact:
    rows = Artefact.objects.unscoped("a version follows the one that holds")
    found: Artefact = rows.select_related("course").get(sheet=sheet, superseded_at=None)
    return found


# -- what there is --------------------------------------------------------------------------------


def form_of(course: Course, form: str) -> Form:
    """The form of a sheet that is there, by its id or its full name, which may be of a version the
    course ran on before: a sheet that was begun is finished as it was. Raises FormNotHere."""
    cat = catalogue.current()
    here = cat.artefacts_of(course.protocol)
    if form in cat.artefacts and str(cat.artefacts[form].ref.way) in plans.versions_of(course):
        return cat.artefacts[form]
    name = form.partition("/")[2].partition("@")[0] or form
    if name not in here or form not in {name, str(here[name].ref)}:
        raise FormNotHere(form=form)
    return here[name]


def forms_of(course: Course) -> Mapping[str, Form]:
    """The forms that a course has by id: those its variant uses, in the order of the protocol.

    One that another variant uses is no part of it; a sheet of it that is there stays (``sheets``).
    """
    here = catalogue.current().artefacts_of(course.protocol)
    names = plans.protocol_of(course).forms_of(course.variant)
    return {name: here[name] for name in names if name in here}


def forms_now(course: Course, at: datetime) -> Mapping[str, Form]:
    """``forms_of`` without those of branches that a course has not taken, as it stands now."""
    here, way = forms_of(course), plans.protocol_of(course)
    if not way.has_forms_of_branches(course.variant):
        return here
    names = way.forms_of(course.variant, plans.seen_of(course, at))
    return {name: here[name] for name in names if name in here}


def offered(course: Course, form: str) -> Form:
    """A form of a course that a new sheet may be made of, by its id or its full name.

    Raises FormNotHere.
    """
    for name, found in forms_of(course).items():
        if form in {name, str(found.ref)}:
            return found
    raise FormNotHere(form=form)


def who_is(course: Course, person: Person) -> Who:
    """Is this the person whom the case is about, or a relative of theirs?"""
    return "person" if course.circle.focus_id == person.pk else "relative"


def answers_of(artefact: Artefact) -> dict[str, Any]:
    """What was entered, by field id."""
    found: dict[str, Any] = json.loads(artefact.answers)
    return found


def artefacts(*, seen_by: Reader) -> Any:
    """Every version of every sheet."""
    return Artefact.objects.visible_to(seen_by).select_related(
        "course__plan__case", "circle__focus", "about", "written_by", "session", "homework"
    )


def sheets(*, seen_by: Reader) -> Any:
    """The version of each sheet that holds, the newest first; struck ones are left out."""
    rows = artefacts(seen_by=seen_by).filter(superseded_at=None, is_struck=False)
    return rows.order_by("-made_at", "pk")


def sheet(*, seen_by: Reader, sheet: UUID) -> Artefact | None:
    """The version of one sheet that holds, struck or not."""
    found: Artefact | None = (
        artefacts(seen_by=seen_by).filter(sheet=sheet, superseded_at=None).first()
    )
    return found


def versions(*, seen_by: Reader, sheet: UUID) -> list[Artefact]:
    """Every version of a sheet, the newest first."""
    return list(artefacts(seen_by=seen_by).filter(sheet=sheet).order_by("-number"))


def for_note(*, seen_by: Reader, session: TherapySession) -> list[Artefact]:
    """What was filled in in a session, and at home between the one before and it, oldest first."""
    rows = sheets(seen_by=seen_by).filter(course=session.course_id)
    held = TherapySession.objects.visible_to(seen_by).filter(course=session.course_id, held=True)
    before = held.filter(held_at__lt=session.held_at).order_by("-held_at").first()
    until = session.held_at + timedelta(minutes=session.minutes or 0)
    at_home = Q(session=None, made_at__lte=until)
    if before is not None:
        at_home &= Q(made_at__gte=before.held_at)
    return list(rows.filter(Q(session=session) | at_home).order_by("made_at", "pk"))
