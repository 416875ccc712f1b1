"""The rota: who is on call for a service, the gaps of the next two weeks, and a shift more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.access import policy
from alongside.access import queries as accounts
from alongside.crisis import actions, queries
from alongside.directory import queries as directory
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, offer
from alongside.web.parts.pages import Request
from alongside.web.parts.rota_words import why_of_gap

SHOWN = 60
WALL = "%Y-%m-%dT%H:%M"  # a wall time in an address or a field
SOON = 7  # times that stand open; later ones are folded
ORDERS = {1: gettext_lazy("First on call"), 2: gettext_lazy("Second on call")}


class ShiftForm(Form):
    """One shift, or the same one on some days in a row, by the clock of the service."""

    account = forms.ChoiceField(label=gettext_lazy("Who"))
    order = forms.TypedChoiceField(
        label=gettext_lazy("Order"),
        choices=list(ORDERS.items()),
        widget=forms.RadioSelect,
        coerce=int,
        initial=1,
    )
    day = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )
    starts = forms.TimeField(
        label=gettext_lazy("From"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    hours = forms.IntegerField(
        label=gettext_lazy("For how many hours"),
        min_value=1,
        max_value=24,
        initial=24,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
    )
    days = forms.IntegerField(
        label=gettext_lazy("On how many days in a row"),
        min_value=1,
        max_value=31,
        initial=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
    )

    def __init__(self, *args: Any, colleagues: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "account", [("", _("Choose one")), *colleagues])


@access("shift", "R")
@require_safe
def rota(request: Request) -> HttpResponse:
    """Each service with who is on call, and when nobody is."""
    context = {
        "services": [
            _service(request, service) for service in directory.services(seen_by=request.reader)
        ],
        "may_add": policy.may_open(request.reader, "shift", "C"),
    }
    return render(request, "office/rota/rota.html", context)


def _service(request: Request, service: Any) -> dict[str, Any]:
    reader = request.reader
    zone = ZoneInfo(service.zone)
    shifts = queries.shifts(seen_by=reader, service=service, at=reader.at)
    times = _times(reader, shifts, zone)
    return {
        "service": service,
        "soon": times[:SOON],
        "later": times[SOON:],
        "gaps": [
            {
                "when": _span(spans[0].start, spans[0].end, zone),
                "why": why_of_gap(spans[0]),
                "more": len(spans) - 1,
            }
            for spans in queries.rota_gaps(service, reader.at).values()
            if spans
        ],
        "people": _people(shifts),
    }


def _people(shifts: Any) -> list[dict[str, Any]]:
    """Everybody in the plan, with until when they can be reached in two tested ways."""
    accounts = list({shift.account_id: shift.account for shift in shifts[:SHOWN]}.values())
    until = queries.reachable_until(accounts)
    return [
        {
            "name": account.name or account.email,
            "until": None if (last := until[account.pk]) is None else last.date(),
        }
        for account in accounts
    ]


def _times(reader: Any, shifts: Any, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The shifts by when they are: who is first and who is second at the same time, together."""
    found: dict[tuple[datetime, datetime], dict[str, Any]] = {}
    for shift in shifts[:SHOWN]:
        time = found.setdefault(
            (shift.starts_at, shift.ends_at),
            {
                "when": _span(shift.starts_at, shift.ends_at, zone),
                "slot": f"{shift.local_start:{WALL}}/{shift.local_end:{WALL}}",
                "is_on": shift.starts_at <= reader.at,
                "first": [],
                "second": [],
            },
        )
        time["first" if shift.order == 1 else "second"].append(
            {
                "shift": shift,
                "name": shift.account.name or shift.account.email,
                "may_end": reader.may("E", shift),
                "may_move": shift.starts_at > reader.at and reader.may("E", shift),
            }
        )
    return list(found.values())


def next_gap(service: Any, at: datetime) -> str:
    """The next time without a first or a second person who can be reached, in words."""
    gaps = [gap for spans in queries.rota_gaps(service, at).values() for gap in spans]
    if not gaps:
        return ""
    first = min(gaps, key=lambda gap: gap.start)
    return _span(first.start, first.end, ZoneInfo(service.zone))


def _span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    def said(at: datetime) -> str:
        return str(date_format(at.astimezone(zone), "D j M, H:i"))

    return _("%(start)s to %(end)s") % {"start": said(start), "end": said(end)}


@access("shift", "C")
@require_http_methods(["GET", "POST"])
def add(request: Request, pk: UUID) -> HttpResponse:
    """Put a colleague on call for a service."""
    reader = request.reader
    service = get_object_or_404(directory.services(seen_by=reader), pk=pk)
    staff = _staff(reader)
    form = ShiftForm(request.POST or None, colleagues=_names(staff))
    if form.is_valid() and _saved(request, form, service, staff):
        return redirect("office:rota")
    context = {"form": form, "service": service}
    return render(request, "office/rota/add.html", context, status=400 if form.errors else 200)


def _staff(reader: Any) -> dict[str, Any]:
    """Who works here and may sign in, by the id of their account."""
    return {
        str(link.account_id): link.account
        for link in accounts.staff(seen_by=reader)
        if link.account.is_active
    }


