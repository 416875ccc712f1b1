"""Transports that answer at once, late, with a no, with a lie, or not at all."""

from __future__ import annotations

import threading
import time
from email.message import EmailMessage

from alongside.notify.transports import Said


class Recording:
    """Takes everything and remembers it."""

    channel = "email"

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.within: list[float] = []
        self._lock = threading.Lock()

    def send(self, letter: EmailMessage, *, to: str, within: float) -> Said:
        with self._lock:
            self.within.append(within)
            return self.answer(letter, to)

    def answer(self, letter: EmailMessage, to: str) -> Said:
        self.taken.append((to, letter))
        return Said("accepted")

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for given, letter in self.taken if given == address]

    @property
    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for _, letter in self.taken]


class Refusing(Recording):
    """Says no to these addresses, or to all."""

    def __init__(self, *addresses: str) -> None:
        super().__init__()
        self.addresses = addresses

    def answer(self, letter: EmailMessage, to: str) -> Said:
        if not self.addresses or to in self.addresses:
            return Said("refused", "550")
        return super().answer(letter, to)


class Lying(Recording):
    """Takes the message and says that there was no answer."""

    def answer(self, letter: EmailMessage, to: str) -> Said:
        super().answer(letter, to)
        return Said("no_answer", "TimeoutError")


class Breaking(Recording):
    """Fails as code fails."""

    def answer(self, letter: EmailMessage, to: str) -> Said:
        raise RuntimeError("the transport is broken")


class Slow(Recording):
    """Answers late for these addresses, without holding up other senders."""

    def __init__(self, seconds: float, *addresses: str) -> None:
        super().__init__()
        self.seconds, self.addresses = seconds, addresses

    def send(self, letter: EmailMessage, *, to: str, within: float) -> Said:
        if to in self.addresses:
            time.sleep(min(self.seconds, within))
            return Said("no_answer", "TimeoutError")
        return super().send(letter, to=to, within=within)
