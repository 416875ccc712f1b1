"""An alert is had, spoken about, closed with a listed outcome, and looked at by a second person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from alongside import catalogue
from alongside.crisis import codes, edges, follow_up, rules, telling
from alongside.crisis.done import tasks_done
from alongside.crisis.models import Alert, Contact
from alongside.crisis.raising import NothingWritten, level_of, locked
from alongside.people.models import Institution
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, NotAllowed, Refused, Unfit
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

OVERDUE_TASK = "alert_overdue"
CLOSABLE_TASKS = ("alert", OVERDUE_TASK, "confirm_close")
CONTACT_METHODS = ("phone", "visit", "message", "with_them", "note")


class AlreadyAcknowledged(Refused):
    """Somebody has this alert. ``alert`` says who and since when."""

    alert: Alert


class AlreadyClosed(Refused):
    """The alert is closed. ``alert`` says by whom, when and with which outcome."""

    alert: Alert


class UnknownOutcome(Unfit):
    """The outcome is not on the closed list of ``content/danger/outcomes.yaml``."""


class NotAClinician(Held):
    """Only a named clinician may do this. ``roles`` are those in which somebody may."""

    roles: tuple[str, ...]


class MissingFields(Unfit):
    """Closing needs these fields of the outcome. Missing fields block closing, never acting."""

    fields: tuple[str, ...]


class CanBeReached(Refused):
    """Somebody left a way to reach them, so the alert cannot be closed as having none."""


class OwnWork(Held):
    """Nobody confirms what they did themself (A9)."""


class NotClosed(Refused):
    """Only what is closed can be confirmed."""


class UnknownMethod(Unfit):
    """The way of contact is not on the list."""


@action
def acknowledge(*, alert: Alert, by: Reader, at: datetime, code: UUID | None = None) -> Alert:
    """*I have this*: nothing climbs any more, and a contact or note is due.

    Args:
        code: the one-time code it was taken with (``crisis.codes``), if it was not a page.

    Raises:
        AlreadyAcknowledged, AlreadyClosed: somebody was quicker.
    """
    by.confirm("E", alert)
    alert = locked(alert)
    if alert.closed_at is not None:
        raise AlreadyClosed(alert=alert)
    if alert.acknowledged_at is not None:
        if alert.acknowledged_by_id == by.account_id:
            return alert
        raise AlreadyAcknowledged(alert=alert)
    level = level_of(alert)
    alert.acknowledged_at, alert.acknowledged_by_id = at, by.account_id
    alert.engaged_at = None
    alert.next_step_at = None
    alert.engage_by = at + level.engaged_within if level.engaged_within else None
    alert.outcome_by = at + level.outcome_within if level.outcome_within else None
    alert.save(
        update_fields=[
            "acknowledged_at",
            "acknowledged_by",
            "engaged_at",
            "next_step_at",
            "engage_by",
            "outcome_by",
        ]
    )
    edges.of_holder(alert=alert, account=by.account_id, at=at)
    how = "" if code is None else "code"
    telling.event(alert, "acknowledged", at=at, step=alert.step, account=by.account_id, note=how)
    if code is not None:
        codes.spend(code, at=at)
    audit.write(
        "crisis.alert_acknowledged", by=by, at=at, about=alert, detail={"how": how or "page"}
    )
    return alert


@action
def record_contact(
    *, alert: Alert, method: str, reached: bool, by: Reader, at: datetime, note: str = ""
) -> Contact:
    """Keep one try to reach somebody, or a note (method ``note``): the alert is *engaged*.

    The same try without a note, by the same person within ten seconds, is one try: a phone that
    was pressed twice.

    Raises:
        AlreadyClosed; UnknownMethod; NothingWritten for a note without words.
    """
    by.confirm("E", alert)
    alert = locked(alert)
    if by.account_id is None:
        raise NotAllowed(action="E", record=str(alert.pk))
    if alert.closed_at is not None:
        raise AlreadyClosed(alert=alert)
    if method not in CONTACT_METHODS:
        raise UnknownMethod(method=method)
    if method == "note" and not note.strip():
        raise NothingWritten
    just_now = Contact.objects.unscoped("was it pressed twice?").filter(
        alert=alert,
        account=by.account_id,
        method=method,
        reached=reached,
        at__gt=at - rules.ONE_PRESS,
    )
    for before in just_now if not note.strip() else ():
        if not before.note:
            return before
    contact = Contact(
        alert=alert,
        institution_id=alert.institution_id,
        circle_id=alert.circle_id,
        at=at,
        method=method,
        reached=reached,
        note=note.strip(),
        account_id=by.account_id,
    )
    contact.save(force_insert=True)
    if alert.acknowledged_at is None:
        # Whoever calls, has it: the first contact is an acknowledgement too.
        alert = acknowledge(alert=alert, by=by, at=at)
    if alert.engaged_at is None:
        alert.engaged_at = at
        alert.save(update_fields=["engaged_at"])
        audit.write("crisis.alert_engaged", by=by, at=at, about=alert)
    telling.event(alert, "contact", at=at, account=by.account_id, note=method)
    audit.write("crisis.contact_recorded", by=by, at=at, about=contact)
    return contact


@action
def close_alert(
    *,
    alert: Alert,
    outcome: str,
    by: Reader,
    at: datetime,
    fields: Mapping[str, object] | None = None,
) -> Alert:
    """Close an alert with one of the listed outcomes and the fields it asks for.

    A and B wait for a second person within 24 hours; with nobody else at the institution they are
    closed alone, and say so until somebody confirms.

    Raises:
        UnknownOutcome, NotAClinician, MissingFields, CanBeReached, AlreadyClosed.
    """
    by.confirm("E", alert)
    alert = locked(alert)
    if alert.closed_at is not None:
        raise AlreadyClosed(alert=alert)
    listed = catalogue.current().danger.outcomes.get(outcome)
    if listed is None:
        raise UnknownOutcome(outcome=outcome)
    if outcome not in outcomes_for(alert, by=by, at=at):
        raise NotAClinician(roles=listed.closed_by)
    given = rules.clean_fields(fields or {})
    missing = listed.missing(given)
    if missing:
        raise MissingFields(fields=missing, outcome=outcome)
    if listed.only_unreachable and _can_be_reached(alert):
        raise CanBeReached(alert=alert)
    kept = {field.id: given[field.id] for field in listed.fields}
    alert.closed_at, alert.closed_by_id, alert.outcome = at, by.account_id, outcome
    alert.outcome_note = json.dumps(kept, ensure_ascii=False) if kept else ""
    alert.next_step_at = alert.engage_by = alert.outcome_by = None
    alert.close_confirmed_at = alert.close_confirmed_by = None
    alert.save()
    telling.event(alert, "closed", at=at, account=by.account_id, note=outcome)
    audit.write("crisis.alert_closed", by=by, at=at, about=alert, detail={"outcome": outcome})
    tasks_done(f"alert:{alert.pk}", *CLOSABLE_TASKS, by=by, at=at)
    follow_up.schedule(alert=alert, by=by, at=at)
    within = level_of(alert).second_person_within
    if within is not None:
        tasks.make_task(
            kind="confirm_close",
            about=f"alert:{alert.pk}",
            institution=Institution.objects.unscoped("whose alert").get(pk=alert.institution_id),
            circle=alert.circle,
            what="confirm_close",
            for_role="on_call",
            due_at=at + within,
            by=by,
            at=at,
        )
        if not telling.has_second_person(alert, by.account_id, at):
            telling.event(alert, "closed_alone", at=at, account=by.account_id)
    return alert


def outcomes_for(alert: Alert, *, by: Reader, at: datetime) -> frozenset[str]:
    """The outcomes with which this reader may end an alert: some need a named clinician."""
    listed = catalogue.current().danger.outcomes.values()
    may = {
        roles: not roles
        or telling.is_named_clinician(by.account_id, alert.institution_id, roles, at)
        for roles in {outcome.closed_by for outcome in listed}
    }
    return frozenset(outcome.id for outcome in listed if may[outcome.closed_by])


@action
def confirm_close(*, alert: Alert, by: Reader, at: datetime) -> Alert:
    """A second person looked at a closed A or B again, and agrees.

    Raises:
        NotClosed; OwnWork when it is the person who closed it.
    """
    by.confirm("E", alert)
    alert = locked(alert)
    if alert.closed_at is None:
        raise NotClosed(alert=alert)
    if alert.closed_by_id == by.account_id:
        raise OwnWork(alert=alert)
    if alert.close_confirmed_at is None:
        alert.close_confirmed_at, alert.close_confirmed_by_id = at, by.account_id
        alert.save(update_fields=["close_confirmed_at", "close_confirmed_by"])
        telling.event(alert, "close_confirmed", at=at, account=by.account_id)
        audit.write("crisis.alert_close_confirmed", by=by, at=at, about=alert)
        tasks_done(f"alert:{alert.pk}", *CLOSABLE_TASKS, by=by, at=at)
    return alert


def _can_be_reached(alert: Alert) -> bool:
    return alert.concern is None or bool(alert.concern.contact) or alert.circle_id is not None
