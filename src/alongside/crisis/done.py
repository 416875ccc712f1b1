"""Tasks that no longer need doing, because what they asked for has happened."""

from __future__ import annotations

from datetime import datetime

from alongside.records import audit
from alongside.records.reader import Reader
from alongside.tasks.models import Task


def tasks_done(about: str, *kinds: str, by: Reader, at: datetime) -> None:
    """Mark the open tasks of these kinds about one thing as done. Called inside an action."""
    open_ones = Task.objects.unscoped("what this task asked for has happened").filter(
        about=about, kind__in=kinds, done_at=None
    )
    for task in open_ones:
        task.done_at, task.done_by_id = at, by.account_id
        task.save(update_fields=["done_at", "done_by"])
        audit.write("tasks.task_done", by=by, at=at, about=task, detail={"kind": task.kind})
