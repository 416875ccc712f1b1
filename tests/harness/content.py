"""The shipped content, read once for all test modules that make their cases from it."""

from __future__ import annotations

from functools import cache

from alongside import catalogue
from alongside.catalogue import Catalogue
from tests.harness.house import CONTENT


@cache
def shipped() -> Catalogue:
    """What is shipped and nothing else: no pack, no content of a deployment."""
    return catalogue.build([CONTENT])


@cache
def with_packs() -> Catalogue:
    """What is shipped, with both packs a deployment may switch on."""
    return catalogue.build([CONTENT, CONTENT / "packs" / "nc", CONTENT / "packs" / "nd"])
