"""Errors that carry facts. Words for people are chosen at the door."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """An action was refused for a reason a person can understand. Attributes are the facts.

    Of what is neither ``Unfit`` nor ``Held``, things have moved on meanwhile.
    """

    def __init__(self, message: str = "", **facts: Any) -> None:
        super().__init__(message or type(self).__name__)
        self.facts = facts
        for name, value in facts.items():
            setattr(self, name, value)


class NotAllowed(Refused):
    """The reader may not do this to this record. Doors answer as if it did not exist."""


class Unfit(Refused):
    """What was sent cannot be kept as it is: something in it is missing or cannot be."""


class Held(Refused):
    """Something stands against it: somebody's word, a rule of care, or that nobody acts alone."""


class StaleVersion(Refused):
    """Somebody changed the record since it was read. ``current`` is the row as it is now."""

    current: Any


class UnscopedQuery(RuntimeError):
    """SQL was about to run without saying for whom."""


class UnscopedWrite(RuntimeError):
    """A row was about to be written outside an action."""
