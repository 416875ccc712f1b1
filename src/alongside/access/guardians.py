"""Who may decide with a minor, from when until when (1.2).

Source: rule 1.2 of this house; the ages are content/minors. A guardian has a role in the circle
that ends by itself, at the latest on the first day on which the minor may be of age.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from alongside.access import permissions
from alongside.access.models import AccountPerson, Guardianship, Relationship
from alongside.people.models import Circle, Person, age_of
from alongside.people.queries import age_rules_of, live_members
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

ROLE = "guardian"
EVIDENCE_LETTERS = 20


class NotAMinor(Refused):
    """By what is known of their age, nobody decides with this person."""


class NotAGuardian(Refused):
    """Only another live member of the circle may be one."""


class BadEnd(Unfit):
    """The end is over, or later than the day of majority. ``latest`` is the last day allowed."""

    latest: date


class NeedsEvidence(Unfit):
    """What was seen of it must be written down."""


def latest_end(ward: Person, on: date) -> date:
    """The last day a guardianship may end on: the first on which the minor may be of age.

    With the year of birth alone that is the first of January of the year; without it, so many days
    on as content/minors says.
    """
    ages = age_rules_of(ward.institution)
    if ward.birth_year is not None:
        return date(ward.birth_year + ages.majority, 1, 1)
    return on + timedelta(days=ages.guardian_days)


def is_minor(person: Person, on: date) -> bool:
    """May this person be under age, by what is known? Unknown is not taken for it."""
    majority = age_rules_of(person.institution).majority
    if person.birth_year is not None:
        return on < date(person.birth_year + majority, 1, 1)
    age = age_of(person, on)
    return person.age_band == "under_18" if age is None else age < majority


@action
def name_guardian(
    *,
    circle: Circle,
    ward: Person,
    guardian: Person,
    kind: str,
    evidence: str,
    until: date,
    by: Reader,
    at: datetime,
    sees: bool = False,
) -> Guardianship:
    """Write down that a member may decide with a minor, until a day.

    Args:
        ward: the minor, of this circle. guardian: a live member of it.
        kind: ``parent``, ``court_order`` or ``local_authority``.
        evidence: what was seen of it, and by whom.
        until: the first day it no longer counts; the day of majority at the latest.
        sees: they may also see what content/minors names, but for what the minor keeps back.

    An account that stands for the guardian has the role at once, else once they join.

    Raises:
        NotAMinor, NotAGuardian, BadEnd, NeedsEvidence.
    """
    by.confirm_create("guardianship", institution=circle.institution_id, circle=circle.pk)
    on = at.date()
    if not is_minor(ward, on):
        raise NotAMinor
    here = live_members(circle, seen_by=by)
    if guardian.pk == ward.pk or not here.filter(person=guardian).exists():
        raise NotAGuardian
    if ward.pk != circle.focus_id and not here.filter(person=ward).exists():
        raise NotAGuardian
    latest = latest_end(ward, on)
    if not on < until <= latest:
        raise BadEnd(latest=latest)
    if kind not in {word for word, _ in Guardianship.KINDS}:
        raise NotAGuardian
    if len(evidence.strip()) < EVIDENCE_LETTERS:
        raise NeedsEvidence
    same = Guardianship.objects.visible_to(by).filter(ward=ward, guardian=guardian, ended_at=None)
    for row in same:
        end_guardian(guardianship=row, because="named_again", by=by, at=at)
    made: Guardianship = Guardianship.objects.create(
        institution=circle.institution,
        circle=circle,
        ward=ward,
        guardian=guardian,
        kind=kind,
        evidence=evidence.strip(),
        since=at,
        until=until,
        sees=sees,
        set_by_id=by.account_id,
    )
    audit.write("access.guardian_named", by=by, at=at, about=made)
    give_role(guardian=guardian.pk, circle=circle, by=by, at=at)
    return made


@action
def give_role(*, guardian: UUID, circle: Circle, by: Reader, at: datetime) -> Relationship | None:
    """Give the account of a guardian their role, until the last of their guardianships ends.

    It follows from a guardianship; None where there is none, or no account yet.
    """
    link = AccountPerson._base_manager.filter(person=guardian).first()
    ends = [row.until for row in _live(at).filter(guardian=guardian, circle=circle)]
    if link is None or not ends:
        return None
    edge: Relationship = Relationship.objects.create(
        account_id=link.account_id,
        role=ROLE,
        circle=circle,
        within_id=circle.institution_id,
        valid_from=at,
        valid_to=datetime.combine(max(ends), time(), UTC),
        reason="guardian",
    )
    audit.write(
        "access.relationship_granted", by=by, at=at, about=edge,
        detail={"role": ROLE, "second": "no"},
    )  # fmt: skip
    return edge


@action
def end_guardian(
    *, guardianship: Guardianship, because: str, by: Reader, at: datetime
) -> Guardianship:
    """End a guardianship and its role at once. Nobody is told why, and nobody is told by us."""
    by.confirm("E", guardianship)
    end_rows(Guardianship._base_manager.filter(pk=guardianship.pk), because, by=by, at=at)
    guardianship.refresh_from_db()
    return guardianship


def end_rows(rows: Any, because: str, *, by: Reader, at: datetime) -> int:
    """End these guardianships and their roles, in the transaction of an act that may."""
    ending = list(rows.filter(ended_at=None))
    for row in ending:
        Guardianship._base_manager.filter(pk=row.pk).update(ended_at=at, ended_because=because[:40])
        accounts = AccountPerson._base_manager.filter(person=row.guardian_id).values("account")
        Relationship._base_manager.filter(
            Q(valid_to=None) | Q(valid_to__gt=at),
            circle=row.circle_id,
            role=ROLE,
            account__in=accounts,
            ended_because="",
        ).update(valid_to=at, ended_because=because[:60])
        audit.write("access.guardian_ended", by=by, at=at, about=row)
    return len(ending)


def end_of_persons(persons: Iterable[UUID], because: str, *, by: Reader, at: datetime) -> int:
    """End every guardianship of these persons: they left, or a safeguarding report names them."""
    return end_rows(
        Guardianship._base_manager.filter(guardian__in=list(persons)), because, by=by, at=at
    )


# -- reads ----------------------------------------------------------------------------------------


def guardians_of(ward: Person | UUID, *, seen_by: Reader, at: datetime) -> ScopedQuerySet:
    """Who may decide with a minor now, as far as the reader may know."""
    rows = Guardianship.objects.visible_to(seen_by).filter(_counts(at), ward=ward)
    return rows.select_related("guardian", "ward").order_by("since", "pk")


def wards_of(reader: Reader, *, circle: UUID, at: datetime) -> ScopedQuerySet:
    """With whom the reader may decide in a circle now."""
    rows = Guardianship.objects.visible_to(reader).filter(_counts(at), circle=circle)
    return rows.filter(guardian__in=reader.persons).select_related("ward__institution")


def shown_of(guardianship: Guardianship, *, on: date) -> tuple[str, ...]:
    """What of the minor this guardian is shown on a day: words of content/minors, or nothing."""
    return permissions.shown_of(guardianship.ward, on) if guardianship.sees else ()


def who_sees(ward: UUID, what: str, *, at: datetime) -> list[str]:
    """The names of those who look after a minor and are shown this of them, for the minor."""
    rows = _live(at).filter(ward=ward, sees=True).select_related("guardian", "ward__institution")
    return [
        str(row.guardian)
        for row in rows.order_by("since", "pk")
        if what in shown_of(row, on=at.date())
    ]


def decides_with(ward: UUID, *, on: date) -> frozenset[UUID]:
    """Who may decide with a minor on a day: ids alone, for a gate that everybody meets."""
    rows = Guardianship._base_manager.filter(ward=ward, until__gt=on, ended_at=None)
    return frozenset(rows.values_list("guardian", flat=True))


def _counts(at: datetime) -> Q:
    return Q(ended_at=None, since__lte=at, until__gt=at.date())


def _live(at: datetime) -> Any:
    return Guardianship._base_manager.filter(_counts(at))
