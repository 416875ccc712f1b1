"""Limits, offers and ways of helping that members shared with whoever leads; nothing else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.meetings import boundaries, own
from alongside.people import queries as people
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.meeting_words import limit_sentence
from alongside.web.parts.pages import Request, list_moment, seen_by_whom
from alongside.web.parts.people_words import relation
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.meeting_frame import meeting_or_404


@access("boundary", "R")
@require_safe
def limits(request: Request, pk: UUID) -> HttpResponse:
    """By member: what they shared, how it went, what may be read after a no."""
    case = case_or_404(request, pk)
    meeting_or_404(request, case)
    members = list(people.live_members(case.circle, seen_by=request.reader))
    prepare([member.person for member in members], "name")
    rows = list(own.boundaries(seen_by=request.reader, circle=case.circle_id))
    shown = [_member(request, case, member, rows) for member in members]
    return case_page(
        request,
        "practitioner/meeting/limits.html",
        case,
        tab="meeting",
        title=_("Limits and offers"),
        head=False,
        members=shown,
        aloud=[
            {"name": row.written_by.name, "text": limit_sentence(row)}
            for row in rows
            if row.read_out and row.ended_at is None
        ],
        never=in_language(catalogue.current().meetings.limits.never, said.language()),
        back=reverse("practitioner:case-meeting", args=[case.pk]),
        seen=seen_by_whom(request, "boundary", case.circle_id),
    )


def _member(request: Request, case: Any, member: Any, rows: list[Any]) -> dict[str, Any]:
    language = said.language()
    content = catalogue.current().meetings
    replies = {each.id: in_language(each.text, language) for each in content.limits.replies}
    sheet = own.helping_sheets(
        seen_by=request.reader, circle=case.circle_id, person=member.person_id
    ).first()
    return {
        "name": member.person.name,
        "relation": relation(member.relation),
        "limits": [
            {
                "sentence": limit_sentence(row),
                "because": row.because,
                "tag": _("May be read after a no") if row.read_out else "",
                "ended": row.ended_at is not None,
                "missing": [
                    in_language(check.text, language)
                    for check in content.limits.checks
                    if check.id in boundaries.missing_checks(row)
                ],
                "looks": [
                    {
                        "title": replies.get(look.went, look.went),
                        "text": look.words,
                        "when": list_moment(request, look.looked_at),
                    }
                    for look in own.looks(row, seen_by=request.reader)[:8]
                ],
            }
            for row in rows
            if row.written_by_id == member.person_id
        ],
        "helping": _helping(request, sheet) if sheet is not None else None,
    }


def _helping(request: Request, sheet: Any) -> dict[str, Any]:
    content, language = catalogue.current().meetings.helping, said.language()
    found = own.worked_out(sheet)
    ways = {each.id: each for each in content.ways}
    wishes = {each.id: in_language(each.text, language) for each in content.choices}
    return {
        "words": _("%(when)s: %(total)s of %(most)s, %(answered)s of %(all)s lines answered")
        % {
            "when": list_moment(request, sheet.filled_at),
            "total": found.total,
            "most": found.most,
            "answered": found.answered,
            "all": len(content.ways),
        },
        "rows": [
            {
                "title": in_language(ways[way].text, language),
                "text": " · ".join(
                    part
                    for part in (
                        wishes.get(found.choices.get(way, ""), ""),
                        _("a change needs care: safety first") if ways[way].care else "",
                    )
                    if part
                ),
            }
            for way in found.first
        ],
        "first": sheet.words,
    }
