"""Plans and courses, each with its reader; and what the gates of a course are told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from alongside import catalogue
from alongside.access.guardians import decides_with
from alongside.cases import sides
from alongside.cases.models import Case, Decision
from alongside.consent.models import BestInterests, Capacity, Refusal
from alongside.consent.models import Consent as ConsentRow
from alongside.consent.queries import best_interests_fact, capacity_fact
from alongside.consent.queries import fact_of as consent_fact
from alongside.credentials.models import Credential
from alongside.credentials.queries import fact_of as credential_fact
from alongside.credentials.rules import counting
from alongside.crisis import private_check, reports
from alongside.crisis.models import Alert, SafetyCheck
from alongside.engine import sides as engine_sides
from alongside.engine.consent import RefusalFact, capacity_on, lawful_basis, permitted
from alongside.engine.protocols.gates import GateState, gate_states, words_of_gate
from alongside.engine.protocols.shapes import Protocol
from alongside.engine.protocols.signs import Seen
from alongside.engine.protocols.steps import stops_met
from alongside.measures.models import Response
from alongside.people.models import Circle, Member, Person, age_of
from alongside.people.queries import age_rules_of
from alongside.plans import known, places, rules, together
from alongside.plans.models import Agreement, Course, CoursePerson, Goal, GoalRating, Plan
from alongside.records import prepared
from alongside.records.among import Ids
from alongside.records.once import once
from alongside.tasks.models import Task

# A gate asks what is so, whoever looks: what it reads is never shown, only whether it holds.
GATE = "a gate asks what is so, whoever looks"
# What is known of capacity that leaves no doubt to be cleared up first.
DECIDED = frozenset({"presumed", "assessed_present", "lacks"})
# No record can know these: the practitioner says them on the day, and they hold for that session.
SAID_ON_THE_DAY = frozenset({"fit_today"})


def plans(*, seen_by: Any) -> Any:
    return Plan.objects.visible_to(seen_by).select_related(
        "case", "circle__focus", "decision", "institution", "written_by"
    )


def live_plan(*, seen_by: Any, circle: UUID) -> Plan | None:

    def rows(circle: UUID) -> Any:
        return plans(seen_by=seen_by).filter(circle=circle, ended_at=None).order_by("pk")[:1]

    found: Plan | None = prepared.first("plans.live", rows, seen_by=seen_by, circle=circle)
    return found


def newest_plan(*, seen_by: Any, circle: UUID) -> Plan | None:
    """The live plan of a circle, else the last one."""
    rows = plans(seen_by=seen_by).filter(circle=circle)
    found: Plan | None = rows.order_by(F("ended_at").desc(nulls_first=True)).first()
    return found


def courses(*, seen_by: Any) -> Any:
    return Course.objects.visible_to(seen_by).select_related(
        "plan__case", "circle__focus", "deliverer__person", "supervisor__person", "institution"
    )


def courses_in(circle: UUID, *, seen_by: Any) -> list[Course]:
    """Every course of a circle, oldest start first: once a page."""

    def rows(circle: UUID) -> Any:
        return courses(seen_by=seen_by).filter(circle=circle).order_by("started_at", "pk")

    def read() -> list[Course]:
        return prepared.rows("plans.courses", rows, seen_by=seen_by, circle=circle)

    return once(seen_by, "plans.courses", circle, make=read)


def goals(*, seen_by: Any, plan: Plan) -> list[Any]:
    """The goals of a plan with their ratings, oldest rating first."""
    rows = Goal.objects.visible_to(seen_by).filter(plan=plan).select_related("about")
    found = list(rows.order_by("set_at"))
    ratings: dict[UUID, list[Any]] = {goal.pk: [] for goal in found}
    marks = GoalRating.objects.visible_to(seen_by).filter(goal__in=found).order_by("rated_at")
    for mark in marks:
        ratings[mark.goal_id].append(mark)
    for goal in found:
        goal.marks = ratings[goal.pk]  # type: ignore[attr-defined]
        goal.level_words = json.loads(goal.levels)  # type: ignore[attr-defined]
    return found


def goal(*, seen_by: Any) -> Any:
    """Goals one by one, each with its plan."""
    return Goal.objects.visible_to(seen_by).select_related("plan__case", "about")


def courses_of(*, seen_by: Any, plan: Plan) -> list[Any]:
    """The courses of a plan with whom each treats: running, planned, ended; two queries."""
    known = courses_in(plan.circle_id, seen_by=seen_by)
    found: list[Any] = [course for course in known if course.plan_id == plan.pk]
    found.sort(key=lambda course: (course.ended_at is not None, course.started_at is None))
    treated: dict[UUID, list[Person]] = {course.pk: [] for course in found}

    def rows(courses: Ids) -> Any:
        treats = CoursePerson.objects.visible_to(seen_by).filter(course__among=courses)
        return treats.select_related("person").order_by("person__created_at", "person_id")

    for row in prepared.rows("plans.treats", rows, seen_by=seen_by, courses=Ids(treated)):
        treated[row.course_id].append(row.person)
    for course in found:
        course.people = treated[course.pk]
    return found


def running(circle: UUID, *, seen_by: Any, at: datetime) -> list[str]:
    """What is going on in a circle, as the chooser names it: ``cbt/depression``, ``crisis``."""
    if not courses(seen_by=seen_by).filter(circle=circle).exists():
        return []
    found = [one for one in together.in_plan(circle, at) if one.state == "running"]
    return sorted({f"{one.protocol}/{one.variant}".rstrip("/") for one in found})


def in_order(*, seen_by: Any, plan: Plan, at: datetime) -> list[tuple[Any, together.Beside]]:
    """The open courses of a plan in the order in which they can go: what runs, what may start,
    what waits; each with what it waits for in another."""
    found = [
        (course, together.beside(course, at))
        for course in courses_of(seen_by=seen_by, plan=plan)
        if course.ended_at is None
    ]
    return sorted(
        found,
        key=lambda one: (
            one[0].started_at is None,
            one[0].started_at or at,
            any(clash.kind != "holds" for clash in one[1].clashes),
        ),
    )


def agreements(*, seen_by: Any, plan: Plan) -> Any:
    """What each person said to the live edition of a plan, latest first."""
    return (
        Agreement.objects.visible_to(seen_by)
        .filter(plan=plan, edition=plan.edition)
        .select_related("person", "written_by")
        .order_by("-said_at")
    )


def agreements_of(person: UUID, *, circle: UUID, seen_by: Any) -> Any:
    """What one person said to any edition of a plan of a circle, latest first."""
    rows = Agreement.objects.visible_to(seen_by).filter(circle=circle, person=person)
    return rows.order_by("-said_at", "pk")


def people_of(circle: Circle) -> list[Person]:
    """The focus person and every live member of a circle."""
    members = Member.objects.unscoped(GATE).filter(circle=circle, to_at=None)
    return [circle.focus, *(m.person for m in members.select_related("person"))]


def treated_by(course: Course) -> list[Person]:
    """Whom a course treats, longest known first."""

    def rows(course: UUID) -> Any:
        treats = CoursePerson.objects.unscoped(GATE).filter(course=course)
        return treats.select_related("person").order_by("person__created_at", "person_id")

    return [row.person for row in prepared.rows("plans.treated_by", rows, course=course.pk)]


def protocol_of(course: Course) -> Protocol:
    """The protocol at the exact version of the course."""
    return catalogue.current().protocol(course.protocol)


def is_answered(plan: Plan) -> bool:
    """Did anybody say anything to the present edition of a plan? Not who, and not what."""
    said = Agreement.objects.unscoped(GATE)
    return said.filter(plan=plan, edition=plan.edition).exists()


def version_at(course: Course, moment: datetime) -> str:
    """The version a course ran on at a moment, ``cbt@1``."""
    return rules.version_at(course.protocol, course.former, moment)


def protocol_at(course: Course, moment: datetime) -> Protocol:
    """The protocol as the course ran at a moment: what was written then keeps its headings."""
    cat = catalogue.current()
    name = version_at(course, moment)
    return cat.protocol(name if name in cat.protocols else course.protocol)


def versions_of(course: Course) -> tuple[str, ...]:
    """Every version a course has run on, the first one first: ``cbt@1``, ``cbt@2``."""
    return (*(one["protocol"] for one in course.former), course.protocol)


def moved_at(course: Course, place: int) -> datetime:
    """When a course left one of the versions it ran on before, the first being 0."""
    return datetime.fromisoformat(course.former[place]["until"])


def newer_version(course: Course) -> Protocol | None:
    """The newest version of its protocol that can be begun here, if the course is on an older one.

    Nothing moves by itself: ``versioning.move_to_version`` is somebody's decision.
    """
    if course.ended_at is not None:
        return None
    id, _at, number = course.protocol.partition("@")
    way: Protocol | None = catalogue.current().offered.get(
        catalogue.current().newest("protocols", id) or ""
    )
    if way is None or not way.runnable or way.ref.version <= int(number):
        return None
    return way


def as_if_on(course: Course, way: Protocol) -> Course:
    """The course as it would be on another version; a copy that is never saved."""
    other = copy(course)
    other.protocol = str(way.ref)
    return other


def gates_on(*, course: Course, way: Protocol, seen_by: Any, at: datetime) -> tuple[GateState, ...]:
    """The gates of another version as they stand for a course: those of the start, asked again,
    and once it runs those of a session; what only the day can say is taken as said."""
    other = as_if_on(course, way)
    found = list(start_gates(course=other, seen_by=seen_by, at=at))
    if course.started_at is not None:
        said = said_on_the_day(other)
        found += session_gates(course=other, seen_by=seen_by, at=at, said=said)
    by_gate: dict[str, GateState] = {}
    for state in found:
        if state.gate not in by_gate or by_gate[state.gate].is_open:
            by_gate[state.gate] = state
    return tuple(by_gate.values())


def start_gates(
    *, course: Course, seen_by: Any, at: datetime, without: UUID | None = None
) -> tuple[GateState, ...]:
    """The gates before a course may start: open, or not yet and why.

    Args:
        without: a course that would have ended by then, since this one takes its place.
    """
    beside = together.beside(course, at, without=without)
    place = places.uses(course.plan.case, at)
    gates = (*protocol_of(course).gates_start, *place, *beside.at_start)
    return _states(gates, course, at, beside)


def session_gates(
    *, course: Course, seen_by: Any, at: datetime, said: frozenset[str] = frozenset()
) -> tuple[GateState, ...]:
    """The gates before a session is held: asked anew each time, as they stand at a moment.

    Args:
        at: now, or when a session began that is written down later. What came up in it, such as
            an alert, holds back the next one, not the record of this one.
        said: words only somebody who is there can say, such as ``fit_today``.
    """
    place = places.uses(course.plan.case, at)
    beside = together.beside(course, at)
    uses = (*protocol_of(course).gates_session, *place, *beside.at_sessions)
    return _states(uses, course, at, beside, said & SAID_ON_THE_DAY)


def step_gates(*, course: Course, seen_by: Any, at: datetime) -> tuple[GateState, ...]:
    """The gates that another course puts before single steps of this one, each once."""
    beside = together.beside(course, at)
    uses = dict.fromkeys(use for uses in beside.at_steps.values() for use in uses)
    return _states(uses, course, at, beside)


def said_on_the_day(course: Course) -> frozenset[str]:
    """The words that a session of this course asks somebody who is there to say."""
    way, gates = protocol_of(course), catalogue.current().gates
    uses = [use for use in way.gates_session if use.is_for(course.variant)]
    return frozenset(word for use in uses for word in words_of_gate(use, gates)) & SAID_ON_THE_DAY


def is_held_back(circle: UUID, at: datetime) -> bool:
    """G1: an A to C alert is open in this circle, and no release of it is recorded since."""

    def rows(circle: UUID, at: datetime) -> Any:
        alerts = Alert.objects.unscoped(GATE).filter(
            Q(closed_at=None) | Q(closed_at__gt=at),
            circle_id=circle,
            raised_at__lte=at,
            level__in=["A", "B", "C"],
        )
        return alerts.values_list("last_raised_at", flat=True)

    raised = [min(last, at) for last in prepared.rows("plans.held", rows, circle=circle, at=at)]
    if not raised:
        return False
    let_pass = _releases(circle, "gate:G1", at, at.date()).filter(decided_at__gte=max(raised))
    return not let_pass.exists()


def released(course: Course, at: datetime) -> frozenset[str]:
    """The gates that a named clinician has let pass at a moment; G1 is asked in its own way."""

    def rows(circle: UUID, at: datetime, on: date) -> Any:
        return _releases(circle, "gate:", at, on).values_list("about", flat=True)

    found = prepared.rows("plans.released", rows, circle=course.circle_id, at=at, on=at.date())
    return frozenset(about.removeprefix("gate:") for about in found if about != "gate:G1")


def _states(
    uses: Iterable[Any],
    course: Course,
    at: datetime,
    beside: together.Beside,
    said: frozenset[str] = frozenset(),
) -> tuple[GateState, ...]:
    gates = catalogue.current().gates
    seen = seen_of(course, at, beside=beside)
    return gate_states(
        uses,
        gates,
        seen.words | said,
        variant=course.variant,
        released=released(course, at),
        seen=seen,
    )


def seen_of(course: Course, at: datetime, *, beside: together.Beside | None = None) -> Seen:
    """What a course shows at a moment: what the rooms say, its sheets, steps and sessions.

    Args:
        beside: its neighbours, where they were read already.
    """
    way = protocol_of(course)
    each = any(sign.each_person for sign in way.signs(course.variant))
    heard = known.rooms.of(course, at)
    seen = Seen(
        heard.sheets,
        words(course, at, beside=beside) | heard.words,
        heard.steps,
        heard.sessions_held,
        frozenset(str(person.pk) for person in treated_by(course)) if each else frozenset(),
        at.date(),
    )
    met = stops_met(way, seen, variant=course.variant)
    if all(rule.effect != "stop" for rule in met):
        seen = replace(seen, words=seen.words | {"not_stopped"})
    return seen


def _releases(circle: UUID, about: str, at: datetime, on: date) -> Any:
    rows = Decision.objects.unscoped(GATE).filter(
        circle_id=circle, kind="release", about__startswith=about, decided_at__lte=at
    )
    return rows.filter(Q(until=None) | Q(until__gte=on))


def words(course: Course, at: datetime, *, beside: together.Beside | None = None) -> frozenset[str]:
    """The words that are true of a course now; what is unknown is not among them.

    Args:
        beside: its neighbours, where they were read already.
    """
    have = set()
    way, on = protocol_of(course), at.date()
    treated = treated_by(course)
    if way.runnable:
        have.add("runnable")
    if not is_held_back(course.circle_id, at):
        have.add("danger_clear")
    if is_checked(course.plan.case):
        have.add("safety_check")
    able = _capacities(course, treated, on)
    stands = _stands(course, able, on)
    have |= _consented(course, treated, on, stands)
    have |= _credentialed(course, way, on)
    have |= _of_the_persons(course, treated, able, on)
    if _has_agreed(course, treated, stands):
        have.add("agreement")
    if private_check.were_asked(course.circle_id, [person.pk for person in treated]):
        have.add("asked_alone")
    have |= _measured(course, way, treated, at)
    if _asks(way, engine_sides.HEARD, engine_sides.OWN):
        have |= sides.heard(course.circle_id, at=at).words
    have |= (beside or together.beside(course, at)).words
    have |= places.words(course.plan.case, at)
    waiting = set(prepared.rows("plans.tasks", _open_tasks, circle=course.circle_id, at=at))
    if not private_check.is_frozen(course.circle_id):
        have.add("participants_safe")
    kinds = {kind for kind, _about in waiting}
    if "safeguarding" not in kinds and not reports.wait_for_an_answer(course.circle_id):
        have.add("safeguarding_reported")
    if ("review_change", f"course:{course.pk}") not in waiting:
        have.add("on_track")  # of another course of the circle it says nothing
    facts = json.loads(course.plan.case.facts or "{}")
    if facts.get("danger", {}).get("withdrawal_risk") == "none":
        have.add("withdrawal_advice")
    return frozenset(have)


def _asks(way: Protocol, *words: str) -> bool:
    """Does any gate of a way wait for one of these words?"""
    steps = (step for phase in way.phases for step in phase.steps)
    uses = (*way.gates_start, *way.gates_session, *(use for step in steps for use in step.gates))
    gates = catalogue.current().gates
    return any(gates[use.gate].needs in words for use in uses if use.gate in gates)


def _open_tasks(circle: UUID, at: datetime) -> Any:
    """The kinds of task that are not done in a circle at a moment, each with what it is about."""
    rows = Task.objects.unscoped(GATE).filter(
        Q(done_at=None) | Q(done_at__gt=at), circle_id=circle, made_at__lte=at
    )
    return rows.values_list("kind", "about")


def is_checked(case: Case) -> bool:
    """Has anybody looked at danger in this case?"""

    def of_circle(circle: UUID) -> Any:
        rows = SafetyCheck.objects.unscoped(GATE).filter(circle_id=circle)
        return rows.order_by().values_list("pk", flat=True)[:1]

    def of_case(case: UUID) -> Any:
        rows = SafetyCheck.objects.unscoped(GATE).filter(concern__case=case)
        return rows.order_by().values_list("pk", flat=True)[:1]

    return bool(
        prepared.rows("plans.checked", of_circle, circle=case.circle_id)
        or prepared.rows("plans.checked_before", of_case, case=case.pk)
    )


def _capacities(course: Course, treated: Iterable[Person], on: date) -> dict[UUID, str]:
    """By person, what is known of whether they can decide on this course, by ``capacity_on``."""
    persons = [person.pk for person in treated]

    def rows(circle: UUID, persons: Ids) -> Any:
        return Capacity.objects.unscoped(GATE).filter(circle_id=circle, person__among=persons)

    found = prepared.rows("plans.capacity", rows, circle=course.circle_id, persons=Ids(persons))
    facts, about = [capacity_fact(row) for row in found], f"course:{course.pk}"
    return {pk: capacity_on(facts, person=str(pk), about=about, on=on) for pk in persons}


def stands_on_a_basis(course: Course, treated: Iterable[Person], on: date) -> dict[UUID, bool]:
    """Who of those treated cannot decide on this course: does a best-interests decision stand?

    Somebody who is not in it decides for themself.
    """
    return _stands(course, _capacities(course, treated, on), on)


def _stands(course: Course, able: Mapping[UUID, str], on: date) -> dict[UUID, bool]:
    found: dict[UUID, bool] = {}
    for person, capacity in able.items():
        if capacity != "lacks":
            continue
        rows = BestInterests.objects.unscoped(GATE).filter(
            circle_id=course.circle_id, person=person
        )
        found[person] = lawful_basis(
            map(best_interests_fact, rows),
            person=str(person),
            about=f"course:{course.pk}",
            on=on,
            capacity=capacity,
            refusals=_refused(course, [person]),
        ).allowed
    return found


def decided_for(course: Course, at: datetime) -> bool:
    """Is one of those treated not able to decide on this course?"""
    return bool(stands_on_a_basis(course, treated_by(course), at.date()))


def _refused(course: Course, treated: Iterable[Person | UUID]) -> list[RefusalFact]:
    persons = Ids(one.pk if isinstance(one, Person) else one for one in treated)

    def rows(circle: UUID, persons: Ids) -> Any:
        return Refusal.objects.unscoped(GATE).filter(circle_id=circle, person__among=persons)

    noes = prepared.rows("plans.refused", rows, circle=course.circle_id, persons=persons)
    return [
        RefusalFact(str(no.person_id), no.about, no.refused_at.date(), no.refused_at) for no in noes
    ]


def _consented(
    course: Course, treated: list[Person], on: date, stands: Mapping[UUID, bool]
) -> set[str]:
    """The consents of all who are treated. For somebody who cannot decide this now only a
    best-interests decision counts, never a yes of theirs or of their family (S13)."""

    def rows(circle: UUID, persons: Ids) -> Any:
        return ConsentRow.objects.unscoped(GATE).filter(circle_id=circle, person__among=persons)

    persons = Ids(person.pk for person in treated)
    found = prepared.rows("plans.consented", rows, circle=course.circle_id, persons=persons)
    facts = [consent_fact(row) for row in found]
    refused = _refused(course, treated)
    deciding = [person for person in treated if person.pk not in stands]

    def is_given(form: str, person: Person) -> bool:
        return permitted(
            facts,
            person=str(person.pk),
            form=form,
            on=on,
            about=f"course:{course.pk}",
            refusals=refused,
        ).allowed

    if not treated or not all(stands.values()):
        return set()
    forms = {fact.form_id for fact in facts}
    given = {
        form for form in forms if deciding and all(is_given(form, person) for person in deciding)
    }
    have = {f"consent:{form}" for form in given}
    if stands:
        have.add("consent:c_best_interests")
        if not deciding:
            have.add("consent:c_treatment")
    # Helping a relative needs the relative's consent; treating the person needs the person's.
    focus = course.circle.focus_id
    if all(
        is_given("c_treatment" if person.pk == focus else "c_family", person) for person in deciding
    ):
        have.add("consent")
    return have


def _credentialed(course: Course, way: Protocol, on: date) -> set[str]:
    return {"credential"} if _by_whose_title(course, way, on) else set()


def is_by_a_trainee(course: Course, on: date) -> bool:
    """Is it delivered by somebody in training, who may because the supervisor holds the title?"""
    return _by_whose_title(course, protocol_of(course), on) == "supervisor"


def _by_whose_title(course: Course, way: Protocol, on: date) -> str:
    """Whose title a course is delivered by: ``own``, ``supervisor``, or nobody's."""

    def held(practitioners: Ids) -> Any:
        return Credential.objects.unscoped(GATE).filter(practitioner__among=practitioners)

    both = Ids(p for p in (course.deliverer_id, course.supervisor_id) if p)
    rows = prepared.rows("plans.titles", held, practitioners=both)
    own = [credential_fact(r) for r in rows if r.practitioner_id == course.deliverer_id]
    above = [credential_fact(r) for r in rows if r.practitioner_id == course.supervisor_id]
    asked = way.deliverers_of(course.variant)
    if any(not one.credentials or counting(own, one.credentials, on) for one in asked):
        return "own"
    trained = [one for one in asked if one.role == "trainee"]
    return "supervisor" if any(counting(above, one.credentials, on) for one in trained) else ""


