"""What is due once a case is over: the same question again, months later. Dated when it closes."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.cases.models import Case
from alongside.records.actions_base import action
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

TASK = "after_closing"


def after_months(day: date, months: int) -> date:
    """The same day some months later; the last of the month where there is no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@action
def date_follow_ups(*, case: Case, by: Reader, at: datetime) -> int:
    """Make the tasks of the months after a case that closed. It follows from closing.

    Nobody is asked again who never came in, or after an end that content lists. Source:
    content/retention.

    Returns:
        How many tasks were made.
    """
    rules = catalogue.current().retention
    if case.engaged_at is None or case.outcome in rules.no_follow_up_after:
        return 0
    zone = ZoneInfo(case.institution.zone)
    closed_on, made = at.astimezone(zone).date(), 0
    for months in rules.follow_up_months:
        day = after_months(closed_on, months) + timedelta(days=rules.follow_up_within_days)
        task = tasks.make_task(
            institution=case.institution,
            circle=case.circle,
            kind=TASK,
            about=f"after:{case.pk}:{months}",
            what=TASK,
            for_role="lead",
            due_at=datetime.combine(day, time(17), zone).astimezone(UTC),
            by=by,
            at=at,
        )
        made += task is not None
    return made
