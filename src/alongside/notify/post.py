"""One POST to another machine that ends in time, whatever that machine does. It follows nothing."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from alongside.notify.trust import trust

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LONGEST_ANSWER = 64_000  # bytes that are read of an answer
FAILURES = (OSError, http.client.HTTPException, ValueError)


def post(url: str, *, body: bytes, headers: Mapping[str, str], within: float) -> tuple[int, bytes]:
    """Post a body and return status and answer. The whole call ends after ``within`` seconds.

    Raises:
        One of ``FAILURES``: there was no answer in time, or none that can be read.
    """
    parts = urlsplit(url)
    deadline = time.monotonic() + within
    link = _link(parts.scheme == "https", parts.hostname or "", parts.port, within)
    # A machine that sends one byte a second never lets a socket time out; the watch does.
    link.connect()
    watch = threading.Timer(max(0.01, deadline - time.monotonic()), _cut, [link.sock])
    watch.daemon = True
    watch.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        link.request("POST", path, body=body, headers=dict(headers))
        response = link.getresponse()
        answer = response.read(LONGEST_ANSWER)
        if time.monotonic() > deadline:
            raise TimeoutError
        return response.status, answer
    finally:
        watch.cancel()
        with suppress(OSError):
            link.close()


def _link(tls: bool, host: str, port: int | None, within: float) -> http.client.HTTPConnection:
    if tls:
        return http.client.HTTPSConnection(host, port or 443, timeout=within, context=trust())
    return http.client.HTTPConnection(host, port or 80, timeout=within)


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
