"""Danger: checks kept, alerts raised, added to and opened again, and who is told of it (E1).

What may raise an alert is written here or above. The answer, its safety check, the alert, its
first messages and the trail commit together or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from alongside import catalogue
from alongside.cases.models import Concern
from alongside.crisis import edges, rules, telling
from alongside.crisis.models import Alert, AlertEvent, Contact, SafetyCheck
from alongside.directory.models import Service
from alongside.engine.risk import Level, RiskFinding
from alongside.engine.risk.levels import Code
from alongside.people.models import Circle, Institution, Person
from alongside.records import audit, crashpoint, spool
from alongside.records.actions_base import action, joined
from alongside.records.errors import Unfit
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

SEEN_BY_STAFF = "seen_by_staff@1"


class NothingWritten(Unfit):
    """There is nothing in it yet that anybody could answer."""


class UnknownLevel(Unfit):
    """There is no code but A to G."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A safety check and the alerts it raised or was added to, the most urgent first."""

    check: SafetyCheck
    alerts: tuple[Alert, ...]


@action
def record_safety_check(
    *,
    kind: str,
    form: str,
    by: Reader,
    at: datetime,
    findings: Iterable[RiskFinding] = (),
    answers: Mapping[str, object] | None = None,
    circle: Circle | None = None,
    concern: Concern | None = None,
    service: Service | None = None,
    about: Person | None = None,
    written_by: Person | None = None,
    source: str = "",
) -> Checked:
    """Keep a look at present danger, and raise an alert for everything it found.

    It follows from an answer somebody was allowed to give, so it asks for no right of its own.

    Args:
        kind: ``intake``, ``private_check``, ``case`` or ``measure``.
        form: what was asked, as ``intake@1``. answers: what was answered, by question or item.
        findings: what the rules found.
        source: what it came from, as ``asking:<uuid>``; ``alerts_from`` finds its alerts again.
    """
    found = tuple(sorted(findings, key=lambda finding: finding.level))
    check = SafetyCheck(
        institution_id=_home(circle, concern),
        circle=circle,
        concern=concern,
        about=about,
        written_by=written_by,
        kind=kind,
        form=form,
        answers=json.dumps(answers or {}),
        findings=[
            {"rule": each.rule, "level": each.level, "because": each.because} for each in found
        ],
        source=source,
        checked_at=at,
    )
    alerts = joined(raise_alerts)(
        findings=found,
        circle=circle,
        concern=concern,
        service=service,
        about=about,
        written_by=written_by,
        by=by,
        at=at,
    )
    check.alerts = [str(alert.pk) for alert in alerts]
    check.save(force_insert=True)
    crashpoint.here("danger.after_check")
    audit.write("crisis.safety_check_recorded", by=by, at=at, about=check, detail={"form": form})
    return Checked(check, alerts)


@action
def raise_alerts(
    *,
    findings: Iterable[RiskFinding],
    by: Reader,
    at: datetime,
    concern: Concern | None = None,
    circle: Circle | None = None,
    place: str = "",
    institution: UUID | None = None,
    service: Service | None = None,
    about: Person | None = None,
    written_by: Person | None = None,
) -> tuple[Alert, ...]:
    """Raise an alert for each finding, or add it to one that is open (3.3); tell who is on call.

    A, B and C send their first messages in this transaction; D to G become tasks. Anybody's answer
    may raise one, so no right is asked for.

    Args:
        findings: what rules found, or what a person saw (rule ``seen_by_staff@1``).
        concern, circle: what it is about, at least one; or else ``place`` with ``institution``.

    Returns:
        The alerts raised, added to or opened again, the most urgent first, each once.
    """
    home = institution or _home(circle, concern)
    if service is None:
        service = telling.service_of(circle=circle.pk if circle else None, institution=home)
    touched: dict[UUID, Alert] = {}
    for finding in sorted(findings, key=lambda finding: finding.level):
        alert = _raise_one(
            finding, home, concern, circle, place, service, about, written_by, by=by, at=at
        )
        touched[alert.pk] = alert
    if (given := spool.given_at.get()) is not None:  # the answer waited beside the database
        for alert in touched.values():
            telling.event(alert, "given", at=given)
    return tuple(sorted(touched.values(), key=lambda alert: alert.level))


