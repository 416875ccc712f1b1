"""Danger: take a worry, raise alerts, have them, speak, close; and who is on call.

What may raise an alert is written here or above. The answer, its safety check, the alert, its
first messages and the trail commit together or not at all (E1).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from alongside import catalogue
from alongside.access.models import Account
from alongside.cases.models import Concern
from alongside.crisis import codes, edges, follow_up, reports, rules, telling
from alongside.crisis.models import Alert, AlertEvent, Contact, SafetyCheck, Shift
from alongside.directory.models import Service
from alongside.engine.risk import IntakeAnswer, IntakeQuestion, RiskFinding, find_intake_risk
from alongside.engine.risk.levels import Code
from alongside.people import reach
from alongside.people.models import Circle, Institution, Person
from alongside.records import audit, crashpoint, spool
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, Refused
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

DRAFT_LIVES = timedelta(hours=24)  # the default; a deployment may delete sooner, never later
KEPT_FOR_RETURN = timedelta(days=14)  # for someone who asks to come back
SEEN_BY_STAFF = "seen_by_staff@1"
OVERDUE_TASK = "alert_overdue"
CLOSABLE_TASKS = ("alert", OVERDUE_TASK, "confirm_close")

AT_RISK = {"child": "child_not_safe", "adult": "adult_not_safe"}  # what an answer opens, its task
SAFEGUARDING_WITHIN = timedelta(hours=4)  # the same day; the alert itself waits for nobody

PATHS = ("today", "says_no", "cannot_decide", "child", "me")
CONTACT_METHODS = ("phone", "visit", "message", "with_them", "note")


class UnknownQuestion(Refused):
    """No public question, or no answer to it, has this id."""


class UnknownPath(Refused):
    """What is true today is none of the listed words."""


class Gone(Refused):
    """The draft died, was withdrawn, or is past the point at which it can be added to."""


class NothingWritten(Refused):
    """There is nothing in it yet that anybody could answer."""


class UnknownLevel(Refused):
    """There is no code but A to G."""


class AlreadyAcknowledged(Refused):
    """Somebody has this alert. ``alert`` says who and since when."""

    alert: Alert


class AlreadyClosed(Refused):
    """The alert is closed. ``alert`` says by whom, when and with which outcome."""

    alert: Alert


class UnknownOutcome(Refused):
    """The outcome is not on the closed list of ``content/danger/outcomes.yaml``."""


class MissingFields(Refused):
    """Closing needs these fields of the outcome. Missing fields block closing, never acting."""

    fields: tuple[str, ...]


class CanBeReached(Refused):
    """Somebody left a way to reach them, so the alert cannot be closed as having none."""


class OwnWork(Refused):
    """Nobody confirms what they did themself (A9)."""


class NotClosed(Refused):
    """Only what is closed can be confirmed."""


class UnknownMethod(Refused):
    """The way of contact is not on the list."""


class ShiftMakesNoSense(Refused):
    """A shift ends after it starts and lasts at most 24 hours, in a zone that exists."""


class NotAccountOfHouse(Refused):
    """Only a colleague of the institution can be on call for it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A safety check and the alerts it raised or was added to, the most urgent first."""

    check: SafetyCheck
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one answer at the public door became."""

    concern: Concern
    alerts: tuple[Alert, ...]
    answer: IntakeAnswer | None
    is_new: bool  # False: the same submission as before; nothing was written again

    @property
    def is_danger(self) -> bool:
        return bool(self.alerts)


# -- the public door ------------------------------------------------------------------------------