def _names(staff: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted(
        ((key, account.name or account.email) for key, account in staff.items()),
        key=lambda pair: pair[1].casefold(),
    )


def _said(request: Request, service: Any, at: datetime) -> None:
    zone = ZoneInfo(service.zone)
    messages.success(
        request, _("Saved at %(time)s.") % {"time": date_format(at.astimezone(zone), "H:i")}
    )


def _saved(request: Request, form: ShiftForm, service: Any, staff: dict[str, Any]) -> bool:
    """Save every day's shift or none, and put what is wrong beside the field."""
    given, at = form.cleaned_data, clock.now()
    try:
        first = datetime.combine(given["day"], given["starts"])
        with transaction.atomic():
            for day in range(given["days"]):
                start = first + timedelta(days=day)
                actions.save_shift(
                    service=service,
                    account=staff[given["account"]],
                    order=given["order"],
                    local_start=start,
                    local_end=start + timedelta(hours=given["hours"]),
                    zone=service.zone,
                    by=request.reader,
                    at=at,
                )
    except (actions.ShiftMakesNoSense, OverflowError):
        form.add_error("day", _("No shift can be on that day. Look at the year."))
        return False
    except actions.NotAccountOfHouse:
        form.add_error("account", _("Only somebody who works here now can be on call."))
        return False
    _said(request, service, at)
    return True


@access("shift", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, pk: UUID, shift: UUID) -> HttpResponse:
    """Give a shift that has not begun to somebody else, another place or other hours."""
    reader, at = request.reader, clock.now()
    service = get_object_or_404(directory.services(seen_by=reader), pk=pk)
    found = get_object_or_404(queries.shifts(seen_by=reader, service=service, at=at), pk=shift)
    staff = _staff(reader)
    hours = (found.local_end - found.local_start).total_seconds() / 3600
    form = ShiftForm(
        request.POST if request.method == "POST" else None,
        colleagues=_names(staff),
        initial={
            "account": str(found.account_id),
            "order": found.order,
            "day": found.local_start.date(),
            "starts": found.local_start.time(),
            "hours": round(hours),
        },
    )
    del form.fields["days"]
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        start = datetime.combine(given["day"], given["starts"])
        try:
            actions.change_shift(
                shift=found,
                account=staff[given["account"]],
                order=given["order"],
                local_start=start,
                local_end=start + timedelta(hours=given["hours"]),
                by=reader,
                at=at,
            )
        except actions.ShiftHasBegun:
            form.add_error(None, _("It has begun. End it now, and add another."))
        except (actions.ShiftMakesNoSense, OverflowError):
            form.add_error("day", _("No shift can be on that day. Look at the year."))
        except actions.NotAccountOfHouse:
            form.add_error("account", _("Only somebody who works here now can be on call."))
        else:
            _said(request, service, at)
            return redirect("office:rota")
    context = {"form": form, "service": service, "is_change": True}
    return render(request, "office/rota/add.html", context, status=400 if form.errors else 200)


@access("shift", "E")
@require_POST
def move(request: Request, pk: UUID) -> HttpResponse:
    """Put a shift where another is, and that one in its place; or into a place that is free."""
    reader, at = request.reader, clock.now()
    service = get_object_or_404(directory.services(seen_by=reader), pk=pk)
    shifts = queries.shifts(seen_by=reader, service=service, at=at)
    one = get_object_or_404(shifts, pk=_id(request.POST.get("shift", "")))
    try:
        if request.POST.get("with"):
            other = get_object_or_404(shifts, pk=_id(request.POST["with"]))
            actions.swap_shifts(one=one, other=other, by=reader, at=at)
        else:
            start, _slash, rest = request.POST.get("to", "").partition("/")
            end, _slash, order = rest.partition("/")
            actions.change_shift(
                shift=one,
                order=int(order),
                local_start=datetime.fromisoformat(start).replace(tzinfo=None),
                local_end=datetime.fromisoformat(end).replace(tzinfo=None),
                by=reader,
                at=at,
            )
    except actions.ShiftHasBegun:
        messages.error(request, _("It has begun. End it now, and add another."))
    except (actions.ShiftMakesNoSense, actions.NotAccountOfHouse, ValueError):
        messages.error(request, _("It could not be put there. Nothing was changed."))
    else:
        _said(request, service, at)
    return redirect("office:rota")


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise Http404 from None


@access("shift", "E")
@require_POST
def end(request: Request, pk: UUID, shift: UUID) -> HttpResponse:
    """End a shift now, or take away one that has not begun."""
    reader, at = request.reader, clock.now()
    service = get_object_or_404(directory.services(seen_by=reader), pk=pk)
    found = get_object_or_404(queries.shifts(seen_by=reader, service=service, at=at), pk=shift)
    actions.end_shift(shift=found, by=reader, at=at)
    said = _("Ended at %(time)s. They are not on call any more.")
    if found.starts_at > at:
        said = _("Taken away at %(time)s.")
    time = date_format(at.astimezone(ZoneInfo(service.zone)), "H:i")
    messages.success(request, said % {"time": time})
    return redirect("office:rota")
