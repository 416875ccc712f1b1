"""What the person says to what is held about them: own view, objection, limit, correction.

Source: GDPR articles 12, 16, 18 and 21; rules 5.1 and 5.3 of this house for data about somebody who
has not agreed. A statement by others stays as it was said; the person's view stands beside it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from alongside import catalogue
from alongside.access.readers import person_for
from alongside.cases import rules
from alongside.cases.models import STOPS, OwnView, RightsRequest, standing
from alongside.people.models import Circle
from alongside.records import audit, prepared
from alongside.records.actions_base import action
from alongside.records.errors import Held, NotAllowed, Refused, Unfit
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet
from alongside.tasks import actions as tasks
from alongside.tasks import queries as task_queries


class NothingWritten(Unfit):
    """There is nothing in it."""


class UnknownWord(Unfit):
    """The word is none of the listed ones."""


class AnsweredBefore(Refused):
    """It has its answer, or was taken back."""


class Limited(Held):
    """The person objects to more about them being written down, or limited it."""


# -- what the person says -------------------------------------------------------------------------


@action
def add_view(*, circle: Circle, about: str, words: str, by: Reader, at: datetime) -> OwnView:
    """Put the person's own view beside something that is held about them.

    Args:
        about: names it, such as ``case:<uuid>``; one the person may read, as the page knows.
        words: as they wrote them; nobody changes them.

    Only the person themself. Who leads the case is asked to read it.

    Raises:
        NothingWritten; NotAllowed.
    """
    _must_be_the_person(circle, "own_view", by)
    if not words.strip():
        raise NothingWritten
    made: OwnView = OwnView.objects.create(
        institution=circle.institution,
        circle=circle,
        person=circle.focus,
        about=about[:80],
        words=words.strip(),
        said_at=at,
        written_by=circle.focus,
    )
    _task(circle, "own_view", f"own_view:{made.pk}", "lead", by=by, at=at)
    audit.write("cases.own_view_added", by=by, at=at, about=made)
    return made


@action
def take_back_view(*, view: OwnView, by: Reader, at: datetime) -> OwnView:
    """Take one's own view back. It is shown to nobody any more; that it was there stays known."""
    if view.person_id not in by.persons:
        raise NotAllowed(action="E", record="own_view")
    by.confirm("R", view)
    if view.taken_back_at is None:
        view.taken_back_at = at
        view.save(update_fields=["taken_back_at"])
        audit.write("cases.own_view_taken_back", by=by, at=at, about=view)
    return view


@action
def ask(
    *, circle: Circle, kind: str, words: str, by: Reader, at: datetime, about: str = ""
) -> RightsRequest:
    """Ask that what is held be stopped, limited or put right. Answered within a month.

    Args:
        kind: ``objection``, ``restriction`` or ``correction``. The first two count at once:
            nothing new about the person is written down from others until they are answered.
        about: what it is about; empty for everything.

    Only the person themself.

    Raises:
        UnknownWord, NothingWritten; NotAllowed.
    """
    _must_be_the_person(circle, "person_request", by)
    if kind not in {word for word, _ in RightsRequest.KINDS}:
        raise UnknownWord(value=kind)
    if not words.strip():
        raise NothingWritten
    made: RightsRequest = RightsRequest.objects.create(
        institution=circle.institution,
        circle=circle,
        person=circle.focus,
        kind=kind,
        about=about[:80],
        words=words.strip(),
        asked_at=at,
        answer_by=(at + _answered_within()).date(),
        written_by=circle.focus,
    )
    thing = f"request:{made.pk}"
    _task(circle, "person_request", thing, "privacy", by=by, at=at)
    if kind in STOPS:
        _task(circle, "person_objects", thing, "lead", by=by, at=at)
    audit.write("cases.person_request_made", by=by, at=at, about=made, detail={"kind": kind})
    return made


@action
def lift(*, request: RightsRequest, by: Reader, at: datetime) -> RightsRequest:
    """Take back what one asked for: it limits nothing from now on.

    Raises:
        AnsweredBefore: it was taken back before.
    """
    if request.person_id not in by.persons:
        raise NotAllowed(action="E", record="person_request")
    by.confirm("R", request)
    rows = RightsRequest.objects.visible_to(by).filter(pk=request.pk, lifted_at=None)
    if not rows.update(lifted_at=at):
        raise AnsweredBefore
    request.lifted_at = at
    audit.write("cases.person_request_lifted", by=by, at=at, about=request)
    return request


