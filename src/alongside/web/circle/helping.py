"""My ways of helping: looked at by myself, with an idea what to do instead, and again later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.meetings import boundaries, own
from alongside.records import clock
from alongside.web.circle.base import own_place
from alongside.web.circle.limits import meeting_for
from alongside.web.circle.meeting import meeting_of
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, list_moment, local_day, saved

LONGEST = 600


def _own(request: Request, place: Any) -> Any:
    return own.helping_sheets(
        seen_by=request.reader, circle=place.circle_id, person=place.person_id
    )


def shown(sheet: Any) -> dict[str, Any]:
    """One sheet in words: the most frequent first, each with an idea what to do instead."""
    content, language = catalogue.current().meetings.helping, get_language() or "en"
    found = own.worked_out(sheet)
    often = {each.id: in_language(each.text, language) for each in content.often}
    wishes = {each.id: in_language(each.text, language) for each in content.choices}
    ways = {each.id: each for each in content.ways}
    return {
        "sum": _("%(total)s of %(most)s") % {"total": found.total, "most": found.most},
        "good": [
            in_language(each.text, language) for each in content.good if found.often.get(each.id)
        ],
        "first": [
            {
                "title": in_language(ways[way].text, language),
                "often": often[str(found.often[way])],
                "wish": wishes.get(found.choices.get(way, ""), ""),
                "instead": in_language(ways[way].instead, language),
                "care": in_language(content.care, language) if ways[way].care else "",
            }
            for way in found.first
        ],
        "words": sheet.words,
    }


@access("helping_sheet", "R")
@require_safe
def listing(request: Request, circle: UUID) -> HttpResponse:
    """The last sheet with what I could do instead, and how it was before."""
    place = own_place(request, circle)
    rows = _own(request, place)
    meeting = meeting_for(request, place, rows)
    found = list(rows[:12])
    content, language = catalogue.current().meetings.helping, get_language() or "en"
    again = None
    if found:
        again = local_day(request, found[0].filled_at) + timedelta(days=content.again_days)
    return render(
        request,
        "circle/helping/list.html",
        {
            "place": place,
            "sheet": found[0] if found else None,
            "last": shown(found[0]) if found else None,
            "filled": list_moment(request, found[0].filled_at) if found else "",
            "again": day_words(again),
            "before": [
                {"title": shown(row)["sum"], "when": list_moment(request, row.filled_at)}
                for row in found[1:]
            ],
            "intro": in_language(content.before, language),
            "lead": meeting.lead.person.name,
            "seen": _("Only you can see this. No one reads it until you share it."),
            "back": reverse(
                "circle:meeting" if meeting_of(request, place) else "circle:plan", args=[circle]
            ),
        },
    )


@access("helping_sheet", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: Request, circle: UUID) -> HttpResponse:
    """How often, and what I would like to do about it. Any may be skipped."""
    place = own_place(request, circle)
    meeting = meeting_for(request, place, _own(request, place))
    content, language = catalogue.current().meetings.helping, get_language() or "en"
    if request.method == "POST":
        at = clock.now()
        boundaries.fill_helping(
            meeting=meeting,
            person=place.person,
            often=_given(request, "often", (*content.ways, *content.good), content.often),
            choices=_given(request, "wish", content.ways, content.choices),
            words=request.POST.get("words", "")[:LONGEST],
            by=request.reader,
            at=at,
        )
        saved(request, at)
        return redirect("circle:helping", circle=circle)
    return render(
        request,
        "circle/helping/fill.html",
        {
            "intro": in_language(content.before, language),
            "ways": [
                {"id": each.id, "text": in_language(each.text, language)} for each in content.ways
            ],
            "good": [
                {"id": each.id, "text": in_language(each.text, language)} for each in content.good
            ],
            "often": [(each.id, in_language(each.text, language)) for each in content.often],
            "wishes": [(each.id, in_language(each.text, language)) for each in content.choices],
            "most": LONGEST,
            "seen": _("Only you can see this. No one reads it until you share it."),
            "back": reverse("circle:helping", args=[circle]),
        },
    )


def _given(request: Request, of: str, keys: Any, values: Any) -> dict[str, str]:
    """What was chosen, by way; a value that is no choice of the page was skipped."""
    known = {each.id for each in values}
    return {
        each.id: value
        for each in keys
        if (value := request.POST.get(f"{of}-{each.id}", "")) in known
    }


@access("helping_sheet", "E")
@require_POST
def move(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """Share it with whoever leads, or take it back."""
    place = own_place(request, circle)
    sheet = get_object_or_404(_own(request, place), pk=pk)
    word, at = request.POST.get("do", ""), clock.now()
    if word not in {"share", "back"}:
        raise Http404
    boundaries.share_helping(sheet=sheet, shared=word == "share", by=request.reader, at=at)
    saved(request, at)
    return redirect("circle:helping", circle=circle)
