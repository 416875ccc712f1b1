"""Answers, their score and their alert: all or nothing, once, and never lost by a refusal."""

from __future__ import annotations

import json
from datetime import time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from alongside.access import actions as access
from alongside.access.readers import reader_for_link
from alongside.crisis.models import Alert, AlertEvent, SafetyCheck
from alongside.measures import actions, late, queries, rules
from alongside.measures.models import Asking, Response
from alongside.notify.models import Message
from alongside.people import actions as people
from alongside.people.models import ContactPoint
from alongside.records import crashpoint
from alongside.records.errors import NotAllowed
from alongside.records.models import AuditEvent
from alongside.records.registry import guards
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import Cast, World

ALL_ZERO = {f"item_{n}": 0 for n in range(1, 10)}
DANGER = {**ALL_ZERO, "item_9": 2}


@pytest.fixture
def asking(world: World, sam: Cast) -> Asking:
    return ask(world, "phq9")


def ask(world: World, instrument: str, **more: Any) -> Asking:
    given: dict[str, Any] = {"about": world.sam, "respondent": world.sam, "days": 14, **more}
    return actions.make_asking(
        circle=world.circle, instrument=instrument, by=world.asha.reader, at=world.moment, **given
    )


def record(asking: Asking, by: Any, answers: dict[str, Any], submission: str = "first") -> Any:
    return actions.submit(asking=asking, answers=answers, submission=submission, by=by, at=NOON)


def everything() -> dict[str, Any]:
    """All that a danger answer writes."""
    return {
        "asking": list(Asking._base_manager.order_by("pk").values()),
        "responses": Response._base_manager.count(),
        "checks": SafetyCheck._base_manager.count(),
        "alerts": Alert._base_manager.count(),
        "events": AlertEvent._base_manager.count(),
        "messages": Message._base_manager.count(),
        "tasks": Task._base_manager.count(),
        "trail": AuditEvent.objects.count(),
    }


# -- what is recorded --------------------------------------------------------------------------


def test_answers_are_kept_with_their_score_at_one_exact_version(asking: Asking, sam: Cast) -> None:
    record(asking, sam.reader, {**ALL_ZERO, "item_1": 3, "item_2": 3, "item_3": 3, "item_4": 1})
    response = Response._base_manager.get(asking=asking)
    assert (response.instrument, response.scores, response.band) == (
        "phq9@1", {"total": 10}, "moderate",
    )  # fmt: skip
    assert (response.caseness, response.caseness_rule) == (True, "phq9@1/default")
    assert (response.about_id, response.respondent_id, response.written_by_id) == (
        sam.person.pk, sam.person.pk, sam.person.pk,
    )  # fmt: skip


def test_skipped_is_null_and_not_asked_is_absent(asking: Asking, sam: Cast) -> None:
    record(asking, sam.reader, {**ALL_ZERO, "item_2": None})
    response = Response._base_manager.get(asking=asking)
    assert response.answers["item_2"] is None
    assert "item_10" not in response.answers
    assert (response.missing, response.prorated) == (["item_2"], True)


def test_practitioner_writes_down_what_was_answered_on_paper(
    asking: Asking, world: World, asha: Cast, sam: Cast
) -> None:
    record(asking, asha.through("practitioner"), ALL_ZERO)
    response = Response._base_manager.get(asking=asking)
    assert (response.respondent_id, response.written_by_id) == (sam.person.pk, asha.person.pk)


def test_score_that_cannot_be_given_is_null_and_its_danger_still_counts(
    asking: Asking, sam: Cast
) -> None:
    blank = {f"item_{n}": None for n in range(1, 9)}
    recorded = record(asking, sam.reader, {**blank, "item_9": 1})
    assert recorded.response.scores == {"total": None}
    assert [(a.rule, a.level) for a in recorded.alerts] == [("phq9_self_harm@1", "C")]