@action
def raise_by_staff(
    *,
    level: str,
    seen: str,
    institution: UUID,
    by: Reader,
    at: datetime,
    circle: Circle | None = None,
    place: str = "",
) -> Alert:
    """Raise a code for what a colleague saw or heard: anybody on the staff may, nobody must wait.

    Args:
        level: A to G. seen: what was seen or heard, in words.
        circle: whose; or else ``place``, where.

    Raises:
        NothingWritten without words; UnknownLevel; NotAllowed.
    """
    by.confirm_create(
        "alert", institution=institution, circle=None if circle is None else circle.pk
    )
    if level not in catalogue.current().danger.levels:
        raise UnknownLevel(level=level)
    if not seen.strip() or (circle is None and not place.strip()):
        raise NothingWritten
    (alert,) = raise_alerts(
        findings=[RiskFinding(SEEN_BY_STAFF, cast(Code, level), seen.strip(), None)],
        circle=circle,
        place="" if circle is not None else place.strip()[:120],
        institution=institution,
        about=circle.focus if circle is not None else None,
        by=by,
        at=at,
    )
    return alert


def alerts_from(source: str) -> tuple[Alert, ...]:
    """The alerts that a safety check from this source raised or was added to."""
    checks = SafetyCheck.objects.unscoped("the first result of this submission")
    ids = {
        pk
        for found in checks.filter(source=source).values_list("alerts", flat=True)
        for pk in found
    }
    if not ids:
        return ()
    alerts = Alert.objects.unscoped("the first result of this submission")
    return tuple(alerts.filter(pk__in=ids).order_by("level", "raised_at"))


@action
def reopen(*, alert: Alert, because: str, by: Reader, at: datetime) -> Alert:
    """Open an alert again: nobody followed up, or there is new danger. It climbs a step at once.

    Args:
        because: ``not_engaged``, ``no_outcome``, ``danger_again`` or ``number_left``.
    """
    alert = locked(alert)
    was_closed = alert.closed_at is not None
    if alert.closed_at is not None and alert.outcome_note:
        # What was written to close it stays, for ever (3.3).
        who, note = alert.closed_by, alert.outcome_note
        telling.event(alert, "closed_with", at=alert.closed_at, account=who, note=note)
    alert.acknowledged_at = alert.acknowledged_by = None
    alert.engaged_at = alert.engage_by = alert.outcome_by = None
    alert.closed_at = alert.closed_by = None
    alert.close_confirmed_at = alert.close_confirmed_by = None
    alert.outcome = alert.outcome_note = ""
    alert.last_raised_at = at
    if was_closed:
        alert.step = 0  # from the beginning: whoever is on shift now
    alert.next_step_at = at if alert.is_life_critical else None
    alert.save()
    telling.event(alert, "reopened", at=at, step=alert.step, note=because)
    audit.write("crisis.alert_reopened", by=by, at=at, about=alert, detail={"because": because})
    if alert.is_life_critical:
        telling.climb(alert=alert, by=by, at=at, somebody=because == "danger_again")
    else:  # its task was done when it was closed
        make_alert_task(alert, because=f"{alert.rule}: {alert.because}", by=by, at=at)
    return alert


@action
def give_circle(*, concern: Concern, circle: Circle, by: Reader, at: datetime) -> int:
    """A concern was taken into a case: its alerts gain the circle. Returns how many."""
    alerts = Alert.objects.unscoped("the concern was taken").filter(concern=concern, circle=None)
    changed = 0
    for alert in alerts.select_for_update(of=("self",)):
        alert.circle = circle
        alert.about_id = alert.about_id or circle.focus_id
        alert.save(update_fields=["circle", "about"])
        AlertEvent.objects.unscoped("the concern was taken").filter(alert=alert).update(
            circle=circle
        )
        Contact.objects.unscoped("the concern was taken").filter(alert=alert).update(circle=circle)
        told = AlertEvent.objects.unscoped("who was told").filter(
            alert=alert, kind__in=["told", "acknowledged"], account__isnull=False
        )
        accounts = {event.account for event in told.select_related("account") if event.account}
        for account in accounts if alert.closed_at is None else ():
            edges.open_for(alert=alert, account=account, at=at)
        changed += 1
    SafetyCheck.objects.unscoped("the concern was taken").filter(
        concern=concern, circle=None
    ).update(circle=circle)
    return changed


def locked(alert: Alert) -> Alert:
    """The alert as it is now, locked until the transaction ends."""
    rows = Alert.objects.unscoped("look again under the lock").select_for_update(of=("self",))
    again: Alert = rows.get(pk=alert.pk)
    return again


# -- inside ---------------------------------------------------------------------------------------


