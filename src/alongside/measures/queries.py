"""Askings and responses, each with its reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.engine.instruments.shapes import Instrument
from alongside.measures.models import Asking, Response


def askings(*, seen_by: Any) -> Any:
    return Asking.objects.visible_to(seen_by).select_related(
        "circle__focus", "about", "respondent", "institution"
    )


def due(*, seen_by: Any, at: datetime) -> Any:
    """What is still to be answered, oldest first."""
    return (
        askings(seen_by=seen_by)
        .filter(answered_at=None, declined_at=None, expires_at__gt=at)
        .order_by("due_on", "asked_at")
    )


def responses(*, seen_by: Any) -> Any:
    return (
        Response.objects.visible_to(seen_by)
        .filter(entered_in_error=False)
        .select_related("about", "respondent", "asking")
    )


def over_time(*, seen_by: Any, circle: UUID) -> Any:
    """Every response of a circle that this reader may read, oldest first: one query."""
    return responses(seen_by=seen_by).filter(circle=circle).order_by("answered_at")


def instrument_of(asking: Asking) -> Instrument:
    """The instrument at the version that was asked."""
    return catalogue.current().instrument(asking.instrument)


def wording_of(asking: Asking, language: str) -> Any:
    """Its words in a language, or in English where there is no official translation."""
    return catalogue.current().wording(asking.instrument, language)


def draft_of(asking: Asking, *, seen_by: Any) -> Mapping[str, int | None]:
    """The answers so far, for the respondent alone; nothing for anybody else."""
    if asking.respondent_id not in seen_by.persons or not asking.draft:
        return {}
    found: dict[str, int | None] = json.loads(asking.draft)
    return found
