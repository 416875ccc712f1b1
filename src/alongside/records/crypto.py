"""Encryption of text fields, and keyed hashes for exact look-up.

Every person (or, before there is one, every concern or institution) has a data key of its own,
a row that holds it wrapped by the key file. Destroying that row makes the person's text
unreadable everywhere, backups included. A process remembers the keys it has read, to read and to
write: when a key was destroyed, the service is started anew, or it goes on with it.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from alongside.records import keys, saving
from alongside.records.among import Ids

_PREFIX = "v1"
_KEK = "text-1"
_MOST = 4096
_lock = threading.Lock()


class _Key(NamedTuple):
    """An unwrapped data key, and whose it is."""

    key: bytes
    subject: UUID


_unwrapped: OrderedDict[UUID, _Key] = OrderedDict()
_of_subject: OrderedDict[UUID, UUID] = OrderedDict()
_young: OrderedDict[UUID, None] = OrderedDict()  # made here, and not on the disk yet, or never


class Unreadable(RuntimeError):
    """The text cannot be decrypted: its key is gone or the text was moved or changed."""


def keyed_hash(purpose: str, value: str) -> str:
    """An HMAC-SHA256 in hex: the same value gives the same hash, for one purpose only."""
    return hmac.new(keys.key("lookup"), f"{purpose}\0{value}".encode(), sha256).hexdigest()


def encrypt(text: str, *, subject: UUID, place: str, is_new: bool = False) -> str:
    """Encrypt under the subject's data key, bound to ``place`` (table, row and column).

    Args:
        is_new: the subject begins with this row, so it has no key yet, as far as anybody knows.
    """
    key_id, key = _key_of(subject, is_new=is_new)
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
        key = _unwrap(UUID(key_hex)).key
        return AESGCM(key).decrypt(raw[:12], raw[12:], place.encode()).decode()
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
        _keep(row.pk, _Key(_open(row.kek, bytes(row.wrapped), row.subject), row.subject))


def _rows_of(key_ids: Iterable[UUID]) -> list[Any]:
    from alongside.records import prepared
    from alongside.records.models import DataKey

    def rows(key_ids: Ids) -> Any:
        return DataKey.objects.filter(pk__among=key_ids)

    return prepared.rows("crypto.keys", rows, key_ids=Ids(key_ids))


def _keep(key_id: UUID, key: _Key) -> None:
    """Remember a key that was read.

    To write with it, only where it is committed: one that was made in this transaction may be
    rolled back with it, and what is written with it later could never be read.
    """
    with _lock:
        _unwrapped[key_id] = key
        if key_id not in _young:
            _of_subject[key.subject] = key_id
        for held in (_unwrapped, _of_subject):
            while len(held) > _MOST:
                held.popitem(last=False)


def _known(subject: UUID) -> tuple[UUID, bytes] | None:
    with _lock:
        key_id = _of_subject.get(subject)
        found = None if key_id is None else _unwrapped.get(key_id)
        return None if key_id is None or found is None else (key_id, found.key)


def _key_of(subject: UUID, *, is_new: bool) -> tuple[UUID, bytes]:
    from alongside.records import prepared
    from alongside.records.models import DataKey

    def rows(subject: UUID) -> Any:
        return DataKey.objects.filter(subject=subject)  # one at most

    if (known := _known(subject)) is not None:
        return known
    row = None if is_new else prepared.first("crypto.key_of", rows, subject=subject)
    if row is None:
        fresh = secrets.token_bytes(32)
        nonce = secrets.token_bytes(12)
        wrapped = nonce + AESGCM(keys.key(_KEK)).encrypt(nonce, fresh, subject.bytes)
        # Two writers of one new subject: the second waits for the first, and takes its key.
        made = DataKey(subject=subject, kek=_KEK, wrapped=wrapped)
        if saving.insert(made, unless_there=True):
            _is_young(made.pk)
            return made.pk, fresh
        row = DataKey.objects.get(subject=subject)
    key = _open(row.kek, bytes(row.wrapped), subject)
    _keep(row.pk, _Key(key, subject))
    return row.pk, key


def _is_young(key_id: UUID) -> None:
    """Until its transaction is committed nothing takes this key from memory to write with it."""
    with _lock:
        _young[key_id] = None
        while len(_young) > _MOST:
            _young.popitem(last=False)
    transaction.on_commit(lambda: _young.pop(key_id, None), robust=True)


def _unwrap(key_id: UUID) -> _Key:
    with _lock:
        if key_id in _unwrapped:
            _unwrapped.move_to_end(key_id)
            return _unwrapped[key_id]
    row = next(iter(_rows_of([key_id])), None)
    if row is None:
        raise Unreadable("the key of this text was destroyed")
    key = _Key(_open(row.kek, bytes(row.wrapped), row.subject), row.subject)
    _keep(key_id, key)
    return key


def _open(kek: str, wrapped: bytes, subject: UUID) -> bytes:
    return AESGCM(keys.key(kek)).decrypt(wrapped[:12], wrapped[12:], subject.bytes)
