"""Short pages for the family, with a mark of one's own for what was read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.meetings import boundaries, own
from alongside.records import clock
from alongside.web.circle.base import own_place
from alongside.web.circle.limits import meeting_for
from alongside.web.circle.meeting import meeting_of
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request


def _read(request: Request, place: Any) -> Any:
    return own.pages_read(
        seen_by=request.reader, circle=place.circle_id, person=place.person_id
    ).select_related("meeting")


@access("learning_read", "R")
@require_safe
def listing(request: Request, circle: UUID) -> HttpResponse:
    """The pages, and which of them I have read."""
    place = own_place(request, circle)
    rows = _read(request, place)
    meeting_for(request, place, rows)
    read = {row.page for row in rows}
    content, language = catalogue.current().meetings.learning, get_language() or "en"
    return render(
        request,
        "circle/learning/list.html",
        {
            "intro": in_language(content.before, language),
            "pages": [
                {
                    "title": in_language(each.title, language),
                    "text": _("read")
                    if each.id in read
                    else _("%(minutes)s minutes") % {"minutes": each.minutes},
                    "url": reverse("circle:learning-page", args=[circle, each.id]),
                    "icon": "check" if each.id in read else "notebook-pen",
                }
                for each in content.pages
            ],
            "back": reverse(
                "circle:meeting" if meeting_of(request, place) else "circle:plan", args=[circle]
            ),
        },
    )


@access("learning_read", "R")
@require_safe
def one(request: Request, circle: UUID, page: str) -> HttpResponse:
    """One page, where it comes from, and whether anybody looked it up there."""
    place = own_place(request, circle)
    rows = _read(request, place)
    meeting_for(request, place, rows)
    content, language = catalogue.current().meetings.learning, get_language() or "en"
    found = content.page(page)
    if found is None:
        raise Http404
    return render(
        request,
        "circle/learning/page.html",
        {
            "title": in_language(found.title, language),
            "text": [in_language(each, language) for each in found.text],
            "points": [in_language(each, language) for each in found.points],
            "taken_from": found.taken_from,
            "is_checked": found.is_checked,
            "is_read": any(row.page == page for row in rows),
            "read_url": reverse("circle:learning-read", args=[circle, page]),
            "helping_url": reverse("circle:helping", args=[circle]) if page == "easier" else "",
            "back": reverse("circle:learning", args=[circle]),
        },
    )


@access("learning_read", "C")
@require_POST
def read(request: Request, circle: UUID, page: str) -> HttpResponse:
    """I have read it: on to the next that I have not."""
    place = own_place(request, circle)
    rows = _read(request, place)
    meeting = meeting_for(request, place, rows)
    try:
        boundaries.mark_read(
            meeting=meeting, person=place.person, page=page, by=request.reader, at=clock.now()
        )
    except boundaries.UnknownWord:
        raise Http404 from None
    done = {row.page for row in _read(request, place)}
    left = [each.id for each in catalogue.current().meetings.learning.pages if each.id not in done]
    if left:
        return redirect("circle:learning-page", circle=circle, page=left[0])
    return redirect("circle:learning", circle=circle)
