"""Encryption of text fields, and keyed hashes for exact look-up.

Every person (or, before there is one, every concern or institution) has a data key of its own,
a row that holds it wrapped by the key file. Destroying that row makes the person's text
unreadable everywhere, backups included.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from alongside.records import keys, saving
from alongside.records.among import Ids

_PREFIX = "v1"
_KEK = "text-1"
_unwrapped: OrderedDict[UUID, bytes] = OrderedDict()
_lock = threading.Lock()


class Unreadable(RuntimeError):
    """The text cannot be decrypted: its key is gone or the text was moved or changed."""


def keyed_hash(purpose: str, value: str) -> str:
    """An HMAC-SHA256 in hex: the same value gives the same hash, for one purpose only."""
    return hmac.new(keys.key("lookup"), f"{purpose}\0{value}".encode(), sha256).hexdigest()


def encrypt(text: str, *, subject: UUID, place: str) -> str:
    """Encrypt under the subject's data key, bound to ``place`` (table, row and column)."""
    key_id, key = _key_of(subject)
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), place.encode())
    return f"{_PREFIX}.{key_id.hex}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(ciphertext: str, *, place: str) -> str:
    """Decrypt text that ``encrypt`` made for the same place.

    Raises:
        Unreadable: the key was destroyed, or the text is not the one written here.
    """
    try:
        prefix, key_hex, body = ciphertext.split(".")
        raw = base64.urlsafe_b64decode(body)
        if prefix != _PREFIX:
            raise ValueError(prefix)
        return AESGCM(_unwrap(UUID(key_hex))).decrypt(raw[:12], raw[12:], place.encode()).decode()
    except (ValueError, InvalidTag) as failure:
        raise Unreadable(f"text at {place} cannot be read") from failure


def load_keys(ciphertexts: Iterable[str]) -> None:
    """Fetch the keys of many texts in one query, for a page that is about to open them all."""
    wanted = set()
    for text in ciphertexts:
        parts = text.split(".")
        if len(parts) == 3 and parts[0] == _PREFIX:
            wanted.add(UUID(parts[1]))
    with _lock:
        missing = [key_id for key_id in wanted if key_id not in _unwrapped]
    if not missing:
        return
    for row in _rows_of(missing):
        _keep(row.pk, _open(row.kek, bytes(row.wrapped), row.subject))


def _rows_of(key_ids: Iterable[UUID]) -> list[Any]:
    from alongside.records import prepared
    from alongside.records.models import DataKey

    def rows(key_ids: Ids) -> Any:
        return DataKey.objects.filter(pk__among=key_ids)

    return prepared.rows("crypto.keys", rows, key_ids=Ids(key_ids))


def _keep(key_id: UUID, key: bytes) -> None:
    with _lock:
        _unwrapped[key_id] = key
        while len(_unwrapped) > 4096:
            _unwrapped.popitem(last=False)


def _key_of(subject: UUID) -> tuple[UUID, bytes]:
    from alongside.records import prepared
    from alongside.records.models import DataKey

    def rows(subject: UUID) -> Any:
        return DataKey.objects.filter(subject=subject)  # one at most

    row = prepared.first("crypto.key_of", rows, subject=subject)
    if row is None:
        fresh = secrets.token_bytes(32)
        nonce = secrets.token_bytes(12)
        wrapped = nonce + AESGCM(keys.key(_KEK)).encrypt(nonce, fresh, subject.bytes)
        # Two writers of one new subject: the second waits for the first, and takes its key.
        made = DataKey(subject=subject, kek=_KEK, wrapped=wrapped)
        added = saving.insert(made, unless_there=True)
        row = made if added else DataKey.objects.get(subject=subject)
    return row.pk, _open(row.kek, bytes(row.wrapped), subject)


def _unwrap(key_id: UUID) -> bytes:
    with _lock:
        if key_id in _unwrapped:
            _unwrapped.move_to_end(key_id)
            return _unwrapped[key_id]
    row = next(iter(_rows_of([key_id])), None)
    if row is None:
        raise Unreadable("the key of this text was destroyed")
    key = _open(row.kek, bytes(row.wrapped), row.subject)
    _keep(key_id, key)
    return key


def _open(kek: str, wrapped: bytes, subject: UUID) -> bytes:
    return AESGCM(keys.key(kek)).decrypt(wrapped[:12], wrapped[12:], subject.bytes)
