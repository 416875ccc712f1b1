"""Care in and after a crisis: it ends in a level by a person, a name that accepts, and dates."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from alongside import catalogue
from alongside.cases import actions as cases
from alongside.crisis import actions as crisis
from alongside.crisis import care, escalation
from alongside.crisis.models import Alert, AlertEvent, CareForm, FollowUp, HandOver
from alongside.records.errors import NotAllowed
from alongside.tasks import actions as tasks
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import Cast, World

CLOSED = {
    "triage_code": "C",
    "assessment_note": "Calm again.",
    "safety_plan_or_transfer": "safety_plan",
    "means_safety": "none_needed",
    "means_safety_note": "Nothing in the house.",
    "next_contact_at": "2026-03-04T10:00",
    "named_person": "Asha Raman",
}
PLAN = {"thoughts": "most_days", "plan": "clear", "intent": "no", "words": "He lost his job."}


@pytest.fixture
def alert(world: World, sam: Cast) -> Alert:
    return crisis.raise_by_staff(
        level="C", seen="He says goodbye.", circle=world.circle,
        institution=world.institution.pk, by=world.asha.reader, at=NOON,
    )  # fmt: skip


def assess(world: World, alert: Alert, level: str = "B", by: Any = None, **more: Any) -> CareForm:
    given = {"answers": PLAN, **more}
    return care.assess(
        alert=alert, level=level, by=by or world.asha.reader, at=world.moment, **given
    )


def close(world: World, alert: Alert, outcome: str = "reached_safe", **fields: Any) -> Alert:
    given = fields or CLOSED
    return crisis.close_alert(
        alert=alert, outcome=outcome, fields=given, by=world.hana.reader, at=world.moment
    )


def due(**of: Any) -> dict[str, Any]:
    rows = FollowUp._base_manager.filter(**of).order_by("due_at")
    return {row.step: row.due_at - NOON for row in rows}


# -- the guided assessment ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({}, ""),
        ({"happening": "no", "thoughts": "none", "plan": "no", "intent": "no"}, ""),
        ({"thoughts": "passing"}, "C"),
        ({"thoughts": "passing", "plan": "clear"}, "B"),
        ({"happening": "yes", "thoughts": "none"}, "A"),
        ({"drink": "withdrawal"}, "A"),
        ({"drink": "drunk"}, "C"),
        ({"plan": "vague", "intent": "unsure", "around": "somebody"}, "C"),
        ({"plan": "vague", "intent": "unsure", "around": "alone"}, "B"),
    ],
)
def test_answers_say_how_urgent_at_least_and_add_nothing_up(
    answers: dict[str, str], level: str
) -> None:
    assert catalogue.current().crisis_form("assessment").calls_for(answers)[0] == level


def test_an_assessment_is_kept_with_its_level_and_a_more_urgent_one_raises_at_once(
    world: World, alert: Alert
) -> None:
    row = assess(world, alert)
    assert (row.level, json.loads(row.answers)["plan"]) == ("B", "clear")
    newer = Alert._base_manager.exclude(pk=alert.pk).get()
    assert (newer.level, newer.circle_id) == ("B", world.circle.pk)
    found = Alert._base_manager.get(pk=alert.pk)
    assert (found.level, found.engaged_at) == ("C", NOON)
    assert care.last_assessment(alert, seen_by=world.asha.reader) == row


def test_less_urgent_than_the_answers_call_for_needs_a_reason(world: World, alert: Alert) -> None:
    with pytest.raises(care.NeedsReason) as refused:
        assess(world, alert, "D")
    assert (refused.value.level, refused.value.because) == ("B", ("plan",))
    row = assess(world, alert, "D", reason="His sister is with him and has the tablets.")
    assert row.level == "D"
    assert Alert._base_manager.get().level == "C"  # nothing about the alert is lowered


def test_an_assessment_takes_answers_of_the_form_and_nothing_else(
    world: World, alert: Alert
) -> None:
    with pytest.raises(care.UnknownAnswer):
        assess(world, alert, answers={"plan": "perhaps"})
    with pytest.raises(care.UnknownAnswer):
        assess(world, alert, answers={"score": "7"})
    with pytest.raises(care.NothingWritten):
        assess(world, alert, answers={"plan": None, "words": " "})
    with pytest.raises(crisis.UnknownLevel):
        assess(world, alert, "H")
    for other in (world.bo, world.noor, world.sam_account):
        with pytest.raises(NotAllowed):
            assess(world, alert, by=other.reader)
    close(world, alert)
    with pytest.raises(crisis.AlreadyClosed):
        assess(world, alert)


def test_the_person_and_the_circle_never_read_an_assessment(world: World, alert: Alert) -> None:
    assess(world, alert)
    for other in (world.sam_account, world.noor, world.teo, world.bo):
        assert not care.forms(alert, seen_by=other.reader).exists()
    assert care.forms(alert, seen_by=world.hana.reader).exists()


# -- the warm hand-over ---------------------------------------------------------------------------


def hand(world: World, alert: Alert) -> HandOver:
    return care.hand_over(
        alert=alert, to=world.asha.account, note="He is at his sister's until six.",
        by=world.hana.reader, at=NOON,
    )  # fmt: skip


def test_until_the_named_colleague_accepts_the_giver_has_it(world: World, alert: Alert) -> None:
    crisis.acknowledge(alert=alert, by=world.hana.reader, at=NOON)
    given = hand(world, alert)
    assert Alert._base_manager.get().acknowledged_by == world.hana.account
    with pytest.raises(care.NotToYou):
        care.accept(hand=given, by=world.hana.reader, at=NOON)
    care.accept(hand=given, by=world.asha.reader, at=NOON)
    assert Alert._base_manager.get().acknowledged_by == world.asha.account
    kinds = list(AlertEvent._base_manager.filter(alert=alert).values_list("kind", flat=True))
    assert {"handed_on", "hand_over_accepted"} <= set(kinds)
    assert Task._base_manager.get(kind="hand_over").done_at == NOON
    with pytest.raises(care.OverAlready):
        care.accept(hand=given, by=world.asha.reader, at=NOON)


def test_a_hand_over_is_spoken_and_to_a_colleague(world: World, alert: Alert) -> None:
    given: dict[str, Any] = {"alert": alert, "by": world.hana.reader, "at": NOON}
    with pytest.raises(care.NothingWritten):
        care.hand_over(to=world.asha.account, note=" ", **given)
    for nobody in (world.hana.account, world.noor.account):
        with pytest.raises(care.NotAColleague):
            care.hand_over(to=nobody, note="Spoken.", **given)


def test_a_hand_over_nobody_accepts_goes_back_to_who_gave_it(world: World, alert: Alert) -> None:
    crisis.acknowledge(alert=alert, by=world.hana.reader, at=NOON)
    given = hand(world, alert)
    assert escalation.chase_care(by=world.system, at=NOON + timedelta(minutes=29)) == 0
    late = NOON + timedelta(minutes=31)
    assert escalation.chase_care(by=world.system, at=late) == 1
    assert escalation.chase_care(by=world.system, at=late) == 0
    assert Task._base_manager.get(kind="hand_over_not_taken").for_account == world.hana.account
    care.take_back(hand=given, by=world.hana.reader, at=late)
    with pytest.raises(care.OverAlready):
        care.accept(hand=given, by=world.asha.reader, at=late)


# -- after a crisis -------------------------------------------------------------------------------


def test_closing_makes_the_contacts_and_the_review_once_each_with_a_task(
    world: World, alert: Alert
) -> None:
    close(world, alert)
    assert due() == {
        "call_72h": timedelta(hours=72),
        "review": timedelta(days=7),
        "day_7": timedelta(days=8),
        "day_30": timedelta(days=33),
        "day_90": timedelta(days=94),
    }
    kinds = Task._base_manager.filter(circle=world.circle, for_role="lead").values_list("kind")
    assert sorted(kind for (kind,) in kinds if kind in {"follow_up", "crisis_review"}) == [
        "crisis_review", *["follow_up"] * 4,
    ]  # fmt: skip
    for task in Task._base_manager.filter(circle=world.circle, done_at=None, for_role="lead"):
        with pytest.raises(tasks.EndsByItsAct):
            tasks.do_task(task=task, by=world.asha.reader, at=NOON)
    crisis.reopen(alert=Alert._base_manager.get(), because="danger_again", by=world.system, at=NOON)
    close(world, Alert._base_manager.get())
    assert FollowUp._base_manager.count() == 5


@pytest.mark.parametrize(
    ("said", "hours"),
    [("2026-03-02T17:30+00:00", 5.5), ("2026-03-04T09:00+00:00", 45), ("2026-03-20T09:00", 72),
     ("2026-03-20T09:00+00:00", 72), ("this evening", 72)],
)  # fmt: skip
def test_the_first_call_is_due_at_the_moment_that_was_promised_and_chased_as_before(
    world: World, alert: Alert, said: str, hours: float
) -> None:
    close(world, alert, **{**CLOSED, "next_contact_at": said})
    row = FollowUp._base_manager.get(step="call_72h")
    task = Task._base_manager.get(about=f"followup:{row.pk}")
    assert task.due_at == NOON + timedelta(hours=hours)
    assert row.due_at == NOON + timedelta(hours=72)
    assert row.from_at == (task.due_at if hours < 72 else NOON + timedelta(hours=24))


def test_whoever_hands_on_what_nobody_has_has_it_until_it_is_accepted(
    world: World, alert: Alert
) -> None:
    given = hand(world, alert)
    assert Alert._base_manager.get().acknowledged_by == world.hana.account
    again = Alert._base_manager.get()
    for to in (world.hana.account, world.ifeoma.account):  # who has it, and who hands it on
        assert to not in care.colleagues(again, seen_by=world.ifeoma.reader, at=NOON)
        with pytest.raises(care.NotAColleague):
            care.hand_over(alert=again, to=to, note="Spoken.", by=world.ifeoma.reader, at=NOON)
    assert care.handed_to_me(again, seen_by=world.asha.reader) == given
    assert care.handed_to_me(again, seen_by=world.hana.reader) is None


def test_after_an_a_the_review_is_within_three_days_and_no_danger_needs_nothing(
    world: World, sam: Cast
) -> None:
    raised = [
        crisis.raise_by_staff(
            level=level, seen="x", circle=world.circle, institution=world.institution.pk,
            by=world.asha.reader, at=NOON,
        )
        for level in ("C", "A")
    ]  # fmt: skip
    close(world, raised[0], "raised_in_error", named_person="Hana", reason="A mistake.")
    assert due() == {}
    close(world, raised[1])
    assert due()["review"] == timedelta(hours=72)


def test_a_missed_call_and_a_missed_review_raise_an_alert_the_others_go_to_a_supervisor(
    world: World, alert: Alert
) -> None:
    close(world, alert)
    world.at(NOON + timedelta(hours=73))
    assert escalation.chase_care(by=world.system, at=world.moment) == 1
    assert escalation.chase_care(by=world.system, at=world.moment) == 0
    missed = Alert._base_manager.exclude(pk=alert.pk).get()
    assert (missed.level, missed.rule) == ("B", "no_contact_after_discharge@1")
    world.at(NOON + timedelta(days=9))
    escalation.chase_care(by=world.system, at=world.moment)
    events = AlertEvent._base_manager.filter(kind="raised_again", alert=missed)
    assert "missed_crisis_review@1" in events.get().note
    assert Task._base_manager.get(kind="follow_up_missed").for_role == "supervisor"


def test_a_try_keeps_it_open_a_no_ends_the_contacts_and_not_the_review(
    world: World, alert: Alert
) -> None:
    close(world, alert)
    call = FollowUp._base_manager.get(step="call_72h")
    by = {"by": world.asha.reader, "at": NOON}
    care.record_follow_up(row=call, outcome="not_reached", note="No answer.", **by)
    assert [each["note"] for each in care.tries_of(call)] == ["No answer."]
    assert call.done_at is None
    with pytest.raises(care.NothingWritten):
        care.record_follow_up(row=call, outcome="every_way_tried", **by)
    care.record_follow_up(row=call, outcome="declined", note="He asks for none.", **by)
    open_ones = FollowUp._base_manager.filter(done_at=None)
    assert [row.step for row in open_ones] == ["review"]
    assert (
        Task._base_manager.get(about__startswith="followup:", done_at=None).kind == "crisis_review"
    )
    with pytest.raises(care.OverAlready):
        care.record_follow_up(row=call, outcome="reached", **by)
    for other in (world.bo, world.noor, world.sam_account):
        with pytest.raises(NotAllowed):
            care.record_follow_up(row=open_ones[0], outcome="reached", by=other.reader, at=NOON)


def test_what_is_not_needed_any_more_ends_with_a_reason_and_with_the_death_of_the_person(
    world: World, alert: Alert
) -> None:
    close(world, alert)
    call = FollowUp._base_manager.get(step="call_72h")
    given: dict[str, Any] = {"row": call, "outcome": "moot", "by": world.asha.reader, "at": NOON}
    with pytest.raises(care.NothingWritten):
        care.record_follow_up(note=" ", **given)
    care.record_follow_up(note="He moved; the team there calls.", **given)
    assert not FollowUp._base_manager.filter(done_at=None).exists()
    assert not Task._base_manager.filter(about__startswith="followup:", done_at=None).exists()

    FollowUp._base_manager.update(done_at=None, outcome="")
    escalation.tidy_once(at=NOON)
    assert FollowUp._base_manager.filter(done_at=None).count() == 5
    cases.close_case(
        case=world.case, outcome="deceased", words="He died at home, of his heart.",
        version=world.case.version, by=world.asha.reader, at=NOON,
    )  # fmt: skip
    escalation.tidy_once(at=NOON)
    assert set(FollowUp._base_manager.values_list("outcome", flat=True)) == {"moot"}


def test_a_death_ends_what_was_still_due(world: World, alert: Alert) -> None:
    close(world, alert)
    second = crisis.raise_by_staff(
        level="A", seen="x", circle=world.circle, institution=world.institution.pk,
        by=world.asha.reader, at=NOON,
    )  # fmt: skip
    close(world, second, "deceased", named_person="Hana Kobayashi", reason="Told by the police.")
    assert not FollowUp._base_manager.filter(done_at=None).exists()


def test_the_review_is_held_after_closing_and_ends_its_date(world: World, alert: Alert) -> None:
    answers = {"plan_used": "partly", "helped": "His sister came."}
    given: dict[str, Any] = {"alert": alert, "answers": answers, "by": world.asha.reader}
    with pytest.raises(crisis.NotClosed):
        care.review(at=NOON, **given)
    close(world, alert)
    given["alert"] = Alert._base_manager.get(pk=alert.pk)
    care.review(at=NOON, **given)
    assert FollowUp._base_manager.get(step="review").outcome == "reached"


def test_a_debrief_is_for_oneself_and_ones_supervisor(world: World, sam: Cast) -> None:
    alert = crisis.raise_by_staff(
        level="B", seen="x", circle=world.circle, institution=world.institution.pk,
        by=world.asha.reader, at=NOON,
    )  # fmt: skip
    crisis.acknowledge(alert=alert, by=world.asha.reader, at=NOON)
    close(world, Alert._base_manager.get(pk=alert.pk))
    task = Task._base_manager.get(kind="debrief")
    assert task.for_account == world.asha.account
    words = {"how": "need", "stays": "His voice."}
    row = care.debrief(alert=alert, answers=words, by=world.asha.reader, at=NOON)
    assert Task._base_manager.get(pk=task.pk).done_at == NOON
    talk = Task._base_manager.get(kind="debrief_talk")
    assert "voice" not in talk.what + talk.why

    def reads(who: Cast) -> bool:
        return care.forms(alert, seen_by=who.reader).filter(pk=row.pk).exists()

    assert reads(world.asha)
    assert reads(world.ifeoma)
    assert not any(map(reads, (world.hana, world.bo, world.grace, world.sam_account, world.noor)))
    with pytest.raises(NotAllowed):
        care.debrief(alert=alert, answers=words, by=world.bo.reader, at=NOON)
