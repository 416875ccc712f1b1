"""Reads: the accounts of an institution, their roles, and the record of access."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from alongside.access import policy
from alongside.access.models import Account, AccountPerson, Relationship
from alongside.access.permissions import FAMILY, WORKS_WITH_A_CIRCLE, is_family, live
from alongside.access.readers import AccountReader
from alongside.people.models import Institution, Member, Person
from alongside.records.audit_words import READS, REFUSALS
from alongside.records.models import AuditEvent
from alongside.records.scoped import ScopedQuerySet


def institution_of(seen_by: AccountReader) -> Institution:
    """The institution whose office this is: the first the reader has a role of the office in."""
    rows = Institution.objects.visible_to(seen_by).filter(pk__in=seen_by.institutions_of())
    found: Institution = rows.order_by("created_at", "pk")[:1].get()
    return found


def staff(*, seen_by: AccountReader) -> ScopedQuerySet:
    """Everybody who works at the reader's institution, with account and person."""
    rows = AccountPerson.objects.visible_to(seen_by)
    return rows.filter(person__is_staff_member=True).select_related("account", "person")


def roles_of_staff(*, seen_by: AccountReader) -> ScopedQuerySet:
    """Roles of the staff that are live, not begun or waiting; newest first."""
    rows = Relationship.objects.visible_to(seen_by).exclude(role__in=FAMILY)
    return (
        rows.filter(ended_because="")
        .filter(Q(valid_to=None) | Q(valid_to__gt=seen_by.at))
        .exclude(role="on_call")
        .select_related("practitioner__person", "granted_by")
        .order_by("-valid_from", "pk")
    )


def who_leads(circles: Collection[UUID], *, seen_by: AccountReader) -> dict[UUID, str]:
    """By circle, the names of those who lead it, for a reader who works with these circles."""
    rows = Relationship._base_manager.filter(
        live(seen_by.at), role="lead", circle__in=set(circles) & seen_by.circles_of()
    ).select_related("account")
    found: dict[UUID, list[str]] = {}
    for row in rows.order_by("valid_from", "pk"):
        if row.circle_id is not None:
            found.setdefault(row.circle_id, []).append(row.account.name or row.account.email)
    return {circle: ", ".join(names) for circle, names in found.items()}


def who_works_on(circle: UUID, *, seen_by: AccountReader) -> list[Person]:
    """Who leads a circle or treats in it, longest first, for a reader who works with it."""
    here = _working_on({circle} & seen_by.circles_of(), seen_by.at)
    persons = Person._base_manager.in_bulk(here)
    return [persons[pk] for pk in here]


def works_on(circle: UUID, person: UUID, *, at: datetime) -> bool:
    """Does somebody lead this circle or treat in it? For an act that names them."""
    return person in _working_on({circle}, at)


def _working_on(circles: Collection[UUID], at: datetime) -> list[UUID]:
    """The persons on the staff who work on some circles, longest first."""
    edges = Relationship._base_manager.filter(
        live(at), role__in=WORKS_WITH_A_CIRCLE, circle__in=circles
    )
    since = {row.account_id: row.valid_from for row in edges.order_by("-valid_from", "-pk")}
    staff = AccountPerson._base_manager.filter(account__in=since, person__is_staff_member=True)
    found = staff.values_list("account", "person").order_by("person")
    return [person for _account, person in sorted(found, key=lambda pair: since[pair[0]])]


def without_a_second(*, seen_by: AccountReader) -> ScopedQuerySet:
    """Roles that a second person must still look at: waiting for it, or given alone (A11)."""
    rows = Relationship.objects.visible_to(seen_by).filter(approved_by=None, ended_because="")
    return (
        rows.filter(Q(waiting=True) | Q(without_second=True))
        .select_related("account", "granted_by")
        .order_by("valid_from", "pk")
    )


