"""A plan is proposed, agreed to, started when its gates are open, and ended in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from alongside import catalogue
from alongside.access import actions as access
from alongside.access.models import Relationship
from alongside.access.readers import reader_for
from alongside.cases import actions as cases
from alongside.cases.models import Decision
from alongside.consent import queries as consents
from alongside.crisis import actions as crisis
from alongside.crisis.models import Alert
from alongside.delivery import actions as delivery
from alongside.delivery import queries as progress
from alongside.plans import actions, queries, rules
from alongside.plans.models import Agreement, Course, Plan
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.tasks import actions as tasks
from alongside.tasks.queries import open_tasks
from tests.conftest import NOON
from tests.factories import World
from tests.factories.care import (
    LEVELS,
    TITLES,
    course_of,
    decided,
    fresh_case,
    give_consent,
    give_title,
    looked,
    open_gates,
    proposed,
    started,
)

WHY = "The supervisor and I looked at this together and it is right."
NO_DANGER = {"badly_hurt": "no", "talk_of_dying": "no"}


def waiting(world: World, course: Course) -> set[str]:
    states = queries.start_gates(course=course, seen_by=world.asha.reader, at=world.moment)
    return {state.gate for state in states if not state.is_open}


def session_waits(world: World, course: Course, said: frozenset[str] = frozenset()) -> set[str]:
    states = queries.session_gates(
        course=course, seen_by=world.asha.reader, at=world.moment, said=said
    )
    return {state.gate for state in states if not state.is_open}


def agree(world: World, plan: Plan, person: Any, answer: str, **more: Any) -> Agreement:
    given = {"edition": plan.edition, "by": world.asha.reader, "at": world.moment, **more}
    return actions.agree(plan=plan, person=person, answer=answer, **given)


def reread(world: World, row: Any) -> Any:
    return type(row).objects.visible_to(world.asha.reader).get(pk=row.pk)


# -- proposing --------------------------------------------------


def test_a_plan_needs_a_look_at_danger_first(world: World) -> None:
    with pytest.raises(actions.NoSafetyCheck):
        actions.propose_plan(
            case=fresh_case(world),
            decision=decided(world),
            protocol="craft",
            variant="full",
            persons=[world.noor.person],
            deliverer=world.asha.practitioner,
            by=world.asha.reader,
            at=NOON,
        )
    assert not queries.plans(seen_by=world.asha.reader).exists()


def test_a_plan_keeps_the_exact_version_and_the_usual_number_of_sessions(world: World) -> None:
    course = course_of(world, proposed(world))
    assert (course.protocol, course.variant, course.sessions_planned) == ("craft@1", "full", 12)
    assert [row.person for row in course.treated.visible_to(world.asha.reader)] == [
        world.noor.person
    ]
    assert course.started_at is None


def test_a_case_has_one_live_plan(world: World) -> None:
    proposed(world)
    with pytest.raises(actions.LivePlan):
        proposed(world)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"variant": "shorter"}, actions.UnknownVariant),
        ({"persons": []}, actions.NobodyTreated),
        ({"persons": ["hana"]}, actions.NobodyTreated),
        ({"persons": ["sam"]}, actions.NotForThem),
        ({"supervisor": "asha"}, actions.NotWorkingHere),
        ({"sessions_planned": 30}, actions.OutsideDose),
        ({"sessions_planned": 0, "summary": "none"}, None),
        ({"sessions_planned": 121, "summary": "many"}, actions.OutsideDose),
    ],
)
def test_a_plan_that_cannot_stand_is_refused(
    world: World, more: dict[str, Any], refusal: type[Exception] | None
) -> None:
    people = {"hana": world.hana.person, "sam": world.sam}
    if "persons" in more:
        more = {**more, "persons": [people[name] for name in more["persons"]]}
    if "supervisor" in more:
        more = {**more, "supervisor": world.asha.practitioner}
    if refusal is None:  # no number given: the usual one
        assert course_of(world, proposed(world, **more)).sessions_planned == 12
        return
    with pytest.raises(refusal):
        proposed(world, **more)
    assert not queries.plans(seen_by=world.asha.reader).exists()


def test_a_way_that_is_described_and_not_offered_here_starts_no_plan(world: World) -> None:
    here = catalogue.current()
    closed = replace(here.protocol("craft"), runnable=False)
    shelves = {**here.shelves, "protocols": {**here.protocols, "craft@1": closed}}
    with (
        catalogue.installed(replace(here, shelves=shelves)),
        pytest.raises(actions.NotYetOffered),
    ):
        proposed(world)


def test_a_longer_course_than_usual_is_possible_with_a_reason(world: World) -> None:
    plan = proposed(world, sessions_planned=16, summary="Noor learns in short steps.")
    assert course_of(world, plan).sessions_planned == 16


def test_a_plan_follows_a_decision_for_a_way_in_this_circle(world: World) -> None:
    other = cases.record_decision(
        circle=world.circle,
        kind="alternative",
        chosen="thyroid",
        reason="A tired man may have another reason.",
        by=world.asha.reader,
        at=NOON,
    )
    with pytest.raises(actions.NotADecision):
        proposed(world, decision=other)
    elsewhere = world.open_case(world.worry(alias="Kim", contact="kim@example.org"))
    theirs = cases.record_decision(
        circle=elsewhere.circle,
        kind="method",
        chosen="craft",
        reason="It fits what they told us there.",
        by=world.asha.reader,
        at=NOON,
    )
    with pytest.raises(actions.NotADecision):
        proposed(world, decision=theirs)
    decided(world, "cbt")
    with pytest.raises(actions.NotDecided):  # there is one, but the plan names that of another way
        proposed(world, "cbt", decision=decided(world, "craft"))


def test_only_who_leads_proposes(world: World) -> None:
    for other in (world.bo, world.noor, world.ifeoma, world.hana):
        with pytest.raises(NotAllowed):
            proposed(world, by=other.reader)


def test_the_person_sees_no_plan_before_they_know_of_the_circle(world: World) -> None:
    proposed(world)
    assert queries.plans(seen_by=world.noor.reader).count() == 1
    assert not queries.plans(seen_by=world.bo.reader).exists()
    sam = world.engage_sam()
    assert queries.plans(seen_by=sam.reader).count() == 1


# -- looking at danger ------------------------------------------


def test_a_look_at_danger_raises_what_it_finds(world: World) -> None:
    checked = looked(world, {"badly_hurt": "no", "talk_of_dying": "plan_or_means"})
    (alert,) = checked.alerts
    assert (alert.level, alert.circle_id) == ("B", world.circle.pk)
    assert checked.check.written_by_id == world.asha.person.pk


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        ({"badly_hurt": None}, actions.NeedsWords),
        ({"badly_hurt": ""}, actions.NeedsWords),
        ({"badly_hurt": "perhaps"}, actions.UnknownWord),
        ({"horoscope": "no"}, actions.UnknownWord),
    ],
)
def test_a_look_at_danger_takes_only_its_own_answers(
    world: World, answers: dict[str, str | None], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        looked(world, answers)


def test_a_look_at_danger_is_about_somebody_here_and_by_somebody_here(world: World) -> None:
    case = fresh_case(world)
    with pytest.raises(actions.NotOfThisCircle):
        actions.look_at_danger(
            case=case, about=world.hana.person, answers=NO_DANGER, by=world.asha.reader, at=NOON
        )
    for other in (world.bo, world.ifeoma):
        with pytest.raises(NotAllowed):
            actions.look_at_danger(
                case=case, about=world.sam, answers=NO_DANGER, by=other.reader, at=NOON
            )


# -- gates ------------------------------------------------------


def test_each_gate_says_what_is_missing_until_it_is_there(world: World) -> None:
    course = course_of(world, proposed(world))
    assert waiting(world, course) == {"agreement", "G3", "baseline"}
    with pytest.raises(actions.GatesClosed) as refusal:
        actions.start_course(course=course, by=world.asha.reader, at=NOON)
    closed = [state for state in refusal.value.facts["states"] if not state.is_open]
    assert all(state.reason.text and state.release.text for state in closed)
    open_gates(world, course)
    assert waiting(world, course) == set()
    assert actions.start_course(course=course, by=world.asha.reader, at=NOON).started_at == NOON


def test_helping_the_family_needs_the_family_s_consent_only(world: World, craft: Course) -> None:
    given = consents.consents_of(world.noor.person.pk, seen_by=world.asha.reader).get()
    from alongside.consent import actions as consent

    consent.withdraw(consent=given, by=world.noor.reader, at=NOON)
    assert session_waits(world, craft) == {"G2"}


def test_each_who_is_treated_gives_the_consent_that_is_for_them(world: World) -> None:
    """Noor's yes is to help for the family, Sam's to treatment; neither needs the other's form."""
    world.engage_sam()
    course = course_of(world, proposed(world, "cbt", persons=[world.sam, world.noor.person]))
    assert "consent" not in queries.words(course, NOON)
    give_consent(world, world.sam, "c_treatment")
    assert "consent" in queries.words(course, NOON)


