"""The cast, for every test in this folder."""

from tests.factories.fixtures import asha, bo, hana, house, noor, sam, signed_in, teo, world

__all__ = ["asha", "bo", "hana", "house", "noor", "sam", "signed_in", "teo", "world"]
