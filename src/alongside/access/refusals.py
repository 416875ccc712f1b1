"""What answers a refusal that no page caught. The words are a door's, so `config` says who does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from alongside.records import audit
from alongside.records.errors import Refused


def answer(request: HttpRequest, why: Refused, *, by: Any, at: datetime) -> HttpResponse | None:
    """Write the refusal down, and the page that says it; None where the page must say more.

    Nothing was saved: the action's own transaction rolled back before.
    """
    page: Callable[[HttpRequest, Refused], HttpResponse | None] = import_string(settings.REFUSED)
    response = page(request, why)
    if response is not None:
        name = "" if request.resolver_match is None else request.resolver_match.view_name
        audit.refuse("access.action_refused", by=by, at=at, about=name, why=type(why).__name__)
    return response
