"""The statistics library, where one is needed: asked for inside functions, never at the top.

It is the extra ``analytics``, because it is larger than all the rest of the core. Closed forms do
without it; whatever needs a t or F distribution or a fitted model asks for it here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alongside.engine.errors import EngineError

PACKAGES = frozenset({"numpy", "scipy", "statsmodels", "pandas", "patsy", "formulaic"})
INSTALL = "pip install 'alongside[analytics]'"


class LibraryMissing(EngineError):
    """A figure needs the statistics library, and it is not installed."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} needs the statistics library: {INSTALL}")
        self.what = what


@contextmanager
def library(what: str) -> Iterator[None]:
    """Import the statistics library inside this; LibraryMissing says what it was for."""
    try:
        yield
    except ModuleNotFoundError as failure:
        if (failure.name or "").partition(".")[0] in PACKAGES:
            raise LibraryMissing(what) from failure
        raise
