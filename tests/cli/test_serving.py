"""The supervisor of ``alongside serve``: what is started again, and when it gives up."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from alongside.cli import serve, with_parent

ROUNDS = serve.HOPELESS + 2


def dies_again_and_again(child: serve.Child) -> None:
    for number in range(ROUNDS):
        now = 100.0 * number
        child.watch(now)  # starts it
        assert child.process is not None
        child.process.join(timeout=30)
        child.watch(now)  # sees that it ended
        assert child.process is None


def is_up_and_dies() -> int:
    with_parent.say_up()
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def ends_at_once() -> int:
    return 1


@pytest.mark.parametrize(
    ("work", "was_up", "deaths"), [(is_up_and_dies, True, 1), (ends_at_once, False, ROUNDS)]
)
def test_a_web_server_is_given_up_only_if_it_was_never_up(
    tmp_path: Path, work: Callable[[], int], was_up: bool, deaths: int
) -> None:
    """However short it lived: a worker may be killed as soon as it answers, ever again."""
    child = serve.Child("web", work, sign=tmp_path / "web")
    dies_again_and_again(child)
    assert (child.was_up, child.deaths) == (was_up, deaths)
    assert child.is_hopeless is not was_up


def test_a_process_the_machine_has_no_room_for_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a machine that is full for a moment the service must not end, nor be left alone."""
    child = serve.Child("dispatcher", ends_at_once)

    def full(now: float) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(child, "start", full)
    child.watch(0.0)
    assert (child.process, child.deaths, child.again_at) == (None, 1, serve.FIRST_WAIT)
    monkeypatch.undo()
    child.watch(1.0)
    assert child.process is not None
    child.wait(0.0)


def test_nothing_is_left_without_a_supervisor_however_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = []
    child = serve.Child("dispatcher", ends_at_once)
    monkeypatch.setattr(child, "watch", lambda now: 1 / 0)
    monkeypatch.setattr(child, "end", lambda: ended.append("told"))
    monkeypatch.setattr(child, "wait", lambda until: ended.append("waited for"))
    monkeypatch.setattr(serve.signal, "signal", lambda *_: None)
    with pytest.raises(ZeroDivisionError):
        serve.Supervisor([child]).run()
    assert ended == ["told", "waited for"]