def managers(institution: UUID, at: datetime) -> int:
    """How many managers an institution has now."""
    return Relationship._base_manager.filter(
        live(at), role="manager", institution=institution
    ).count()


def without_second_factor(*, seen_by: AccountReader) -> int:
    """How many of the staff have not set up their second step yet."""
    rows = staff(seen_by=seen_by).filter(account__is_active=True)
    return rows.exclude(account__authenticator__type__in=["totp", "webauthn"]).count()


# -- the record of access (T27) ------------------------------------------------------------------

KINDS = ("reads", "refusals", "acts")
PAGE = 50


@dataclass(frozen=True, slots=True)
class TrailPage:
    """One page of the record of access, newest first."""

    events: tuple[AuditEvent, ...]
    names: Mapping[UUID, str]
    first: int
    total: int

    @property
    def older(self) -> int | None:
        """Where the next page begins, if there is one."""
        after = self.first + len(self.events)
        return after if after < self.total else None

    @property
    def newer(self) -> int | None:
        return max(0, self.first - PAGE) if self.first else None


def trail(
    *,
    seen_by: AccountReader,
    kind: str = "",
    account: UUID | None = None,
    since: date | None = None,
    until: date | None = None,
    first: int = 0,
) -> TrailPage:
    """The record of access of the reader's institutions: ids and words, never content.

    Args:
        kind: one of ``KINDS``, or nothing for all.
        since, until: days in the institution's own zone, both included.
        first: how many of the newest to leave out.
    """
    rows = AuditEvent.objects.filter(institution__in=_audited(seen_by))
    rows = _of_kind(rows, kind)
    if account is not None:
        rows = rows.filter(account=account)
    zone = ZoneInfo(institution_of(seen_by).zone)
    if since is not None:
        rows = rows.filter(at__gte=datetime.combine(since, time.min, zone))
    if until is not None:
        rows = rows.filter(at__lte=datetime.combine(until, time.max, zone))
    total = rows.count()
    first = min(max(0, first), max(0, total - 1))
    events = tuple(rows.order_by("-at", "-id")[first : first + PAGE])
    accounts = Account.objects.filter(pk__in={e.account for e in events if e.account})
    names = {found.pk: found.name for found in accounts}
    return TrailPage(events, names, first, total)


def _audited(reader: AccountReader) -> set[Any]:
    matrix = policy.matrix()
    return {
        edge.object
        for edge in reader.edges
        if edge.kind == "institution" and matrix.cells("audit_trail", edge.role, "R")
    }


def _of_kind(rows: QuerySet[AuditEvent], kind: str) -> QuerySet[AuditEvent]:
    if kind == "reads":
        return rows.filter(word__in=READS)
    if kind == "refusals":
        return rows.filter(word__in=REFUSALS)
    if kind == "acts":
        return rows.exclude(word__in=READS | REFUSALS)
    return rows


def waits_for_a_password(account: UUID) -> bool:
    """Was this account invited, and has nobody chosen its password yet?"""
    found = Account.objects.filter(pk=account, is_active=True).first()
    return found is not None and not found.has_usable_password()


def roles_without_a_place(*, at: datetime) -> int:
    """Live roles of the family whose account stands for nobody in the circle, and the reverse.

    For ``alongside check`` (A3): always 0 unless somebody changed the database by hand.
    """
    edges = Relationship._base_manager.filter(live(at), role__in=FAMILY, circle__isnull=False)
    wrong = sum(
        not is_family(account, circle, at)
        for account, circle in edges.values_list("account", "circle")
    )
    held = {(account, circle) for account, circle in edges.values_list("account", "circle")}
    members = Member._base_manager.filter(to_at=None, person__account_link__isnull=False)
    return wrong + sum(
        pair not in held for pair in members.values_list("person__account_link__account", "circle")
    )


def staff_count() -> int:
    """How many accounts belong to people who work here: for ``alongside check``."""
    return Account.objects.filter(is_staff_member=True, is_active=True).count()
