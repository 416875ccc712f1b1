"""What somebody keeps in their own browser, to read without network (rule M5): its private link.

The browser keeps the words encrypted under a PIN that never comes here. By the link it asks whether
it may still keep them. The link opens nothing; each thing that is kept has a purpose of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alongside.access import actions
from alongside.access.models import Account, LinkToken
from alongside.access.readers import AccountReader, reader_for, reader_for_link
from alongside.people.models import Circle, Person
from alongside.records.errors import NotAllowed
from alongside.records.reader import Reader

PLAN = "kept"  # the safety plan of a person
RUN = "kept_run"  # the run sheet of whoever leads a meeting


@dataclass(frozen=True, slots=True)
class Kept:
    """What goes along: by which token it asks whether it may stay, and until when."""

    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Still:
    """May it still be kept, and is there a newer version?"""

    may: bool
    newer: bool = False


@dataclass(frozen=True, slots=True)
class Keeper:
    """A link that lives, and a reader of whom it was given to, with what they may do now."""

    link: LinkToken
    reader: AccountReader


def keep(
    *,
    purpose: str,
    target: UUID,
    person: Person,
    circle: Circle,
    until: datetime,
    by: Reader,
    at: datetime,
) -> Kept:
    """Let a browser keep something until then. Called by an action that asked whether it may."""
    token = actions.issue_link(
        purpose=purpose,
        target=target,
        expires_at=until,
        person=person,
        circle=circle,
        by=by,
        at=at,
    )
    return Kept(token, until)


def taken_off(*, purpose: str, token: str, at: datetime) -> None:
    """This browser forgot it by itself. A token that ended or never was changes nothing."""
    try:
        reader = reader_for_link(token, purpose, at)
    except NotAllowed:
        return
    actions.end_link(link=reader.link, by=reader, at=at)


def keepers(*, purpose: str, token: str, at: datetime) -> Iterator[Keeper]:
    """Whoever keeps something by this token, as they stand now; nobody when it ended."""
    try:
        link = reader_for_link(token, purpose, at).link
    except NotAllowed:
        return
    for account in Account.objects.filter(stands_for__person=link.person_id, is_active=True):
        yield Keeper(link, reader_for(account, at))
