"""The few pages of this door, as links on top. They stay the same wherever one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from alongside.web.parts.pages import Request

PAGES = (
    ("person:home", gettext_lazy("My page")),
    ("person:plan", gettext_lazy("My plan")),
    ("person:safety", gettext_lazy("Hard hours")),
    ("person:questions", gettext_lazy("My questions")),
    ("person:record", gettext_lazy("My record")),
)
# Pages that are reached from one of these.
UNDER = {
    "person:change": "person:questions",
    "person:score": "person:questions",
    "person:keep-back": "person:questions",
    "person:receipts": "person:record",
    "person:receipt-end": "person:record",
    "person:looked": "person:record",
    "person:letters": "person:record",
    "person:letter": "person:record",
    "person:letter-file": "person:record",
    "person:met": "person:record",
    "person:family-letters": "person:record",
    "person:family-letter": "person:record",
    "person:held": "person:record",
    "person:held-view": "person:record",
    "person:held-ask": "person:record",
    "person:reach": "person:record",
    "person:reach-ask": "person:record",
    "person:reach-change": "person:record",
    "person:settings": "person:record",
    "person:agree-talks": "person:plan",
    "person:agree-plan": "person:plan",
    "person:task": "person:home",
    "person:tasks-print": "person:home",
    "person:tasks-file": "person:home",
    "person:sheets": "person:home",
    "person:sheet": "person:home",
    "person:sheet-new": "person:home",
    "person:sheet-change": "person:home",
    "person:sheet-print": "person:home",
    "person:sheet-blank": "person:home",
    "person:times": "person:home",
    "person:report": "person:record",
    "person:safety-change": "person:safety",
    "person:safety-versions": "person:safety",
    "person:safety-version": "person:safety",
    "person:safety-share": "person:safety",
    "person:safety-paper": "person:safety",
    "person:safety-copy": "person:safety",
}


def pages(request: Request) -> list[Mapping[str, Any]]:
    """What stands on top of each page."""
    match = request.resolver_match
    here = "" if match is None else match.view_name
    here = UNDER.get(here, here)
    return [
        {"url": reverse(name), "label": label, "current": name == here} for name, label in PAGES
    ]
