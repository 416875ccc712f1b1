"""The public door: nobody is signed in, nothing is kept in the browser.

A visit is a secret in the address, 32 random bytes of which only the hash is kept. It opens one
draft for writing, shows nothing that was written, and ends with *Leave this page*.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.utils import translation
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.access import actions as access
from alongside.access.readers import LinkReader, reader_for_link, reader_holding_link
from alongside.cases.models import Concern
from alongside.crisis import actions, telling
from alongside.crisis.models import Alert, AlertEvent
from alongside.directory.models import Service
from alongside.directory.queries import public_service
from alongside.engine.risk import Intake, IntakeQuestion, find_intake_risk
from alongside.notify import actions as notify
from alongside.notify import dispatcher
from alongside.people import reach
from alongside.records import crashpoint
from alongside.records.actions_base import action, joined
from alongside.records.crypto import keyed_hash
from alongside.records.errors import NotAllowed, Refused
from alongside.records.reader import Reader, system

log = logging.getLogger(__name__)

REASON = "public door"
PURPOSE = "resume_worry"
VISIT_LASTS = timedelta(hours=24)
_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")


class NotAVisit(Refused):
    """The secret opens nothing: it never did, it ended, or the person left."""


class NotOpenYet(Refused):
    """No service answers this door yet."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one answer: where the visit goes on, and whether anybody was told."""

    token: str
    is_danger: bool
    opens: str  # the page that follows in place of the next question
    is_new: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """What the pages of one visit may say. Nothing that was written is in it."""

    concern: UUID
    path: str
    answered: tuple[str, ...]
    is_sent: bool
    told: str  # nothing_told, sent, sent_number, taken, not_staffed, nobody
    at: datetime | None = None
    number_at: datetime | None = None
    taken_at: datetime | None = None
    has_contact: bool = False
    dies_at: datetime | None = None


def new_submission() -> str:
    """An id for a form that is about to be shown; sent twice, it counts once."""
    return secrets.token_urlsafe(18)


def intake() -> Intake:
    """The public questions."""
    found: Intake = catalogue.current().danger.intake
    return found


def question_number(number: int) -> IntakeQuestion | None:
    """The question with this number, from 1."""
    questions = intake().questions
    return questions[number - 1] if 1 <= number <= len(questions) else None


def is_danger(number: int, answer: str) -> bool:
    """Whether this answer to the question with this number, from 1, shows danger."""
    asked = question_number(number)
    given = asked.answer(answer) if asked is not None else None
    if asked is None or given is None:
        return False
    return bool(find_intake_risk(intake(), {asked.id: given.id}))


def answer(
    *,
    path: str,
    question: str,
    answer: str | None,
    submission: str,
    at: datetime,
    token: str = "",
    language: str = "en",
) -> Answered:
    """Take one answer; when it returns, the answer, and what it called for, are on the disk (E2).

    Args:
        path: of a visit that begins; one that has begun has its own.
        token: of the visit; empty for its first answer, which makes one.
        submission: as the form sent it; an answer with a broken one is taken all the same.

    Raises:
        NotOpenYet, NotAVisit; crisis.actions.UnknownQuestion, UnknownPath, Gone.
    """
    service = None if token else public_service()  # a visit has found its own
    if service is None and not token:
        raise NotOpenYet
    given = submission if _SUBMISSION.match(submission) else new_submission()
    made = None
    for last_try in (False, True):
        try:
            made, token = _take(
                service=service,
                path=path,
                question=question,
                answer=answer,
                submission=given,
                token=token,
                language=language,
                by=system(REASON, at),
                at=at,
            )
            break
        except IntegrityError:
            # The same form was sent twice at once: the other one was first. Look again.
            if last_try:
                raise
    assert made is not None  # noqa: S101  # the loop ends with it or raises
    crashpoint.here("danger.after_commit")
    for alert in made.alerts:
        if made.is_new and alert.is_life_critical:
            dispatcher.stand_in(about=f"alert:{alert.pk}", at=at)
    return Answered(token, made.is_danger, made.answer.opens if made.answer else "", made.is_new)


@action
def _take(
    *,
    service: Service | None,
    path: str,
    question: str,
    answer: str | None,
    submission: str,
    token: str,
    language: str,
    by: Reader,
    at: datetime,
) -> tuple[actions.Taken, str]:
    concern_id = _concern_id(submission)
    if token:
        by = link = _reader(token, at, find=reader_holding_link)
        concern_id = link.link.target
    taken = joined(actions.take_worry)(
        service=service,
        path=path,
        question=question,
        answer=answer,
        submission=submission,
        concern_id=concern_id,
        has_begun=bool(token),
        language=language,
        by=by,
        at=at,
    )
    if service is not None:
        token = joined(access.issue_link)(
            purpose=PURPOSE,
            target=taken.concern.pk,
            expires_at=at + VISIT_LASTS,
            institution=service.institution,
            by=system(REASON, at),
            at=at,
        )
        crashpoint.here("danger.after_link")
    return taken, token


