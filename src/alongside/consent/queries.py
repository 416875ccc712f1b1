"""Reads: what a person agreed to or refused, what holds on a day, capacity, best interests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from uuid import UUID

from django.db.models import Q

from alongside import catalogue
from alongside.consent.models import BestInterests, Capacity, Consent, Refusal
from alongside.engine.consent import (
    Answer,
    BestInterestsFact,
    CapacityFact,
    ConsentFact,
    RefusalFact,
    capacity_on,
    lawful_basis,
    permitted,
)
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet


def consents(*, seen_by: Reader) -> ScopedQuerySet:
    """Every consent this reader may read, newest first."""
    return (
        Consent.objects.visible_to(seen_by)
        .select_related("person", "written_by")
        .order_by("-given_at", "pk")
    )


def refusals(*, seen_by: Reader) -> ScopedQuerySet:
    """Every refusal this reader may read, newest first."""
    return (
        Refusal.objects.visible_to(seen_by)
        .select_related("person", "written_by")
        .order_by("-refused_at", "pk")
    )


def capacities(*, seen_by: Reader) -> ScopedQuerySet:
    """Every assessment of capacity this reader may read, newest first."""
    return (
        Capacity.objects.visible_to(seen_by)
        .select_related("person", "written_by")
        .order_by("-assessed_at", "pk")
    )


def best_interests(*, seen_by: Reader) -> ScopedQuerySet:
    """Every best-interests decision this reader may read, newest first."""
    return (
        BestInterests.objects.visible_to(seen_by)
        .select_related("person", "written_by", "capacity")
        .order_by("-met_at", "pk")
    )


def consents_of(person: UUID, *, seen_by: Reader, circle: UUID | None = None) -> ScopedQuerySet:
    """Every consent of one person, in one circle if given."""
    rows = consents(seen_by=seen_by).filter(person_id=person)
    return rows if circle is None else rows.filter(circle_id=circle)


def live_on(day: date, *, seen_by: Reader) -> ScopedQuerySet:
    """Consents that hold on a day."""
    return consents(seen_by=seen_by).filter(
        Q(given_at__date__lte=day)
        & Q(expires_on__gte=day)
        & (Q(withdrawn_at=None) | Q(withdrawn_at__date__gt=day))
        & (Q(ended_on=None) | Q(ended_on__gt=day))
    )


def fact_of(consent: Consent) -> ConsentFact:
    """A consent as the engine reads it."""
    return ConsentFact(
        form=consent.form,
        person=str(consent.person_id),
        given_on=consent.given_at.date(),
        expires_on=consent.expires_on,
        purpose=consent.purpose,
        about=consent.about,
        to_whom=consent.to_whom,
        ended_on=consent.ended_on,
        withdrawn_on=consent.withdrawn_at.date() if consent.withdrawn_at else None,
        at=consent.given_at,
    )


def facts(
    persons: Iterable[UUID], *, circle: UUID, seen_by: Reader
) -> tuple[tuple[ConsentFact, ...], tuple[RefusalFact, ...]]:
    """The consents and refusals of some persons of one circle, for the engine."""
    who = list(persons)
    rows = consents(seen_by=seen_by).filter(circle_id=circle, person_id__in=who)
    noes = refusals(seen_by=seen_by).filter(circle_id=circle, person_id__in=who)
    return (
        tuple(fact_of(row) for row in rows),
        tuple(
            RefusalFact(str(no.person_id), no.about, no.refused_at.date(), no.refused_at)
            for no in noes
        ),
    )


def may(
    *,
    person: UUID,
    circle: UUID,
    form: str,
    on: date,
    seen_by: Reader,
    about: str = "",
    purpose: str = "care",
) -> Answer:
    """Does one person's consent permit this on a day, and why (``engine.consent.permitted``)?"""
    given, refused = facts([person], circle=circle, seen_by=seen_by)
    return permitted(
        given,
        person=str(person),
        form=form,
        on=on,
        purpose=purpose,
        about=about,
        refusals=refused,
    )


def capacity_fact(row: Capacity) -> CapacityFact:
    """An assessment as the engine reads it."""
    return CapacityFact(
        str(row.person_id), row.about, row.conclusion, row.assessed_at, row.review_on
    )


def best_interests_fact(row: BestInterests) -> BestInterestsFact:
    """A best-interests decision as the engine reads it."""
    return BestInterestsFact(
        str(row.person_id), row.about, row.outcome, row.met_at, row.review_on, row.ended_at
    )


def capacity_of(person: UUID, *, on: date, seen_by: Reader, about: str = "") -> str:
    """What is known of a person's capacity on a day; ``presumed`` when nobody assessed it.

    Args:
        about: the decision it is for, such as ``course:<uuid>``; empty takes the newest of any.
    """
    rows = capacities(seen_by=seen_by).filter(person_id=person)
    return capacity_on(map(capacity_fact, rows), person=str(person), about=about, on=on)


def basis_of(person: UUID, *, circle: UUID, on: date, seen_by: Reader, about: str = "") -> Answer:
    """Does a best-interests decision stand for one person on a day (``engine.consent``)?"""
    rows = best_interests(seen_by=seen_by).filter(circle_id=circle, person_id=person)
    _given, refused = facts([person], circle=circle, seen_by=seen_by)
    return lawful_basis(
        map(best_interests_fact, rows),
        person=str(person),
        about=about,
        on=on,
        capacity=capacity_of(person, on=on, seen_by=seen_by, about=about),
        refusals=refused,
    )


def form_words(
    form: str, language: str, fills: Mapping[str, str] | None = None
) -> tuple[str, str, str, str]:
    """A consent form to show: exact id, title, text, and the hash of that text.

    Args:
        form: an id, with or without version; without, the newest one.
        language: falls back to English; the hash is of the text that is shown.
        fills: what stands where the form has ``{name}``. A word that is not given stays open.
    """
    shown = catalogue.current().consent_form(form)
    text = shown.text(language)
    for word in shown.fill_in:
        text = text.replace(f"{{{word}}}", (fills or {}).get(word) or "…")
    return str(shown.ref), shown.title(language), text, text_hash(text)


def text_hash(text: str) -> str:
    """SHA-256 of a form as it was shown."""
    return sha256(text.encode()).hexdigest()
