"""Web push: a short message to a browser that asked for it, which its maker's server passes on.

The server in between cannot read the message: it is encrypted for that browser alone (RFC 8291),
and signed as ours with a key of this service (RFC 8292). It learns that something was sent, and
when. Written here on ``cryptography``, because the libraries for it bring a second HTTP client.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alongside.notify.post import FAILURES, LOOPBACK, post
from alongside.notify.rules import CALL_LIMIT
from alongside.notify.transports import Said
from alongside.records import clock, keys

KEPT_FOR = timedelta(hours=4)  # how long the server in between holds it for a device that is off
SIGNED_FOR = timedelta(hours=12)  # RFC 8292: at most 24
LONGEST = 3_500  # bytes of a message in one record
LETTERS = 500  # of a text: what a notification shows, and room for four bytes each
RECORD = 4096
# This subscription is gone, or this message will never be taken.
NEVER = frozenset({400, 404, 410, 413})
_CURVE = ec.SECP256R1()
# The order of the curve: a private key lies below it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class NotASubscription(ValueError):
    """What a browser gave is no address to push to, or one that nothing is sent to."""


class NotAContact(ValueError):
    """The settings of web push cannot be used. The words say which, and what to write."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where one browser takes messages, with the keys it made for them."""

    endpoint: str
    p256dh: bytes  # its public key, 65 bytes
    auth: bytes  # a secret of 16 bytes
    name: str = ""  # "Firefox on Android"

    def written(self) -> str:
        """As the address of a channel."""
        return json.dumps(
            {
                "endpoint": self.endpoint,
                "p256dh": encoded(self.p256dh),
                "auth": encoded(self.auth),
                "name": self.name,
            },
            ensure_ascii=False,
        )


def read(written: str, *, hosts: Iterable[str]) -> Subscription:
    """A subscription as a browser gives it, or as a channel keeps it.

    Args:
        written: JSON, with the keys beside the endpoint or under ``keys``.
        hosts: where messages may go; one that begins with a dot stands for all below it.

    Raises:
        NotASubscription: it cannot be read, or leads somewhere else.
    """
    try:
        given = json.loads(written)
        inner = given.get("keys") or given
        endpoint = str(given["endpoint"])
        found = Subscription(
            endpoint, decoded(inner["p256dh"]), decoded(inner["auth"]), str(given.get("name", ""))
        )
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, found.p256dh)
        parts = urlsplit(endpoint)
        host, _port = parts.hostname or "", parts.port
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error) as failure:
        raise NotASubscription from failure
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise NotASubscription
    if parts.username or len(endpoint) > 2_000 or len(found.auth) != 16:
        raise NotASubscription
    if not any(host == each or (each[:1] == "." and host.endswith(each)) for each in hosts):
        raise NotASubscription
    return found


def name_of(written: str) -> str:
    """What the browser of a channel is called, for its owner."""
    found: object = json.loads(written).get("name", "")
    return str(found)


def encoded(raw: bytes) -> str:
    """base64url without padding, as web push writes bytes."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of base64url, with padding or without."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


# -- our key --------------------------------------------------------------------------------------


def own_key() -> ec.EllipticCurvePrivateKey:
    """The key that says a message is ours: made once, kept with the other keys.

    A new one would end every subscription, so it belongs into the same safe place as they do.
    """
    number = int.from_bytes(keys.key("push"), "big") % (_ORDER - 1) + 1
    return ec.derive_private_key(number, _CURVE)


def public_key() -> str:
    """What a browser must know to subscribe to this service."""
    return encoded(_point(own_key()))


def signed_for(endpoint: str, *, contact: str, at: datetime) -> str:
    """The ``Authorization`` header of one message (RFC 8292).

    Args:
        contact: a ``mailto:`` or ``https:`` address where we can be asked about it.
    """
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((at + SIGNED_FOR).timestamp()),
        "sub": contact,
    }
    head = encoded(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    text = f"{head}.{encoded(json.dumps(claims).encode())}"
    key = own_key()
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    signature = encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={text}.{signature}, k={encoded(_point(key))}"


# -- what only that browser can read --------------------------------------------------------------


def encrypted(
    text: bytes,
    to: Subscription,
    *,
    salt: bytes | None = None,
    once: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """A message for one browser: RFC 8291, one record of ``aes128gcm`` (RFC 8188).

    Args:
        text: at most ``LONGEST`` bytes.
        salt, once: 16 bytes and a key for this message alone; made anew unless a test gives them.
    """
    if len(text) > LONGEST:
        raise ValueError("too long for one record")
    salt = secrets.token_bytes(16) if salt is None else salt
    once = ec.generate_private_key(_CURVE) if once is None else once
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, to.p256dh)
    shared, ours = once.exchange(ec.ECDH(), theirs), _point(once)
    about = b"WebPush: info\0" + to.p256dh + ours
    secret = _derived(shared, salt=to.auth, info=about, length=32)
    key = _derived(secret, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derived(secret, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    sealed = AESGCM(key).encrypt(nonce, text + b"\x02", None)  # 2: the last record
    return salt + RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def _derived(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


# -- the transport --------------------------------------------------------------------------------


class PushTransport:
    """Hand messages to the server of the browser that asked for them.

    Args:
        contact: where we can be asked: ``mailto:name@service.example`` or an ``https:`` page.
        hosts: where messages may go.

    Raises:
        NotAContact.
    """

    channel = "push"

    def __init__(self, *, contact: str, hosts: tuple[str, ...]) -> None:
        if not contact.startswith(("mailto:", "https://")):
            raise NotAContact(
                "ALONGSIDE_PUSH_CONTACT cannot be read. Write mailto:name@service.example, "
                "where the makers of browsers can ask about our messages."
            )
        self.contact, self.hosts = contact, hosts

    def send(self, letter: EmailMessage, *, to: str, within: float = CALL_LIMIT) -> Said:
        """Send one message. The whole call ends after ``within`` seconds, whatever happens."""
        try:
            where = read(to, hosts=self.hosts)
        except NotASubscription:
            return Said("rejected", "not a subscription")
        id = str(letter["Message-ID"] or "").strip("<>").partition("@")[0]
        urgent = letter["Importance"] == "high"
        said = {
            "title": str(letter["Subject"])[:200],
            "body": letter.get_content().strip()[:LETTERS],
            "id": id,
            "urgent": urgent,
        }
        headers = {
            "Authorization": signed_for(where.endpoint, contact=self.contact, at=clock.now()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(KEPT_FOR.total_seconds())),
            "Urgency": "high" if urgent else "normal",
        }
        body = encrypted(json.dumps(said, ensure_ascii=False).encode(), where)
        try:
            status, _answer = post(where.endpoint, body=body, headers=headers, within=within)
        except FAILURES as failure:
            return Said("no_answer", type(failure).__name__)
        if 200 <= status < 300:
            return Said("accepted", str(status))
        return Said("rejected" if status in NEVER else "refused", str(status))
