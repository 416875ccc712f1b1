"""What the overview of a case shows of its plan. `{% load plan_parts %}`."""

from __future__ import annotations

from typing import Any

from django import template

from alongside.web.parts.pages import Request
from alongside.web.practitioner import plan_cards

register = template.Library()


@register.simple_tag
def plan_in_short(request: Request, case: Any) -> dict[str, Any]:
    """The live plan with the ladder of each open course."""
    return plan_cards.on_overview(request, case)
