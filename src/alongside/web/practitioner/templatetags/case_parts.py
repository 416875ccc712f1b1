"""What the overview of a case shows of scores and of what happened. `{% load case_parts %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.insights import progress as insights
from alongside.insights import timeline
from alongside.web.parts.pages import Request, zone_of
from alongside.web.parts.scores import chart_of, words_of
from alongside.web.practitioner import progress as pages
from alongside.web.practitioner.timeline import shown

register = template.Library()
LAST = 6


@register.simple_tag
def last_scores(request: Request, case: Any) -> dict[str, Any] | None:
    """The first series of a case as a small chart with its sentence; None when there is none."""
    found, first = insights.one(
        case.circle_id, "", seen_by=request.reader, at=request.reader.at, zone=str(zone_of(request))
    )
    if first is None:
        return None
    wording = words_of(str(first.instrument.ref))
    return {
        "name": pages.name_of(case, first),
        "sentence": pages.sentence_of(first),
        "figure": chart_of(first, wording, phase_name=pages.protocol_name, small=True),
        "others": len(found) - 1,
    }


@register.simple_tag
def last_events(request: Request, case: Any) -> dict[str, Any]:
    """The newest of what happened, with the way to all of it."""
    found = timeline.entries(case.circle_id, seen_by=request.reader)
    return {
        "entries": [shown(request, case, entry) for entry in found[:LAST]],
        "url": reverse("practitioner:case-timeline", args=[case.pk]),
        "label": _("All %(count)s entries") % {"count": len(found)},
    }