def test_a_refusal_closes_the_gate_that_a_consent_opened(world: World) -> None:
    from alongside.consent import actions as consent

    course = started(world, "cbt")
    assert "G2" not in session_waits(world, course)
    world.at(NOON + timedelta(days=1))
    consent.refuse(
        circle=world.circle,
        person=world.sam,
        about=f"course:{course.pk}",
        offered="Talks with Asha",
        by=world.asha.reader,
        at=world.moment,
    )
    assert "G2" in session_waits(world, course)


def test_an_open_alert_holds_back_the_next_session_until_somebody_decides(
    world: World, craft: Course
) -> None:
    looked(world, {"talk_of_dying": "talk"})
    assert session_waits(world, craft) == {"G1"}
    world.at(NOON + timedelta(minutes=5))
    actions.release_gate(
        course=craft,
        gate="G1",
        reason=WHY,
        until=world.moment.date(),
        by=world.asha.reader,
        at=world.moment,
    )
    assert session_waits(world, craft) == set()
    world.at(NOON + timedelta(hours=1))
    looked(world, {"talk_of_dying": "plan_or_means"})
    assert session_waits(world, craft) == {"G1"}


def test_an_alert_raised_later_does_not_change_how_a_gate_stood_before(
    world: World, craft: Course
) -> None:
    world.at(NOON + timedelta(hours=2))
    looked(world, {"talk_of_dying": "talk"})
    before = queries.session_gates(
        course=craft, seen_by=world.asha.reader, at=NOON + timedelta(hours=1)
    )
    assert all(state.is_open for state in before)


