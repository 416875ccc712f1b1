"""What the dispatcher does for courses: at night the numbers, by day the reviews that are due.

Each loop can be stopped, started again and run twice at once: a task about one course is one task.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside.delivery import reviews
from alongside.insights import norms, tracking
from alongside.people.models import Institution
from alongside.plans.models import Course
from alongside.records.reader import system

REASON = "tracking"
AT_ONCE = 300  # courses in one look, so that a look stays short however many there are


def open_due(*, at: datetime, after: UUID | None = None, at_once: int = AT_ONCE) -> UUID | None:
    """Ask for a review of each course that is not on track and was not looked at since.

    Args:
        after: the last course of the look before; None for the first ones.
        at_once: how many courses are looked at.

    Returns:
        The last course looked at, to go on from; None when that was all of them.
    """
    by = system(REASON, at)
    rows = Course.objects.visible_to(by).filter(started_at__isnull=False, ended_at=None)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.select_related("circle", "institution").order_by("pk")[:at_once])
    standings = tracking.standings(found, seen_by=by, at=at)
    for each in standings.values():
        on = at.astimezone(ZoneInfo(each.course.institution.zone)).date()
        if each.needs_review(on) and each.worst is not None and each.worst.look is not None:
            reviews.ask_for_review(
                course=each.course,
                instrument=each.worst.instrument,
                look=each.worst.look,
                by=by,
                at=at,
            )
    return found[-1].pk if len(found) == at_once else None


def make_due(*, at: datetime) -> int:
    """Once a night: what finished courses of each institution say. Returns how many were due."""
    by = system(REASON, at)
    due = [one for one in Institution.objects.visible_to(by) if norms.is_due(one, at, by=by)]
    for institution in due:
        norms.make(institution=institution, by=by, at=at)
    return len(due)
