"""What every page may show: the help bar, the rail, whether this is a demonstration."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from alongside.config import languages
from alongside.directory import remembered

DOORS = ("public", "person", "circle", "practitioner", "office")


def site(request: HttpRequest) -> dict[str, Any]:
    """Everything here is made only when a page shows it."""
    return {
        "help": SimpleLazyObject(help_now),
        "rail": SimpleLazyObject(lambda: _of_door(request, "entries")),
        "rail_me": SimpleLazyObject(lambda: _of_door(request, "me")),
        "nav": SimpleLazyObject(lambda: _of_door(request, "pages")),
        "languages": SimpleLazyObject(lambda: languages.others(request)),
        "demo": settings.DEMO,
        "demo_code": SimpleLazyObject(lambda: _demo_code(request)),
    }


def _demo_code(request: HttpRequest) -> str:
    if not settings.DEMO:
        return ""
    from alongside.web.account import demonstration

    return demonstration.code(request)


def help_now() -> Mapping[str, Any]:
    """The emergency number of the country, and lines that somebody verified lately."""
    found = remembered.help_here(get_language() or "en")
    return {**found, "more_url": reverse("public:help")}


def help_without_database() -> Mapping[str, Any]:
    """The same as it was last known here: the database is not asked."""
    found = remembered.help_remembered(get_language() or "en")
    return {**found, "more_url": reverse("public:help")}


def _of_door(request: HttpRequest, name: str) -> Sequence[Mapping[str, Any]]:
    """What the door of this page offers in ``web/<door>/rail.py``, if it has such a thing."""
    match = request.resolver_match
    door = "" if match is None else match.view_name.partition(":")[0]
    if door not in DOORS:
        return []
    module = f"alongside.web.{door}.rail"
    if importlib.util.find_spec(module) is None:
        return []
    make = getattr(importlib.import_module(module), name, None)
    found: Sequence[Mapping[str, Any]] = make(request) if make else []
    return found