def test_a_closed_alert_holds_nothing_back(world: World, craft: Course) -> None:
    checked = looked(world, {"talk_of_dying": "talk"})
    alert = Alert.objects.visible_to(world.asha.reader).get(pk=checked.alerts[0].pk)
    crisis.acknowledge(alert=alert, by=world.asha.reader, at=NOON)
    assert session_waits(world, craft) == {"G1"}
    Alert._base_manager.filter(pk=alert.pk).update(
        closed_at=NOON, outcome="safe_after_contact", closed_by=world.asha.account
    )
    assert session_waits(world, craft) == set()


def test_a_safeguarding_report_that_is_due_holds_back_the_next_session(
    world: World, craft: Course
) -> None:
    task = tasks.make_task(
        institution=world.institution,
        circle=world.circle,
        kind="safeguarding",
        what="Report",
        for_role="lead",
        for_account=world.asha.account,
        due_at=NOON,
        by=world.asha.reader,
        at=NOON,
    )
    assert session_waits(world, craft) == {"G5"}
    world.at(NOON + timedelta(hours=1))
    assert task is not None
    tasks.do_task(task=task, by=world.asha.reader, at=world.moment, how="Told")
    assert session_waits(world, craft) == set()


def test_only_somebody_who_is_there_can_say_that_the_person_is_fit(
    world: World, cbt: Course
) -> None:
    assert session_waits(world, cbt) == {"G6"}
    assert session_waits(world, cbt, frozenset({"fit_today", "consent"})) == set()
    assert queries.said_on_the_day(cbt) == {"fit_today"}
    assert session_waits(world, cbt, frozenset({"danger_clear"})) == {"G6"}


def test_a_title_counts_only_on_the_days_it_is_valid(world: World, craft: Course) -> None:
    world.at(NOON + timedelta(days=400))
    assert "G3" in session_waits(world, craft)


def test_a_release_opens_only_a_gate_that_may_be_released_and_is_closed(world: World) -> None:
    course = course_of(world, proposed(world))

    def release(gate: str, **more: Any) -> Decision:
        given = {
            "reason": WHY,
            "until": NOON.date() + timedelta(days=7),
            "by": world.asha.reader,
            "at": NOON,
            **more,
        }
        return actions.release_gate(course=course, gate=gate, **given)

    for hard in ("agreement", "G3", "G2"):
        with pytest.raises(actions.NotReleasable):
            release(hard)
    with pytest.raises(actions.UnknownWord):
        release("moon")
    with pytest.raises(cases.NeedsAReason):
        release("baseline", reason="because")
    with pytest.raises(cases.BadDate):
        release("baseline", until=NOON.date() + timedelta(days=91))
    with pytest.raises(cases.BadDate):
        release("baseline", until=NOON.date() - timedelta(days=1))
    for other in (world.bo, world.noor, world.ifeoma):
        with pytest.raises(NotAllowed):
            release("baseline", by=other.reader)
    decision = release("baseline")
    assert (decision.kind, decision.about) == ("release", "gate:baseline")
    assert "baseline" not in waiting(world, course)
    with pytest.raises(actions.NothingToRelease):
        release("baseline")
    world.at(NOON + timedelta(days=8))
    assert "baseline" in waiting(world, course)


