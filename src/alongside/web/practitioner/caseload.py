"""Many cases as rows: where each stands, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alongside import catalogue
from alongside.calendar import queries as calendar
from alongside.cases import queries as cases
from alongside.consent import queries as consent
from alongside.crisis import private_check
from alongside.crisis import queries as crisis
from alongside.measures import queries as measures
from alongside.plans import queries as plans
from alongside.records.among import Ids
from alongside.records.fields import prepare
from alongside.web.parts.pages import Request, list_moment, local_day, now_in, short_day
from alongside.web.parts.people_words import CASE_STATES
from alongside.web.practitioner.base import name_of
from alongside.web.practitioner.standing import off_track
from alongside.web.practitioner.words import short_instrument

SHORT_NAME = 10  # letters
SOON = timedelta(days=14)
# The columns that a row of the list needs.
CASE = ("circle__code", "circle__focus__name", "opened_at", "review_by", "state")
COURSE = (
    *("circle", "institution", "protocol", "variant"),
    *("started_at", "ended_at", "sessions_planned"),
)


def rows(request: Request, found: Sequence[Any], at: datetime) -> list[dict[str, Any]]:
    """What is to be said about some cases. A fixed number of queries, however many."""
    reader = request.reader
    prepare([case.circle.focus for case in found], "name")
    circles = [case.circle_id for case in found]
    # Only what a row says is read: a page of fifty would else fetch some thousand records.
    among = Ids(circles)
    running = list(
        plans.courses(seen_by=reader)
        .select_related(None)
        .filter(circle__among=among, ended_at=None)
        .only(*COURSE)
        .order_by(F("started_at").asc(nulls_first=True), "pk")  # what runs before what is planned
    )
    courses = {course.circle_id: course for course in running}
    bookings = _first(
        calendar.upcoming(seen_by=reader, at=at)
        .select_related(None)
        .filter(circle__among=among)
        .only("circle", "starts_at")
    )
    scores = measures.newest_of(circles, seen_by=reader)
    alerts: dict[UUID, int] = {}
    for circle in (
        crisis.open_alerts(seen_by=reader)
        .filter(circle__among=among)
        .values_list("circle_id", flat=True)
    ):
        alerts[circle] = alerts.get(circle, 0) + 1
    held = set(private_check.open_checks(circles).values())
    off = off_track(request, running, at)
    today = local_day(request, at)
    agreed: dict[UUID, Any] = {}
    live = consent.live_on(today, seen_by=reader).select_related(None)
    for row in live.filter(circle__among=among).only("circle", "person", "expires_on"):
        agreed.setdefault(row.circle_id, []).append(row)
    return [
        {
            "case": case,
            "name": name_of(case),
            "url": reverse("practitioner:case", args=[case.pk]),
            "stands": _stands(case, courses.get(case.circle_id)),
            "next": _next(request, bookings.get(case.circle_id)),
            "next_at": getattr(bookings.get(case.circle_id), "starts_at", None),
            "score": _score(scores.get(case.circle_id), today),
            "consent": _consent(case, agreed.get(case.circle_id, []), today),
            "needs": _needs(
                case,
                alerts.get(case.circle_id, 0),
                case.circle_id in held,
                today,
                is_off=case.circle_id in off,
            ),
        }
        for case in found
    ]


def listed(request: Request, at: datetime, *, closed: bool = False) -> list[dict[str, Any]]:
    """The reader's own caseload, sorted as the page asks. Names are compared in memory (5.2)."""
    reader = request.reader
    chosen = cases.cases(seen_by=reader) if closed else cases.open_cases(seen_by=reader)
    state = request.GET.get("state", "")
    if state in CASE_STATES:
        chosen = chosen.filter(state=state)
    chosen = chosen.select_related(None).select_related("circle__focus").only(*CASE)
    found = rows(request, list(chosen.order_by("-opened_at", "pk")[: cases.CASELOAD]), at)
    if words := request.GET.get("q", "").strip().casefold():
        found = [
            row
            for row in found
            if words in row["name"].casefold() or words in row["case"].circle.code.casefold()
        ]
    return sorted(found, key=_order(request.GET.get("sort", "")))


def _order(sort: str) -> Any:
    far = datetime.max.replace(tzinfo=UTC)
    if sort == "name":
        return lambda row: row["name"].casefold()
    if sort == "next":
        return lambda row: row["next_at"] or far
    if sort == "opened":
        return lambda row: -row["case"].opened_at.timestamp()
    return lambda row: (
        -(row["needs"]["weight"] if row["needs"] else 0),
        row["case"].review_by,
        row["name"].casefold(),
    )


def _first(found: Any) -> dict[UUID, Any]:
    first: dict[UUID, Any] = {}
    for row in found:
        first.setdefault(row.circle_id, row)
    return first


def _stands(case: Any, course: Any) -> str:
    if course is None:
        return str(CASE_STATES[case.state][0])
    way = catalogue.current().protocols.get(course.protocol)
    name = _short(way.name) if way is not None else course.protocol
    if course.started_at is None:
        return _("%(way)s, not started") % {"way": name}
    return _("%(way)s, since %(day)s") % {"way": name, "day": short_day(course.started_at.date())}


def _short(name: str) -> str:
    """What stands in brackets at the end of a name, where the field has a short one: CBT, CRAFT."""
    before, bracket, inside = name.rstrip(")").rpartition(" (")
    return inside if bracket and before and len(inside) <= SHORT_NAME else name


def _next(request: Request, booking: Any) -> str:
    if booking is None:
        return _("Nothing booked")
    weekday = date_format(now_in(request, booking.starts_at), "D")
    return f"{weekday} {list_moment(request, booking.starts_at)}"


def _score(response: Any, today: Any) -> str:
    if response is None:
        return _("None yet")
    total = response.scores.get("total")
    days = (today - response.answered_at.date()).days
    facts = {
        "name": short_instrument(response.instrument),
        "total": _("no total") if total is None else str(total),
        "days": days,
    }
    if days < 1:
        return _("%(name)s %(total)s, today") % facts
    said = ngettext("%(name)s %(total)s, yesterday", "%(name)s %(total)s, %(days)s days old", days)
    return said % facts


def _consent(case: Any, given: Sequence[Any], today: Any) -> dict[str, str]:
    own = [row for row in given if row.person_id == case.circle.focus_id]
    if not given:
        return {"text": _("None yet"), "kind": "heather"}
    if not own:
        return {"text": _("Family only"), "kind": "heather"}
    last = min(row.expires_on for row in own)
    if last - today <= SOON:
        return {"text": _("Ends %(day)s") % {"day": short_day(last)}, "kind": "lamp"}
    return {"text": _("Valid to %(day)s") % {"day": short_day(last)}, "kind": "moss"}


def _needs(
    case: Any, alerts: int, held: bool, today: Any, *, is_off: bool = False
) -> dict[str, Any] | None:
    if alerts:
        return _need("alert", _("Alert open"), "siren", 5, kind="signal")
    if held:
        return _need("held", _("An answer waits"), "lock", 4)
    if is_off:
        return _need("off_track", _("Not on track"), "triangle-alert", 3)
    if case.state != "closed" and case.review_by < today:
        return _need("overdue", _("Review overdue"), "clock", 2)
    if case.state != "closed" and case.review_by - today <= timedelta(days=7):
        return _need("due", _("Review due"), "clock", 1)
    return None


def _need(word: str, text: str, icon: str, weight: int, *, kind: str = "lamp") -> dict[str, Any]:
    return {"word": word, "text": text, "kind": kind, "icon": icon, "weight": weight}
