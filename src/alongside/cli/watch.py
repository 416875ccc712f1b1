"""``alongside watch``: the outside monitor. It pages when the service gives no sign of life.

A small program for another machine: no database, no Django. The service posts a signed canary to it
every minute; it may also ask for a page of the service. Three missed in a row, and it pages by
its own mail server or gateway, again and again; it says so when all is well again.
"""

from __future__ import annotations

import argparse
import hmac
import http.client
import json
import os
import signal
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from alongside.cli.refusals import Refused, WrongUsage
from alongside.cli.terminal import add_json, say
from alongside.notify.signed import heard, signature

EXAMPLE = """\
example:
  ALONGSIDE_WATCH_SECRET=... ALONGSIDE_WATCHER_TO=duty@example.org \\
  ALONGSIDE_WATCHER_SMTP_URL=smtps://user:password@mail.example.org \\
  alongside watch --bind 0.0.0.0:8700 --certificate cert.pem --key key.pem \\
      --page https://service.example.org/help-now/

Its settings are in docs/reference/settings.md. Begin with: alongside watch --try
"""
MISSES = 3
AGAIN_AFTER = 15 * 60.0  # seconds after which it pages again while nothing is heard
TRY_AGAIN = 5.0  # seconds until a page that was not taken is sent again
CALL_LIMIT = 10.0
LARGEST = 4096  # bytes of one canary
CLOCKS_APART = 600.0  # seconds between this clock and the service's: more is not believed
SHORTEST_SECRET = 24
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
NOT_TAKEN = (OSError, http.client.HTTPException, smtplib.SMTPException, ValueError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--bind", default="127.0.0.1:8700", metavar="HOST:PORT", help="where to listen"
    )
    parser.add_argument("--certificate", metavar="FILE", help="TLS: the certificate chain, PEM")
    parser.add_argument("--key", metavar="FILE", help="TLS: its private key, PEM")
    parser.add_argument("--page", default="", metavar="URL", help="a page to ask for each minute")
    parser.add_argument(
        "--every", type=float, default=60.0, metavar="SECONDS",
        help="between two canaries, as ALONGSIDE_WATCH_EVERY of the service (default 60)",
    )  # fmt: skip
    parser.add_argument("--try", action="store_true", dest="attempt", help="page once, and end")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    if not 0.1 <= options.every <= 60:
        raise WrongUsage("--every is a number of seconds from 0.1 to 60.")
    roads = tuple(roads_of(os.environ))
    if not roads:
        raise Refused(
            "Nobody would be paged. Set ALONGSIDE_WATCHER_SMTP_URL and ALONGSIDE_WATCHER_TO, or "
            "ALONGSIDE_WATCHER_URL and ALONGSIDE_WATCHER_NUMBERS (docs/reference/settings.md)."
        )
    if options.attempt:
        return _attempt(roads, options)
    secret = os.environ.get("ALONGSIDE_WATCH_SECRET", "")
    if len(secret) < SHORTEST_SECRET:
        raise Refused(
            f"ALONGSIDE_WATCH_SECRET has fewer than {SHORTEST_SECRET} signs. "
            "Write one long random word, the same on both machines."
        )
    watch = Watch(roads=roads, secret=secret, every=options.every, page=options.page)
    server = _server(options, watch)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if options.page:
        threading.Thread(target=watch.ask_for_pages, args=[stop], daemon=True).start()
    said = {"listening": options.bind, "roads": [road.name for road in roads]}
    words = f"Watching at {options.bind}; pages by {', '.join(said['roads'])}."
    print(json.dumps(said) if options.json else words, flush=True)
    while not stop.wait(min(1.0, options.every / 5)):
        watch.turn(time.monotonic())
    server.shutdown()
    return 0


def _attempt(roads: tuple[Road, ...], options: argparse.Namespace) -> int:
    taken = {road.name: _handed_over(road, "A try", "This is a try. Nothing is wrong.", "try")
             for road in roads}  # fmt: skip
    if options.json:
        print(json.dumps(taken))
    else:
        for name, done in taken.items():
            print(f"{name}: {'taken' if done else 'NOT taken'}")
    return 0 if all(taken.values()) else 1


def _server(options: argparse.Namespace, watch: Watch) -> ThreadingHTTPServer:
    host, colon, port = options.bind.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise WrongUsage(f"--bind is {options.bind}. Write an address and a port: 0.0.0.0:8700.")
    try:
        server = ThreadingHTTPServer((host.strip("[]"), int(port)), _handler(watch))
        if options.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(options.certificate, options.key)
            # The greeting is made in the thread of each call, so that a slow one stops nobody.
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
    except OSError as failure:
        raise Refused(f"Cannot listen at {options.bind}: {failure}.") from failure
    server.daemon_threads = True
    return server


