"""Real processes on the loopback address: a service that stops is noticed from outside."""

from __future__ import annotations

import os
import signal

import pytest

from tests.fakes.gateway import Gateway, slow_until
from tests.fakes.monitor import SECRET, Monitor
from tests.flows.test_serve import children
from tests.harness.served import Served

# No database has a part in it.
pytestmark = [pytest.mark.slow, pytest.mark.sqlite]


def test_a_service_whose_dispatcher_hangs_or_whose_machine_dies_is_paged_from_outside(serve):
    gateway = Gateway()
    gateway.open()
    try:
        with Monitor(gateway, every=1) as monitor:
            slow_until(lambda: "no sign of life" in last(gateway), within=15)  # nobody serves yet
            served: Served = serve(
                ALONGSIDE_WATCH_URL=monitor.url,
                ALONGSIDE_WATCH_SECRET=SECRET,
                ALONGSIDE_WATCH_EVERY="1",
            )
            served.call("tests.flows.inside_serve:set_up")
            slow_until(lambda: "signs of life again" in last(gateway), within=30)
            assert "outside monitor: fit" in served.command("check", check=False).stdout
            dispatcher = children(served.pid)["dispatcher"]
            os.kill(dispatcher, signal.SIGSTOP)
            assert slow_until(lambda: "no sign of life" in last(gateway), within=15) < 10
            os.kill(dispatcher, signal.SIGCONT)
            slow_until(lambda: "signs of life again" in last(gateway), within=20)
            served.kill()
            slow_until(lambda: "no sign of life" in last(gateway), within=15)
    finally:
        gateway.close()


def last(gateway: Gateway) -> str:
    """What was paged last."""
    return gateway.taken[-1].json["text"] if gateway.taken else ""
