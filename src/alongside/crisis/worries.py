"""The public door: a worry is taken answer by answer, gets a number, is sent, or dies."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.cases import reporting
from alongside.cases.models import Concern
from alongside.crisis import reports, telling
from alongside.crisis.models import Alert, SafetyCheck
from alongside.crisis.raising import NothingWritten, alerts_from, record_safety_check, reopen
from alongside.directory.models import Service
from alongside.engine.risk import IntakeAnswer, IntakeQuestion, find_intake_risk
from alongside.people import reach
from alongside.people.models import Institution
from alongside.records import audit, crashpoint, prepared
from alongside.records.actions_base import action, joined
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

DRAFT_LIVES = timedelta(hours=24)  # the default; a deployment may delete sooner, never later
KEPT_FOR_RETURN = timedelta(days=14)  # for someone who asks to come back
AT_RISK = {"child": "child_not_safe", "adult": "adult_not_safe"}  # what an answer opens, its task
PATHS = ("today", "says_no", "cannot_decide", "child", "me")


class UnknownQuestion(Unfit):
    """No public question, or no answer to it, has this id."""


class UnknownPath(Unfit):
    """What is true today is none of the listed words."""


class Gone(Refused):
    """The draft died, was withdrawn, or is past the point at which it can be added to."""


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


@action
def take_worry(
    *,
    service: Service | None,
    path: str,
    question: str,
    answer: str | None,
    submission: str,
    by: Reader,
    at: datetime,
    concern_id: UUID,
    has_begun: bool = False,
    language: str = "en",
    written_by: UUID | None = None,
) -> Taken:
    """Take one answer to a public question; if it shows danger, raise the alert with it (E1).

    Args:
        service: who must answer; None for one that has begun: whoever its institution says.
        path: what is true today, one of ``PATHS``.
        question, answer: ids of ``content/danger/intake``; None is a question that was skipped.
        submission: an id made by the client. The same again gives the first result (E3).
        concern_id: of the draft; it is made when there is none of this id yet.
        has_begun: the draft is there already, or it died.

    Returns:
        The concern, the alerts this answer raised or was added to, and whether anything is new.

    Raises:
        UnknownPath, UnknownQuestion; Gone when the draft died or was taken up in a case.
    """
    if service is not None:
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
    is_new = concern is None
    if service is None and concern is not None:
        by.confirm_create("concern_intake", institution=concern.institution_id)
    if concern is None:
        if has_begun or service is None:
            raise Gone(concern=concern_id)
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
    if is_new:
        concern.save(force_insert=True)
    else:
        concern.save(update_fields=["answers", "submissions", "dies_at"])
    crashpoint.here("danger.after_concern")
    alerts: tuple[Alert, ...] = ()
    if findings:
        alerts = joined(record_safety_check)(
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
            tell_safeguarding(concern, asked, given, by=by, at=at)
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
    concern.about_hash = reporting.about_hash(concern)
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
    reporting.look(concern, by=by, at=at)
    tasks.make_task(
        kind="new_concern",
        about=f"concern:{concern.pk}",
        institution=_institution(concern),
        what="new_concern",
        for_role="lead",
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


def tell_safeguarding(
    concern: Concern,
    asked: IntakeQuestion,
    given: IntakeAnswer,
    *,
    by: Reader,
    at: datetime,
) -> None:
    """Somebody at risk may not be safe: the lead hears of it the same day, beside the alert."""
    house = _institution(concern)
    kind, language = given.opens, concern.language.partition("-")[0]
    tasks.make_task(
        kind=AT_RISK[kind],
        about=f"concern:{concern.pk}",
        institution=house,
        what=AT_RISK[kind],
        for_role="privacy",
        due_at=reports.answer_by(house, at),
        by=by,
        at=at,
    )
    if not reports.of_concern(concern.pk, kind=kind):
        said = (asked.text, given.text)
        reports.make(
            institution=house,
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


def _concern(pk: UUID) -> Concern | None:
    def rows(pk: UUID) -> Any:
        held = Concern.objects.unscoped("the draft of this secret")
        return held.select_for_update(of=("self",)).filter(pk=pk)

    found: Concern | None = prepared.first("crisis.draft", rows, pk=pk)
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
