"""One side of a circle: who proposed somebody, and when they were spoken to alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside.access import queries as access_queries
from alongside.cases import sides
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, saved, seen_by_whom, two_texts
from alongside.web.practitioner import sides_words as said
from alongside.web.practitioner import words
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.forms import SpokenAlone


@access("side", "R")
@require_http_methods(["GET", "HEAD", "POST"])
def side(request: Request, pk: UUID, person: UUID) -> HttpResponse:
    """What is known of one side, how it came to be known, and the next thing to write down."""
    case = case_or_404(request, pk)
    found, is_here = _person_or_404(request, case, person)
    may = (
        is_here
        and case.state != "closed"
        and request.reader.may_make("side", institution=case.institution_id, circle=case.circle_id)
    )
    if request.method != "POST":
        return _page(request, case, found, _form(request, case, found) if may else None)
    if not may:
        raise Http404
    form = _form(request, case, found, request.POST)
    if not form.is_valid():
        return _page(request, case, found, form, status=400)
    given, at = form.cleaned_data, clock.now()
    people_here = {str(one.pk): one for one in _team(request, case, found)}
    try:
        sides.write(
            circle=case.circle,
            person=found,
            expected=given["version"],
            proposed_by=given.get("proposed_by", ""),
            spoken_on=given["spoken_on"],
            how=given["how"],
            spoken_by=people_here.get(given["spoken_by"]),
            words=given["words"],
            by=request.reader,
            at=at,
        )
    except StaleVersion as stale:
        return _stale(request, case, found, stale.current, given)
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, case, found, form, status=400)
    saved(request, at)
    return redirect(said.url_of(case.pk))


def _person_or_404(request: Request, case: Any, person: UUID) -> tuple[Any, bool]:
    """Somebody who is or was in the circle, or whom it is about; and whether they are here now."""
    if person == case.circle.focus_id:
        return case.circle.focus, True
    rows = people.members(seen_by=request.reader).filter(circle=case.circle, person=person)
    places = list(rows)
    if not places:
        raise Http404
    return places[0].person, any(place.to_at is None for place in places)


def _team(request: Request, case: Any, found: Any) -> list[Any]:
    """Who may have spoken: everybody who works on the case, and who did when it was written."""
    team = access_queries.who_works_on(case.circle_id, seen_by=request.reader)
    row = sides.newest(case.circle_id, seen_by=request.reader).get(found.pk)
    if row is not None and row.spoken_by is not None and row.spoken_by not in team:
        team.append(row.spoken_by)
    prepare(team, "name")
    return team


def _form(request: Request, case: Any, found: Any, data: Any = None) -> SpokenAlone:
    row = sides.newest(case.circle_id, seen_by=request.reader).get(found.pk)
    team = _team(request, case, found)
    own = next((one for one in team if one.pk in request.reader.persons), None)
    spoke = row.spoken_by if row is not None and row.spoken_by is not None else own
    is_known = found.pk == case.circle.focus_id or found.pk in sides.told_us(case.circle_id)
    return SpokenAlone(
        data,
        proposers=[] if is_known else said.choices("proposed_by"),
        how=said.choices("how"),
        people=[(str(one.pk), one.name) for one in team],
        initial={
            "version": 0 if row is None else row.number,
            "proposed_by": "" if row is None else row.proposed_by,
            "spoken_on": None if row is None else row.spoken_on,
            "how": "" if row is None else row.how,
            "spoken_by": "" if spoke is None else str(spoke.pk),
        },
    )


def _page(
    request: Request, case: Any, found: Any, form: SpokenAlone | None, *, status: int = 200
) -> HttpResponse:
    told = sides.told_us(case.circle_id)
    rows = [
        row
        for row in sides.rows(case.circle_id, seen_by=request.reader)
        if row.person_id == found.pk
    ]
    prepare([row.written_by for row in rows], "name")
    return case_page(
        request,
        "practitioner/circle/side.html",
        case,
        tab="circle",
        title=found.name,
        page_title=_("Spoken to alone"),
        head=False,
        status=status,
        who=found.name,
        is_person=found.pk == case.circle.focus_id,
        facts=said.facts(case, found.pk, rows[-1] if rows else None, told),
        changes=said.changes(request, case, rows, told) if len(rows) > 1 else [],
        form=form,
        circle_url=said.url_of(case.pk),
        seen=seen_by_whom(request, "side", case.circle_id),
    )


def _stale(
    request: Request, case: Any, found: Any, current: Any, given: dict[str, Any]
) -> HttpResponse:
    def day(value: Any) -> str:
        return value.isoformat() if value else ""

    team = [(str(one.pk), one.name) for one in _team(request, case, found)]
    pairs = [
        (
            "proposed_by",
            _("Who proposed them"),
            given.get("proposed_by", current.proposed_by),
            current.proposed_by,
        ),
        (
            "spoken_on",
            _("Spoken to alone on"),
            day(given["spoken_on"]),
            day(current.spoken_on),
        ),
        ("how", _("How"), given["how"], current.how),
        (
            "spoken_by",
            _("Who spoke with them"),
            given["spoken_by"],
            str(current.spoken_by_id or ""),
        ),
        ("words", _("What else to know"), given["words"], current.words),
    ]
    return two_texts(
        request,
        base=BASE,
        pairs=pairs,
        version=current.number,
        keep_url=reverse("practitioner:circle-side", args=[case.pk, found.pk]),
        choices={
            "proposed_by": [("", _("Not known yet")), *said.choices("proposed_by")],
            "how": [("", _("Not yet")), *said.choices("how")],
            "spoken_by": [("", _("Nobody")), *team],
        },
    )
