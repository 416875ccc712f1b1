"""Two people of a circle who are kept apart (1.3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from alongside.access import actions
from alongside.access import apart as kept
from alongside.calendar import queries as calendar
from alongside.people import queries as people
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, offer
from alongside.web.parts.pages import Request, clock_time, say
from alongside.web.practitioner.base import case_or_404


class KeepApart(Form):
    """From whom somebody is kept apart."""

    other = forms.ChoiceField(label=gettext_lazy("From whom"))


def of_member(request: Request, case: Any, member: Any) -> dict[str, Any] | None:
    """From whom a member is kept apart, for whoever may know it; nothing for anybody else."""
    reader = request.reader
    if not reader.may_make("separation", institution=case.institution_id, circle=case.circle_id):
        return None
    rows = kept.kept_from(member.person, seen_by=reader, at=clock.now())
    names = [str(row.other if row.one_id == member.person_id else row.one) for row in rows]
    others = _others(request, case, member)
    return {"names": names, "form": _form(others) if others else None}


def _others(request: Request, case: Any, member: Any) -> dict[str, Any]:
    """Everybody in the circle from whom this member is not kept apart yet."""
    rows = kept.kept_from(member.person, seen_by=request.reader, at=clock.now())
    done = {pk for row in rows for pk in (row.one_id, row.other_id)} | {member.person_id}
    found = {case.circle.focus_id: case.circle.focus}
    found |= {
        row.person_id: row.person
        for row in people.live_members(case.circle, seen_by=request.reader)
    }
    return {str(pk): person for pk, person in found.items() if pk not in done}


def _form(others: dict[str, Any], data: Any = None) -> KeepApart:
    form = KeepApart(data, auto_id="apart_%s")
    choices = [(pk, str(person)) for pk, person in others.items()]
    offer(form, "other", [("", _("Choose one")), *choices])
    return form


@access("separation", "C")
@require_POST
def keep_apart(request: Request, pk: UUID, member: UUID) -> HttpResponse:
    """Keep two people of a circle apart, on the lead's own judgement."""
    case = case_or_404(request, pk)
    rows = people.members(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(rows, pk=member)
    others = _others(request, case, found)
    form = _form(others, request.POST)
    if not form.is_valid():
        say(request, _("Nothing was changed. Choose from whom."))
        return redirect("practitioner:circle-member", pk=case.pk, member=found.pk)
    other, at = others[form.cleaned_data["other"]], clock.now()
    actions.separate(one=found.person, other=other, circle=case.circle, by=request.reader, at=at)
    both = {str(found.person_id), str(other.pk)}
    shared = any(
        both <= {str(person) for person in booking.persons}
        for booking in calendar.upcoming(seen_by=request.reader, at=at, circle=case.circle_id)
    )
    words = _("Saved at %(time)s.") % {"time": clock_time(request, at)}
    if shared:
        words += " " + _("They have a date together: give each their own.")
    say(request, words)
    return redirect("practitioner:circle-member", pk=case.pk, member=found.pk)
