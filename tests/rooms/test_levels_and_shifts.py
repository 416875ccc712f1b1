"""A code is raised by anybody and lowered by a named clinician; what a change of shift does."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alongside.access.models import Relationship
from alongside.crisis import actions, escalation, lowering
from alongside.crisis.models import Alert, AlertEvent, Shift
from alongside.engine.risk import RiskFinding
from alongside.notify import dispatcher
from alongside.notify.models import Message
from alongside.records.errors import NotAllowed
from alongside.records.scoped import writing
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.fakes.transports import Recording

wall = datetime.fromisoformat  # what the clock on the wall shows
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
HANA, BO, GRACE = (f"{name}@example.org" for name in ("hana", "bo", "grace"))


def fresh(alert: Alert) -> Alert:
    return Alert.objects.unscoped("a test").get(pk=alert.pk)


def sent_to(alert: Alert) -> list[str]:
    rows = Message.objects.unscoped("a test").filter(about=f"alert:{alert.pk}")
    return [message.address for message in rows.order_by("created_at", "key")]


def events(alert: Alert, kind: str = "") -> list[str]:
    rows = AlertEvent.objects.unscoped("a test").filter(alert=alert).order_by("at")
    return [event.note for event in rows if event.kind == kind]


def about_sam(world: Any, level: str) -> Alert:
    """An alert in Sam's circle, at one level."""
    (alert,) = actions.raise_alerts(
        findings=[RiskFinding("asq_positive@1", level, "item_1 = yes", "item_1")],
        circle=world.circle,
        about=world.sam,
        by=world.system,
        at=world.moment,
    )
    return alert


def public(house: Any, answer: str = "yes") -> Alert:
    return actions.take_worry(
        service=house.service,
        path="today",
        question="badly_hurt",
        answer=answer,
        submission=uuid4().hex,
        concern_id=uuid4(),
        by=house.system,
        at=house.moment,
    ).alerts[0]


# -- raised by anybody ----------------------------------------------------------------------------


def test_more_urgent_is_an_alert_of_its_own_told_at_once(world):
    alert = about_sam(world, "C")
    actions.acknowledge(alert=alert, by=world.hana.reader, at=NOON)
    raised = lowering.raise_level(
        alert=fresh(alert), level="A", reason="He has a knife.", by=world.hana.reader, at=NOON
    )
    assert raised.pk != alert.pk
    assert (raised.level, raised.because, raised.circle_id) == (
        "A", "He has a knife.", world.circle.pk,
    )  # fmt: skip
    assert {HANA, GRACE} <= set(sent_to(raised))
    assert fresh(alert).acknowledged_by_id == world.hana.account.pk
    assert events(alert, "raised_higher") == ["A"]


@pytest.mark.parametrize("level", ["C", "D", "G"])
def test_raising_to_the_same_or_less_is_refused(world, level):
    alert = about_sam(world, "C")
    with pytest.raises(lowering.NotMoreUrgent):
        lowering.raise_level(alert=alert, level=level, reason="why", by=world.hana.reader, at=NOON)


# -- lowered by a named clinician -----------------------------------------------------------------


def test_a_clinician_lowers_with_a_reason_that_stays_with_their_name(world):
    alert = about_sam(world, "B")
    lowering.lower_level(
        alert=alert, level="C", reason="No plan, asked twice.", by=world.asha.reader, at=NOON
    )
    now = fresh(alert)
    assert (now.level, now.next_step_at) == ("C", NOON + 15 * MINUTE)
    assert events(alert, "lowered") == ["B → C: No plan, asked twice."]
    row = AlertEvent.objects.unscoped("a test").get(alert=alert, kind="lowered")
    assert row.account == world.asha.account


def test_nobody_lowers_who_is_only_on_shift_or_manages(world):
    alert = about_sam(world, "A")  # Hana and Grace were told, and may open it
    for cast in (world.hana, world.grace):
        with pytest.raises(actions.NotAClinician):
            lowering.lower_level(alert=alert, level="C", reason="why", by=cast.reader, at=NOON)
    with pytest.raises(NotAllowed):
        lowering.lower_level(alert=alert, level="C", reason="why", by=world.noor.reader, at=NOON)
    assert fresh(alert).level == "A"


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_without_a_reason_nothing_changes(world, reason):
    alert = about_sam(world, "B")
    for act, level in ((lowering.lower_level, "C"), (lowering.raise_level, "A")):
        with pytest.raises(lowering.NeedsReason):
            act(alert=alert, level=level, reason=reason, by=world.asha.reader, at=NOON)
    assert fresh(alert).level == "B"


