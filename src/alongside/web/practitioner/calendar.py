"""The calendar: a day, a week, or four weeks as a list; mine, or everything I may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from alongside.calendar import queries
from alongside.calendar.rules import Span
from alongside.cases import queries as cases
from alongside.delivery import queries as delivery
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, local_day, short_day, zone_of
from alongside.web.parts.people_words import listed
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.calendar_forms import first_day

# How many days each view shows, and what it is called.
VIEWS: Mapping[str, tuple[int, Any]] = {
    "day": (1, gettext_lazy("Day")),
    "week": (7, gettext_lazy("Week")),
    "agenda": (28, gettext_lazy("List")),
}
STEPS: Mapping[str, tuple[Any, Any, Any]] = {
    "day": (gettext_lazy("Day before"), gettext_lazy("Today"), gettext_lazy("Day after")),
    "week": (gettext_lazy("Week before"), gettext_lazy("This week"), gettext_lazy("Week after")),
    "agenda": (gettext_lazy("Before"), gettext_lazy("From today"), gettext_lazy("After")),
}
OPENS, CLOSES, MIDNIGHT = 8, 18, 24  # hours that are always drawn; more when something is then
QUARTER = 15  # minutes of one line of the grid
LEAST_LINES = 2  # a short time still has room for its name


@access("booking", "R")
@require_safe
def week(request: Request) -> HttpResponse:
    """Times by day, from a day on; by the clock of the place where each is."""
    at = clock.now()
    today = local_day(request, at)
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "week"
    number = VIEWS[view][0]
    first = first_day(today, request.GET.get("from", ""))
    if view == "week":
        first -= timedelta(days=first.weekday())
    everybody = request.GET.get("whose") == "all"
    days = [first + timedelta(days=number) for number in range(number)]
    rows = _rows(request, days, everybody, at)
    shown = [row for each in rows.values() for row in each]
    begins, ends = _hours(shown)
    return render(
        request,
        "practitioner/calendar/week.html",
        {
            "title": _title(view, first),
            "view": view,
            "views": [
                {
                    "url": _address(word, first, everybody),
                    "label": label,
                    "current": word == view,
                }
                for word, (_days, label) in VIEWS.items()
            ],
            "count": len(shown),
            "days": [_day(day, today, rows.get(day, []), begins) for day in days],
            "hours": [
                {"text": f"{hour:02}:00", "q": (hour - begins) * 60 // QUARTER}
                for hour in range(begins, ends)
            ],
            "steps": STEPS[view],
            "before_url": _address(view, first - timedelta(days=number), everybody),
            "after_url": _address(view, first + timedelta(days=number), everybody),
            "this_week": first <= today < first + timedelta(days=number),
            "now_url": _address(view, None, everybody),
            "everybody": everybody,
            "switch_url": _address(view, first, not everybody),
            **_untold(request, at),
            "zone": str(zone_of(request)),
        },
    )


def _title(view: str, first: date) -> str:
    if view == "day":
        return day_words(first)
    if view == "agenda":
        return _("From %(day)s") % {"day": date_format(first, "DATE_FORMAT")}
    return _("Week of %(day)s") % {"day": date_format(first, "DATE_FORMAT")}


def _address(view: str, first: date | None, everybody: bool) -> str:
    given = {
        "view": "" if view == "week" else view,
        "from": first.isoformat() if first else "",
        "whose": "all" if everybody else "",
    }
    return "?" + urlencode({name: value for name, value in given.items() if value})


def _rows(
    request: Request, days: Sequence[date], everybody: bool, at: datetime
) -> dict[date, list[dict[str, Any]]]:
    """What there is on each day, soonest first."""
    reader, zone = request.reader, zone_of(request)
    start = datetime.combine(days[0], time(), tzinfo=zone).astimezone(UTC)
    end = datetime.combine(days[-1] + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)
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
    besides = colleague_names(request, rows)
    found: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.local_start.date(), []).append(
            booking_row(
                request,
                row,
                at,
                expected=expected,
                case=case_of.get(row.circle_id),
                told=row.pk in told,
                besides=besides,
            )
        )
    for span in queries.mine_elsewhere(seen_by=reader, start=start, end=end):
        hidden = _hidden_row(request, span)
        found.setdefault(hidden["date"], []).append(hidden)
    for each in found.values():
        each.sort(key=lambda row: row["begins"])
    return found


def _hidden_row(request: Request, span: Span) -> dict[str, Any]:
    """A time of one's own for a case one may not see: when, and no more."""
    zone = zone_of(request)
    start, end = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    return {
        "hidden": True,
        "date": start.date(),
        "time": f"{start:%H:%M}–{end:%H:%M}",
        "iso": span.starts_at.isoformat(),
        "name": _("You are taken"),
        "text": _("For a case that is not open to you."),
        **_minutes(start, span),
    }


