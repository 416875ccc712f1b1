"""The cast, for every test in this folder."""

import pytest

from alongside.web.parts.templatetags import watched
from tests.factories.fixtures import (
    asha,
    bo,
    cbt,
    cbt_stands_ready,
    craft,
    craft_stands_ready,
    hana,
    house,
    house_stands_ready,
    noor,
    sam,
    sam_stands_ready,
    signed_in,
    teo,
    world,
    world_stands_ready,
)


@pytest.fixture(autouse=True)
def one_look_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, a page does not look again whether alerts go out."""
    monkeypatch.setattr(watched, "LOOK_EVERY", 3600.0)


__all__ = [
    "asha",
    "bo",
    "cbt",
    "cbt_stands_ready",
    "craft",
    "craft_stands_ready",
    "hana",
    "house",
    "house_stands_ready",
    "noor",
    "sam",
    "sam_stands_ready",
    "signed_in",
    "teo",
    "world",
    "world_stands_ready",
]
