"""Where messages go: an SMTP server, or files in development and demonstrations."""

from __future__ import annotations

import os
import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings

from alongside.notify.rules import CALL_LIMIT
from alongside.notify.trust import trust

Outcome = Literal["accepted", "refused", "rejected", "no_answer"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a transport said to one message. Only ``accepted`` counts as sent.

    ``refused`` is not now, so it is tried again; ``rejected`` is never, so it is not, unless life
    may depend on it; ``no_answer`` is unknown: it may have been taken, and is sent again.
    ``detail`` is a code or a kind of failure; a server's words may hold an address.
    """

    outcome: Outcome
    detail: str = ""


class Transport(Protocol):
    """A port through which messages leave. ``send`` answers within ``within`` seconds."""

    channel: str

    def send(self, letter: EmailMessage, *, to: str, within: float) -> Said: ...


class NotASmtpUrl(ValueError):
    """The address of the mail server cannot be read."""


class NotASender(ValueError):
    """The address that messages come from cannot be used."""


class SmtpTransport:
    """Hand messages to an SMTP server: ``smtp://user:password@host:587`` or ``smtps://…:465``.

    STARTTLS is used when the server offers it, and is required before a password is sent to
    another machine.
    """

    channel = "email"

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.scheme not in {"smtp", "smtps"}:
            raise NotASmtpUrl(
                "ALONGSIDE_SMTP_URL cannot be read. Write smtp://user:password@host:587 "
                "or smtps://user:password@host:465."
            )
        self.host = host
        self.tls = parts.scheme == "smtps"
        self.port = port or (465 if self.tls else 587 if parts.username else 25)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")

    def send(self, letter: EmailMessage, *, to: str, within: float = CALL_LIMIT) -> Said:
        """Send one message. The whole call ends after ``within`` seconds, whatever happens."""
        try:
            with self._session(within) as (server, step):
                step()
                server.send_message(letter, from_addr=_sender(letter), to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as refusal:
            code, _words = next(iter(refusal.recipients.values()))
            return Said("refused", str(code))
        except smtplib.SMTPResponseException as refusal:
            return Said("refused", str(refusal.smtp_code))
        except (OSError, smtplib.SMTPException, ValueError) as failure:
            return Said("no_answer", type(failure).__name__)
        return Said("accepted")

    def reach(self, *, within: float = CALL_LIMIT) -> Said:
        """Greet the server and sign in, and send nothing: for ``alongside check``."""
        try:
            with self._session(within) as (server, step):
                step()
                server.noop()
        except smtplib.SMTPResponseException as refusal:
            return Said("refused", str(refusal.smtp_code))
        except (OSError, smtplib.SMTPException, ValueError) as failure:
            return Said("no_answer", type(failure).__name__)
        return Said("accepted")

    @contextmanager
    def _session(self, within: float) -> Iterator[tuple[smtplib.SMTP, _Step]]:
        deadline = time.monotonic() + within
        if self.tls:
            server: _Watched = _WatchedTls(self.host, self.port, timeout=within, context=trust())
        else:
            server = _Watched(self.host, self.port, timeout=within)
        step = _Step(server, deadline)
        try:
            step()
            server.ehlo()
            if not self.tls and server.has_extn("starttls"):
                step()
                server.starttls(context=trust())
                server.ehlo()
            elif self.user and not self.tls and self.host not in {"127.0.0.1", "::1", "localhost"}:
                raise smtplib.SMTPException("no encryption, so no password")
            if self.user:
                step()
                server.login(self.user, self.password)
            yield server, step
        finally:
            server.watch.cancel()
            with suppress(OSError):
                server.close()


class FileTransport:
    """Keep messages as files, one ``.eml`` each: development and demonstrations."""

    def __init__(self, folder: Path, channel: str = "email") -> None:
        self.folder, self.channel = folder, channel

    def send(self, letter: EmailMessage, *, to: str, within: float = CALL_LIMIT) -> Said:
        """Write the message to a file named by its Message-ID; the same id again is one file."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = str(letter["Message-ID"] or "message").strip("<>").partition("@")[0]
        path = self.folder / f"{name}.eml"
        fresh = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        fresh.write_bytes(bytes(letter))
        os.replace(fresh, path)
        return Said("accepted", "file")


def email() -> Transport:
    """The transport for e-mail of this deployment."""
    url = settings.SMTP_URL
    return SmtpTransport(url) if url else FileTransport(mail_folder())


def configured() -> tuple[Transport, ...]:
    """The transports of this deployment, one a channel. E-mail is always there.

    Without a gateway, texts and calls become files in a demonstration and while developing, and
    are not offered otherwise; web push likewise, without a contact.
    """
    from alongside.notify.gateway import GatewayTransport
    from alongside.notify.push import PushTransport

    found: list[Transport] = [email()]
    if not _is_address(settings.MAIL_FROM):
        raise NotASender("ALONGSIDE_MAIL_FROM is no address. Write messages@service.example.")
    for channel, given in (("sms", settings.SMS), ("voice", settings.VOICE)):
        if given["url"]:
            found.append(GatewayTransport(channel, **given))
        elif settings.DEMO or settings.DEBUG:
            found.append(FileTransport(mail_folder(), channel))
    if settings.PUSH_CONTACT:
        found.append(PushTransport(contact=settings.PUSH_CONTACT, hosts=settings.PUSH_HOSTS))
    elif settings.DEMO or settings.DEBUG:
        found.append(FileTransport(mail_folder(), "push"))
    return tuple(found)


def offered() -> frozenset[str]:
    """The channels over which this deployment can send."""
    return frozenset(transport.channel for transport in configured())


def mail_folder() -> Path:
    """Where messages are kept when no mail server is configured."""
    folder: Path = settings.VAR / "mail"
    return folder


def goes_to_files() -> bool:
    """Whether e-mail of this deployment is only written to files."""
    return not settings.SMTP_URL


def letter(
    *, to: str, subject: str, body: str, message_id: str, at: datetime, urgent: bool = False
) -> EmailMessage:
    """A plain-text message with a neutral sender. ``message_id`` stays the same on every try."""
    written = EmailMessage()
    written["From"] = settings.MAIL_FROM
    written["To"] = to
    written["Subject"] = subject
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    written["Message-ID"] = f"<{message_id}@{host}>"
    written["Date"] = format_datetime(at)
    written["Auto-Submitted"] = "auto-generated"
    if urgent:
        written["X-Priority"] = "1"
        written["Importance"] = "high"
    written.set_content(body)
    return written


class _Step:
    """Sets the socket's patience to what is left of the call."""

    def __init__(self, server: smtplib.SMTP, deadline: float) -> None:
        self.server, self.deadline = server, deadline

    def __call__(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0 or self.server.sock is None:
            raise TimeoutError
        self.server.sock.settimeout(left)


class _Watched(smtplib.SMTP):
    """Cut off when its time is over, from the greeting on.

    A server that sends one byte a second never lets a socket time out; the watch does.
    """

    def connect(
        self, host: str = "localhost", port: int = 0, source_address: Any = None
    ) -> tuple[int, bytes]:
        self.deadline = time.monotonic() + self.timeout
        self.watch = threading.Timer(self.timeout, _cut, [self])
        self.watch.daemon = True
        self.watch.start()
        try:
            return super().connect(host, port, source_address)
        except BaseException:
            self.watch.cancel()
            raise

    def getreply(self) -> tuple[int, bytes]:
        if time.monotonic() > self.deadline:
            raise TimeoutError
        return super().getreply()


class _WatchedTls(_Watched, smtplib.SMTP_SSL):
    """The same with TLS from the first byte."""


def _cut(server: smtplib.SMTP) -> None:
    sock = server.sock
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _is_address(text: str) -> bool:
    name, at, host = parseaddr(text)[1].rpartition("@")
    return bool(name and at and host) and text.isprintable()


def _sender(written: EmailMessage) -> str:
    address = written["From"].addresses[0]
    return str(address.addr_spec)
