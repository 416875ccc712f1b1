"""The safety plan: six parts in the person's own words, theirs to write, to change and to share.

Every save is a new version; nothing is overwritten. Chosen people of the circle see only the lines
that the person shows them, until a day. What was agreed to make means safe is kept apart from it,
with who does it and by when, and never shown to the circle.

Source: content/danger/SOURCE.md, safety plan.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F

from alongside.access.readers import person_for
from alongside.cases.models import Case
from alongside.crisis import six_parts
from alongside.crisis.done import tasks_done
from alongside.crisis.models import MeansAction, SafetyPlan, SafetyPlanLook, SafetyPlanShare
from alongside.crisis.six_parts import PARTS, SixParts
from alongside.people.models import Circle, Member
from alongside.records import audit, prepared
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, Refused, StaleVersion, Unfit
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet
from alongside.tasks import actions as tasks

SHARED_AT_MOST = timedelta(days=366)
MEANS_TASK = "means_safety"


class NotHereYet(Refused):
    """The person has not come in: nobody makes a safety plan for them behind their back."""


class NothingWritten(Unfit):
    """There is nothing in it."""


class UnknownPart(Unfit):
    """A safety plan has six parts, and this is none of them."""


class NotInTheCircle(Refused):
    """A part is shared with somebody who is in the circle now."""


class ShareMakesNoSense(Unfit):
    """A share ends after today and within a year."""


class AlreadyDone(Refused):
    """It was done before."""


class NothingNeeded(Refused):
    """Nothing was agreed here that somebody could do."""


# -- the plan -------------------------------------------------------------------------------------


@action
def save_plan(
    *, circle: Circle, plan: SixParts, version: int, by: Reader, at: datetime
) -> SafetyPlan:
    """Add a version of the plan of the person of this circle.

    Written by the person it is their own work; by a practitioner it was written together, which
    also counts as having looked at it. What is shared follows: lines that are gone are no longer
    shown to anybody.

    Args:
        plan: all six parts, as they shall be now.
        version: the one this was made from; while there is none yet it makes no difference.

    Raises:
        NotHereYet: the person has not come in. NothingWritten: every part is empty.
        StaleVersion: somebody saved meanwhile; ``current`` is that version.
    """
    newest = _newest(circle)
    if newest is None:
        by.confirm_create("safety_plan", institution=circle.institution_id, circle=circle.pk)
    else:
        by.confirm("E", newest)
    if not _has_come_in(circle):
        raise NotHereYet(circle=circle.pk)
    if plan.is_empty:
        raise NothingWritten
    if newest is not None and newest.number != version:
        raise StaleVersion(current=newest)
    writer = person_for(by, institution=circle.institution_id, circle=circle.pk)
    row = SafetyPlan(
        institution_id=circle.institution_id,
        circle=circle,
        about_id=circle.focus_id,
        written_by=writer,
        number=newest.number + 1 if newest else 1,
        words=six_parts.write(plan),
        together=writer.pk != circle.focus_id,
        made_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as taken:
        raise StaleVersion(current=_newest(circle)) from taken
    _follow(circle, plan)
    audit.write(
        "crisis.safety_plan_saved",
        by=by,
        at=at,
        about=row,
        detail={"version": str(row.number), "parts": str(len(PARTS) - len(plan.missing))},
    )
    if row.together:
        _keep_look(row, writer.pk, "", at)
    return row


@action
def look_at_plan(*, plan: SafetyPlan, by: Reader, at: datetime, note: str = "") -> SafetyPlanLook:
    """The person and a practitioner looked at the plan together, and it still stands.

    Raises:
        StaleVersion: there is a newer version; look at that one.
        NotAllowed: the person looks at their plan alone whenever they like.
    """
    by.confirm("E", plan)
    newest = _newest(plan.circle)
    if newest is None or newest.pk != plan.pk:
        raise StaleVersion(current=newest)
    writer = person_for(by, institution=plan.institution_id, circle=plan.circle_id)
    if writer.pk == plan.about_id:
        raise NotAllowed(action="E", record=str(plan.pk))
    look = _keep_look(plan, writer.pk, note.strip(), at)
    audit.write("crisis.safety_plan_looked_at", by=by, at=at, about=plan)
    return look


@action
def note_copy(*, plan: SafetyPlan, kind: str, by: Reader, at: datetime) -> None:
    """Write down that the person took a copy out of the house.

    Args:
        kind: ``file`` or ``paper``.
    """
    by.confirm("X", plan)
    audit.write("crisis.safety_plan_copied", by=by, at=at, about=plan, detail={"kind": kind})


# -- what is shared -------------------------------------------------------------------------------


@action
def share_part(
    *,
    circle: Circle,
    part: str,
    member: Member,
    until: date,
    by: Reader,
    at: datetime,
    lines: Sequence[str] | None = None,
) -> SafetyPlanShare:
    """Show one part of the plan, or some of its lines, to one person of the circle until a day.

    Sharing the same part with the same person again ends the former share.

    Args:
        lines: exactly these lines; None is the whole part, also as it will be written later.
        until: the last day, in the zone of the institution.

    Raises:
        UnknownPart; NothingWritten when none of the lines is in the plan.
        NotInTheCircle; ShareMakesNoSense.
    """
    by.confirm_create("safety_plan_share", institution=circle.institution_id, circle=circle.pk)
    if part not in PARTS:
        raise UnknownPart(part=part)
    if member.circle_id != circle.pk or member.to_at is not None:
        raise NotInTheCircle(member=member.pk)
    ends = datetime.combine(until, time.max, ZoneInfo(circle.institution.zone)).astimezone(UTC)
    if not at < ends <= at + SHARED_AT_MOST:
        raise ShareMakesNoSense(until=until)
    newest = _newest(circle)
    written = six_parts.read(newest.words).part(part) if newest else six_parts.NOTHING
    shown = written.lines if lines is None else six_parts.still_there(lines, written)
    if not shown:
        raise NothingWritten
    for former in _live_shares(circle).filter(part=part, person=member.person_id):
        former.ended_at = at
        former.save(update_fields=["ended_at"])
    share = SafetyPlanShare(
        institution_id=circle.institution_id,
        circle=circle,
        about_id=circle.focus_id,
        written_by=person_for(by, institution=circle.institution_id, circle=circle.pk),
        person_id=member.person_id,
        part=part,
        whole=lines is None,
        words=json.dumps(list(shown), ensure_ascii=False),
        since=at,
        until=ends,
    )
    share.save(force_insert=True)
    audit.write("crisis.safety_plan_shared", by=by, at=at, about=share, detail={"part": part})
    return share


@action
def end_share(*, share: SafetyPlanShare, by: Reader, at: datetime) -> SafetyPlanShare:
    """Stop showing it, at once."""
    by.confirm("E", share)
    if share.ended_at is None:
        share.ended_at = at
        share.save(update_fields=["ended_at"])
        audit.write("crisis.safety_plan_share_ended", by=by, at=at, about=share)
    return share


# -- means ----------------------------------------------------------------------------------------


@action
def agree_means(
    *,
    circle: Circle,
    item: str,
    what: str,
    by: Reader,
    at: datetime,
    owner: str = "",
    due_on: date | None = None,
) -> MeansAction:
    """Keep what was agreed to make one thing safer: who does it, by when. It becomes a task.

    Args:
        item: what it is about, with no more detail than is needed.
        what: what is done; without owner and day: why nothing is needed.

    Raises:
        NotHereYet; NothingWritten when words are missing, or one of owner and day.
    """
    by.confirm_create("means_action", institution=circle.institution_id, circle=circle.pk)
    if not _has_come_in(circle):
        raise NotHereYet(circle=circle.pk)
    if not item.strip() or not what.strip() or bool(owner.strip()) != (due_on is not None):
        raise NothingWritten
    row = MeansAction(
        institution_id=circle.institution_id,
        circle=circle,
        about_id=circle.focus_id,
        written_by=person_for(by, institution=circle.institution_id, circle=circle.pk),
        item=item.strip(),
        what=what.strip(),
        owner=owner.strip(),
        due_on=due_on,
        set_at=at,
    )
    row.save(force_insert=True)
    audit.write("crisis.means_action_recorded", by=by, at=at, about=row)
    if due_on is not None:
        here = ZoneInfo(circle.institution.zone)
        tasks.make_task(
            kind=MEANS_TASK,
            about=f"means:{row.pk}",
            institution=circle.institution,
            circle=circle,
            what=MEANS_TASK,
            for_role="lead",
            due_at=datetime.combine(due_on, time(17), here).astimezone(UTC),
            by=by,
            at=at,
        )
    return row


@action
def means_done(*, means: MeansAction, confirmed_by: str, by: Reader, at: datetime) -> MeansAction:
    """It was done, and a second person saw it: not by trust alone.

    Args:
        confirmed_by: who saw that it was done, in words.

    Raises:
        AlreadyDone, NothingNeeded; NothingWritten without the second person.
    """
    by.confirm("E", means)
    if means.done_at is not None:
        raise AlreadyDone(means=means.pk)
    if means.due_on is None:
        raise NothingNeeded(means=means.pk)
    if not confirmed_by.strip():
        raise NothingWritten
    means.done_at, means.confirmed_by = at, confirmed_by.strip()
    means.save(update_fields=["done_at", "confirmed_by"])
    tasks_done(f"means:{means.pk}", MEANS_TASK, by=by, at=at)
    audit.write("crisis.means_action_done", by=by, at=at, about=means)
    return means


# -- reads ----------------------------------------------------------------------------------------


def plans(circle: UUID, *, seen_by: Reader) -> ScopedQuerySet:
    """Every version of the plan of a circle's person, the newest first."""
    rows = SafetyPlan.objects.visible_to(seen_by).filter(circle=circle)
    return rows.select_related("written_by", "about").order_by("-number")