@action
def take_worry(
    *,
    service: Service,
    path: str,
    question: str,
    answer: str | None,
    submission: str,
    by: Reader,
    at: datetime,
    concern_id: UUID,
    language: str = "en",
    written_by: UUID | None = None,
) -> Taken:
    """Take one answer to a public question; if it shows danger, raise the alert with it (E1).

    Args:
        service: who must answer.
        path: what is true today, one of ``PATHS``.
        question, answer: ids of ``content/danger/intake``; None is a question that was skipped.
        submission: an id made by the client. The same again gives the first result (E3).
        concern_id: of the draft; it is made when there is none of this id yet.

    Returns:
        The concern, the alerts this answer raised or was added to, and whether anything is new.

    Raises:
        UnknownPath, UnknownQuestion; Gone when the draft died or was taken up in a case.
    """
    by.confirm_create("concern_intake", institution=service.institution_id)
    intake = catalogue.current().danger.intake
    asked = intake.question(question)
    given = asked.answer(answer) if asked and answer else None
    if asked is None or (answer and given is None):
        raise UnknownQuestion(question=question, answer=answer)
    if path not in PATHS:
        raise UnknownPath(path=path)
    crashpoint.here("danger.before_concern")
    concern = _concern(concern_id)
    if concern is None:
        concern = Concern(
            id=concern_id,
            institution_id=service.institution_id,
            path=path,
            intake=str(intake.ref),
            language=language[:10],
            began_at=at,
            dies_at=at + DRAFT_LIVES,
            written_by_id=written_by,
        )
    if submission in concern.submissions:
        return Taken(concern, alerts_from(_source(concern, submission)), given, is_new=False)
    _must_be_live(concern, at)
    answers = {**_answers(concern), question: given.id if given else None}
    findings = find_intake_risk(intake, {question: given.id} if given else {})
    concern.answers = json.dumps(answers)
    concern.submissions = [*concern.submissions, submission][-40:]
    if findings:
        concern.dies_at = None  # somebody must answer it now; it does not die by itself
    concern.save()
    crashpoint.here("danger.after_concern")
    alerts: tuple[Alert, ...] = ()
    if findings:
        alerts = record_safety_check(
            kind="intake",
            form=str(intake.ref),
            concern=concern,
            service=service,
            answers={question: given.id if given else None},
            findings=findings,
            source=_source(concern, submission),
            by=by,
            at=at,
        ).alerts
        if given is not None and given.opens in AT_RISK:
            _tell_safeguarding(concern, service, asked, given, by=by, at=at)
    audit.write("cases.concern_changed", by=by, at=at, about=concern, detail={"asked": question})
    crashpoint.here("danger.after_audit")
    return Taken(concern, alerts, given, is_new=True)


@action
def leave_number(
    *, concern_id: UUID, number: str, submission: str, by: Reader, at: datetime
) -> Concern:
    """Keep a number that is safe to call, and tell whoever was told of the danger.

    An alert that was closed because there was no way to reach anybody opens again.

    Raises:
        people.reach.NotReachable: it cannot be a phone number.
    """
    concern = _live_concern(concern_id, by, at)
    country = _institution(concern).country
    value = reach.normalised(channel="phone", value=number, country=country)
    if submission in concern.submissions:
        return concern
    concern.contact, concern.reached_by = value, "phone"
    concern.contact_hash = reach.hashed(channel="phone", value=value, country=country)
    concern.submissions = [*concern.submissions, submission][-40:]
    concern.save(update_fields=["contact", "reached_by", "contact_hash", "submissions"])
    crashpoint.here("danger.after_number")
    _tell_of_contact(concern, submission, by=by, at=at)
    reports.follow(concern, by=by, at=at)
    audit.write("cases.concern_changed", by=by, at=at, about=concern, detail={"added": "number"})
    return concern