def test_the_lead_of_another_circle_is_no_clinician_of_this_one(world):
    alert = about_sam(world, "B")
    # Told as somebody on shift, Hana may open it; she leads elsewhere, and that is not here.
    with writing():
        Relationship.objects.create(
            account=world.hana.account,
            role="lead",
            institution=world.institution,
            within=world.institution,
            valid_from=NOON,
            reason="intake duty",
            granted_by=world.grace.account,
        )
    assert "lead" in world.hana.reader.roles
    assert not lowering.may_lower(alert, by=world.hana.reader)
    with pytest.raises(actions.NotAClinician):
        lowering.lower_level(alert=alert, level="C", reason="why", by=world.hana.reader, at=NOON)
    assert lowering.may_lower(alert, by=world.asha.reader)


def test_lowered_to_the_work_list_it_is_a_task_and_what_was_queued_is_withheld(world, at):
    alert = about_sam(world, "B")
    lowering.lower_level(
        alert=alert, level="D", reason="Stable, with his sister.", by=world.asha.reader, at=NOON
    )
    now = fresh(alert)
    assert (now.level, now.next_step_at, now.closed_at) == ("D", None, None)
    task = Task.objects.unscoped("a test").get(about=f"alert:{alert.pk}", kind="alert")
    assert task.due_at.date() == NOON.date() + timedelta(days=1)
    transport = Recording()
    dispatcher.send_due(transport=transport, at=NOON)
    assert transport.taken == []
    at(NOON + HOUR)
    escalation.run_once(at=NOON + HOUR)
    assert fresh(alert).step == 1


def test_who_has_it_keeps_it_and_its_timers_follow_the_new_level(world, at):
    alert = about_sam(world, "B")
    actions.acknowledge(alert=alert, by=world.hana.reader, at=NOON)
    lowering.lower_level(
        alert=fresh(alert), level="C", reason="No plan.", by=world.asha.reader, at=NOON
    )
    now = fresh(alert)
    assert now.acknowledged_by == world.hana.account
    assert (now.engage_by, now.outcome_by, now.next_step_at) == (None, None, None)
    at(NOON + 5 * HOUR)
    escalation.run_once(at=NOON + 5 * HOUR)
    assert fresh(alert).state == "acknowledged"


def test_the_page_offers_less_urgent_codes_to_clinicians_alone(world, signed_in):
    alert = about_sam(world, "B")
    address = f"/work/crisis/{alert.pk}/level/"
    page = signed_in(world.hana).get(address).content.decode()
    assert 'value="A"' in page
    assert 'value="C"' not in page
    refused = signed_in(world.hana).post(address, {"level": "C", "reason": "tired"})
    assert refused.status_code == 400
    assert fresh(alert).level == "B"
    lead = signed_in(world.asha)
    assert 'value="C"' in lead.get(address).content.decode()
    assert lead.post(address, {"level": "C", "reason": "No plan."}).status_code == 302
    assert fresh(alert).level == "C"


# -- D: then the supervisor's list ----------------------------------------------------------------


def test_a_d_nobody_looked_at_by_the_next_working_day_is_on_the_supervisors_list(world, at):
    alert = about_sam(world, "D")
    task = Task.objects.unscoped("a test").get(about=f"alert:{alert.pk}")
    at(task.due_at)
    escalation.run_once(at=task.due_at)
    assert Task.objects.unscoped("a test").filter(kind="alert_overdue").count() == 0
    late = task.due_at + MINUTE
    for _ in range(2):
        at(late)
        escalation.run_once(at=late)
    (passed_on,) = Task.objects.unscoped("a test").filter(kind="alert_overdue")
    assert (passed_on.for_role, passed_on.about) == ("supervisor", f"alert:{alert.pk}")


def test_an_e_that_is_late_stays_on_the_overdue_list_alone(world, at):
    alert = about_sam(world, "E")
    task = Task.objects.unscoped("a test").get(about=f"alert:{alert.pk}")
    at(task.due_at + HOUR)
    escalation.run_once(at=task.due_at + HOUR)
    assert not Task.objects.unscoped("a test").filter(kind="alert_overdue").exists()


# -- a change of shift ----------------------------------------------------------------------------


def put_on(house: Any, cast: Any, start: datetime, hours: int = 12) -> Any:
    return actions.save_shift(
        service=house.service,
        account=cast.account,
        order=1,
        local_start=start,
        local_end=start + hours * HOUR,
        zone="Europe/London",
        by=house.system,
        at=house.moment,
    )


MIDNIGHT = datetime.combine(NOON.date() + timedelta(days=1), time(), tzinfo=UTC)


def test_who_comes_on_shift_is_told_of_what_nobody_has_once(house, at):
    put_on(house, house.bo, MIDNIGHT.replace(tzinfo=None))
    house.at(MIDNIGHT - MINUTE)
    at(MIDNIGHT - MINUTE)
    alert = public(house)
    assert sent_to(alert) == [HANA]
    dispatcher.send_due(transport=Recording(), at=MIDNIGHT - MINUTE)
    for second in (0, 1, 30):
        at(MIDNIGHT + timedelta(seconds=second))
        escalation.climb_once(at=MIDNIGHT + timedelta(seconds=second))
    assert sent_to(alert) == [HANA, BO]
    house.at(MIDNIGHT + MINUTE)
    assert house.bo.reader.may("E", fresh(alert))


