"""The clock of what is held about somebody who has not agreed: without a step, a case runs out.

Source: access and safety rules of this project, 5.1; content/retention.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.cases import rules
from alongside.cases.models import Case
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused
from alongside.records.reader import Reader
from alongside.records.registry import holds
from alongside.records.scoped import ScopedQuerySet
from alongside.tasks import actions as tasks

TASK = "case_ran_out"
ERASE_TASK = "case_erase"
WHY = "the retention clock reads states and dates"


class HasNotRunOut(Refused):
    """The day to look again has not passed, the person came in, or the case is closed."""


def run_out_by(at: datetime) -> ScopedQuerySet:
    """Open cases about somebody who never came in, whose day to look again has passed."""
    rows = Case.objects.unscoped(WHY).filter(engaged_at=None, review_by__lt=at.date())
    return rows.exclude(state="closed").select_related("circle", "institution").order_by("pk")


@action
def run_out(*, case: Case, by: Reader, at: datetime) -> Case:
    """Close a case in which nobody took a step in time, and say so to whoever led it.

    Called by the clock. The privacy officer gets the task to erase what is held when its day
    comes; nothing is erased here.

    Raises:
        HasNotRunOut; StaleVersion: somebody took a step meanwhile; what a hold on
        ``cases.close`` refuses.
    """
    by.confirm("S", case)
    today = at.astimezone(ZoneInfo(case.institution.zone)).date()
    if case.state == "closed" or case.engaged_at is not None or not case.review_by < today:
        raise HasNotRunOut
    holds.ask("cases.close", at=at, case=case)
    case.state, case.outcome, case.closed_at = "closed", rules.RAN_OUT, at
    case.save_version(case.version, ["state", "outcome", "closed_at"])
    audit.write("cases.case_ran_out", by=by, at=at, about=case)
    tasks.make_task(
        institution=case.institution,
        circle=case.circle,
        kind=TASK,
        about=f"case:{case.pk}",
        what=TASK,
        for_role="lead",
        by=by,
        at=at,
    )
    date_erasure(case=case, by=by, at=at)
    return case


@action
def date_erasure(*, case: Case, by: Reader, at: datetime) -> None:
    """Give the privacy officer the day on which what is held is to be erased.

    Only for a case that closed about somebody who never came in; it follows from closing.
    """
    if case.engaged_at is not None:
        return
    after: timedelta = catalogue.current().retention.erase_after
    tasks.make_task(
        institution=case.institution,
        kind=ERASE_TASK,
        about=f"case:{case.pk}",
        what=ERASE_TASK,
        for_role="privacy",
        due_at=at + after,
        by=by,
        at=at,
    )
