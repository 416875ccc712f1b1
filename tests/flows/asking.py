"""Pages by plain HTTP, as one reader sees them; every answer is looked at as it comes."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.harness.served import Served

CSRF = "a" * 32


@dataclass
class Answer:
    status: int
    text: str
    headers: Any

    @property
    def plain(self) -> str:
        """Without what differs from one answer to the next for everybody: one-time tokens."""
        text = re.sub(
            r'(name="(?:csrfmiddlewaretoken|submission|token)" value=")[^"]*', r"\1", self.text
        )
        return re.sub(r"\b\d\d:\d\d\b", "", text)


@dataclass
class Asker:
    """One reader with one connection. Every answer is checked as it comes."""

    served: Served
    cookie: str = ""
    seen: Counter[int] = field(default_factory=Counter)
    _line: http.client.HTTPConnection | None = field(default=None, repr=False)

    def ask(self, method: str, target: str, body: bytes | None = None, **headers: str) -> Answer:
        own = f"c={CSRF}" + (f"; {self.cookie}" if self.cookie else "")
        sent = {"Cookie": own, "Origin": self.served.url, **headers}
        for attempt in (1, 2):
            if self._line is None:
                self._line = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=30)
            try:
                self._line.request(method, target, body, sent)
                got = self._line.getresponse()
                found = Answer(got.status, got.read().decode("utf-8", "replace"), got.headers)
                break
            except (http.client.HTTPException, OSError):
                self._line.close()
                self._line = None
                if attempt == 2:
                    raise
        self.seen[found.status] += 1
        where = f"{method} {target[:120]}"
        assert found.status < 500, f"{where}: {found.status}"
        assert "Traceback" not in found.text, f"{where} shows a traceback"
        assert "Exception Type" not in found.text, f"{where} shows an error of the framework"
        return found

    def get(self, target: str) -> Answer:
        return self.ask("GET", target)

    def post(self, target: str, fields: list[tuple[str, str]]) -> Answer:
        body = urlencode([("csrfmiddlewaretoken", CSRF), *fields], errors="surrogatepass")
        kind = "application/x-www-form-urlencoded"
        return self.ask("POST", target, body.encode(), **{"Content-Type": kind})
