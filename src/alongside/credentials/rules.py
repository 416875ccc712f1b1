"""Does a credential count on a day? Only what was verified at its source opens a gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

SOON_DAYS = (90, 60, 30, 7)  # days before the end at which the holder is reminded
NEXT_CHECK_DAYS = 365  # a check is never older than 12 months
VERIFIED = "primary_source_verified"
STOPPED = ("suspended", "revoked", "rejected")


@dataclass(frozen=True, slots=True)
class CredentialFact:
    """One title of one person, as far as time and checking go."""

    code: str
    state: str
    issued_on: date | None = None
    expires_on: date | None = None
    next_check_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a credential stands on a day: a word, and how many days it still lasts."""

    word: str  # valid, soon, ended, not_checked, check_due, suspended, revoked, rejected, not_yet
    days_left: int | None = None

    @property
    def counts(self) -> bool:
        """True when it opens a gate."""
        return self.word in {"valid", "soon"}


def standing(credential: CredentialFact, on: date) -> Standing:
    """Where a credential stands on a day.

    Only one that was verified at its source, is in date and whose next check is not overdue
    counts. One without an end date stays valid. The day it expires on still counts.
    """
    left = None if credential.expires_on is None else (credential.expires_on - on).days
    if credential.state in STOPPED:
        return Standing(credential.state, left)
    if credential.issued_on is not None and on < credential.issued_on:
        return Standing("not_yet", left)
    if left is not None and left < 0:
        return Standing("ended", left)
    if credential.state != VERIFIED:
        return Standing("not_checked", left)
    if credential.next_check_on is not None and credential.next_check_on < on:
        return Standing("check_due", left)
    return Standing("soon" if left is not None and left <= SOON_DAYS[0] else "valid", left)


def counting(
    credentials: Iterable[CredentialFact], codes: Iterable[str], on: date
) -> tuple[str, ...]:
    """The codes among ``codes`` that count on a day, sorted. Any one of them may be enough."""
    wanted = set(codes)
    return tuple(
        sorted({c.code for c in credentials if c.code in wanted and standing(c, on).counts})
    )


def latest_check(on: date) -> date:
    """The day by which a credential checked on a day must be checked again."""
    return on + timedelta(days=NEXT_CHECK_DAYS)
