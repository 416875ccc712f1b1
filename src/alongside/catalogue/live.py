"""The catalogue in use: found on disk once, reread soon after a file has changed."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alongside.catalogue import packs
from alongside.catalogue.book import Catalogue, build

LOOK_AGAIN_SECONDS = 2.0  # every process must see a change within 5 s

log = logging.getLogger(__name__)

Stamp = tuple[tuple[str, int, int], ...]


def roots() -> tuple[Path, ...]:
    """The content folders: the shipped one, its packs that are switched on, the deployment's own.

    Shipped is ALONGSIDE_CONTENT, else ``content/`` of the source tree, else the folder inside
    the installed package. The deployment's is ``content/`` in ALONGSIDE_VAR (default ``var``).
    """
    own = Path(os.environ.get("ALONGSIDE_VAR", "var")) / "content"
    content = _shipped()
    return content, *packs.roots_of(content, packs.switched_on()), own


def _shipped() -> Path:
    named = os.environ.get("ALONGSIDE_CONTENT")
    if named:
        return Path(named)
    package = Path(__file__).resolve().parents[1]
    packed = package / "_content"
    return packed if packed.is_dir() else package.parents[1] / "content"


class _Live:
    """One catalogue shared by the threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._roots: tuple[Path, ...] = ()
        self._stamp: Stamp = ()
        self._looked = float("-inf")
        self._held: Catalogue | None = None

    def current(self) -> Catalogue:
        held = self._held
        if held is not None and time.monotonic() - self._looked < LOOK_AGAIN_SECONDS:
            return held
        # Only one thread looks; the others go on with what they have, unless there is nothing.
        if held is not None and not self._lock.acquire(blocking=False):
            return held
        if held is None:
            self._lock.acquire()
        try:
            return self._look()
        finally:
            self._lock.release()

    def look_again(self) -> None:
        """Look at the files with the next question, not only after a while."""
        self._looked = float("-inf")

    def _look(self) -> Catalogue:
        if self._held is not None and time.monotonic() - self._looked < LOOK_AGAIN_SECONDS:
            return self._held
        here = roots()
        stamp = _stamp(here)
        if self._held is None or here != self._roots or stamp != self._stamp:
            before = self._held if here == self._roots else None
            fresh = build(here, before=before)
            known = set(before.problems) if before else set()
            for problem in fresh.problems:
                if problem.grade == "error" and problem not in known:
                    log.error("content refused: %s", problem)
            self._held, self._roots, self._stamp = fresh, here, stamp
        self._looked = time.monotonic()
        return self._held


_live = _Live()
_installed: list[Catalogue] = []


def current() -> Catalogue:
    """The catalogue now. A change on disk is seen within 5 s; a broken one changes nothing."""
    return _installed[-1] if _installed else _live.current()


def look_again() -> None:
    """Something was written here: this process reads it at once, the others within 5 s."""
    _live.look_again()


@contextmanager
def installed(catalogue: Catalogue) -> Iterator[Catalogue]:
    """Use this catalogue in place of the one on disk, in tests."""
    _installed.append(catalogue)
    try:
        yield catalogue
    finally:
        _installed.remove(catalogue)


def _stamp(here: tuple[Path, ...]) -> Stamp:
    seen: list[tuple[str, int, int]] = []
    waiting = [str(root) for root in here]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir():
                        waiting.append(entry.path)
                    elif entry.name.endswith((".yaml", ".md")):
                        facts = entry.stat()
                        seen.append((entry.path, facts.st_mtime_ns, facts.st_size))
        except (FileNotFoundError, NotADirectoryError):
            continue
    return tuple(sorted(seen))
