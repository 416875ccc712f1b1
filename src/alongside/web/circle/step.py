"""What the person shows to the reader of their plan for hard hours: those lines, nothing else."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alongside.crisis import safety_plan
from alongside.web.circle.base import own_place
from alongside.web.parts import safety_plan as shown
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, local_day


@access("safety_plan_share", "R")
@require_safe
def step(request: Request, circle: UUID) -> HttpResponse:
    """The lines that are shown to me, and until when."""
    place = own_place(request, circle)
    rows = safety_plan.shared_with_me(place.circle_id, seen_by=request.reader)
    return render(
        request,
        "circle/step/step.html",
        {
            "who": str(place.circle.focus),
            "steps": [
                {
                    **shown.lines_shown(row.part, safety_plan.shown_lines(row)),
                    "until": day_words(local_day(request, row.until)),
                }
                for row in rows
            ],
        },
    )
