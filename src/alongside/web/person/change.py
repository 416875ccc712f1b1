"""How it has changed: my own answers over time, in plain words."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.insights import progress
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, zone_of
from alongside.web.parts.scores import chart_of
from alongside.web.person.base import own_circles, way_name


@access("own_measure", "R")
@require_safe
def change(request: Request) -> HttpResponse:
    """One chart for each set of questions I answer."""
    at, me = clock.now(), request.reader.persons
    shown = []
    for circle in own_circles(request):
        found = progress.series(
            circle.pk, seen_by=request.reader, at=at, zone=str(zone_of(request))
        )
        shown += [_one(each) for each in found if each.respondent.pk in me]
    return render(request, "person/change.html", {"shown": shown})


def _one(series: progress.Series) -> dict[str, Any]:
    language = get_language() or "en"
    wording = catalogue.current().wording(str(series.instrument.ref), language)
    key = series.progress.sentence_key.replace("progress.", "progress.mine.", 1)
    return {
        "id": series.instrument.ref.id,
        "name": series.instrument.name,
        "words": catalogue.current().sentence(key, language),
        "answered": _("You answered %(answered)s of %(due)s times.")
        % {"answered": series.progress.answered, "due": series.progress.due},
        "figure": chart_of(series, wording, phase_name=way_name),
    }
