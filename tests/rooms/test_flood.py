"""Many alerts at once (M14): each stays its own, the second team comes, and nothing is hidden."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from alongside import catalogue
from alongside.access.readers import reader_for
from alongside.crisis import actions, escalation, queries
from alongside.crisis.models import Alert, AlertEvent
from alongside.notify import dispatcher
from alongside.notify.models import Message
from tests.conftest import NOON

SECOND = timedelta(seconds=1)
GRACE = "grace@example.org"


@pytest.fixture(autouse=True)
def a_dispatcher_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "stand_in", lambda **given: False)


def danger(house, at) -> Alert:
    (alert,) = actions.take_worry(
        service=house.service,
        path="today",
        question="badly_hurt",
        answer="unsure",  # C: the manager is not among the first who are told
        submission=uuid4().hex,
        concern_id=uuid4(),
        by=house.system,
        at=at,
    ).alerts
    return alert


def calls() -> list[Message]:
    rows = Message.objects.unscoped("a test").filter(key__contains=":flood-", channel="email")
    return list(rows.order_by("created_at", "address"))


def test_a_flood_calls_the_second_team_once_and_holds_nothing_back(house):
    waits = catalogue.current().danger.waits
    raised = [danger(house, NOON + n * SECOND) for n in range(waits.flood_alerts - 1)]
    at = NOON + 30 * SECOND
    escalation.climb_once(at=at)
    assert calls() == []

    raised.append(danger(house, at))
    for later in (at + SECOND, at + 2 * SECOND):
        escalation.climb_once(at=later)
    (call,) = [each for each in calls() if each.address == GRACE]
    assert call.life_critical
    assert "badly" not in call.body
    for alert in raised:
        about = Message.objects.unscoped("a test").filter(about=f"alert:{alert.pk}")
        assert about.exclude(key__contains=":flood-").exists()  # its own first message
        kinds = (
            AlertEvent.objects.unscoped("a test").filter(alert=alert).values_list("kind", flat=True)
        )
        assert list(kinds).count("flood") == 1

    more = danger(house, at + 3 * SECOND)
    escalation.climb_once(at=at + 4 * SECOND)
    assert len([each for each in calls() if each.address == GRACE]) == 1
    grace = reader_for(house.grace.account, at + 5 * SECOND)
    opened = queries.open_alerts(seen_by=grace).values_list("pk", flat=True)
    assert {*opened} >= {each.pk for each in [*raised, more]}

    calm = NOON + waits.flood_within + timedelta(hours=1)
    danger(house, calm)
    escalation.call_second_team(by=house.system, at=calm)
    assert len([each for each in calls() if each.address == GRACE]) == 1


def test_alerts_of_one_source_stand_together_and_each_is_there_once(house):
    least = catalogue.current().danger.waits.together_from
    door = [danger(house, NOON + n * SECOND) for n in range(least)]
    seen_by = house.hana.reader
    assert [len(group) for group in queries.by_source(queries.board(seen_by=seen_by))] == [least]
    actions.acknowledge(alert=door[0], by=seen_by, at=NOON + 30 * SECOND)
    groups = queries.by_source(queries.board(seen_by=seen_by))
    assert sorted(each.pk for group in groups for each in group) == sorted(e.pk for e in door)
    assert [len(group) for group in groups] == [1] * least
