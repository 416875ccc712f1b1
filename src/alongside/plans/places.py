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
from alongside.records import prepared

GATE = "a gate asks what is so, whoever looks"


def setting_of(case: Case) -> str:
    """Where help is given: as somebody last said, else where the service is; may be empty."""
    told = case_queries.facts_of(case).get("person", {}).get("setting", "")
    here = catalogue.current().settings
    found = told if told in here else case.service.setting
    return found if found in here else ""


def uses(case: Case, at: datetime) -> tuple[GateUse, ...]:
    """The gate of a place help has moved to; none while nobody moved it."""
    if not _moves(case.circle_id, at).exists():
        return ()
    setting = catalogue.current().settings.get(_present(case))
    if setting is None or not setting.required:
        return ()
    return (GateUse(rules.PLACE_READY, of=requirements(setting)),)


def words(case: Case, at: datetime) -> frozenset[str]:
    """The requirements that were said to be in place since help moved there."""
    return frozenset(f"{rules.PLACE_READY}:{name}" for name in said_in_place(case, at))


def said_in_place(case: Case, at: datetime) -> frozenset[str]:
    """What was said to be in place in the present setting, in one decision or several."""
    found: set[str] = set()
    rows = prepared.rows("places.moves", _moves, circle=case.circle_id, at=at)
    present = _present(case) if rows else ""
    for row in rows:  # newest first, back to the day help came here
        if row.chosen != present:
            break
        found.update(json.loads(row.shown or "{}").get("in_place", ()))
    return frozenset(found)


def _present(case: Case) -> str:
    """Where help is given as the case stands now, however long ago it was read."""
    return setting_of(Case.objects.unscoped(GATE).select_related("service").get(pk=case.pk))


def _moves(circle: UUID, at: datetime) -> Any:
    rows = Decision.objects.unscoped(GATE).filter(circle=circle, kind="setting", decided_at__lte=at)
    return rows.order_by("-decided_at", "pk")
