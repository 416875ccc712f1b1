"""A form that cannot be trusted: it was not saved, and what was written is still there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from alongside.web.public.words import LONG, clean

NOT_SHOWN = (
    "csrfmiddlewaretoken", "password", "password1", "password2", "code", "token", "version",
    "submission", "next",
)  # fmt: skip
MOST_FIELDS = 12


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or the form came from somewhere else. Nothing was saved."""
    kept = [
        {
            "name": f"field-{place}",
            "label": _("What you wrote"),
            "value": clean(str(value)),
            "long": len(value) > 60,
        }
        for place, (name, value) in enumerate(list(request.POST.items())[:MOST_FIELDS])
        if name not in NOT_SHOWN and value and len(value) <= LONG
    ]
    response = render(
        request,
        "public/csrf_refused.html",
        {"kept": kept, "again_url": request.path if request.path.startswith("/") else "/"},
        status=403,
    )
    response["Cache-Control"] = "no-store"
    return response
