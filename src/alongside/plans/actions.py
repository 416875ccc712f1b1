"""Propose a plan, agree to it, start and end its courses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.calendar import ending as times
from alongside.cases import actions as cases
from alongside.cases import rules as cases_rules
from alongside.cases.models import Case, Decision
from alongside.consent import actions as consent
from alongside.crisis import actions as crisis
from alongside.crisis.actions import Checked
from alongside.engine.protocols import gates as gate_rules
from alongside.engine.protocols.gates import GateState
from alongside.engine.protocols.shapes import Protocol, Range
from alongside.engine.risk.rules import find_intake_risk
from alongside.people.models import Person, Practitioner
from alongside.plans import queries, rules, treating
from alongside.plans.models import Agreement, Course, CoursePerson, Goal, GoalRating, Plan
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, Refused, Unfit
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks
from alongside.tasks.queries import open_tasks

LEVELS = rules.LEVELS


class NoSafetyCheck(Refused):
    """Nobody has looked at present danger in this case yet."""


class NotYetOffered(Refused):
    """The protocol is described here but cannot be run here yet."""


class LivePlan(Refused):
    """The case has a live plan already."""


class NobodyTreated(Unfit):
    """A course names nobody, or somebody who is not of this circle."""


class NotForThem(Refused):
    """The protocol helps relatives, and the course names the person it is about."""


class NotADecision(Refused):
    """A plan follows a recorded decision for a way, made in this circle."""


class NotDecided(Refused):
    """Nobody recorded a decision for this way in this circle. ``protocol`` names it."""

    protocol: str


class UnknownVariant(Unfit):
    """The protocol has no variant of this name."""


class NotWorkingHere(Refused):
    """Who delivers or supervises works for another institution, or supervises themself."""


class OutsideDose(Unfit):
    """So many sessions are not what the protocol names; ``lowest`` and ``highest`` are.

    A qualified person may go beyond them and says why.
    """

    lowest: int | None
    highest: int | None


class CaseIsClosed(Refused):
    """The case has been closed."""


class GatesClosed(Held):
    """Something that must be true is not true yet. ``states`` are the gates, with reasons."""

    states: tuple[GateState, ...]


class AlreadyEnded(Refused):
    """It has ended; what ended is not changed."""


class StillOpen(Refused):
    """A course of this plan has not ended yet."""


class BadLevels(Unfit):
    """A goal has five levels, from -2 to 2, each in words."""


class NeedsWords(Unfit):
    """Something must be said in words. ``field`` names it."""

    field: str


class UnknownWord(Unfit):
    """A word that is not in its list. ``field`` and ``value`` say which."""

    field: str
    value: object


class NotOfThisCircle(Refused):
    """The person has no place in the circle of this plan."""


class OtherEdition(Refused):
    """The plan has been changed since it was read; ``edition`` is the one that counts now."""

    edition: int


class FinalNo(Held):
    """This person said no to this edition. That is final; another edition may be offered."""


class NotReleasable(Held):
    """No decision opens this gate: what it asks for must be true."""


class NothingToRelease(Refused):
    """The gate is not closed."""


@action
def look_at_danger(
    *,
    case: Case,
    about: Person,
    answers: Mapping[str, str | None],
    by: Reader,
    at: datetime,
    source: str = "",
) -> Checked:
    """Keep a practitioner's look at present danger, and raise what it found.

    The questions are those of the public door: one list that clinicians signed.

    Args:
        about: whom it is about: the focus person or a live member.
        answers: by question id; None is a question that was not asked. One at least was.
        source: what it belongs to, as ``session:<uuid>``: the structured part of its note.

    Returns:
        The check and the alerts it raised. The caller tells at once (``measures.tell_now``).

    Raises:
        NotOfThisCircle, NeedsWords when nothing was answered, UnknownWord.
    """
    by.confirm_create("safety_check", institution=case.institution_id, circle=case.circle_id)
    if about not in queries.people_of(case.circle):
        raise NotOfThisCircle(person=about)
    intake = catalogue.current().danger.intake
    given = {question: answer for question, answer in answers.items() if answer}
    for question, answer in given.items():
        asked = intake.question(question)
        if asked is None or asked.answer(answer) is None:
            raise UnknownWord(field=question, value=answer)
    if not given:
        raise NeedsWords(field="answers")
    return crisis.record_safety_check(
        kind="case",
        form=str(intake.ref),
        circle=case.circle,
        about=about,
        written_by=Person.objects.unscoped("who looked").get(pk=_writer(by, case)),
        answers=dict(answers),
        findings=find_intake_risk(intake, given),
        source=source,
        by=by,
        at=at,
    )


@action
def propose_plan(
    *,
    case: Case,
    decision: Decision,
    protocol: str,
    variant: str,
    persons: Sequence[Person],
    deliverer: Practitioner,
    by: Any,
    at: datetime,
    supervisor: Practitioner | None = None,
    sessions_planned: int | None = None,
    summary: str = "",
) -> Plan:
    """Make the plan of a case, with its first course.

    Args:
        decision: why this way; what was shown and chosen. For this way, in this circle.
        protocol: an id with or without version; the newest runnable one is kept exactly.
        persons: whom the course treats, of this circle.
        sessions_planned: count; the protocol's usual number by default.
        summary: the plan in words; required when the count lies outside the protocol's dose.

    Raises:
        NoSafetyCheck, NotYetOffered, LivePlan, NobodyTreated, NotForThem, NotADecision,
        NotDecided, UnknownVariant, NotWorkingHere, OutsideDose, CaseIsClosed.
    """
    by.confirm_create("plan", institution=case.institution_id, circle=case.circle_id)
    if case.state == "closed":
        raise CaseIsClosed(case=case)
    if decision.kind not in rules.FOR_A_WAY or decision.circle_id != case.circle_id:
        raise NotADecision(decision=decision)
    _must_be_checked(case)
    _lock(case)
    if Plan.objects.unscoped("one live plan a case").filter(case=case, ended_at=None).exists():
        raise LivePlan(case=case)
    plan = Plan.objects.create(
        institution_id=case.institution_id,
        circle_id=case.circle_id,
        case=case,
        decision=decision,
        summary=summary,
        proposed_at=at,
        written_by_id=_writer(by, case),
    )
    audit.write("plans.plan_proposed", by=by, at=at, about=plan)
    course = add_course(
        plan=plan,
        protocol=protocol,
        variant=variant,
        persons=persons,
        deliverer=deliverer,
        supervisor=supervisor,
        sessions_planned=sessions_planned,
        summary=summary,
        by=by,
        at=at,
    )
    if not rules.is_for(course.protocol.partition("@")[0], decision.about):
        raise NotDecided(protocol=course.protocol)
    _step_by_lead(case, by=by, at=at)
    return plan


@action
def add_course(
    *,
    plan: Plan,
    protocol: str,
    variant: str,
    persons: Sequence[Person],
    deliverer: Practitioner,
    by: Any,
    at: datetime,
    supervisor: Practitioner | None = None,
    sessions_planned: int | None = None,
    summary: str = "",
) -> Course:
    """Add a course to a plan: one protocol at its exact version, for named persons.

    A decision for this way must stand in the circle: what the chooser said of it was seen then.
    Whoever agreed to the plan before agreed to less: with the first answer on record, a course
    more makes a new edition, to which everybody is asked again.

    Args:
        summary: the plan in words, with this course in it, as everybody who agrees reads it; empty
            leaves the words there are. Required when the count lies outside the protocol's dose.
    """
    by.confirm("E", plan)
    if plan.ended_at:
        raise AlreadyEnded(plan=plan)
    way = catalogue.current().protocol(protocol)
    if not way.runnable or f"protocols/{way.ref}" in catalogue.current().retired:
        raise NotYetOffered(protocol=str(way.ref))
    if variant and way.variant(variant) is None:
        raise UnknownVariant(variant=variant)
    _must_be_decided(way, plan.circle_id)
    _must_treat_somebody(way, plan, persons)
    _must_work_here(plan.institution_id, deliverer, supervisor)
    dose = way.dose_of(variant).sessions
    usual = dose.typical or dose.max or 12
    _must_fit_the_dose(sessions_planned or usual, dose, summary)
    is_answered = queries.is_answered(plan)
    is_reworded = bool(summary.strip()) and summary != plan.summary
    if is_answered or is_reworded:
        plan.edition += int(is_answered)
        plan.summary = summary if is_reworded else plan.summary
        plan.save_version(plan.version, ["edition", "summary"])
    course = Course.objects.create(
        institution_id=plan.institution_id,
        circle_id=plan.circle_id,
        plan=plan,
        protocol=str(way.ref),
        variant=variant,
        deliverer=deliverer,
        supervisor=supervisor,
        sessions_planned=sessions_planned or usual,
    )
    for person in persons:
        CoursePerson.objects.create(
            course=course,
            person=person,
            institution_id=plan.institution_id,
            circle_id=plan.circle_id,
        )
    audit.write(
        "plans.course_added", by=by, at=at, about=course, detail={"protocol": course.protocol}
    )
    return course


@action
def set_goal(
    *,
    plan: Plan,
    about: Person,
    kind: str,
    words: str,
    levels: Mapping[str, str],
    by: Any,
    at: datetime,
    weight: int = 1,
    start_level: int = -1,
) -> Goal:
    """Add a goal of feeling, thinking or behaving, with what each of its five levels looks like."""
    by.confirm("E", plan)
    if plan.ended_at:
        raise AlreadyEnded(plan=plan)
    if kind not in rules.KINDS:
        raise UnknownWord(field="kind", value=kind)
    if not words.strip():
        raise NeedsWords(field="words")
    if about not in queries.people_of(plan.circle):
        raise NotOfThisCircle(person=about)
    if set(levels) != set(LEVELS) or not all(text.strip() for text in levels.values()):
        raise BadLevels(levels=dict(levels))
    if not -2 <= start_level <= 2 or not 1 <= weight <= 10:
        raise BadLevels(level=start_level)
    goal = Goal.objects.create(
        institution_id=plan.institution_id,
        circle_id=plan.circle_id,
        plan=plan,
        about=about,
        kind=kind,
        words=words,
        levels=json.dumps({level: levels[level] for level in LEVELS}, ensure_ascii=False),
        weight=weight,
        start_level=start_level,
        set_at=at,
    )
    audit.write("plans.goal_added", by=by, at=at, about=goal)
    return goal


@action
def rate_goal(*, goal: Goal, level: int, by: Any, at: datetime) -> GoalRating:
    """Say where a goal stands today, -2 to 2."""
    by.confirm("E", goal.plan)
    if goal.plan.ended_at:
        raise AlreadyEnded(plan=goal.plan)
    if not -2 <= level <= 2:
        raise BadLevels(level=level)
    rating = GoalRating.objects.create(
        institution_id=goal.institution_id,
        circle_id=goal.circle_id,
        goal=goal,
        level=level,
        rated_at=at,
        written_by_id=_writer(by, goal.plan.case),
    )
    audit.write("plans.goal_rated", by=by, at=at, about=goal, detail={"level": str(level)})
    return rating


@action
def agree(
    *,
    plan: Plan,
    edition: int,
    person: Person,
    answer: str,
    by: Any,
    at: datetime,
    words: str = "",
) -> Agreement:
    """Keep what a person said to one edition of a plan: yes, no, or a lawful basis with grounds.

    A "no" is kept and is final for that edition: neither a yes nor a basis follows it, only
    another edition. Somebody who reads their own plan may answer for themself; a practitioner
    writes down what they heard.

    Args:
        edition: the one that was read.
        answer: ``yes``, ``no`` or ``basis``; a basis is written down by a practitioner.
        words: what was said; the grounds of a basis, which it needs.

    Raises:
        AlreadyEnded, OtherEdition, FinalNo, NotOfThisCircle, NeedsWords, UnknownWord.
    """
    own = person.pk in by.persons
    by.confirm("R" if own else "E", plan)
    if answer not in rules.ANSWERS or (own and answer == "basis"):
        raise UnknownWord(field="answer", value=answer)
    now = Plan.objects.unscoped("the edition that counts").select_for_update().get(pk=plan.pk)
    if now.ended_at:
        raise AlreadyEnded(plan=now)
    if edition != now.edition:
        raise OtherEdition(edition=now.edition)
    if person not in queries.people_of(plan.circle):
        raise NotOfThisCircle(person=person)
    if answer == "basis" and len(words.strip()) < cases_rules.REASON_LETTERS:
        raise NeedsWords(field="words")
    noes = Agreement.objects.unscoped("a no is final for its edition")
    if noes.filter(plan=plan, edition=edition, person=person, answer="no").exists():
        raise FinalNo(person=person, edition=edition)
    said = Agreement.objects.create(
        institution_id=plan.institution_id,
        circle_id=plan.circle_id,
        plan=plan,
        edition=edition,
        person=person,
        answer=answer,
        words=words,
        said_at=at,
        written_by_id=_writer(by, plan.case),
    )
    audit.write("plans.agreement_recorded", by=by, at=at, about=plan, detail={"answer": answer})
    return said


@action
def change_plan(
    *, plan: Plan, summary: str, because: str, expected: int, by: Reader, at: datetime
) -> Plan:
    """Make a new edition of a plan, in other words or after somebody said no.

    Everybody is asked again: what was said to an edition stays with that edition. What has
    started goes on.

    Args:
        because: why, in a full sentence; kept as a decision.

    Raises:
        AlreadyEnded, StaleVersion; the reasons ``cases.record_decision`` refuses.
    """
    by.confirm("E", plan)
    if plan.ended_at:
        raise AlreadyEnded(plan=plan)
    plan.summary, plan.edition = summary, plan.edition + 1
    plan.save_version(expected, ["summary", "edition"])
    cases.record_decision(
        circle=plan.circle,
        kind="choice",
        chosen=f"edition {plan.edition}",
        about=f"plan:{plan.pk}",
        reason=because,
        by=by,
        at=at,
    )
    audit.write(
        "plans.plan_changed", by=by, at=at, about=plan, detail={"edition": str(plan.edition)}
    )
    return plan


@action
def release_gate(
    *, course: Course, gate: str, reason: str, until: date, by: Reader, at: datetime
) -> Decision:
    """Let a closed gate pass until a day, by a named clinician with a reason.

    Args:
        gate: the id of a gate of this course's protocol, such as ``baseline``; or of the newer
            version it may be moved to.
        until: the last day it holds, as far ahead as content/gates allows.

    Raises:
        NotReleasable: what the gate asks for must be true. NothingToRelease: it is not closed.
        UnknownWord: the course has no such gate, or the day lies too far ahead.
    """
    by.confirm("E", course.plan)
    if course.ended_at:
        raise AlreadyEnded(course=course)
    newer = queries.newer_version(course)
    then = () if newer is None else queries.gates_on(course=course, way=newer, seen_by=by, at=at)
    states: dict[str, GateState] = {}
    for state in (
        *queries.session_gates(course=course, seen_by=by, at=at),
        *queries.start_gates(course=course, seen_by=by, at=at),
        *queries.step_gates(course=course, seen_by=by, at=at),
        *then,
    ):
        if state.gate not in states or states[state.gate].status != "waiting":
            states[state.gate] = state
    if gate not in states:
        raise UnknownWord(field="gate", value=gate)
    if not states[gate].releasable:
        raise NotReleasable(gate=gate)
    if states[gate].status != "waiting":
        raise NothingToRelease(gate=gate)
    if until > at.date() + timedelta(days=catalogue.current().release_days.most):
        raise cases.BadDate(field="until")
    return cases.record_decision(
        circle=course.circle,
        kind="release",
        chosen="released",
        about=f"gate:{gate}",
        reason=reason,
        shown={"gate": gate, "because": states[gate].reason.text, "course": str(course.pk)},
        until=until,
        by=by,
        at=at,
    )


@action
def start_course(*, course: Course, by: Any, at: datetime) -> Course:
    """Start a course, when every gate of its protocol is open or lawfully released.

    Raises:
        GatesClosed: with the gates and their reasons.

    Who delivers it has the role of a therapist in the circle from now on.
    """
    by.confirm("E", course.plan)
    if course.ended_at:
        raise AlreadyEnded(course=course)
    if course.started_at:
        return course
    states = queries.start_gates(course=course, seen_by=by, at=at)
    if not gate_rules.may_start(states):
        raise GatesClosed(states=states)
    course.started_at = at
    course.save_version(course.version, ["started_at"])
    treating.begins(course=course, by=by, at=at)
    audit.write("plans.course_started", by=by, at=at, about=course)
    _step_by_lead(course.plan.case, by=by, at=at)
    return course


@action
def end_course(
    *, course: Course, completion: str, words: str, expected: int, by: Any, at: datetime
) -> Course:
    """End a course with one of the completion words. Consents given for it and times to come that
    were kept for it end with it.

    Reviews of whether it is on track are no longer asked for. Courses of one person that stopped
    in the same way, as many as content/tracking says, ask the team to look together.

    Raises:
        UnknownWord: a course that never started was not completed, and the reverse.
    """
    by.confirm("E", course.plan)
    if course.ended_at:
        raise AlreadyEnded(course=course)
    if completion not in rules.endings(started=course.started_at is not None):
        raise UnknownWord(field="completion", value=completion)
    if not words.strip():
        raise NeedsWords(field="words")
    course.ended_at, course.completion, course.completion_words = at, completion, words
    course.save_version(expected, ["ended_at", "completion", "completion_words"])
    about = f"course:{course.pk}"
    consent.end_for(about=about, by=by, at=at)
    times.give_back_to_come(
        circle=course.circle_id, about=about, because=times.COURSE_ENDED, by=by, at=at
    )
    treating.ends(course=course, by=by, at=at)
    for task in open_tasks(seen_by=by).filter(about=about, kind__in=rules.WHILE_IT_RUNS):
        tasks.do_task(task=task, how="course_ended", by=by, at=at)
    audit.write("plans.course_ended", by=by, at=at, about=course, detail={"completion": completion})
    _ask_the_team_after_stops(course, by=by, at=at)
    _step_by_lead(course.plan.case, by=by, at=at)
    return course


@action
def end_plan(*, plan: Plan, because: str, by: Any, at: datetime) -> Plan:
    """End a plan: its courses must have ended before."""
    by.confirm("E", plan)
    if plan.ended_at:
        raise AlreadyEnded(plan=plan)
    if because not in rules.PLAN_ENDS:
        raise UnknownWord(field="because", value=because)
    if plan.courses.unscoped("courses of this plan").filter(ended_at=None).exists():
        raise StillOpen(plan=plan)
    plan.ended_at, plan.ended_because = at, because
    plan.save_version(plan.version, ["ended_at", "ended_because"])
    audit.write("plans.plan_ended", by=by, at=at, about=plan)
    return plan


def _ask_the_team_after_stops(course: Course, *, by: Any, at: datetime) -> None:
    """Two stops for the same reason are looked at by the whole team, not tried a third time."""
    tracking = catalogue.current().tracking
    if course.completion not in tracking.stops:
        return
    stopped = Course.objects.unscoped("how often help stopped in this way").filter(
        circle=course.circle_id,
        completion=course.completion,
        persons__in=queries.treated_by(course),
    )
    if stopped.distinct().count() < tracking.stops_alike:
        return
    tasks.make_task(
        institution=course.institution,
        circle=course.circle,
        kind="team_review",
        what="team_review",
        about=f"plan:{course.plan_id}",
        for_role="lead",
        by=by,
        at=at,
    )


def _lock(case: Case) -> None:
    """Two proposals for one case do not look at the same time."""
    Case.objects.unscoped("one live plan a case").select_for_update().get(pk=case.pk)


def _must_be_checked(case: Case) -> None:
    if not queries.is_checked(case):
        raise NoSafetyCheck(case=case)


def _must_be_decided(way: Protocol, circle: UUID) -> None:
    """Somebody wrote down why this way, with what the chooser said of it."""
    made = Decision.objects.unscoped("was this way ever decided on here?").filter(
        circle=circle, kind__in=rules.FOR_A_WAY
    )
    if not any(rules.is_for(way.ref.id, about) for about in made.values_list("about", flat=True)):
        raise NotDecided(protocol=str(way.ref))


def _must_treat_somebody(way: Protocol, plan: Plan, persons: Sequence[Person]) -> None:
    if not persons or not set(persons) <= set(queries.people_of(plan.circle)):
        raise NobodyTreated(persons=list(persons))
    if way.treats == "relatives" and plan.circle.focus in persons:
        raise NotForThem(persons=list(persons))


def _must_work_here(
    institution: Any, deliverer: Practitioner, supervisor: Practitioner | None
) -> None:
    strangers = [p for p in (deliverer, supervisor) if p and p.institution_id != institution]
    if strangers or deliverer == supervisor:
        raise NotWorkingHere(deliverer=deliverer, supervisor=supervisor)


def _must_fit_the_dose(sessions: int, dose: Range, why: str) -> None:
    possible = 1 <= sessions <= rules.MOST_SESSIONS
    if not possible or not (rules.within_dose(sessions, dose) or why.strip()):
        raise OutsideDose(lowest=dose.min or dose.typical, highest=dose.max or dose.typical)


def _step_by_lead(case: Case, *, by: Any, at: datetime) -> None:
    if "lead" in by.roles:
        cases.touch(case=case, by=by, at=at)


def _writer(by: Any, case: Case) -> Any:
    """The person the reader stands for in this institution: whose words these are."""
    from alongside.access import readers

    return readers.person_for(by, institution=case.institution_id, circle=case.circle_id).pk