def _of_the_persons(
    course: Course, treated: list[Person], able: Mapping[UUID, str], on: date
) -> set[str]:
    have = set()
    # Who cannot decide this now was assessed for it; what then stands in its place asks G2.
    found = list(able.values())
    if all(one in DECIDED for one in found):
        have.add("capacity")
    if "lacks" in found and all(one in DECIDED for one in found):
        have.add("capacity_assessed_lacking")
    if all(_may_decide_at_that_age(course, person, on) for person in treated):
        have.add("age_basis")
    return have


def _may_decide_at_that_age(course: Course, person: Person, on: date) -> bool:
    """G10, rule 1.2: old enough where they are, or found able and agreed, or a guardian agreed."""
    ages = age_rules_of(course.institution)
    kinds = ["counselling", *(n for n in course.plan.case.needs if n in ages.alone)]
    age = _lowest_age(person, on)
    if age is not None and age >= ages.alone_from(kinds):
        return True
    guardians = decides_with(person.pk, on=on)
    rows = ConsentRow.objects.unscoped(GATE).filter(
        circle_id=course.circle_id, form__startswith="c_minor@", person__in={person.pk, *guardians}
    )
    facts = [consent_fact(row) for row in rows]
    about = f"minor:{person.pk}"
    who = [person.pk, *guardians] if ages.competent == "yes" else list(guardians)
    refused = _refused(course, [person.pk, *guardians])
    return any(
        permitted(
            facts,
            person=str(pk),
            form="c_minor",
            on=on,
            about=about,
            purpose="care",
            refusals=refused,
        ).allowed
        for pk in who
    )


