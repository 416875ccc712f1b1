"""One-way telling: a relative tells the team what happened, and is shown nothing of it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alongside import catalogue
from alongside.cases.models import Case, Concern
from alongside.crisis import queries, telling, worries
from alongside.crisis.models import Alert
from alongside.crisis.raising import NothingWritten, alerts_from, record_safety_check
from alongside.engine.risk import find_intake_risk
from alongside.people.models import Member
from alongside.records import audit, crashpoint
from alongside.records.actions_base import action
from alongside.records.crypto import keyed_hash
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

PATH, TASK = "circle", "told_by_member"


@dataclass(frozen=True, slots=True)
class Told:
    """What was told, and the alerts it raised or was added to, the most urgent first."""

    concern: Concern
    alerts: tuple[Alert, ...]


@action
def tell(
    *,
    place: Member,
    answers: Mapping[str, str | None],
    words: str,
    submission: str,
    by: Reader,
    at: datetime,
    language: str = "en",
) -> Told:
    """Keep what a member tells about the person; if it shows danger, raise the alert with it (E1).

    Args:
        place: whose telling it is, in their circle.
        answers: by public question its answer; None, or one nobody offered, is a skip.
        words: what happened, in their words.
        submission: an id made by the client. The same again gives the first result (E3).

    Raises:
        NothingWritten: no answer and no words.
    """
    by.confirm_create("concern_intake", institution=place.institution_id, circle=place.circle_id)
    intake = catalogue.current().danger.intake
    given = {
        asked.id: each
        for asked in intake.questions
        if (each := asked.answer(answers.get(asked.id) or "")) is not None
    }
    if not given and not words.strip():
        raise NothingWritten
    pk = UUID(hex=keyed_hash("telling", f"{place.pk}:{submission}")[:32], version=4)
    first = Concern.objects.unscoped("the same telling again").filter(pk=pk).first()
    if first is not None:
        return Told(first, alerts_from(_source(pk)))
    case = Case.objects.unscoped("whose circle it is").filter(circle=place.circle_id).first()
    service = telling.service_of(circle=place.circle_id, institution=place.institution_id)
    concern = Concern(
        id=pk,
        institution_id=place.institution_id,
        circle_id=place.circle_id,
        case=case,
        state="taken" if case is not None else "sent",
        path=PATH,
        intake=str(intake.ref),
        answers=json.dumps({name: each.id for name, each in given.items()}),
        words=words,
        relation=place.relation,
        language=language[:10],
        submissions=[submission],
        written_by_id=place.person_id,
        began_at=at,
        sent_at=at,
        taken_at=at if case is not None else None,
    )
    concern.save(force_insert=True)
    crashpoint.here("danger.after_concern")
    alerts: tuple[Alert, ...] = ()
    findings = find_intake_risk(intake, {name: each.id for name, each in given.items()})
    if findings:
        alerts = record_safety_check(
            kind="intake",
            form=str(intake.ref),
            circle=place.circle,
            concern=concern,
            service=service,
            about=place.circle.focus,
            written_by=place.person,
            answers={name: each.id for name, each in given.items()},
            findings=findings,
            source=_source(pk),
            by=by,
            at=at,
        ).alerts
    for asked in intake.questions:
        answer = given.get(asked.id)
        if answer is not None and answer.opens in worries.AT_RISK:
            worries.tell_safeguarding(concern, asked, answer, by=by, at=at)
    tasks.make_task(
        kind=TASK,
        about=f"concern:{pk}",
        institution=place.institution,
        circle=place.circle,
        what=TASK,
        for_role="lead",
        by=by,
        at=at,
    )
    audit.write("cases.concern_sent", by=by, at=at, about=concern)
    crashpoint.here("danger.after_audit")
    return Told(concern, alerts)


def alerts_of(concern: UUID) -> tuple[Alert, ...]:
    """The alerts a telling raised or was added to, for the page that follows it."""
    return alerts_from(_source(concern))


def staffing(place: Member, at: datetime) -> tuple[bool, datetime | None]:
    """Whether somebody is on shift for this circle now, and else when the next shift begins."""
    service = telling.service_of(circle=place.circle_id, institution=place.institution_id)
    if service is None:
        return False, None
    return queries.is_staffed(service, at), queries.next_on_call(service, at)


def _source(concern: UUID) -> str:
    return f"telling:{concern}"