def visit(token: str, at: datetime) -> Visit:
    """What the pages of this visit may say now.

    Raises:
        NotAVisit.
    """
    concern = _concern_of(token, at)
    alerts = list(
        Alert.objects.unscoped(REASON)
        .filter(concern=concern, level__in=["A", "B", "C"])
        .order_by("raised_at")
    )
    answered = tuple(json.loads(concern.answers)) if concern.answers else ()
    plain = Visit(
        concern=concern.pk,
        path=concern.path,
        answered=answered,
        is_sent=concern.state == "sent",
        told="nothing_told",
        has_contact=bool(concern.contact),
        dies_at=concern.dies_at,
    )
    if not alerts:
        return plain
    said = list(
        AlertEvent.objects.unscoped(REASON)
        .filter(alert__in=alerts, kind__in=["told", "number_left", "reopened"])
        .order_by("at")
    )
    told = [event for event in said if event.kind == "told"]
    by_number = [e for e in said if e.kind == "number_left" or e.note == "number_left"]
    taken = [alert.acknowledged_at for alert in alerts if alert.acknowledged_at]
    state = "sent"
    if taken:
        state = "taken"
    elif not told:
        state = "nobody"
    elif all(event.note not in telling.SHIFT_WORDS for event in told):
        state = "not_staffed"
    elif by_number:
        state = "sent_number"
    return replace(
        plain,
        told=state,
        at=max(alert.last_raised_at for alert in alerts),
        number_at=max((event.at for event in by_number), default=None),
        taken_at=min(taken, default=None),
    )


def leave_number(*, token: str, number: str, submission: str, at: datetime) -> None:
    """Keep a number that is safe to call.

    Raises:
        NotAVisit, crisis.actions.Gone; people.reach.NotReachable.
    """
    concern = actions.leave_number(
        concern_id=_target(token, at),
        number=number,
        submission=_usable(submission),
        by=_reader(token, at),
        at=at,
    )
    _stand_in(concern, at)


def send_worry(*, token: str, submission: str, at: datetime, **told: str) -> None:
    """Send the worry with its words and a safe way to reach the writer.

    Raises:
        NotAVisit; crisis.actions.Gone, NothingWritten; people.reach.NotReachable.
    """
    concern = actions.send_worry(
        concern_id=_target(token, at),
        submission=_usable(submission),
        by=_reader(token, at),
        at=at,
        **told,
    )
    _stand_in(concern, at)


@action
def come_back_later(*, token: str, email: str, by: Reader | None = None, at: datetime) -> None:
    """Send a private link by mail, with which the draft can be gone on with for 14 days.

    Raises:
        NotAVisit, crisis.actions.Gone; people.reach.NotReachable.
    """
    address = reach.normalised(channel="email", value=email, country="")
    acting = by or _reader(token, at)
    concern = actions.keep_for_return(concern_id=_target(token, at), by=acting, at=at)
    link = access.issue_link(
        purpose=PURPOSE,
        target=concern.pk,
        expires_at=at + actions.KEPT_FOR_RETURN,
        institution=concern.institution,
        by=system(REASON, at),
        at=at,
    )
    with translation.override(concern.language):
        subject = _("Your page")
        body = _(
            "You asked for this address, to go on where you stopped:\n\n%(url)s\n\n"
            "It works for 14 days. If you did not ask for it, you need not do anything.\n"
        ) % {"url": f"{settings.PUBLIC_URL}/w/{link}/"}
    notify.queue(
        key=f"resume:{keyed_hash('resume', link)}",
        kind="resume_worry",
        institution=concern.institution_id,
        address=address,
        subject=subject,
        body=body,
        about=f"concern:{concern.pk}",
        due_at=at,
        by=system(REASON, at),
        at=at,
    )


def end_visit(*, token: str, at: datetime) -> bool:
    """The person left: the addresses of this visit open nothing any more. What was sent stays."""
    try:
        by = reader_for_link(token, PURPOSE, at)
        access.use_link(link=by.link, by=by, at=at)
    except NotAllowed:
        return False
    return True


def resume_is_right(message: object, at: datetime) -> bool:
    """A link to go on goes out while there is a draft to go on with."""
    rows = Concern.objects.unscoped("is this message still right?")
    pk = str(getattr(message, "about", "")).partition(":")[2]
    return rows.filter(pk=pk, state__in=["draft", "sent"]).exists()


def _stand_in(concern: Concern, at: datetime) -> None:
    rows = Alert.objects.unscoped(REASON).filter(concern=concern, closed_at=None)
    for pk in rows.values_list("pk", flat=True):
        dispatcher.stand_in(about=f"alert:{pk}", at=at)


def _usable(submission: str) -> str:
    return submission if _SUBMISSION.match(submission) else new_submission()


def _concern_id(submission: str) -> UUID:
    """The id of the draft that this first submission makes: the same again finds the same."""
    return UUID(hex=keyed_hash("concern", submission)[:32], version=4)


def _reader(
    token: str, at: datetime, *, find: Callable[..., LinkReader] = reader_for_link
) -> LinkReader:
    try:
        return find(token, PURPOSE, at)
    except NotAllowed as refusal:
        raise NotAVisit from refusal


def _target(token: str, at: datetime) -> UUID:
    found: UUID = _reader(token, at).link.target
    return found


def _concern_of(token: str, at: datetime) -> Concern:
    rows = Concern.objects.unscoped(REASON).select_related("institution")
    concern: Concern | None = rows.filter(pk=_target(token, at)).first()
    if concern is None or concern.state not in {"draft", "sent"}:
        raise NotAVisit
    return concern
