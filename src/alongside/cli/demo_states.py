"""Every state of a case, and whether a demonstration holds it: the closing check of a year.

The words come from the rooms' own lists, so that a state added there is missing here at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alongside import catalogue
from alongside.access.models import Guardianship, Relationship
from alongside.calendar.models import Booking
from alongside.cases import rules as case_rules
from alongside.cases.models import Case, Concern, Decision, OwnView, RightsRequest, Side
from alongside.consent.models import BestInterests, Capacity, Consent, Refusal
from alongside.crisis.models import Alert
from alongside.delivery.models import (
    Countersignature,
    GroupSession,
    Letter,
    LetterGiven,
    ProcessNote,
    ProgressNote,
)
from alongside.directory.models import Service
from alongside.meetings.models import FamilyLetter, PlannedMeeting
from alongside.people.models import Group, GroupMember
from alongside.plans import rules as plan_rules
from alongside.plans.models import Agreement, Course, Goal, Plan
from alongside.records.reader import system

WHY = "the demonstration's own set-up"
NEVER = ("expired",)  # no act brings a worry there: one that is not sent is forgotten
# Nobody of the demonstration keeps an answer from a guardian, and no way has a second version yet.
NOT_MADE = ("shown", "version")
AT_WORK = ("lead", "on_call")  # whose account is a practitioner's; the office is not among them


@dataclass(frozen=True, slots=True)
class State:
    """One state, in words for whoever reads what is missing, and the rows that are in it."""

    name: str
    model: Any
    where: dict[str, Any]
    without: tuple[str, ...] = ()  # columns that must not be empty

    def rows(self, by: Any) -> Any:
        found = self.model.objects.visible_to(by).filter(**self.where)
        for column in self.without:
            found = found.exclude(**{column: None})
        return found


def _each(noun: str, model: Any, column: str, words: Any, **more: Any) -> Iterator[State]:
    for word in words:
        yield State(f"{noun}: {word}", model, {column: word, **more})


def _words(model: Any, name: str) -> list[str]:
    return [word for word, _ in getattr(model, name)]


def states(at: datetime) -> tuple[State, ...]:
    """Every state a case and what hangs on it can be in, at a moment."""
    return (*_cases(), *_rights(at), *_courses(), *_danger(), *_papers(at), *_together())


def _cases() -> Iterator[State]:
    yield from _each("case", Case, "state", _words(Case, "STATES"))
    ends = (*case_rules.COMPLETIONS, case_rules.RAN_OUT)
    yield from _each("case closed", Case, "outcome", ends)
    sent = [word for word in _words(Concern, "STATES") if word not in NEVER]
    yield from _each("worry", Concern, "state", sent)
    yield State("person told", Case, {"engaged_at": None}, ("disclosed_at",))
    yield State("person not told yet", Case, {"disclosed_at": None})
    yield State("person came in", Case, {}, ("engaged_at",))
    yield State("left in peace", Refusal, {"circle__case__outcome": "declined_before_start"})
    decided = [word for word in case_rules.DECISIONS if word not in NOT_MADE]
    yield from _each("decision", Decision, "kind", decided)
    yield from _each("change of help", Decision, "chosen", plan_rules.CHANGES, kind="step")


def _rights(at: datetime) -> Iterator[State]:
    yield from _each("asked", RightsRequest, "kind", _words(RightsRequest, "KINDS"))
    yield from _each("answered", RightsRequest, "answer", _words(RightsRequest, "ANSWERS"))
    yield State("a limit that stands", RightsRequest, {"kind": "restriction", "answer": ""})
    yield State("an objection taken back", RightsRequest, {"kind": "objection"}, ("lifted_at",))
    yield State("own view beside what is held", OwnView, {"taken_back_at": None})
    today = at.date()
    live = {"withdrawn_at": None, "ended_on": None}
    yield State("consent that counts", Consent, {**live, "expires_on__gte": today})
    yield State("consent ended with its course", Consent, {}, ("ended_on",))
    yield State("consent taken back", Consent, {}, ("withdrawn_at",))
    yield from _each("consent given", Consent, "given_how", ("paper", "spoken"))
    yield from _each("capacity", Capacity, "conclusion", _words(Capacity, "CONCLUSIONS"))
    yield from _each("best interests", BestInterests, "outcome", _words(BestInterests, "OUTCOMES"))
    yield State("minor with a guardian", Guardianship, {"ended_at": None, "until__gt": today})
    yield State("side heard that told us", Side, {"proposed_by": "told_us"}, ("spoken_on",))
    yield State("side heard of our own choice", Side, {"proposed_by": "lead"}, ("spoken_on",))


def _courses() -> Iterator[State]:
    yield State("course planned", Course, {"started_at": None, "ended_at": None})
    yield State("course running", Course, {"ended_at": None}, ("started_at",))
    yield from _each("course ended", Course, "completion", plan_rules.AFTER_START)
    yield State("two courses at once", Plan, {"courses__protocol__startswith": "craft@",
                "case__engaged_at__isnull": False})  # fmt: skip
    yield from _each("plan", Agreement, "answer", plan_rules.ANSWERS)
    yield from _each("goal of", Goal, "kind", _words(Goal, "KINDS"))


def _danger() -> Iterator[State]:
    yield from _each("alert", Alert, "level", _words(Alert, "LEVELS"))
    yield from _each("alert closed", Alert, "outcome", sorted(catalogue.current().danger.outcomes))
    yield State("alert open", Alert, {"closed_at": None})


def _papers(at: datetime) -> Iterator[State]:
    yield State("note signed", ProgressNote, {}, ("signed_at",))
    yield State("letter that is a draft", Letter, {"signed_at": None})
    yield State("letter signed", Letter, {}, ("signed_at",))
    yield State("letter given", LetterGiven, {})
    answers = _words(Countersignature, "ANSWERS")
    yield from _each("note of a trainee", Countersignature, "answer", answers)
    yield State("process note", ProcessNote, {})
    yield State("series of times", Booking, {}, ("series",))
    yield State("time to come", Booking, {"starts_at__gt": at, "cancelled_at": None})


def _together() -> Iterator[State]:
    yield State("group", Group, {"ended_at": None})
    yield State("group session", GroupSession, {})
    yield from _each("place in a group", GroupMember, "state", _words(GroupMember, "STATES"))
    yield State("meeting in preparation", PlannedMeeting, {"ended_at": None})
    yield State("meeting held", PlannedMeeting, {}, ("held_at",))
    yield State("family letter, a draft", FamilyLetter, {"final_at": None})
    yield State("family letter, final", FamilyLetter, {}, ("final_at",))


def missing(at: datetime) -> list[str]:
    """The states nobody of this demonstration is in, by name."""
    by = system(WHY, at)
    return [state.name for state in states(at) if not state.rows(by).exists()]


def too_few(at: datetime, *, people: int, practitioners: int, services: int) -> list[str]:
    """What there is less of than a demonstration of this size promises, in words."""
    by = system(WHY, at)
    worries = Concern.objects.visible_to(by).exclude(state="draft")
    counts: tuple[tuple[str, int, Callable[[], int]], ...] = (
        ("people", people, worries.count),
        ("practitioners", practitioners, lambda: _practitioners(by)),
        ("services", services, Service.objects.visible_to(by).count),
    )
    return [f"{name} ({count()} of {asked})" for name, asked, count in counts if count() < asked]


def _practitioners(by: Any) -> int:
    rows = Relationship.objects.visible_to(by).filter(role__in=AT_WORK)
    return int(rows.values("account").distinct().count())
