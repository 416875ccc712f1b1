"""Answers that waited beside the database: that they were taken, or that a person must look."""

from __future__ import annotations

from datetime import datetime

from alongside.directory import queries as directory
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

TASK = "unsaved_answer"


@action
def note_taken(*, name: str, given_at: datetime, by: Reader, at: datetime) -> None:
    """Write into the trail that an answer was saved later than it was given.

    Args:
        name: of the kept record; it says nothing about a person.
        given_at: when the answer was given, by the clock of the machine that kept it.
    """
    waited = max(0, round((at - given_at).total_seconds()))
    detail = {"kept": name, "waited_seconds": str(waited)}
    audit.write("crisis.unsaved_answer_taken", by=by, at=at, detail=detail)


@action
def ask_a_person(*, name: str, given_at: datetime, why: str, by: Reader, at: datetime) -> None:
    """Ask somebody who leads cases to look at an answer that no page takes any more. Once.

    Args:
        why: what the page answered, such as ``404``, or ``unreadable``.
    """
    house = directory.house()
    if house is None:
        return  # nobody is served yet; the record stays where `alongside check` shows it
    made = tasks.make_task(
        institution=house,
        kind=TASK,
        about=f"kept:{name}",
        what=TASK,
        why=why,
        for_role="lead",
        due_at=at,
        by=by,
        at=at,
    )
    if made is not None:
        detail = {"kept": name, "why": why, "given_at": f"{given_at:%Y-%m-%dT%H:%M:%SZ}"}
        audit.write("crisis.unsaved_answer_held", by=by, at=at, detail=detail)


@action
def note_look(*, word: str, name: str, by: Reader, at: datetime) -> None:
    """Write into the trail that somebody at the machine read, tried or removed a kept answer."""
    audit.write(word, by=by, at=at, detail={"kept": name})