# -- agreeing ---------------------------------------------------


def test_each_person_who_is_treated_agrees_to_the_edition(world: World) -> None:
    plan = proposed(world, persons=[world.noor.person, world.teo.person])
    course = course_of(world, plan)
    agree(world, plan, world.noor.person, "yes")
    assert "agreement" in waiting(world, course)
    agree(world, plan, world.teo.person, "yes")
    assert "agreement" not in waiting(world, course)


def test_a_no_is_final_for_its_edition(world: World) -> None:
    plan = proposed(world)
    course = course_of(world, plan)
    agree(world, plan, world.noor.person, "yes")
    agree(world, plan, world.noor.person, "no", words="I changed my mind.")
    assert "agreement" in waiting(world, course)
    for answer in ("yes", "basis"):
        with pytest.raises(actions.FinalNo):
            agree(world, plan, world.noor.person, answer, words=WHY)
    changed = actions.change_plan(
        plan=plan,
        summary="Fewer talks, and by phone.",
        because="Noor said no to twelve talks in the clinic.",
        expected=plan.version,
        by=world.asha.reader,
        at=NOON,
    )
    assert changed.edition == 2
    agree(world, changed, world.noor.person, "yes")
    assert "agreement" not in waiting(world, course)


def test_an_answer_is_to_the_edition_that_was_read(world: World) -> None:
    plan = proposed(world)
    read_before = reread(world, plan)
    actions.change_plan(
        plan=plan, summary="", because=WHY, expected=1, by=world.asha.reader, at=NOON
    )
    with pytest.raises(actions.OtherEdition) as refusal:
        agree(world, read_before, world.noor.person, "yes")
    assert refusal.value.facts["edition"] == 2
    with pytest.raises(StaleVersion):
        actions.change_plan(
            plan=read_before, summary="", because=WHY, expected=1, by=world.asha.reader, at=NOON
        )


def test_a_lawful_basis_needs_its_grounds_and_a_practitioner(world: World) -> None:
    plan = proposed(world)
    with pytest.raises(actions.NeedsWords):
        agree(world, plan, world.noor.person, "basis", words="best interests")
    with pytest.raises(actions.UnknownWord):
        agree(world, plan, world.noor.person, "basis", words=WHY, by=world.noor.reader)
    agree(world, plan, world.noor.person, "basis", words="Best-interests meeting of 1 March 2026")
    assert "agreement" not in waiting(world, course_of(world, plan))


def test_a_member_answers_for_themself_and_for_nobody_else(world: World) -> None:
    plan = proposed(world, persons=[world.noor.person, world.teo.person])
    said = agree(world, plan, world.noor.person, "yes", by=world.noor.reader)
    assert said.written_by_id == world.noor.person.pk
    for person, reader in (
        (world.teo.person, world.noor.reader),
        (world.noor.person, world.bo.reader),
        (world.noor.person, world.ifeoma.reader),
    ):
        with pytest.raises(NotAllowed):
            agree(world, plan, person, "yes", by=reader)
    assert queries.agreements(seen_by=world.teo.reader, plan=plan).count() == 0


def test_who_left_the_circle_answers_no_more(world: World) -> None:
    plan = proposed(world, persons=[world.noor.person, world.teo.person])
    access.end_membership(
        member=world.teo.member, because="asked to", by=world.asha.reader, at=NOON
    )
    with pytest.raises(NotAllowed):
        agree(world, plan, world.teo.person, "yes", by=world.teo.reader)
    with pytest.raises(actions.NotOfThisCircle):
        agree(world, plan, world.teo.person, "yes")


@pytest.mark.parametrize("answer", ["", "maybe", "YES"])
def test_an_answer_is_yes_no_or_a_basis(world: World, answer: str) -> None:
    plan = proposed(world)
    with pytest.raises(actions.UnknownWord):
        agree(world, plan, world.noor.person, answer, words=WHY)


