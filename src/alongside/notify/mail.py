"""Django's door to the same mail server: for sign-in codes, which are not kept in the outbox."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from alongside.notify import transports
from alongside.notify.rules import CALL_LIMIT
from alongside.records import clock


class MailNotTaken(OSError):
    """The mail server did not take a message. The words say what it answered."""


class Backend(BaseEmailBackend):
    """Sends each message through the transport of this deployment, within four seconds.

    A code in a mail is worth nothing in an outbox an hour later, so it is sent at once or
    refused; the person asks for another.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        transport = transports.email()
        taken = 0
        for message in email_messages:
            for to in message.recipients():
                said = transport.send(self._letter(message, to), to=to, within=CALL_LIMIT)
                if said.outcome == "accepted":
                    taken += 1
                elif not self.fail_silently:
                    raise MailNotTaken(f"{said.outcome} {said.detail}")
        return taken

    def _letter(self, message: EmailMessage, to: str) -> Any:
        return transports.letter(
            to=to,
            subject=" ".join(str(message.subject).split()),
            body=str(message.body),
            message_id=secrets.token_hex(16),
            at=clock.now(),
        )
