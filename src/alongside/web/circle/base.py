"""What every page of this door shares: one's own place in a circle."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404

from alongside.people import queries as people
from alongside.web.parts.pages import Request


def own_place(request: Request, circle: UUID) -> Any:
    """The reader's own live place in this circle; for anybody else there is no such page."""
    found = people.own_memberships(seen_by=request.reader).filter(circle_id=circle).first()
    if found is None:
        raise Http404
    return found
