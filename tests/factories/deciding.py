"""Capacity and best interests of a small world, made by real actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from alongside.cases import deciding
from alongside.consent.models import BestInterests, Capacity
from tests.factories.world import World

FAMILY = {"name": "Noor Haddad", "part": "family", "view": "She thinks the talks would calm him."}


def cannot_decide(world: World, about: str = "", **more: Any) -> Capacity:
    """Asha found that Sam cannot decide one thing now."""
    given: dict[str, Any] = {
        "about": about,
        "decision": "Whether to begin the talks",
        "conclusion": "lacks",
        "grounds": "He could not say back what was explained, with pictures, on two mornings.",
        "abilities": {"understand": "yes", "retain": "no", "weigh": "no", "communicate": "yes"},
        "information": "What the talks are, how many, what may be hard.",
        "help_used": "Pictures, a quiet room, in the morning, with his sister beside him.",
        "cause": "A brain injury keeps him from holding new things in mind.",
        "review_on": (world.moment + timedelta(days=60)).date(),
        **more,
    }
    return deciding.assess(
        circle=world.circle, person=world.sam, found=given, by=world.asha.reader, at=world.moment
    )


def met(world: World, capacity: Capacity, **more: Any) -> BestInterests:
    """A best-interests meeting that decided to go ahead."""
    given: dict[str, Any] = {
        "wishes": "He has always wanted to talk things through, and asks when somebody comes.",
        "options": [
            {"what": "Talks at home, weekly", "good": "He likes company", "bad": "Tiring"},
            {"what": "Nothing for now", "good": "No strain", "bad": "He is alone a lot"},
        ],
        "least_restrictive": "Talks at home bind him to nothing and can stop at any time.",
        "people": [FAMILY],
        "advocate": "not_needed",
        "advance_decision": "none_found",
        "attorney": "none",
        "can_wait": False,
        "outcome": "go_ahead",
        "reason": "It fits what he has always wanted and can be stopped at any time.",
        "review_on": (world.moment + timedelta(days=60)).date(),
        **more,
    }
    return deciding.decide(capacity=capacity, said=given, by=world.asha.reader, at=world.moment)
