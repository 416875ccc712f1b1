"""The few pages of this door, as links on top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.people import queries as people
from alongside.web.parts.pages import Request

UNDER = {
    "circle:home": "circle:plan",
    "circle:task": "circle:plan",
    "circle:sheets": "circle:plan",
    "circle:sheet": "circle:plan",
    "circle:sheet-new": "circle:plan",
    "circle:sheet-change": "circle:plan",
    "circle:sheet-print": "circle:plan",
    "circle:sheet-blank": "circle:plan",
    "circle:step": "circle:plan",
    "circle:times": "circle:plan",
    "circle:tasks-print": "circle:plan",
    "circle:tasks-file": "circle:plan",
    "circle:own-letters": "circle:plan",
    "circle:ward": "circle:plan",
    "circle:own-letter": "circle:plan",
    "circle:own-letter-file": "circle:plan",
    **dict.fromkeys(
        (
            "circle:meeting",
            "circle:meeting-alone",
            "circle:meeting-now",
            "circle:meeting-stop",
            "circle:letter",
            "circle:letter-paper",
            "circle:limits",
            "circle:limit-new",
            "circle:limit",
            "circle:limit-look",
            "circle:helping",
            "circle:helping-fill",
        ),
        "circle:plan",
    ),
    "circle:tell": "circle:told",
    "circle:tell-now": "circle:told",
    "circle:agree": "circle:told",
    "circle:agreed-end": "circle:told",
    "circle:leave": "circle:told",
    "circle:report": "circle:told",
    "circle:reach": "circle:told",
    "circle:reach-ask": "circle:told",
    "circle:reach-change": "circle:told",
}
PAGES = ("circle:plan", "circle:alone", "circle:told")


def pages(request: Request) -> list[Mapping[str, Any]]:
    """The pages of the circle this page belongs to; none before one is chosen."""
    match = request.resolver_match
    if match is None or not request.user.is_authenticated or match.url_name == "join":
        return []
    circle = match.kwargs.get("circle")
    if circle is None:
        places = list(people.own_memberships(seen_by=request.reader)[:2])
        if len(places) != 1:
            return []
        circle = places[0].circle_id
    labels = (_("Our plan"), _("First talk alone"), _("What I said"))
    here = UNDER.get(match.view_name, match.view_name)
    return [
        {"url": reverse(name, args=[circle]), "label": label, "current": name == here}
        for name, label in zip(PAGES, labels, strict=True)
    ]
