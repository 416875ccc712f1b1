"""What the database did not take, kept beside it until it does (E10).

A folder of its own, on another volume where there is one, so that a full database leaves room.
Each record is one file: encrypted, written whole under another name, synced, then renamed into
place, so it is there or it is not. Whoever replays a record removes it only after the database
took it; what nobody can replay stays in ``held``. Room is made beforehand (``reserve``): a disk
that fills up later gives some of it back to the next record.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from alongside.records import crashpoint, keys
from alongside.records.crypto import keyed_hash

LARGEST = 256 * 1024  # bytes of one record: more than any form whose answer may show danger
GIVEN_BACK = 1024 * 1024  # bytes of the reserve that a full disk gives back at a time
LEFT_OVER_AFTER = timedelta(hours=1)  # a half-written file of a process that died
_KEY = "spool-1"
_MARK = b"alongside-spool-1\n"
_END = ".kept"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

# While a record is replayed: when it was written. Whoever raises an alert then says so.
given_at: ContextVar[datetime | None] = ContextVar("given_at", default=None)


class NotKept(RuntimeError):
    """The record could not be kept: too large, no room, or the folder cannot be written."""


class Unreadable(RuntimeError):
    """The record is not one of ours, was changed, or its key is not here."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One record as it lies there. Its name says when it was written; nothing else is open."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name.removesuffix(_END)

    @property
    def given_at(self) -> datetime:
        """When it was written, by this machine's clock: the database's could not be asked."""
        return datetime.fromtimestamp(int(self.name.partition("-")[0]) / 1e9, UTC)

    @property
    def age(self) -> timedelta:
        """How long ago that was, by the same clock."""
        return timedelta(seconds=_nanoseconds() / 1e9 - self.given_at.timestamp())


def put(what: Mapping[str, Any], *, once: str) -> Kept:
    """Keep one record; when this returns, it is on the disk, synced, with the folder that names it.

    Args:
        what: anything JSON can carry.
        once: what makes it one record; the same again finds the one that is there.

    Raises:
        NotKept.
    """
    body = json.dumps(what).encode()
    if len(body) > LARGEST:
        raise NotKept(f"{len(body)} bytes are too many")
    mark = keyed_hash("spool", once)[:24]
    try:
        folder = _folder("waiting")
        files = list(folder.glob(f"*{_END}"))
        for path in files:
            if path.name.endswith(f"-{mark}{_END}"):
                return Kept(path)
        name = f"{_nanoseconds():020d}-{mark}"
        sealed = _sealed(body, name)
        if len(sealed) + sum(path.stat().st_size for path in files) > _room():
            raise NotKept("the room for records is used up")
        kept = Kept(folder / f"{name}{_END}")
        _write_making_room(kept.path, sealed)
    except OSError as failure:
        raise NotKept(str(failure)) from failure
    crashpoint.here("spool.after_put")
    return kept


def read(kept: Kept) -> dict[str, Any]:
    """What a record holds.

    Raises:
        Unreadable; FileNotFoundError when another process was quicker.
    """
    raw = kept.path.read_bytes()
    if not raw.startswith(_MARK):
        raise Unreadable(f"{kept.name} is no record of ours")
    body = raw[len(_MARK) :]
    try:
        opened = AESGCM(keys.key(_KEY)).decrypt(body[:12], body[12:], _MARK + kept.name.encode())
        found: dict[str, Any] = json.loads(opened)
    except (InvalidTag, ValueError) as failure:
        raise Unreadable(f"{kept.name} cannot be opened with the key that is here") from failure
    return found


def waiting() -> list[Kept]:
    """The records nobody has replayed yet, the oldest first."""
    return _listed("waiting")


def held() -> list[Kept]:
    """The records that could not be replayed, the oldest first: a human must look at them."""
    return _listed("held")


def done(kept: Kept) -> None:
    """Remove a record: the database has what it held."""
    kept.path.unlink(missing_ok=True)
    _sync(kept.path.parent)


def hold(kept: Kept) -> Kept:
    """Put a record aside that cannot be replayed. It is never dropped."""
    return _moved(kept, "held")


def again(kept: Kept) -> Kept:
    """Put a record that was held back among those that wait."""
    return _moved(kept, "waiting")


def reserve() -> None:
    """Make the key, the folders and the room; clear what a process that died left half written.

    Called before the doors open: on a disk that is full it would be too late.

    Raises:
        NotKept: this cannot be done, so nothing could be kept in need.
    """
    try:
        keys.key(_KEY)
        now = _nanoseconds() / 1e9
        for name in ("waiting", "held"):
            for path in _folder(name).glob(".new-*"):
                if now - path.stat().st_mtime > LEFT_OVER_AFTER.total_seconds():
                    path.unlink(missing_ok=True)
        with _reserve_file() as file:
            os.posix_fallocate(file, 0, _room())
            os.fsync(file)
    except OSError as failure:
        raise NotKept(f"{settings.SPOOL}: {failure.strerror or failure}") from failure


@contextmanager
def alone() -> Iterator[bool]:
    """Be the only process that replays, for a while. Gives False while another is."""
    handle = os.open(_folder("waiting").parent / "replaying", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


# -- the folder -----------------------------------------------------------------------------------


def _nanoseconds() -> int:
    """This machine's clock, which alone can be asked while the database cannot."""
    return time.clock_gettime_ns(time.CLOCK_REALTIME)


def _room() -> int:
    return int(settings.SPOOL_MB) * 1024 * 1024


def _folder(name: str) -> Path:
    folder: Path = settings.SPOOL / name
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings.SPOOL.chmod(0o700)
        _sync(settings.SPOOL)
    return folder


def _listed(name: str) -> list[Kept]:
    try:
        found = sorted((settings.SPOOL / name).glob(f"*{_END}"))
    except OSError:
        return []
    return [Kept(path) for path in found if path.name.partition("-")[0].isdigit()]


def _sealed(body: bytes, name: str) -> bytes:
    nonce = secrets.token_bytes(12)
    return _MARK + nonce + AESGCM(keys.key(_KEY)).encrypt(nonce, body, _MARK + name.encode())


def _write_making_room(path: Path, content: bytes) -> None:
    while True:
        try:
            _write(path, content)
            return
        except OSError as failure:
            if failure.errno not in _FULL or not _give_back():
                raise


def _write(path: Path, content: bytes) -> None:
    """Write a file whole: under another name, synced, renamed, and the folder synced."""
    fresh = path.with_name(f".new-{secrets.token_hex(6)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            crashpoint.here("spool.written")
            os.fsync(file.fileno())
        fresh.rename(path)
        crashpoint.here("spool.renamed")
        _sync(path.parent)
    except OSError:
        for each in (fresh, path):  # never half of it: the page says that it was not kept
            with suppress(OSError):
                each.unlink(missing_ok=True)
        raise


def _moved(kept: Kept, to: str) -> Kept:
    place = _folder(to) / kept.path.name
    kept.path.rename(place)
    _sync(place.parent)
    _sync(kept.path.parent)
    return Kept(place)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _reserve_file() -> Iterator[int]:
    handle = os.open(settings.SPOOL / "reserve", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _give_back() -> bool:
    """Give some of the reserve back to the disk. Returns False when there is nothing left."""
    try:
        with _reserve_file() as file:
            size = os.fstat(file).st_size
            if size == 0:
                return False
            os.truncate(file, max(0, size - GIVEN_BACK))
    except OSError:
        return False
    return True
