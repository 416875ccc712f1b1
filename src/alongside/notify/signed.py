"""How a message to another machine is signed. Needs nothing but the standard library."""

from __future__ import annotations

import hmac
from hashlib import sha256


def signature(secret: str, moment: str, body: bytes) -> str:
    """The HMAC-SHA256 over moment and body, in hex, as the receiving side computes it too."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()


def heard(secret: str, id: str) -> str:
    """What the outside monitor answers to one canary: only who knows the secret can."""
    return signature(secret, "heard", id.encode())
