"""How somebody of a case is reached safely: the number or address, the hours, what may be said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from alongside.cases import joining
from alongside.delivery import own_reach
from alongside.people import actions, queries
from alongside.people import reach as reaching
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.forms import Text
from alongside.web.parts.own_reach import Said, said
from alongside.web.parts.pages import Request, number_in, saved, say, seen_by_whom
from alongside.web.practitioner import words
from alongside.web.practitioner.base import case_or_404, case_page


class Reach(Said):
    """One safe way. The one of the same kind that stood before ends with it."""

    contact = Text(
        label=gettext_lazy("A safe number or address"),
        help_text=gettext_lazy("It takes the place of the number, or of the address, before."),
        max_length=254,
    )
    field_order = ("contact",)


def ways(person: Any, *, seen_by: Any) -> list[dict[str, str]]:
    """The safe ways to somebody that count now, as facts.html shows them."""
    return [
        {
            "term": _("Phone") if row.channel == "phone" else _("E-mail"),
            "text": " · ".join([row.value, *said(row)]),
        }
        for row in queries.contacts_of(person, seen_by=seen_by)
    ]


@access("contact", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def reach(request: Request, pk: UUID, person: UUID) -> HttpResponse:
    """Write down how somebody is reached, or that a way is safe no more."""
    case = case_or_404(request, pk)
    who, back = _whom(request, case, person)
    if request.method == "POST" and "end" in request.POST:
        return _end(request, case, who)
    if request.method == "POST" and ("take" in request.POST or "leave" in request.POST):
        return _look(request, case, who)
    form = Reach(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            made = joining.reach_at(
                circle=case.circle,
                person=who,
                contact=given["contact"],
                **form.said(),
                by=request.reader,
                at=at,
            )
        except reaching.NotReachable as refusal:
            form.add_error("contact", words.refusal(refusal)[1])
        else:
            if made is not None:
                saved(request, at)
                return redirect("practitioner:reach", pk=case.pk, person=who.pk)
            form.add_error(None, _("This cannot be kept for them now."))
    return case_page(
        request,
        "practitioner/circle/reach.html",
        case,
        tab="circle",
        title=_("How to reach them safely"),
        head=False,
        status=400 if form.errors else 200,
        who=who.name,
        ways=[
            {
                "pk": row.pk,
                "version": row.version,
                "text": row.value,
                "said": " · ".join(said(row)),
            }
            for row in queries.contacts_of(who, seen_by=request.reader)
        ],
        asked=[
            {"pk": row.pk, "text": row.value, "said": " · ".join(said(row))}
            for row in own_reach.asked(who, seen_by=request.reader)
        ],
        form=form,
        can_edit=case.state != "closed",
        back=back,
        seen=seen_by_whom(request, "contact", case.circle_id),
    )


def _whom(request: Request, case: Any, person: UUID) -> tuple[Any, str]:
    """A live member, or the person once they came in (5.1), and the page they stand on."""
    if case.circle.focus_id == person:
        if case.engaged_at is None:
            raise Http404
        return case.circle.focus, reverse("practitioner:case-circle", args=[case.pk])
    rows = queries.members(seen_by=request.reader).filter(circle=case.circle, to_at=None)
    found = get_object_or_404(rows, person=person)
    return found.person, reverse("practitioner:circle-member", args=[case.pk, found.pk])


def _end(request: Request, case: Any, who: Any) -> HttpResponse:
    try:
        wanted = UUID(request.POST["end"])
    except ValueError:
        raise Http404 from None
    row = get_object_or_404(queries.contacts_of(who, seen_by=request.reader), pk=wanted)
    at = clock.now()
    try:
        actions.end_contact(
            contact=row, version=number_in(request, "version"), by=request.reader, at=at
        )
    except StaleVersion:
        say(request, _("Somebody changed this meanwhile. Here it is as it stands."))
    else:
        saved(request, at)
    return redirect("practitioner:reach", pk=case.pk, person=who.pk)


def _look(request: Request, case: Any, who: Any) -> HttpResponse:
    """Reach them where they asked for, or stay with the way there is."""
    wanted = request.POST.get("take") or request.POST.get("leave", "")
    rows = {str(row.pk): row for row in own_reach.asked(who, seen_by=request.reader)}
    at = clock.now()
    if wanted not in rows:
        say(request, _("Somebody changed this meanwhile. Here it is as it stands."))
    elif "leave" in request.POST:
        own_reach.leave(contact=rows[wanted], by=request.reader, at=at)
        saved(request, at)
    elif own_reach.take(contact=rows[wanted], by=request.reader, at=at) is None:
        say(request, _("This cannot be kept for them now."))
    else:
        saved(request, at)
    return redirect("practitioner:reach", pk=case.pk, person=who.pk)
