"""How somebody of a case is reached safely: the number or address, the hours, what may be said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from alongside.cases import joining
from alongside.people import actions, queries
from alongside.people import reach as reaching
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, number_in, saved, say, seen_by_whom
from alongside.web.practitioner import words
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.delivery_forms import Clock


class Reach(Form):
    """One safe way. The one of the same kind that stood before ends with it."""

    contact = Text(
        label=gettext_lazy("A safe number or address"),
        help_text=gettext_lazy("It takes the place of the number, or of the address, before."),
        max_length=254,
    )
    texts = forms.BooleanField(
        label=gettext_lazy("Texts are safe there: nobody else reads them"), required=False
    )
    voicemail = forms.BooleanField(
        label=gettext_lazy("A message may be left there: nobody else hears it"), required=False
    )
    safe_from = Clock(
        label=gettext_lazy("Safe from"),
        help_text=gettext_lazy("Questions and reminders go only within these hours."),
        required=False,
    )
    safe_to = Clock(label=gettext_lazy("Safe until"), required=False)
    safe_words = Text(
        label=gettext_lazy("What may be said, what never"), required=False, max_length=500
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "safe_from" in given and "safe_to" in given:
            one, other = given["safe_from"], given["safe_to"]
            if (one is None) != (other is None):
                missing = "safe_from" if one is None else "safe_to"
                self.add_error(missing, ValidationError(_("Write both times, or neither.")))
            elif one is not None and one == other:
                self.add_error("safe_to", ValidationError(_("It ends when it begins.")))
        return given


def ways(person: Any, *, seen_by: Any) -> list[dict[str, str]]:
    """The safe ways to somebody that count now, as facts.html shows them."""
    return [
        {
            "term": _("Phone") if row.channel == "phone" else _("E-mail"),
            "text": " · ".join([row.value, *_said(row)]),
        }
        for row in queries.contacts_of(person, seen_by=seen_by)
    ]


def _said(row: Any) -> list[str]:
    found = [row.words] if row.words else []
    if row.safe_from and row.safe_to:
        found.append(
            _("only from %(start)s to %(end)s")
            % {"start": time_format(row.safe_from, "H:i"), "end": time_format(row.safe_to, "H:i")}
        )
    if row.texts:
        found.append(_("texts are safe"))
    if row.channel == "phone":
        found.append(_("never voicemail") if row.never_voicemail else _("voicemail is safe"))
    return found


@access("contact", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def reach(request: Request, pk: UUID, person: UUID) -> HttpResponse:
    """Write down how somebody is reached, or that a way is safe no more."""
    case = case_or_404(request, pk)
    who, back = _whom(request, case, person)
    if request.method == "POST" and "end" in request.POST:
        return _end(request, case, who)
    form = Reach(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            made = joining.reach_at(
                circle=case.circle,
                person=who,
                contact=given["contact"],
                texts=given["texts"],
                never_voicemail=not given["voicemail"],
                safe_from=given["safe_from"],
                safe_to=given["safe_to"],
                words=given["safe_words"],
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
                "said": " · ".join(_said(row)),
            }
            for row in queries.contacts_of(who, seen_by=request.reader)
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
