"""A real HTTP server on the loopback address that takes texts, and can also behave badly.

It keeps every request it got. What it does with the next ones is told to it:

    gateway.refuse(503)       answers with this status
    gateway.half(422)         answers every other request with this status
    gateway.delay(6)          answers only after this many seconds
    gateway.drip()            sends its answer one byte a second, and never ends
    gateway.lie()             says 200 and, in the body, that it did not send
    gateway.drop()            takes the request and closes without a word
    gateway.accept()          as usual again
    gateway.close()           nobody listens at all; open() listens again at the same port
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.harness.environment import free_port


@dataclass(frozen=True, slots=True)
class Posted:
    """One request as it arrived; ``taken`` says whether it was answered with a yes."""

    path: str
    headers: dict[str, str]
    body: bytes
    taken: bool

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return str(self.headers["Idempotency-Key"])


class Gateway:
    """See the module. ``posted`` is every request, ``taken`` those that were answered yes."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/send"
        self.posted: list[Posted] = []
        self.on_arrival: Callable[[Posted], None] | None = None  # told of each as it is taken
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self.accept()

    def open(self) -> None:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                gateway._answer(self)

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self._closed.clear()
        self._server = server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def taken(self) -> list[Posted]:
        return [each for each in self.posted if each.taken]

    def accept(self) -> None:
        self._status, self._every, self._seconds, self._manner = 200, 1, 0.0, "plain"

    def refuse(self, status: int) -> None:
        self.accept()
        self._status = status

    def half(self, status: int) -> None:
        self.accept()
        self._status, self._every = status, 2

    def delay(self, seconds: float) -> None:
        self.accept()
        self._seconds = seconds

    def drip(self) -> None:
        self.accept()
        self._manner = "drip"

    def lie(self) -> None:
        self.accept()
        self._manner = "lie"

    def drop(self) -> None:
        self.accept()
        self._manner = "drop"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", "0")))
        with self._lock:
            is_bad = self._status != 200 and (len(self.posted) + 1) % self._every == 0
            status, manner = (self._status if is_bad else 200), self._manner
            taken = status == 200 and manner == "plain"
            posted = Posted(handler.path, dict(handler.headers.items()), body, taken)
            self.posted.append(posted)
        if taken and self.on_arrival is not None:
            self.on_arrival(posted)
        if manner == "drop":
            handler.connection.close()
            return
        self._closed.wait(self._seconds)
        said = b'{"status": "failed"}' if manner == "lie" else b'{"status": "queued"}'
        try:
            handler.send_response(status)
            handler.send_header("Content-Type", "application/json")
            if status in {301, 302, 307}:
                handler.send_header("Location", self.url + "/elsewhere")
            length = 1000 if manner == "drip" else len(said)
            handler.send_header("Content-Length", str(length))
            handler.end_headers()
            if manner == "drip":
                for _ in range(20):
                    handler.wfile.write(b".")
                    handler.wfile.flush()
                    if self._closed.wait(0.2):
                        return
            handler.wfile.write(said)
        except OSError:
            return  # whoever asked hung up


def slow_until(condition: Any, within: float = 8.0) -> float:
    """Wait until it is so, and say how long that took; fail when it never is."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > within:
            raise AssertionError(f"not so after {within} s")
        time.sleep(0.02)
    return time.monotonic() - began
