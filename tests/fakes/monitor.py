"""The outside monitor as its own process on the loopback address: the real `alongside watch`.

with Monitor(gateway, "--page", url, every=0.2) as monitor: ...
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from typing import Self

from tests.fakes.gateway import Gateway
from tests.harness.environment import free_port
from tests.harness.house import ROOT

SECRET = "a-long-random-word-of-both-machines"


class Monitor:
    """Pages by ``gateway``. ``url`` is where the service posts its canaries."""

    def __init__(self, gateway: Gateway, *words: str, every: float = 0.2) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        kept = {name: value for name, value in os.environ.items() if "ALONGSIDE_" not in name}
        self.line = [sys.executable, "-m", "alongside.cli", "watch"]
        self.line += ["--bind", f"127.0.0.1:{self.port}", "--every", str(every), *words]
        self.environment = {
            **kept,
            "PYTHONPATH": str(ROOT / "src"),
            "ALONGSIDE_WATCH_SECRET": SECRET,
            "ALONGSIDE_WATCHER_URL": gateway.url,
            "ALONGSIDE_WATCHER_NUMBERS": "+441632960001",
        }

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self.line, env=self.environment, stdout=subprocess.PIPE, text=True
        )
        said = self.process.stdout.readline() if self.process.stdout else ""
        if "Watching at" not in said:
            self.stop()
            raise RuntimeError(f"`alongside watch` did not start. It said: {said}")
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def post(self, moment: str, given: str, body: bytes) -> tuple[int, str]:
        """Post one canary; return status and body of the answer."""
        return self._ask("POST", body, {"X-Timestamp": moment, "X-Signature": given})

    def is_well(self) -> bool:
        return self._ask("GET", b"", {})[0] == 200

    def _ask(self, method: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            link.request(method, "/", body or None, headers)
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        finally:
            link.close()

    def stop(self) -> int:
        """Ask it to end, and return its exit status."""
        self.process.terminate()
        status = self.process.wait(timeout=10)
        if self.process.stdout:
            self.process.stdout.close()
        return status
