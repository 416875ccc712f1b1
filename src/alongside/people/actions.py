"""Writes: institutions, persons, ways to reach them, circles and who is in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q

from alongside.people import reach
from alongside.people.models import (
    Circle,
    ContactPoint,
    Institution,
    Member,
    Person,
    Practitioner,
)
from alongside.people.rules import AGE_BANDS, MEMBER_ROLES, RELATIONS, SEXES
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused, StaleVersion, Unfit
from alongside.records.reader import Reader

NAME_LENGTH = 120


class UnknownWord(Unfit):
    """A word that is not in its closed list. ``field`` and ``value`` say which."""

    field: str
    value: str


class NeedsAName(Unfit):
    """A name or an alias is needed, not longer than 120 letters."""


class AlreadyMember(Refused):
    """This person has a place in this circle already."""


class MemberHasEnded(Refused):
    """The place in the circle ended; it cannot be changed any more."""


@action
def make_institution(
    *, name: str, country: str, zone: str, jurisdiction: str = "generic", by: Reader, at: datetime
) -> Institution:
    """Make an institution: the controller's house for every row about a person.

    Args:
        name: as people know it.
        country: two letters, such as ``GB``; decides which emergency number is shown.
        zone: an IANA zone; working hours and shifts are wall time there.
        jurisdiction: a pack of settings: ``uk_ew``, ``us``, ``eu`` or ``generic``.

    Only the service itself makes one (the first run, the demonstration).

    Raises:
        UnknownWord: no such zone, or no country of two letters.
    """
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise UnknownWord(field="zone", value=zone) from unknown
    if len(country) != 2 or not country.isalpha():
        raise UnknownWord(field="country", value=country)
    institution = Institution(
        name=_name(name),
        country=country.upper(),
        zone=zone,
        jurisdiction=jurisdiction,
        created_at=at,
    )
    by.confirm_create("institution", institution=institution.pk)
    institution.save(force_insert=True)
    audit.write(
        "people.institution_made", by=by, at=at, about=institution, institution=institution.pk
    )
    return institution


@action
def add_practitioner(
    *,
    institution: Institution,
    name: str,
    title: str = "",
    language: str = "en",
    by: Reader,
    at: datetime,
) -> Practitioner:
    """Add somebody who works for the institution: a person and their place on the staff."""
    by.confirm_create("practitioner", institution=institution.pk)
    person = Person.objects.create(
        institution=institution,
        name=_name(name),
        language=language,
        is_staff_member=True,
        created_at=at,
    )
    practitioner: Practitioner = Practitioner.objects.create(
        institution=institution, person=person, title=title[:120]
    )
    audit.write("people.person_added", by=by, at=at, about=person)
    return practitioner


def _make_person(
    *,
    institution: Institution,
    name: str,
    birth_year: int | None,
    age_band: str,
    language: str,
    by: Reader,
    at: datetime,
) -> Person:
    person: Person = Person.objects.create(
        institution=institution,
        name=_name(name),
        birth_year=birth_year,
        age_band=_word("age_band", age_band, AGE_BANDS),
        language=language,
        created_at=at,
    )
    audit.write("people.person_added", by=by, at=at, about=person)
    return person


@action
def make_circle(
    *,
    institution: Institution,
    alias: str,
    age_band: str = "",
    birth_year: int | None = None,
    language: str = "en",
    by: Reader,
    at: datetime,
) -> Circle:
    """Make a circle with its focus person. Who may open a case may make its circle.

    Until the person has agreed it holds a first name or an alias and an age band, no more (5.1).
    """
    by.confirm_create("case", institution=institution.pk)
    focus = _make_person(
        institution=institution,
        name=alias,
        birth_year=birth_year,
        age_band=age_band,
        language=language,
        by=by,
        at=at,
    )
    circle: Circle = Circle.objects.create(institution=institution, focus=focus, created_at=at)
    audit.write("people.circle_made", by=by, at=at, about=circle)
    return circle


@action
def correct_person(
    *,
    person: Person,
    version: int,
    by: Reader,
    at: datetime,
    name: str | None = None,
    birth_year: int | None = None,
    age_band: str | None = None,
    sex: str | None = None,
    language: str | None = None,
) -> Person:
    """Correct what is known of a person. What is None stays as it is.

    Args:
        sex: a word of ``rules.SEXES``, or "" for not known. Forms answered from now on are read
            by the line for it; scores that are kept stay as they are.

    Raises:
        UnknownWord: an age band or a sex that is not among the words.
        StaleVersion: somebody corrected it since it was read.
    """
    by.confirm("E", person)
    changed: list[str] = []
    if name is not None:
        person.name, changed = _name(name), [*changed, "name"]
    if birth_year is not None:
        person.birth_year, changed = birth_year, [*changed, "birth_year"]
    if age_band is not None:
        person.age_band = _word("age_band", age_band, AGE_BANDS)
        changed.append("age_band")
    if sex is not None:
        person.sex, changed = _word("sex", sex, SEXES), [*changed, "sex"]
    if language is not None:
        person.language, changed = language, [*changed, "language"]
    person.save_version(version, changed)
    audit.write(
        "people.person_corrected", by=by, at=at, about=person, detail={"fields": " ".join(changed)}
    )
    return person


@action
def add_contact(
    *,
    person: Person,
    value: str,
    by: Reader,
    at: datetime,
    channel: str = "",
    circle: Circle | None = None,
    safe_from: time | None = None,
    safe_to: time | None = None,
    words: str = "",
    never_voicemail: bool = True,
    texts: bool = False,
) -> ContactPoint:
    """Keep a safe way to reach a person. A live one of the same channel ends with it.

    Args:
        value: a phone number or an e-mail address, as typed.
        channel: ``phone`` or ``email``; found out from the value when empty.
        safe_from, safe_to: wall time in the institution's zone.
        words: what may be said, what never.
        texts: they said that nobody else reads texts on this phone.

    Raises:
        reach.NotReachable: it cannot be a number or an address.
    """
    by.confirm_create(
        "contact", institution=person.institution_id, circle=None if circle is None else circle.pk
    )
    kind = channel or reach.channel_of(value)
    country = person.institution.country
    plain = reach.normalised(channel=kind, value=value, country=country)
    for old in (
        ContactPoint.objects.writable_by(by, "E")
        .filter(person=person, channel=kind, ended_at=None)
        .order_by("created_at")
    ):
        old.ended_at = at
        old.save_version(old.version, ["ended_at"])
    contact: ContactPoint = ContactPoint.objects.create(
        institution=person.institution,
        person=person,
        circle=circle,
        channel=kind,
        value=plain,
        value_hash=reach.hashed(channel=kind, value=value, country=country),
        safe_from=safe_from,
        safe_to=safe_to,
        words=words,
        never_voicemail=never_voicemail,
        texts=texts and kind == "phone",
        created_at=at,
    )
    audit.write("people.contact_changed", by=by, at=at, about=contact, detail={"channel": kind})
    return contact


@action
def replace_contact(
    *,
    contact: ContactPoint,
    version: int,
    by: Reader,
    at: datetime,
    safe_from: time | None,
    safe_to: time | None,
    words: str,
    never_voicemail: bool,
    texts: bool,
) -> ContactPoint:
    """Change what is said of a way to somebody. The former row ends and is kept.

    Raises:
        StaleVersion: somebody changed it, or it ended, since it was read.
    """
    by.confirm("E", contact)
    if contact.ended_at is not None:
        raise StaleVersion(current=contact)
    contact.ended_at = at
    contact.save_version(version, ["ended_at"])
    made: ContactPoint = ContactPoint.objects.create(
        institution=contact.institution,
        person=contact.person,
        circle=contact.circle,
        channel=contact.channel,
        value=contact.value,
        value_hash=contact.value_hash,
        safe_from=safe_from,
        safe_to=safe_to,
        words=words,
        never_voicemail=never_voicemail,
        texts=texts and contact.channel == "phone",
        verified_at=contact.verified_at,
        created_at=at,
    )
    audit.write(
        "people.contact_changed", by=by, at=at, about=made, detail={"channel": made.channel}
    )
    return made


@action
def propose_contact(
    *,
    person: Person,
    circle: Circle,
    value: str,
    by: Reader,
    at: datetime,
    safe_from: time | None = None,
    safe_to: time | None = None,
    words: str = "",
    never_voicemail: bool = True,
    texts: bool = False,
) -> ContactPoint:
    """Keep another number or address that somebody gave for themself. Nothing goes there.

    It is a correction that was asked for (T2, condition 1): the row has ended from the start, and
    what counted before goes on counting.

    Raises:
        reach.NotReachable: it cannot be a number or an address.
    """
    kind, country = reach.channel_of(value), circle.institution.country
    asked = ContactPoint(
        institution=circle.institution,
        person=person,
        circle=circle,
        channel=kind,
        value=reach.normalised(channel=kind, value=value, country=country),
        value_hash=reach.hashed(channel=kind, value=value, country=country),
        safe_from=safe_from,
        safe_to=safe_to,
        words=words,
        never_voicemail=never_voicemail,
        texts=texts and kind == "phone",
        created_at=at,
        ended_at=at,
    )
    asked.save(force_insert=True)
    by.confirm("E", asked)  # of the row as it stands; a no takes it away again
    audit.write("people.contact_asked", by=by, at=at, about=asked, detail={"channel": kind})
    return asked


@action
def end_contact(*, contact: ContactPoint, version: int, by: Reader, at: datetime) -> ContactPoint:
    """Say that a way to somebody is safe no more: nothing goes there from now on.

    Raises:
        StaleVersion: somebody changed it since it was read.
    """
    by.confirm("E", contact)
    contact.ended_at = at
    contact.save_version(version, ["ended_at"])
    audit.write(
        "people.contact_changed", by=by, at=at, about=contact, detail={"channel": contact.channel}
    )
    return contact


@action
def add_member(
    *,
    circle: Circle,
    relation: str,
    by: Reader,
    at: datetime,
    person: Person | None = None,
    name: str = "",
    roles: Sequence[str] = (),
    silent: bool = False,
    language: str = "en",
) -> Member:
    """Give somebody a place in a circle. It gives no right to see anything: that is an edge.

    Args:
        person: somebody who is a person of this circle already, else ``name`` makes a new one.
        relation: a word of ``rules.RELATIONS``.
        roles: words of ``rules.MEMBER_ROLES``.
        silent: hidden from the other members.

    Raises:
        AlreadyMember: that person has a live place here.
    """
    by.confirm_create("roster", institution=circle.institution_id, circle=circle.pk)
    if person is None:
        person = _make_person(
            institution=circle.institution,
            name=name,
            birth_year=None,
            age_band="",
            language=language,
            by=by,
            at=at,
        )
    elif (
        Member.objects.visible_to(by).filter(circle=circle, person=person, to_at=None).exists()
        or circle.focus_id == person.pk
    ):
        raise AlreadyMember
    member: Member = Member.objects.create(
        institution=circle.institution,
        circle=circle,
        person=person,
        relation=_word("relation", relation, RELATIONS),
        roles=[_word("roles", role, MEMBER_ROLES) for role in roles],
        silent=silent,
        from_at=at,
    )
    audit.write("people.member_added", by=by, at=at, about=member)
    return member


@action
def change_member(
    *,
    member: Member,
    version: int,
    by: Reader,
    at: datetime,
    relation: str | None = None,
    roles: Sequence[str] | None = None,
    silent: bool | None = None,
) -> Member:
    """Change what a member is called here, what they do, or whether others see them.

    Raises:
        MemberHasEnded: the place ended.
        StaleVersion: somebody changed it since it was read.
    """
    by.confirm("E", member)
    if member.to_at is not None:
        raise MemberHasEnded
    changed: list[str] = []
    if relation is not None:
        member.relation = _word("relation", relation, RELATIONS)
        changed.append("relation")
    if roles is not None:
        member.roles = [_word("roles", role, MEMBER_ROLES) for role in roles]
        changed.append("roles")
    if silent is not None:
        member.silent, changed = silent, [*changed, "silent"]
    member.save_version(version, changed)
    audit.write(
        "people.member_changed", by=by, at=at, about=member, detail={"fields": " ".join(changed)}
    )
    return member


@action
def hide_me(*, member: Member, by: Reader, at: datetime) -> Member:
    """Hide a member from the other members, because they asked for it alone."""
    if not by.is_system and member.person_id not in by.persons:
        by.confirm("E", member)
    if not member.silent:
        member.silent = True
        member.save_version(member.version, ["silent"])
        audit.write(
            "people.member_changed", by=by, at=at, about=member, detail={"fields": "silent"}
        )
    return member


def live_on(at: datetime) -> Q:
    """Members whose place is live at a moment."""
    return Q(from_at__lte=at) & (Q(to_at=None) | Q(to_at__gt=at))


def _name(name: str) -> str:
    text = " ".join(name.split())
    if not text or len(text) > NAME_LENGTH:
        raise NeedsAName
    return text


def _word(field: str, value: str, allowed: Sequence[str]) -> str:
    if value and value not in allowed:
        raise UnknownWord(field=field, value=value)
    if not value and field == "relation":
        raise UnknownWord(field=field, value=value)
    return value


def ids(rows: Sequence[Any]) -> list[UUID]:
    """The ids of some rows, for the trail."""
    return [row.pk for row in rows]
