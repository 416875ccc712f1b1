"""The cast, for every test in this folder."""

from tests.factories.fixtures import (
    asha,
    bo,
    hana,
    house,
    house_stands_ready,
    noor,
    sam,
    signed_in,
    teo,
    world,
    world_stands_ready,
)

__all__ = [
    "asha",
    "bo",
    "hana",
    "house",
    "house_stands_ready",
    "noor",
    "sam",
    "signed_in",
    "teo",
    "world",
    "world_stands_ready",
]