# -- what is heard --------------------------------------------------------------------------------


@dataclass
class Sign:
    """One sign of life that should come again and again, and the pages its silence brings.

    Args:
        silent, well: what is paged, with a place for the moment of the last sign.
    """

    silent: str
    well: str
    every: float
    last: float  # by this machine's own running clock, which never jumps
    last_moment: str = ""
    paged_at: float | None = None

    def hear(self, now: float) -> None:
        self.last = now
        self.last_moment = f"{datetime.fromtimestamp(_wall(), UTC):%d %b %H:%M:%S} UTC"

    def due(self, now: float) -> str:
        """What to page now, if anything: the silence, again later, or that all is well."""
        is_silent = now - self.last > self.every * MISSES
        if is_silent and (self.paged_at is None or now - self.paged_at >= AGAIN_AFTER):
            self.paged_at = now
            return self.silent.format(last=self.last_moment or "never since this monitor started")
        if not is_silent and self.paged_at is not None:
            self.paged_at = None
            return self.well.format(last=self.last_moment)
        return ""

    @property
    def is_well(self) -> bool:
        return self.paged_at is None


@dataclass
class Watch:
    """What is heard, what is paged, and what still waits to be taken by a road."""

    roads: tuple[Road, ...]
    secret: str
    every: float
    page: str = ""
    waiting: dict[str, Page] = field(default_factory=dict)
    _last: tuple[datetime, str] | None = None  # the newest canary: when it was made, and its id

    def __post_init__(self) -> None:
        began = time.monotonic()
        self._lock = threading.Lock()
        self.canary = Sign(
            "The service has given no sign of life (last: {last}). Alerts may reach nobody. "
            "Look at it now, and call who is on call.",
            "The service gives signs of life again ({last}).",
            self.every,
            began,
        )
        self.signs = [self.canary]
        if self.page:
            self.pages = Sign(
                "The pages of the service do not answer (last: {last}). Nobody can tell it that "
                "somebody is in danger. Look at it now.",
                "The pages of the service answer again ({last}).",
                self.every,
                began,
            )
            self.signs.append(self.pages)

    def take(self, moment: str, given: str, body: bytes) -> str:
        """Judge one canary; return what to answer, or nothing for one that is not believed.

        Believed is what is signed, was made lately, and is no older than the newest there was.
        """
        wanted = f"sha256={signature(self.secret, moment, body)}"
        if not hmac.compare_digest(wanted.encode(), given.encode()):
            return ""
        try:
            said = json.loads(body)
            id, made = str(said["id"]), datetime.fromisoformat(str(said["text"]).split()[0])
            apart = abs(made.timestamp() - _wall())
        except (ValueError, KeyError, TypeError, IndexError, OverflowError):
            return ""
        with self._lock:
            if self._last is None or made > self._last[0]:
                if apart > CLOCKS_APART:
                    say(f"A canary is signed and {apart:.0f} s from this clock: set both clocks.")
                    return ""
                self._last = (made, id)
                self.canary.hear(time.monotonic())
            elif id != self._last[1]:
                return ""
        return heard(self.secret, id)

    def ask_for_pages(self, stop: threading.Event) -> None:
        """Ask for a page of the service, again and again."""
        while not stop.is_set():
            try:
                _call("GET", self.page)
                with self._lock:
                    self.pages.hear(time.monotonic())
            except NOT_TAKEN as failure:
                say(f"No answer from the page: {type(failure).__name__}.")
            stop.wait(self.every)

    def turn(self, now: float) -> None:
        """Page what is due, on every road; what a road did not take is tried again."""
        for number, sign in enumerate(self.signs):
            with self._lock:
                words = sign.due(now)
            if not words:
                continue
            say(words)
            for road in self.roads:
                # A newer page of the same sign takes the place of one that never went out.
                name = f"{number}:{road.name}"
                self.waiting[name] = Page(road, "The service", words, f"{name}:{_wall():.0f}")
        for name, page in list(self.waiting.items()):
            if page.attempt(now) and self.waiting.get(name) is page:
                del self.waiting[name]

    def is_well(self) -> bool:
        with self._lock:
            return all(sign.is_well for sign in self.signs)


