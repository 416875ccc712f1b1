"""All that happened in one case, from the first worry to the last follow-up, for one reader.

Each source that holds anything is asked once, and through the reader: what they may not read is
not there. Words for people are the door's; an entry carries facts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from alongside.cases import queries as cases
from alongside.cases.models import Concern, Side
from alongside.consent.models import BestInterests, Capacity, Consent, Refusal
from alongside.crisis.models import Alert, AlertEvent, Contact, SafetyCheck
from alongside.delivery.models import Addition, Artefact, Homework, ProgressNote, TherapySession
from alongside.measures import queries as measures
from alongside.people import queries as people
from alongside.plans import queries as plans
from alongside.plans.models import Agreement, Goal, GoalRating, Plan
from alongside.records import prepared
from alongside.records.presence import with_rows

MODELS: tuple[Any, ...] = (
    *(Concern, Side, SafetyCheck, Alert, AlertEvent, Contact),
    *(Consent, Refusal, Capacity, BestInterests, Plan, Agreement, Goal, GoalRating),
    *(TherapySession, ProgressNote, Addition, Homework, Artefact),
)
SHOWN_EVENTS = ("acknowledged", "reopened", "escalated")
KINDS = ("why", "danger", "people", "agreed", "plan", "talks", "answers")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    ``word`` says what, ``facts`` with which numbers, words and names; ``who`` did it, ``is_key``
    marks what matters most, ``record`` is the row behind it.
    """

    at: datetime
    kind: str
    word: str
    who: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    is_key: bool = False
    record: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Ask:
    circle: UUID
    reader: Any
    there: frozenset[Any]  # the models that have any row of this circle

    def rows(self, model: Any, *related: str, **only: Any) -> Any:
        if model not in self.there:
            return ()

        def rows(circle: UUID, model: Any, related: tuple[str, ...], only: tuple[Any, ...]) -> Any:
            found = model.objects.visible_to(self.reader).filter(circle=circle, **dict(only))
            return found.select_related(*related) if related else found

        return prepared.rows(
            "timeline",
            rows,
            seen_by=self.reader,
            circle=self.circle,
            model=model,
            related=related,
            only=tuple(only.items()),
        )


