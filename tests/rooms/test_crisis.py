"""Danger: what is found is told, climbs until somebody has it, and is closed by people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from alongside import catalogue
from alongside.access import actions as access
from alongside.access.models import Relationship
from alongside.cases.models import Concern
from alongside.crisis import (
    actions,
    escalation,
    public,
    queries,
    rules,
    second_look,
    telling,
    triage,
    worries,
)
from alongside.crisis.models import Alert, AlertEvent, SafetyCheck, Shift
from alongside.engine.risk import RiskFinding
from alongside.notify import dispatcher
from alongside.notify.models import Message
from alongside.records.errors import NotAllowed
from alongside.records.models import AuditEvent
from alongside.records.scoped import writing
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.fakes.transports import Recording, Refusing

MINUTE = timedelta(minutes=1)
wall = datetime.fromisoformat  # what the clock on the wall shows, whatever its zone
HANA, GRACE, FALLBACK = "hana@example.org", "grace@example.org", "fallback@example.org"


@pytest.fixture(autouse=True)
def a_dispatcher_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """No web process has to stand in; tests/rooms/test_notify.py has that."""
    monkeypatch.setattr(dispatcher, "stand_in", lambda **given: False)


def worry(house, question="badly_hurt", answer="yes", *, concern_id=None, submission=None, at=NOON):
    return actions.take_worry(
        service=house.service,
        path="today",
        question=question,
        answer=answer,
        submission=submission or uuid4().hex,
        concern_id=concern_id or uuid4(),
        by=house.system,
        at=at,
    )


def alert_of(taken) -> Alert:
    (alert,) = taken.alerts
    return fresh(alert)


def fresh(alert: Alert) -> Alert:
    return Alert.objects.unscoped("a test").get(pk=alert.pk)


def sent_to(alert: Alert) -> list[str]:
    rows = Message.objects.unscoped("a test").filter(about=f"alert:{alert.pk}")
    return [message.address for message in rows.order_by("created_at", "key")]


def events(alert: Alert) -> list[str]:
    rows = AlertEvent.objects.unscoped("a test").filter(alert=alert)
    return [event.kind for event in rows.order_by("at")]


def climb_to(moment, set_clock):
    set_clock(moment)
    return escalation.run_once(at=moment)


# -- E1: all or nothing ---------------------------------------------------------------------------


def test_a_danger_answer_keeps_the_worry_its_check_its_alert_and_its_message_together(house):
    taken = worry(house)
    alert = alert_of(taken)
    assert (alert.level, alert.rule) == ("B", "intake_badly_hurt@1")
    assert alert.because == "badly_hurt = yes"
    assert alert.concern_id == taken.concern.pk
    assert (alert.state, alert.step, alert.next_step_at) == ("open", 1, NOON + 5 * MINUTE)
    check = SafetyCheck.objects.unscoped("a test").get(concern=taken.concern)
    assert check.findings == [
        {"rule": "intake_badly_hurt@1", "level": "B", "because": "badly_hurt = yes"}
    ]
    assert sent_to(alert) == [HANA]
    words = set(AuditEvent.objects.values_list("word", flat=True))
    assert {"crisis.alert_raised", "crisis.safety_check_recorded", "notify.message_queued"} <= words


def test_when_one_of_them_cannot_be_kept_none_of_them_is(house, monkeypatch):
    def broken(**given):
        raise IntegrityError("the outbox is full")

    monkeypatch.setattr(telling.notify, "queue", broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        worry(house)
    assert not Concern.objects.unscoped("a test").exists()
    assert not Alert.objects.unscoped("a test").exists()


def test_one_who_cannot_be_written_to_keeps_it_from_nobody_else(house, at, monkeypatch):
    queue = telling.notify.queue
    lost = {HANA}

    def fails_for_some(*, address, **given):
        if address in lost:
            raise IntegrityError("it does not fit")
        return queue(address=address, **given)

    monkeypatch.setattr(telling.notify, "queue", fails_for_some)
    both = alert_of(worry(house, "weapon_or_violence", "now"))
    assert sent_to(both) == [GRACE]
    alone = alert_of(worry(house, concern_id=uuid4()))  # only Hana would hear: the stand-ins do
    assert GRACE in sent_to(alone)
    for alert in (both, alone):
        assert "not_told" in events(alert)
        assert fresh(alert).next_step_at == NOON  # the next ones need not wait for her
    lost.add(GRACE)
    climb_to(NOON + MINUTE, at)
    assert fresh(both).step > 1  # one that reaches nobody goes on to the next


def test_the_same_submission_again_gives_the_first_result(house):
    concern_id, submission = uuid4(), uuid4().hex
    first = worry(house, concern_id=concern_id, submission=submission)
    second = worry(house, concern_id=concern_id, submission=submission)
    assert (first.is_new, second.is_new) == (True, False)
    assert [a.pk for a in second.alerts] == [a.pk for a in first.alerts]
    assert Alert.objects.unscoped("a test").count() == 1
    assert sent_to(first.alerts[0]) == [HANA]


def test_no_and_a_skip_are_kept_in_the_draft_alone_and_die_after_a_day(house, at):
    no, skipped = worry(house, answer="no"), worry(house, answer=None)
    assert not no.is_danger
    assert not skipped.is_danger
    assert no.concern.dies_at == NOON + timedelta(hours=24)
    climb_to(NOON + timedelta(hours=23, minutes=59), at)
    assert Concern.objects.unscoped("a test").count() == 2
    climb_to(NOON + timedelta(hours=24), at)
    assert Concern.objects.unscoped("a test").count() == 0


def test_a_draft_with_danger_in_it_does_not_die(house, at):
    taken = worry(house, answer="unsure")  # the level with the fewest steps to make up for
    assert taken.is_danger
    climb_to(NOON + 2 * worries.DRAFT_LIVES, at)
    assert Concern.objects.unscoped("a test").filter(pk=taken.concern.pk).exists()


@pytest.mark.parametrize(
    ("question", "answer", "level"),
    [
        (question.id, answer.id, answer.level)
        for question in catalogue.current().danger.intake.questions
        for answer in question.answers
    ],
)
def test_each_public_answer_raises_the_level_that_is_written_for_it(house, question, answer, level):
    taken = worry(house, question, answer)
    assert [alert.level for alert in taken.alerts] == ([level] if level else [])


@pytest.mark.parametrize("answer", ["maybe", "YES", "yes ", "'; drop table", "\x00", "no\u202e"])
def test_an_answer_that_is_none_of_them_is_refused(house, answer):
    with pytest.raises(actions.UnknownQuestion):
        worry(house, answer=answer)


# -- 3.3: a new danger answer while there is an alert ---------------------------------------------


def test_a_more_urgent_answer_is_a_new_alert(house):
    first = worry(house, answer="unsure")
    second = worry(house, "weapon_or_violence", "now", concern_id=first.concern.pk)
    assert alert_of(second).level == "A"
    assert alert_of(second).pk != alert_of(first).pk


def test_the_same_or_a_less_urgent_answer_is_added_to_the_open_alert(house):
    first = worry(house, answer="yes")
    second = worry(house, "talk_of_dying", "talk", concern_id=first.concern.pk)
    assert alert_of(second).pk == alert_of(first).pk
    assert "raised_again" in events(alert_of(first))
    assert sent_to(alert_of(first)) == [HANA]


def test_the_same_code_is_sent_again_when_the_last_message_is_over_ten_minutes_old(house):
    first = worry(house, answer="yes")
    early = NOON + timedelta(minutes=10)
    worry(house, "talk_of_dying", "plan_or_means", concern_id=first.concern.pk, at=early)
    assert sent_to(alert_of(first)) == [HANA]
    late = NOON + timedelta(minutes=11)
    worry(house, "badly_hurt", "yes", concern_id=first.concern.pk, at=late)
    assert sent_to(alert_of(first)) == [HANA, HANA]


def test_a_new_danger_answer_opens_a_closed_alert_again(house):
    taken = worry(house)
    actions.close_alert(alert=alert_of(taken), outcome="no_way_to_reach", by=hana(house), at=NOON)
    later = NOON + timedelta(hours=1)
    worry(house, concern_id=taken.concern.pk, at=later)
    alert = alert_of(taken)
    assert (alert.state, alert.outcome, alert.step) == ("open", "", 1)
    assert sent_to(alert) == [HANA, HANA]
    assert alert.next_step_at == later + 5 * MINUTE


def test_a_skip_afterwards_never_cancels_an_alert(house):
    taken = worry(house)
    worry(house, answer="no", concern_id=taken.concern.pk)
    worry(house, answer=None, concern_id=taken.concern.pk)
    assert alert_of(taken).state == "open"


def test_two_people_of_one_circle_have_alerts_of_their_own(world, noor):
    finding = RiskFinding("carer_unsafe@1", "C", "item_3 = 2, at most 5", "item_3")
    one = actions.raise_alerts(
        findings=[finding], circle=world.circle, about=world.sam, by=world.system, at=NOON
    )
    other = actions.raise_alerts(
        findings=[finding], circle=world.circle, about=noor.person, by=world.system, at=NOON
    )
    assert one[0].pk != other[0].pk


# -- 3.2: steps -----------------------------------------------------------------------------------


def hana(house):
    return house.hana.reader


def expected_steps(level: str) -> list[int]:
    held = catalogue.current().danger.levels[level]
    minutes = [int(step.after.total_seconds() // 60) for step in held.steps]
    every = int(held.then_every.total_seconds() // 60)
    return minutes + [minutes[-1] + every * n for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("question", "answer"),
    [("weapon_or_violence", "now"), ("badly_hurt", "yes"), ("badly_hurt", "unsure")],
    ids=["A", "B", "C"],
)
def test_an_alert_nobody_has_climbs_at_the_minute_of_each_step_and_goes_on(
    house, at, question, answer
):
    alert = alert_of(worry(house, question, answer))
    for step, minute in enumerate(expected_steps(alert.level), start=2):
        climb_to(NOON + minute * MINUTE - timedelta(seconds=1), at)
        assert fresh(alert).step == step - 1
        climb_to(NOON + minute * MINUTE, at)
        assert fresh(alert).step == step
        assert len(sent_to(alert)) > step - 1


def test_an_emergency_tells_on_call_and_manager_at_once(house):
    alert = alert_of(worry(house, "weapon_or_violence", "now"))
    assert sorted(sent_to(alert)) == [GRACE, HANA]


def test_after_a_night_without_power_every_step_is_made_up_for(house, at):
    alert = alert_of(worry(house))
    climb_to(NOON + timedelta(hours=8), at)
    steps = [e for e in events(alert) if e == "escalated"]
    assert len(steps) == fresh(alert).step - 1 == 4 + (8 * 60 - 40) // 5
    assert fresh(alert).next_step_at > NOON + timedelta(hours=8)
    transport = Recording()
    dispatcher.send_due(transport=transport, at=NOON + timedelta(hours=8))
    assert len(transport.to(GRACE)) <= 2  # of those steps; each is a row that was sent
    rows = Message.objects.unscoped("a test").filter(about=f"alert:{alert.pk}")
    assert rows.filter(address__isnull=False, sent_at=None, withheld_at=None).count() == 0
    assert rows.filter(account=house.grace.account, sent_at__isnull=False).count() > 80


def test_an_alert_that_cannot_move_holds_up_no_other(house, at, monkeypatch):
    broken = alert_of(worry(house))
    other = alert_of(worry(house, at=NOON + timedelta(seconds=1)))  # its turn comes after
    climb = telling.climb

    def fails_for_one(*, alert, **given):
        if alert.pk == broken.pk:
            raise RuntimeError("what it needs cannot be read")
        return climb(alert=alert, **given)

    monkeypatch.setattr(telling, "climb", fails_for_one)
    climb_to(NOON + 6 * MINUTE, at)
    assert (fresh(broken).step, fresh(other).step) == (1, 2)
    monkeypatch.setattr(telling, "climb", climb)
    climb_to(NOON + 7 * MINUTE, at)
    assert fresh(broken).step > 1


def test_a_guard_that_fails_withholds_nothing(house, monkeypatch):
    alert = alert_of(worry(house))
    mail = Recording()

    def fails(message, at):
        raise KeyError("a word of content")

    monkeypatch.setattr(dispatcher.guards, "get", lambda kind: fails)
    with pytest.raises(KeyError):
        dispatcher.send_next(transport=mail, at=NOON)
    rows = Message.objects.unscoped("a test").filter(about=f"alert:{alert.pk}")
    assert [row.withheld_at for row in rows] == [None]


def test_a_clock_that_jumps_back_undoes_no_step_and_one_that_stands_still_adds_none(house, at):
    alert = alert_of(worry(house))
    climb_to(NOON + 5 * MINUTE, at)
    climb_to(NOON - timedelta(hours=1), at)
    climb_to(NOON + 5 * MINUTE, at)
    assert fresh(alert).step == 2
    assert len(set(sent_to(alert))) == len(sent_to(alert))


def test_nobody_on_shift_means_stand_in_and_fallback_at_once(house, at):
    night = NOON + timedelta(days=20)  # nobody is rostered
    at(night)
    house.at(night)
    alert = alert_of(worry(house, at=night))
    assert FALLBACK in sent_to(alert)
    assert GRACE in sent_to(alert)
    assert HANA not in sent_to(alert)


def test_never_zero_when_nobody_is_rostered_and_there_is_no_fallback(house, at):
    night = NOON + timedelta(days=20)
    at(night)
    house.at(night)
    type(house.service)._base_manager.filter(pk=house.service.pk).update(fallback_email="")
    house.service.refresh_from_db()
    edges = Relationship._base_manager.filter(role__in=["manager", "supervisor"])
    edges.update(valid_to=NOON, ended_because="left")
    alert = alert_of(worry(house, at=night))
    assert sent_to(alert)


def test_somebody_whose_account_is_locked_is_told_nothing_and_the_next_is(house):
    type(house.hana.account)._base_manager.filter(pk=house.hana.account.pk).update(is_active=False)
    alert = alert_of(worry(house))
    assert HANA not in sent_to(alert)
    assert sent_to(alert)


@pytest.mark.parametrize("language", ["en", "es"])
def test_messages_to_staff_hold_no_name_no_programme_and_no_topic(house, language):
    """M6, in every language, at the first step and at all later ones."""
    type(house.hana.account)._base_manager.update(language=language)
    alert = alert_of(worry(house, "talk_of_dying", "plan_or_means"))
    while alert.step < 6:
        with writing():
            telling.climb(alert=alert, by=house.system, at=NOON)
    sent = list(Message.objects.unscoped("a test"))
    said = [f"{message.subject}\n{message.body}" for message in sent]
    said += [
        f"{catalogue.current().sentence(f'danger_first_{code}', language)}\n" for code in "abc"
    ]
    forbidden = (
        *("alongside", " die", "dying", "suicid", "danger", "drink", "sam ", "crisis "),
        *("peligro", "herid", "muert", "morir", "emergencia.", "muy urgente"),
    )
    for text in said:
        for word in forbidden:
            assert word not in text.lower().replace("/work/crisis/", ""), word


def test_staff_who_are_family_of_the_circle_are_not_told(world):
    """A10: nobody is staff and family of one circle."""
    Shift._base_manager.update(account=world.noor.account)
    finding = RiskFinding("phq9_self_harm@1", "C", "item_9 = 2, at least 1", "item_9")
    (alert,) = actions.raise_alerts(
        findings=[finding], circle=world.circle, about=world.sam, by=world.system, at=NOON
    )
    assert "noor@example.org" not in sent_to(alert)
    assert sent_to(alert)


# -- messages that are no longer right ------------------------------------------------------------


def test_the_next_steps_message_is_withheld_once_somebody_has_it(house):
    alert = alert_of(worry(house))
    actions.acknowledge(alert=alert, by=hana(house), at=NOON)
    transport = Recording()
    dispatcher.send_due(transport=transport, at=NOON)
    assert transport.taken == []


def test_a_message_that_waited_until_the_shift_was_over_goes_to_who_is_on_shift_now(house, at):
    """Hana's shift ends at midnight and Bo's begins; the mail server was down at two to twelve."""
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    save(house, wall("2026-03-03 00:00"), wall("2026-03-03 12:00"), order=1)
    alert = alert_of(worry(house, at=midnight - 2 * MINUTE))
    assert sent_to(alert) == [HANA]
    later = midnight + MINUTE
    at(later)
    transport = Recording()
    dispatcher.send_due(transport=transport, at=later)
    assert transport.taken == []
    escalation.run_once(at=later)
    dispatcher.send_due(transport=transport, at=later)
    assert [to for to, _ in transport.taken] == ["bo@example.org"]
    assert fresh(alert).step == 1


def test_an_alert_is_notified_when_the_first_message_was_taken(house):
    alert = alert_of(worry(house))
    dispatcher.send_due(transport=Refusing(), at=NOON)
    escalation.run_once(at=NOON)
    assert fresh(alert).state == "open"
    dispatcher.send_due(transport=Recording(), at=NOON + timedelta(seconds=2))
    escalation.run_once(at=NOON)
    assert fresh(alert).state == "notified"


# -- I have this, contact, close ------------------------------------------------------------------


def test_who_has_an_alert_stops_the_climbing_and_owes_a_contact_and_an_outcome(house, at):
    alert = alert_of(worry(house))
    alert = actions.acknowledge(alert=alert, by=hana(house), at=NOON)
    assert (alert.state, alert.acknowledged_by_id) == ("acknowledged", house.hana.account.pk)
    assert alert.engage_by == NOON + 30 * MINUTE
    assert alert.outcome_by == NOON + timedelta(hours=4)
    climb_to(NOON + 29 * MINUTE, at)
    assert fresh(alert).step == 1


def test_an_alert_somebody_has_is_still_open(house):
    alert = alert_of(worry(house))
    actions.acknowledge(alert=alert, by=hana(house), at=NOON)
    assert alert in queries.open_alerts(seen_by=hana(house))
    assert alert in queries.open_alerts(seen_by=house.asha.reader)


def test_the_second_to_press_is_told_who_was_first(house):
    alert = alert_of(worry(house))
    actions.acknowledge(alert=alert, by=hana(house), at=NOON)
    with pytest.raises(actions.AlreadyAcknowledged) as refusal:
        actions.acknowledge(alert=alert, by=house.asha.reader, at=NOON)
    assert refusal.value.alert.acknowledged_by == house.hana.account


def test_without_a_contact_in_half_an_hour_it_opens_again_at_the_next_step(house, at):
    alert = alert_of(worry(house))
    actions.acknowledge(alert=alert, by=hana(house), at=NOON)
    before = sent_to(alert)
    climb_to(NOON + 30 * MINUTE, at)
    alert = fresh(alert)
    assert (alert.state, alert.acknowledged_by, alert.step) == ("open", None, 2)
    assert len(sent_to(alert)) > len(before)


def test_without_an_outcome_in_four_hours_it_opens_again(house, at):
    alert = alert_of(worry(house))
    actions.acknowledge(alert=alert, by=hana(house), at=NOON)
    actions.record_contact(
        alert=alert, method="phone", reached=False, by=hana(house), at=NOON + MINUTE
    )
    climb_to(NOON + timedelta(hours=3, minutes=59), at)
    assert fresh(alert).state == "engaged"
    climb_to(NOON + timedelta(hours=4), at)
    assert fresh(alert).state == "open"


def test_an_urgent_alert_somebody_has_stays_with_them(house, at):
    alert = alert_of(worry(house, answer="unsure"))
    actions.acknowledge(alert=alert, by=hana(house), at=NOON)
    climb_to(NOON + timedelta(hours=12), at)
    assert fresh(alert).state == "acknowledged"


def test_whoever_calls_has_it(house):
    alert = alert_of(worry(house))
    actions.record_contact(alert=alert, method="phone", reached=True, by=hana(house), at=NOON)
    assert fresh(alert).state == "engaged"
    assert fresh(alert).acknowledged_by == house.hana.account


def test_a_note_without_words_is_no_contact(house):
    with pytest.raises(actions.NothingWritten):
        actions.record_contact(
            alert=alert_of(worry(house)), method="note", reached=False, by=hana(house), at=NOON
        )


SAFE = {
    "triage_code": "C",
    "assessment_note": "Spoke with her sister; calm now.",
    "safety_plan_or_transfer": "safety_plan",
    "means_safety": "none_needed",
    "means_safety_note": "No means at home.",
    "next_contact_at": "2026-03-03 10:00",
    "named_person": "Hana Kobayashi",
}


def test_closing_asks_for_every_field_of_its_outcome(house):
    alert = alert_of(worry(house))
    with pytest.raises(actions.MissingFields) as refusal:
        actions.close_alert(
            alert=alert,
            outcome="reached_safe",
            fields={"triage_code": "C", "assessment_note": "  "},
            by=hana(house),
            at=NOON,
        )
    assert refusal.value.fields == tuple(name for name in SAFE if name != "triage_code")
    assert fresh(alert).state == "open"


@pytest.mark.parametrize("outcome", sorted(catalogue.current().danger.outcomes))
def test_each_listed_outcome_can_close_an_alert(house, outcome):
    listed = catalogue.current().danger.outcomes[outcome]
    fields = {f.id: f.choices[0] if f.choices else "something" for f in listed.fields}
    alert = actions.close_alert(
        alert=alert_of(worry(house)), outcome=outcome, fields=fields, by=hana(house), at=NOON
    )
    assert (alert.state, alert.outcome, alert.next_step_at) == ("closed", outcome, None)


@pytest.mark.parametrize("outcome", ["emergency_services", "raised_in_error", "deceased"])
def test_who_was_told_and_is_no_clinician_does_not_close_it_as_one(house, outcome):
    listed = catalogue.current().danger.outcomes[outcome]
    fields = dict.fromkeys((field.id for field in listed.fields), "something")
    alert = alert_of(worry(house, "weapon_or_violence", "now"))
    grace = house.grace.reader  # she manages, was told, and may take it
    with pytest.raises(actions.NotAClinician):
        actions.close_alert(alert=alert, outcome=outcome, fields=fields, by=grace, at=NOON)
    assert fresh(alert).state == "open"
    assert actions.outcomes_for(alert, by=grace, at=NOON) == {
        "reached_safe", "handed_over", "not_reached", "no_way_to_reach",
    }  # fmt: skip
    assert outcome in actions.outcomes_for(alert, by=house.asha.reader, at=NOON)


def test_an_outcome_that_is_not_listed_closes_nothing(house):
    with pytest.raises(actions.UnknownOutcome):
        actions.close_alert(
            alert=alert_of(worry(house)), outcome="resolved", by=hana(house), at=NOON
        )


def test_no_way_to_reach_is_for_those_who_left_none(house):
    taken = worry(house)
    actions.leave_number(
        concern_id=taken.concern.pk,
        number="0131 496 0000",
        submission=uuid4().hex,
        by=house.system,
        at=NOON,
    )
    with pytest.raises(actions.CanBeReached):
        actions.close_alert(
            alert=alert_of(taken), outcome="no_way_to_reach", by=hana(house), at=NOON
        )


def test_a_number_left_after_closing_opens_the_alert_again(house):
    taken = worry(house)
    actions.close_alert(alert=alert_of(taken), outcome="no_way_to_reach", by=hana(house), at=NOON)
    actions.leave_number(
        concern_id=taken.concern.pk,
        number="+44 131 496 0000",
        submission=uuid4().hex,
        by=house.system,
        at=NOON + MINUTE,
    )
    assert alert_of(taken).state == "open"


def test_a_number_left_while_open_is_told_to_who_was_told(house):
    taken = worry(house)
    actions.leave_number(
        concern_id=taken.concern.pk,
        number="0131 496 0000",
        submission="the same twice",
        by=house.system,
        at=NOON + MINUTE,
    )
    actions.leave_number(
        concern_id=taken.concern.pk,
        number="0131 496 0000",
        submission="the same twice",
        by=house.system,
        at=NOON + MINUTE,
    )
    assert sent_to(alert_of(taken)) == [HANA, HANA]


def test_a_second_person_looks_again_at_a_closed_emergency(house):
    alert = actions.close_alert(
        alert=alert_of(worry(house)), outcome="no_way_to_reach", by=hana(house), at=NOON
    )
    with pytest.raises(actions.OwnWork):
        actions.confirm_close(alert=alert, by=hana(house), at=NOON)
    assert Task.objects.unscoped("a test").filter(kind="confirm_close", done_at=None).exists()
    actions.confirm_close(alert=alert, by=house.asha.reader, at=NOON + timedelta(hours=1))
    assert fresh(alert).close_confirmed_by == house.asha.account
    assert not Task.objects.unscoped("a test").filter(kind="confirm_close", done_at=None).exists()


def test_a_second_look_that_is_late_is_told_each_day_until_somebody_looks(house, at):
    alert = actions.close_alert(
        alert=alert_of(worry(house)), outcome="no_way_to_reach", by=hana(house), at=NOON
    )

    def told(hours: int) -> list[str]:
        at(moment := NOON + timedelta(hours=hours))
        escalation.chase_once(at=moment)
        escalation.chase_once(at=moment + MINUTE)
        messages = Message.objects.unscoped("a test").filter(kind="second_look")
        return sorted(each.address for each in messages)

    assert told(23) == []
    first = told(25)
    # Who can look and who manages; not who closed it. No word of what it is about.
    assert {house.asha.account.email, house.grace.account.email} <= set(first)
    assert HANA not in first
    (said,) = Message.objects.unscoped("a test").filter(
        kind="second_look", account=house.asha.account
    )
    assert "alert" not in f"{said.subject} {said.body}".lower()
    assert second_look.is_right(said, NOON)
    assert events(alert).count("second_look_late") == 1
    assert told(26) == first
    assert len(told(49)) == 2 * len(first)
    actions.confirm_close(alert=alert, by=house.asha.reader, at=NOON + timedelta(hours=50))
    assert not second_look.is_right(said, NOON)
    assert len(told(80)) == 2 * len(first)
    assert events(alert).count("second_look_late") == 1


def test_closing_alone_is_said(house):
    others = Relationship._base_manager.exclude(account=house.hana.account)
    alert = alert_of(worry(house))
    others.update(valid_to=NOON, ended_because="left")
    actions.close_alert(alert=alert, outcome="no_way_to_reach", by=hana(house), at=NOON)
    assert "closed_alone" in events(alert)


def test_what_is_closed_cannot_be_taken_contacted_or_closed_again(house):
    alert = alert_of(worry(house))
    actions.close_alert(alert=alert, outcome="no_way_to_reach", by=hana(house), at=NOON)
    for again in (
        lambda: actions.acknowledge(alert=alert, by=hana(house), at=NOON),
        lambda: actions.record_contact(
            alert=alert, method="phone", reached=True, by=hana(house), at=NOON
        ),
        lambda: actions.close_alert(
            alert=alert, outcome="no_way_to_reach", by=hana(house), at=NOON
        ),
    ):
        with pytest.raises(actions.AlreadyClosed):
            again()


# -- who may --------------------------------------------------------------------------------------


def test_bo_neither_sees_nor_takes_an_alert_of_sams_circle(world):
    finding = RiskFinding("phq9_self_harm@1", "C", "item_9 = 2, at least 1", "item_9")
    (alert,) = actions.raise_alerts(
        findings=[finding], circle=world.circle, about=world.sam, by=world.system, at=NOON
    )
    assert list(queries.open_alerts(seen_by=world.bo.reader)) == []
    with pytest.raises(NotAllowed):
        actions.acknowledge(alert=alert, by=world.bo.reader, at=NOON)


def test_being_told_opens_an_alert_of_a_circle_and_an_hour_after_closing_it_is_shut(world, at):
    finding = RiskFinding("phq9_self_harm@1", "C", "item_9 = 2, at least 1", "item_9")
    (alert,) = actions.raise_alerts(
        findings=[finding], circle=world.circle, about=world.sam, by=world.system, at=NOON
    )
    assert alert in queries.open_alerts(seen_by=world.hana.reader)
    actions.close_alert(
        alert=alert,
        outcome="raised_in_error",
        fields={"named_person": "Hana", "reason": "A slip of the finger."},
        by=world.hana.reader,
        at=NOON,
    )
    for minutes, may in ((59, True), (60, False)):
        moment = NOON + minutes * MINUTE
        climb_to(moment, at)
        world.at(moment)
        assert queries.alerts(seen_by=world.hana.reader).filter(pk=alert.pk).exists() is may


def test_an_alert_of_a_concern_gains_the_circle_when_it_is_taken(world):
    concern = world.worry(answer="yes", alias="Kim")
    alert = Alert.objects.unscoped("a test").get(concern=concern)
    assert alert.circle is None
    opened = triage.open_case(
        concern=concern,
        service=world.service,
        legal_basis="public_task_care",
        legal_reason="The family asked this public service for help with care.",
        by=world.asha.reader,
        at=NOON,
    )
    assert fresh(alert).circle == opened.circle
    assert alert in queries.of_circle(opened.circle.pk, seen_by=world.asha.reader)
    assert alert in queries.open_alerts(seen_by=world.hana.reader)


def test_sam_sees_that_there_is_an_alert_about_him_and_no_step_of_it(world, sam):
    finding = RiskFinding("phq9_self_harm@1", "C", "item_9 = 2, at least 1", "item_9")
    (alert,) = actions.raise_alerts(
        findings=[finding], circle=world.circle, about=world.sam, by=world.system, at=NOON
    )
    assert alert in queries.alerts(seen_by=sam.reader)
    assert queries.time_line(alert, seen_by=sam.reader) == []
    assert list(queries.contacts(alert, seen_by=sam.reader)) == []


def test_the_time_line_tells_everything_in_order(house, at):
    alert = alert_of(worry(house))
    dispatcher.send_due(transport=Refusing(), at=NOON)
    at(NOON + 2 * MINUTE)
    dispatcher.send_due(transport=Recording(), at=NOON + 2 * MINUTE)
    house.at(NOON + 3 * MINUTE)
    actions.acknowledge(alert=alert, by=hana(house), at=NOON + 3 * MINUTE)
    kinds = [moment.kind for moment in queries.time_line(alert, seen_by=hana(house))]
    assert sorted(kinds[:2]) == ["raised", "told"]
    assert kinds[2:] == ["message_refused", "message_accepted", "acknowledged"]


# -- D to G ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["D", "E", "F", "G"])
def test_what_can_wait_is_a_task_and_sends_nothing(world, level):
    finding = RiskFinding("relapse@1", level, "drinking again", None)
    (alert,) = actions.raise_alerts(
        findings=[finding], circle=world.circle, about=world.sam, by=world.system, at=NOON
    )
    assert (alert.next_step_at, sent_to(alert)) == (None, [])
    task = Task.objects.unscoped("a test").get(about=f"alert:{alert.pk}")
    assert task.due_at > NOON
    assert alert in queries.on_the_list(seen_by=world.asha.reader)
    assert alert not in queries.board(seen_by=world.asha.reader)


def test_what_can_wait_and_was_closed_is_a_task_again_when_it_is_said_again(world):
    finding = RiskFinding("relapse@1", "D", "drinking again", None)
    given = {"findings": [finding], "circle": world.circle, "about": world.sam}
    (alert,) = actions.raise_alerts(**given, by=world.system, at=NOON)
    close = {
        "fields": {"named_person": "Asha", "reason": "Not so"},
        "by": world.asha.reader,
        "at": NOON,
    }
    actions.close_alert(alert=alert, outcome="raised_in_error", **close)
    later = NOON + timedelta(hours=2)
    actions.raise_alerts(**given, by=world.system, at=later)
    again = fresh(alert)
    assert (again.closed_at, again.next_step_at) == (None, None)
    task = Task.objects.unscoped("a test").get(about=f"alert:{alert.pk}", done_at=None)
    assert task.due_at > later


def test_semi_urgent_is_due_the_next_working_day_not_on_a_sunday():
    level = catalogue.current().danger.levels["D"]
    friday = datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert rules.task_due(level, friday, "Europe/London") == datetime(2026, 3, 9, 17, tzinfo=UTC)


def test_a_child_who_may_not_be_safe_is_the_safeguarding_leads_task_the_same_day(house):
    worry(house, "child_not_safe", "worried")
    task = Task.objects.unscoped("a test").get(kind="child_not_safe")
    assert (task.for_role, task.due_at) == ("privacy", NOON + timedelta(hours=4))


# -- who is on call -------------------------------------------------------------------------------


def save(house, start, end, *, order=2, zone="Europe/London", account=None):
    return actions.save_shift(
        service=house.service,
        account=account or house.bo.account,
        order=order,
        local_start=start,
        local_end=end,
        zone=zone,
        by=house.grace.reader,
        at=NOON,
    )


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (wall("2026-03-28 20:00"), wall("2026-03-29 08:00"), 11),  # clocks go forward
        (wall("2026-10-24 20:00"), wall("2026-10-25 08:00"), 13),  # clocks go back
        (wall("2026-10-25 01:30"), wall("2026-10-25 01:45"), 1.25),  # there twice
        (wall("2026-03-29 01:15"), wall("2026-03-29 01:45"), 1.5),  # not there at all
        (wall("2026-03-03 08:00"), wall("2026-03-03 20:00"), 12),
    ],
)
def test_a_shift_is_never_shorter_than_the_clock_on_the_wall_says(house, start, end, hours):
    shift = save(house, start, end)
    assert shift.ends_at - shift.starts_at == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "end", "zone", "order"),
    [
        (wall("2026-03-03 20:00"), wall("2026-03-03 08:00"), "Europe/London", 1),
        (wall("2026-03-03 08:00"), wall("2026-03-05 08:00"), "Europe/London", 1),
        (wall("2026-03-03 08:00"), wall("2026-03-03 20:00"), "Europe/Atlantis", 1),
        (wall("2026-03-03 08:00"), wall("2026-03-03 20:00"), "", 1),
        (wall("2026-03-03 08:00"), wall("2026-03-03 20:00"), "Europe/London", 3),
    ],
)
def test_a_shift_that_makes_no_sense_is_refused(house, start, end, zone, order):
    with pytest.raises(actions.ShiftMakesNoSense):
        save(house, start, end, zone=zone, order=order)


def test_only_a_manager_sets_the_rota_and_only_colleagues_are_on_it(world):
    with pytest.raises(NotAllowed):
        actions.save_shift(
            service=world.service,
            account=world.bo.account,
            order=1,
            local_start=wall("2026-03-03 08:00"),
            local_end=wall("2026-03-03 20:00"),
            zone="Europe/London",
            by=world.asha.reader,
            at=NOON,
        )
    with pytest.raises(actions.NotAccountOfHouse):
        save(world, wall("2026-03-03 08:00"), wall("2026-03-03 20:00"), account=world.noor.account)


def test_access_comes_and_goes_with_the_shift(house, at):
    save(house, wall("2026-03-02 13:00"), wall("2026-03-02 15:00"), account=house.bo.account)
    for hour, may in ((12, False), (13, True), (14, True), (15, False)):
        house.at(datetime(2026, 3, 2, hour, tzinfo=UTC))
        assert ("on_call" in house.bo.reader.roles) is may


def test_ending_a_shift_ends_its_access(house):
    shift = save(house, wall("2026-03-02 11:00"), wall("2026-03-02 15:00"))
    assert "on_call" in house.bo.reader.roles
    actions.end_shift(shift=shift, by=house.grace.reader, at=NOON)
    assert "on_call" not in house.bo.reader.roles
    assert house.bo.account not in queries.who_is_on_call(house.service, NOON)[2]


def test_gaps_in_the_rota_are_found(house):
    gaps = queries.rota_gaps(house.service, NOON)
    assert gaps[2][0].start == NOON
    assert gaps[2][-1].end == NOON + timedelta(days=14)
    save(house, wall("2026-03-02 11:00"), wall("2026-03-02 20:00"))
    bos, nobodys = queries.rota_gaps(house.service, NOON)[2]  # Bo is there, and hard to reach
    assert (bos.why, nobodys.why) == ("not_reachable", "nobody")
    assert bos.end == nobodys.start == datetime(2026, 3, 2, 20, tzinfo=UTC)


# -- the public door ------------------------------------------------------------------------------


def test_a_visit_opens_its_draft_and_shows_nothing_that_was_written(house):
    taken = public.answer(
        path="today",
        question="badly_hurt",
        answer="yes",
        submission=uuid4().hex,
        at=NOON,
    )
    public.send_worry(token=taken.token, submission=uuid4().hex, words="A secret", at=NOON)
    visit = public.visit(taken.token, NOON)
    assert visit.told == "sent"
    assert "secret" not in repr(visit)


def test_after_leaving_the_secret_opens_nothing(house):
    taken = public.answer(
        path="today",
        question="badly_hurt",
        answer="no",
        submission=uuid4().hex,
        at=NOON,
    )
    assert public.end_visit(token=taken.token, at=NOON) is True
    for attempt in (
        lambda: public.visit(taken.token, NOON),
        lambda: public.send_worry(token=taken.token, submission="12345678", words="x", at=NOON),
        lambda: public.leave_number(
            token=taken.token, number="0131 496 0000", submission="12345678", at=NOON
        ),
    ):
        with pytest.raises(public.NotAVisit):
            attempt()


@pytest.mark.parametrize("token", ["", "x" * 43, "../../etc", "é" * 43])
def test_a_secret_nobody_was_given_opens_nothing(house, token):
    with pytest.raises(public.NotAVisit):
        public.visit(token, NOON)


def test_a_link_to_come_back_keeps_the_draft_and_goes_by_mail(house, at):
    taken = public.answer(
        path="today",
        question="badly_hurt",
        answer="no",
        submission=uuid4().hex,
        at=NOON,
    )
    public.come_back_later(token=taken.token, email="Me@Example.org", at=NOON)
    transport = Recording()
    dispatcher.send_due(transport=transport, at=NOON)
    (letter,) = transport.to("me@example.org")
    link = letter.get_content().split("/w/")[1].split()[0].strip("/")
    public.end_visit(token=taken.token, at=NOON)
    climb_to(NOON + timedelta(days=13), at)
    assert public.visit(link, NOON + timedelta(days=13)).answered == ("badly_hurt",)
    assert "alongside" not in letter.as_string().lower().replace("alongside-test", "")
    climb_to(NOON + timedelta(days=14), at)
    with pytest.raises(public.NotAVisit):
        public.visit(link, NOON + timedelta(days=14))


def test_what_the_page_says_is_true_at_each_moment(house):
    taken = public.answer(
        path="today",
        question="badly_hurt",
        answer="yes",
        submission=uuid4().hex,
        at=NOON,
    )
    assert public.visit(taken.token, NOON).told == "sent"
    public.leave_number(
        token=taken.token, number="0131 496 0000", submission=uuid4().hex, at=NOON + MINUTE
    )
    visit = public.visit(taken.token, NOON + MINUTE)
    assert (visit.told, visit.number_at) == ("sent_number", NOON + MINUTE)
    alert = Alert.objects.unscoped("a test").get()
    actions.acknowledge(alert=alert, by=hana(house), at=NOON + 2 * MINUTE)
    visit = public.visit(taken.token, NOON + 2 * MINUTE)
    assert (visit.told, visit.taken_at) == ("taken", NOON + 2 * MINUTE)


def test_a_worry_that_was_taken_up_in_a_case_cannot_be_written_to_from_outside(world):
    with pytest.raises(actions.Gone):
        actions.send_worry(
            concern_id=world.concern.pk,
            submission=uuid4().hex,
            words="More",
            by=world.system,
            at=NOON,
        )


def test_a_sent_worry_needs_words_or_a_way_to_answer(house):
    taken = worry(house, answer="no")
    with pytest.raises(actions.NothingWritten):
        actions.send_worry(
            concern_id=taken.concern.pk, submission=uuid4().hex, by=house.system, at=NOON
        )


def test_the_link_of_another_visit_writes_only_to_its_own_draft(house):
    one, other = worry(house, answer="no"), worry(house, answer="no")
    token = access.issue_link(
        purpose="resume_worry",
        target=one.concern.pk,
        expires_at=NOON + timedelta(hours=1),
        by=house.system,
        at=NOON,
    )
    from alongside.access.readers import reader_for_link

    with pytest.raises(NotAllowed):
        actions.send_worry(
            concern_id=other.concern.pk,
            submission=uuid4().hex,
            words="Not mine",
            by=reader_for_link(token, "resume_worry", NOON),
            at=NOON,
        )