def _handler(watch: Watch) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10
        server_version, sys_version = "watch", ""

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > LARGEST:
                self.answer(413, {"error": "too large"})
                return
            said = watch.take(
                self.headers.get("X-Timestamp", ""),
                self.headers.get("X-Signature", ""),
                self.rfile.read(int(length)),
            )
            if said:
                self.answer(200, {"heard": said})
            else:
                self.answer(403, {"error": "not believed"})

        def do_GET(self) -> None:
            well = watch.is_well()
            self.answer(200 if well else 503, {"well": well})

        def answer(self, status: int, words: Mapping[str, object]) -> None:
            body = json.dumps(words).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: what matters is paged."""

    return Handler


# -- who is paged ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Road:
    """One way to one recipient. ``send`` raises when the page was not taken."""

    name: str
    send: Callable[[str, str, str], None]


@dataclass
class Page:
    """One page on its road, until the road took it. A slow road holds up no other."""

    road: Road
    subject: str
    words: str
    id: str
    again_at: float = 0.0
    taken: bool = False
    sending: threading.Thread | None = None

    def attempt(self, now: float) -> bool:
        """Begin to send it, if it is time; return whether it was taken meanwhile."""
        if self.taken or now < self.again_at or (self.sending and self.sending.is_alive()):
            return self.taken
        self.again_at = now + TRY_AGAIN
        self.sending = threading.Thread(target=self._send, daemon=True)
        self.sending.start()
        return False

    def _send(self) -> None:
        self.taken = _handed_over(self.road, self.subject, self.words, self.id)


def _handed_over(road: Road, subject: str, words: str, id: str) -> bool:
    try:
        road.send(subject, words, id)
    except NOT_TAKEN as failure:
        say(f"{road.name}: not taken, {type(failure).__name__}. It is tried again.")
        return False
    return True


def roads_of(given: Mapping[str, str]) -> Iterator[Road]:
    """The roads of this monitor's own settings: mail to each address, a gateway to each number.

    Raises:
        Refused.
    """
    mail = given.get("ALONGSIDE_WATCHER_SMTP_URL", "")
    for address in _listed(given.get("ALONGSIDE_WATCHER_TO", "")):
        if mail:
            yield _by_mail(mail, given.get("ALONGSIDE_WATCHER_MAIL_FROM", ""), address)
    gateway = given.get("ALONGSIDE_WATCHER_URL", "")
    for number in _listed(given.get("ALONGSIDE_WATCHER_NUMBERS", "")):
        if gateway:
            yield _by_gateway(
                gateway,
                given.get("ALONGSIDE_WATCHER_BODY", "")
                or '{"to": "{to}", "text": "{text}", "id": "{id}"}',
                given.get("ALONGSIDE_WATCHER_AUTHORIZATION", ""),
                number,
            )


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _by_mail(url: str, sender: str, to: str) -> Road:
    parts = urlsplit(url)
    host, user = parts.hostname, unquote(parts.username or "")
    if parts.scheme not in {"smtp", "smtps"} or not host:
        raise Refused(
            "ALONGSIDE_WATCHER_SMTP_URL cannot be read. Write smtp://user:password@host:587."
        )
    tls = parts.scheme == "smtps"
    port = parts.port or (465 if tls else 587 if user else 25)

    def send(subject: str, words: str, id: str) -> None:
        letter = EmailMessage()
        letter["From"] = sender or f"watch@{host}"
        letter["To"], letter["Subject"] = to, subject
        letter["X-Priority"] = "1"
        letter.set_content(words)
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if tls:
            server = smtplib.SMTP_SSL(host, port, timeout=CALL_LIMIT, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=CALL_LIMIT)
        with server:
            server.ehlo()
            if not tls and server.has_extn("starttls"):
                server.starttls(context=context)
            elif user and not tls and host not in LOOPBACK:
                raise smtplib.SMTPException("no encryption, so no password")
            if user:
                server.login(user, unquote(parts.password or ""))
            server.send_message(letter)

    return Road(f"mail {to}", send)


def _by_gateway(url: str, body: str, authorization: str, to: str) -> Road:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise Refused("ALONGSIDE_WATCHER_URL sends without encryption. Write https://….")
    try:
        template = json.loads(body)
    except ValueError as failure:
        raise Refused(f"ALONGSIDE_WATCHER_BODY is not JSON: {failure}.") from failure

    def send(subject: str, words: str, id: str) -> None:
        filled = {
            key: str(value).replace("{to}", to).replace("{id}", id).replace("{text}", words)
            for key, value in template.items()
        }
        headers = {"Content-Type": "application/json", "Idempotency-Key": id}
        if authorization:
            headers["Authorization"] = authorization
        _call("POST", url, json.dumps(filled).encode(), headers)

    return Road(f"gateway {to}", send)


def _call(
    method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> None:
    """Make one request; raise unless it was answered with a yes."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url} is no address of a page")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    link = kind(parts.hostname, parts.port, timeout=CALL_LIMIT)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        link.request(method, path, body or None, dict(headers or {}))
        answer = link.getresponse()
        answer.read(LARGEST)
        if answer.status >= 400:
            raise http.client.HTTPException(str(answer.status))
    finally:
        link.close()


def _wall() -> float:
    """This machine's own clock: there is no database here. What counts is monotonic."""
    return time.clock_gettime(time.CLOCK_REALTIME)
