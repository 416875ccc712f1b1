"""What is due after a crisis: scheduled when an alert is closed, ended when it no longer fits.

Source: content/danger/follow_up. This module knows nothing of raising alerts; ``care`` chases.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID

from alongside import catalogue
from alongside.crisis.done import tasks_done
from alongside.crisis.edges import circle_of
from alongside.crisis.models import Alert, AlertEvent, FollowUp
from alongside.people.models import Circle, Institution
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

TASK, REVIEW_TASK = "follow_up", "crisis_review"
DEBRIEF_TASK = "debrief"
CHASED_TASK = "follow_up_missed"


@action
def schedule(*, alert: Alert, by: Reader, at: datetime) -> tuple[FollowUp, ...]:
    """Make everything that is due after this alert, each with its task.

    It follows from closing, which asked for the right. Only for A, B and C of a circle, after the
    outcomes that content lists, and each step once: an alert that opens again keeps its dates.
    A contact that was promised for a moment within its time is due then.
    After a death what was still due for this circle ends. After the levels that content lists
    everybody on the staff who was on it is asked how it was for them, whoever it was about.
    """
    plan = catalogue.current().follow_up()
    if alert.level in plan.debrief_levels:
        _ask_how_it_was(alert, within=timedelta(days=plan.debrief_days), by=by, at=at)
    circle_id = circle_of(alert)
    if circle_id is None:
        return ()
    circle = Circle.objects.unscoped("whose alert was closed").get(pk=circle_id)
    if alert.outcome in plan.ends:
        end_all(circle=circle, outcome="moot", by=by, at=at)
        return ()
    if not alert.is_life_critical or alert.outcome not in plan.after:
        return ()
    there = set(
        FollowUp.objects.unscoped("each step once")
        .filter(alert=alert)
        .values_list("step", flat=True)
    )
    made = []
    for step in plan.steps:
        if step.id in there:
            continue
        due_at = at + step.due_within(alert.level)
        promised = _promised(alert, step.agreed_in, after=at, until=due_at)
        row = FollowUp(
            institution_id=alert.institution_id,
            circle=circle,
            about_id=alert.about_id or circle.focus_id,
            alert=alert,
            step=step.id,
            plan=str(plan.ref),
            from_at=promised or at + step.from_within(alert.level),
            due_at=due_at,
        )
        row.save(force_insert=True)
        tasks.make_task(
            kind=REVIEW_TASK if step.kind == "review" else TASK,
            about=f"followup:{row.pk}",
            institution=circle.institution,
            circle=circle,
            what=REVIEW_TASK if step.kind == "review" else TASK,
            for_role="lead",
            due_at=promised or row.due_at,
            by=by,
            at=at,
        )
        made.append(row)
    if made:
        audit.write("crisis.follow_up_scheduled", by=by, at=at, about=alert)
    return tuple(made)


def _promised(
    alert: Alert, field: str | None, *, after: datetime, until: datetime
) -> datetime | None:
    """The moment that was promised when the alert was closed, if it lies within the time."""
    said = json.loads(alert.outcome_note or "{}").get(field, "") if field else ""
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None  # nothing was promised, or in words alone
    return moment if moment.tzinfo is not None and after < moment < until else None


def _ask_how_it_was(alert: Alert, *, within: timedelta, by: Reader, at: datetime) -> None:
    """Everybody on the staff who had the alert, or spoke to somebody, is asked how it was."""
    rows = AlertEvent.objects.unscoped("who was on it").filter(
        alert=alert, kind__in=["acknowledged", "contact"], account__is_staff_member=True
    )
    house = Institution.objects.unscoped("whose alert").get(pk=alert.institution_id)
    for account in {row.account for row in rows.select_related("account") if row.account}:
        tasks.make_task(
            kind=DEBRIEF_TASK,
            about=debrief_of(alert, account.pk),
            institution=house,
            what=DEBRIEF_TASK,
            for_account=account,
            due_at=at + within,
            by=by,
            at=at,
        )


def debrief_of(alert: Alert, account: UUID | None) -> str:
    """How the task names it: one for each alert and account."""
    return f"debriefof:{alert.pk}:{str(account)[:8]}"


@action
def end_all(*, circle: Circle, outcome: str, by: Reader, at: datetime) -> int:
    """End what is still due for a circle: the person said no, moved on, or has died."""
    open_ones = FollowUp.objects.unscoped("what is still due ends").filter(
        circle=circle, done_at=None
    )
    ended = 0
    for row in open_ones.select_for_update(of=("self",)):
        finish(row, outcome, "", by=by, at=at)
        ended += 1
    return ended


@action
def end_after_death(*, by: Reader, at: datetime) -> int:
    """End what is due for circles whose case was closed because the person died. How many ended."""
    ends = catalogue.current().follow_up().ends
    died = Circle.objects.unscoped("nothing more is due").filter(case__outcome__in=ends)
    open_ones = FollowUp.objects.unscoped("what is still due ends").filter(done_at=None)
    ended = 0
    for circle in died.filter(pk__in=open_ones.values("circle")):
        ended += end_all(circle=circle, outcome="moot", by=by, at=at)
    return ended


def finish(row: FollowUp, outcome: str, note: str, *, by: Reader, at: datetime) -> None:
    """Mark one as done, and its task with it. Called inside an action."""
    row.outcome, row.note, row.done_at = outcome, note, at
    row.done_by_id = by.account_id
    row.save(update_fields=["outcome", "note", "done_at", "done_by"])
    tasks_done(f"followup:{row.pk}", TASK, REVIEW_TASK, CHASED_TASK, by=by, at=at)
    audit.write("crisis.follow_up_recorded", by=by, at=at, about=row, detail={"outcome": outcome})