def _raise_one(
    finding: RiskFinding,
    home: UUID,
    concern: Concern | None,
    circle: Circle | None,
    place: str,
    service: Service | None,
    about: Person | None,
    written_by: Person | None,
    *,
    by: Reader,
    at: datetime,
) -> Alert:
    same = _about_the_same(home, concern, circle, place, about)
    known = [
        rules.Known(alert, alert.level, alert.rule, alert.last_raised_at, alert.closed_at)
        for alert in same
    ]
    what, which = rules.becomes(finding.level, finding.rule, known, at)
    if which is not None and isinstance(which.key, Alert):
        alert = which.key
        if what == "reopened":
            return reopen(alert=alert, because="danger_again", by=by, at=at)
        telling.event(alert, "raised_again", at=at, note=f"{finding.rule}: {finding.because}")
        audit.write(
            "crisis.alert_raised_again",
            by=by,
            at=at,
            about=alert,
            detail={"rule": finding.rule, "level": finding.level},
        )
        if what == "sent_again":
            alert.last_raised_at = at
            alert.save(update_fields=["last_raised_at"])
            if alert.acknowledged_at is not None:
                telling.tell_news(
                    alert=alert, news="sent_again", key=f"{at:%Y%m%dT%H%M%S%f}", by=by, at=at
                )
            else:
                step = rules.step(level_of(alert), max(alert.step, 1))
                telling.tell(alert=alert, step=step, by=by, at=at, again=True)
        return alert
    return _new_alert(finding, home, concern, circle, place, service, about, written_by, by, at)


def _new_alert(
    finding: RiskFinding,
    home: UUID,
    concern: Concern | None,
    circle: Circle | None,
    place: str,
    service: Service | None,
    about: Person | None,
    written_by: Person | None,
    by: Reader,
    at: datetime,
) -> Alert:
    level = catalogue.current().danger.levels[finding.level]
    alert = Alert(
        institution_id=home,
        service=service,
        concern=concern,
        circle=circle,
        about=about,
        written_by=written_by,
        place=place,
        level=finding.level,
        rule=finding.rule,
        because=finding.because,
        raised_at=at,
        last_raised_at=at,
        step=1,
        next_step_at=rules.next_step_at(level, 1, at),
    )
    alert.save(force_insert=True)
    crashpoint.here("danger.after_alert")
    telling.event(alert, "raised", at=at, step=1, note=f"{finding.rule}: {finding.because}")
    audit.write(
        "crisis.alert_raised",
        by=by,
        at=at,
        about=alert,
        institution=home,
        detail={"rule": finding.rule, "level": finding.level},
    )
    if level.is_life_critical:
        first = rules.step(level, 1)
        told = telling.tell(alert=alert, step=first, by=by, at=at, somebody=True)
        if not told:
            alert.next_step_at = at  # nobody to tell at this step: the next one is due at once
            alert.save(update_fields=["next_step_at"])
    else:
        make_alert_task(alert, because=f"{finding.rule}: {finding.because}", by=by, at=at)
    return alert


def make_alert_task(alert: Alert, *, because: str, by: Reader, at: datetime) -> None:
    """Put an alert of D to G on the work list, with the day by which somebody must have looked."""
    level = level_of(alert)
    tasks.make_task(
        kind="alert",
        about=f"alert:{alert.pk}",
        institution=Institution.objects.unscoped("whose alert").get(pk=alert.institution_id),
        circle=alert.circle,
        what=f"{alert.level} · {level.name}",
        why=because,
        for_role="lead",
        due_at=rules.task_due(level, at, alert.service.zone if alert.service else "UTC"),
        by=by,
        at=at,
    )


def _about_the_same(
    home: UUID,
    concern: Concern | None,
    circle: Circle | None,
    place: str,
    about: Person | None,
) -> list[Alert]:
    """The alerts a finding could be added to, locked, the newest first."""
    rows = Alert.objects.unscoped("is there an alert about the same?").filter(institution=home)
    if circle is not None:
        rows = rows.filter(circle=circle, about=about)
    elif concern is not None:
        rows = rows.filter(concern=concern)
    else:
        rows = rows.filter(place=place)
    found = rows.select_for_update(of=("self",)).order_by("-raised_at")[:50]
    return list(found)


def level_of(alert: Alert) -> Level:
    """How soon this alert must be answered, by content."""
    return catalogue.current().danger.levels[alert.level]


def _home(circle: Circle | None, concern: Concern | None) -> UUID:
    for thing in (circle, concern):
        if thing is not None:
            return UUID(str(thing.institution_id))
    raise ValueError("a safety check is about a circle or a concern")
