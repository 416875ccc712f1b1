"""The private check: each member, and the person, is asked alone whether they are afraid here.

A worrying answer raises an alert and freezes dates until the lead has resolved it. Frozen is
never stored: it is an answer without a release recorded later. Source: access and safety rules
of this project, section 6; the questions are content/danger/private_check.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.access import guardians
from alongside.cases import actions as cases
from alongside.cases.models import Decision
from alongside.catalogue.private_check import PrivateCheck
from alongside.crisis import actions as crisis
from alongside.crisis import reports
from alongside.crisis.models import SafetyCheck
from alongside.engine.risk import RiskFinding
from alongside.people import actions as people
from alongside.people.models import Circle, Member, Person
from alongside.people.queries import live_members, members_in
from alongside.records import audit, prepared
from alongside.records.actions_base import action
from alongside.records.among import Ids
from alongside.records.errors import Held, NotAllowed, Refused, Unfit
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

KIND = "private_check"


class UnknownAnswer(Unfit):
    """No private question, or no answer to it, has this id. ``question`` says which."""

    question: str


class NothingToResolve(Refused):
    """Nothing in this check holds anything back, or it was resolved before."""


class Frozen(Held):
    """An answer given alone waits for the lead: no date for several people until it is resolved."""


@dataclass(frozen=True, slots=True)
class MemberState:
    """Where the private check of one member stands, without what they answered."""

    person: UUID
    word: str  # not_asked, answered, to_resolve
    check: UUID | None = None
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CircleState:
    """Where the private checks of a circle stand.

    ``others`` are the person, once they were asked, and whoever left with an answer that waits.
    """

    members: tuple[MemberState, ...]
    others: tuple[MemberState, ...] = ()

    @property
    def is_frozen(self) -> bool:
        """True while an answer waits for the lead: nothing is dated."""
        return any(each.word == "to_resolve" for each in (*self.members, *self.others))

    @property
    def all_asked(self) -> bool:
        """True when everybody in the circle was asked alone."""
        return bool(self.members) and all(m.word != "not_asked" for m in self.members)

    def of(self, person: UUID) -> MemberState:
        """The state of one member; not asked when they are not among the members."""
        return next(
            (member for member in self.members if member.person == person),
            MemberState(person, "not_asked"),
        )


@action
def answer(
    *,
    circle: Circle,
    person: Person,
    answers: Mapping[str, str | None],
    by: Reader,
    at: datetime,
) -> SafetyCheck:
    """Keep one person's answers, raise what they call for, and hide them if they ask for it.

    Args:
        person: who answers: a live member or the focus person. Nobody answers for another; the
            lead may write down what they were told in person, alone.
        answers: by question id; None is a question that was skipped.

    Raises:
        UnknownAnswer; NotAllowed when the reader stands for another.
    """
    by.confirm_create("safety_check", institution=circle.institution_id, circle=circle.pk)
    is_own = person.pk in by.persons
    if not (is_own or by.is_system):  # who decides here is who leads here, not anywhere
        by.confirm_create("decision", institution=circle.institution_id, circle=circle.pk)
    member = live_members(circle, seen_by=by).filter(person=person).first()
    if member is None and person.pk != circle.focus_id:
        raise NotAllowed("not in this circle")
    asked = catalogue.current().private_check
    findings: list[RiskFinding] = []
    hide = False
    for question, given in answers.items():
        if given is None:
            continue
        about = asked.question(question)
        chosen = about.answer(given) if about is not None else None
        if chosen is None:
            raise UnknownAnswer(question=question)
        hide = hide or chosen.then == "hide"
        if chosen.freezes:
            findings.append(
                RiskFinding(
                    rule=f"{KIND}_{question}@{asked.ref.version}",
                    level=chosen.level or "D",
                    because=f"{question} = {given}",
                    item=question,
                )
            )
    checked = crisis.record_safety_check(
        kind=KIND,
        form=str(asked.ref),
        circle=circle,
        about=person,
        written_by=person,
        answers=dict(answers),
        findings=findings,
        source=f"{KIND}:{person.pk}",
        by=by,
        at=at,
    )
    if any(_reports(asked, *given) for given in answers.items()):
        _tell_the_lead(circle, person, asked, by=by, at=at)
    if hide and isinstance(member, Member):
        people.hide_me(member=member, by=by, at=at)
    audit.write("crisis.private_check_answered", by=by, at=at, about=checked.check)
    return checked.check


def _reports(asked: PrivateCheck, question: str, given: str | None) -> bool:
    about = asked.question(question)
    chosen = about.answer(given) if about is not None and given is not None else None
    return chosen is not None and chosen.reports


def _tell_the_lead(
    circle: Circle, person: Person, asked: PrivateCheck, *, by: Reader, at: datetime
) -> None:
    """A report (T25) that somebody here needs the safeguarding lead: no name and no answer."""
    if reports.wait_for_an_answer(circle.pk):
        return
    words = asked.report.get(circle.focus.language, asked.report["en"])
    kind = "child" if guardians.is_minor(person, at.date()) else "adult"
    reports.make(
        institution=circle.institution, circle=circle, kind=kind, words=words, by=by, at=at
    )


@action
def resolve(*, check: SafetyCheck, reason: str, by: Reader, at: datetime) -> Decision:
    """Say how a worrying answer was resolved; dates may be set again. The answer stays.

    Raises:
        NothingToResolve: it held nothing back, or was resolved before.
    """
    by.confirm("R", check)
    if check.circle is None or check.pk not in open_checks([check.circle.pk]):
        raise NothingToResolve
    return cases.record_decision(
        circle=check.circle,
        kind="release",
        chosen="resolved",
        about=f"{KIND}:{check.pk}",
        reason=reason,
        by=by,
        at=at,
    )


def open_checks(circles: Iterable[UUID]) -> dict[UUID, UUID]:
    """Checks that hold dates back, each with its circle: ids alone, for gates that everybody meets.

    Two queries at most, however many circles.
    """
    ids = Ids(circles)

    def told(circles: Ids) -> Any:
        return (
            SafetyCheck.objects.unscoped("does an answer hold dates back? (ids alone)")
            .filter(circle__among=circles, kind=KIND)
            .exclude(findings=[])
            .values_list("pk", "circle_id")
        )

    def released(circles: Ids) -> Any:
        return (
            Decision.objects.unscoped("was it resolved? (ids alone)")
            .filter(circle__among=circles, kind="release", about__startswith=f"{KIND}:")
            .values_list("about", flat=True)
        )

    checks = prepared.rows("private_check.told", told, circles=ids)
    if not checks:
        return {}
    resolved = set(prepared.rows("private_check.resolved", released, circles=ids))
    return {pk: circle for pk, circle in checks if f"{KIND}:{pk}" not in resolved}


def is_frozen(circle: UUID) -> bool:
    """Does an answer to a private check hold back every date in this circle?"""
    return bool(open_checks([circle]))


def nobody_is_afraid(
    *, circle: Circle, persons: Sequence[object], at: datetime, **facts: object
) -> None:
    """A hold on ``calendar.book``: while an answer given alone waits, several people get no date.

    One person alone does: that is how it is resolved.

    Raises:
        Frozen.
    """
    if len(persons) > 1 and is_frozen(circle.pk):
        raise Frozen


def were_asked(circle: UUID, persons: Iterable[UUID]) -> bool:
    """Was each of these persons asked alone? Never what they answered."""

    def asked(circle: UUID, persons: Ids) -> Any:
        return (
            SafetyCheck.objects.unscoped("was each asked alone? (ids alone)")
            .filter(circle=circle, kind=KIND, about__among=persons)
            .values_list("about_id", flat=True)
        )

    ids = Ids(persons)
    found = prepared.rows("private_check.asked", asked, circle=circle, persons=ids)
    return bool(ids) and ids <= set(found)


def said(circle: UUID, question: str, *, seen_by: Reader) -> dict[UUID, tuple[str, datetime]]:
    """What each person last answered to one private question, and when, as far as the reader may
    read it. A question that was skipped is no answer, and takes none back."""
    found: dict[UUID, tuple[str, datetime]] = {}
    rows = SafetyCheck.objects.visible_to(seen_by).filter(circle=circle, kind=KIND)
    for check in rows.order_by("checked_at", "pk"):
        given = json.loads(check.answers or "{}").get(question)
        if check.about_id is not None and given is not None:
            found[check.about_id] = (given, check.checked_at)
    return found


def answered_unseen(circle: UUID, *, seen_by: Reader) -> frozenset[UUID]:
    """Persons who were asked alone and whose answers this reader may not read: ids alone."""
    asked = SafetyCheck.objects.unscoped("who was asked alone? (ids alone)")
    rows = asked.filter(circle=circle, kind=KIND).values_list("about_id", flat=True)
    seen = SafetyCheck.objects.visible_to(seen_by).filter(circle=circle, kind=KIND)
    return frozenset(pk for pk in rows if pk) - frozenset(seen.values_list("about_id", flat=True))


def state_of(circle: Circle, *, seen_by: Reader) -> CircleState:
    """Where the checks of everybody in a circle stand, for somebody who may read them."""
    waiting = open_checks([circle.pk])
    newest: dict[UUID, SafetyCheck] = {}
    holding: dict[UUID, SafetyCheck] = {}

    def rows(circle: UUID) -> Any:
        checks = SafetyCheck.objects.visible_to(seen_by).filter(circle=circle, kind=KIND)
        return checks.order_by("checked_at", "pk")

    for check in prepared.rows("private_check.state", rows, seen_by=seen_by, circle=circle.pk):
        if check.about_id is None:
            continue
        newest[check.about_id] = check
        if check.pk in waiting:
            holding[check.about_id] = check

    def state(person: UUID) -> MemberState:
        last = holding.get(person) or newest.get(person)
        if last is None:
            return MemberState(person, "not_asked")
        word = "to_resolve" if person in holding else "answered"
        return MemberState(person, word, last.pk, last.checked_at)

    members = members_in(circle.pk, seen_by=seen_by)
    here = [member.person_id for member in members if member.to_at is None]
    others = [p for p in newest if p not in here and (p == circle.focus_id or p in holding)]
    return CircleState(tuple(map(state, here)), tuple(map(state, others)))


def own_check(person: UUID, *, seen_by: Reader) -> SafetyCheck | None:
    """The reader's own last check, if they were asked."""
    found: SafetyCheck | None = (
        SafetyCheck.objects.visible_to(seen_by)
        .filter(about_id=person, kind=KIND)
        .order_by("-checked_at")
        .first()
    )
    return found


def checks(*, seen_by: Reader) -> ScopedQuerySet:
    """Private checks this reader may read."""
    return SafetyCheck.objects.visible_to(seen_by).filter(kind=KIND)