def entries(circle: UUID, *, seen_by: Any, kind: str = "") -> list[Entry]:
    """Everything this reader may know of one circle, newest first.

    Args:
        kind: one of ``KINDS``; all of them when empty or unknown.

    Returns:
        The entries. The number of queries depends on which sources hold anything, not on how much.
    """
    ask = _Ask(circle, seen_by, with_rows(circle, MODELS))
    wanted = (kind,) if kind in SOURCES else KINDS
    found = [entry for each in wanted for entry in SOURCES[each](ask)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


# -- why we are here ----------------------------------------------------------------------------


def _why(ask: _Ask) -> Iterator[Entry]:
    for concern in ask.rows(Concern, "written_by"):
        who = str(concern.written_by) if concern.written_by_id else concern.contact_name
        if concern.sent_at:
            yield Entry(
                concern.sent_at,
                "why",
                "concern_sent",
                who,
                {"path": concern.path},
                True,
                concern.pk,
            )
    case = cases.case_of(ask.circle, seen_by=ask.reader)
    if case is not None:
        yield Entry(
            case.opened_at, "why", "case_opened", "", {"basis": case.legal_basis}, True, case.pk
        )
        if case.disclosed_at:
            yield Entry(case.disclosed_at, "why", "person_told", is_key=True, record=case.pk)
        if case.engaged_at:
            yield Entry(case.engaged_at, "why", "person_engaged", is_key=True, record=case.pk)
        if case.closed_at:
            yield Entry(
                case.closed_at, "why", "case_closed", "", {"outcome": case.outcome}, True, case.pk
            )
    for decision in cases.decisions_in(ask.circle, seen_by=ask.reader):
        facts = {
            "kind": decision.kind,
            "chosen": decision.chosen,
            "about": decision.about,
            "reason": decision.reason,
        }
        yield Entry(
            decision.decided_at, "why", "decided", str(decision.written_by), facts, True,
            decision.pk,
        )  # fmt: skip


# -- danger -------------------------------------------------------------------------------------


def _danger(ask: _Ask) -> Iterator[Entry]:
    for check in ask.rows(SafetyCheck, "written_by"):
        who = str(check.written_by) if check.written_by_id else ""
        facts = {"form": check.form, "found": str(len(check.findings))}
        yield Entry(check.checked_at, "danger", "checked", who, facts, record=check.pk)
    for alert in ask.rows(Alert, "acknowledged_by", "closed_by"):
        level = {"level": alert.level, "because": alert.because, "rule": alert.rule}
        yield Entry(alert.raised_at, "danger", "alert_raised", "", level, True, alert.pk)
        if alert.closed_at:
            facts = {"level": alert.level, "outcome": alert.outcome}
            yield Entry(
                alert.closed_at, "danger", "alert_closed", _name(alert.closed_by), facts, True,
                alert.pk,
            )  # fmt: skip
    for event in ask.rows(AlertEvent, "account", "alert", kind__in=SHOWN_EVENTS):
        facts = {"level": event.alert.level, "step": str(event.step)}
        yield Entry(
            event.at, "danger", f"alert_{event.kind}", _name(event.account), facts,
            record=event.alert_id,
        )  # fmt: skip
    for contact in ask.rows(Contact, "account"):
        facts = {
            "method": contact.method,
            "reached": "yes" if contact.reached else "no",
            "note": contact.note,
        }
        yield Entry(
            contact.at, "danger", "contact", _name(contact.account), facts, record=contact.alert_id
        )


# -- who, and what they agreed to ---------------------------------------------------------------


def _people(ask: _Ask) -> Iterator[Entry]:
    for member in people.members_in(ask.circle, seen_by=ask.reader):
        facts = {"relation": member.relation, "because": member.ended_because}
        who = str(member.person)
        yield Entry(member.from_at, "people", "member_joined", who, facts, record=member.pk)
        if member.to_at:
            yield Entry(member.to_at, "people", "member_left", who, facts, record=member.pk)
    before: dict[UUID, Side] = {}
    for side in sorted(ask.rows(Side, "person", "spoken_by"), key=lambda row: row.number):
        last = before.get(side.person_id)
        before[side.person_id] = side
        yield Entry(
            side.written_at, "people", _of_side(side, last), str(side.person), _side_facts(side),
            side.spoken_on is not None, side.pk,
        )  # fmt: skip


def _of_side(side: Side, last: Side | None) -> str:
    """What a row says: a talk alone, that there was none after all, or who proposed somebody."""
    if side.spoken_on is not None:
        return "side_heard"
    return "side_not_heard" if last is not None and last.spoken_on is not None else "side_proposed"


def _side_facts(side: Side) -> dict[str, str]:
    return {
        "proposed": side.proposed_by,
        "on": "" if side.spoken_on is None else side.spoken_on.isoformat(),
        "how": side.how,
        "by": "" if side.spoken_by is None else str(side.spoken_by),
        "note": side.words,
    }


def _agreed(ask: _Ask) -> Iterator[Entry]:
    given = list(ask.rows(Consent, "person"))
    over = _over(ask) if any(row.ended_on for row in given) else {}
    for row in given:
        who, facts = str(row.person), {"form": row.form, "until": row.expires_on.isoformat()}
        yield Entry(row.given_at, "agreed", "consent_given", who, facts, True, row.pk)
        if row.withdrawn_at:
            yield Entry(row.withdrawn_at, "agreed", "consent_withdrawn", who, facts, True, row.pk)
        elif row.ended_on:
            ended = over.get(row.about) or datetime.combine(row.ended_on, time(), UTC)
            yield Entry(
                max(ended, row.given_at), "agreed", "consent_ended", who, facts, False, row.pk
            )
    for row in ask.rows(Refusal, "person"):
        facts = {"about": row.about, "words": row.words, "offered": row.offered}
        yield Entry(row.refused_at, "agreed", "refused", str(row.person), facts, True, row.pk)
    for row in ask.rows(Capacity, "person"):
        facts = {"conclusion": row.conclusion, "decision": row.decision}
        yield Entry(row.assessed_at, "agreed", "capacity", str(row.person), facts, record=row.pk)
    for row in ask.rows(BestInterests, "person"):
        facts = {"outcome": row.outcome, "words": row.reason}
        yield Entry(row.met_at, "agreed", "best_interests", str(row.person), facts, True, row.pk)


def _over(ask: _Ask) -> dict[str, datetime | None]:
    """When each course ended, by what a consent calls it: of its end a consent keeps the day."""
    courses = plans.courses_in(ask.circle, seen_by=ask.reader)
    return {f"course:{course.pk}": course.ended_at for course in courses}


# -- the plan -----------------------------------------------------------------------------------


def _plan(ask: _Ask) -> Iterator[Entry]:
    for plan in ask.rows(Plan, "written_by"):
        who = str(plan.written_by)
        yield Entry(plan.proposed_at, "plan", "plan_proposed", who, {}, True, plan.pk)
        if plan.ended_at:
            facts = {"because": plan.ended_because}
            yield Entry(plan.ended_at, "plan", "plan_ended", "", facts, True, plan.pk)
    for course in plans.courses_in(ask.circle, seen_by=ask.reader):
        facts = {"protocol": course.protocol, "completion": course.completion}
        facts["variant"] = course.variant
        who = str(course.deliverer.person)
        if course.started_at:
            way = plans.version_at(course, course.started_at)
            began = {"protocol": way, "variant": course.variant}
            yield Entry(course.started_at, "plan", "course_started", who, began, True, course.pk)
        versions = plans.versions_of(course)
        for place, before in enumerate(versions[:-1]):
            moved = {"protocol": before, "to": versions[place + 1], "variant": course.variant}
            moment = plans.moved_at(course, place)
            yield Entry(moment, "plan", "course_moved", "", moved, True, course.pk)
        if course.ended_at:
            yield Entry(course.ended_at, "plan", "course_ended", "", facts, True, course.pk)
    for said in ask.rows(Agreement, "person"):
        facts = {"answer": said.answer, "edition": str(said.edition), "words": said.words}
        yield Entry(said.said_at, "plan", "agreement", str(said.person), facts, True, said.pk)
    for goal in ask.rows(Goal, "about"):
        facts = {"goal": goal.words, "kind": goal.kind}
        yield Entry(goal.set_at, "plan", "goal_set", str(goal.about), facts, record=goal.pk)
    for rating in ask.rows(GoalRating, "goal", "written_by"):
        facts = {"goal": rating.goal.words, "level": str(rating.level)}
        yield Entry(
            rating.rated_at, "plan", "goal_rated", str(rating.written_by), facts, record=rating.pk
        )


# -- talks and what came of them ----------------------------------------------------------------


def _talks(ask: _Ask) -> Iterator[Entry]:
    for talk in ask.rows(TherapySession, "practitioner__person"):
        facts = {
            "number": str(talk.number),
            "minutes": str(talk.minutes or ""),
            "because": talk.not_held_because,
        }
        word = "talk_held" if talk.held else "talk_not_held"
        who = str(talk.practitioner.person)
        yield Entry(talk.held_at, "talks", word, who, facts, talk.held, talk.pk)
    notes = ask.rows(ProgressNote, "written_by", "session", "about", signed_at__isnull=False)
    beside = Counter(note.session_id for note in notes)
    for note in notes:
        facts = {"number": str(note.session.number)}
        if beside[note.session_id] > 1:
            facts["person"] = str(note.about)
        yield Entry(
            note.signed_at, "talks", "note_signed", str(note.written_by), facts, record=note.pk
        )
    for more in ask.rows(Addition, "written_by", "note__session"):
        facts = {"number": str(more.note.session.number)}
        yield Entry(
            more.signed_at,
            "talks",
            "note_added_to",
            str(more.written_by),
            facts,
            record=more.note_id,
        )
    for task in ask.rows(Homework, "about"):
        facts = {"task": task.task, "done": task.done}
        yield Entry(task.set_at, "talks", "homework_set", str(task.about), facts, record=task.pk)
        if task.told_at:
            yield Entry(
                task.told_at, "talks", "homework_told", str(task.about), facts, record=task.pk
            )
    for sheet in ask.rows(Artefact, "about", superseded_at=None, is_struck=False):
        facts = {"form": sheet.form, "from": sheet.entered_from}
        yield Entry(sheet.made_at, "talks", "sheet", str(sheet.about), facts, record=sheet.sheet)


def _answers(ask: _Ask) -> Iterator[Entry]:
    for row in measures.answered_in_circle(ask.circle, seen_by=ask.reader):
        facts = {
            "instrument": row.instrument,
            "scores": json.dumps(row.scores),
            "band": row.band,
            "prorated": "yes" if row.prorated else "",
        }
        word, when = "answered", row.answered_at
        if row.corrects_id:
            word, when = "corrected", row.entered_at or row.answered_at
        yield Entry(when, "answers", word, str(row.respondent), facts, record=row.pk)
    for asking in measures.asked_in_circle(ask.circle, seen_by=ask.reader):
        facts, who = {"instrument": asking.instrument}, str(asking.respondent)
        yield Entry(asking.asked_at, "answers", "asked", who, facts, record=asking.pk)
        if asking.declined_at:
            yield Entry(asking.declined_at, "answers", "declined", who, facts, record=asking.pk)
        if asking.ended_because:
            facts = {**facts, "because": asking.ended_because}
            yield Entry(asking.expires_at, "answers", "asking_ended", who, facts, record=asking.pk)


def _name(account: Any) -> str:
    return "" if account is None else str(account.name or account.email)


SOURCES: Mapping[str, Callable[[_Ask], Iterable[Entry]]] = {
    "why": _why,
    "danger": _danger,
    "people": _people,
    "agreed": _agreed,
    "plan": _plan,
    "talks": _talks,
    "answers": _answers,
}
