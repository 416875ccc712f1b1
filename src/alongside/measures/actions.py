"""Ask, keep a draft, record answers. A dangerous answer and its alert commit together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import translation

from alongside import catalogue
from alongside.access import actions as access
from alongside.access import readers
from alongside.cases import rights
from alongside.crisis import actions as crisis
from alongside.crisis import safety_plan
from alongside.crisis.models import Alert
from alongside.engine.errors import EngineError
from alongside.engine.instruments import (
    Instrument,
    Score,
    Sex,
    Who,
    items_to_ask,
    least_points,
    without_codes,
)
from alongside.engine.instruments.scoring import score, score_totals, valid_answers
from alongside.engine.risk.rules import Facts, RiskFinding, blank_critical, find_risk
from alongside.measures import rules, wording
from alongside.measures.models import KINDS, Asking, Response
from alongside.measures.permissions import LINK_MESSAGE
from alongside.notify import actions as notify
from alongside.notify import dispatcher
from alongside.people.models import Circle, ContactPoint, Person, age_of
from alongside.records import audit, crashpoint, prepared, spool
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, Refused, Unfit
from alongside.tasks import actions as tasks

Answers = Mapping[str, int | None]
Said = frozenset[tuple[str, str, str, int | None]]


class Answered(Refused):
    """This was answered or declined before; a correction is a new response."""


class Expired(Refused):
    """The asking ran out."""


class InvalidAnswers(Unfit):
    """Some answers cannot stand. ``errors`` name the items; what shows danger was kept.

    ``items`` are the ids in the order of the errors, ``alerts`` those that were raised.
    """

    items: list[str]
    alerts: tuple[Alert, ...]


class InvalidTotals(Unfit):
    """A total that the score cannot have, or none at all. ``error`` says which; empty: none."""

    error: str


class NotForALink(Refused):
    """A trained person asks this one, face to face: it is never sent."""


class NotTheirAddress(Refused):
    """This is no live, safe way to write to the person who is asked."""


class AskedNoMore(Refused):
    """This instrument is asked anew no more; what was asked of it goes on."""

    instrument: str


class TooLong(Unfit):
    """An asking lasts 1 to 90 days."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where answers were given, if not on a page of one's own: here, on paper, in a session.

    ``filled_on`` is the day on the paper, ``typed_first_by`` who typed it in the first time,
    ``occasion`` what they were given in, such as ``session:<uuid>``.
    """

    entered_from: str = ""
    filled_on: date | None = None
    typed_first_by: Person | None = None
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft as it is kept now, and the alerts that the news in it raised."""

    asking: Asking
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was saved, and whom it reached."""

    response: Response
    alerts: tuple[Alert, ...]
    blank_critical: tuple[str, ...]


@action
def make_asking(
    *,
    circle: Circle,
    about: Person,
    respondent: Person,
    instrument: str,
    by: Any,
    at: datetime,
    days: int = 14,
    occasion: str = "",
    due_on: date | None = None,
    expires_at: datetime | None = None,
    asked_by: Person | None = None,
) -> Asking:
    """Ask one person to answer one instrument, at its newest version, within some days.

    Args:
        about: whose record it is. respondent: who answers.
        days: until it expires, 1 to 90.
        due_on, expires_at: where a schedule says so, instead of days.
        asked_by: in whose name the service asks by itself.

    Raises:
        TooLong; UnknownContent when there is no such instrument here; AskedNoMore where it is
        retired and no schedule of a course that runs asks for it; Limited when others would be
        asked about somebody who objects to it.
    """
    kind = kind_of(circle, about, respondent)
    by.confirm_create("asking", institution=circle.institution_id, circle=circle.pk)
    if kind == "observation" and about.pk == circle.focus_id:
        rights.must_not_be_limited(circle=circle)
    ends = expires_at or at + timedelta(days=days)
    if not at < ends <= at + timedelta(days=rules.LONGEST_DAYS):
        raise TooLong(days=days)
    found = catalogue.current().instrument(instrument)
    if due_on is None and catalogue.current().is_retired(found.ref.id):
        raise AskedNoMore(instrument=str(found.ref))
    asking = Asking.objects.create(
        institution_id=circle.institution_id,
        circle=circle,
        about=about,
        respondent=respondent,
        written_by=asked_by
        or readers.person_for(by, institution=circle.institution_id, circle=circle.pk),
        kind=kind,
        instrument=str(found.ref),
        occasion=occasion,
        asked_at=at,
        due_on=due_on or (at + timedelta(days=min(days, 7))).date(),
        expires_at=ends,
    )
    audit.write(
        "measures.asking_made", by=by, at=at, about=asking, detail={"instrument": str(found.ref)}
    )
    return asking


@action
def hand_over(*, asking: Asking, by: Any, at: datetime) -> str:
    """Make the private link of an asking, to be shown once and handed over; end the one before.

    Returns:
        Its 43 characters, which are kept nowhere.

    Raises:
        NotForALink: the instrument is for a trained person to ask. Answered, Expired.
    """
    by.confirm("E", asking)
    must_be_open(asking, at)
    if not rules.may_be_sent(catalogue.current().instrument(asking.instrument)):
        raise NotForALink(asking=asking)
    access.end_links(target=asking.pk, purpose="answer", by=by, at=at)
    return access.issue_link(
        purpose="answer",
        target=asking.pk,
        person=asking.respondent,
        circle=asking.circle,
        expires_at=asking.expires_at,
        by=by,
        at=at,
    )


@action
def send_link(*, asking: Asking, to: ContactPoint, by: Any, at: datetime) -> datetime:
    """Put the private link in the outbox, in words that tell nothing, within their safe hours.

    Returns:
        When it goes out, UTC.

    Raises:
        NotTheirAddress; NotForALink, Answered, Expired.
    """
    by.confirm("E", asking)
    channel = rules.channel_of(to)
    if to.person_id != asking.respondent_id or not channel or to.ended_at is not None:
        raise NotTheirAddress(asking=asking)
    token = hand_over(asking=asking, by=by, at=at)
    due = rules.next_safe(at, asking.institution.zone, to.safe_from, to.safe_to)
    with translation.override(asking.respondent.language):
        subject, body = wording.words(
            [token],
            until=asking.expires_at.astimezone(ZoneInfo(asking.institution.zone)),
            channel=channel,
        )
        notify.queue(
            key=f"{LINK_MESSAGE}:{asking.pk}:{at.isoformat()}",
            kind=LINK_MESSAGE,
            institution=asking.institution_id,
            circle=asking.circle_id,
            person=asking.respondent_id,
            address=to.value,
            channel=channel,
            subject=subject,
            body=body,
            due_at=due,
            about=f"asking:{asking.pk}",
            by=by,
            at=at,
        )
    return due


@action
def save_draft(*, asking: Asking, answers: Answers, by: Any, at: datetime) -> Drafted:
    """Keep the answers so far, so that the form can be gone on with later.

    A draft is the respondent's alone: nobody reads it and nothing is scored. But danger in it is
    looked for as in finished answers, and raised with it.

    Args:
        answers: new ones by item id; those given before stay. None is a question that was skipped.
            What is not a valid answer is left out; ``submit`` names it.

    Raises:
        Answered, Expired.
    """
    by.confirm("C", asking)
    asking = locked(asking)
    must_be_open(asking, at)
    instrument = catalogue.current().instrument(asking.instrument)
    valid, _errors = valid_answers(instrument, answers)
    before = _read(asking.draft)
    crashpoint.here("measures.draft.begun")
    asking.draft = json.dumps({**valid, **before} if _is_older(asking) else {**before, **valid})
    asking.drafted_at, asking.left_at = at, None
    asking.save(update_fields=["draft", "drafted_at", "left_at"])
    crashpoint.here("measures.draft.saved")
    facts = _facts(asking, at)
    known = _said(_told(asking, before, at, facts), before)
    now = {**before, **valid}
    findings = tuple(f for f in _told(asking, now, at, facts) if not _said((f,), now) <= known)
    alerts: tuple[Alert, ...] = ()
    if findings:
        alerts = _raise(asking, now, findings, by=by, at=at)
    crashpoint.here("measures.draft.raised")
    audit.write("measures.answers_drafted", by=by, at=at, about=asking)
    crashpoint.here("measures.draft.written")
    return Drafted(asking, alerts)


@action
def leave_form(*, asking: Asking, by: Any, at: datetime) -> None:
    """The respondent left the page at once: its addresses show none of the answers any more.

    The draft stays. The next answer, or *go on* from the first page, opens it again.
    """
    by.confirm("C", asking)
    Asking.objects.writable_by(by, "C").filter(pk=asking.pk).update(left_at=at)
    audit.write("measures.asking_left", by=by, at=at, about=asking)


def leave_by_link(*, token: str, at: datetime) -> bool:
    """*Leave this page* on a page of a private link. Returns whether it is one of ours."""
    try:
        by = readers.reader_for_link(token, "answer", at)
        asking = Asking.objects.visible_to(by).first()
        if asking is None:
            return False
        leave_form(asking=asking, by=by, at=at)
    except NotAllowed:
        return False
    return True


@action
def come_back(*, asking: Asking, by: Any, at: datetime) -> None:
    """The respondent goes on with a form they had left."""
    by.confirm("C", asking)
    Asking.objects.writable_by(by, "C").filter(pk=asking.pk).update(left_at=None)
    audit.write("measures.asking_opened", by=by, at=at, about=asking)


def submit(
    *,
    asking: Asking,
    answers: Mapping[str, object],
    submission: str,
    by: Any,
    at: datetime,
    where: Where = Where(),
) -> Recorded:
    """Take a filled form: record it, or keep its danger first and then refuse it.

    Two transactions when an answer is invalid: the danger in the valid ones is raised and
    kept in one of its own, then the rest is refused with the items named.

    Args:
        submission: an id made with the form; the same again gives the first result.
        where: where they were given.

    Raises:
        InvalidAnswers: ``errors``, one for each answer that cannot stand; ``alerts`` raised.
        Answered, Expired.
    """
    instrument = catalogue.current().instrument(asking.instrument)
    valid, errors = valid_answers(instrument, answers)
    if errors:
        drafted = save_draft(asking=asking, answers=valid, by=by, at=at)
        raise InvalidAnswers(
            errors=errors, items=[item_of(error) for error in errors], alerts=drafted.alerts
        )
    return record_answers(
        asking=asking, answers=valid, submission=submission, by=by, at=at, where=where
    )


def tell_now(alerts: tuple[Alert, ...], at: datetime) -> None:
    """After the commit: send the first messages from here if no dispatcher lives (E8)."""
    for alert in alerts:
        if alert.is_life_critical:
            dispatcher.stand_in(about=f"alert:{alert.pk}", at=at)


@action
def record_answers(
    *,
    asking: Asking,
    answers: Answers,
    submission: str,
    by: Any,
    at: datetime,
    where: Where = Where(),
    raised: Said = frozenset(),
) -> Recorded:
    """Save answers, score them, and raise every alert they call for. All or nothing.

    The same ``submission`` again gives the first result.

    Args:
        where: where they were given. raised: the danger in them that was raised before.

    Raises:
        Answered. Expired: it ran out before they were given.
    """
    by.confirm("C", asking)
    asking = locked(asking)
    if submission in asking.submissions:
        first = Response.objects.unscoped("the first result of this submission")
        response = first.get(asking=asking, corrects=None)
        return Recorded(response, crisis.alerts_from(f"asking:{asking.pk}"), ())
    given_at = moment_of(asking, where, at)
    must_be_open(asking, given_at)
    cat = catalogue.current()
    instrument = cat.instrument(asking.instrument)
    points = score(instrument, answers, who(asking, given_at))
    crashpoint.here("measures.answers.scored")
    response = kept(
        asking, instrument, answers, points, by=by, at=at, given_at=given_at, where=where
    )
    crashpoint.here("measures.answers.saved")
    facts = _facts(asking, at)
    findings = _dangers(asking, answers, at, scores=points.scores, facts=facts)
    draft = _read(asking.draft)
    known = raised | _said(_told(asking, draft, at, facts), draft)
    news = tuple(f for f in findings if not _said((f,), answers) <= known)
    alerts: tuple[Alert, ...] = ()
    if news:
        alerts = _raise(asking, answers, news, by=by, at=at)
    elif findings:
        alerts = crisis.alerts_from(f"asking:{asking.pk}")
    crashpoint.here("measures.answers.raised")
    blank = blank_critical(
        cat.risk_rules_for(str(instrument.ref)),
        without_codes(instrument, answers),
        asked=items_to_ask(instrument, answers),
    )
    ask_for(asking, instrument, blank, by=by, at=at)
    _close(asking, submission, at, where.occasion)
    audit.write("measures.answers_recorded", by=by, at=at, about=response)
    crashpoint.here("measures.answers.written")
    return Recorded(response, alerts, blank)


@action
def record_totals(
    *,
    asking: Asking,
    totals: Mapping[str, int | Decimal],
    form_version: str,
    submission: str,
    by: Any,
    at: datetime,
) -> Recorded:
    """Save what somebody's own form came to: totals only, labelled as entered.

    No single answer is known, so every critical item is asked for by a task. Danger that a total
    itself shows is raised.

    Args:
        totals: points by score. form_version: which form it was, such as *short form 8b*.
        submission: an id made with the form; the same again gives the first result.

    Raises:
        InvalidTotals: a number the score cannot have, or no number at all. Answered, Expired.
    """
    by.confirm("C", asking)
    asking = locked(asking)
    if submission in asking.submissions:
        first = Response.objects.unscoped("the first result of this submission")
        response = first.get(asking=asking, corrects=None)
        return Recorded(response, crisis.alerts_from(f"asking:{asking.pk}"), ())
    must_be_open(asking, at)
    cat = catalogue.current()
    instrument = cat.instrument(asking.instrument)
    if not totals:
        raise InvalidTotals(asking=asking, error="")
    try:
        points = score_totals(instrument, totals, who(asking, at))
    except EngineError as refusal:
        raise InvalidTotals(asking=asking, error=str(refusal)) from refusal
    response = kept(asking, instrument, {}, points, by=by, at=at, form_version=form_version)
    crashpoint.here("measures.totals.saved")
    alerts: tuple[Alert, ...] = ()
    findings = _dangers(asking, {}, at, scores=points.scores, finished=False)
    if findings:
        alerts = _raise(asking, {}, findings, by=by, at=at)
    blank = blank_critical(cat.risk_rules_for(str(instrument.ref)), {})
    ask_for(asking, instrument, blank, by=by, at=at)
    _close(asking, submission, at)
    audit.write("measures.answers_recorded", by=by, at=at, about=response)
    return Recorded(response, alerts, blank)


@action
def decline(*, asking: Asking, by: Any, at: datetime) -> Asking:
    """The person would rather not answer this one. That is an answer too."""
    by.confirm("C", asking)
    asking = locked(asking)
    must_be_open(asking, at)
    asking.declined_at, asking.draft = at, ""
    asking.save(update_fields=["declined_at", "draft"])
    audit.write("measures.asking_declined", by=by, at=at, about=asking)
    return asking


def raise_typed(
    asking: Asking,
    answers: Answers,
    *,
    raised: Said = frozenset(),
    scores: Mapping[str, int | None] | None = None,
    finished: bool = True,
    by: Any,
    at: datetime,
) -> tuple[Alert, ...]:
    """Raise the danger in answers that are not recorded yet, inside an action.

    Args:
        raised: what was raised before, by ``danger_said``; it is not raised again.
        scores, finished: as for ``danger_said``.
    """
    findings = _dangers(asking, answers, at, scores, finished=finished)
    news = tuple(f for f in findings if not _said((f,), answers) <= raised)
    return _raise(asking, answers, news, by=by, at=at) if news else ()


def raise_told(
    asking: Asking, answers: Answers, *, raised: Said = frozenset(), by: Any, at: datetime
) -> tuple[Alert, ...]:
    """Raise the danger that answers themselves show, inside an action, when no more will come."""
    told = tuple(f for f in _told(asking, answers, at) if not _said((f,), answers) <= raised)
    return _raise(asking, answers, told, by=by, at=at) if told else ()


def danger_said(
    asking: Asking,
    answers: Answers,
    at: datetime,
    *,
    scores: Mapping[str, int | None] | None = None,
    finished: bool = True,
) -> Said:
    """The danger in answers of a whole form, to tell it from what is new.

    Args:
        scores: what they come to, for rules about a score. finished: False where single answers
            are not known, and none is blank.
    """
    return _said(_dangers(asking, answers, at, scores, finished=finished), answers)


def kind_of(circle: Circle, about: Person, respondent: Person) -> str:
    """Whose words about whom: this decides who may read them."""
    if about.pk == respondent.pk:
        return "own" if about.pk == circle.focus_id else "concerned"
    return "observation"


def row_of(circle: Circle, about: Person, respondent: Person) -> str:
    """The row of the access matrix that says who may read them, such as ``concerned_measure``."""
    return KINDS[kind_of(circle, about, respondent)]


def kept(
    asking: Asking,
    instrument: Instrument,
    answers: Answers,
    points: Score,
    *,
    by: Any,
    at: datetime,
    form_version: str = "",
    given_at: datetime | None = None,
    where: Where = Where(),
    corrects: Response | None = None,
    because: str = "",
) -> Response:
    """A row of answers with their score; inside an action that has asked who may write it.

    One that puts another right says when, and is kept back from whom the other was kept back.
    """
    return Response.objects.create(
        institution_id=asking.institution_id,
        circle_id=asking.circle_id,
        asking=asking,
        about_id=asking.about_id,
        respondent_id=asking.respondent_id,
        written_by=readers.person_for(
            by, institution=asking.institution_id, circle=asking.circle_id
        ),
        kind=asking.kind,
        instrument=str(instrument.ref),
        answers=dict(answers),
        scores=dict(points.scores),
        scores_exact={name: str(value) for name, value in points.exact.items()},
        band=points.band or "",
        caseness=points.caseness,
        caseness_rule=points.caseness_rule or "",
        missing=list(points.missing),
        prorated=points.prorated,
        entered_as_total=points.entered,
        result=points.result or "",
        details=_details(asking, instrument, form_version),
        answered_at=given_at or at,
        entered_from=where.entered_from,
        entered_at=at if corrects is not None or where.filled_on is not None else None,
        filled_on=where.filled_on,
        typed_first_by=where.typed_first_by,
        corrects=corrects,
        because=because,
        kept_from_guardian=corrects is not None and corrects.kept_from_guardian,
        shown_for_safety_at=None if corrects is None else corrects.shown_for_safety_at,
    )


def moment_of(asking: Asking, where: Where, at: datetime) -> datetime:
    """When they were given: now, or at noon of an earlier day that stands on the paper."""
    zone = ZoneInfo(asking.institution.zone)
    if where.filled_on is None or where.filled_on >= at.astimezone(zone).date():
        return at
    return datetime.combine(where.filled_on, time(12), zone).astimezone(UTC)


def _details(asking: Asking, instrument: Instrument, form_version: str) -> dict[str, str]:
    """What must be known to read the answers later: the drink of this country, the form used."""
    country = asking.institution.country
    found = {
        name: str(values.get(country, values["default"]))
        for name, values in instrument.details.items()
    }
    if instrument.variant:
        found["variant"] = instrument.variant
    if form_version:
        found["form_version"] = form_version[:80]
    return found


def ask_for(
    asking: Asking, instrument: Instrument, blank: tuple[str, ...], *, by: Any, at: datetime
) -> None:
    """A person follows up what was left open about danger."""
    if not blank:
        return
    tasks.make_task(
        kind="blank_critical_item",
        about=f"asking:{asking.pk}",
        institution=asking.institution,
        circle=asking.circle,
        what=f"{instrument.name}: {', '.join(blank)}",
        why="blank_critical_item",
        for_role="lead",
        by=by,
        at=at,
    )


def _close(asking: Asking, submission: str, at: datetime, occasion: str = "") -> None:
    asking.draft, asking.answered_at = "", at
    asking.submissions = [*asking.submissions, submission]
    asking.occasion = asking.occasion or occasion
    asking.save(update_fields=["draft", "answered_at", "submissions", "occasion"])


def _dangers(
    asking: Asking,
    answers: Answers,
    at: datetime,
    scores: Mapping[str, int | None] | None = None,
    *,
    finished: bool = True,
    facts: Facts | None = None,
) -> tuple[RiskFinding, ...]:
    """The dangers in answers; in a draft, what has no entry is still to come and not blank."""
    cat = catalogue.current()
    return find_risk(
        cat.risk_rules_for(asking.instrument),
        answers,
        scores=scores,
        facts=_facts(asking, at) if facts is None else facts,
        finished=finished,
        least=least_points(cat.instrument(asking.instrument), answers),
    )


def _told(
    asking: Asking, answers: Answers, at: datetime, facts: Facts | None = None
) -> tuple[RiskFinding, ...]:
    """The dangers that answers themselves show, whether or not more will come.

    Also those whose rule wants the rest to be blank: nobody knows that the form will ever be gone
    on with. But danger seen in a blank alone, as in a form that was refused, is left out.
    """
    facts = _facts(asking, at) if facts is None else facts
    shown = _dangers(asking, answers, at, finished=False, facts=facts)
    rules_met = {finding.rule for finding in shown}
    if_left = _dangers(asking, answers, at, facts=facts)
    return shown + tuple(
        f for f in if_left if f.rule not in rules_met and answers.get(f.item or "") is not None
    )


def _facts(asking: Asking, at: datetime) -> Facts:
    """What danger rules ask besides the answers: those of last time, how fresh the plan is."""

    def rows(about: UUID, respondent: UUID, asking: UUID, form: str) -> Any:
        return (
            Response.objects.unscoped("was this answer given last time too?")
            .filter(
                about_id=about,
                respondent_id=respondent,
                instrument__startswith=form + "@",
                entered_in_error=False,
                corrections=None,  # as it was put right
            )
            .exclude(asking=asking)  # what is being answered now is not last time
            .order_by("-answered_at")
            .values_list("answers", flat=True)[:1]
        )

    before = prepared.first(
        "measures.last_time",
        rows,
        about=asking.about_id,
        respondent=asking.respondent_id,
        asking=asking.pk,
        form=asking.instrument.split("@")[0],
    )
    return Facts(previous=before or {}, known=_known(asking, at))


def _said(findings: tuple[RiskFinding, ...], answers: Answers) -> Said:
    """What was found, so that the same is not raised twice: the rule, its level and the answer."""
    return frozenset((f.rule, f.level, f.item or "", answers.get(f.item or "")) for f in findings)


def who(asking: Asking, at: datetime) -> Who:
    """What is known of the person, for cut-offs by age and sex. What is not known chooses none."""
    sexes: dict[str, Sex] = {"female": "female", "male": "male"}
    return Who(age=age_of(asking.about, at.date()), sex=sexes.get(asking.about.sex))


def _known(asking: Asking, at: datetime) -> dict[str, int]:
    """What danger rules may ask besides the answers: how fresh the person's safety plan is."""
    if asking.about_id != asking.circle.focus_id:
        return {}
    days = safety_plan.reviewed_days_ago(asking.circle_id, at)
    return {} if days is None else {"safety_plan_reviewed_days_ago": days}


