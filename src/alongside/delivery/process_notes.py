"""Process notes: what somebody writes down for themself about their work with a person.

They are no part of the record. Only the author lists, reads, changes and prints them; lead,
supervisor, office, the person and an emergency read never do. Nobody else learns that there is one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alongside.access.readers import person_for
from alongside.delivery import rules
from alongside.delivery.models import ProcessNote, TherapySession
from alongside.people.models import Circle
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader


class NothingWritten(Unfit):
    """The note is blank, or longer than can be kept."""


class NotOfThisCircle(Refused):
    """The session belongs to another circle."""


@action
def write_process_note(
    *,
    circle: Circle,
    words: str,
    by: Reader,
    at: datetime,
    session: TherapySession | None = None,
) -> ProcessNote:
    """Write a process note about the work with somebody.

    Args:
        session: the one it is about, if it is about one.

    Raises:
        NothingWritten, NotOfThisCircle.
    """
    by.confirm_create("process_note", institution=circle.institution_id, circle=circle.pk)
    if session is not None and session.circle_id != circle.pk:
        raise NotOfThisCircle(session=str(session.pk))
    note: ProcessNote = ProcessNote.objects.create(
        institution_id=circle.institution_id,
        circle=circle,
        session=session,
        about_id=circle.focus_id,
        written_by=person_for(by, institution=circle.institution_id, circle=circle.pk),
        words=_words(words),
        written_at=at,
        changed_at=at,
    )
    audit.write("delivery.process_note_written", by=by, at=at, about=note)
    return note


@action
def change_process_note(
    *, note: ProcessNote, words: str, expected: int, by: Reader, at: datetime
) -> ProcessNote:
    """Write a process note again.

    Raises:
        NothingWritten; StaleVersion with the row as it is now.
    """
    by.confirm("E", note)
    note.words, note.changed_at = _words(words), at
    note.save_version(expected, ["words", "changed_at"])
    audit.write("delivery.process_note_changed", by=by, at=at, about=note)
    return note


def _words(words: str) -> str:
    if not words.strip() or len(words) > rules.LONGEST_PART:
        raise NothingWritten
    return words


def process_notes(*, seen_by: Reader) -> Any:
    """The reader's own process notes, the newest first."""
    return (
        ProcessNote.objects.visible_to(seen_by)
        .select_related("session__course", "circle__focus", "circle__case")
        .order_by("-written_at", "pk")
    )
