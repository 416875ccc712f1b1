"""Propose a plan, agree to it, start and end its courses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from alongside import catalogue
from alongside.cases.models import Case, Decision
from alongside.consent import actions as consent
from alongside.crisis.models import SafetyCheck
from alongside.engine.protocols import gates as gate_rules
from alongside.people.models import Person, Practitioner
from alongside.plans import queries
from alongside.plans.models import Agreement, Course, CoursePerson, Goal, GoalRating, Plan
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused

LEVELS = ("-2", "-1", "0", "1", "2")


class NoSafetyCheck(Refused):
    """Nobody has looked at present danger in this case yet."""


class NotYetOffered(Refused):
    """The protocol is described here but cannot be run here yet."""


class LivePlan(Refused):
    """The case has a live plan already."""


class NobodyTreated(Refused):
    """A course names nobody, or somebody who is not of this circle."""


class GatesClosed(Refused):
    """Something that must be true is not true yet. ``states`` are the gates, with reasons."""


class AlreadyEnded(Refused):
    """It has ended; what ended is not changed."""


class BadLevels(Refused):
    """A goal has five levels, from -2 to 2, each in words."""


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
        decision: why this way; what was shown and chosen.
        protocol: an id with or without version; the newest runnable one is kept exactly.
        persons: whom the course treats, of this circle.
        sessions_planned: count; the protocol's usual number by default.

    Raises:
        NoSafetyCheck, NotYetOffered, LivePlan, NobodyTreated.
    """
    by.confirm_create("plan", institution=case.institution_id, circle=case.circle_id)
    _must_be_checked(case)
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
    add_course(
        plan=plan,
        protocol=protocol,
        variant=variant,
        persons=persons,
        deliverer=deliverer,
        supervisor=supervisor,
        sessions_planned=sessions_planned,
        by=by,
        at=at,
    )
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
) -> Course:
    """Add a course to a plan: one protocol at its exact version, for named persons."""
    by.confirm("E", plan)
    if plan.ended_at:
        raise AlreadyEnded(plan=plan)
    way = catalogue.current().protocol(protocol)
    if not way.runnable:
        raise NotYetOffered(protocol=str(way.ref))
    if not persons or not set(persons) <= set(queries.people_of(plan.circle)):
        raise NobodyTreated(persons=list(persons))
    usual = way.dose_of(variant).sessions.typical or way.dose_of(variant).sessions.max or 12
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
    if set(levels) != set(LEVELS) or not all(text.strip() for text in levels.values()):
        raise BadLevels(levels=dict(levels))
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

    A "no" is kept and is final for that edition. Somebody who reads their own plan may answer for
    themself; a practitioner writes down what they heard.
    """
    if person.pk not in by.persons:
        by.confirm("E", plan)
    else:
        by.confirm("R", plan)
    if plan.ended_at:
        raise AlreadyEnded(plan=plan)
    if edition != plan.edition:
        raise AlreadyEnded(plan=plan, edition=edition)
    if answer == "basis" and not words.strip():
        raise Refused("a basis needs its grounds", field="words")
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
def start_course(*, course: Course, by: Any, at: datetime) -> Course:
    """Start a course, when every gate of its protocol is open or lawfully released.

    Raises:
        GatesClosed: with the gates and their reasons.
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
    audit.write("plans.course_started", by=by, at=at, about=course)
    return course


@action
def end_course(
    *, course: Course, completion: str, words: str, expected: int, by: Any, at: datetime
) -> Course:
    """End a course with one of the completion words. Consents given for it end with it."""
    by.confirm("E", course.plan)
    if course.ended_at:
        raise AlreadyEnded(course=course)
    course.ended_at, course.completion, course.completion_words = at, completion, words
    course.save_version(expected, ["ended_at", "completion", "completion_words"])
    consent.end_for(about=f"course:{course.pk}", by=by, at=at)
    audit.write("plans.course_ended", by=by, at=at, about=course, detail={"completion": completion})
    return course


@action
def end_plan(*, plan: Plan, because: str, by: Any, at: datetime) -> Plan:
    """End a plan: its courses must have ended before."""
    by.confirm("E", plan)
    if plan.ended_at:
        raise AlreadyEnded(plan=plan)
    if plan.courses.unscoped("courses of this plan").filter(ended_at=None).exists():
        raise Refused("a course of this plan is still open", plan=plan)
    plan.ended_at, plan.ended_because = at, because
    plan.save_version(plan.version, ["ended_at", "ended_because"])
    audit.write("plans.plan_ended", by=by, at=at, about=plan)
    return plan


def _must_be_checked(case: Case) -> None:
    checks = SafetyCheck.objects.unscoped("was danger looked at in this case, by anybody?")
    if not (
        checks.filter(circle_id=case.circle_id).exists()
        or checks.filter(concern__case=case).exists()
    ):
        raise NoSafetyCheck(case=case)


def _writer(by: Any, case: Case) -> Any:
    """The person the reader stands for in this institution: whose words these are."""
    from alongside.access import readers

    return readers.person_for(by, institution=case.institution_id, circle=case.circle_id).pk