def _minutes(wall: datetime, span: Span) -> dict[str, int]:
    """From which minute of its day, and for how many."""
    return {
        "begins": wall.hour * 60 + wall.minute,
        "lasts": int((span.ends_at - span.starts_at).total_seconds() // 60),
    }


def _hours(rows: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """The hours that are drawn: the usual ones, and those of anything outside them."""
    rows = list(rows)
    first = min((row["begins"] // 60 for row in rows), default=OPENS)
    last = max((-(-(row["begins"] + row["lasts"]) // 60) for row in rows), default=CLOSES)
    return min(OPENS, first), min(MIDNIGHT, max(CLOSES, last))


def _day(day: date, today: date, rows: Sequence[dict[str, Any]], begins: int) -> dict[str, Any]:
    for row in rows:
        row["q"] = (row["begins"] - begins * 60) // QUARTER
        row["lines"] = max(LEAST_LINES, -(-row["lasts"] // QUARTER))
    return {
        "name": date_format(day, "WEEKDAY_FORMAT"),
        "short": date_format(day, "D j"),
        "iso": day.isoformat(),
        "url": f"?view=day&from={day.isoformat()}",
        "is_today": day == today,
        "rows": rows,
    }


def _untold(request: Request, at: datetime) -> dict[str, Any]:
    """How many of the reader's times nobody has told of, and the way to the oldest."""
    rows = delivery.untold(seen_by=request.reader, at=at)
    found = list(rows.filter(practitioner__person__in=request.reader.persons))
    tell = [
        {"url": reverse("practitioner:booking", args=[row.pk]), "label": _("Go to the oldest")}
        for row in found[:1]
    ]
    return {"untold": len(found), "tell": tell}


# -- one time in a list ----------------------------------------------------------------------------


def expected_in(request: Request, rows: Sequence[Any]) -> dict[str, str]:
    """Who is expected at some times, by id: one query for all of them."""
    wanted = {pk for row in rows for pk in row.persons}
    found = list(people.persons(seen_by=request.reader).filter(pk__in=wanted))
    prepare(found, "name")
    return {str(person.pk): person.name for person in found}


def colleague_names(request: Request, rows: Sequence[Any]) -> dict[UUID, list[str]]:
    """Who of the staff takes part besides, by time: one query for all of them."""
    found = queries.colleagues(rows, seen_by=request.reader)
    prepare([row.person for each in found.values() for row in each], "name")
    return {pk: [row.person.name for row in each] for pk, each in found.items()}


def booking_row(
    request: Request,
    booking: Any,
    at: datetime,
    *,
    expected: Mapping[str, str],
    case: UUID | None,
    told: bool,
    besides: Mapping[UUID, list[str]] | None = None,
) -> dict[str, Any]:
    """One time as lists show it, with what can be done about it.

    Args:
        expected: names by person id. case: where the name leads; None without the right.
        besides: names of colleagues who take part, by time.
    """
    has_begun = booking.starts_at <= at
    own = booking.practitioner.person_id in request.reader.persons
    may_edit = request.reader.may("E", booking)
    for_course = booking.about.startswith("course:")
    place = str(said.PLACES.get(booking.place, booking.place))
    colleagues = (besides or {}).get(booking.pk, [])
    staff = [*([] if own else [booking.practitioner.person.name]), *colleagues]
    changes = may_edit and not has_begun and not booking.cancelled_at
    return {
        "pk": booking.pk,
        "url": reverse("practitioner:booking", args=[booking.pk]),
        "time": said.booking_time(booking),
        "iso": booking.starts_at.isoformat(),
        "day": said.booking_day(booking),
        "short_day": short_day(booking.local_start.date()),
        "name": str(booking.circle.focus),
        "who": listed([expected[pk] for pk in booking.persons if pk in expected]),
        "besides": colleagues,
        "text": " · ".join(
            part
            for part in (
                place,
                booking.resource.name if booking.resource else "",
                _("%(minutes)s minutes") % {"minutes": booking.minutes},
                listed(staff),
                "" if str(zone_of(request)) == booking.zone else booking.zone,
            )
            if part
        ),
        "video_url": booking.video_link
        if booking.place == "video" and booking.ends_at > at and not booking.cancelled_at
        else "",
        "in_series": booking.series is not None,
        "case_url": reverse("practitioner:case-sessions", args=[case]) if case else "",
        "told": told,
        "is_cancelled": booking.cancelled_at is not None,
        "because": said.given_back(booking),
        "tell_url": reverse("practitioner:booking-tell", args=[booking.pk])
        if may_edit and has_begun and not told and for_course and not booking.cancelled_at
        else "",
        "move_url": reverse("practitioner:booking-move", args=[booking.pk]) if changes else "",
        "cancel_url": reverse("practitioner:booking-cancel", args=[booking.pk]) if changes else "",
        **_minutes(booking.local_start, Span(booking.starts_at, booking.ends_at)),
    }