def plan_of(circle: UUID, *, seen_by: Reader) -> SafetyPlan | None:
    """The newest version, or None."""
    found: SafetyPlan | None = plans(circle, seen_by=seen_by).first()
    return found


def last_look(circle: UUID, *, seen_by: Reader) -> SafetyPlanLook | None:
    """When the plan was last looked at together, and by whom."""
    rows = SafetyPlanLook.objects.visible_to(seen_by).filter(circle=circle)
    found: SafetyPlanLook | None = (
        rows.select_related("written_by", "plan").order_by("-looked_at").first()
    )
    return found


def shares(circle: UUID, *, seen_by: Reader, at: datetime) -> ScopedQuerySet:
    """What is shared now, the oldest first."""
    rows = SafetyPlanShare.objects.visible_to(seen_by).filter(circle=circle)
    return rows.filter(ended_at=None, until__gt=at).select_related("person").order_by("since", "pk")


def shared_with_me(circle: UUID, *, seen_by: Reader) -> list[SafetyPlanShare]:
    """What the person of this circle shows to the reader, in the order of the plan."""
    rows = SafetyPlanShare.objects.visible_to(seen_by).filter(
        circle=circle, person__in=seen_by.persons
    )
    found = [share for share in rows.select_related("about") if shown_lines(share)]
    return sorted(found, key=lambda share: PARTS.index(share.part))


