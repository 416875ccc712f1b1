"""What every page of this door shares: one's own circles, and words for people and days."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from alongside.access import guardians, sight
from alongside.people import queries as people
from alongside.web.parts.pages import Request
from alongside.web.parts.people_words import listed


def own_circles(request: Request) -> list[Any]:
    """The circles that are about the reader, newest first: most people have one."""
    reader = request.reader
    rows = people.circles(seen_by=reader).filter(focus__in=reader.persons)
    return list(rows.order_by("-created_at", "pk"))


def sees_after_me(request: Request, circle: UUID) -> str:
    """Who looks after the reader and is shown what their answers add up to, by name."""
    me = next((each.focus_id for each in own_circles(request) if each.pk == circle), None)
    names = [] if me is None else guardians.who_sees(me, "answers", at=request.reader.at)
    return listed(names)


def seen_here(request: Request, record_type: str, circle: UUID, *, kept_back: bool = False) -> str:
    """Who can see this besides the reader, in one or two short sentences.

    Args:
        kept_back: by the reader, from who looks after them.
    """
    found = sight.who_can_see(record_type, circle=circle, seen_by=request.reader)
    names = list(found.names)
    if found.on_call:
        names.append(_("the on-call team while an alert is open"))
    who = _("%(who)s can see this.") % {"who": listed(names)} if names else ""
    after = sees_after_me(request, circle) if record_type == "own_measure" and not kept_back else ""
    family = (
        _("So can the people in your circle.")
        if found.members == "all"
        else _("%(who)s sees the number. The rest of your family can’t.") % {"who": after}
        if after
        else _("Your family can’t.")
    )
    return f"{who} {family}".strip()
