"""3.6, clock: the machine's clock jumps, or two processes do not agree; nothing is lost for it.

A step may come early by a jump forward, which is the safe side, and late by a jump back, by as
much as the jump and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from alongside import catalogue
from alongside.crisis import escalation
from alongside.crisis.models import AlertEvent
from alongside.notify import dispatcher
from alongside.notify.models import Message
from tests.conftest import NOON
from tests.fakes.transports import Recording
from tests.rooms.test_crisis import Alert, alert_of, worry

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))
LOOKS = MINUTE
JUMPED = 2 * MINUTE  # after the alert
NIGHT = 45 * MINUTE

pytestmark = pytest.mark.sqlite  # a clock that tests install asks no database


def goes_by(
    alert: Alert, at: Any, shown: Callable[[int, datetime], datetime], long: timedelta
) -> Any:
    """Let time pass, a look each minute; by the true clock, when each step was taken.

    Args:
        shown: what the clock shows at a look, by its number and the true moment.
    """
    steps: dict[int, timedelta] = {}
    post = Recording()
    for number in range(int(long / LOOKS) + 1):
        true = NOON + number * LOOKS
        here = shown(number, true)
        at(here)
        escalation.climb_once(at=here)
        dispatcher.send_due(transport=post, at=here)
        climbed = AlertEvent.objects.unscoped("a test").filter(alert=alert, kind="escalated")
        for step in climbed.values_list("step", flat=True):
            steps.setdefault(step, true - NOON)
    rows = Message.objects.unscoped("a test").filter(about=f"alert:{alert.pk}")
    assert all(row.sent_at for row in rows if row.withheld_at is None)  # 0 lost
    letters = [str(letter["Message-ID"]) for _to, letter in post.taken]
    assert len(letters) == len(set(letters))  # and none twice
    return steps


def due() -> dict[int, timedelta]:
    """When each step of a B is due by content, within the night."""
    level = catalogue.current().danger.levels["B"]
    return {number: step.after for number, step in enumerate(level.steps, 2)}


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY, SECOND, -SECOND, 5 * MINUTE, -5 * MINUTE])
def test_a_jump_of_the_clock_loses_nothing_and_delays_no_step_by_more_than_the_jump(
    house: Any, at: Any, jump: timedelta
) -> None:
    alert = alert_of(worry(house))

    def shown(_number: int, true: datetime) -> datetime:
        return true + jump if true - NOON >= JUMPED else true

    back = max(-jump, timedelta())
    steps = goes_by(alert, at, shown, NIGHT + min(back, HOUR))
    for number, after in due().items():
        if back == DAY:
            continue  # as late as tomorrow, and not by a look more: asked below
        assert after - max(jump, timedelta()) <= steps[number] <= after + back + LOOKS
    if back == DAY:
        assert steps == {}  # what was done stays done, and nothing is taken back
        at(NOON + 50 * MINUTE)  # the clock of tomorrow
        escalation.climb_once(at=NOON + 50 * MINUTE)
        assert set(due()) <= set(
            AlertEvent.objects.unscoped("a test")
            .filter(alert=alert, kind="escalated")
            .values_list("step", flat=True)
        )


def test_two_processes_five_minutes_apart_take_each_step_once_and_none_late(
    house: Any, at: Any
) -> None:
    alert = alert_of(worry(house))
    steps = goes_by(alert, at, lambda number, true: true + (number % 2) * 5 * MINUTE, NIGHT)
    for number, after in due().items():
        assert after - 5 * MINUTE <= steps[number] <= after + LOOKS
    taken = AlertEvent.objects.unscoped("a test").filter(alert=alert, kind="escalated")
    numbers = list(taken.values_list("step", flat=True))
    assert len(numbers) == len(set(numbers))
