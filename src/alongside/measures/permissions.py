"""What the words of the access matrix mean for askings and answers."""

from __future__ import annotations

from alongside.cases.permissions import passed_on
from alongside.records.conditions import own
from alongside.records.registry import conditions

# A member's own words are theirs, whomever they are about.
CONDITIONS = {"own": own("respondent"), "passed_on": passed_on("respondent")}


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("measures", CONDITIONS)