def shown_lines(share: SafetyPlanShare) -> tuple[str, ...]:
    """The lines a share shows now."""
    return tuple(json.loads(share.words)) if share.words else ()


def means(circle: UUID, *, seen_by: Reader) -> ScopedQuerySet:
    """What was agreed to make means safe, what is not done first."""
    rows = MeansAction.objects.visible_to(seen_by).filter(circle=circle)
    return rows.select_related("written_by").order_by(
        F("done_at").asc(nulls_first=True), F("due_on").asc(nulls_last=True), "set_at"
    )


def reviewed_days_ago(circle: UUID, at: datetime) -> int | None:
    """Whole days since a complete plan was last looked at together; None when it never was.

    A number and no word of the plan: a danger rule asks it, whoever answers.
    """

    def rows(circle: UUID, at: datetime) -> Any:
        looks = SafetyPlanLook.objects.unscoped("a danger rule asks how fresh the plan is")
        until = looks.filter(circle=circle, looked_at__lte=at).select_related("plan")
        return until.order_by("-looked_at")[:1]

    look = prepared.first("safety_plan.looked", rows, circle=circle, at=at)
    if look is None or not six_parts.read(look.plan.words).is_complete:
        return None
    return int((at - look.looked_at).days)


# -- inside ---------------------------------------------------------------------------------------


def _newest(circle: Circle) -> SafetyPlan | None:
    rows = SafetyPlan.objects.unscoped("a new version follows the newest, whoever wrote it")
    found: SafetyPlan | None = rows.filter(circle=circle).order_by("-number").first()
    return found


def _has_come_in(circle: Circle) -> bool:
    cases = Case.objects.unscoped("has the person come in?")
    return bool(cases.filter(circle=circle, engaged_at__isnull=False).exists())


def _keep_look(plan: SafetyPlan, writer: UUID, note: str, at: datetime) -> SafetyPlanLook:
    look = SafetyPlanLook(
        plan=plan,
        institution_id=plan.institution_id,
        circle_id=plan.circle_id,
        about_id=plan.about_id,
        written_by_id=writer,
        note=note,
        looked_at=at,
    )
    look.save(force_insert=True)
    return look


def _live_shares(circle: Circle) -> ScopedQuerySet:
    rows = SafetyPlanShare.objects.unscoped("what is shared follows the plan")
    return rows.filter(circle=circle, ended_at=None)


def _follow(circle: Circle, plan: SixParts) -> None:
    """Show in each share what the new version says; a line that is gone is shown to nobody."""
    for share in _live_shares(circle):
        part = plan.part(share.part)
        now = part.lines if share.whole else six_parts.still_there(shown_lines(share), part)
        if now != shown_lines(share):
            share.words = json.dumps(list(now), ensure_ascii=False)
            share.save(update_fields=["words"])


__all__ = [
    "agree_means",
    "end_share",
    "last_look",
    "look_at_plan",
    "means",
    "means_done",
    "note_copy",
    "plan_of",
    "plans",
    "reviewed_days_ago",
    "save_plan",
    "share_part",
    "shared_with_me",
    "shares",
    "shown_lines",
]
