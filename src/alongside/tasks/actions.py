"""Writes: something to do, and that it was done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from alongside import catalogue
from alongside.people.models import Circle, Institution
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, Refused, Unfit
from alongside.records.reader import Reader
from alongside.tasks.models import Task


class NobodyToDoIt(Unfit):
    """A task is for a role or for an account; this one is for nobody."""


class NoDueTime(Unfit):
    """No time was given, and content/tasks sets none for this ``kind``."""

    kind: str


class AlreadyDone(Refused):
    """Somebody did this before. ``task`` says who and when."""

    task: Task


class EndsByItsAct(Held):
    """Saying *done* is not enough: a task of this ``kind`` ends by what it asks for."""

    kind: str


@action
def make_task(
    *,
    institution: Institution,
    kind: str,
    what: str,
    by: Reader,
    at: datetime,
    due_at: datetime | None = None,
    circle: Circle | None = None,
    about: str = "",
    why: str = "",
    for_role: str = "",
    for_account: Any = None,
) -> Task | None:
    """Write down what a human must still do. The same kind about the same thing is one task.

    A task follows from an act somebody was allowed to do, so it asks for no right of its own.

    Args:
        kind: a word of content/tasks, such as ``private_check``. It says which harm follows if
            the task is left, and so where it stands on everybody's list.
        due_at: by the rule that sets it; by default so long from now as the kind says.
        about: names the thing, such as ``alert:<uuid>``; with it the task is made once.
        for_role, for_account: whose it is; one is enough.

    Returns:
        The task; None when one of this kind about this thing is open already.
    """
    if not for_role and for_account is None:
        raise NobodyToDoIt
    task = Task(
        institution=institution,
        circle=circle,
        kind=kind,
        about=about,
        what=what,
        why=why,
        for_role=for_role,
        for_account=for_account,
        due_at=due_at or at + _due_after(kind),
        made_at=at,
    )
    try:
        with transaction.atomic():
            task.save(force_insert=True)
    except IntegrityError:
        return None
    audit.write("tasks.task_made", by=by, at=at, about=task, detail={"kind": kind})
    return task


def _due_after(kind: str) -> timedelta:
    found = catalogue.current().task_kinds.due_after(kind)
    if found is None:
        raise NoDueTime(kind=kind)
    return found


@action
def do_task(
    *, task: Task, by: Reader, at: datetime, how: str = "", has_happened: bool = False
) -> Task:
    """Say that a task was done, and how.

    Args:
        has_happened: called by the act the task asks for, so it ends whatever its kind.

    Raises:
        AlreadyDone: somebody did it before.
        EndsByItsAct: content/tasks says that nobody ticks this kind off.
    """
    by.confirm("E", task)
    if not has_happened and task.kind in catalogue.current().task_kinds.end_by_their_act:
        raise EndsByItsAct(kind=task.kind)
    changed = (
        Task.objects.visible_to(by)
        .filter(pk=task.pk, done_at=None)
        .update(done_at=at, done_by=by.account_id)
    )
    if not changed:
        raise AlreadyDone(task=Task.objects.visible_to(by).get(pk=task.pk))
    task.done_at, task.done_by_id, task.how = at, by.account_id, how.strip()
    task.save(update_fields=["how"])
    audit.write("tasks.task_done", by=by, at=at, about=task, detail={"kind": task.kind})
    return task
