"""Many cases as rows: where each stands, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alongside.calendar import queries as calendar
from alongside.cases import queries as cases
from alongside.consent import queries as consent
from alongside.crisis import private_check
from alongside.crisis import queries as crisis
from alongside.measures import queries as measures
from alongside.plans import queries as plans
from alongside.records import prepared
from alongside.records.among import Ids
from alongside.records.fields import prepare
from alongside.web.parts.pages import Request, list_moment, local_day, now_in, short_day
from alongside.web.parts.people_words import CASE_STATES
from alongside.web.parts.ways import way_name
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

    def help_given(among: Ids) -> Any:
        rows = plans.courses(seen_by=reader).select_related(None)
        rows = rows.filter(circle__among=among, ended_at=None).only(*COURSE)
        return rows.order_by(
            F("started_at").asc(nulls_first=True), "pk"
        )  # what runs before what is planned

    def booked(among: Ids, at: datetime) -> Any:
        rows = calendar.upcoming(seen_by=reader, at=at).select_related(None)
        return rows.filter(circle__among=among).only("circle", "starts_at")

    def agreed_to(among: Ids, today: date) -> Any:
        rows = consent.live_on(today, seen_by=reader).select_related(None)
        return rows.filter(circle__among=among).only("circle", "person", "expires_on")

    running = prepared.rows("caseload.courses", help_given, seen_by=reader, among=among)
    courses = {course.circle_id: course for course in running}
    bookings: dict[UUID, datetime] = {}
    for row in prepared.rows("caseload.booked", booked, seen_by=reader, among=among, at=at):
        bookings.setdefault(row.circle_id, row.starts_at)
    scores = measures.newest_of(circles, seen_by=reader)
    alerts = crisis.open_in(among, seen_by=reader)
    held = set(private_check.open_checks(circles).values())
    off = off_track(request, running, at)
    today = local_day(request, at)
    agreed: dict[UUID, list[tuple[UUID, date]]] = {}
    for row in prepared.rows(
        "caseload.agreed", agreed_to, seen_by=reader, among=among, today=today
    ):
        agreed.setdefault(row.circle_id, []).append((row.person_id, row.expires_on))
    return [
        {
            "case": case,
            "name": name_of(case),
            "url": reverse("practitioner:case", args=[case.pk]),
            "stands": _stands(case, courses.get(case.circle_id)),
            "next": _next(request, bookings.get(case.circle_id)),
            "next_at": bookings.get(case.circle_id),
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

    def own(closed: bool, state: str) -> Any:
        chosen = cases.cases(seen_by=reader) if closed else cases.open_cases(seen_by=reader)
        chosen = chosen.filter(state=state) if state in CASE_STATES else chosen
        chosen = chosen.select_related(None).select_related("circle__focus").only(*CASE)
        return chosen.order_by("-opened_at", "pk")[: cases.CASELOAD]

    state = request.GET.get("state", "")
    listed = prepared.rows(
        "caseload.cases",
        own,
        seen_by=reader,
        closed=closed,
        state=state if state in CASE_STATES else "",
    )
    found = rows(request, listed, at)
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


def _stands(case: Any, course: Any) -> str:
    if course is None:
        return str(CASE_STATES[case.state][0])
    name = _short(way_name(course.protocol))
    if course.started_at is None:
        return _("%(way)s, not started") % {"way": name}
    return _("%(way)s, since %(day)s") % {"way": name, "day": short_day(course.started_at.date())}


def _short(name: str) -> str:
    """What stands in brackets at the end of a name, where the field has a short one: CBT, CRAFT."""
    before, bracket, inside = name.rstrip(")").rpartition(" (")
    return inside if bracket and before and len(inside) <= SHORT_NAME else name


def _next(request: Request, starts: datetime | None) -> str:
    if starts is None:
        return _("Nothing booked")
    weekday = date_format(now_in(request, starts), "D")
    return f"{weekday} {list_moment(request, starts)}"


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
    own = [ends for person, ends in given if person == case.circle.focus_id]
    if not given:
        return {"text": _("None yet"), "kind": "heather"}
    if not own:
        return {"text": _("Family only"), "kind": "heather"}
    last = min(own)
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
