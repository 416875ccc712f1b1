"""What happened at a time that was kept, or without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside.calendar import queries as calendar
from alongside.calendar.rules import NoSuchTime, NoSuchZone, instant
from alongside.cases import queries as cases
from alongside.delivery import actions, queries
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.errors import NotAllowed, Refused
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, saved, say, seen_by_whom
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.delivery_forms import Tell
from alongside.web.practitioner.session import agenda_of


@access("session", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def tell_booking(request: Request, pk: UUID) -> HttpResponse:
    """What happened at a booked time."""
    booking = get_object_or_404(calendar.bookings(seen_by=request.reader), pk=pk)
    case = get_object_or_404(cases.cases(seen_by=request.reader), circle=booking.circle_id)
    first = queries.sessions(seen_by=request.reader).filter(booking=booking).first()
    if first is not None:
        say(request, _("Somebody has written down what happened then. Here it is."))
        return redirect("practitioner:session", pk=first.pk)
    if booking.about.startswith("meeting:"):  # told on its own page, with what came of it
        return redirect("practitioner:case-meeting", pk=case.pk)
    courses = _running(request, case)
    named = booking.about.removeprefix("course:")
    return _tell(request, case, {named: courses[named]} if named in courses else courses, booking)


@access("session", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def tell_course(request: Request, pk: UUID) -> HttpResponse:
    """What happened at a time that nobody had booked."""
    course = get_object_or_404(plans.courses(seen_by=request.reader), pk=pk)
    case = case_or_404(request, course.plan.case_id)
    return _tell(request, case, {str(course.pk): course}, None)


def _running(request: Request, case: Any) -> dict[str, Any]:
    rows = plans.courses(seen_by=request.reader).filter(
        circle=case.circle, ended_at=None, started_at__isnull=False
    )
    return {str(row.pk): row for row in rows.order_by("started_at", "pk")}


def _tell(request: Request, case: Any, courses: Mapping[str, Any], booking: Any) -> HttpResponse:
    at = clock.now()
    asked = request.POST.get("course") or request.GET.get("course", "")
    course = courses.get(asked) or next(iter(courses.values()), None)
    if course is None:
        return _nothing_runs(request, case, booking)
    treated = {str(person.pk): person for person in plans.treated_by(course)}
    to_say = sorted(plans.said_on_the_day(course))
    form = Tell(
        request.POST or None,
        persons=[(id, person.name) for id, person in treated.items()],
        to_say=to_say,
        courses=[(id, said.way_name(row.protocol, row.variant)) for id, row in courses.items()],
        initial=_usual(request, case, course, booking, at),
    )
    if request.method == "POST" and form.is_valid():
        try:
            session = _told(request, case, course, booking, form, treated, at)
        except actions.AlreadyTold as why:
            say(request, _("Somebody has written down what happened then. Here it is."))
            return redirect("practitioner:session", pk=why.session.pk)
        except (Refused, NoSuchTime, NoSuchZone) as why:
            if isinstance(why, NotAllowed):
                raise
            said.add_refusal(form, why)
            closed = why.states if isinstance(why, actions.GatesClosed) else ()
            return _tell_page(request, case, course, booking, form, closed=closed)
        saved(request, at)
        return redirect("practitioner:session", pk=session.pk)
    return _tell_page(request, case, course, booking, form)


def _usual(request: Request, case: Any, course: Any, booking: Any, at: datetime) -> dict[str, Any]:
    if booking is not None:
        return {
            "course": str(course.pk),
            "day": booking.local_start.date(),
            "time": booking.local_start.time(),
            "minutes": booking.minutes,
        }
    dose = plans.protocol_of(course).dose_of(course.variant)
    minutes = dose.minutes.typical or dose.minutes.max
    began = _just_now(at, minutes or 0).astimezone(ZoneInfo(case.institution.zone))
    return {
        "course": str(course.pk),
        "day": began.date(),
        "time": began.time(),
        "minutes": minutes,
    }


def _just_now(at: datetime, minutes: int) -> datetime:
    """When a session of so many minutes began that is over now, to the last quarter of an hour."""
    began = at - timedelta(minutes=minutes)
    return began.replace(minute=began.minute - began.minute % 15, second=0, microsecond=0)


def _told(
    request: Request,
    case: Any,
    course: Any,
    booking: Any,
    form: Tell,
    treated: Mapping[str, Any],
    at: datetime,
) -> Any:
    """Hand what was told to the action that fits."""
    given = form.cleaned_data
    zone = booking.zone if booking is not None else case.institution.zone
    second = booking is not None and booking.is_second
    when = instant(said.wall_of(given["day"], given["time"]), zone, second=second)
    came = {treated[id]: each for id, each in form.came().items()}
    if given["what"] == "held":
        return actions.hold_session(
            course=course,
            booking=booking,
            attendance=came,
            minutes=given["minutes"],
            held_at=when,
            agenda=form.lines(),
            said=form.said(),
            by=request.reader,
            at=at,
        )
    return actions.not_held(
        course=course,
        booking=booking,
        because=given["because"],
        whose=given["whose"],
        words=given["words"],
        when=when,
        by=request.reader,
        at=at,
    )


def _tell_page(
    request: Request,
    case: Any,
    course: Any,
    booking: Any,
    form: Tell,
    *,
    closed: Sequence[Any] = (),
) -> HttpResponse:
    at = clock.now()
    states = closed or plans.session_gates(
        course=course,
        seen_by=request.reader,
        at=min(booking.starts_at, at) if booking is not None else at,
        said=plans.said_on_the_day(course),
    )
    may_open = request.reader.may("E", course.plan)
    items = [
        said.gate_item(state, course, with_steps=may_open)
        for state in states
        if not state.is_open or state.status == "advised"
    ]
    return case_page(
        request,
        "practitioner/session/tell.html",
        case,
        tab="sessions",
        title=_("What happened"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        lead=_lead(booking, course),
        agenda=agenda_of(request, course, at),
        gates=items,
        back=reverse("practitioner:case-sessions", args=[case.pk]),
        seen=seen_by_whom(request, "session", case.circle_id),
    )


def _lead(booking: Any, course: Any) -> str:
    way = said.way_name(course.protocol, course.variant)
    if booking is None:
        return way
    return f"{way} · {said.booking_day(booking)}, {said.booking_time(booking)}"


def _nothing_runs(request: Request, case: Any, booking: Any) -> HttpResponse:
    """No course has started: there is nothing whose session this could be."""
    return case_page(
        request,
        "practitioner/session/tell.html",
        case,
        tab="sessions",
        title=_("What happened"),
        head=False,
        form=None,
        lead=f"{said.booking_day(booking)}, {said.booking_time(booking)}" if booking else "",
        plan_url=reverse("practitioner:case-plan", args=[case.pk]),
        back=reverse("practitioner:case-sessions", args=[case.pk]),
    )
