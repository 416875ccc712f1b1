"""Writes: a credential was declared; somebody else checked it."""

from __future__ import annotations

from datetime import date, datetime

from alongside import catalogue
from alongside.access.models import Account
from alongside.credentials.models import Credential
from alongside.credentials.rules import latest_check
from alongside.people.models import Practitioner
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, Unfit
from alongside.records.reader import Reader

METHODS = ("register", "website", "letter")


class UnknownCredential(Unfit):
    """There is no such code in content/credentials. ``code`` is what was given."""

    code: str


class CheckedByOneself(Held):
    """Nobody checks their own credential."""


class NotADay(Unfit):
    """A date is missing or lies where it cannot. ``field`` says which."""

    field: str


class UnknownWord(Unfit):
    """A state or a method that is not in its list. ``value`` is what was given."""

    value: str


@action
def record_credential(
    *,
    practitioner: Practitioner,
    code: str,
    issuer: str,
    jurisdiction: str,
    by: Reader,
    at: datetime,
    number: str = "",
    issued_on: date | None = None,
    expires_on: date | None = None,
) -> Credential:
    """Write down a credential as its holder declares it. It counts once somebody verified it.

    Raises:
        UnknownCredential, NotADay.
    """
    by.confirm_create("credential", institution=practitioner.institution_id)
    if code not in catalogue.current().credentials:
        raise UnknownCredential(code=code)
    if issued_on and expires_on and expires_on < issued_on:
        raise NotADay(field="expires_on")
    credential: Credential = Credential.objects.create(
        institution=practitioner.institution,
        practitioner=practitioner,
        code=code,
        number=number.strip(),
        issuer=issuer.strip()[:120],
        jurisdiction=jurisdiction.strip()[:40],
        issued_on=issued_on,
        expires_on=expires_on,
        recorded_at=at,
    )
    audit.write(
        "credentials.credential_recorded", by=by, at=at, about=credential, detail={"code": code}
    )
    return credential


@action
def verify_credential(
    *,
    credential: Credential,
    state: str,
    by: Reader,
    at: datetime,
    method: str = "register",
    expires_on: date | None = None,
    next_check_on: date | None = None,
) -> Credential:
    """Say what somebody found who looked: at the register, a website, a letter.

    Args:
        state: ``documents_seen``, ``primary_source_verified``, ``suspended``, ``revoked`` or
            ``rejected``.
        expires_on: as the register has it, when it differs from what was declared.
        next_check_on: at most a year ahead, which is also the default.

    Raises:
        CheckedByOneself: the holder cannot; NotADay; UnknownWord.
    """
    by.confirm("E", credential)
    if credential.practitioner.person_id in by.persons:
        raise CheckedByOneself
    if state not in {word for word, _ in Credential.STATES} or state == "declared":
        raise UnknownWord(value=state)
    if method not in METHODS:
        raise UnknownWord(value=method)
    latest = latest_check(at.date())
    again = next_check_on or latest
    if not at.date() <= again <= latest:
        raise NotADay(field="next_check_on")
    if expires_on is not None:
        credential.expires_on = expires_on
    credential.state, credential.method = state, method
    credential.verified_on, credential.next_check_on = at.date(), again
    credential.verified_by = (
        None if by.account_id is None else Account.objects.get(pk=by.account_id)
    )
    credential.save(
        update_fields=[
            "state", "method", "verified_on", "verified_by", "next_check_on", "expires_on",
        ]
    )  # fmt: skip
    audit.write(
        "credentials.credential_verified",
        by=by,
        at=at,
        about=credential,
        detail={"state": state, "method": method},
    )
    return credential
