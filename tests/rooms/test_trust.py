"""Whom this machine trusts over TLS."""

from __future__ import annotations

import ssl

from alongside.notify import trust


def test_an_authority_is_asked_for_and_the_store_is_read_once_an_hour(monkeypatch):
    monkeypatch.setattr(trust, "_read", [])
    first = trust.trust()
    assert first.verify_mode is ssl.CERT_REQUIRED
    assert first.check_hostname
    assert trust.trust() is first
    later = trust._read[0][0] + trust.LASTS + 1
    monkeypatch.setattr(trust.time, "monotonic", lambda: later)
    assert trust.trust() is not first
