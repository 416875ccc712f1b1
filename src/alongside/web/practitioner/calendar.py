"""Times: my week, booking, moving, giving back. Refusals are sentences; what was typed stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alongside.calendar import actions, queries
from alongside.calendar.rules import NoSuchTime, NoSuchZone
from alongside.cases import queries as cases
from alongside.delivery import queries as delivery
from alongside.people import queries as people
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    local_day,
    say,
    seen_by_whom,
    short_day,
    zone_of,
)
from alongside.web.parts.people_words import listed
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.delivery_forms import Book, GiveBack, Move, first_day
from alongside.web.practitioner.plan_shared import persons_of, staff_of

DAYS = 7
REFUSALS = (Refused, NoSuchTime, NoSuchZone)


# -- my week ---------------------------------------------------------------------------------------


@access("booking", "R")
@require_safe
def week(request: Request) -> HttpResponse:
    """Seven days from a Monday on, day by day; mine, or everything I may see."""
    reader, at = request.reader, clock.now()
    today = local_day(request, at)
    first = first_day(today, request.GET.get("from", ""))
    first -= timedelta(days=first.weekday())
    everybody = request.GET.get("whose") == "all"
    zone = zone_of(request)
    start = datetime.combine(first, time(), tzinfo=zone).astimezone(UTC)
    end = datetime.combine(first + timedelta(days=DAYS), time(), tzinfo=zone).astimezone(UTC)
    find = queries.between if everybody else queries.mine
    rows = list(find(seen_by=reader, start=start, end=end))
    prepare([row.circle.focus for row in rows], "name")
    prepare([row.practitioner.person for row in rows], "name")
    told = set(
        delivery.sessions(seen_by=reader)
        .filter(booking__in=rows)
        .values_list("booking_id", flat=True)
    )
    case_of = dict(
        cases.cases(seen_by=reader)
        .filter(circle__in={row.circle_id for row in rows})
        .values_list("circle_id", "pk")
    )
    expected = expected_in(request, rows)
    by_day: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        day = row.local_start.date()
        by_day.setdefault(day, []).append(
            booking_row(
                request,
                row,
                at,
                expected=expected,
                case=case_of.get(row.circle_id),
                told=row.pk in told,
            )
        )
    days = [first + timedelta(days=number) for number in range(DAYS)]
    keep = "&whose=all" if everybody else ""
    return render(
        request,
        "practitioner/calendar/week.html",
        {
            "title": _("Week of %(day)s") % {"day": date_format(first, "j F Y")},
            "count": len(rows),
            "days": [
                {
                    "name": date_format(day, "l j F"),
                    "iso": day.isoformat(),
                    "is_today": day == today,
                    "rows": by_day.get(day, []),
                }
                for day in days
            ],
            "before_url": f"?from={(first - timedelta(days=DAYS)).isoformat()}{keep}",
            "after_url": f"?from={(first + timedelta(days=DAYS)).isoformat()}{keep}",
            "this_week": first <= today < first + timedelta(days=DAYS),
            "now_url": f"?{keep.lstrip('&')}",
            "everybody": everybody,
            "switch_url": f"?from={first.isoformat()}{'' if everybody else '&whose=all'}",
            "untold": _untold(request, at),
            "zone": str(zone),
        },
    )


def _untold(request: Request, at: datetime) -> int:
    rows = delivery.untold(seen_by=request.reader, at=at)
    return int(rows.filter(practitioner__person__in=request.reader.persons).count())


def expected_in(request: Request, rows: Sequence[Any]) -> dict[str, str]:
    """Who is expected at some times, by id: one query for all of them."""
    wanted = {pk for row in rows for pk in row.persons}
    found = list(people.persons(seen_by=request.reader).filter(pk__in=wanted))
    prepare(found, "name")
    return {str(person.pk): person.name for person in found}


def booking_row(
    request: Request,
    booking: Any,
    at: datetime,
    *,
    expected: Mapping[str, str],
    case: UUID | None,
    told: bool,
) -> dict[str, Any]:
    """One time as lists show it, with what can be done about it.

    Args:
        expected: names by person id. case: where the name leads; None without the right.
    """
    has_begun = booking.starts_at <= at
    own = booking.practitioner.person_id in request.reader.persons
    may_edit = request.reader.may("E", booking)
    for_course = booking.about.startswith("course:")
    place = str(said.PLACES.get(booking.place, booking.place))
    return {
        "pk": booking.pk,
        "time": said.booking_time(booking),
        "iso": booking.starts_at.isoformat(),
        "day": said.booking_day(booking),
        "short_day": short_day(booking.local_start.date()),
        "name": str(booking.circle.focus),
        "who": listed([expected[pk] for pk in booking.persons if pk in expected]),
        "text": " · ".join(
            part
            for part in (
                place,
                _("%(minutes)s minutes") % {"minutes": booking.minutes},
                "" if own else booking.practitioner.person.name,
                "" if str(zone_of(request)) == booking.zone else booking.zone,
            )
            if part
        ),
        "case_url": reverse("practitioner:case-sessions", args=[case]) if case else "",
        "told": told,
        "is_cancelled": booking.cancelled_at is not None,
        "because": booking.cancelled_because,
        "tell_url": reverse("practitioner:booking-tell", args=[booking.pk])
        if may_edit and has_begun and not told and for_course and not booking.cancelled_at
        else "",
        "move_url": reverse("practitioner:booking-move", args=[booking.pk])
        if may_edit and not has_begun and not booking.cancelled_at
        else "",
        "cancel_url": reverse("practitioner:booking-cancel", args=[booking.pk])
        if may_edit and not has_begun and not booking.cancelled_at
        else "",
    }


# -- booking ---------------------------------------------------------------------------------------


@access("booking", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: Request, pk: UUID) -> HttpResponse:
    """Keep a time for people of a case."""
    case = case_or_404(request, pk)
    at = clock.now()
    persons = persons_of(request, case)
    courses = _courses(request, case)
    form = Book(
        request.POST or None,
        persons=[(id, person.name) for id, person in persons.items()],
        staff=staff_of(request),
        courses=[(id, said.way_name(row.protocol, row.variant)) for id, row in courses.items()],
        initial=_usual(request, case, courses),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        staff = {str(row.pk): row for row in people.practitioners(seen_by=request.reader)}
        try:
            booking = actions.book(
                circle=case.circle,
                practitioner=staff[given["practitioner"]],
                persons=[persons[id] for id in given["persons"]],
                wall=said.wall_of(given["day"], given["time"]),
                zone=case.institution.zone,
                minutes=given["minutes"],
                place=given["place"],
                about=f"course:{given['course']}" if given["course"] else "",
                by=request.reader,
                at=at,
            )
        except REFUSALS as why:
            said.add_refusal(form, why)
        else:
            say(request, _("Kept: %(when)s.") % {"when": _when(booking)})
            return redirect("practitioner:case-sessions", pk=case.pk)
    return _time_page(request, case, form, title=_("Book a time"), zone=case.institution.zone)


def _when(booking: Any) -> str:
    return f"{said.booking_day(booking)}, {said.booking_time(booking)}"


def _courses(request: Request, case: Any) -> dict[str, Any]:
    rows = plans.courses(seen_by=request.reader).filter(circle=case.circle, ended_at=None)
    return {str(row.pk): row for row in rows.order_by("started_at", "pk")}


def _usual(request: Request, case: Any, courses: dict[str, Any]) -> dict[str, Any]:
    """What is likely: the course in the address or the only one, its people and its length."""
    own = people.own_practitioner(seen_by=request.reader)
    found: dict[str, Any] = {
        "place": "in_person",
        "practitioner": str(own.pk) if own is not None else "",
    }
    asked = request.GET.get("course", "")
    course = courses.get(asked) or (next(iter(courses.values())) if len(courses) == 1 else None)
    if course is None:
        return found
    dose = plans.protocol_of(course).dose_of(course.variant)
    found |= {
        "course": str(course.pk),
        "persons": [str(person.pk) for person in plans.treated_by(course)],
        "practitioner": str(course.deliverer_id),
    }
    if minutes := dose.minutes.typical or dose.minutes.max:
        found["minutes"] = minutes
    return found


@access("booking", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Request, pk: UUID) -> HttpResponse:
    """Move a time that has not begun."""
    booking = get_object_or_404(queries.bookings(seen_by=request.reader), pk=pk)
    case = _case_of(request, booking)
    form = Move(
        request.POST or None,
        initial={
            "version": booking.version,
            "day": booking.local_start.date(),
            "time": booking.local_start.time(),
            "minutes": booking.minutes,
            "place": booking.place,
        },
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            moved = actions.move(
                booking=booking,
                wall=said.wall_of(given["day"], given["time"]),
                minutes=given["minutes"],
                place=given["place"],
                expected=given["version"],
                by=request.reader,
                at=clock.now(),
            )
        except StaleVersion as stale:
            return _moved_meanwhile(request, case, stale.current, form)
        except REFUSALS as why:
            said.add_refusal(form, why)
        else:
            say(request, _("Moved to %(when)s.") % {"when": _when(moved)})
            return redirect("practitioner:case-sessions", pk=case.pk)
    return _time_page(
        request, case, form, title=_("Move a time"), zone=booking.zone, booking=booking
    )


def _case_of(request: Request, booking: Any) -> Any:
    return get_object_or_404(cases.cases(seen_by=request.reader), circle=booking.circle_id)


def _moved_meanwhile(request: Request, case: Any, current: Any, form: Any) -> HttpResponse:
    """Somebody moved it or gave it back first: both are shown, nothing was overwritten."""
    typed = request.POST.copy()
    typed["version"] = str(current.version)
    again = type(form)(typed)
    if current.cancelled_at is not None:
        words = _("Somebody gave this time back: %(because)s") % {
            "because": current.cancelled_because
        }
    else:
        words = _(
            "Somebody moved this meanwhile: it is now on %(when)s. Yours is below and not saved "
            "yet. Save again to move it to yours."
        ) % {"when": _when(current)}
    again.add_error(None, words)
    return _time_page(
        request,
        case,
        again,
        title=_("Move a time") if isinstance(form, Move) else _("Give a time back"),
        zone=current.zone,
        booking=current,
        status=409,
    )


@access("booking", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: Request, pk: UUID) -> HttpResponse:
    """Give a time back, and say why."""
    booking = get_object_or_404(queries.bookings(seen_by=request.reader), pk=pk)
    case = _case_of(request, booking)
    form = GiveBack(request.POST or None, initial={"version": booking.version})
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel(
                booking=booking,
                because=form.cleaned_data["because"],
                expected=form.cleaned_data["version"],
                by=request.reader,
                at=clock.now(),
            )
        except StaleVersion as stale:
            return _moved_meanwhile(request, case, stale.current, form)
        except REFUSALS as why:
            said.add_refusal(form, why)
        else:
            say(request, _("Given back: %(when)s.") % {"when": _when(booking)})
            return redirect("practitioner:case-sessions", pk=case.pk)
    return _time_page(
        request, case, form, title=_("Give a time back"), zone=booking.zone, booking=booking
    )


def _time_page(
    request: Request,
    case: Any,
    form: Any,
    *,
    title: str,
    zone: str,
    booking: Any = None,
    status: int = 0,
) -> HttpResponse:
    return case_page(
        request,
        "practitioner/calendar/time.html",
        case,
        tab="sessions",
        title=title,
        head=False,
        status=status or (400 if form.errors else 200),
        form=form,
        booked=_when(booking) if booking is not None else "",
        ended=booking is not None
        and (booking.cancelled_at is not None or booking.starts_at <= clock.now()),
        zone=zone,
        seen=seen_by_whom(request, "booking", case.circle_id),
        back=reverse("practitioner:case-sessions", args=[case.pk]),
    )
