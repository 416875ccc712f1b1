"""Who has looked at my own records: the part of the trail that belongs to whom it is about (T27).

Only looks at records that the person may know of are told: a relative's words stay a relative's
words, and that somebody read them is not told either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from alongside.access.models import Account
from alongside.calendar.models import Booking
from alongside.cases.models import Case
from alongside.consent.models import Consent
from alongside.crisis.models import Alert
from alongside.delivery.models import (
    Artefact,
    Homework,
    Letter,
    ProgressNote,
    TherapySession,
)
from alongside.measures.models import Response
from alongside.people.models import ContactPoint, Person
from alongside.plans.models import Agreement, CoursePerson, Plan
from alongside.records.audit_words import READS
from alongside.records.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Look:
    """One look: when, who (nobody's name for family), in what roles, at which kinds of record."""

    at: datetime
    who: str
    is_staff: bool
    roles: tuple[str, ...]
    nouns: tuple[str, ...]


def looks(*, seen_by: Any, since: datetime, until: datetime) -> list[Look]:
    """Every look at the reader's own records in a stretch of time, newest first.

    The reader's own looks are left out. A colleague is named; a member of the circle is not.
    """
    mine = _own_records(seen_by)
    events = AuditEvent.objects.filter(
        Q(institution__in=seen_by.institutions) | Q(institution=None),
        at__gte=since,
        at__lt=until,
        word__in=READS,
        result="done",
        account__isnull=False,
    ).exclude(account=seen_by.account_id)
    hits = []
    for event in events.order_by("-at").iterator():
        nouns = tuple(
            noun for noun in sorted(event.ids) if mine.get(noun, set()) & set(event.ids[noun])
        )
        if nouns:
            hits.append((event, nouns))
    accounts = Account.objects.in_bulk({event.account for event, _nouns in hits})
    return list(_told(hits, accounts))


def _told(hits: list[tuple[AuditEvent, tuple[str, ...]]], accounts: Any) -> Iterator[Look]:
    for event, nouns in hits:
        account = accounts.get(event.account)
        is_staff = bool(account and account.is_staff_member)
        yield Look(
            at=event.at,
            who=account.name if account and is_staff else "",
            is_staff=is_staff,
            roles=tuple(event.roles.split()),
            nouns=nouns,
        )


def _own_records(reader: Any) -> dict[str, set[str]]:
    """The ids, by noun of the trail, of the records about the reader that they may know of."""
    me: frozenset[UUID] = reader.persons
    theirs = reader.circles_of("person") if hasattr(reader, "circles_of") else frozenset()
    about: dict[Any, Q] = {
        Person: Q(pk__in=me),
        ContactPoint: Q(person__in=me),
        Case: Q(circle__in=theirs),
        Plan: Q(circle__in=theirs),
        Agreement: Q(person__in=me),
        CoursePerson: Q(person__in=me),
        Consent: Q(person__in=me),
        Response: Q(about__in=me, respondent__in=me),
        ProgressNote: Q(about__in=me),
        Homework: Q(about__in=me),
        Letter: Q(about__in=me),
        Artefact: Q(about__in=me),
        TherapySession: Q(circle__in=theirs),
        Booking: Q(circle__in=theirs),
        Alert: Q(about__in=me),
    }
    found: dict[str, set[str]] = {}
    for model, q in about.items():
        ids = model.objects.visible_to(reader).filter(q).values_list("pk", flat=True)
        found.setdefault(model.audit_noun, set()).update(str(pk) for pk in ids)
    return found
