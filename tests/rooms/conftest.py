"""The cast, for every test in this folder."""

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
