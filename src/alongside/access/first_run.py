"""The first run: a one-time code, printed where the service was started, makes the first account.

Closed for ever once an institution exists.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.password_validation import validate_password
from django.db import connection
from django.db.models import F

from alongside.access.actions import grant
from alongside.access.models import Account, AccountPerson, SetupCode
from alongside.people import actions as people
from alongside.people.models import Institution
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader, system

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
REASON = "the first run"


class AlreadySetUp(Refused):
    """An institution exists; the first run is over."""


class WrongCode(Unfit):
    """This is not the code that was printed, or it was tried too often."""


class UnknownZone(Unfit):
    """No such time zone is known."""


@dataclass(frozen=True, slots=True)
class Started:
    """What the first run made."""

    institution: Institution
    account: Account


def is_open() -> bool:
    """Is this the first run? Yes while there is no institution."""
    rows = Institution.objects.unscoped("is there an institution yet?")
    return not rows.exists()


def new_code(at: datetime) -> str:
    """A fresh one-time code, ``K7M2-9QXD-44TB``; the codes before it open nothing any more.

    Raises:
        AlreadySetUp: there is an institution.
    """
    if not is_open():
        raise AlreadySetUp
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    code = "-".join(letters[i : i + 4] for i in (0, 4, 8))
    SetupCode.objects.all().delete()
    SetupCode.objects.create(code_hash=_hash(code), created_at=at)
    return code


def check_code(code: str) -> SetupCode:
    """Find the code that was printed; every wrong try counts.

    Raises:
        WrongCode.
    """
    SetupCode.objects.filter(tries_left__gt=0).update(tries_left=F("tries_left") - 1)
    found = SetupCode.objects.filter(
        code_hash=_hash(code), used_at=None, tries_left__gte=0
    ).exclude(tries_left=0)
    row = found.first()
    if row is None:
        raise WrongCode
    return row


@action
def finish(
    *,
    code: SetupCode,
    institution: str,
    country: str,
    zone: str,
    name: str,
    email: str,
    password: str,
    by: Reader,
    at: datetime,
) -> Started:
    """Make the institution and its first account, which is administrator and manager.

    Args:
        code: the row of the printed code, from ``check_code``.
        institution, country, zone: the service's legal home; country is two letters.
        name, email, password: the first account's.

    Raises:
        AlreadySetUp, UnknownZone; people's own refusals; a ValidationError for the password.
    """
    _lock()
    if not is_open() or SetupCode.objects.filter(pk=code.pk, used_at=None).update(used_at=at) != 1:
        raise AlreadySetUp
    if zone not in available_timezones():
        raise UnknownZone
    ZoneInfo(zone)
    house = system(REASON, at)
    made = people.make_institution(name=institution, country=country, zone=zone, by=house, at=at)
    practitioner = people.add_practitioner(institution=made, name=name, by=house, at=at)
    account = Account(
        email=email.strip().lower(),
        name=name[:120],
        zone=zone,
        is_staff_member=True,
        created_at=at,
    )
    validate_password(password, account)
    account.set_password(password)
    account.save(force_insert=True)
    AccountPerson.objects.create(account=account, person=practitioner.person, since=at)
    for role in ("admin", "manager"):
        grant(account=account, role=role, institution=made, reason="first_run", by=house, at=at)
    audit.write("access.setup_finished", by=by, at=at, about=made, institution=made.pk)
    return Started(made, account)


def _lock() -> None:
    """Two people may finish at once: one of them comes too late."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7392)")


def _hash(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter in _LETTERS)
    return sha256(plain.encode()).hexdigest()


__all__ = ["AlreadySetUp", "Started", "UnknownZone", "WrongCode", "check_code", "finish", "is_open"]
