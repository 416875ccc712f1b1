"""Reads: concerns to look at, cases, decisions; each with its reader."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.cases.models import Case, Concern, Decision
from alongside.cases.rules import same_alias
from alongside.people.models import Circle
from alongside.records import prepared
from alongside.records.once import once
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

CASELOAD = 500  # names are encrypted: a list is searched and sorted by name in memory, up to this


@dataclass(frozen=True, slots=True)
class Double:
    """A concern that may be about the same person, or by the same reporter."""

    concern: Concern
    same_contact: bool
    same_person: bool


def concerns(*, seen_by: Reader) -> ScopedQuerySet:
    """Every concern this reader may read."""
    return Concern.objects.visible_to(seen_by).select_related("circle__focus", "case")


def to_triage(*, seen_by: Reader) -> ScopedQuerySet:
    """Concerns that were sent and that nobody has taken, the oldest first."""
    return concerns(seen_by=seen_by).filter(state="sent").order_by("sent_at", "pk")


def untaken(*, seen_by: Reader) -> list[tuple[UUID, datetime | None]]:
    """Concerns that nobody has taken: the id of each and when it was sent, once a page."""

    def rows() -> Any:
        found = to_triage(seen_by=seen_by).select_related(None).order_by()
        return found.values_list("pk", "sent_at")

    def read() -> list[tuple[UUID, datetime | None]]:
        return prepared.rows("cases.untaken", rows, seen_by=seen_by)

    return once(seen_by, "cases.untaken", make=read)


def own_concerns(*, seen_by: Reader) -> ScopedQuerySet:
    """What the reader told us, newest first; a draft is theirs alone."""
    return (
        concerns(seen_by=seen_by)
        .filter(written_by_id__in=seen_by.persons)
        .order_by("-began_at", "pk")
    )


def answers_of(concern: Concern) -> dict[str, str | None]:
    """The answers to the questions about danger; None is a question that was skipped."""
    return json.loads(concern.answers) if concern.answers else {}


def doubles(concern: Concern, *, seen_by: Reader, at: datetime) -> list[Double]:
    """Recent concerns at the same institution that may be the same (5.1).

    Only what this reader may read is compared, in memory: by the hash of the contact, and by
    alias with age band. Nobody can search for a person by name.
    """
    rows = (
        concerns(seen_by=seen_by)
        .filter(
            institution_id=concern.institution_id,
            began_at__gte=at - timedelta(days=catalogue.current().retention.doubles_days),
        )
        .exclude(pk=concern.pk)
        .exclude(state="draft")
        .order_by("-began_at")[:CASELOAD]
    )
    found = []
    for other in rows:
        contact = bool(concern.contact_hash) and concern.contact_hash == other.contact_hash
        person = same_alias(concern.about_alias, other.about_alias) and (
            not concern.about_age_band
            or not other.about_age_band
            or concern.about_age_band == other.about_age_band
        )
        if contact or person:
            found.append(Double(other, same_contact=contact, same_person=person))
    return found


def cases(*, seen_by: Reader) -> ScopedQuerySet:
    """Cases this reader may read, each with its person and service."""
    return Case.objects.visible_to(seen_by).select_related(
        "circle__focus", "circle__institution", "service"
    )


def open_cases(*, seen_by: Reader) -> ScopedQuerySet:
    """Cases that are not closed."""
    return cases(seen_by=seen_by).exclude(state="closed")


def reviews_due(*, seen_by: Reader, at: datetime, days: int = 7) -> ScopedQuerySet:
    """Open cases that somebody must look at within some days, or should have."""
    until = last_day_to_look(at, days)
    return open_cases(seen_by=seen_by).filter(review_by__lte=until).order_by("review_by", "pk")


def last_day_to_look(at: datetime, days: int = 7) -> date:
    """The last day of what counts as due."""
    return (at + timedelta(days=days)).date()


def to_look_at(day: date, *, seen_by: Reader) -> list[UUID]:
    """The ids of open cases that somebody must look at by a day."""

    def rows(day: date) -> Any:
        found = open_cases(seen_by=seen_by).select_related(None).filter(review_by__lte=day)
        return found.order_by().values_list("pk", flat=True)

    return prepared.rows("cases.to_look_at", rows, seen_by=seen_by, day=day)


def case_of(circle: Circle | UUID, *, seen_by: Reader) -> Case | None:
    """The case of a circle, if this reader may read it."""
    pk = circle.pk if isinstance(circle, Circle) else circle

    def rows(circle: UUID) -> ScopedQuerySet:
        return cases(seen_by=seen_by).filter(circle=circle).order_by("pk")[:1]

    def read() -> Case | None:
        found: Case | None = prepared.first("cases.of", rows, seen_by=seen_by, circle=pk)
        return found

    return once(seen_by, "cases.case", pk, make=read)


def case(pk: UUID, *, seen_by: Reader) -> Case | None:
    """One case, if this reader may read it; ``case_of`` need not ask for it again on this page."""

    def rows(pk: UUID) -> ScopedQuerySet:
        return cases(seen_by=seen_by).filter(pk=pk)

    found: Case | None = prepared.first("cases.one", rows, seen_by=seen_by, pk=pk)
    return None if found is None else known(found, seen_by=seen_by)


def known(case: Case, *, seen_by: Reader) -> Case:
    """The same case, which this reader has read: ``case_of`` need not ask for it on this page."""
    return once(seen_by, "cases.case", case.circle_id, make=lambda: case)


def closed_at(circle: UUID) -> datetime | None:
    """When the case of a circle closed, or nothing while it goes on.

    That it is over is no secret from anybody who is in the circle; why and how is.
    """
    rows = Case.objects.unscoped("that a case is over, and when: nothing else of it")
    found: datetime | None = rows.filter(circle=circle).values_list("closed_at", flat=True).first()
    return found


def decisions(circle: Circle | UUID, *, seen_by: Reader) -> ScopedQuerySet:
    """What was decided in a circle, newest first."""
    return (
        Decision.objects.visible_to(seen_by)
        .filter(circle=circle)
        .select_related("written_by")
        .order_by("-decided_at", "pk")
    )


def decisions_in(circle: UUID, *, seen_by: Reader) -> list[Decision]:
    """What was decided in a circle, newest first: once a page."""

    def rows(circle: UUID) -> ScopedQuerySet:
        return decisions(circle, seen_by=seen_by)

    def read() -> list[Decision]:
        return prepared.rows("cases.decisions", rows, seen_by=seen_by, circle=circle)

    return once(seen_by, "cases.decisions", circle, make=read)


def releases(circle: Circle | UUID, *, seen_by: Reader, at: datetime) -> ScopedQuerySet:
    """Releases of gates in a circle that have not run out."""
    rows = decisions(circle, seen_by=seen_by).filter(kind="release", decided_at__lte=at)
    return rows.exclude(until__lt=at.date())


def facts_of(case: Case) -> dict[str, Any]:
    """The chooser's facts as they were last given; {} when nobody gave any."""
    found: dict[str, Any] = json.loads(case.facts) if case.facts else {}
    return found


def shown_of(decision: Decision) -> dict[str, Any]:
    """What the chooser said when the decision was made."""
    found: dict[str, Any] = json.loads(decision.shown) if decision.shown else {}
    return found


def ids(rows: Iterable[Any]) -> list[UUID]:
    """The ids of some rows."""
    return [row.pk for row in rows]
