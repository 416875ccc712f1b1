"""How well the early warning works here: numbers over many people, and nobody in them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alongside.web.parts.access import access
from alongside.web.parts.early_warning import how_well
from alongside.web.parts.pages import Request


@access("expected_course", "R")
@require_safe
def rule(request: Request) -> HttpResponse:
    """How often the early warning would have been right on finished courses."""
    shown = {"base": "parts/base_office.html", "warning": how_well(request)}
    return render(request, "early_warning/rule.html", shown)
