"""A real SMTP server on the loopback address, which can also behave badly.

It keeps every message it took. What it does with the next ones is told to it:

    mailbox.refuse(550)      answers "no" to the recipient (any code from 400 to 599)
    mailbox.delay(6)         takes the message, but answers only after this many seconds
    mailbox.drop()           takes the text and closes the connection without a word
    mailbox.accept()         as usual again
    mailbox.close()          nobody listens at all; open() listens again at the same port
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.harness.environment import free_port


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it arrived."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"] or "")

    @property
    def text(self) -> str:
        body = self.message.get_body(preferencelist=("plain", "html"))
        return body.get_content().replace("\r\n", "\n") if body is not None else ""

    @property
    def raw(self) -> str:
        return self.message.as_string()


class Mailbox:
    """See the module. ``messages`` are those it took, ``tries`` every attempt to hand one over."""

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[Letter] = []
        self.tries = 0
        self.on_arrival: Callable[[Letter], None] | None = None  # told of each as it is taken
        self._arrived = threading.Condition()
        self._controller: Controller | None = None
        self.accept()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def accept(self) -> None:
        self._code, self._seconds, self._drops = 0, 0.0, False

    def refuse(self, code: int = 550) -> None:
        self.accept()
        self._code = code

    def delay(self, seconds: float) -> None:
        self.accept()
        self._seconds = seconds

    def drop(self) -> None:
        self.accept()
        self._drops = True

    def to(self, address: str) -> list[Letter]:
        """The messages taken for one address."""
        return [letter for letter in self.messages if address in letter.recipients]

    def wait_for(self, count: int, *, within: float = 10) -> list[Letter]:
        """Wait until so many messages have been taken, and return all that were."""
        with self._arrived:
            enough = self._arrived.wait_for(lambda: len(self.messages) >= count, timeout=within)
        if not enough:
            raise AssertionError(
                f"{len(self.messages)} of {count} messages had arrived after {within} s"
            )
        return self.messages

    def wait_for_tries(self, count: int, *, within: float = 10) -> None:
        """Wait until so many messages have been offered, taken or not."""
        deadline = time.monotonic() + within
        while self.tries < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.tries} of {count} tries after {within} s")
            time.sleep(0.02)

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    # -- what the server calls ------------------------------------------------------------------

    async def handle_RCPT(  # noqa: N802 - the server's own name for it
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if self._code:
            self.tries += 1
            return f"{self._code} not taken"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the server's own name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.tries += 1
        if self._drops:
            server.transport.abort()
            return "421 closing"
        content = envelope.content or b""
        message = message_from_bytes(
            content if isinstance(content, bytes) else content.encode(), policy=policy.default
        )
        letter = Letter(envelope.mail_from or "", tuple(envelope.rcpt_tos), message)
        with self._arrived:
            self.messages.append(letter)
            self._arrived.notify_all()
        if self.on_arrival is not None:
            self.on_arrival(letter)
        if self._seconds:
            await asyncio.sleep(self._seconds)
        return "250 taken"
