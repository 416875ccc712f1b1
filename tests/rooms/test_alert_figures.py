"""How alerts were answered: every one is in the denominator, and nobody can be found in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from alongside.access.readers import reader_for
from alongside.crisis import actions, escalation
from alongside.insights import alert_figures
from alongside.notify import dispatcher
from tests.conftest import NOON
from tests.factories import World

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def a_dispatcher_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "stand_in", lambda **given: False)


def raised(house: Any, at: datetime, answer: str = "unsure") -> Any:
    (alert,) = actions.take_worry(
        service=house.service, path="today", question="badly_hurt", answer=answer,
        submission=uuid4().hex, concern_id=uuid4(), by=house.system, at=at,
    ).alerts  # fmt: skip
    return alert


def figures(house: Any, at: datetime) -> alert_figures.AlertFigures:
    return alert_figures.of_institution(
        institution=house.institution, since=(NOON - timedelta(days=30)).date(), at=at
    )


def test_what_nobody_answered_counts_and_what_still_runs_is_not_judged_yet(house):
    hana = house.hana.account
    alerts = [raised(house, NOON + n * timedelta(seconds=1)) for n in range(18)]
    for number, alert in enumerate(alerts[:10]):
        at = alert.raised_at + (number + 1) * MINUTE
        actions.acknowledge(alert=alert, by=reader_for(hana, at), at=at)
    later = NOON + 16 * MINUTE  # eight have had their quarter of an hour, and nobody came
    escalation.escalate_due(by=house.system, at=later)
    fresh = raised(house, later - MINUTE)
    found = figures(house, later).all_codes
    assert found.count == "20"  # nineteen, rounded
    assert found.running == "< 8"
    assert found.in_time == found.climbed + 2 / 18 == 10 / 18
    assert found.half == 9 * MINUTE
    assert found.most is None  # nine in ten were never answered
    assert figures(house, later).steps_missed == "10"  # eight, rounded

    at = later + MINUTE
    actions.acknowledge(alert=fresh, by=reader_for(hana, at), at=at)
    assert figures(house, at).all_codes.running == "0"


def test_each_code_has_its_own_time_and_an_answer_after_reopening_is_not_the_first(house):
    hana = house.hana.account
    alerts = [raised(house, NOON, "yes") for _ in range(10)]
    for alert in alerts:
        at = NOON + 6 * MINUTE  # B has five minutes
        actions.acknowledge(alert=alert, by=reader_for(hana, at), at=at)
    late = NOON + timedelta(hours=1)
    escalation.open_unattended(by=house.system, at=late)
    again = late + MINUTE
    for alert in alerts:
        alert.refresh_from_db()
        actions.acknowledge(alert=alert, by=reader_for(hana, again), at=again)
    found = figures(house, again)
    assert found.by_code["B"].in_time == 0
    assert found.by_code["B"].half == 6 * MINUTE
    assert found.by_code["C"].count == "0"
    assert found.a_shift is not None
    assert found.in_error is None


def test_a_few_alerts_are_hidden_in_the_office(world: World, signed_in: Any) -> None:
    assert "There was no alert" in signed_in(world.grace).get("/office/alerts/").content.decode()
    for _ in range(3):
        world.worry(answer="yes")
    page = signed_in(world.grace).get("/office/alerts/").content.decode()
    assert "&lt; 8" in page
    assert "not shown" in page
    assert signed_in(world.asha).get("/office/alerts/").status_code == 404
