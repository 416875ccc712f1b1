"""The loop that climbs: a step's time is over and nobody has it, so the next ones are told.

Every part can be stopped, started again and run twice at once: an alert is locked while it moves,
and a message has a key.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.db.models.functions import Coalesce

from alongside import catalogue
from alongside.cases.models import Concern
from alongside.crisis import (
    actions,
    care,
    codes,
    edges,
    follow_up,
    leads,
    rules,
    second_look,
    shifts,
    telling,
)
from alongside.crisis.models import Alert, AlertEvent, Shift
from alongside.directory.models import Service
from alongside.notify.models import Message
from alongside.records import prepared
from alongside.records.actions_base import action
from alongside.records.reader import Reader, system
from alongside.records.scoped import ScopedQuerySet
from alongside.tasks import actions as tasks
from alongside.tasks.models import Task

log = logging.getLogger(__name__)

REASON = "escalation"
ROTA_TASK = "rota_gap"
OVER_AT = Coalesce("ended_at", "ends_at")  # when a shift was over, also one ended early
MOST_STEPS_AT_ONCE = 200  # a night without power is 150 steps of an alert of level A
STEPS_TOGETHER = 100  # made up for in one transaction; what is due goes as one
TOGETHER_SECONDS = 1.0  # then others may write, however slow the machine is: pages wait five


def run_once(*, at: datetime) -> int:
    """Everything that is due at this moment. Returns how many alerts and drafts moved."""
    return climb_once(at=at) + tidy_once(at=at)


def climb_once(*, at: datetime) -> int:
    """What may not wait: steps that are due, alerts nobody follows up, shifts, what was sent."""
    return _each(climbing_parts(), at)


def climbing_parts() -> tuple[Callable[..., int], ...]:
    """What ``climb_once`` does, in order. Each part may fail and be done again alone."""
    return (
        escalate_due,
        open_unattended,
        call_second_team,
        tell_those_now_on_shift,
        tell_those_who_come_on,
        ask_for_a_hand_over,
        note_what_was_sent,
    )


def tidy_once(*, at: datetime) -> int:
    """What may wait some seconds: circles of new cases, roles that ended, drafts that die."""
    return _each(tidying_parts(), at)


def tidying_parts() -> tuple[Callable[..., int], ...]:
    """What ``tidy_once`` does, in order."""
    return (
        follow_cases,
        end_edges,
        let_drafts_die,
        pass_on_overdue,
        forget_wrong_codes,
        end_care_after_death,
    )


def chase_once(*, at: datetime) -> int:
    """Chase the gaps of every rota: a task, and a message each day, or hour when one is near.

    Chased too: what is missed after a crisis, a second look at a closed alert that is late, and a
    safeguarding report without its answer. Before all, shifts follow the rules of their zone.
    """
    parts = (shifts.keep_to_the_clock, chase_gaps, chase_care, chase_second_looks, chase_reports)
    return _each(parts, at)


def chase_care(*, by: Reader, at: datetime) -> int:
    """What is missed after a crisis, and hand-overs nobody accepted."""
    return care.chase(by=by, at=at)


def end_care_after_death(*, by: Reader, at: datetime) -> int:
    """Contacts after a crisis end with the death of the person, however it became known."""
    return follow_up.end_after_death(by=by, at=at)


def chase_reports(*, by: Reader, at: datetime) -> int:
    """Safeguarding reports without an answer in time: told once a day until there is one."""
    return leads.chase(by=by, at=at)


def chase_second_looks(*, by: Reader, at: datetime) -> int:
    """Closed A and B at which no second person looked in time: told once a day until one does."""
    return sum(_alone(second_look.chase, alert=pk, by=by, at=at) for pk in second_look.late(at))


def _each(parts: tuple[Callable[..., int], ...], at: datetime) -> int:
    by = system(REASON, at)
    moved = 0
    for part in parts:
        try:
            moved += part(by=by, at=at)
        except Exception:
            # One part that fails must not hold up the others; the next round tries again.
            log.exception("escalation: %s failed", part.__name__)
            connection.close()
    return moved


def _alone(do: Callable[..., int], **given: Any) -> int:
    """Move one thing. If it fails, those after it still move, and the next round tries again."""
    try:
        return do(**given)
    except Exception as failure:
        about = given.get("alert") or given.get("service") or given.get("concern")
        log.exception("escalation: %s failed for %s", do.__name__, getattr(about, "pk", about))
        if isinstance(failure, DatabaseError):
            connection.close()
        return 0


def escalate_due(*, by: Reader, at: datetime) -> int:
    """Tell the next ones of every alert nobody has, whose step is due. Steps are never skipped."""

    def rows(at: datetime) -> Any:
        due = _climbing().filter(next_step_at__lte=at).order_by("level", "next_step_at")
        return due.values_list("pk", flat=True)

    moved = 0
    for pk in prepared.rows("escalation.due", rows, at=at):
        steps = 0
        while steps < MOST_STEPS_AT_ONCE and (more := _alone(_catch_up, alert=pk, by=by, at=at)):
            steps += more
        moved += bool(steps)
    return moved


@action
def _catch_up(*, alert: object, by: Reader, at: datetime) -> int:
    """Every step that is due of one alert, each a row with its own messages; how many."""
    rows = _climbing().filter(pk=alert, next_step_at__lte=at)
    found = rows.select_for_update(of=("self",), skip_locked=True).first()
    steps, until = 0, time.monotonic() + TOGETHER_SECONDS
    while found is not None and found.next_step_at <= at and steps < STEPS_TOGETHER:
        telling.climb(alert=found, by=by, at=at)
        steps += 1
        if time.monotonic() >= until:
            break
    return steps


def open_unattended(*, by: Reader, at: datetime) -> int:
    """Open again what somebody has and did not follow up: no contact, or no outcome, in time."""

    def rows(at: datetime) -> Any:
        had = _open().filter(acknowledged_at__isnull=False)
        late = had.filter(Q(engaged_at=None, engage_by__lte=at) | Q(outcome_by__lte=at))
        return late.values_list("pk", flat=True)

    moved = 0
    for pk in prepared.rows("escalation.late", rows, at=at):
        moved += _alone(_open_again, alert=pk, by=by, at=at)
    return moved


@action
def _open_again(*, alert: object, by: Reader, at: datetime) -> int:
    rows = _open().filter(pk=alert, acknowledged_at__isnull=False)
    found = rows.select_for_update(of=("self",), skip_locked=True).first()
    if found is None:
        return 0
    if found.engaged_at is None and found.engage_by is not None and found.engage_by <= at:
        because = "not_engaged"
    elif found.outcome_by is not None and found.outcome_by <= at:
        because = "no_outcome"
    else:
        return 0
    actions.reopen(alert=found, because=because, by=by, at=at)
    return 1


def call_second_team(*, by: Reader, at: datetime) -> int:
    """Call the second team where a service has a flood of alerts. None of them is held back."""
    waits = catalogue.current().danger.waits

    def rows(since: datetime) -> Any:
        fresh = _open().filter(raised_at__gt=since, service__isnull=False)
        counted = fresh.order_by().values("service").annotate(number=Count("pk"))
        full = counted.filter(number__gte=waits.flood_alerts)
        return full.values_list("service", flat=True)

    full = prepared.rows("escalation.flood", rows, since=at - waits.flood_within)
    round = f"{int(at.timestamp() // waits.flood_within.total_seconds())}"
    return sum(_alone(_call_second_team, service=pk, round=round, by=by, at=at) for pk in full)


@action
def _call_second_team(*, service: UUID, round: str, by: Reader, at: datetime) -> int:
    services = Service.objects.unscoped(REASON).filter(pk=service)
    if services.select_for_update(of=("self",), skip_locked=True).first() is None:
        return 0
    known = AlertEvent.objects.unscoped(REASON).filter(alert=OuterRef("pk"), kind="flood")
    fresh = _climbing().filter(~Exists(known), service=service).select_related("concern")
    alerts = list(fresh.order_by("raised_at"))
    return telling.call_second_team(alerts=alerts, round=round, by=by, at=at) if alerts else 0


def tell_those_now_on_shift(*, by: Reader, at: datetime) -> int:
    """Tell a step anew when all its messages were withheld: the shift changed, or people left."""

    def rows() -> Any:
        return _climbing().values_list("pk", flat=True)

    about = [f"alert:{pk}" for pk in prepared.rows("escalation.climbing", rows)]
    if not about:
        return 0
    messages = Message.objects.unscoped(REASON).filter(about__in=about)
    counted = messages.values("about").annotate(
        live=Count("pk", filter=Q(withheld_at=None)), withheld=Count("withheld_at")
    )
    dead = [each["about"] for each in counted if each["withheld"] and not each["live"]]
    moved = 0
    for each in sorted(dead):
        moved += _alone(_tell_anew, alert=each.partition(":")[2], by=by, at=at)
    return moved


@action
def _tell_anew(*, alert: object, by: Reader, at: datetime) -> int:
    found = _climbing().filter(pk=alert).select_for_update(of=("self",), skip_locked=True).first()
    if found is None:
        return 0
    step = telling.step_of(found)
    if not telling.tell(alert=found, step=step, by=by, at=at):
        telling.climb(alert=found, by=by, at=at)
    return 1


def tell_those_who_come_on(*, by: Reader, at: datetime) -> int:
    """Tell the first on call of a new shift about the alerts that nobody has yet.

    One look for all alerts; only those somebody is not told of are locked.
    """

    def rows(at: datetime) -> Any:
        told = AlertEvent.objects.unscoped(REASON).filter(
            kind="told",
            alert=OuterRef(OuterRef("pk")),
            account=OuterRef("account"),
            at__gte=OuterRef("starts_at"),
        )
        untold = (
            _running(at)
            .filter(service=OuterRef("service"), order=1, account__is_active=True)
            .filter(~Exists(told), starts_at__gt=OuterRef("raised_at"))
        )
        return _climbing().filter(Exists(untold))

    moved = 0
    for alert in prepared.rows("escalation.untold", rows, at=at):
        begun = (
            _running(at)
            .filter(service=alert.service_id, order=1, account__is_active=True)
            .filter(starts_at__gt=alert.raised_at)
        )
        for shift in begun.select_related("account"):
            if not telling.heard_on_shift(alert=alert, shift=shift, at=at):
                moved += _alone(_tell_who_comes_on, alert=alert.pk, shift=shift, by=by, at=at)
    return moved


@action
def _tell_who_comes_on(*, alert: object, shift: Shift, by: Reader, at: datetime) -> int:
    found = _climbing().filter(pk=alert).select_for_update(of=("self",), skip_locked=True).first()
    return 0 if found is None else telling.tell_who_comes_on(alert=found, shift=shift, by=by, at=at)


def ask_for_a_hand_over(*, by: Reader, at: datetime) -> int:
    """Ask whoever has an alert and went off shift to hand it over. Until then they have it.

    One look for all alerts; only those whose holder was not asked since are locked.
    """

    def rows(at: datetime) -> Any:
        mine = Q(service=OuterRef("service"), account=OuterRef("acknowledged_by"))
        asked = AlertEvent.objects.unscoped(REASON).filter(
            kind="shift_ended", alert=OuterRef(OuterRef("pk")), at__gte=OuterRef("over_at")
        )
        over = Shift.objects.unscoped(REASON).annotate(over_at=OVER_AT)
        over = over.filter(
            mine,
            ~Exists(asked),
            over_at__gt=OuterRef("acknowledged_at"),
            over_at__lte=at,
            starts_at__lt=F("over_at"),
        )
        return _open().filter(Exists(over), ~Exists(_running(at).filter(mine)))

    moved = 0
    for alert in prepared.rows("escalation.gone", rows, at=at):
        last = (
            Shift.objects.unscoped(REASON)
            .annotate(over_at=OVER_AT)
            .filter(service=alert.service_id, account=alert.acknowledged_by_id)
            .filter(over_at__gt=alert.acknowledged_at, over_at__lte=at, starts_at__lt=F("over_at"))
            .order_by("-over_at")
            .first()
        )
        if last is not None and not telling.was_told(alert, f"shift-{last.pk}"):
            moved += _alone(_ask_for_a_hand_over, alert=alert.pk, shift=last, by=by, at=at)
    return moved


@action
def _ask_for_a_hand_over(*, alert: object, shift: Shift, by: Reader, at: datetime) -> int:
    found = _open().filter(pk=alert).select_for_update(of=("self",), skip_locked=True).first()
    if found is None or found.acknowledged_by_id != shift.account_id:
        return 0
    return telling.tell_news(alert=found, news="shift_ended", key=f"shift-{shift.pk}", by=by, at=at)


def note_what_was_sent(*, by: Reader, at: datetime) -> int:
    """Note on each alert when the first of its messages went out: it is *notified*."""

    def rows() -> Any:
        return _open().filter(notified_at=None).values_list("pk", flat=True)

    waiting = [f"alert:{pk}" for pk in prepared.rows("escalation.not_notified", rows)]
    if not waiting:
        return 0
    messages = Message.objects.unscoped(REASON).filter(about__in=waiting, sent_at__isnull=False)
    moved = 0
    for each in list(messages.values("about").annotate(first=Min("sent_at"))):
        moved += _alone(
            _note_sent, alert=each["about"].partition(":")[2], sent=each["first"], by=by, at=at
        )
    return moved


@action
def _note_sent(*, alert: object, sent: datetime, by: Reader, at: datetime) -> int:
    def rows(alert: UUID) -> Any:
        unsaid = _open().filter(pk=alert, notified_at=None)
        return unsaid.select_for_update(of=("self",), skip_locked=True)

    found = prepared.first("escalation.unsaid", rows, alert=UUID(str(alert)))
    if found is None:
        return 0
    found.notified_at = sent
    found.save(update_fields=["notified_at"])
    telling.event(found, "notified", at=sent, step=found.step)
    return 1


def follow_cases(*, by: Reader, at: datetime) -> int:
    """Alerts of a concern that was taken gain its circle."""
    taken = (
        Alert.objects.unscoped(REASON)
        .filter(circle=None, concern__circle__isnull=False)
        .select_related("concern__circle")
    )
    moved = 0
    for alert in list(taken[:200]):
        moved += actions.give_circle(
            concern=alert.concern, circle=alert.concern.circle, by=by, at=at
        )
    return moved


@action
def end_edges(*, by: Reader, at: datetime) -> int:
    """End the on-call access of alerts that were closed an hour ago."""
    return edges.end_of_closed(at=at)


def let_drafts_die(*, by: Reader, at: datetime) -> int:
    """Delete the drafts whose time is over."""
    over = Concern.objects.unscoped(REASON).filter(state="draft", dies_at__lte=at)
    moved = 0
    for pk in list(over.values_list("pk", flat=True)[:500]):
        moved += actions.forget_draft(concern_id=pk, by=by, at=at)
    return moved


def pass_on_overdue(*, by: Reader, at: datetime) -> int:
    """Put what nobody looked at in time on the list that its level names (3.2, D)."""
    levels = catalogue.current().danger.levels
    passed_on = {code: level.overdue_tell for code, level in levels.items() if level.overdue_tell}
    late = Task.objects.unscoped(REASON).filter(kind="alert", done_at=None, due_at__lt=at)
    moved = 0
    for task in late.order_by("due_at")[:200]:
        alert = Alert.objects.unscoped(REASON).filter(pk=task.about.partition(":")[2]).first()
        if alert is not None and alert.closed_at is None and alert.level in passed_on:
            made = tasks.make_task(
                kind=actions.OVERDUE_TASK,
                about=task.about,
                institution=task.institution,
                circle=task.circle,
                what=task.what,
                why=task.why,
                for_role=passed_on[alert.level],
                due_at=task.due_at,
                by=by,
                at=at,
            )
            moved += made is not None
    return moved


def forget_wrong_codes(*, by: Reader, at: datetime) -> int:
    """Forget wrong codes that no longer count. Nothing moves by it."""
    codes.forget_tries(at=at)
    return 0


def chase_gaps(*, by: Reader, at: datetime) -> int:
    """Tell the managers of each service whose next 14 days have a gap (3.4); end what is mended."""
    moved = 0
    for service in Service.objects.unscoped(REASON).filter(ended_at=None):
        moved += _alone(_chase, service=service, by=by, at=at)
    return moved


@action
def _chase(*, service: Service, by: Reader, at: datetime) -> int:
    found = telling.gaps_ahead(service=service.pk, at=at)
    about = f"rota:{service.pk}"
    tasks_open = Task.objects.unscoped(REASON).filter(kind=ROTA_TASK, about=about, done_at=None)
    if not found:
        for task in tasks_open:
            tasks.do_task(task=task, how="", by=by, at=at)
        return 0
    if not tasks_open.exists():
        tasks.make_task(
            kind=ROTA_TASK,
            about=about,
            institution=service.institution,
            what=ROTA_TASK,
            for_role="manager",
            due_at=max(at, found[0].start),
            by=by,
            at=at,
        )
    every = rules.chased_in(found, at)
    return sum(
        telling.tell_of_gap(service=service, account=account, round=every, by=by, at=at)
        for account in telling.managers(service.institution_id, at)
    )


def _running(at: datetime) -> ScopedQuerySet:
    rows: ScopedQuerySet = Shift.objects.unscoped(REASON).filter(
        starts_at__lte=at, ends_at__gt=at, ended_at=None
    )
    return rows


def _open() -> ScopedQuerySet:
    rows: ScopedQuerySet = Alert.objects.unscoped(REASON).filter(
        closed_at=None, level__in=["A", "B", "C"]
    )
    return rows


def _climbing() -> ScopedQuerySet:
    return _open().filter(acknowledged_at=None, next_step_at__isnull=False)
