"""Reads of what members write for themselves: limits, offers, ways of helping."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.meetings.models import Boundary, BoundaryLook, HelpingSheet, LearningRead
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet


@dataclass(frozen=True, slots=True)
class Helping:
    """One sheet, worked out: the sum of the ways, of how many; the most frequent first."""

    total: int
    most: int
    answered: int
    good: int
    often: Mapping[str, int]
    choices: Mapping[str, str]
    first: tuple[str, ...]


def boundaries(*, seen_by: Reader, circle: UUID, person: UUID | None = None) -> ScopedQuerySet:
    """Limits and offers this reader may read, those that hold first, newest first."""
    rows = Boundary.objects.visible_to(seen_by).filter(circle=circle)
    if person is not None:
        rows = rows.filter(written_by=person)
    return rows.select_related("written_by", "meeting").order_by("ended_at", "-began_at", "pk")


def looks(boundary: Boundary, *, seen_by: Reader) -> ScopedQuerySet:
    """How it went with a limit, newest first."""
    return (
        BoundaryLook.objects.visible_to(seen_by)
        .filter(boundary=boundary)
        .order_by("-looked_at", "pk")
    )


def next_look(boundary: Boundary, *, last: datetime | None, zone: str) -> date | None:
    """When a limit is looked at next; None once it ended or its weeks are over.

    It begins on its day, or on the day it was written when it has none.
    """
    if boundary.ended_at is not None:
        return None
    content = catalogue.current().meetings.limits
    begins = boundary.starts_on or boundary.began_at.astimezone(ZoneInfo(zone)).date()
    after = max(begins, last.astimezone(ZoneInfo(zone)).date()) if last else begins
    due = after + timedelta(days=content.every_days)
    return due if due <= begins + timedelta(weeks=content.weeks) else None


def helping_sheets(*, seen_by: Reader, circle: UUID, person: UUID) -> ScopedQuerySet:
    """One member's sheets this reader may read, newest first."""
    return (
        HelpingSheet.objects.visible_to(seen_by)
        .filter(circle=circle, written_by=person)
        .select_related("written_by")
        .order_by("-filled_at", "pk")
    )


def pages_read(*, seen_by: Reader, circle: UUID, person: UUID) -> ScopedQuerySet:
    """Which pages for the family a member marked as read."""
    return LearningRead.objects.visible_to(seen_by).filter(circle=circle, written_by=person)


def worked_out(sheet: Any) -> Helping:
    """The sheet in numbers: 0 to 3 a way; helpful ways are counted apart, never taken off."""
    content = catalogue.current().meetings.helping
    given = json.loads(sheet.answers)
    often = {key: int(value) for key, value in given.get("often", {}).items()}
    ways = [each.id for each in content.ways]
    here = sorted((way for way in ways if often.get(way)), key=lambda way: -often[way])
    highest = max(int(each.id) for each in content.often)
    return Helping(
        total=sum(often.get(way, 0) for way in ways),
        most=highest * len(ways),
        answered=sum(1 for way in ways if way in often),
        good=sum(often.get(each.id, 0) for each in content.good),
        often=often,
        choices=given.get("choices", {}),
        first=tuple(here[: content.first]),
    )