def _raise(
    asking: Asking, answers: Answers, findings: tuple[RiskFinding, ...], *, by: Any, at: datetime
) -> tuple[Alert, ...]:
    shown = {f.item: answers.get(f.item) for f in findings if f.item is not None}
    return crisis.record_safety_check(
        kind="measure",
        form=asking.instrument,
        circle=asking.circle,
        about=asking.about,
        written_by=asking.respondent,
        answers=shown,
        findings=findings,
        source=f"asking:{asking.pk}",
        by=by,
        at=at,
    ).alerts


def locked(asking: Asking) -> Asking:
    """The asking as it is now: the same form may have been sent twice at once."""

    def rows(pk: UUID) -> Any:
        held = Asking.objects.unscoped("look again under the lock").select_for_update(of=("self",))
        return held.select_related("circle", "institution", "about", "respondent").filter(pk=pk)

    found: Asking = prepared.rows("measures.locked", rows, pk=asking.pk)[0]
    return found


def must_be_open(asking: Asking, at: datetime) -> None:
    if asking.answered_at or asking.declined_at:
        raise Answered(asking=asking)
    if asking.expires_at <= at:
        raise Expired(asking=asking)


def _is_older(asking: Asking) -> bool:
    """Whether what comes now waited beside the database and newer answers were drafted since."""
    given = spool.given_at.get()
    return given is not None and asking.drafted_at is not None and asking.drafted_at > given


def _read(draft: str) -> dict[str, int | None]:
    found: dict[str, int | None] = json.loads(draft) if draft else {}
    return found


def item_of(error: EngineError) -> str:
    """The item that an answer was refused for; empty where it was for no single one."""
    return str(getattr(error, "item", ""))
