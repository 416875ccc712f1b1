"""The rooms of the house: where each is, how many it holds, how much it is used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from alongside.access import policy, queries
from alongside.calendar import queries as calendar
from alongside.calendar import rooms as actions
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, clock_time, two_texts

AHEAD = timedelta(days=14)
BASE = "parts/base_office.html"


class RoomForm(Form):
    """A room that can be booked."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = Text(label=gettext_lazy("Name"), max_length=80)
    capacity = forms.IntegerField(
        label=gettext_lazy("How many people it holds"),
        help_text=gettext_lazy("Everybody in it, also those who work here."),
        min_value=1,
        max_value=actions.MOST_PEOPLE,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
    )
    place = Text(
        label=gettext_lazy("Where it is, and how to get in"),
        help_text=gettext_lazy("People who are expected there read this."),
        required=False,
        lines=2,
        max_length=200,
    )
    in_use = forms.BooleanField(
        label=gettext_lazy("It can be booked"),
        help_text=gettext_lazy("Without the tick, times already kept in it stay."),
        required=False,
        initial=True,
    )


@access("resource", "R")
@require_safe
def listing(request: Request) -> HttpResponse:
    """Every room, those in use first."""
    reader, at = request.reader, clock.now()
    use = calendar.use_of_rooms(seen_by=reader, start=at, end=at + AHEAD)
    nothing = calendar.Use(0, 0)
    rows = [
        {"room": room, "use": use.get(room.pk, nothing), "may_edit": reader.may("E", room)}
        for room in calendar.rooms(seen_by=reader)
    ]
    context = {
        "rows": rows,
        "days": AHEAD.days,
        "may_add": policy.may_open(reader, "resource", "C"),
    }
    return render(request, "office/rooms/list.html", context)


@access("resource", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponse:
    """One room more."""
    form = RoomForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _saved(request, form, None):
        return redirect("office:rooms")
    return _page(request, form, None)


@access("resource", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, pk: UUID) -> HttpResponse:
    """Change a room, or say that it can no longer be booked."""
    room = get_object_or_404(calendar.rooms(seen_by=request.reader), pk=pk)
    form = RoomForm(
        request.POST if request.method == "POST" else None,
        initial={
            "version": room.version,
            "name": room.name,
            "capacity": room.capacity,
            "place": room.place,
            "in_use": room.ended_at is None,
        },
    )
    if form.is_valid():
        try:
            if _saved(request, form, room):
                return redirect("office:rooms")
        except StaleVersion as stale:
            return _both(request, form, stale.current)
    return _page(request, form, room)


def _page(request: Request, form: RoomForm, room: Any) -> HttpResponse:
    context = {"form": form, "room": room}
    return render(request, "office/rooms/edit.html", context, status=400 if form.errors else 200)


def _saved(request: Request, form: RoomForm, room: Any) -> bool:
    given, at = form.cleaned_data, clock.now()
    try:
        actions.save_room(
            institution=queries.institution_of(request.reader)
            if room is None
            else room.institution,
            name=given["name"],
            capacity=given["capacity"],
            place=given["place"],
            in_use=given["in_use"] or room is None,
            room=room,
            expected=given["version"],
            by=request.reader,
            at=at,
        )
    except actions.RoomMakesNoSense as why:
        form.add_error(why.field, _("Another room in use has this name."))
        return False
    messages.success(request, _("Saved at %(time)s.") % {"time": clock_time(request, at)})
    return True


def _both(request: Request, form: RoomForm, current: Any) -> HttpResponse:
    """Somebody was quicker: both texts, nothing overwritten."""
    given = form.cleaned_data
    return two_texts(
        request,
        base=BASE,
        pairs=[
            (name, str(form.fields[name].label), str(given[name]), str(getattr(current, name)))
            for name in ("name", "capacity", "place")
        ],
        same=[("in_use", "on")] if given["in_use"] else [],
        version=current.version,
        keep_url=request.path,
    )
