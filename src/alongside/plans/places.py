"""Where help is given now, and what of its requirements was said to be in place."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.cases import queries as case_queries
from alongside.cases.models import Case, Decision
from alongside.engine.protocols.moving import requirements
from alongside.engine.protocols.shapes import GateUse
from alongside.plans import rules

GATE = "a gate asks what is so, whoever looks"


def setting_of(case: Case) -> str:
    """Where help is given: as somebody last said, else where the service is; may be empty."""
    told = case_queries.facts_of(case).get("person", {}).get("setting", "")
    here = catalogue.current().settings
    found = told if told in here else case.service.setting
    return found if found in here else ""


def uses(circle: UUID, at: datetime) -> tuple[GateUse, ...]:
    """The gate of a place help has moved to; none while nobody moved it."""
    last = _moves(circle).filter(decided_at__lte=at).first()
    setting = None if last is None else catalogue.current().settings.get(last.chosen)
    if setting is None or not setting.required:
        return ()
    return (GateUse(rules.PLACE_READY, of=requirements(setting)),)


def words(circle: UUID, at: datetime) -> frozenset[str]:
    """The requirements that were said to be in place since help moved there."""
    return frozenset(f"{rules.PLACE_READY}:{name}" for name in said_in_place(circle, at))


def said_in_place(circle: UUID, at: datetime | None = None) -> frozenset[str]:
    """What was said to be in place in the present setting, in one decision or several."""
    rows = _moves(circle)
    if at is not None:
        rows = rows.filter(decided_at__lte=at)
    found: set[str] = set()
    present = None
    for row in rows:  # newest first, back to the day help came here
        present = present or row.chosen
        if row.chosen != present:
            break
        found.update(json.loads(row.shown or "{}").get("in_place", ()))
    return frozenset(found)


def _moves(circle: UUID) -> Any:
    rows = Decision.objects.unscoped(GATE).filter(circle=circle, kind="setting")
    return rows.order_by("-decided_at", "pk")
