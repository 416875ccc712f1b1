"""Who may decide with somebody under age (1.2): named, shown and ended on the page of a member."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alongside.access import guardians as kept
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, saved, say
from alongside.web.practitioner import circle as pages
from alongside.web.practitioner.base import case_or_404
from alongside.web.practitioner.guardian_forms import Guardian


@access("guardianship", "C")
@require_POST
def name(request: Request, pk: UUID, member: UUID) -> HttpResponse:
    """Write down that a member may decide with the person, who is under age."""
    case = case_or_404(request, pk)
    rows = people.members(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(rows, pk=member)
    form = Guardian(request.POST, auto_id="guardian_%s")
    if form.is_valid():
        at, given = clock.now(), form.cleaned_data
        try:
            kept.name_guardian(
                circle=case.circle,
                ward=case.circle.focus,
                guardian=found.person,
                kind=given["kind"],
                evidence=given["evidence"],
                until=given["until"],
                sees=given["sees"],
                by=request.reader,
                at=at,
            )
        except Refused as refusal:
            _say_why(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:circle-member", pk=case.pk, member=found.pk)
    return pages.member_page(request, case, found, guardian_form=form, status=400)


def _say_why(form: Guardian, refusal: Refused) -> None:
    if isinstance(refusal, kept.BadEnd):
        last = day_words(refusal.latest)
        form.add_error("until", _("Choose a day to come, at the latest %(day)s.") % {"day": last})
    elif isinstance(refusal, kept.NeedsEvidence):
        form.add_error("evidence", _("Write it in a full sentence."))
    elif isinstance(refusal, kept.NotAMinor | kept.NotAGuardian):
        form.add_error(None, _("That is not possible for this person."))
    else:
        raise refusal


@access("guardianship", "E")
@require_POST
def end(request: Request, pk: UUID, member: UUID) -> HttpResponse:
    """End it now, in silence."""
    case = case_or_404(request, pk)
    rows = people.members(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(rows, pk=member)
    at = clock.now()
    mine = kept.guardians_of(case.circle.focus, seen_by=request.reader, at=at)
    row = get_object_or_404(mine, guardian=found.person_id)
    kept.end_guardian(guardianship=row, because="ended_by_lead", by=request.reader, at=at)
    say(request, _("Ended. Nobody was told."))
    return redirect("practitioner:circle-member", pk=case.pk, member=found.pk)