def test_blank_critical_item_is_a_task_and_not_an_alert(asking: Asking, sam: Cast) -> None:
    recorded = record(asking, sam.reader, {**ALL_ZERO, "item_9": None})
    task = Task._base_manager.get(kind="blank_critical_item")
    assert recorded.alerts == ()
    assert recorded.blank_critical == ("item_9",)
    assert (task.for_role, task.circle_id) == ("lead", asking.circle_id)


# -- E1: all or nothing ------------------------------------------------------------------------

RECORDING = [
    "measures.answers.scored", "measures.answers.saved", "danger.after_check", "danger.after_alert",
    "danger.after_message", "measures.answers.raised", "measures.answers.written",
]  # fmt: skip
DRAFTING = [
    "measures.draft.begun", "measures.draft.saved", "danger.after_check", "danger.after_alert",
    "danger.after_message", "measures.draft.raised", "measures.draft.written",
]  # fmt: skip


class PowerCut(Exception):
    """The test broke off here."""


def break_at(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def here(label: str) -> None:
        if label == place:
            raise PowerCut(label)

    monkeypatch.setattr(crashpoint, "here", here)


@pytest.mark.parametrize("place", RECORDING)
def test_break_at_any_place_of_recording_leaves_nothing_behind(
    asking: Asking, sam: Cast, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    before = everything()
    with monkeypatch.context() as patch:
        break_at(patch, place)
        with pytest.raises(PowerCut):
            record(asking, sam.reader, DANGER)
    assert everything() == before
    assert len(record(asking, sam.reader, DANGER).alerts) == 1


@pytest.mark.parametrize("place", DRAFTING)
def test_break_at_any_place_of_a_draft_leaves_nothing_behind(
    asking: Asking, sam: Cast, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    before = everything()
    with monkeypatch.context() as patch:
        break_at(patch, place)
        with pytest.raises(PowerCut):
            actions.save_draft(asking=asking, answers={"item_9": 3}, by=sam.reader, at=NOON)
    assert everything() == before
    drafted = actions.save_draft(asking=asking, answers={"item_9": 3}, by=sam.reader, at=NOON)
    assert len(drafted.alerts) == 1


@pytest.mark.parametrize("place", RECORDING + DRAFTING)
def test_every_place_named_here_is_passed(
    asking: Asking, sam: Cast, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    passed: set[str] = set()
    monkeypatch.setattr(crashpoint, "here", passed.add)
    if place.startswith("measures.draft"):
        actions.save_draft(asking=asking, answers={"item_9": 1}, by=sam.reader, at=NOON)
    else:
        record(asking, sam.reader, DANGER)
    assert place in passed


# -- danger is never lost ----------------------------------------------------------------------


def test_danger_beside_an_invalid_answer_is_raised_and_the_rest_is_refused(
    asking: Asking, sam: Cast
) -> None:
    with pytest.raises(actions.InvalidAnswers) as refused:
        record(asking, sam.reader, {"item_1": 9, "item_9": 3, "item_2": 1})
    assert refused.value.items == ["item_1"]
    assert [a.because for a in refused.value.alerts] == ["item_9 = 3, at least 1"]
    assert not Response._base_manager.filter(asking=asking).exists()
    draft = queries.draft_of(Asking._base_manager.get(pk=asking.pk), seen_by=sam.reader)
    assert draft == {"item_9": 3, "item_2": 1}


@pytest.mark.parametrize("value", [True, 1.0, "1", [], {}, 4, -1, 10**30], ids=repr)
def test_value_that_is_no_answer_is_named_and_not_kept(
    asking: Asking, sam: Cast, value: Any
) -> None:
    with pytest.raises(actions.InvalidAnswers) as refused:
        record(asking, sam.reader, {"item_4": value})
    assert refused.value.items == ["item_4"]
    assert json.loads(Asking._base_manager.get(pk=asking.pk).draft) == {}


def test_danger_in_the_draft_is_not_raised_a_second_time_with_the_form(
    asking: Asking, sam: Cast
) -> None:
    actions.save_draft(asking=asking, answers={"item_9": 2}, by=sam.reader, at=NOON)
    recorded = record(asking, sam.reader, DANGER)
    assert len(recorded.alerts) == 1
    assert SafetyCheck._base_manager.filter(kind="measure").count() == 1


def test_taking_a_danger_answer_back_leaves_the_alert_as_it_is(asking: Asking, sam: Cast) -> None:
    actions.save_draft(asking=asking, answers={"item_9": 2}, by=sam.reader, at=NOON)
    actions.save_draft(asking=asking, answers={"item_9": 0}, by=sam.reader, at=NOON)
    record(asking, sam.reader, ALL_ZERO)
    assert Alert._base_manager.get(rule="phq9_self_harm@1").closed_at is None


def test_draft_is_the_respondents_alone(asking: Asking, sam: Cast, asha: Cast) -> None:
    actions.save_draft(asking=asking, answers={"item_1": 2}, by=sam.reader, at=NOON)
    fresh = Asking._base_manager.get(pk=asking.pk)
    assert queries.draft_of(fresh, seen_by=sam.reader) == {"item_1": 2}
    assert queries.draft_of(fresh, seen_by=asha.reader) == {}


# -- once --------------------------------------------------------------------------------------


def test_same_submission_again_gives_the_first_result(asking: Asking, sam: Cast) -> None:
    first = record(asking, sam.reader, DANGER)
    before = everything()
    second = record(asking, sam.reader, {**DANGER, "item_1": 3})
    assert (second.response, second.alerts) == (first.response, first.alerts)
    assert everything() == before


def test_another_submission_of_an_answered_form_is_refused(asking: Asking, sam: Cast) -> None:
    record(asking, sam.reader, ALL_ZERO)
    with pytest.raises(actions.Answered):
        record(asking, sam.reader, ALL_ZERO, submission="second")


def test_expired_form_takes_nothing_more(asking: Asking, sam: Cast) -> None:
    late = NOON + timedelta(days=14)
    for take in (
        lambda: actions.save_draft(asking=asking, answers={"item_1": 1}, by=sam.reader, at=late),
        lambda: actions.decline(asking=asking, by=sam.reader, at=late),
    ):
        with pytest.raises(actions.Expired):
            take()


# -- who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["bo", "noor", "teo", "grace"])
def test_nobody_else_answers_or_reads_what_the_person_was_asked(
    asking: Asking, world: World, sam: Cast, who: str
) -> None:
    other = getattr(world, who).reader
    with pytest.raises(NotAllowed):
        record(asking, other, ALL_ZERO)
    record(asking, sam.reader, ALL_ZERO)
    assert not queries.askings(seen_by=other).filter(pk=asking.pk).exists()
    assert not queries.responses(seen_by=other).exists()


def test_member_reads_their_own_answers_and_the_person_does_not(
    world: World, sam: Cast, noor: Cast
) -> None:
    asking = ask(world, "gad7", about=noor.person, respondent=noor.person)
    record(asking, noor.reader, {f"item_{n}": 1 for n in range(1, 8)})
    assert queries.responses(seen_by=noor.reader).count() == 1
    for other in (sam, world.teo, world.bo):
        assert not queries.responses(seen_by=other.reader).exists()


# -- private links -----------------------------------------------------------------------------


def test_link_opens_one_asking_and_nothing_else(asking: Asking, world: World, asha: Cast) -> None:
    other = ask(world, "gad7")
    reader = reader_for_link(
        actions.hand_over(asking=asking, by=asha.reader, at=NOON), "answer", NOON
    )
    assert list(queries.askings(seen_by=reader)) == [asking]
    with pytest.raises(NotAllowed):
        record(other, reader, {"item_1": 1})
    assert not queries.responses(seen_by=reader).exists()


def test_mail_with_a_link_tells_nothing_and_waits_for_the_safe_hours(
    asking: Asking, world: World, asha: Cast
) -> None:
    contact = contact_of(world, safe_from=time(18), safe_to=time(20))
    due = actions.send_link(asking=asking, to=contact, by=asha.reader, at=NOON)
    message = Message._base_manager.get(about=f"asking:{asking.pk}")
    said = f"{message.subject} {message.body}"
    assert due == message.due_at == NOON.replace(hour=18)
    assert "/l/" in message.body
    for word in ("Sam", "PHQ", "question", "Lothian", "health", "Asha", "answer"):
        assert word.lower() not in said.lower()


def test_link_is_not_mailed_to_anybody_elses_address(
    asking: Asking, world: World, asha: Cast
) -> None:
    theirs = people.add_contact(
        person=world.noor.person,
        circle=world.circle,
        value="n@example.org",
        by=asha.reader,
        at=NOON,
    )
    with pytest.raises(actions.NotTheirAddress):
        actions.send_link(asking=asking, to=theirs, by=asha.reader, at=NOON)


def test_queued_link_is_withheld_once_it_is_no_longer_right(
    asking: Asking, world: World, sam: Cast, asha: Cast
) -> None:
    actions.send_link(asking=asking, to=contact_of(world), by=asha.reader, at=NOON)
    message = Message._base_manager.get(about=f"asking:{asking.pk}")
    is_right = guards.get(message.kind)
    assert is_right(message, NOON)
    assert not is_right(message, NOON + timedelta(days=14))
    record(asking, sam.reader, ALL_ZERO)
    assert not is_right(message, NOON)


def test_queued_link_of_somebody_who_left_is_withheld(world: World, asha: Cast) -> None:
    noor = world.noor
    asking = ask(world, "gad7", about=noor.person, respondent=noor.person)
    way = people.add_contact(
        person=noor.person, circle=world.circle, value="n@example.org", by=asha.reader, at=NOON
    )
    message = SimpleNamespace(about=f"asking:{asking.pk}", address=way.value)
    is_right = guards.get("measures.answer_link")
    assert is_right(message, NOON)
    access.end_membership(member=noor.member, because="left", by=asha.reader, at=NOON)
    assert not is_right(message, NOON)


def contact_of(world: World, **hours: Any) -> ContactPoint:
    return people.add_contact(
        person=world.sam,
        circle=world.circle,
        value="sam@example.org",
        by=world.asha.reader,
        at=NOON,
        **hours,
    )


# -- rules -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ((None, None), 12),
        ((time(9), time(17)), 12),
        ((time(18), time(20)), 18),
        ((time(8), time(10)), 32),
        ((time(22), time(6)), 22),
        ((time(11), time(2)), 12),
    ],
)
def test_message_waits_for_the_next_safe_hour(hours: Any, expected: int) -> None:
    due = rules.next_safe(NOON, "Europe/London", *hours)
    assert due == NOON.replace(hour=0) + timedelta(hours=expected)


def test_safe_hours_are_wall_time_in_summer_too() -> None:
    july = NOON.replace(month=7)  # 13:00 in London
    assert rules.next_safe(july, "Europe/London", time(18), time(20)).hour == 17


@pytest.mark.parametrize("days", [0, -1, 91, 10**6])
def test_asking_lasts_one_to_ninety_days(world: World, sam: Cast, days: int) -> None:
    with pytest.raises(actions.TooLong):
        ask(world, "phq9", days=days)


# -- screens, totals and what is left open -------------------------------------------------------


def test_refused_question_of_a_screen_is_an_alert_and_a_task(world: World, asha: Cast) -> None:
    screen = ask(world, "asq")

    recorded = record(
        screen,
        asha.reader,
        {"item_1": 0, "item_2": 0, "item_3": None, "item_4": 0, "item_5": None},
    )

    assert recorded.response.result == "acute_until_decided"
    assert [(each.rule, each.level) for each in recorded.alerts] == [
        ("asq_item_5_unanswered@1", "B")  # the more urgent of two
    ]
    assert recorded.blank_critical == ("item_3", "item_5")


def test_negative_screen_leaves_its_last_question_unasked_and_makes_no_task(
    world: World, asha: Cast
) -> None:
    recorded = record(ask(world, "asq"), asha.reader, {f"item_{n}": 0 for n in range(1, 5)})

    assert recorded.response.result == "negative"
    assert (recorded.alerts, recorded.blank_critical) == ((), ())


def test_screen_is_begun_without_an_alert_for_what_is_still_to_come(
    world: World, asha: Cast
) -> None:
    screen = ask(world, "asq")

    drafted = actions.save_draft(asking=screen, answers={"item_1": 0}, by=asha.reader, at=NOON)

    assert drafted.alerts == ()


def test_danger_of_a_sum_is_raised_by_what_was_answered(world: World, asha: Cast) -> None:
    given = dict.fromkeys([f"item_{n}" for n in range(1, 11)])

    recorded = record(
        ask(world, "ciwa_ar"),
        asha.reader,
        {**given, "item_1": 5, "item_2": 5, "item_3": 5},
    )

    assert recorded.response.scores == {"total": None}
    assert [(each.rule, each.level) for each in recorded.alerts] == [("ciwa_ar_severe@1", "A")]


def test_total_of_a_form_of_ones_own_is_labelled_and_its_danger_items_are_asked_for(
    world: World, asha: Cast
) -> None:
    form = ask(world, "epds")
    given: dict[str, Any] = {"asking": form, "form_version": "paper 1987", "submission": "first"}

    recorded = actions.record_totals(totals={"total": 14}, by=asha.reader, at=NOON, **given)
    again = actions.record_totals(totals={"total": 14}, by=asha.reader, at=NOON, **given)

    row = recorded.response
    assert (row.entered_as_total, row.answers, row.scores) == (True, {}, {"total": 14})
    assert (row.caseness, row.details) == (True, {"form_version": "paper 1987"})
    assert recorded.blank_critical == ("item_10",)
    assert again.response.pk == row.pk


def test_total_the_score_cannot_have_is_refused_and_nothing_is_kept(
    world: World, asha: Cast
) -> None:
    form = ask(world, "moca")

    for totals in ({"total": 31}, {"sum": 3}, {}):
        with pytest.raises(actions.InvalidTotals):
            actions.record_totals(
                asking=form,
                totals=totals,
                form_version="8.1",
                submission="first",
                by=asha.reader,
                at=NOON,
            )

    assert Response._base_manager.count() == 0


@pytest.mark.parametrize("instrument", ["asq", "ciwa_ar", "csdd", "wsas", "moca"])
def test_form_that_a_person_must_ask_is_never_sent_nor_found_by_the_person(
    world: World, sam: Cast, asha: Cast, instrument: str
) -> None:
    form = ask(world, instrument)

    with pytest.raises(actions.NotForALink):
        actions.hand_over(asking=form, by=asha.reader, at=NOON)
    assert not queries.due(seen_by=sam.reader, at=NOON).exists()


@pytest.mark.parametrize(
    ("instrument", "answers", "level"),
    [
        ("c_ssrs_screen", {"item_2": 1}, "D"),  # its rule wants the worse ones to be no or blank
        ("c_ssrs_screen", {"item_2": 0}, None),
        ("phq9", {"item_9": 1}, "C"),
        ("asq", {"item_1": 0}, None),  # a form that was refused is danger; one page of it is not
        ("asq", {"item_2": 1}, "C"),
        ("asq", {"item_5": 1}, "B"),
        ("c_ssrs_screen", {"item_3": 1}, "C"),
    ],
)
def test_an_answer_left_alone_or_late_raises_what_it_shows_and_nothing_its_blanks_would(
    world: World, sam: Cast, instrument: str, answers: dict[str, int], level: str | None
) -> None:
    """Nobody knows that a form will be gone on with, and what was said may not wait for it."""
    begun, over = ask(world, instrument), ask(world, instrument, about=world.noor.person)
    drafted = actions.save_draft(asking=begun, answers=answers, by=sam.reader, at=NOON)
    late_ones = late.raise_late(asking=over, answers=answers, by=sam.reader, at=NOON)
    for raised in (drafted.alerts, late_ones):
        assert [alert.level for alert in raised] == ([level] if level else [])