@action
def answer(
    *, request: RightsRequest, answer: str, words: str, by: Reader, at: datetime
) -> RightsRequest:
    """Answer what the person asked: done, in part, or refused with the reason they will read.

    Raises:
        AnsweredBefore, UnknownWord, NothingWritten; NotAllowed.
    """
    by.confirm("E", request)
    if answer not in {word for word, _ in RightsRequest.ANSWERS}:
        raise UnknownWord(value=answer)
    if len(words.strip()) < rules.REASON_LETTERS:
        raise NothingWritten
    who = person_for(by, institution=request.institution_id)
    fields = {"answer": answer, "answer_words": words.strip(), "answered_at": at}
    fresh = RightsRequest.objects.visible_to(by).select_for_update().get(pk=request.pk)
    if fresh.answered_at is not None or fresh.lifted_at is not None:
        raise AnsweredBefore
    for field, value in {**fields, "answered_by": who}.items():
        setattr(fresh, field, value)
    fresh.save(update_fields=[*fields, "answered_by"])
    for task in task_queries.open_tasks(seen_by=by).filter(
        kind="person_request", about=f"request:{request.pk}"
    ):
        tasks.do_task(task=task, by=by, at=at)
    audit.write("cases.person_request_answered", by=by, at=at, about=fresh, detail={"word": answer})
    return fresh


# -- what it changes ------------------------------------------------------------------------------


def is_limited(circle: UUID) -> bool:
    """Does an objection or a limit of the person stand: not answered with no, not taken back?"""
    rows = RightsRequest.objects.unscoped("may anything new be written down? yes or no")
    return bool(rows.filter(standing(), circle=circle).exists())


def must_not_be_limited(*, circle: Circle) -> None:
    """Refuse what would write down more about the person from others.

    Never danger: what shows danger is kept and acted on whatever stands.

    Raises:
        Limited.
    """
    if is_limited(circle.pk):
        raise Limited


# -- reads ----------------------------------------------------------------------------------------


def views(circle: UUID, *, seen_by: Reader) -> ScopedQuerySet:
    """What the person says about what is held, newest first, without what they took back."""
    rows = OwnView.objects.visible_to(seen_by).filter(circle=circle, taken_back_at=None)
    return rows.order_by("-said_at", "pk")


def views_in(circle: UUID, *, seen_by: Reader) -> list[OwnView]:
    """As ``views``, as a page lists them."""

    def rows(circle: UUID) -> ScopedQuerySet:
        return views(circle, seen_by=seen_by)

    return prepared.rows("cases.views", rows, seen_by=seen_by, circle=circle)


def waiting_in(circle: UUID, *, seen_by: Reader) -> list[RightsRequest]:
    """What the person asked about what is held and nobody has answered: it counts until then."""

    def rows(circle: UUID) -> ScopedQuerySet:
        return requests(seen_by=seen_by).filter(circle=circle, lifted_at=None, answered_at=None)

    return prepared.rows("cases.requests", rows, seen_by=seen_by, circle=circle)


def requests(*, seen_by: Reader) -> ScopedQuerySet:
    """What persons asked about what is held; what has no answer first, the earliest first."""
    rows = RightsRequest.objects.visible_to(seen_by)
    return rows.order_by("answered_at", "asked_at", "pk")


def _must_be_the_person(circle: Circle, record: str, by: Reader) -> None:
    by.confirm_create(record, institution=circle.institution_id, circle=circle.pk)
    if circle.focus_id not in by.persons:
        raise NotAllowed(action="C", record=record)


def _answered_within() -> timedelta:
    """How long the office has for an answer: as long as for its task (content/tasks)."""
    return catalogue.current().task_kinds.due_after("person_request") or timedelta()


def _task(circle: Circle, kind: str, about: str, role: str, *, by: Reader, at: datetime) -> None:
    """A task for who leads is about the circle; one of the office names none (T4a)."""
    tasks.make_task(
        institution=circle.institution,
        circle=circle if role == "lead" else None,
        kind=kind,
        about=about,
        what=kind,
        why=kind,
        for_role=role,
        by=by,
        at=at,
    )
