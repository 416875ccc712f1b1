"""How complete the answers are: per case, for who works in it, and for a service as counts.

One way of counting for all: every time that was due, from the schedules of courses and what was
asked by hand, and what became of it. The denominator is what was due, not what was sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from alongside import catalogue
from alongside.delivery import rules, schedule
from alongside.directory.models import Service
from alongside.engine.outcomes.small_counts import (
    HIDDEN_BELOW,
    SHARES_FROM,
    may_show_share,
    shown_count,
)
from alongside.engine.protocols.asking import Completeness, Outcome, completeness
from alongside.measures.models import Asking
from alongside.records.reader import system

REASON = "counts of what was asked"
# The case or the course is over: what was not asked then is nobody's gap.
OVER = ("closed", "over")


@dataclass(frozen=True, slots=True)
class OfService:
    """One service: how many people were to be asked, how often, and the share answered.

    Texts as they may be shown; ``share`` is None where it may not.
    """

    name: str
    people: str
    due: str
    share: float | None
    asked_share: float | None
    late_share: float | None


def of_cases(
    circles: Iterable[UUID], *, seen_by: Any, at: datetime, since: date | None = None
) -> dict[UUID, Completeness]:
    """How complete each of these circles is, by what the reader may read; the same few queries.

    Args:
        since: only times that were due from this day on.
    """
    counted = _counted(list(circles), seen_by=seen_by, at=at, since=since)
    return {circle: each.counts for circle, each in counted.items()}


def in_total(found: Iterable[Completeness]) -> Completeness:
    """Several together."""
    return sum(found, Completeness())


def look_back() -> timedelta:
    """What a list of cases and a service look back on."""
    return timedelta(days=catalogue.current().asking_times.look_back_days)


def of_services(*, seen_by: Any, at: datetime, since: date) -> list[OfService]:
    """Each service of the reader's institutions, as counts of people that show nobody (5.4).

    The same few queries, however many services and cases there are.
    """
    by = system(REASON, at)  # rows are counted here, and none is shown
    services = Service.objects.visible_to(seen_by).filter(
        institution__in=seen_by.institutions, ended_at=None
    )
    circles: dict[UUID, set[UUID]] = defaultdict(set)
    courses = (
        schedule.courses(seen_by=by)
        .filter(plan__case__service__in=services)
        .filter(Q(ended_at=None) | Q(ended_at__gte=at - rules.LONGEST_FOLLOW_UP))
        .values_list("plan__case__service", "circle_id")
    )
    for service, circle in courses.distinct():
        circles[service].add(circle)
    everywhere = list({circle for each in circles.values() for circle in each})
    counted = _counted(everywhere, seen_by=by, at=at, since=since)
    found = []
    for service in services.order_by("pk"):
        own = [counted[circle] for circle in circles[service.pk]]
        people = len({person for each in own for person in each.people})
        found.append(_shown(service.name, people, in_total(each.counts for each in own)))
    return found


@dataclass(slots=True)
class _Counted:
    counts: Completeness
    people: frozenset[UUID]


def _counted(
    circles: list[UUID], *, seen_by: Any, at: datetime, since: date | None
) -> dict[UUID, _Counted]:
    outcomes: dict[UUID, list[tuple[UUID, Outcome | None]]] = {pk: [] for pk in circles}
    left_out: dict[UUID, int] = defaultdict(int)
    courses = schedule.courses(seen_by=seen_by).filter(circle__in=circles)
    timed: set[UUID] = set()
    for part in schedule.parts(courses, seen_by=seen_by, at=at):
        zone = schedule.zone_of(part.course)
        today, circle = at.astimezone(zone).date(), part.course.circle_id
        timed |= {line.asking.pk for line in part.lines if line.asking is not None}
        for line in part.lines:
            if line.occasion.on > today or (since is not None and line.occasion.on < since):
                continue
            is_over = part.held_back in OVER and line.asking is None
            if line.is_left_out or is_over:
                left_out[circle] += 1
            else:
                outcomes[circle].append((part.person.pk, line.outcome))
    by_hand = (
        Asking.objects.visible_to(seen_by)
        .filter(Q(timing=None) | Q(timing__course=None), circle__in=circles)
        .select_related("institution")
    )
    for asking in by_hand:
        if asking.pk not in timed and (since is None or asking.due_on >= since):
            if asking.ended_because:
                left_out[asking.circle_id] += 1
                continue
            zone = ZoneInfo(asking.institution.zone)
            said = schedule.outcome_of_asking(asking, at=at, zone=zone)
            outcomes[asking.circle_id].append((asking.respondent_id, said))
    return {
        circle: _Counted(
            completeness((outcome for _person, outcome in rows), left_out=left_out[circle]),
            frozenset(person for person, outcome in rows if outcome is not None),
        )
        for circle, rows in outcomes.items()
    }


def _shown(name: str, people: int, counts: Completeness) -> OfService:
    """A service as it may be shown: rounded, hidden below eight people, shares from ten on."""

    def share(part: int) -> float | None:
        if people < SHARES_FROM or not may_show_share(part, counts.due):
            return None
        return part / counts.due

    return OfService(
        name=name,
        people=shown_count(people),
        due=shown_count(counts.due) if people == 0 or people >= HIDDEN_BELOW else "",
        share=share(counts.have),
        asked_share=share(counts.asked),
        late_share=share(counts.late),
    )
