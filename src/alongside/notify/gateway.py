"""Texts and calls, handed to any provider that takes an HTTP request.

What is sent is a template of the deployment's own, JSON or a form; it is signed when a secret is
set. The answer is one of four: taken; not now, so again; never, so not again; and unknown, which
is sent again under the same id, because late or twice is better than lost.
"""

from __future__ import annotations

import json
import re
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from alongside.notify.post import FAILURES, LOOPBACK, post
from alongside.notify.rules import CALL_LIMIT
from alongside.notify.signed import signature
from alongside.notify.transports import Said
from alongside.records import clock

PLAIN = '{"to": "{to}", "text": "{text}", "id": "{id}"}'
# The message or its number is wrong, and will be wrong again.
NEVER = frozenset({400, 410, 413, 415, 422})
_PLACES = re.compile(r"\{(?:to|text|id)\}")


class NotAGateway(ValueError):
    """The settings of a gateway cannot be used. The words say which, and what to write."""


class GatewayTransport:
    """Hand texts or calls to a gateway by one POST each.

    Args:
        channel: ``sms`` or ``voice``; also the name of its settings.
        url: where to. HTTPS, unless the gateway runs on this machine.
        body: the template: JSON, or a form ``To={to}&Body={text}``. ``{to}``, ``{text}`` and
            ``{id}`` are replaced inside its texts, so nothing in a message can change its shape.
        authorization: the header of that name, as the provider gives it.
        secret: signs ``<seconds since 1970>.<body>`` with HMAC-SHA256, in ``X-Signature``.
        accepted: words the answer must hold to count as taken; empty: a 2xx is enough.

    Raises:
        NotAGateway.
    """

    def __init__(
        self,
        channel: str,
        *,
        url: str,
        body: str = "",
        authorization: str = "",
        secret: str = "",
        accepted: str = "",
    ) -> None:
        name = f"ALONGSIDE_{channel.upper()}"
        self.channel = channel
        try:
            parts = urlsplit(url)
            is_whole = bool(parts.hostname) and parts.port != 0 and url.isascii()
        except ValueError:
            is_whole = False
        if not is_whole or parts.scheme not in {"https", "http"} or not _is_one_word(url):
            raise NotAGateway(f"{name}_URL cannot be read. Write https://provider.example/send.")
        if parts.username is not None:
            raise NotAGateway(
                f"{name}_URL holds a name or password, which is not sent. "
                f"Write {name}_AUTHORIZATION='Basic …'."
            )
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise NotAGateway(f"{name}_URL sends without encryption. Write https://….")
        self.url = url
        self.authorization, self.secret, self.accepted = authorization, secret, accepted
        if not (authorization.isascii() and authorization.isprintable()):
            raise NotAGateway(f"{name}_AUTHORIZATION holds signs that no header can hold.")
        body = body or PLAIN
        self.is_json = body.lstrip().startswith("{")
        try:
            self.template: Any = (
                json.loads(body)
                if self.is_json
                else parse_qsl(body, keep_blank_values=True, strict_parsing=True)
            )
        except ValueError as failure:
            raise NotAGateway(f"{name}_BODY is neither JSON nor a form: {failure}.") from failure
        # Filled in as for a message: a place in a name of a field stays as it is.
        filled = self.written(to="some-number", text="some-words", id="")
        if b"some-number" not in filled or b"some-words" not in filled:
            raise NotAGateway(f"{name}_BODY names no {{to}} or no {{text}}.")

    def send(self, letter: EmailMessage, *, to: str, within: float = CALL_LIMIT) -> Said:
        """Send one message. The whole call ends after ``within`` seconds, whatever happens."""
        id = str(letter["Message-ID"] or "").strip("<>").partition("@")[0]
        body = self.written(to=to, text=letter.get_content().strip(), id=id)
        try:
            status, answer = self._post(body, id, within)
        except FAILURES as failure:
            return Said("no_answer", type(failure).__name__)
        return self.judged(status, answer)

    def written(self, *, to: str, text: str, id: str) -> bytes:
        """The body of one request: the template with its places filled."""

        def fill(value: Any) -> Any:
            if isinstance(value, str):
                # One pass over the template: braces in a message are text, never a place.
                parts = {"{to}": to, "{text}": text, "{id}": id}
                return _PLACES.sub(lambda found: parts[found[0]], value)
            if isinstance(value, dict):
                return {key: fill(inner) for key, inner in value.items()}
            if isinstance(value, list):
                return [fill(inner) for inner in value]
            return value

        if self.is_json:
            return json.dumps(fill(self.template), ensure_ascii=False).encode()
        return urlencode([(name, fill(value)) for name, value in self.template]).encode()

    def judged(self, status: int, answer: bytes) -> Said:
        """What an answer means. The provider's words are not kept: they may hold the number."""
        if 200 <= status < 300:
            if self.accepted and self.accepted.encode() not in answer:
                return Said("no_answer", f"{status} without the expected words")
            return Said("accepted", str(status))
        return Said("rejected" if status in NEVER else "refused", str(status))

    def _post(self, body: bytes, id: str, within: float) -> tuple[int, bytes]:
        return post(self.url, body=body, headers=self._headers(body, id), within=within)

    def _headers(self, body: bytes, id: str) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json"
            if self.is_json
            else "application/x-www-form-urlencoded",
            "Idempotency-Key": id,
            "User-Agent": "messages",
        }
        if self.authorization:
            headers["Authorization"] = self.authorization
        if self.secret:
            moment = f"{clock.now().timestamp():.0f}"
            headers["X-Timestamp"] = moment
            headers["X-Signature"] = f"sha256={signature(self.secret, moment, body)}"
        return headers


def _is_one_word(url: str) -> bool:
    return url.isprintable() and " " not in url