def test_one_course_more_asks_everybody_again(world: World, craft: Course) -> None:
    plan = reread(world, craft.plan)
    give_consent(world, world.sam, "c_treatment")
    given = {
        "plan": plan,
        "protocol": "mi_brief",
        "variant": "five_as",
        "persons": [world.sam],
        "deliverer": world.asha.practitioner,
        "by": world.asha.reader,
        "at": NOON,
    }
    with pytest.raises(actions.NotDecided):  # nobody asked the chooser about this way
        actions.add_course(**given)
    decided(world, "mi_brief")
    words = "Family training goes on, and Sam talks with us once about what he wants."
    actions.add_course(**given, summary=words)
    assert (reread(world, plan).edition, reread(world, plan).summary) == (2, words)
    assert "agreement" in waiting(world, craft)
    assert session_waits(world, craft) == set()  # what has started goes on


# -- goals ------------------------------------------------------


def goal(world: World, plan: Plan, **more: Any) -> Any:
    given = {
        "about": world.noor.person,
        "kind": "behaving",
        "words": "Calm evenings",
        "levels": LEVELS,
        "by": world.asha.reader,
        "at": NOON,
        **more,
    }
    return actions.set_goal(plan=plan, **given)


def test_a_goal_has_five_levels_in_words_and_ratings_in_order(world: World) -> None:
    plan = proposed(world)
    made = goal(world, plan)
    for day, level in enumerate((-1, 0, 1)):
        actions.rate_goal(
            goal=made, level=level, by=world.asha.reader, at=NOON + timedelta(days=day)
        )
    (shown,) = queries.goals(seen_by=world.asha.reader, plan=plan)
    assert [mark.level for mark in shown.marks] == [-1, 0, 1]
    assert shown.level_words == LEVELS


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"kind": "winning"}, actions.UnknownWord),
        ({"words": " "}, actions.NeedsWords),
        ({"levels": {**LEVELS, "0": " "}}, actions.BadLevels),
        ({"levels": {"0": "calm"}}, actions.BadLevels),
        ({"levels": {**LEVELS, "3": "heaven"}}, actions.BadLevels),
        ({"start_level": 3}, actions.BadLevels),
        ({"weight": 0}, actions.BadLevels),
    ],
)
def test_a_goal_that_says_nothing_is_refused(
    world: World, more: dict[str, Any], refusal: type[Exception]
) -> None:
    plan = proposed(world)
    with pytest.raises(refusal):
        goal(world, plan, **more)


def test_a_goal_is_of_somebody_in_the_circle(world: World) -> None:
    plan = proposed(world)
    with pytest.raises(actions.NotOfThisCircle):
        goal(world, plan, about=world.hana.person)
    with pytest.raises(NotAllowed):
        goal(world, plan, by=world.noor.reader)
    made = goal(world, plan)
    with pytest.raises(actions.BadLevels):
        actions.rate_goal(goal=made, level=3, by=world.asha.reader, at=NOON)
    with pytest.raises(NotAllowed):
        actions.rate_goal(goal=made, level=1, by=world.bo.reader, at=NOON)


# -- the end ----------------------------------------------------


def test_a_course_ends_with_a_word_and_its_consents_with_it(world: World, cbt: Course) -> None:
    given = give_consent(world, world.sam, "c_treatment", about=f"course:{cbt.pk}")
    for kind in ("review_change", "review_again", "asks_first"):
        tasks.make_task(
            institution=world.institution,
            circle=world.circle,
            kind=kind,
            about=f"course:{cbt.pk}",
            what="Look again",
            for_role="lead",
            due_at=NOON,
            by=world.asha.reader,
            at=NOON,
        )
    ended = actions.end_course(
        course=cbt,
        completion="completed",
        words="Both goals reached.",
        expected=cbt.version,
        by=world.asha.reader,
        at=NOON,
    )
    assert (ended.completion, ended.ended_at) == ("completed", NOON)
    row = consents.consents(seen_by=world.asha.reader).get(pk=given.pk)
    assert row.ended_on == NOON.date()
    left = open_tasks(seen_by=world.asha.reader).filter(about=f"course:{cbt.pk}")
    assert [task.kind for task in left] == ["asks_first"]  # nobody reviews what has ended
    with pytest.raises(actions.AlreadyEnded):
        actions.end_course(
            course=ended,
            completion="completed",
            words="Again",
            expected=ended.version,
            by=world.asha.reader,
            at=NOON,
        )


