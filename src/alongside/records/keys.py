"""Key files: outside the database, outside its backup, readable by the service alone."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

from django.conf import settings


@cache
def key(name: str) -> bytes:
    """The 32 bytes of a key file, made on first use with mode 600.

    Two processes may start together: the file is made whole under another name and linked into
    place, so whoever loses reads the winner's key and nobody reads half a key.
    """
    path: Path = settings.KEYS / f"{name}.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()
