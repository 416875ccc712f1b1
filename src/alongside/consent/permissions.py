"""What the words of the access matrix mean for consents, refusals and capacity."""

from __future__ import annotations

from alongside.records.conditions import own
from alongside.records.registry import conditions

CONDITIONS = {"own": own("person")}


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("consent", CONDITIONS)