def _lowest_age(person: Person, on: date) -> int | None:
    if (age := age_of(person, on)) is not None:
        return age
    first = person.age_band.split("_")[0]
    return int(first) if first.isdigit() else None


def _has_agreed(course: Course, treated: list[Person], stands: Mapping[UUID, bool]) -> bool:
    said: dict[UUID, set[str]] = {person.pk: set() for person in treated}

    def rows(plan: UUID, persons: Ids) -> Any:
        return Agreement.objects.unscoped(GATE).filter(
            plan=plan, edition=F("plan__edition"), person__among=persons
        )

    for row in prepared.rows("plans.agreed", rows, plan=course.plan_id, persons=Ids(said)):
        said[row.person_id].add(row.answer)
    return all(
        "no" not in answers and (bool(answers) or stands.get(person, False))
        for person, answers in said.items()
    )


def _measured(course: Course, way: Protocol, treated: list[Person], at: datetime) -> frozenset[str]:
    """``baseline:<instrument>`` for each first measure that is there and recent enough.

    An instrument that is named and not yet here, or asked no more, is not asked: nothing waits.
    """
    named = {one for use in (*way.gates_start, *way.gates_session) for one in use.of}
    named |= {measure.instrument for measure in way.measures_of(course.variant)}
    here = {ref.split("@")[0] for ref in catalogue.current().instruments}

    def rows(circle: UUID, persons: Ids, since: datetime) -> Any:
        return (
            Response.objects.unscoped(GATE)
            .filter(circle_id=circle, respondent__among=persons)
            .filter(entered_in_error=False, answered_at__gte=since)
            .values_list("instrument", flat=True)
        )

    found = prepared.rows(
        "plans.measured",
        rows,
        circle=course.circle_id,
        persons=Ids(person.pk for person in treated),
        since=(course.started_at or at) - catalogue.current().tracking.baseline_age,
    )
    answered = {str(ref).split("@")[0] for ref in found}
    here = {one for one in here if one not in named or asks_still(course, one)}
    there = {one for one in named if one in answered or one not in here}
    if there.issuperset(_primary(course, way)):
        return frozenset({"baseline", *(f"baseline:{one}" for one in there)})
    return frozenset(f"baseline:{one}" for one in there)


def asks_still(course: Course, instrument: str) -> bool:
    """Does this course ask an instrument: always, unless it was retired before the course began."""
    began = course.started_at
    return not catalogue.current().is_retired(instrument, None if began is None else began.date())


def _primary(course: Course, way: Protocol) -> tuple[str, ...]:
    measures = way.measures_of(course.variant)
    return tuple(measure.instrument for measure in measures if measure.primary)


def first_measures_missing(course: Course, at: datetime) -> tuple[str, ...]:
    """The instruments a course waits for before it starts, such as ``carer_strain_nrs``."""
    way = protocol_of(course)
    there = _measured(course, way, treated_by(course), at)
    return tuple(one for one in _primary(course, way) if f"baseline:{one}" not in there)


def texts(states: Iterable[GateState]) -> list[Mapping[str, Any]]:
    """Gate states as a page shows them: waiting ones first, each with its reason."""
    order = {"waiting": 0, "advised": 1, "afterwards": 2, "released": 3, "open": 4}
    return [
        {
            "gate": state.gate,
            "status": state.status,
            "reason": state.reason.text,
            "release": state.release.text,
            "releasable": state.releasable,
        }
        for state in sorted(states, key=lambda s: order[s.status])
    ]
