"""Safeguarding: a concern about a child or an adult, from anybody; kept for the lead alone.

Whoever is named in a report can never see it. Nothing is closed on the day it was raised without
an answer, and nothing with several people is dated before somebody asked whether a child is there.

Source: content/danger/SOURCE.md, safeguarding; duties by country in content/safeguarding.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from alongside import catalogue
from alongside.access import guardians
from alongside.access.readers import person_for
from alongside.cases.models import Case
from alongside.crisis import actions as crisis
from alongside.crisis import leads, reports
from alongside.crisis.done import tasks_done
from alongside.crisis.models import SafeguardingEntry, SafeguardingReport, SafetyCheck
from alongside.crisis.reports import wait_for_an_answer
from alongside.engine.risk import RiskFinding
from alongside.people.models import Circle, Institution, Person
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, NotAllowed, Refused, Unfit
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

KINDS = ("child", "adult")
DECISIONS = ("reported", "not_reported", "with_others")
ENTRIES = ("told", "reference", "response", "note")
CHILD_CHECK = "child_there"
CHECK_FORM = "child_there@1"
PLACE = "safeguarding"  # an alert of a report names no circle: somebody in it may be the danger


class NothingWritten(Unfit):
    """There is nothing in it."""


class UnknownWord(Unfit):
    """The word is none of the listed ones."""


class NotDecided(Refused):
    """The lead decides first: reported, not reported and why, or others have it."""


class OverAlready(Refused):
    """It was decided or closed before."""


class WaitsForAnswer(Held):
    """A safeguarding report about this circle has no answer yet (G5)."""


class ChildNotAsked(Held):
    """Nobody has asked lately whether a child is there: no date for several people before that."""


# -- a report -------------------------------------------------------------------------------------


@action
def file_report(
    *,
    institution: Institution,
    kind: str,
    words: str,
    by: Reader,
    at: datetime,
    circle: Circle | None = None,
    immediate: bool = False,
    said_by: str = "",
    at_risk: str = "",
    from_whom: str = "",
    wishes: str = "",
    named: Sequence[Person] = (),
) -> SafeguardingReport:
    """Report that a child or an adult is being harmed, or may be. Nobody has to be sure.

    Args:
        kind: ``child`` or ``adult``. words: what was seen or heard, in the words it was said.
        immediate: harm is happening now: the on-call team is told at once, without the words.
        named: people of the circle or the staff who can never see this report.

    The very same again within a day is the first report: who read that it was not saved sends it
    once more, and what was kept of it beside the database comes too.

    Raises:
        NothingWritten, UnknownWord; NotAllowed.
    """
    by.confirm_create(
        "safeguarding_report",
        institution=institution.pk,
        circle=None if circle is None else circle.pk,
    )
    if kind not in KINDS:
        raise UnknownWord(word=kind)
    if not words.strip():
        raise NothingWritten
    given: dict[str, Any] = {
        "institution": institution,
        "circle": circle,
        "written_by": person_for(
            by, institution=institution.pk, circle=None if circle is None else circle.pk
        ),
        "kind": kind,
        "immediate": immediate,
    }
    said: dict[str, Any] = {
        "words": words.strip(),
        "said_by": said_by.strip(),
        "at_risk": at_risk.strip(),
        "from_whom": from_whom.strip(),
        "wishes": wishes.strip(),
    }
    those = [person.pk for person in named]
    if (before := reports.said_before(said, named=those, at=at, **given)) is not None:
        return before
    row = reports.make(named=those, by=by, at=at, **given, **said)
    if immediate:
        rule = "child_immediate_risk@1" if kind == "child" else crisis.SEEN_BY_STAFF
        crisis.raise_alerts(
            findings=[RiskFinding(rule, "A", f"safeguarding: {kind}", None)],
            place=PLACE,
            institution=institution.pk,
            by=by,
            at=at,
        )
    return row


@action
def receive(*, report: SafeguardingReport, by: Reader, at: datetime) -> SafeguardingReport:
    """The lead has read it, and has it. Who filed it sees that it was received.

    A guardian who is named in it may decide with nobody any more, at once and in silence (1.2).
    """
    by.confirm("E", report)
    if report.received_at is None:
        report.received_at, report.received_by_id = at, by.account_id
        report.save(update_fields=["received_at", "received_by"])
        tasks_done(f"report:{report.pk}", leads.NEEDS_LEAD, by=by, at=at)
        guardians.end_of_persons(leads.named_in(report), "safeguarding", by=by, at=at)
        audit.write("crisis.safeguarding_report_received", by=by, at=at, about=report)
    return report


@action
def add_entry(
    *, report: SafeguardingReport, kind: str, words: str, by: Reader, at: datetime
) -> SafeguardingEntry:
    """Add what was done: who was told and when, a reference number, an answer, a note.

    Raises:
        UnknownWord, NothingWritten; NotAllowed for anybody but the lead.
    """
    by.confirm("E", report)
    if by.account_id is None:
        raise NotAllowed(action="E", record=str(report.pk))
    if kind not in ENTRIES:
        raise UnknownWord(word=kind)
    if not words.strip():
        raise NothingWritten
    row = SafeguardingEntry(
        report=report,
        institution_id=report.institution_id,
        account_id=by.account_id,
        kind=kind,
        words=words.strip(),
        at=at,
    )
    row.save(force_insert=True)
    audit.write("crisis.safeguarding_entry_added", by=by, at=at, about=report)
    return row


@action
def decide(
    *,
    report: SafeguardingReport,
    decision: str,
    because: str,
    expected: int,
    by: Reader,
    at: datetime,
) -> SafeguardingReport:
    """The answer: it was reported, or it was not and why, or others have it already.

    Args:
        because: to whom and on which law, or why not. expected: the version it was made from.

    Raises:
        UnknownWord, NothingWritten, OverAlready, StaleVersion.
    """
    by.confirm("S", report)
    if decision not in DECISIONS:
        raise UnknownWord(word=decision)
    if not because.strip():
        raise NothingWritten
    if report.closed_at is not None:
        raise OverAlready(report=report.pk)
    if report.received_at is None:
        receive(report=report, by=by, at=at)
    report.decision, report.because, report.decided_at = decision, because.strip(), at
    report.save_version(expected, ["decision", "because", "decided_at"])
    tasks_done(f"report:{report.pk}", reports.TASK, by=by, at=at)
    if report.concern_id is not None:
        kinds = crisis.AT_RISK.values()
        tasks_done(f"concern:{report.concern_id}", *kinds, by=by, at=at)
    audit.write(
        "crisis.safeguarding_report_decided",
        by=by,
        at=at,
        about=report,
        detail={"decision": decision},
    )
    return report


@action
def close(*, report: SafeguardingReport, by: Reader, at: datetime) -> SafeguardingReport:
    """Nothing more is to be done here.

    Raises:
        NotDecided; OverAlready.
    """
    by.confirm("S", report)
    if report.decided_at is None:
        raise NotDecided(report=report.pk)
    if report.closed_at is not None:
        raise OverAlready(report=report.pk)
    report.closed_at = at
    report.save(update_fields=["closed_at"])
    audit.write("crisis.safeguarding_report_closed", by=by, at=at, about=report)
    return report


# -- what waits for it ----------------------------------------------------------------------------


def no_report_waits(*, case: Case, at: datetime, **facts: object) -> None:
    """A hold on ``cases.close``: every report about the case has an answer first.

    Raises:
        WaitsForAnswer.
    """
    if wait_for_an_answer(case.circle_id):
        raise WaitsForAnswer(case=case.pk)


@action
def record_child_check(
    *, circle: Circle, child_there: bool, words: str, by: Reader, at: datetime
) -> SafetyCheck:
    """Somebody asked whether a child will be there, or nearby, and who looks after them.

    Args:
        words: who looks after the child meanwhile, or how it is known that there is none.

    Raises:
        NothingWritten.
    """
    by.confirm_create("safety_check", institution=circle.institution_id, circle=circle.pk)
    if not words.strip():
        raise NothingWritten
    writer = person_for(by, institution=circle.institution_id, circle=circle.pk)
    check = SafetyCheck(
        institution_id=circle.institution_id,
        circle=circle,
        about_id=circle.focus_id,
        written_by=writer,
        kind=CHILD_CHECK,
        form=CHECK_FORM,
        answers=json.dumps({"child_there": child_there, "words": words.strip()}),
        checked_at=at,
    )
    check.save(force_insert=True)
    audit.write(
        "crisis.safety_check_recorded", by=by, at=at, about=check, detail={"form": CHECK_FORM}
    )
    return check


def child_was_asked(circle: UUID, at: datetime) -> bool:
    """Was it asked lately whether a child is there? Yes or no, for a date."""
    since = at - catalogue.current().danger.waits.child_check_counts
    rows = SafetyCheck.objects.unscoped("was it asked whether a child is there?")
    return bool(rows.filter(circle=circle, kind=CHILD_CHECK, checked_at__gt=since).exists())


def child_checks(circle: UUID, *, seen_by: Reader) -> ScopedQuerySet:
    """What was found when it was asked, the newest first."""
    rows = SafetyCheck.objects.visible_to(seen_by).filter(circle=circle, kind=CHILD_CHECK)
    return rows.order_by("-checked_at")


def a_child_is_asked_about(
    *, circle: Circle, persons: Sequence[object], at: datetime, **facts: object
) -> None:
    """A hold on ``calendar.book``: a date for several people only once this was asked.

    A date that is moved is a new date.

    Raises:
        ChildNotAsked.
    """
    if len(persons) > 1 and not child_was_asked(circle.pk, at):
        raise ChildNotAsked(circle=circle.pk)


# -- reads ----------------------------------------------------------------------------------------


def all_reports(*, seen_by: Reader) -> ScopedQuerySet:
    """Reports this reader may read, what has no answer first, the earliest first."""
    rows = SafeguardingReport.objects.visible_to(seen_by).select_related(
        "received_by", "written_by", "circle"
    )
    return rows.order_by(F("decided_at").asc(nulls_first=True), "filed_at", "pk")


def own_reports(circle: UUID | None, *, seen_by: Reader) -> ScopedQuerySet:
    """What the reader filed themself: that it was received, for a page that shows no more."""
    rows = all_reports(seen_by=seen_by).filter(written_by__in=seen_by.persons)
    return rows if circle is None else rows.filter(circle=circle)


def entries(report: SafeguardingReport, *, seen_by: Reader) -> ScopedQuerySet:
    """What was done about a report, in order."""
    rows = SafeguardingEntry.objects.visible_to(seen_by).filter(report=report)
    return rows.select_related("account").order_by("at", "pk")
