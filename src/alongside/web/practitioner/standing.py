"""Where running courses stand, for pages of one case and of many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from alongside.insights import tracking
from alongside.plans import queries as plans
from alongside.web.parts.pages import Request
from alongside.web.practitioner.tracking_words import SIGNALS


def standings_of(request: Request, circle: UUID, at: datetime) -> list[Any]:
    """Where the running courses of a circle stand."""
    rows = plans.courses_in(circle, seen_by=request.reader)
    found = tracking.standings(rows, seen_by=request.reader, at=at)
    return list(found.values())


def off_track(request: Request, courses: Iterable[Any], at: datetime) -> dict[UUID, Any]:
    """By circle, which of some courses is not on track."""
    found = tracking.standings(courses, seen_by=request.reader, at=at)
    return {each.course.circle_id: each for each in found.values() if each.signal == "not_on_track"}


def tag_of(standing: Any) -> dict[str, Any]:
    """The signal as a tag."""
    text, kind, icon = SIGNALS[standing.signal]
    return {"text": str(text), "kind": kind, "icon": icon}