def test_who_comes_on_shift_is_not_told_of_what_somebody_has(house, at):
    put_on(house, house.bo, MIDNIGHT.replace(tzinfo=None))
    house.at(MIDNIGHT - MINUTE)
    alert = public(house)
    actions.acknowledge(alert=alert, by=house.hana.reader, at=MIDNIGHT - MINUTE)
    at(MIDNIGHT + MINUTE)
    escalation.climb_once(at=MIDNIGHT + MINUTE)
    assert BO not in sent_to(alert)


def test_who_goes_off_shift_with_an_alert_is_asked_to_hand_it_over_and_has_it_until_then(house, at):
    put_on(house, house.bo, MIDNIGHT.replace(tzinfo=None))
    house.at(MIDNIGHT - MINUTE)
    alert = public(house, "unsure")
    actions.acknowledge(alert=alert, by=house.hana.reader, at=MIDNIGHT - MINUTE)
    before = len(sent_to(alert))
    for minute in (0, 1, 60):
        at(MIDNIGHT + minute * MINUTE)
        escalation.climb_once(at=MIDNIGHT + minute * MINUTE)
    assert sent_to(alert)[before:] == [HANA]
    assert len(events(alert, "shift_ended")) == 1
    assert fresh(alert).acknowledged_by == house.hana.account
    house.at(MIDNIGHT + HOUR)
    assert house.hana.reader.may("E", fresh(alert))


def test_whose_shift_is_ended_early_is_asked_to_hand_over_and_one_that_never_began_asks_nothing(
    house, at
):
    shift = Shift.objects.unscoped("a test").get(account=house.hana.account, ended_at=None)
    later = put_on(house, house.asha, MIDNIGHT.replace(tzinfo=None))
    alert, other = public(house, "unsure"), public(house)
    actions.acknowledge(alert=alert, by=house.hana.reader, at=NOON)
    actions.acknowledge(alert=other, by=house.asha.reader, at=NOON)
    for each in (shift, later):
        actions.end_shift(shift=each, by=house.grace.reader, at=NOON + MINUTE)
    for minute in (1, 2, 60):
        at(NOON + minute * MINUTE)
        escalation.ask_for_a_hand_over(by=house.system, at=NOON + minute * MINUTE)
    assert len(events(alert, "shift_ended")) == 1
    assert events(other, "shift_ended") == []


def test_missed_steps_are_made_up_for_until_a_second_is_over_and_then_others_may_write(
    house, at, monkeypatch
):
    """Half an hour without a dispatcher: on a slow machine each step is a turn of its own."""
    alert, later = public(house), house.moment + 30 * MINUTE
    at(later)
    with monkeypatch.context() as slow:
        slow.setattr(escalation, "TOGETHER_SECONDS", 0)
        assert escalation._catch_up(alert=alert.pk, by=house.system, at=later) == 1
    assert fresh(alert).next_step_at <= later
    assert escalation._catch_up(alert=alert.pk, by=house.system, at=later) == fresh(alert).step - 2
    assert fresh(alert).next_step_at > later


def test_the_loop_asks_the_same_few_questions_for_one_open_alert_and_for_many(house, at):
    """Quiet alerts are not locked and cost no question each: some climb, some somebody has."""
    put_on(house, house.bo, MIDNIGHT.replace(tzinfo=None))
    quiet = NOON + 10 * SECOND

    def settle() -> None:
        for alert in Alert.objects.unscoped("a test").filter(notified_at=None):
            dispatcher.send_due(transport=Recording(), at=NOON, about=f"alert:{alert.pk}")
        escalation.climb_once(at=quiet)

    def look() -> int:
        with CaptureQueriesContext(connection) as asked:
            escalation.climb_once(at=quiet)
        assert not [each for each in asked if "UPDATE" in each["sql"]]
        return len(asked)

    at(NOON)
    nothing_open = look()
    found = []
    for number in range(6):
        alert = public(house, "unsure")
        if number % 2:
            actions.acknowledge(alert=alert, by=house.hana.reader, at=NOON)
        settle()
        found.append(look())
    assert nothing_open <= 7
    assert set(found[1:]) == {found[1]}
    assert found[1] <= nothing_open + 2


def test_a_colleague_of_another_house_is_never_told_by_their_shift(house, at):
    """A shift of another service says nothing about this one."""
    from alongside.directory import actions as directory

    other = directory.save_service(
        institution=house.institution, name="Elsewhere", by=house.system, at=NOON
    )
    actions.save_shift(
        service=other,
        account=house.bo.account,
        order=1,
        local_start=wall("2026-03-02 12:01"),
        local_end=wall("2026-03-02 20:00"),
        zone="Europe/London",
        by=house.system,
        at=NOON,
    )
    alert = public(house)
    at(NOON + 2 * MINUTE)
    escalation.climb_once(at=NOON + 2 * MINUTE)
    assert BO not in sent_to(alert)
