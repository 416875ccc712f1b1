"""A meeting while it is held: each press is kept once, also when it comes late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from alongside.crisis.models import Alert
from alongside.meetings import actions, live, queries
from alongside.records.errors import NotAllowed
from tests.factories import World
from tests.factories.meetings import dated, fresh, ready


def press(world: World, word: str, ago: int = 10, **more: Any) -> live.Press:
    """Something pressed so many minutes ago, away from the network."""
    return live.Press(uuid4(), word, world.moment - timedelta(minutes=ago), **more)


def keep(world: World, meeting: Any, *presses: live.Press, by: Any = None) -> Any:
    return live.keep(
        meeting=fresh(world, meeting),
        presses=presses,
        steps=9,
        by=by or world.asha.reader,
        at=world.moment,
    )


def test_a_press_sent_twice_or_late_is_kept_once_in_its_own_time_and_danger_is_told(
    world: World,
) -> None:
    with pytest.raises(live.NoDate):
        keep(world, ready(world), press(world, "begin"))
    found = queries.live_meeting(seen_by=world.asha.reader, circle=world.circle.pk)
    assert found is not None
    meeting = dated(world, found)
    with pytest.raises(live.NotAGo):
        keep(world, meeting, press(world, "begin", ago=0))
    first, done, stop = (
        press(world, "begin"),
        press(world, "done", 8, step=1),
        press(world, "stop", 5, reason="dying"),
    )
    assert keep(world, meeting, done, first) == [done.id, first.id]
    keep(world, meeting, first, done, stop)
    keep(world, meeting, stop)
    rows = live.marks(seen_by=world.asha.reader, meeting=meeting)
    assert [row.word for row in rows] == ["begin", "done", "stop"]
    assert rows[0].happened_at == first.happened_at
    (alert,) = Alert.objects.visible_to(world.asha.reader)
    assert (alert.level, alert.rule) == ("B", "meeting_run_dying@1")
    with pytest.raises(live.UnknownPress):
        keep(world, meeting, press(world, "done", step=10))
    with pytest.raises(NotAllowed):
        keep(world, meeting, press(world, "done", step=2), by=world.noor.through("circle"))
    assert live.stands(seen_by=world.asha.reader, meeting=meeting, steps=9).panel == "stopped"

    actions.end(
        meeting=fresh(world, meeting),
        outcome="not_held",
        words="It was stopped.",
        expected=fresh(world, meeting).version,
        by=world.asha.reader,
        at=world.moment,
    )
    keep(world, meeting, press(world, "left", 1))
    assert live.marks(seen_by=world.asha.reader, meeting=meeting).count() == 4
    ahead = live.Press(uuid4(), "pause", world.moment + timedelta(hours=3))
    keep(world, meeting, ahead)
    assert live.marks(seen_by=world.asha.reader, meeting=meeting).last().happened_at == world.moment
