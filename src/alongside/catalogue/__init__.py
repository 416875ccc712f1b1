"""Reads content/ into engine shapes; nobody else opens content/."""

from alongside.catalogue.book import Catalogue, build, check, schema
from alongside.catalogue.errors import PackIsOff, UnknownContent
from alongside.catalogue.live import current, installed, roots

__all__ = [
    "Catalogue",
    "PackIsOff",
    "UnknownContent",
    "build",
    "check",
    "current",
    "installed",
    "roots",
    "schema",
]
