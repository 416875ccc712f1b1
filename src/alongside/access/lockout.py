"""After too many wrong tries: a wait, for one account from one address (so that a stranger cannot
lock a family out)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(
    request: HttpRequest, original_response: Any = None, credentials: Any = None
) -> HttpResponse:
    """The page for somebody who must wait."""
    return render(request, "account/locked_out.html", status=429)


def username(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The address that was tried, as it is counted."""
    given = credentials or {}
    tried = given.get("email") or given.get("username") or request.POST.get("login") or ""
    return str(tried).strip().lower()
