"""What several parts of one page ask, asked once.

Only while a page is read: the middleware gives its reader a place to keep rows, and the first
action that confirms its reader takes the place away. Every other reader asks anew each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
Kept = dict[tuple[Any, ...], Any]


def once(reader: Any, *key: Any, make: Callable[[], T]) -> T:
    """What ``make`` gives this reader; made once a page for each key."""
    kept: Kept | None = getattr(reader, "kept", None)
    if kept is None:
        return make()
    if key not in kept:
        kept[key] = make()
    found: T = kept[key]
    return found
