"""One case over time: what happened, whether it changed, and who has looked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alongside.consent import actions as consent
from alongside.consent.queries import consents
from alongside.crisis import actions as crisis
from alongside.crisis.models import Alert
from alongside.delivery import actions as delivery
from alongside.insights import looks, progress, timeline
from alongside.measures import actions as measures
from alongside.plans import actions as plans
from alongside.plans.models import Course
from alongside.records import audit
from tests.conftest import NOON
from tests.factories import Cast, World, care

NINE = {f"item_{n}": 0 for n in range(1, 10)}


def total(points: int) -> dict[str, int]:
    """PHQ-9 answers that add up to a total, without danger."""
    answers = dict(NINE)
    for n in range(1, 9):
        answers[f"item_{n}"] = min(3, points)
        points -= answers[f"item_{n}"]
    return answers


def ask(world: World, **more: Any) -> Any:
    given: dict[str, Any] = {
        "about": world.sam, "respondent": world.sam, "instrument": "phq9", **more,
    }  # fmt: skip
    return measures.make_asking(circle=world.circle, by=world.asha.reader, at=world.moment, **given)


def answered(world: World, answers: dict[str, int], **more: Any) -> Any:
    return measures.submit(
        asking=ask(world, **more),
        answers=answers,
        submission=uuid4().hex,
        by=world.asha.reader,
        at=world.moment,
    )


def whole_case(world: World) -> None:
    """Something of every kind."""
    course = care.started(world, "cbt")
    talk = care.held(world, course)
    care.signed(world, talk)
    care.missed(world, course, when=world.moment - timedelta(hours=2))
    task = delivery.set_homework(
        session=talk, about=world.sam, task="Walk to the water", by=world.asha.reader,
        at=world.moment,
    )  # fmt: skip
    delivery.tell_homework(
        homework=task, done="part", expected=task.version, by=world.asha.reader, at=world.moment
    )
    goal = plans.set_goal(
        plan=course.plan, about=world.sam, kind="behaving", words="Eat together",
        levels=care.LEVELS, by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    plans.rate_goal(goal=goal, level=0, by=world.asha.reader, at=world.moment)
    answered(world, {**NINE, "item_9": 1})
    measures.decline(asking=ask(world, instrument="gad7"), by=world.asha.reader, at=world.moment)
    consent.refuse(
        circle=world.circle, person=world.sam, about="c_release", offered="Passing it on",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    alert = Alert._base_manager.get(rule="phq9_self_harm@1")
    hana = world.hana.through("practitioner")
    crisis.acknowledge(alert=alert, by=hana, at=world.moment)
    crisis.record_contact(
        alert=alert, method="phone", reached=True, note="Spoke with him.", by=hana, at=world.moment
    )


def words(world: World, who: Cast, kind: str = "") -> list[str]:
    found = timeline.entries(world.circle.pk, seen_by=who.through("practitioner"), kind=kind)
    return [entry.word for entry in found]


def queries(seen: CaptureQueriesContext) -> int:
    """How many, without those for data keys: one a person, kept by the process afterwards."""
    return sum("records_datakey" not in query["sql"] for query in seen.captured_queries)


# -- what happened -------------------------------------------------------------------------------


def test_time_line_holds_every_kind_from_the_first_worry_on(world: World, asha: Cast) -> None:
    whole_case(world)
    found = timeline.entries(world.circle.pk, seen_by=asha.through("practitioner"))
    assert {entry.kind for entry in found} == set(timeline.KINDS)
    assert found == sorted(found, key=lambda entry: entry.at, reverse=True)
    assert {
        "concern_sent", "case_opened", "person_engaged", "decided", "alert_raised",
        "alert_acknowledged", "contact", "member_joined", "consent_given", "refused",
        "plan_proposed", "course_started", "agreement", "goal_set", "goal_rated", "talk_held",
        "talk_not_held", "note_signed", "homework_set", "homework_told", "asked", "answered",
        "declined", "checked",
    } <= {entry.word for entry in found}  # fmt: skip


def test_consent_ends_at_the_moment_of_its_course(world: World, cbt: Course, asha: Cast) -> None:
    care.give_consent(world, world.sam, "c_treatment", about=f"course:{cbt.pk}")
    world.at(world.moment + timedelta(hours=3))
    plans.end_course(
        course=cbt, completion="planned_end_partial", words="They go on by themselves.",
        expected=cbt.version, by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    found = timeline.entries(world.circle.pk, seen_by=asha.through("practitioner"))
    when = {entry.word: entry.at for entry in found}
    assert when["consent_ended"] == when["course_ended"] == world.moment  # not at midnight


def test_draft_of_a_note_is_not_in_the_time_line(world: World, cbt: Course, asha: Cast) -> None:
    care.held(world, cbt)
    assert "note_signed" not in words(world, asha)


@pytest.mark.parametrize("kind", timeline.KINDS)
def test_time_line_of_one_kind_is_that_kind_alone(world: World, asha: Cast, kind: str) -> None:
    whole_case(world)
    found = timeline.entries(world.circle.pk, seen_by=asha.through("practitioner"), kind=kind)
    assert {entry.kind for entry in found} == {kind}


@pytest.mark.parametrize("kind", ["everything", "why'; --", "\x00", "x" * 5000])
def test_unknown_kind_shows_everything(world: World, asha: Cast, kind: str) -> None:
    assert words(world, asha, kind) == words(world, asha)


@pytest.mark.parametrize("who", ["bo", "grace"])
def test_time_line_is_empty_for_who_may_not_read_the_case(world: World, who: str) -> None:
    whole_case(world)
    reader = getattr(world, who).reader
    assert timeline.entries(world.circle.pk, seen_by=reader) == []


def test_member_finds_no_word_of_anybody_else(world: World, noor: Cast) -> None:
    whole_case(world)
    found = timeline.entries(world.circle.pk, seen_by=noor.through("circle"))
    assert not {e.word for e in found} & {
        "note_signed", "alert_raised", "answered", "decided", "case_opened", "checked",
    }  # fmt: skip
    assert all(e.who == "Noor Haddad" for e in found if e.word in {"concern_sent", "consent_given"})


def test_queries_do_not_grow_with_what_happened(world: World, asha: Cast) -> None:
    reader = asha.through("practitioner")
    whole_case(world)
    with CaptureQueriesContext(connection) as few:
        timeline.entries(world.circle.pk, seen_by=reader)
    for _ in range(4):
        answered(world, {**NINE, "item_1": 1})
    reader = asha.through("practitioner")
    with CaptureQueriesContext(connection) as many:
        assert len(timeline.entries(world.circle.pk, seen_by=reader)) > 20
    assert queries(many) == queries(few) <= 22


# -- has it changed ------------------------------------------------------------------------------


def weekly(world: World, *scores: int | None, **more: Any) -> None:
    """One asking a week from now on; None is not answered."""
    for week, score in enumerate(scores):
        world.at(NOON + timedelta(weeks=week))
        if score is None:
            ask(world, days=2, **more)
        else:
            answered(world, total(score), **more)
    world.at(NOON + timedelta(weeks=len(scores)))


def one_series(world: World, who: Cast) -> Any:
    found = progress.series(
        world.circle.pk, seen_by=who.through("practitioner"), at=world.moment, zone="Europe/London"
    )
    (only,) = [s for s in found if s.instrument.ref.id == "phq9"]
    return only


def test_ten_points_better_is_reliable_and_crosses_the_line(
    world: World, asha: Cast, sam: Cast
) -> None:
    weekly(world, 18, 15, None, 14, 8)
    found = one_series(world, asha)
    said = found.progress
    assert (said.points, said.verdict, said.crossed) == (10, "improved", "into_functional")
    assert said.sentence_key == "progress.reliably_better_and_crossed"
    assert (said.answered, said.due) == (4, 5)
    assert [mark.why for mark in found.not_answered] == ["expired"]


@pytest.mark.parametrize(("last", "verdict"), [(13, "unchanged"), (12, "improved")])
def test_published_reliable_change_counts_from_six_points_on(
    world: World, asha: Cast, sam: Cast, last: int, verdict: str
) -> None:
    weekly(world, 18, last)
    assert one_series(world, asha).progress.verdict == verdict


def test_week_without_an_answer_is_missing_and_never_a_zero(
    world: World, asha: Cast, sam: Cast
) -> None:
    weekly(world, 12, None, None)
    found = one_series(world, asha)
    assert [mark.score for mark in found.marks] == [12, None, None]
    assert [(w.asked, w.answered) for w in found.weeks] == [(1, 1), (1, 0), (1, 0)]
    assert found.progress.sentence_key == "progress.one_score"


def test_form_that_is_not_due_yet_does_not_count_as_missing(
    world: World, asha: Cast, sam: Cast
) -> None:
    answered(world, total(9))
    ask(world)
    assert one_series(world, asha).progress.due == 1


def test_course_that_began_is_a_mark_on_the_chart(world: World, cbt: Course, asha: Cast) -> None:
    found = one_series(world, asha)
    assert [(p.on, p.kind, p.protocol) for p in found.phases] == [
        (NOON.date(), "came_in", ""),
        (NOON.date(), "began", cbt.protocol),
    ]


def test_series_of_a_member_stand_apart_and_are_theirs(
    world: World, asha: Cast, sam: Cast, noor: Cast
) -> None:
    answered(world, total(9))
    answered(world, total(15), about=noor.person, respondent=noor.person)
    reader = asha.through("practitioner")
    found = progress.series(world.circle.pk, seen_by=reader, at=NOON)
    assert len({s.key for s in found}) == 2
    theirs = progress.series(world.circle.pk, seen_by=noor.through("circle"), at=NOON)
    assert [s.respondent.pk for s in theirs] == [noor.person.pk]
    assert progress.series(world.circle.pk, seen_by=world.bo.reader, at=NOON) == []


def test_queries_of_progress_do_not_grow(world: World, asha: Cast, sam: Cast) -> None:
    def count() -> int:
        reader = asha.through("practitioner")
        with CaptureQueriesContext(connection) as seen:
            progress.series(world.circle.pk, seen_by=reader, at=world.moment)
        return queries(seen)

    answered(world, total(3))
    few = count()
    weekly(world, 18, None, 14, 12, 9)
    assert count() == few <= 4


# -- who has looked ------------------------------------------------------------------------------


def look(world: World, who: Cast, door: str, ids: dict[str, list[Any]]) -> None:
    audit.write(
        f"{next(iter(ids))}_read", by=who.through(door), at=world.moment, about="a page", ids=ids
    )


def seen(world: World, who: Cast, door: str) -> list[Any]:
    return looks.looks(
        seen_by=who.through(door), since=NOON - timedelta(days=30), until=NOON + timedelta(days=30)
    )


def test_person_sees_who_read_their_answers_by_name_and_role(
    world: World, sam: Cast, asha: Cast
) -> None:
    response = answered(world, total(9)).response
    look(world, asha, "practitioner", {"measures.response": [response.pk]})
    (found,) = seen(world, sam, "person")
    assert (found.who, found.roles, found.nouns) == (
        "Asha Raman",
        ("lead",),
        ("measures.response",),
    )


def test_look_at_a_relatives_words_is_not_told_to_the_person(
    world: World, sam: Cast, asha: Cast
) -> None:
    look(world, asha, "practitioner", {"cases.concern": [world.concern.pk]})
    assert seen(world, sam, "person") == []


def test_member_of_the_circle_is_not_named_as_one_who_looked(
    world: World, cbt: Course, sam: Cast, noor: Cast
) -> None:
    look(world, noor, "circle", {"plans.plan": [cbt.plan_id]})
    (found,) = seen(world, sam, "person")
    assert (found.who, found.is_staff) == ("", False)


def test_own_looks_and_looks_at_others_are_left_out(
    world: World, sam: Cast, asha: Cast, noor: Cast
) -> None:
    response = answered(world, total(9)).response
    look(world, sam, "person", {"measures.response": [response.pk]})
    given = consents(seen_by=noor.reader).get()
    look(world, asha, "practitioner", {"consent.consent": [given.pk]})
    assert seen(world, sam, "person") == []
    assert [each.who for each in seen(world, noor, "circle")] == ["Asha Raman"]
