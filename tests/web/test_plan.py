"""The plan of a case at the practitioner's door: proposed, agreed to, started, released, ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from alongside import catalogue
from alongside.access import actions as access
from alongside.access.models import Relationship
from alongside.cases import queries as cases
from alongside.consent import actions as consent
from alongside.consent import queries as consents
from alongside.crisis import queries as crisis
from alongside.delivery import queries as delivery
from alongside.plans import actions, queries
from alongside.plans.models import Course, Plan
from alongside.web.practitioner.plan_cards import held_words
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import (
    LEVELS,
    course_of,
    decided,
    fresh_case,
    held,
    looked,
    open_gates,
    proposed,
    started,
)

SignedIn = Callable[[Cast], Any]
DOOR = "/work"
WHY = "The supervisor and I looked at this together and it is right."
HIDDEN = "one\u202etwo"
HUGE = "x" * 8001


def read(browser: Any, address: str, status: int = 200) -> str:
    response = browser.get(address)
    assert response.status_code == status, address
    return str(response.content.decode())


def send(browser: Any, address: str, data: dict[str, Any], status: int = 302) -> str:
    response = browser.post(address, data)
    page = response.content.decode()
    assert response.status_code == status, (address, re.findall(r'class="error">.*?</span>', page))
    return str(page)


def plan_url(world: World, rest: str = "") -> str:
    return f"/work/cases/{world.case.pk}/plan/{rest}"


def proposal(world: World, **more: Any) -> dict[str, Any]:
    return {
        "decision": str(decided(world).pk),
        "way": "craft/full",
        "persons": [str(world.noor.person.pk)],
        "deliverer": str(world.asha.practitioner.pk),
        "supervisor": "",
        "sessions_planned": "",
        "summary": "Twelve weekly talks.",
        **more,
    }


def live_plan(world: World) -> Plan | None:
    return queries.live_plan(seen_by=world.asha.reader, circle=world.circle.pk)


def goal_data(world: World, **more: Any) -> dict[str, Any]:
    levels = {f"level_{value.replace('-', 'minus_')}": text for value, text in LEVELS.items()}
    return {
        "about": str(world.noor.person.pk),
        "kind": "behaving",
        "words": "Calm evenings",
        "start_level": "-1",
        **levels,
        **more,
    }


# -- proposing ---------------------------------------------------------------------------------


def test_the_page_says_what_comes_before_a_plan(world: World, signed_in: SignedIn) -> None:
    browser = signed_in(world.asha)
    page = read(browser, plan_url(world))
    assert "No way has been chosen." in page
    assert "Nobody has looked at danger." in page
    assert 'plan/propose/"' not in page
    form = read(browser, plan_url(world, "propose/"))
    assert "The form opens when nothing above is missing." in form
    decided(world)
    send(browser, f"/work/cases/{world.case.pk}/danger/", danger(world))
    assert f'{plan_url(world)}propose/"' in read(browser, plan_url(world))


def danger(world: World, **more: Any) -> dict[str, Any]:
    return {"about": str(world.sam.pk), "q_badly_hurt": "no", **more}


def test_a_look_at_danger_leads_to_the_board_when_it_finds_some(
    world: World, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    address = f"/work/cases/{world.case.pk}/danger/"
    answered = browser.post(address, danger(world, q_talk_of_dying="plan_or_means"))
    assert answered["Location"] == "/work/crisis/"
    (alert,) = crisis.of_circle(world.circle.pk, seen_by=world.asha.reader)
    assert alert.level == "B"
    assert "An alert is open in this circle." in read(browser, plan_url(world))


@pytest.mark.parametrize(
    "data", [{"q_badly_hurt": ""}, {"about": str(uuid4())}, {"q_badly_hurt": "perhaps"}]
)
def test_a_look_at_danger_that_says_nothing_is_refused(
    world: World, signed_in: SignedIn, data: dict[str, str]
) -> None:
    browser = signed_in(world.asha)
    send(browser, f"/work/cases/{world.case.pk}/danger/", danger(world, **data), 400)
    assert not queries.is_checked(fresh_case(world))


def test_only_ways_that_were_decided_on_and_can_run_are_offered(
    world: World, signed_in: SignedIn
) -> None:
    looked(world)
    world.at(NOON - timedelta(minutes=1))
    decided(world, "mi_brief")
    world.at(NOON)
    decided(world)
    page = read(signed_in(world.asha), plan_url(world, "propose/"))
    offered = set(re.findall(r'name="way" value="([^"]+)"', page))
    assert offered == {
        f"{way}/{variant.id}"
        for way in ("craft", "mi_brief")
        for variant in catalogue.current().protocol(way).variants
    }
    assert "Interpersonal therapy (IPT)" not in page
    assert "12 to 14 weekly sessions" in page
    assert re.search(r'value="craft/full"[^>]*checked', page)


def test_a_proposal_makes_a_plan_with_its_course(world: World, signed_in: SignedIn) -> None:
    looked(world)
    browser = signed_in(world.asha)
    send(browser, plan_url(world, "propose/"), proposal(world))
    plan = live_plan(world)
    assert plan is not None
    course = course_of(world, plan)
    assert (course.protocol, course.variant, course.sessions_planned) == ("craft@1", "full", 12)
    page = read(browser, plan_url(world))
    assert "Twelve weekly talks." in page
    assert "Orientation and hope" in page
    assert browser.get(plan_url(world, "propose/")).status_code == 302


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"way": "ipt/full"}, "Choose from the list"),
        ({"way": "craft/shorter"}, "Choose from the list"),
        ({"persons": []}, "Choose at least one of these."),
        ({"persons": ["sam"]}, "This way helps relatives."),
        ({"persons": [str(uuid4())]}, "Choose from the list"),
        ({"deliverer": str(uuid4())}, "Choose from the list"),
        ({"supervisor": "asha"}, "The supervisor is somebody else who works here."),
        ({"sessions_planned": "40", "summary": ""}, "This way takes 12 to 14 sessions."),
        ({"sessions_planned": "many"}, "Write a whole number"),
        ({"summary": HUGE}, "This is 1 letter too long."),
        ({"summary": HIDDEN}, "There is a hidden sign in line 1"),
        ({"decision": str(uuid4())}, "Choose from the list"),
    ],
)
def test_a_proposal_that_cannot_stand_keeps_what_was_typed(
    world: World, signed_in: SignedIn, data: dict[str, Any], words: str
) -> None:
    looked(world)
    known = {"sam": str(world.sam.pk), "asha": str(world.asha.practitioner.pk)}
    data = {
        name: [known.get(one, one) for one in value]
        if isinstance(value, list)
        else known.get(value, value)
        for name, value in data.items()
    }
    given = proposal(world, **data)
    page = send(signed_in(world.asha), plan_url(world, "propose/"), given, 400)
    assert words in page
    if given["summary"] == "Twelve weekly talks.":
        assert "Twelve weekly talks." in page
    assert live_plan(world) is None


# -- gates and the start -----------------------------------------------------------------------


def test_each_closed_gate_has_its_reason_and_the_step_that_opens_it(
    world: World, signed_in: SignedIn
) -> None:
    course = course_of(world, proposed(world))
    browser = signed_in(world.asha)
    page = read(browser, plan_url(world))
    assert "Not yet, because…" in page
    assert "The people the plan is for have not agreed to it yet." in page
    for step in (f"{DOOR}/plans/{course.plan_id}/agree/", "/work/credentials/", "/questions/"):
        assert step in page
    assert f"/work/courses/{course.pk}/release/baseline/" in page
    assert f"/work/courses/{course.pk}/start/" not in page
    assert "It has not started." in send(browser, f"/work/courses/{course.pk}/start/", {}, 409)
    assert course_of(world, course.plan).started_at is None
    open_gates(world, course)
    page = read(browser, plan_url(world))
    assert "Everything is in place" in page
    send(browser, f"/work/courses/{course.pk}/start/", {})
    assert course_of(world, course.plan).started_at == NOON
    assert "Started at" in read(browser, plan_url(world))


def test_a_missing_consent_leads_to_its_form_for_this_course(
    world: World, signed_in: SignedIn
) -> None:
    world.engage_sam()
    course = course_of(world, proposed(world, "cbt"))
    page = read(signed_in(world.asha), plan_url(world))
    assert f"consent/record/?form=c_treatment&amp;course=course:{course.pk}" in page


def test_before_the_next_session_the_gates_are_asked_again(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    assert "Before the next session" not in read(browser, plan_url(world))
    row = consents.consents_of(world.noor.person.pk, seen_by=world.asha.reader).get()
    consent.withdraw(consent=row, by=world.noor.reader, at=NOON)
    page = read(browser, plan_url(world))
    assert "Before the next session" in page
    assert f"consent/record/?form=c_family&amp;course=course:{craft.pk}" in page


def test_a_named_clinician_releases_a_gate_with_a_reason_and_an_end(
    world: World, signed_in: SignedIn
) -> None:
    course = course_of(world, proposed(world))
    browser = signed_in(world.asha)
    address = f"/work/courses/{course.pk}/release/baseline/"
    until = (NOON + timedelta(days=5)).date().isoformat()
    for bad, words in (
        ({"reason": "because", "until": until}, "at least 20 letters"),
        ({"reason": WHY, "until": "2026-02-30"}, "Write a date"),
        ({"reason": WHY, "until": "2027-01-01"}, "at most 90 days ahead"),
        ({"reason": WHY, "until": "2026-01-01"}, "at most 90 days ahead"),
    ):
        assert words in send(browser, address, bad, 400)
    send(browser, address, {"reason": WHY, "until": until})
    (decision,) = cases.releases(world.circle, seen_by=world.asha.reader, at=NOON)
    assert (decision.about, decision.reason) == ("gate:baseline", WHY)
    assert "A named clinician let it pass" in read(browser, plan_url(world))


@pytest.mark.parametrize("gate", ["agreement", "G2", "G3", "moon", "runnable"])
def test_a_hard_gate_has_no_page_to_release_it(
    world: World, signed_in: SignedIn, gate: str
) -> None:
    course = course_of(world, proposed(world))
    browser = signed_in(world.asha)
    for method in (browser.get, browser.post):
        assert method(f"/work/courses/{course.pk}/release/{gate}/").status_code == 404


# -- agreement -----------------------------------------------------------------------------------


def test_a_no_is_shown_as_final_and_another_edition_may_be_offered(
    world: World, signed_in: SignedIn
) -> None:
    plan = proposed(world)
    browser = signed_in(world.asha)
    address = f"{DOOR}/plans/{plan.pk}/agree/"
    noor = {"edition": "1", "person": str(world.noor.person.pk)}
    send(browser, address, {**noor, "answer": "no", "words": "Not on Mondays."})
    page = read(browser, plan_url(world))
    assert "Said no: final" in page
    assert "Not on Mondays." in page
    page = send(browser, address, {**noor, "answer": "yes", "words": ""}, 400)
    assert "That is final." in page
    send(
        browser,
        f"{DOOR}/plans/{plan.pk}/change/",
        {"version": "1", "summary": "On Thursdays.", "because": "Noor has no time on Mondays."},
    )
    page = read(browser, plan_url(world))
    assert "Said no: final" not in page
    assert "On Thursdays." in page
    page = send(browser, address, {**noor, "answer": "yes", "words": "Fine"}, 400)
    assert "The plan has been changed meanwhile." in page
    assert 'name="edition" value="2"' in page
    assert "\nFine</textarea>" in page
    send(browser, address, {**noor, "edition": "2", "answer": "yes", "words": ""})
    assert "Said yes" in read(browser, plan_url(world))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"answer": "basis", "words": "best interests"}, "Write it down, in a full sentence."),
        ({"answer": "perhaps"}, "Choose from the list"),
        ({"answer": ""}, "Choose one of these."),
        ({"person": "teo"}, "Choose from the list"),
        ({"person": "no uuid"}, "Choose from the list"),
        ({"edition": "zero"}, "Write a whole number"),
        ({"words": HIDDEN}, "hidden sign"),
    ],
)
def test_an_answer_that_cannot_stand_is_refused(
    world: World, signed_in: SignedIn, data: dict[str, str], words: str
) -> None:
    plan = proposed(world)
    if data.get("person") == "teo":
        data = {"person": str(world.teo.person.pk)}
    given = {"edition": "1", "person": str(world.noor.person.pk), "answer": "yes", "words": ""}
    page = send(signed_in(world.asha), f"{DOOR}/plans/{plan.pk}/agree/", {**given, **data}, 400)
    assert words in page
    assert not queries.agreements(seen_by=world.asha.reader, plan=plan).exists()


def test_two_who_change_a_plan_see_both_texts(world: World, signed_in: SignedIn) -> None:
    plan = proposed(world)
    browser = signed_in(world.asha)
    address = f"{DOOR}/plans/{plan.pk}/change/"
    send(browser, address, {"version": "1", "summary": "By phone.", "because": WHY})
    page = send(browser, address, {"version": "1", "summary": "By video.", "because": WHY}, 409)
    assert "By phone." in page
    assert "By video." in page
    assert 'name="version" value="2"' in page
    again = live_plan(world)
    assert again is not None
    assert again.summary == "By phone."


# -- goals ---------------------------------------------------------------------------------------


def test_a_goal_is_set_and_rated(world: World, signed_in: SignedIn) -> None:
    plan = proposed(world)
    browser = signed_in(world.asha)
    send(browser, f"{DOOR}/plans/{plan.pk}/goal/", goal_data(world))
    (goal,) = queries.goals(seen_by=world.asha.reader, plan=plan)
    page = read(browser, plan_url(world))
    assert "Every other evening is calm" in page
    assert "where it began" in page
    send(browser, f"/work/goals/{goal.pk}/rate/", {"level": "1"})
    (goal,) = queries.goals(seen_by=world.asha.reader, plan=plan)
    assert [mark.level for mark in goal.marks] == [1]
    send(browser, f"/work/goals/{goal.pk}/rate/", {"level": "7"})
    assert "Choose one of the five levels." in read(browser, plan_url(world))


@pytest.mark.parametrize(
    "data",
    [
        {"level_0": " "},
        {"words": ""},
        {"kind": "winning"},
        {"about": str(uuid4())},
        {"start_level": "9"},
        {"level_2": HIDDEN},
    ],
)
def test_a_goal_that_says_nothing_is_refused(
    world: World, signed_in: SignedIn, data: dict[str, str]
) -> None:
    plan = proposed(world)
    browser = signed_in(world.asha)
    page = send(browser, f"{DOOR}/plans/{plan.pk}/goal/", goal_data(world, **data), 400)
    assert "Most evenings are calm" in page
    assert queries.goals(seen_by=world.asha.reader, plan=plan) == []


# -- steps and ends ------------------------------------------------------------------------------


def test_the_ladder_shows_what_is_done_open_and_locked_with_its_reason(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    page = read(browser, plan_url(world))
    assert "After: Ask about violence, alone" in page
    address = f"/work/courses/{craft.pk}/steps/"
    page = send(browser, f"{address}red_flags/", {"state": "done", "reason": ""}, 400)
    assert "Other steps come first." in page
    page = send(browser, f"{address}red_flags/", {"state": "left_out", "reason": ""}, 400)
    assert "Say why, in a full sentence." in page
    page = send(browser, f"{address}clinic_slot/", {"state": "done", "reason": ""}, 400)
    assert "No place for help that can start within 24 hours is confirmed." in page
    send(browser, f"{address}violence_asked_alone/", {"state": "done", "reason": ""})
    send(browser, f"{address}red_flags/", {"state": "part", "reason": ""})
    assert set(delivery.steps_of(seen_by=world.asha.reader, course=craft)) == {
        "violence_asked_alone",
        "red_flags",
    }
    assert browser.get(f"{address}moon/").status_code == 404
    assert browser.get(f"{address}five_areas/").status_code == 404


def test_a_step_recorded_from_a_session_leads_back_to_it(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    browser = signed_in(world.asha)
    address = f"/work/courses/{craft.pk}/steps/willingness/"
    answered = browser.post(f"{address}?session={session.pk}", {"state": "done", "reason": ""})
    assert answered["Location"] == f"/work/sessions/{session.pk}/"
    (step,) = delivery.steps_in(seen_by=world.asha.reader, session=session)
    assert step.step == "willingness"
    for rubbish in (uuid4(), "x", "%00"):
        answered = browser.post(f"{address}?session={rubbish}", {"state": "done", "reason": ""})
        assert answered["Location"] == plan_url(world)


def test_a_course_ends_with_a_word_and_then_the_plan(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    course = craft
    browser = signed_in(world.asha)
    page = send(browser, f"{DOOR}/plans/{course.plan_id}/end/", {"because": "completed"}, 400)
    assert "End each course of this plan first." in page
    address = f"/work/courses/{course.pk}/end/"
    assert "Said no before the start" not in read(browser, address)
    version = re.search(r'name="version" value="(\d+)"', read(browser, address))
    assert version is not None
    given = {"version": version[1], "completion": "completed", "words": "Sam came in."}
    page = send(browser, address, {**given, "words": " "}, 400)
    assert "Write something here" in page
    send(browser, address, given)
    page = send(browser, address, {**given, "words": "Another text."}, 400)
    assert "What ended is not changed." in page
    send(browser, f"{DOOR}/plans/{course.plan_id}/end/", {"because": "completed"})
    page = read(browser, plan_url(world))
    assert "There is no plan yet." in page
    assert "Plans before" in page


def test_two_who_end_a_course_see_both_texts(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    page = send(
        signed_in(world.asha),
        f"/work/courses/{craft.pk}/end/",
        {"version": "1", "completion": "completed", "words": "My words."},
        409,
    )
    assert "My words." in page


def test_another_course_asks_everybody_again(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    given = proposal(world, way="mi_brief/five_as", persons=[str(world.sam.pk)])
    del given["decision"]
    address = f"{DOOR}/plans/{craft.plan_id}/course/"
    assert browser.post(address, given).status_code == 400  # nobody decided on it
    decided(world, "mi_brief")
    send(browser, address, given)
    page = read(browser, plan_url(world))
    assert "Brief intervention (5 As)" in page
    assert "Not asked yet" in page
    assert "AUDIT-C, the three questions" in page
    assert "(its pack nc is not switched on)" in page
    assert "NIDA Quick Screen" in page  # what it asks in its place
    assert live_plan(world).edition == 2  # type: ignore[union-attr]


# -- the overview --------------------------------------------------------------------------------


def test_the_overview_shows_the_ladder_in_short(world: World, signed_in: SignedIn) -> None:
    browser = signed_in(world.asha)
    overview = f"/work/cases/{world.case.pk}/"
    assert "There is no plan yet." in read(browser, overview)
    started(world)
    page = read(browser, overview)
    assert "step 1 of 9" in page
    assert "Next: Tell the three aims" in page


# -- who may -------------------------------------------------------------------------------------


def pages(world: World, course: Any, goal: Any) -> list[str]:
    plan, one = f"{DOOR}/plans/{course.plan_id}/", f"/work/courses/{course.pk}/"
    return [
        plan_url(world),
        f"/work/cases/{world.case.pk}/danger/",
        *(f"{plan}{word}/" for word in ("course", "agree", "change", "end", "goal")),
        *(f"{one}{word}/" for word in ("end", "release/baseline", "steps/willingness")),
        f"/work/goals/{goal.pk}/rate/",
        f"{one}start/",
    ]


def test_nobody_from_outside_finds_any_of_it(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    goal = actions.set_goal(
        plan=craft.plan,
        about=world.noor.person,
        kind="feeling",
        words="Rest",
        levels=LEVELS,
        by=world.asha.reader,
        at=NOON,
    )
    lead = signed_in(world.asha)
    for stranger in (world.bo, world.noor, world.hana):
        browser = signed_in(stranger)
        for address in pages(world, craft, goal):
            for method in (browser.get, browser.post):
                said = method(address).status_code
                assert said in {404, 405}, (stranger.account.email, address)
    for address in pages(world, craft, goal)[:-2]:
        assert lead.get(address).status_code == 200, address
    assert live_plan(world) is not None


def test_the_supervisor_reads_and_changes_nothing(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    course = craft
    browser = signed_in(world.ifeoma)
    page = read(browser, plan_url(world))
    assert "Orientation and hope" in page
    for word in ("Change it", "Add a course", "Add a goal", "Book a time", "/release/"):
        assert word not in page
    for address in (f"{DOOR}/plans/{course.plan_id}/end/", f"/work/courses/{course.pk}/end/"):
        assert browser.post(address, {"because": "completed"}).status_code == 404


def test_a_right_that_ends_while_the_page_is_open_writes_nothing(
    world: World, signed_in: SignedIn
) -> None:
    plan = proposed(world)
    browser = signed_in(world.asha)
    read(browser, f"{DOOR}/plans/{plan.pk}/agree/")
    edge = Relationship._base_manager.get(
        account=world.asha.account, circle=world.circle, role="lead"
    )
    access.end_relationship(relationship=edge, because="moved on", by=world.system, at=world.moment)
    given = {"edition": "1", "person": str(world.noor.person.pk), "answer": "yes", "words": ""}
    assert browser.post(f"{DOOR}/plans/{plan.pk}/agree/", given)["Location"].startswith("/account/")
    again = signed_in(world.asha)
    assert again.post(f"{DOOR}/plans/{plan.pk}/agree/", given).status_code == 404
    assert again.get(plan_url(world)).status_code == 404
    assert not queries.agreements(seen_by=world.system, plan=plan).exists()


def test_what_is_not_there_answers_like_what_is_not_yours(
    world: World, signed_in: SignedIn
) -> None:
    plan = proposed(world)
    browser = signed_in(world.bo)
    theirs = browser.get(f"{DOOR}/plans/{plan.pk}/agree/")
    nothing = browser.get(f"{DOOR}/plans/{uuid4()}/agree/")
    assert (theirs.status_code, theirs.content) == (404, nothing.content)


def test_a_plan_page_costs_the_same_however_many_goals_it_has(
    world: World, craft: Course, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    browser = signed_in(world.asha)

    def add() -> None:
        actions.set_goal(
            plan=craft.plan,
            about=world.noor.person,
            kind="feeling",
            words="Rest",
            levels=LEVELS,
            by=world.asha.reader,
            at=NOON,
        )

    add()
    read(browser, plan_url(world))
    with django_assert_max_num_queries(110) as few:
        read(browser, plan_url(world))
    for _number in range(6):
        add()
    with django_assert_max_num_queries(len(few)):
        read(browser, plan_url(world))


# -- several courses ---------------------------------------------------------------------------


def test_courses_beside_each_other_show_their_order_and_what_waits(
    world: World, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    first = started(world, "cbt")
    assert 'id="together"' not in read(browser, plan_url(world))  # one alone waits for nobody
    actions.add_course(
        plan=Plan.objects.visible_to(world.asha.reader).get(pk=first.plan_id),
        protocol="cbt",
        variant="gad",
        persons=[world.sam],
        deliverer=world.asha.practitioner,
        by=world.asha.reader,
        at=world.moment,
    )
    page = read(browser, plan_url(world))
    together = page[page.index('id="together"') : page.index('id="course-')]
    assert re.findall(r"<b>([^<]+)</b></a>", together) == [
        "Cognitive behavioural therapy (CBT): Depression",
        "Cognitive behavioural therapy (CBT): Worry (GAD)",
    ]
    assert "One talking therapy at a time" in together
    assert "Two at once pull in two directions" in together
    (address,) = re.findall(r'href="([^"]+/release/one_talking_therapy/)"', together)
    send(browser, address, {"reason": WHY, "until": "2026-03-05"})
    page = read(browser, plan_url(world))
    assert "Let pass" in page[page.index('id="together"') : page.index('id="course-')]
    other = signed_in(world.bo)
    assert other.get(address).status_code == 404


def test_one_course_gives_way_to_the_next_when_its_gates_are_open(
    world: World, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    first = started(world, "cbt", variant="guided_selfhelp")
    address = f"/work/courses/{first.pk}/next/"
    assert "First put the next course into this plan." in read(browser, address)
    second = actions.add_course(
        plan=Plan.objects.visible_to(world.asha.reader).get(pk=first.plan_id),
        protocol="cbt",
        variant="depression",
        persons=[world.sam],
        deliverer=world.asha.practitioner,
        by=world.asha.reader,
        at=world.moment,
    )
    data = {
        "version": first.version,
        "to": str(second.pk),
        "kind": "step_up",
        "completion": "planned_end_partial",
        "reason": WHY,
    }
    page = read(browser, address)
    assert "Depression: not yet, because" in page
    assert "One talking therapy at a time" not in page  # the other one will have ended
    refused = send(browser, address, data, 400)
    assert "nothing has changed: Agreement." in refused
    assert WHY in refused
    actions.agree(
        plan=second.plan, edition=second.plan.edition, person=world.sam, answer="yes",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    send(browser, address, {**data, "version": 99}, 409)
    send(browser, address, data)
    page = read(browser, plan_url(world))
    assert "Step up. Before: Cognitive behavioural therapy (CBT): Guided self-help" in page
    assert signed_in(world.bo).get(address).status_code == 404


def test_another_place_shows_what_changes_before_anything_is_saved(
    world: World, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    course = started(world, "cbt")
    address = f"{DOOR}/plans/{course.plan_id}/setting/"
    assert 'value="community" checked' in read(browser, address)
    page = read(browser, f"{address}?to=care_home")
    assert "What changes: Community → Care home" in page
    assert "Not described for it" in page
    assert "Capacity for each decision" in page
    assert "Where help is given" in read(browser, plan_url(world))
    data = {"to": "care_home", "version": fresh_case(world).version, "reason": ""}
    send(browser, address, data, 400)
    data["reason"] = "He was taken there on Friday; the nurse there knows us."
    stale = send(browser, address, {**data, "version": 99}, 409)
    assert "Care home" in stale
    assert queries.session_gates(course=course, seen_by=world.asha.reader, at=world.moment)
    send(browser, address, data)
    page = read(browser, plan_url(world))
    assert "What the new place asks for" in page
    assert "Still open: Capacity for each decision" in page
    assert f'href="{address}?to=care_home"' in page
    world.at(world.moment + timedelta(minutes=5))
    said = {**data, "version": fresh_case(world).version, "in_place": ["care_home/capacity"]}
    send(browser, address, said)
    assert "Still open: Capacity" not in read(browser, plan_url(world))
    assert browser.get(f"{address}?to=moon").status_code == 404


def test_goals_stand_by_what_they_change_with_what_they_add_up_to(
    world: World, signed_in: SignedIn, at: Callable[[Any], None]
) -> None:
    browser = signed_in(world.asha)
    course = started(world, "cbt")
    at(NOON + timedelta(minutes=5))
    add = f"{DOOR}/plans/{course.plan_id}/goal/"
    sam = str(world.sam.pk)
    send(browser, add, goal_data(world, about=sam, weight="3", words="Eat together"))
    send(browser, add, goal_data(world, about=sam, kind="feeling", start_level="-2", weight="2"))
    send(browser, add, goal_data(world, about=sam, weight="11"), 400)
    page = read(browser, plan_url(world))
    assert "No goal yet in: Thinking." in page
    assert page.index('id="goals-feeling"') < page.index('id="goals-behaving"')
    assert "also measured by" in page
    assert "after the start: where it began is a look back" in page
    assert "0 of 2 goals rated" in page
    for goal in queries.goals(seen_by=world.asha.reader, plan=course.plan):
        level = "1" if goal.kind == "behaving" else "0"
        send(browser, f"{DOOR}/goals/{goal.pk}/rate/", {"level": level})
    page = read(browser, plan_url(world))
    # weights 3 and 2, levels 1 and 0, before -1 and -2: 50 + 10 · 3 ÷ √(0.7 · 13 + 0.3 · 25)
    assert "T = 57.4 now, 32.8 at the start, +24.5. 2 of 2 goals rated." in page
    assert "Kiresuk" in page


def test_every_course_stands_on_one_time_line_and_a_shared_measure_once(
    world: World, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    first = started(world, "cbt")
    actions.add_course(
        plan=Plan.objects.visible_to(world.asha.reader).get(pk=first.plan_id),
        protocol="cbt",
        variant="gad",
        persons=[world.sam],
        deliverer=world.asha.practitioner,
        by=world.asha.reader,
        at=world.moment,
    )
    for address in (plan_url(world), f"/work/cases/{world.case.pk}/progress/"):
        page = read(browser, address)
        assert page.count("Phases on one time line") >= 1
        assert "(CBT): Depression: now Assess" in page
        assert "(CBT): Worry (GAD): planned" in page
        assert page.count('class="l-now"') >= 2
    lines = re.findall(r'<tr><th scope="row">PHQ-9</th>.*?</tr>', read(browser, plan_url(world)))
    assert len(lines) == 1
    assert "Depression; " in lines[0]
    assert "at most every 7 days" in lines[0]


def test_every_dose_of_cbt_is_offered_at_the_plan_and_the_agenda_follows_the_one_chosen(
    world: World, signed_in: SignedIn
) -> None:
    """The same talks in every dose: chosen at the plan, with the steps that belong to it."""
    way = catalogue.current().protocol("cbt")
    browser = signed_in(world.asha)
    world.engage_sam()
    looked(world)
    decided(world, "cbt")
    page = read(browser, plan_url(world, "propose/"))
    for variant in way.variants:
        assert f'value="cbt/{variant.id}"' in page
        assert variant.name in page
    course = started(world, "cbt", variant="guided_selfhelp")
    assert course.variant == "guided_selfhelp"
    form = read(browser, f"/work/courses/{course.pk}/tell/")
    for line in way.skeleton:
        assert line.name in form
    state = delivery.state_of(course=course, seen_by=world.asha.reader, at=world.moment)
    names = {step.id: step.name for phase in way.phases for step in phase.steps}
    assert state.next_steps
    for step in state.next_steps:
        assert names[step.step] in form
    others = [step for phase in way.phases for step in phase.steps if step.variants]
    shown = form.partition("Open now")[2].partition("</details>")[0]
    for step in others:
        if "guided_selfhelp" not in step.variants:
            assert f"<li>{step.name}</li>" not in shown


def test_nobody_holds_fourteen_of_twelve_sessions() -> None:
    assert held_words(12, 12) == "12 of 12 sessions held."
    assert held_words(14, 12) == "14 sessions held; 12 were planned."
    assert held_words(3, None) == "Sessions held: 3."
