"""One time, and several: book, look at the dates of a series, move, give back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from alongside.calendar import actions, queries, series
from alongside.calendar.rules import ComesTwice, NoSuchTime, NoSuchZone
from alongside.cases import queries as cases
from alongside.delivery import queries as delivery
from alongside.delivery import unpermitted
from alongside.people import queries as people
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.content_words import way_notes
from alongside.web.parts.pages import (
    Request,
    day_words,
    local_day,
    say,
    seen_by_whom,
    short_day,
)
from alongside.web.parts.people_words import listed
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.calendar import booking_row, colleague_names, expected_in
from alongside.web.practitioner.calendar_forms import Book, GiveBack, Move
from alongside.web.practitioner.plan_shared import persons_of, staff_of

REFUSALS = (Refused, NoSuchTime, ComesTwice, NoSuchZone)
# What stands against a date of a series.
STATES: Mapping[str, Any] = {
    "free": gettext_lazy("Free"),
    "practitioner": gettext_lazy("The practitioner has something else then"),
    "colleague": gettext_lazy("A colleague who takes part has something else then"),
    "room": gettext_lazy("The room is taken"),
    "person": gettext_lazy("Somebody who is expected has something else then"),
    "missing": gettext_lazy("The clocks go forward: this time does not exist that day"),
    "twice": gettext_lazy("The clocks go back: this time comes twice. Say which."),
    "gone": gettext_lazy("Has gone"),
    "too_far": gettext_lazy("More than 400 days ahead"),
    "again": gettext_lazy("Overlaps the date before"),
}


# -- one time --------------------------------------------------------------------------------------


@access("booking", "R")
@require_safe
def booking(request: Request, pk: UUID) -> HttpResponse:
    """One time: when, who, where, and what can be done about it."""
    found = get_object_or_404(queries.bookings(seen_by=request.reader), pk=pk)
    case = _case_of(request, found)
    at = clock.now()
    told = delivery.sessions(seen_by=request.reader).filter(booking=found).first()
    row = booking_row(
        request,
        found,
        at,
        expected=expected_in(request, [found]),
        case=case.pk,
        told=told is not None,
        besides=colleague_names(request, [found]),
    )
    left = unpermitted.times_left(circle=found.circle_id, seen_by=request.reader, at=at)
    gone = [person.name for each in left if each.booking.pk == found.pk for person in each.persons]
    rest = list(queries.following(found, seen_by=request.reader, at=at))
    return case_page(
        request,
        "practitioner/calendar/booking.html",
        case,
        tab="sessions",
        title=_("A time"),
        head=False,
        row=row,
        gone=listed(gone),
        facts=_facts(request, found, row),
        rest=[{"url": _url(each), "text": _when(each)} for each in rest],
        session_url=reverse("practitioner:session", args=[told.pk]) if told else "",
        seen=seen_by_whom(request, "booking", case.circle_id),
    )


def _url(found: Any) -> str:
    return reverse("practitioner:booking", args=[found.pk])


def _facts(request: Request, found: Any, row: Mapping[str, Any]) -> list[dict[str, str]]:
    what, _colon, pk = found.about.partition(":")
    way = plans.courses(seen_by=request.reader).filter(pk=pk).first() if what == "course" else None
    room = found.resource
    facts = [
        (_("Who is expected"), row["who"]),
        (_("With"), listed([found.practitioner.person.name, *row["besides"]])),
        (
            _("For"),
            said.way_name(way.protocol, way.variant)
            if way
            else _("A planned meeting")
            if what == "meeting"
            else "",
        ),
        (_("Where"), str(said.PLACES.get(found.place, found.place))),
        (_("Room"), f"{room.name}. {room.place}".strip(" .") if room else ""),
        (_("How long"), _("%(minutes)s minutes") % {"minutes": found.minutes}),
        (_("By the clock of"), found.zone),
        (_("Given back"), said.given_back(found) if found.cancelled_at else ""),
    ]
    return [{"term": term, "text": text} for term, text in facts if text]


def _when(found: Any) -> str:
    return f"{said.booking_day(found)}, {said.booking_time(found)}"


# -- booking ---------------------------------------------------------------------------------------


@access("booking", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: Request, pk: UUID) -> HttpResponse:
    """Keep a time for people of a case, once or on several days."""
    case = case_or_404(request, pk)
    persons = persons_of(request, case)
    courses = _courses(request, case)
    form = Book(
        request.POST or None,
        persons=[(id, person.name) for id, person in persons.items()],
        staff=staff_of(request),
        rooms=rooms_of(request),
        courses=[(id, said.way_name(row.protocol, row.variant)) for id, row in courses.items()],
        initial=_usual(request, case, courses),
    )
    if request.method == "POST" and form.is_valid() and request.POST.get("do") != "change":
        try:
            if form.cleaned_data["repeat"]:
                return _book_series(request, case, form, persons)
            made = _book_one(request, case, form, persons)
        except REFUSALS as why:
            said.add_refusal(form, why)
        else:
            say(request, _("Kept: %(when)s.") % {"when": _when(made)})
            return redirect("practitioner:case-sessions", pk=case.pk)
    return _time_page(
        request,
        case,
        form,
        title=_("Book a time"),
        zone=case.institution.zone,
        notes=_notes(request, courses.values()),
    )


def _notes(request: Request, courses: Iterable[Any]) -> list[str]:
    """What is to be known of the ways that a time can be kept for: overdue, not looked up."""
    today = local_day(request, clock.now())
    return [
        f"{said.way_name(course.protocol, course.variant)}: {' '.join(notes)}"
        for course in courses
        if (notes := way_notes(course.protocol, today))
    ]


def rooms_of(request: Request) -> list[tuple[str, str]]:
    """The rooms that can be booked, as choices."""
    return [
        (
            str(room.pk),
            " · ".join(
                part
                for part in (
                    room.name,
                    ngettext("%(number)s person", "%(number)s people", room.capacity)
                    % {"number": room.capacity},
                    room.place,
                )
                if part
            ),
        )
        for room in queries.rooms_in_use(seen_by=request.reader)
    ]


def _room(request: Request, form: Any) -> Any:
    chosen = form.cleaned_data.get("room")
    rooms = queries.rooms_in_use(seen_by=request.reader)
    return rooms.filter(pk=chosen).first() if chosen else None


def _book_one(request: Request, case: Any, form: Book, persons: Mapping[str, Any]) -> Any:
    kept = _kept(request, case, form, persons)
    return actions.book(
        circle=kept.circle,
        practitioner=kept.practitioner,
        persons=kept.persons,
        colleagues=kept.colleagues,
        wall=form.wall(),
        zone=kept.zone,
        minutes=kept.minutes,
        place=kept.place,
        resource=kept.resource,
        video_link=kept.video_link,
        second=form.is_second(),
        about=kept.about,
        by=request.reader,
        at=clock.now(),
    )


def _kept(request: Request, case: Any, form: Book, persons: Mapping[str, Any]) -> actions.Kept:
    given = form.cleaned_data
    staff = {str(row.pk): row for row in people.practitioners(seen_by=request.reader)}
    return actions.Kept(
        circle=case.circle,
        practitioner=staff[given["practitioner"]],
        persons=tuple(persons[id] for id in given["persons"]),
        colleagues=tuple(staff[id] for id in given["colleagues"] if id != given["practitioner"]),
        zone=case.institution.zone,
        minutes=given["minutes"],
        place=given["place"],
        resource=_room(request, form),
        video_link=form.link(),
        about=f"course:{given['course']}" if given["course"] else "",
    )


def _book_series(
    request: Request, case: Any, form: Book, persons: Mapping[str, Any]
) -> HttpResponse:
    """First the dates, each with what stands against it; then all of them, or those that are free.

    Raises:
        What holds for every date, for the form to say.
    """
    kept, walls, at = _kept(request, case, form, persons), form.walls(), clock.now()
    pressed, second = request.POST.get("do", ""), form.is_second()
    if pressed not in {"all", "free"}:
        dates = series.look(kept=kept, walls=walls, seen_by=request.reader, at=at, second=second)
        return _dates_page(request, case, form, dates)
    try:
        made, left = series.book_series(
            kept=kept,
            walls=walls,
            only_free=pressed == "free",
            second=second,
            by=request.reader,
            at=at,
        )
    except series.NotAllFree as why:
        return _dates_page(request, case, form, why.dates, changed=True)
    words = ngettext(
        "Kept: %(number)s time, %(first)s.",
        "Kept: %(number)s times, from %(first)s to %(last)s.",
        len(made),
    ) % {"number": len(made), "first": _when(made[0]), "last": said.booking_day(made[-1])}
    if left:
        days = listed([short_day(date.wall.date()) for date in left])
        words += " " + _("Not kept: %(days)s.") % {"days": days}
    say(request, words)
    return redirect("practitioner:case-sessions", pk=case.pk)


def _dates_page(
    request: Request,
    case: Any,
    form: Book,
    dates: Sequence[series.Dated],
    *,
    changed: bool = False,
) -> HttpResponse:
    free = sum(date.is_free for date in dates)
    return case_page(
        request,
        "practitioner/calendar/series.html",
        case,
        tab="sessions",
        title=_("Several times"),
        head=False,
        status=409 if changed else 200,
        form=form,
        dates=[_date_row(date) for date in dates],
        free=free,
        all=len(dates),
        changed=changed,
        asks_which=any(date.state == "twice" for date in dates) or form.asks_which,
        zone=case.institution.zone,
        seen=seen_by_whom(request, "booking", case.circle_id),
    )


def _date_row(date: series.Dated) -> dict[str, Any]:
    return {
        "day": day_words(date.wall),
        "time": f"{date.wall:%H:%M}",
        "is_free": date.is_free,
        "text": str(STATES[date.state]),
    }


def _courses(request: Request, case: Any) -> dict[str, Any]:
    rows = plans.courses(seen_by=request.reader).filter(circle=case.circle, ended_at=None)
    return {str(row.pk): row for row in rows.order_by("started_at", "pk")}


def _usual(request: Request, case: Any, courses: dict[str, Any]) -> dict[str, Any]:
    """What is likely: the course in the address or the only one, its people and its length."""
    own = people.own_practitioner(seen_by=request.reader)
    found: dict[str, Any] = {
        "place": "in_person",
        "practitioner": str(own.pk) if own is not None else "",
        "day": request.GET.get("day", ""),
        "time": request.GET.get("time", ""),
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


# -- moving and giving back ------------------------------------------------------------------------


@access("booking", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Request, pk: UUID) -> HttpResponse:
    """Move a time that has not begun, alone or with those of its series that follow."""
    found = get_object_or_404(queries.bookings(seen_by=request.reader), pk=pk)
    case = _case_of(request, found)
    form = Move(
        request.POST or None,
        rooms=rooms_of(request),
        in_series=_has_following(request, found),
        initial={
            "version": found.version,
            "day": found.local_start.date(),
            "time": found.local_start.time(),
            "minutes": found.minutes,
            "place": found.place,
            "room": str(found.resource_id or ""),
            "video_link": found.video_link,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            moved = _moved(request, form, found)
        except StaleVersion as stale:
            return _moved_meanwhile(request, case, stale.current, form)
        except series.NotAllFree as why:
            form.add_error(None, _not_free(why.dates))
        except REFUSALS as why:
            said.add_refusal(form, why)
        else:
            say(request, moved)
            return redirect("practitioner:case-sessions", pk=case.pk)
    return _time_page(request, case, form, title=_("Move a time"), zone=found.zone, booking=found)


def _has_following(request: Request, found: Any) -> bool:
    rest = queries.following(found, seen_by=request.reader, at=clock.now())
    return bool(found.series and rest.exists())


def _moved(request: Request, form: Move, found: Any) -> str:
    """Move it, and what to say about it."""
    given, at = form.cleaned_data, clock.now()
    room = _room(request, form)
    change = actions.Change(
        minutes=given["minutes"],
        place=given["place"],
        resource=room,
        leave_room=room is None and "room" in form.fields,
        video_link=form.link(),
    )
    if given.get("scope") == "following":
        rows = series.move_following(
            booking=found,
            wall=form.wall(),
            change=change,
            second=form.is_second(),
            expected=given["version"],
            by=request.reader,
            at=at,
        )
        return _("Moved: %(number)s times, the first to %(when)s.") % {
            "number": len(rows),
            "when": _when(rows[0]),
        }
    moved = actions.move(
        booking=found,
        wall=form.wall(),
        minutes=change.minutes,
        place=change.place,
        resource=change.resource,
        leave_room=change.leave_room,
        video_link=change.video_link,
        second=form.is_second(),
        expected=given["version"],
        by=request.reader,
        at=at,
    )
    return _("Moved to %(when)s.") % {"when": _when(moved)}


def _not_free(dates: Sequence[series.Dated]) -> str:
    """Which dates of a series stand against a move, each with why."""
    each = [
        f"{date_format(date.wall, 'j F, H:i')}: {STATES[date.state]}"
        for date in dates
        if not date.is_free
    ]
    return _("Nothing was moved, because not every date is free. %(dates)s.") % {
        "dates": "; ".join(each)
    }


def _case_of(request: Request, found: Any) -> Any:
    return get_object_or_404(cases.cases(seen_by=request.reader), circle=found.circle_id)


def _moved_meanwhile(request: Request, case: Any, current: Any, form: Any) -> HttpResponse:
    """Somebody moved it or gave it back first: both are shown, nothing was overwritten."""
    typed = request.POST.copy()
    typed["version"] = str(current.version)
    more = {"rooms": rooms_of(request)} if isinstance(form, Move) else {}
    again = type(form)(typed, in_series="scope" in form.fields, **more)
    if current.cancelled_at is not None:
        words = _("Somebody gave this time back: %(because)s") % {
            "because": said.given_back(current)
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
    """Give a time back, alone or with those of its series that follow, and say why."""
    found = get_object_or_404(queries.bookings(seen_by=request.reader), pk=pk)
    case = _case_of(request, found)
    form = GiveBack(
        request.POST or None,
        in_series=_has_following(request, found),
        initial={"version": found.version},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        act = series.cancel_following if given.get("scope") == "following" else actions.cancel
        try:
            gone = act(
                booking=found,
                because=given["because"],
                expected=given["version"],
                by=request.reader,
                at=clock.now(),
            )
        except StaleVersion as stale:
            return _moved_meanwhile(request, case, stale.current, form)
        except REFUSALS as why:
            said.add_refusal(form, why)
        else:
            if isinstance(gone, list):
                words = _("Given back: %(number)s times, the first %(when)s.")
                say(request, words % {"number": len(gone), "when": _when(found)})
            else:
                say(request, _("Given back: %(when)s.") % {"when": _when(found)})
            return redirect("practitioner:case-sessions", pk=case.pk)
    return _time_page(
        request, case, form, title=_("Give a time back"), zone=found.zone, booking=found
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
    notes: Sequence[str] = (),
) -> HttpResponse:
    return case_page(
        request,
        "practitioner/calendar/time.html",
        case,
        tab="sessions",
        notes=notes,
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
