"""Reads: who holds what, and what counts on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from alongside.credentials.models import Credential
from alongside.credentials.rules import CredentialFact, Standing, counting, standing
from alongside.people.models import Practitioner
from alongside.records import prepared
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

__all__ = ["credentials", "fact_of", "own", "own_ending", "standing_of", "valid_on"]


def credentials(*, seen_by: Reader) -> ScopedQuerySet:
    """Credentials this reader may read, the first to end first."""
    return (
        Credential.objects.visible_to(seen_by)
        .select_related("practitioner__person")
        .order_by("expires_on", "code", "pk")
    )


def own(*, seen_by: Reader) -> ScopedQuerySet:
    """The reader's own credentials."""
    return credentials(seen_by=seen_by).filter(practitioner__person_id__in=seen_by.persons)


def own_ending(day: date, *, seen_by: Reader) -> list[Credential]:
    """The reader's own credentials that end by a day."""

    def rows(day: date) -> ScopedQuerySet:
        return own(seen_by=seen_by).filter(expires_on__lte=day)

    return prepared.rows("credentials.ending", rows, seen_by=seen_by, day=day)


def fact_of(credential: Credential) -> CredentialFact:
    """A credential as the rules read it."""
    return CredentialFact(
        code=credential.code,
        state=credential.state,
        issued_on=credential.issued_on,
        expires_on=credential.expires_on,
        next_check_on=credential.next_check_on,
    )


def standing_of(credential: Credential, on: date) -> Standing:
    """Where a credential stands on a day."""
    return standing(fact_of(credential), on)


def valid_on(
    practitioner: Practitioner, codes: Iterable[str], on: date, *, seen_by: Reader
) -> tuple[str, ...]:
    """Which of these codes a practitioner holds, verified and in date, on a day; () if none."""
    rows = credentials(seen_by=seen_by).filter(practitioner=practitioner)
    return counting((fact_of(row) for row in rows), codes, on)
