"""Reads: what is still to do, for whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from alongside.people.models import Circle
from alongside.records import prepared
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet
from alongside.tasks.models import Task


def tasks(*, seen_by: Reader) -> ScopedQuerySet:
    """Every task this reader may read."""
    return Task.objects.visible_to(seen_by)


def open_tasks(*, seen_by: Reader) -> ScopedQuerySet:
    """What nobody has done yet, the earliest first."""
    return tasks(seen_by=seen_by).filter(done_at=None).order_by("due_at", "made_at", "pk")


def mine(*, seen_by: Reader) -> ScopedQuerySet:
    """Open tasks for this account, or for one of its roles, the earliest first."""
    return (
        open_tasks(seen_by=seen_by)
        .filter(
            Q(for_account_id=seen_by.account_id)
            | Q(for_account=None, for_role__in=sorted(seen_by.roles))
        )
        .select_related("circle__focus", "circle__case")
    )


def for_supervision(
    circles: Collection[UUID], kinds: Collection[str], *, seen_by: Reader
) -> ScopedQuerySet:
    """Open tasks of some kinds in some circles, or for the reader in their role over others."""
    return (
        open_tasks(seen_by=seen_by)
        .filter(kind__in=kinds)
        .filter(
            Q(circle__in=circles)
            | Q(for_account_id=seen_by.account_id)
            | Q(for_account=None, for_role="supervisor")
        )
        .select_related("circle__focus", "circle__case")
    )


def overdue(*, seen_by: Reader, at: datetime) -> ScopedQuerySet:
    """Open tasks whose time is over."""
    return open_tasks(seen_by=seen_by).filter(due_at__lt=at)


def of_circle(circle: Circle, *, seen_by: Reader) -> list[Task]:
    """Open tasks about one circle, the earliest first."""

    def rows(circle: UUID) -> ScopedQuerySet:
        return open_tasks(seen_by=seen_by).filter(circle=circle)

    return prepared.rows("tasks.of_circle", rows, seen_by=seen_by, circle=circle.pk)


def due_by(at: datetime, *, seen_by: Reader) -> list[tuple[str, str]]:
    """The kind and the thing of each of the reader's own tasks that is due by a moment."""

    def rows(at: datetime) -> Any:
        return mine(seen_by=seen_by).filter(due_at__lte=at).values_list("kind", "about")

    return prepared.rows("tasks.due_by", rows, seen_by=seen_by, at=at)
