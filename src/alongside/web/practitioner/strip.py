"""Open alerts as the strip on top of a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from alongside.crisis import queries
from alongside.web.parts.pages import Request
from alongside.web.practitioner.crisis_shown import shown

AT_MOST = 3


def alerts(request: Request, found: Iterable[Any], at: datetime) -> list[dict[str, Any]]:
    """What ``parts/alert.html`` shows of some alerts, three at most; one query besides theirs."""
    rows = list(found)[:AT_MOST]
    told = queries.told(rows, seen_by=request.reader) if rows else {}
    return [shown(request, alert, at, told.get(alert.pk, [])) for alert in rows]
