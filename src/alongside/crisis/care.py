"""Care in and after a crisis: the guided assessment, the warm hand-over, contacts, the review.

An assessment ends in a level, chosen by whoever asked; the answers say how urgent they call for at
least, and nothing here predicts. What is due after a crisis is a task with a day; what is missed is
chased.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import F

from alongside import catalogue
from alongside.access.models import Account
from alongside.access.readers import person_for
from alongside.crisis import actions as crisis
from alongside.crisis import edges, follow_up, telling
from alongside.crisis.done import tasks_done
from alongside.crisis.models import Alert, AlertEvent, CareForm, FollowUp, HandOver
from alongside.engine.risk import RiskFinding
from alongside.engine.risk.levels import Code
from alongside.people.models import Institution
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, NotAllowed, Refused, Unfit
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet
from alongside.tasks import actions as tasks

HAND_OVER_TASK = "hand_over"
NOT_TAKEN_TASK = "hand_over_not_taken"
TALK_TASK = "debrief_talk"
REVIEW = "review"
OUTCOMES = ("reached", "declined", "every_way_tried", "not_reached", "moot")


class UnknownAnswer(Unfit):
    """No question of the form, or no answer to it, has this id. ``question`` says which."""

    question: str


class NothingWritten(Unfit):
    """There is nothing in it."""


class NeedsReason(Unfit):
    """Less urgent than the answers call for needs a reason. ``level`` is what they call for."""

    level: str
    because: tuple[str, ...]


class NotToYou(Held):
    """Only the colleague it was handed to accepts it."""


class OverAlready(Refused):
    """It was accepted, taken back or done before."""


class NotAColleague(Refused):
    """An alert is handed to somebody else who works at this institution."""


class UnknownOutcome(Unfit):
    """None of the words for how a contact went."""


# -- the guided assessment ------------------------------------------------------------------------


@action
def assess(
    *,
    alert: Alert,
    answers: Mapping[str, str | None],
    level: str,
    by: Reader,
    at: datetime,
    reason: str = "",
) -> CareForm:
    """Keep a guided assessment that ends in a level.

    A level more urgent than the alert's raises an alert of its own, at once. A less urgent one
    changes nothing about the alert: it says what was found, and helps to close it.

    Args:
        answers: by question; None was skipped. level: A to G, chosen by who asked.
        reason: why less urgent than the answers call for.

    Raises:
        UnknownAnswer; NothingWritten when every question was skipped.
        NeedsReason: less urgent than the answers call for, without a reason.
        crisis.actions.UnknownLevel, AlreadyClosed.
    """
    by.confirm("E", alert)
    if alert.closed_at is not None:
        raise crisis.AlreadyClosed(alert=alert)
    form = catalogue.current().crisis_form("assessment")
    given = _checked(form, answers)
    if level not in catalogue.current().danger.levels:
        raise crisis.UnknownLevel(level=level)
    called_for, because = form.calls_for(given)
    if called_for and level > called_for and not reason.strip():
        raise NeedsReason(level=called_for, because=because)
    row = _keep(alert, "assessment", form, given, by=by, at=at, level=level, reason=reason)
    crisis.record_contact(
        alert=alert, method="note", reached=False, note=f"{form.ref}: {level}", by=by, at=at
    )
    telling.event(alert, "assessed", at=at, account=by.account_id, note=level)
    if level < alert.level:
        crisis.raise_alerts(
            findings=[RiskFinding(crisis.SEEN_BY_STAFF, cast(Code, level), f"{form.ref}", None)],
            circle=alert.circle,
            concern=alert.concern,
            place=alert.place,
            institution=alert.institution_id,
            service=alert.service,
            about=alert.about,
            by=by,
            at=at,
        )
    return row


def last_assessment(alert: Alert, *, seen_by: Reader) -> CareForm | None:
    """The newest assessment of an alert, or None."""
    found: CareForm | None = forms(alert, seen_by=seen_by).filter(kind="assessment").first()
    return found


# -- the warm hand-over ---------------------------------------------------------------------------


@action
def hand_over(*, alert: Alert, to: Account, note: str, by: Reader, at: datetime) -> HandOver:
    """Hand an alert to a named colleague, after speaking with them.

    Whoever has it keeps it until they accept. Whoever hands on what nobody has, has it by that.

    Args:
        note: what was said: what happened, what was done, what is still to do.

    Raises:
        NothingWritten; NotAColleague; crisis.actions.AlreadyClosed.
    """
    by.confirm("E", alert)
    if alert.closed_at is not None:
        raise crisis.AlreadyClosed(alert=alert)
    if not note.strip():
        raise NothingWritten
    giver = by.account_id
    if alert.acknowledged_at is None:
        alert = crisis.acknowledge(alert=alert, by=by, at=at)
    if (
        giver is None
        or to.pk in {giver, alert.acknowledged_by_id}
        or not telling.works_at(to, alert.institution_id, at)
    ):
        raise NotAColleague(account=to.pk)
    if not (
        edges.may_open(account=to, alert=alert, at=at)
        or edges.open_for(alert=alert, account=to, at=at)
    ):
        raise NotAColleague(account=to.pk)
    for former in _waiting(alert):
        _end(former, by=by, at=at)
    row = HandOver(
        alert=alert,
        institution_id=alert.institution_id,
        circle_id=alert.circle_id,
        given_by_id=giver,
        given_to=to,
        note=note.strip(),
        given_at=at,
        accept_by=at + catalogue.current().danger.waits.hand_over_accepted_within,
    )
    row.save(force_insert=True)
    tasks.make_task(
        kind=HAND_OVER_TASK,
        about=f"handover:{row.pk}",
        institution=_house(alert),
        what=HAND_OVER_TASK,
        for_account=to,
        due_at=row.accept_by,
        by=by,
        at=at,
    )
    telling.event(alert, "handed_on", at=at, account=to.pk)
    audit.write("crisis.alert_handed_on", by=by, at=at, about=alert)
    return row


@action
def accept(*, hand: HandOver, by: Reader, at: datetime) -> HandOver:
    """*I have it now*: the named colleague has the alert from this moment.

    Raises:
        NotToYou, OverAlready; crisis.actions.AlreadyClosed.
    """
    by.confirm("E", hand.alert)
    if hand.given_to_id != by.account_id:
        raise NotToYou(hand=hand.pk)
    if hand.accepted_at is not None or hand.ended_at is not None:
        raise OverAlready(hand=hand.pk)
    alert = Alert.objects.unscoped("look again under the lock").select_for_update(of=("self",))
    locked: Alert = alert.get(pk=hand.alert_id)
    if locked.closed_at is not None:
        raise crisis.AlreadyClosed(alert=locked)
    level = catalogue.current().danger.levels[locked.level]
    locked.acknowledged_at, locked.acknowledged_by_id = at, by.account_id
    locked.next_step_at = None
    if locked.engaged_at is None and level.engaged_within:
        locked.engage_by = at + level.engaged_within
    if level.outcome_within:
        locked.outcome_by = at + level.outcome_within
    locked.save(
        update_fields=[
            "acknowledged_at",
            "acknowledged_by",
            "next_step_at",
            "engage_by",
            "outcome_by",
        ]
    )
    edges.of_holder(alert=locked, account=by.account_id, at=at)
    hand.accepted_at = at
    hand.save(update_fields=["accepted_at"])
    _hand_over_tasks_done(hand, by=by, at=at)
    telling.event(locked, "hand_over_accepted", at=at, account=by.account_id)
    audit.write("crisis.alert_hand_over_accepted", by=by, at=at, about=locked)
    return hand


@action
def take_back(*, hand: HandOver, by: Reader, at: datetime) -> HandOver:
    """Nobody took it: who gave it keeps it.

    Raises:
        NotToYou: only who gave it takes it back. OverAlready.
    """
    by.confirm("E", hand.alert)
    if hand.given_by_id != by.account_id:
        raise NotToYou(hand=hand.pk)
    if hand.accepted_at is not None or hand.ended_at is not None:
        raise OverAlready(hand=hand.pk)
    _end(hand, by=by, at=at)
    return hand


# -- after a crisis -------------------------------------------------------------------------------


@action
def record_follow_up(
    *, row: FollowUp, outcome: str, by: Reader, at: datetime, note: str = ""
) -> FollowUp:
    """Keep how a contact after a crisis went.

    Not reached keeps it open, with the try written down. A person who says no ends the contacts
    that are still to come, and only those: a review can be held without them. Where none is needed
    any more, everything ends.

    Args:
        outcome: ``reached``, ``declined``, ``every_way_tried``, ``not_reached`` or ``moot``.

    Raises:
        UnknownOutcome; OverAlready; NothingWritten: every way tried says which ways, and what is
        not needed any more says why.
    """
    by.confirm("E", row)
    if outcome not in OUTCOMES:
        raise UnknownOutcome(outcome=outcome)
    if row.done_at is not None:
        raise OverAlready(row=row.pk)
    if outcome in {"every_way_tried", "moot"} and not note.strip():
        raise NothingWritten
    if outcome == "not_reached":
        tries = [*tries_of(row), {"at": at.isoformat(), "by": by.name, "note": note.strip()}]
        row.tries = json.dumps(tries, ensure_ascii=False)
        row.save(update_fields=["tries"])
        audit.write(
            "crisis.follow_up_recorded", by=by, at=at, about=row, detail={"outcome": outcome}
        )
        return row
    follow_up.finish(row, outcome, note.strip(), by=by, at=at)
    if outcome == "moot":
        follow_up.end_all(circle=row.circle, outcome="moot", by=by, at=at)
    if outcome == "declined":
        contacts = {s.id for s in catalogue.current().follow_up().steps if s.kind == "contact"}
        later = FollowUp.objects.unscoped("the person said no to contacts").filter(
            circle=row.circle_id, done_at=None, step__in=contacts
        )
        for each in later:
            follow_up.finish(each, "declined", "", by=by, at=at)
    return row


@action
def review(
    *, alert: Alert, answers: Mapping[str, str | None], by: Reader, at: datetime
) -> CareForm:
    """Keep the review after a crisis; what was due as its review is done.

    Raises:
        UnknownAnswer, NothingWritten; crisis.actions.NotClosed while the alert is open.
    """
    by.confirm("E", alert)
    if alert.closed_at is None:
        raise crisis.NotClosed(alert=alert)
    form = catalogue.current().crisis_form("review")
    row = _keep(alert, "review", form, _checked(form, answers), by=by, at=at)
    reviews = {s.id for s in catalogue.current().follow_up().steps if s.kind == REVIEW}
    due = FollowUp.objects.unscoped("the review was held").filter(
        alert=alert, done_at=None, step__in=reviews
    )
    for each in due:
        follow_up.finish(each, "reached", "", by=by, at=at)
    return row


@action
def debrief(
    *, alert: Alert, answers: Mapping[str, str | None], by: Reader, at: datetime
) -> CareForm:
    """Keep how it was for somebody on the staff: for themself and their supervisor.

    Whoever says that they need to talk gets a task for a supervisor, without their words.

    Raises:
        UnknownAnswer, NothingWritten; NotAllowed for anybody who was not on the alert.
    """
    if not took_part(alert, by):
        raise NotAllowed(action="C", record="debrief")
    by.confirm_create("debrief", institution=alert.institution_id, circle=edges.circle_of(alert))
    form = catalogue.current().crisis_form("debrief")
    given = _checked(form, answers)
    row = _keep(alert, "debrief", form, given, by=by, at=at)
    tasks_done(follow_up.debrief_of(alert, by.account_id), follow_up.DEBRIEF_TASK, by=by, at=at)
    asked = (form.question(id) for id in given)
    if any(q and (a := q.answer(given[q.id])) and a.asks_for_talk for q in asked):
        tasks.make_task(
            kind=TALK_TASK,
            about=f"debrief:{row.pk}",
            institution=_house(alert),
            circle=alert.circle,
            what=TALK_TASK,
            why=by.name,
            for_role="supervisor" if alert.circle_id else "manager",
            by=by,
            at=at,
        )
    return row


@action
def chase(*, by: Reader, at: datetime) -> int:
    """Everything after a crisis, and every hand-over, whose time is over. Each is chased once.

    Nobody reached in time and a missed review raise an alert by their danger rule; the other
    contacts go to a supervisor; a hand-over nobody accepted goes back to who gave it.
    """
    moved = 0
    late = FollowUp.objects.unscoped("missed after a crisis").filter(
        done_at=None, chased_at=None, due_at__lte=at
    )
    for row in late.select_for_update(of=("self",)).select_related("circle", "alert", "about"):
        row.chased_at = at
        row.save(update_fields=["chased_at"])
        _chase_one(row, by=by, at=at)
        audit.write("crisis.follow_up_missed", by=by, at=at, about=row, detail={"step": row.step})
        moved += 1
    hands = HandOver.objects.unscoped("handed over and not accepted").filter(
        accepted_at=None, ended_at=None, chased_at=None, accept_by__lte=at, alert__closed_at=None
    )
    for hand in hands.select_for_update(of=("self",)).select_related("alert", "given_by"):
        hand.chased_at = at
        hand.save(update_fields=["chased_at"])
        tasks.make_task(
            kind=NOT_TAKEN_TASK,
            about=f"handover:{hand.pk}",
            institution=_house(hand.alert),
            what=NOT_TAKEN_TASK,
            for_account=hand.given_by,
            due_at=at,
            by=by,
            at=at,
        )
        telling.tell_news(alert=hand.alert, news="hand_over_missed", key=str(hand.pk), by=by, at=at)
        moved += 1
    return moved


def took_part(alert: Alert, by: Reader) -> bool:
    """Whether this reader was told of the alert, had it, or spoke to somebody about it."""
    rows = AlertEvent.objects.unscoped("who was on it")
    return by.account_id is not None and bool(
        rows.filter(alert=alert, account=by.account_id).exists()
    )


def alert_of_mine(pk: UUID, *, seen_by: Reader) -> Alert | None:
    """An alert this reader took part in, also when it is closed to them by now."""
    found: Alert | None = Alert.objects.unscoped("for those who were on it").filter(pk=pk).first()
    return found if found is not None and took_part(found, seen_by) else None


# -- reads ----------------------------------------------------------------------------------------


def forms(alert: Alert, *, seen_by: Reader) -> ScopedQuerySet:
    """Assessments, reviews and debriefs of an alert that the reader may read, newest first."""
    rows = CareForm.objects.visible_to(seen_by).filter(alert=alert)
    return rows.select_related("written_by").order_by("-made_at", "pk")


def answers_of(row: CareForm) -> Mapping[str, str | None]:
    """What was answered, by question."""
    found: dict[str, str | None] = json.loads(row.answers) if row.answers else {}
    return found


def hand_overs(alert: Alert, *, seen_by: Reader) -> ScopedQuerySet:
    """To whom an alert was handed, the newest first."""
    rows = HandOver.objects.visible_to(seen_by).filter(alert=alert)
    return rows.select_related("given_by", "given_to", "alert").order_by("-given_at")


def handed_to_me(alert: Alert, *, seen_by: Reader) -> HandOver | None:
    """The hand-over of an alert that waits for this reader to accept it, or None."""
    waiting = hand_overs(alert, seen_by=seen_by).filter(
        given_to=seen_by.account_id, accepted_at=None, ended_at=None
    )
    found: HandOver | None = waiting.first()
    return found


def hand_over_to_me(pk: Any, *, seen_by: Reader) -> HandOver | None:
    """One hand-over this reader may read, for accepting it."""
    rows = HandOver.objects.visible_to(seen_by).filter(pk=pk)
    found: HandOver | None = rows.select_related("alert").first()
    return found


def colleagues(alert: Alert, *, seen_by: Reader, at: datetime) -> list[Account]:
    """To whom an alert could be handed: everybody else who treats or is on call there."""
    have_it = {seen_by.account_id, alert.acknowledged_by_id}
    return [a for a in telling.clinicians(alert.institution_id, at) if a.pk not in have_it]


def follow_ups(*, seen_by: Reader, circle: Any = None) -> ScopedQuerySet:
    """What is due after a crisis, what is still open first, the earliest first."""
    rows = FollowUp.objects.visible_to(seen_by)
    if circle is not None:
        rows = rows.filter(circle=circle)
    return rows.select_related("alert", "done_by", "circle").order_by(
        F("done_at").asc(nulls_first=True), "due_at", "pk"
    )


def tries_of(row: FollowUp) -> list[dict[str, str]]:
    """When it was tried without reaching anybody, by whom, and what happened."""
    found: list[dict[str, str]] = json.loads(row.tries) if row.tries else []
    return found


# -- inside ---------------------------------------------------------------------------------------


def _checked(form: Any, answers: Mapping[str, str | None]) -> dict[str, str | None]:
    """The answers without blanks; every one belongs to a question, and choices are choices."""
    kept: dict[str, str | None] = {}
    for id, value in answers.items():
        question = form.question(id)
        text = (value or "").strip()
        if question is None or (text and question.answers and question.answer(text) is None):
            raise UnknownAnswer(question=id)
        kept[id] = text or None
    if not any(kept.values()):
        raise NothingWritten
    return kept


def _keep(
    alert: Alert,
    kind: str,
    form: Any,
    answers: Mapping[str, str | None],
    *,
    by: Reader,
    at: datetime,
    level: str = "",
    reason: str = "",
) -> CareForm:
    circle = edges.circle_of(alert)
    row = CareForm(
        alert=alert,
        institution_id=alert.institution_id,
        circle_id=circle,
        written_by=person_for(by, institution=alert.institution_id, circle=circle),
        kind=kind,
        form=str(form.ref),
        answers=json.dumps(dict(answers), ensure_ascii=False),
        level=level,
        reason=reason.strip(),
        made_at=at,
    )
    row.save(force_insert=True)
    audit.write("crisis.care_form_recorded", by=by, at=at, about=row, detail={"kind": kind})
    return row


def _chase_one(row: FollowUp, *, by: Reader, at: datetime) -> None:
    cat = catalogue.current()
    step = cat.follow_up(row.plan).step(row.step)
    if step is not None and step.missed.rule:
        rule = cat.risk_rule(step.missed.rule)
        said = f"{row.step}: {row.due_at:%Y-%m-%d}"
        crisis.raise_alerts(
            findings=[RiskFinding(str(rule.ref), rule.level or "B", said, None)],
            circle=row.circle,
            institution=row.institution_id,
            about=row.about,
            by=by,
            at=at,
        )
        return
    tasks.make_task(
        kind=follow_up.CHASED_TASK,
        about=f"followup:{row.pk}",
        institution=row.circle.institution,
        circle=row.circle,
        what=follow_up.CHASED_TASK,
        for_role=step.missed.tell if step is not None and step.missed.tell else "supervisor",
        by=by,
        at=at,
    )


def _waiting(alert: Alert) -> ScopedQuerySet:
    rows = HandOver.objects.unscoped("handed to one at a time")
    return rows.filter(alert=alert, accepted_at=None, ended_at=None)


def _end(hand: HandOver, *, by: Reader, at: datetime) -> None:
    hand.ended_at = at
    hand.save(update_fields=["ended_at"])
    _hand_over_tasks_done(hand, by=by, at=at)


def _hand_over_tasks_done(hand: HandOver, *, by: Reader, at: datetime) -> None:
    tasks_done(f"handover:{hand.pk}", HAND_OVER_TASK, NOT_TAKEN_TASK, by=by, at=at)


def _house(alert: Alert) -> Institution:
    found: Institution = Institution.objects.unscoped("whose alert").get(pk=alert.institution_id)
    return found
