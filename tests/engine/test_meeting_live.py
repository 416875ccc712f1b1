"""Where a meeting stands while it is held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from alongside.engine.meetings.live import Mark, standing

TEN = datetime(2026, 3, 14, 10, tzinfo=UTC)


def marks(said: str) -> list[Mark]:
    """``begin done1 pause``: a press a minute."""
    found = []
    for minute, press in enumerate(said.split()):
        word = press.rstrip("0123456789")
        step = int(press[len(word) :] or 0)
        found.append(Mark(f"{minute}", word, step, TEN + timedelta(minutes=minute)))
    return found


@pytest.mark.parametrize(
    ("said", "panel", "number", "since"),
    [
        ("", "before", 1, None),
        ("begin", "step", 1, 0),
        ("begin done1", "step", 2, 1),
        ("begin done1 done1", "step", 2, 2),
        ("begin done1 pause", "pause", 2, 1),
        ("begin done1 pause go_on", "step", 2, 3),
        ("begin left", "left", 1, 0),
        ("begin left go_on done1", "step", 2, 3),
        ("begin done1 done2 done3", "ended", 3, 3),
        ("begin stop", "stopped", 1, 0),
        ("begin stop go_on done1", "stopped", 2, 3),
        ("stop", "stopped", 1, None),
        ("done2", "before", 3, 0),
    ],
)
def test_a_meeting_stands_where_its_presses_say(
    said: str, panel: str, number: int, since: int | None
) -> None:
    found = standing(marks(said), 3)
    assert (found.panel, found.number) == (panel, number)
    assert found.since == (None if since is None else TEN + timedelta(minutes=since))


def test_presses_count_as_they_happened_however_they_arrive() -> None:
    pressed = marks("begin done1 pause go_on")
    expected = standing(pressed, 3)
    assert all(standing(order, 3) == expected for order in permutations(pressed))