@action
def send_worry(
    *,
    concern_id: UUID,
    submission: str,
    by: Reader,
    at: datetime,
    words: str = "",
    about_alias: str = "",
    about_age_band: str = "",
    relation: str = "",
    contact: str = "",
    contact_name: str = "",
    safe_hours: str = "",
) -> Concern:
    """Send the worry to the team: in the writer's words, with a safe way to reach them.

    Until the person agrees, only what 5.1 allows is asked: an alias, an age band, the relation.

    Args:
        contact: a phone number or an e-mail address; empty keeps what was left before.

    Raises:
        NothingWritten: neither words nor a way to reach the writer.
        people.reach.NotReachable: the contact cannot be one.
    """
    concern = _live_concern(concern_id, by, at)
    if submission in concern.submissions:
        return concern
    contact = contact.strip()
    if not words.strip() and not (contact or concern.contact):
        raise NothingWritten
    had_contact = bool(concern.contact)
    if contact:
        country = _institution(concern).country
        channel = reach.channel_of(contact)
        value = reach.normalised(channel=channel, value=contact, country=country)
        concern.contact, concern.reached_by = value, channel
        concern.contact_hash = reach.hashed(channel=channel, value=value, country=country)
    concern.words = words.strip()
    concern.about_alias = about_alias.strip()
    concern.about_age_band = about_age_band
    concern.relation = relation.strip()[:40]
    concern.contact_name = contact_name.strip()
    concern.safe_hours = safe_hours.strip()
    concern.submissions = [*concern.submissions, submission][-40:]
    concern.state, concern.dies_at = "sent", None
    concern.sent_at = concern.sent_at or at
    concern.version += 1
    concern.save()
    if concern.contact and not had_contact:
        _tell_of_contact(concern, submission, by=by, at=at)
    reports.follow(concern, by=by, at=at)
    tasks.make_task(
        kind="new_concern",
        about=f"concern:{concern.pk}",
        institution=_institution(concern),
        what="new_concern",
        for_role="lead",
        due_at=at + timedelta(days=1),
        by=by,
        at=at,
    )
    audit.write("cases.concern_sent", by=by, at=at, about=concern)
    return concern


@action
def keep_for_return(*, concern_id: UUID, by: Reader, at: datetime) -> Concern:
    """Keep a draft longer, because the writer asked to come back to it."""
    concern = _live_concern(concern_id, by, at)
    if concern.state == "draft" and concern.dies_at is not None:
        concern.dies_at = max(concern.dies_at, at + KEPT_FOR_RETURN)
        concern.save(update_fields=["dies_at"])
    return concern


@action
def forget_draft(*, concern_id: UUID, by: Reader, at: datetime) -> bool:
    """Delete a draft whose time is over and that shows no danger, with all that was written."""
    concern = _concern(concern_id)
    if (
        concern is None
        or concern.state != "draft"
        or concern.dies_at is None
        or concern.dies_at > at
        or Alert.objects.unscoped("is there danger in it?").filter(concern=concern).exists()
    ):
        return False
    audit.write("cases.concern_expired", by=by, at=at, about=concern)
    SafetyCheck.objects.unscoped("the draft dies").filter(concern=concern).delete()
    concern.delete()
    return True


