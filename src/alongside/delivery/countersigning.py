"""The note of a trainee goes before the supervisor: signed, or returned with words.

A course is a trainee's when it may be delivered only by the title of its supervisor. The signed
note stays as it is; a returned one is answered by an addition, which asks the supervisor again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from alongside import catalogue
from alongside.access.models import Account
from alongside.delivery import rules
from alongside.delivery.models import Countersignature, ProgressNote
from alongside.people.models import Person
from alongside.plans import queries as plans
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks
from alongside.tasks.models import Task

ASKED, RETURNED = "countersign", "note_returned"
LEFT_OPEN = {ASKED: "", RETURNED: "returned"}  # the last answer to a note that waits for this
WHY = "the note of a trainee is before one supervisor"


class NeedsWords(Unfit):
    """Whoever returns a note says why."""


class UnknownAnswer(Unfit):
    """A note is signed or returned. ``value`` is what was given."""

    value: str


class AlreadyAnswered(Refused):
    """The supervisor answered before; the answer stays."""


def ask_if_trainee(note: ProgressNote, *, by: Any, at: datetime) -> Countersignature | None:
    """Put a note that was just signed before the supervisor, when its author is in training."""
    course = note.session.course
    if course.supervisor is None or note.written_by_id != course.deliverer.person_id:
        return None
    if not plans.is_by_a_trainee(course, note.session.held_at.date()):
        return None
    row: Countersignature = Countersignature.objects.create(
        institution_id=note.institution_id,
        circle_id=note.circle_id,
        note=note,
        about_id=note.about_id,
        supervisor=course.supervisor,
        asked_at=at,
    )
    _task(
        ASKED,
        note,
        course.supervisor.person,
        at + catalogue.current().notes.countersign_within,
        by=by,
        at=at,
    )
    audit.write("delivery.note_countersign_asked", by=by, at=at, about=note)
    return row


def ask_again(note: ProgressNote, author: UUID, *, by: Any, at: datetime) -> None:
    """An addition by the author of a returned note puts it before the supervisor again."""
    last = Countersignature.objects.unscoped(WHY).filter(note=note).order_by("-asked_at").first()
    if last is None or last.answer != "returned" or author != note.written_by_id:
        return
    _done(RETURNED, note, by=by, at=at)
    ask_if_trainee(note, by=by, at=at)


@action
def countersign(
    *, asked: Countersignature, answer: str, by: Reader, at: datetime, words: str = ""
) -> Countersignature:
    """Sign a trainee's note as its supervisor, or return it and say why.

    Args:
        answer: ``signed`` or ``returned``. words: required when it is returned.

    Raises:
        UnknownAnswer, NeedsWords, AlreadyAnswered.
    """
    by.confirm("S", asked)
    if answer not in {word for word, _said in Countersignature.ANSWERS}:
        raise UnknownAnswer(value=answer)
    words = words.strip()[: rules.LONGEST_PART]
    if answer == "returned" and not words:
        raise NeedsWords
    open_rows = Countersignature.objects.unscoped(WHY).filter(pk=asked.pk, answered_at=None)
    if not open_rows.update(answer=answer, answered_at=at):
        raise AlreadyAnswered
    asked.answer, asked.words, asked.answered_at = answer, words, at
    asked.save(update_fields=["answer", "words", "answered_at"])
    note = asked.note
    _done(ASKED, note, by=by, at=at)
    if answer == "returned":
        _task(RETURNED, note, note.written_by, None, by=by, at=at)
    word = "delivery.note_countersigned" if answer == "signed" else "delivery.note_returned"
    audit.write(word, by=by, at=at, about=note)
    return asked


def of_note(note: ProgressNote, *, seen_by: Reader) -> list[Countersignature]:
    """Each time a note was before the supervisor, the first first."""
    rows = Countersignature.objects.visible_to(seen_by).filter(note=note)
    return list(rows.select_related("supervisor__person").order_by("asked_at"))


def asked(*, seen_by: Reader) -> Any:
    """Notes that wait for a supervisor's signature, the longest waiting first."""
    rows = Countersignature.objects.visible_to(seen_by).filter(answered_at=None)
    return rows.select_related("note__session", "supervisor__person").order_by("asked_at", "pk")


def _task(
    kind: str, note: ProgressNote, person: Person, due_at: datetime | None, *, by: Any, at: datetime
) -> None:
    account = Account.objects.filter(stands_for__person=person).first()
    tasks.make_task(
        institution=note.institution,
        circle=note.circle,
        kind=kind,
        about=f"session:{note.session_id}",
        what=kind,
        for_role="" if account else "lead",
        for_account=account,
        due_at=due_at,
        by=by,
        at=at,
    )


def _done(kind: str, note: ProgressNote, *, by: Any, at: datetime) -> None:
    """Whatever was asked of somebody about this note is answered by the act itself.

    The notes of one session are one task, which stays while another of them waits.
    """
    last = (
        Countersignature.objects.unscoped(WHY)
        .filter(note=OuterRef("pk"))
        .order_by("-asked_at")
        .values("answer")[:1]
    )
    beside = ProgressNote.objects.unscoped(WHY).filter(session=note.session_id)
    waiting = beside.exclude(pk=note.pk).annotate(last=Subquery(last)).filter(last=LEFT_OPEN[kind])
    if waiting.exists():
        return
    rows = Task.objects.unscoped(WHY).filter(
        kind=kind, about=f"session:{note.session_id}", done_at=None
    )
    rows.update(done_at=at, done_by=by.account_id)
