"""Somebody who cannot decide: assessed, decided for with everybody heard, looked at again (S13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alongside.consent import actions, best_interests, queries
from alongside.plans import queries as plans
from alongside.records.errors import NotAllowed
from alongside.tasks.queries import open_tasks
from tests.conftest import NOON
from tests.factories import World
from tests.factories.care import course_of, give_consent, give_title, proposed
from tests.factories.deciding import cannot_decide, met

PROFESSIONAL = {"name": "Dr Lee", "part": "professional", "view": "It is worth a try."}


def waits_for(world: World, course: Any) -> set[str]:
    states = plans.start_gates(course=course, seen_by=world.asha.reader, at=world.moment)
    missing = {word for state in states if not state.is_open for word in state.missing}
    return {word.partition(":")[0] for word in missing}


def test_a_course_for_somebody_who_cannot_decide_starts_on_a_best_interests_decision_alone(
    world: World,
) -> None:
    """S13, G2, G8: neither the family's agreement nor their own earlier yes counts; their no does,
    and the decision holds until its review day."""
    world.engage_sam()
    course = course_of(world, proposed(world, "cbt"))
    about = f"course:{course.pk}"
    give_title(world, world.asha, "babcp")
    give_consent(world, world.sam, "c_treatment", about)
    assert "consent" not in waits_for(world, course)

    capacity = cannot_decide(world, about)
    assert {"consent", "agreement"} <= waits_for(world, course)
    assert "capacity" not in waits_for(world, course)
    give_consent(world, world.noor.person, "c_treatment", about)
    assert "consent" in waits_for(world, course)

    met(world, capacity)
    assert not {"consent", "agreement", "capacity"} & waits_for(world, course)

    given = {"circle": world.circle, "person": world.sam, "offered": "The talks", "about": about}
    world.at(NOON + timedelta(hours=1))
    actions.refuse(by=world.asha.reader, at=world.moment, **given)
    assert "consent" in waits_for(world, course)
    world.at(NOON + timedelta(hours=2))
    again = met(world, capacity)
    assert "consent" not in waits_for(world, course)
    why = "He grew upset each time; we stop and meet again."
    best_interests.end(decision=again, because=why, by=world.asha.reader, at=world.moment)
    assert "consent" in waits_for(world, course)
    world.at(NOON + timedelta(days=61))
    assert {"consent", "capacity"} <= waits_for(world, course)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"people": [PROFESSIONAL]}, best_interests.NeedsAnAdvocate),
        ({"people": [PROFESSIONAL], "advocate": "took_part"}, best_interests.NeedsAnAdvocate),
        ({"people": [PROFESSIONAL], "advocate": "took_part", "advocate_name": "Io"}, None),
        ({"people": [PROFESSIONAL], "outcome": "wait", "advocate": "asked_for"}, None),
        ({"people": []}, actions.NeedsWords),
        ({"people": [{**PROFESSIONAL, "part": "boss"}]}, actions.NeedsWords),
        ({"advance_decision": "refuses"}, best_interests.AgainstTheirRefusal),
        ({"attorney": "objects"}, best_interests.AgainstTheirRefusal),
        ({"can_wait": True}, best_interests.CanWait),
        ({"can_wait": True, "outcome": "wait"}, None),
        ({"options": [{"what": "Talks", "good": "", "bad": ""}]}, best_interests.OneOptionOnly),
        ({"least_restrictive": "It is."}, actions.NeedsWords),
        ({"wishes": " "}, actions.NeedsWords),
        ({"outcome": "maybe"}, actions.NeedsWords),
        ({"review_on": (NOON + timedelta(days=400)).date()}, actions.EndsTooLate),
    ],
)
def test_a_meeting_hears_those_who_must_be_heard_and_takes_the_least_that_will_do(
    world: World, more: dict[str, Any], refusal: type[Exception] | None
) -> None:
    """S13: participants, advocate, least restrictive option, review date."""
    capacity = cannot_decide(world)
    if refusal is None:
        assert met(world, capacity, **more).person == world.sam
        return
    with pytest.raises(refusal):
        met(world, capacity, **more)
    assert not queries.best_interests(seen_by=world.asha.reader).exists()


def test_nobody_decides_for_somebody_who_can(world: World) -> None:
    capacity = cannot_decide(world)
    found = {"conclusion": "assessed_present", "abilities": {}, "cause": ""}
    world.at(NOON + timedelta(minutes=1))
    cannot_decide(world, **found)
    with pytest.raises(best_interests.NotLacking):
        met(world, capacity)
    with pytest.raises(actions.NotBorneOut):
        cannot_decide(world, cause=" ")


@pytest.mark.parametrize(
    "first", [{"conclusion": "assessed_present", "abilities": {}, "cause": ""}, {}]
)
def test_a_decision_stands_on_an_assessment_that_found_it_and_is_in_date(
    world: World, first: dict[str, Any]
) -> None:
    """S13: one that found them able, or whose day is past, bears nothing beside a newer one."""
    old = cannot_decide(world, **first)
    world.at(NOON + timedelta(days=61))
    new = cannot_decide(world)
    with pytest.raises(best_interests.NotLacking):
        met(world, old)
    assert met(world, new).capacity == new


def test_looking_again_is_one_task_that_the_next_look_does(world: World) -> None:
    first = cannot_decide(world)
    world.at(NOON + timedelta(days=1))
    met(world, first)
    again = cannot_decide(world, review_on=(world.moment + timedelta(days=30)).date())
    rows = open_tasks(seen_by=world.asha.reader)
    reviews = rows.filter(kind__in=["capacity_review", "best_interests_review"])
    found = {task.kind: task.due_at.date() for task in reviews}
    assert reviews.count() == 2
    assert found["capacity_review"] == again.review_on


def test_what_was_decided_is_read_by_the_person_and_the_team_and_not_by_the_family(
    world: World,
) -> None:
    """T23: their own; a relative who was heard reads none of it, and writes none."""
    world.engage_sam()
    capacity = cannot_decide(world)
    met(world, capacity)
    assert world.sam_account is not None
    assert queries.best_interests(seen_by=world.sam_account.reader).count() == 1
    assert not queries.best_interests(seen_by=world.noor.reader).exists()
    assert not queries.best_interests(seen_by=world.bo.reader).exists()
    with pytest.raises((NotAllowed, actions.NotTheirCircle)):
        best_interests.decide(
            capacity=capacity, wishes="x" * 20, options=[], least_restrictive="x" * 20, people=[],
            advocate="not_needed", advance_decision="none_found", attorney="none", can_wait=False,
            outcome="not", reason="x" * 20, review_on=NOON.date(), by=world.noor.reader, at=NOON,
        )  # fmt: skip