# -- checks and alerts ----------------------------------------------------------------------------


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
    check.save(force_insert=True)
    crashpoint.here("danger.after_check")
    alerts = raise_alerts(
        findings=found,
        circle=circle,
        concern=concern,
        service=service,
        about=about,
        written_by=written_by,
        by=by,
        at=at,
    )
    if alerts:
        check.alerts = [str(alert.pk) for alert in alerts]
        check.save(update_fields=["alerts"])
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
    level = _level(alert)
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
        UnknownOutcome, MissingFields, CanBeReached, AlreadyClosed.
    """
    by.confirm("E", alert)
    alert = locked(alert)
    if alert.closed_at is not None:
        raise AlreadyClosed(alert=alert)
    listed = catalogue.current().danger.outcomes.get(outcome)
    if listed is None:
        raise UnknownOutcome(outcome=outcome)
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
    _tasks_done(alert, by=by, at=at)
    follow_up.schedule(alert=alert, by=by, at=at)
    within = _level(alert).second_person_within
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
        _tasks_done(alert, by=by, at=at)
    return alert


@action
def reopen(*, alert: Alert, because: str, by: Reader, at: datetime) -> Alert:
    """Open an alert again: nobody followed up, or there is new danger. It climbs a step at once.

    Args:
        because: ``not_engaged``, ``no_outcome``, ``danger_again`` or ``number_left``.
    """
    alert = locked(alert)
    was_closed = alert.closed_at is not None
    alert.acknowledged_at = alert.acknowledged_by = None
    alert.engaged_at = alert.engage_by = alert.outcome_by = None
    alert.closed_at = alert.closed_by = None
    alert.close_confirmed_at = alert.close_confirmed_by = None
    alert.outcome = alert.outcome_note = ""
    alert.last_raised_at = at
    if was_closed:
        alert.step = 0  # from the beginning: whoever is on shift now
    alert.next_step_at = at
    alert.save()
    telling.event(alert, "reopened", at=at, step=alert.step, note=because)
    audit.write("crisis.alert_reopened", by=by, at=at, about=alert, detail={"because": because})
    if alert.is_life_critical:
        telling.climb(alert=alert, by=by, at=at)
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


# -- who is on call -------------------------------------------------------------------------------


@action
def save_shift(
    *,
    service: Service,
    account: Account,
    order: int,
    local_start: datetime,
    local_end: datetime,
    zone: str,
    by: Reader,
    at: datetime,
) -> Shift:
    """Put a colleague on call for a service, first (1) or second (2).

    Args:
        local_start, local_end: wall times, naive, as the clock of ``zone`` shows them; the moments
            are derived, and a shift never gets shorter because clocks change.

    Raises:
        ShiftMakesNoSense, NotAccountOfHouse.
    """
    by.confirm_create("shift", institution=service.institution_id)
    try:
        starts_at, ends_at = rules.shift_span(local_start, local_end, zone)
    except rules.NoSuchZone as unknown:
        raise ShiftMakesNoSense(zone=zone) from unknown
    if not timedelta(0) < ends_at - starts_at <= timedelta(hours=25) or order not in (1, 2):
        raise ShiftMakesNoSense(starts_at=starts_at, ends_at=ends_at, order=order)
    if not telling.works_at(account, service.institution_id, at):
        raise NotAccountOfHouse(account=account)
    shift = Shift(
        institution_id=service.institution_id,
        service=service,
        account=account,
        order=order,
        local_start=local_start.replace(tzinfo=UTC),
        local_end=local_end.replace(tzinfo=UTC),
        zone=zone,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    shift.save(force_insert=True)
    edges.of_shift(shift=shift, at=at)
    audit.write("crisis.shift_saved", by=by, at=at, about=shift, detail={"order": str(order)})
    return shift


@action
def end_shift(*, shift: Shift, by: Reader, at: datetime) -> Shift:
    """End a shift now, or take away one that has not begun."""
    by.confirm("E", shift)
    if shift.ended_at is None and shift.ends_at > at:
        shift.ended_at = at
        shift.save(update_fields=["ended_at"])
        edges.end_shift(shift=shift, at=at)
        audit.write("crisis.shift_saved", by=by, at=at, about=shift, detail={"ended": "early"})
    return shift


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
                step = rules.step(_level(alert), max(alert.step, 1))
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
        told = telling.tell(alert=alert, step=rules.step(level, 1), by=by, at=at)
        if not told:
            alert.next_step_at = at  # nobody to tell at this step: the next one is due at once
            alert.save(update_fields=["next_step_at"])
    else:
        make_alert_task(alert, because=f"{finding.rule}: {finding.because}", by=by, at=at)
    return alert


def make_alert_task(alert: Alert, *, because: str, by: Reader, at: datetime) -> None:
    """Put an alert of D to G on the work list, with the day by which somebody must have looked."""
    level = _level(alert)
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


def _tell_safeguarding(
    concern: Concern,
    service: Service,
    asked: IntakeQuestion,
    given: IntakeAnswer,
    *,
    by: Reader,
    at: datetime,
) -> None:
    """Somebody at risk may not be safe: the lead hears of it the same day, beside the alert."""
    kind, language = given.opens, concern.language.partition("-")[0]
    tasks.make_task(
        kind=AT_RISK[kind],
        about=f"concern:{concern.pk}",
        institution=service.institution,
        what=AT_RISK[kind],
        for_role="privacy",
        due_at=at + SAFEGUARDING_WITHIN,
        by=by,
        at=at,
    )
    if not reports.of_concern(concern.pk, kind=kind):
        said = (asked.text, given.text)
        reports.make(
            institution=service.institution,
            concern=concern,
            written_by_id=concern.written_by_id,
            kind=kind,
            immediate=given.level == "A",
            words="\n".join(each.get(language, each["en"]) for each in said),
            said_by=reports.reached_at(concern),
            by=by,
            at=at,
        )


def _tell_of_contact(concern: Concern, submission: str, *, by: Reader, at: datetime) -> None:
    """A way to reach somebody was left: open again what had none, and tell who has the rest."""
    alerts = Alert.objects.unscoped("there is a way to reach them now").filter(concern=concern)
    for alert in alerts.select_for_update(of=("self",)):
        if alert.closed_at is not None:
            if alert.outcome == "no_way_to_reach":
                reopen(alert=alert, because="number_left", by=by, at=at)
        elif alert.is_life_critical:
            telling.tell_news(alert=alert, news="number_left", key=submission, by=by, at=at)


def _tasks_done(alert: Alert, *, by: Reader, at: datetime) -> None:
    from alongside.tasks.models import Task

    open_ones = Task.objects.unscoped("the alert of this task is over").filter(
        about=f"alert:{alert.pk}", done_at=None, kind__in=CLOSABLE_TASKS
    )
    for task in open_ones:
        task.done_at, task.done_by_id = at, by.account_id
        task.save(update_fields=["done_at", "done_by"])
        audit.write("tasks.task_done", by=by, at=at, about=task, detail={"kind": task.kind})


def _can_be_reached(alert: Alert) -> bool:
    return alert.concern is None or bool(alert.concern.contact) or alert.circle_id is not None


def _level(alert: Alert) -> Any:
    return catalogue.current().danger.levels[alert.level]


def locked(alert: Alert) -> Alert:
    """The alert as it is now, locked until the transaction ends."""
    rows = Alert.objects.unscoped("look again under the lock").select_for_update(of=("self",))
    again: Alert = rows.get(pk=alert.pk)
    return again


def _concern(pk: UUID) -> Concern | None:
    rows = Concern.objects.unscoped("the draft of this secret").select_for_update(of=("self",))
    found: Concern | None = rows.filter(pk=pk).first()
    return found


def _live_concern(pk: UUID, by: Reader, at: datetime) -> Concern:
    concern = _concern(pk)
    if concern is None:
        raise Gone(concern=pk)
    by.confirm("C", concern)
    _must_be_live(concern, at)
    return concern


def _must_be_live(concern: Concern, at: datetime) -> None:
    if concern.state not in {"draft", "sent"}:
        raise Gone(concern=concern.pk)
    if concern.dies_at is not None and concern.dies_at <= at:
        raise Gone(concern=concern.pk)


def _answers(concern: Concern) -> dict[str, str | None]:
    found: dict[str, str | None] = json.loads(concern.answers) if concern.answers else {}
    return found


def _source(concern: Concern, submission: str) -> str:
    return f"{concern.pk}:{submission}"[:80]


def _institution(concern: Concern) -> Institution:
    house: Institution = Institution.objects.unscoped("whose concern").get(
        pk=concern.institution_id
    )
    return house


def _home(circle: Circle | None, concern: Concern | None) -> UUID:
    for thing in (circle, concern):
        if thing is not None:
            return UUID(str(thing.institution_id))
    raise ValueError("a safety check is about a circle or a concern")
