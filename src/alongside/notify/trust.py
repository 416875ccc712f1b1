"""Whom this machine trusts when it speaks over TLS: the authorities of its own store."""

from __future__ import annotations

import ssl
import time

LASTS = 3600.0  # seconds: an authority that was added or taken away counts after that

_read: list[tuple[float, ssl.SSLContext]] = []


def trust() -> ssl.SSLContext:
    """The authorities, read anew each hour: reading them takes longer than sending a message."""
    if not _read or time.monotonic() - _read[0][0] > LASTS:
        _read[:] = [(time.monotonic(), ssl.create_default_context())]
    return _read[0][1]