@pytest.mark.parametrize("by_hand", [False, True])
def test_who_delivers_reads_the_record_while_it_runs_and_a_role_given_by_hand_stays(
    world: World, by_hand: bool
) -> None:
    """A2: the role comes with the course and goes once its last note must have been signed."""
    if by_hand:
        access.grant(
            account=world.bo.account, role="therapist", circle=world.circle, reason="asked",
            by=world.asha.reader, at=NOON,
        )  # fmt: skip
    edges = Relationship._base_manager.filter(account=world.bo.account, circle=world.circle)
    plan = proposed(world, deliverer=world.bo.practitioner)
    course = course_of(world, plan)
    assert edges.exists() is by_hand  # to be named is not to read
    give_title(world, world.bo, TITLES["craft"])
    open_gates(world, course)
    course = actions.start_course(course=course, by=world.asha.reader, at=NOON)
    (edge,) = edges
    assert (edge.role, edge.valid_to) == ("therapist", None)
    assert edge.reason == ("asked" if by_hand else f"course:{course.pk}")
    later = catalogue.current().notes.sign_within

    def reads(at: datetime) -> bool:
        reader = reader_for(world.bo.account, at).through("practitioner")
        return queries.courses(seen_by=reader).filter(pk=course.pk).exists()

    assert reads(NOON)
    actions.end_course(
        course=course, completion="completed", words="Done.", expected=course.version,
        by=world.asha.reader, at=NOON,
    )  # fmt: skip
    assert reads(NOON + later - timedelta(seconds=1))
    assert reads(NOON + later) is by_hand
    assert edges.count() == 1


@pytest.mark.parametrize(
    ("begun", "word"),
    [(False, "completed"), (True, "declined_before_start"), (True, "cured"), (False, "")],
)
def test_a_course_ends_only_with_a_word_that_can_be_true(
    world: World, begun: bool, word: str
) -> None:
    course = started(world) if begun else course_of(world, proposed(world))
    with pytest.raises(actions.UnknownWord):
        actions.end_course(
            course=course,
            completion=word,
            words="What happened",
            expected=course.version,
            by=world.asha.reader,
            at=NOON,
        )


def test_a_plan_ends_after_its_courses(world: World) -> None:
    course = course_of(world, proposed(world))
    plan = reread(world, course.plan)
    given = {"by": world.asha.reader, "at": NOON}
    with pytest.raises(actions.StillOpen):
        actions.end_plan(plan=plan, because="completed", **given)
    actions.end_course(
        course=course,
        completion="declined_before_start",
        words="Noor has no time now.",
        expected=course.version,
        **given,
    )
    with pytest.raises(actions.UnknownWord):
        actions.end_plan(plan=plan, because="just so", **given)
    actions.end_plan(plan=plan, because="another_way", **given)
    assert queries.live_plan(seen_by=world.asha.reader, circle=world.circle.pk) is None
    assert proposed(world).pk != plan.pk
    with pytest.raises(actions.AlreadyEnded):
        agree(world, reread(world, plan), world.noor.person, "yes")


def test_every_completion_word_belongs_to_one_moment_or_both() -> None:
    from alongside.cases.rules import COMPLETIONS

    assert set(rules.BEFORE_START) | set(rules.AFTER_START) == set(COMPLETIONS)


# -- where it stands --------------------------------------------


def test_where_a_course_stands_is_computed_from_what_was_recorded(
    world: World, craft: Course
) -> None:

    def state() -> Any:
        return progress.state_of(course=craft, seen_by=world.asha.reader, at=world.moment)

    def do(step: str, **more: Any) -> None:
        delivery.record_step(course=craft, step=step, by=world.asha.reader, at=world.moment, **more)

    assert state().phase == "orientation"
    locked = {step.step: step for step in state().locked}
    assert locked["red_flags"].after == ("violence_asked_alone",)
    for step in ("aims_and_hope", "willingness", "baseline_measures"):
        do(step)
    do("relative_goals", on_paper=True)
    do("family_consent", state="left_out", reason="It was given in January already.")
    assert state().phase == "safety"
    for step in ("violence_asked_alone", "red_flags", "when_not_to_use"):
        do(step)
    assert state().phase == "safety"
    do("escape_plan", state="left_out", reason="There was never any violence, she says.")
    assert state().phase == "functional_analysis"
