"""How one is reached oneself, at one's own door; and how a safe way is said in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.delivery import own_reach
from alongside.people import queries
from alongside.people.reach import NotReachable
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts.forms import Clock, Form, Text
from alongside.web.parts.pages import Request, number_in, saved, say

To = Callable[..., str]


class Said(Form):
    """What is said of one safe way."""

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

    def said(self) -> dict[str, Any]:
        """As the actions take it."""
        given = self.cleaned_data
        return {
            "texts": given.get("texts", False),
            "never_voicemail": not given.get("voicemail", False),
            "safe_from": given["safe_from"],
            "safe_to": given["safe_to"],
            "words": given["safe_words"],
        }


class Change(Said):
    """What is said of a way that counts. Of an address there is nothing to hear, and no texts."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if channel != "phone":
            del self.fields["texts"], self.fields["voicemail"]


class Ask(Said):
    """Another number or address."""

    contact = Text(
        label=gettext_lazy("Another number or address of yours"),
        help_text=gettext_lazy("One that only you read and hear."),
        max_length=254,
    )
    field_order = ("contact",)


def said(row: Any) -> list[str]:
    """What was said of one way, in short."""
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


# -- the pages of both doors: what is not there says so before anybody is asked to sign in (M6) ---


def listing(
    request: Request, *, person: Any, is_open: bool, seen: str, to: To, back: str, base: str
) -> HttpResponse:
    """The ways that count, and what was asked for.

    Args:
        seen: who can read it.
        to: the address of a page of this door, by its name and what it needs more.
    """
    rows = queries.contacts_of(person, seen_by=request.reader)
    return render(
        request,
        "parts/own_reach_page.html",
        {
            "base": base,
            "back": back,
            "ways": [
                {
                    "text": row.value,
                    "said": " · ".join(said(row)),
                    "version": row.version,
                    "change_url": to("reach-change", pk=row.pk) if is_open else "",
                    "end_url": to("reach-end", pk=row.pk) if is_open else "",
                }
                for row in rows
            ],
            "asked": [row.value for row in own_reach.asked(person, seen_by=request.reader)],
            "ask_url": to("reach-ask") if is_open else "",
            "seen": seen,
        },
    )


def change(request: Request, *, person: Any, pk: UUID, to: To, base: str) -> HttpResponse:
    """When and how one may be reached there."""
    row = _own(request, person, pk)
    if row.ended_at is not None:
        return _moved_on(request, to)
    answer: HttpResponse = _change(request, row=row, to=to, base=base)
    return answer


@reauthentication_required
def _change(request: Request, *, row: Any, to: To, base: str) -> HttpResponse:
    start = {
        "texts": row.texts,
        "voicemail": not row.never_voicemail,
        "safe_from": row.safe_from,
        "safe_to": row.safe_to,
        "safe_words": row.words,
        "version": row.version,
    }
    sent = request.POST if request.method == "POST" else None
    form = Change(sent, channel=row.channel, initial=start)
    if sent is not None and form.is_valid():
        at = clock.now()
        try:
            own_reach.change(
                contact=row,
                version=number_in(request, "version"),
                **form.said(),
                by=request.reader,
                at=at,
            )
        except StaleVersion:
            return _moved_on(request, to)
        saved(request, at)
        return redirect(to("reach"))
    return _form_page(request, form, way=row.value, to=to, base=base)


@reauthentication_required
def ask(request: Request, *, circle: Any, person: Any, to: To, base: str) -> HttpResponse:
    """Ask for another number or address."""
    sent = request.POST if request.method == "POST" else None
    form = Ask(sent)
    if sent is not None and form.is_valid():
        at = clock.now()
        try:
            own_reach.ask_for(
                person=person,
                circle=circle,
                contact=form.cleaned_data["contact"],
                **form.said(),
                by=request.reader,
                at=at,
            )
        except NotReachable as refusal:
            form.add_error(
                "contact",
                _("That is no e-mail address.")
                if refusal.channel == "email"
                else _("That is no phone number. Write it with its country code: +44 …"),
            )
        else:
            saved(request, at)
            return redirect(to("reach"))
    return _form_page(request, form, way="", to=to, base=base)


def end(request: Request, *, person: Any, pk: UUID, to: To) -> HttpResponse:
    """A way is safe no more. Who was asked to sign in again comes back by GET."""
    answer: HttpResponse = _end(request, row=_own(request, person, pk), to=to)
    return answer


@reauthentication_required
def _end(request: Request, *, row: Any, to: To) -> HttpResponse:
    if request.method != "POST":
        return redirect(to("reach"))
    at = clock.now()
    try:
        own_reach.end(contact=row, version=number_in(request, "version"), by=request.reader, at=at)
    except StaleVersion:
        return _moved_on(request, to)
    saved(request, at)
    return redirect(to("reach"))


def _own(request: Request, person: Any, pk: UUID) -> Any:
    row = queries.own_contact(pk, seen_by=request.reader)
    if row is None or row.person_id != person.pk:
        raise Http404
    return row


def _moved_on(request: Request, to: To) -> HttpResponse:
    say(request, _("This was changed meanwhile. Here it is as it stands."))
    return redirect(to("reach"))


def _form_page(request: Request, form: Form, *, way: str, to: To, base: str) -> HttpResponse:
    return render(
        request,
        "parts/own_reach_form_page.html",
        {"base": base, "form": form, "way": way, "back": to("reach")},
        status=400 if form.errors else 200,
    )
