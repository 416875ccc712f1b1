"""Writes: accounts, roles with a start and an end, private links, separations."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from alongside.access import apart, closing, guardians
from alongside.access.closing import end_sessions
from alongside.access.models import (
    Account,
    AccountPerson,
    LinkToken,
    Relationship,
    Separation,
)
from alongside.access.permissions import FAMILY, is_family, live
from alongside.access.readers import LinkReader, hashed, reader_for_link
from alongside.people.models import Circle, Group, Institution, Member, Person, Practitioner
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.crypto import keyed_hash
from alongside.records.errors import Held, NotAllowed, Refused, Unfit
from alongside.records.reader import Reader

CIRCLE_ROLES = frozenset({"person", "concerned", "guardian", "lead", "therapist", "on_call"})
GROUP_ROLES = frozenset({"facilitator"})
INSTITUTION_ROLES = frozenset(
    {"lead", "on_call", "manager", "coordinator", "privacy", "auditor", "admin"}
)
# Whoever gets one of these signs in again, so that a stolen session does not grow.
WEIGHTY = frozenset({"manager", "admin", "privacy", "auditor"})
LINK_BYTES = 32


class WrongObject(Unfit):
    """This role is not held towards such an object. ``role`` says which."""

    role: str


class NotOnTheStaff(Refused):
    """A staff role needs an account that stands for somebody who works here."""


class NotOfThisCircle(Refused):
    """A role in the family needs an account that stands for somebody of this circle."""


class StaffAndFamily(Held):
    """Nobody is staff and family of one circle (A10)."""


class NotToOneself(Held):
    """Nobody gives a role to themself."""


class NotTheSecond(Held):
    """The second person is somebody else than who gave the role and who got it."""


class LastManager(Refused):
    """An institution keeps at least one manager."""


class AlreadyEnded(Refused):
    """It ended before."""


class CannotJoin(Held):
    """They cannot come into this circle. ``circle`` says which; why is never said."""

    circle: Circle


class AddressTaken(Refused):
    """The person has an account at another address, or the account stands for another person."""


# -- accounts ------------------------------------------------------------------------------------


@action
def create_account(
    *,
    email: str,
    person: Person,
    by: Reader,
    at: datetime,
    name: str = "",
    circle: Circle | None = None,
    zone: str = "",
) -> Account:
    """Make an account, or find the one of this address, and let it stand for a person.

    One account stands for one person in each circle it belongs to. It may do nothing until it
    has a role.

    Args:
        email: the sign-in address.
        person: whom it stands for.
        name: as colleagues see it; for staff only, a member's name is in their circle.
        circle: the person's circle; None for staff.
        zone: an IANA zone; the institution's by default.

    Raises:
        AddressTaken: the person has an account at another address.
    """
    by.confirm_create(
        "account",
        institution=person.institution_id,
        circle=None if circle is None else circle.pk,
    )
    return _account_for(person, email=email, name=name, zone=zone, by=by, at=at)


def _account_for(
    person: Person, *, email: str, name: str, zone: str, by: Reader, at: datetime
) -> Account:
    address = email.strip().lower()
    account = Account.objects.filter(email=address).first()
    if account is None:
        account = Account(
            email=address,
            name=name[:120],
            language=person.language,
            zone=zone or person.institution.zone,
            is_staff_member=person.is_staff_member,
            created_at=at,
        )
        account.set_unusable_password()
        account.save(force_insert=True)
        audit.write(
            "access.account_created", by=by, at=at, about=account, institution=person.institution_id
        )
    elif person.is_staff_member and not account.is_staff_member:
        account.is_staff_member, account.name = True, account.name or name[:120]
        account.save(update_fields=["is_staff_member", "name"])
    link = AccountPerson._base_manager.filter(person=person).first()
    if link is None:
        AccountPerson.objects.create(account=account, person=person, since=at)
    elif link.account_id != account.pk:
        raise AddressTaken
    return account


@action
def lock_account(*, account: Account, locked: bool, by: Reader, at: datetime) -> Account:
    """Lock an account, which ends its sessions, or unlock it. Its roles stay as they are."""
    _confirm_on_account(account, by)
    account.is_active = not locked
    account.save(update_fields=["is_active"])
    if locked:
        end_sessions(account.pk)
    audit.write(
        "access.account_locked", by=by, at=at, about=account,
        detail={"locked": "yes" if locked else "no"},
    )  # fmt: skip
    return account


@action
def choose_language(*, language: str, by: Reader, at: datetime) -> Account:
    """The language in which one's own pages and messages come."""
    if by.account_id is None:
        raise NotAllowed(action="E", record="account")
    account = Account.objects.get(pk=by.account_id)
    _speak(account, language[:10])
    audit.write("access.account_changed", by=by, at=at, about=account)
    return account


def _speak(account: Account, language: str) -> None:
    """Pages come in the language of the account, messages in that of whom it stands for."""
    account.language = language
    account.save(update_fields=["language"])
    for link in AccountPerson._base_manager.filter(account=account).select_related("person"):
        if link.person.language != language:
            link.person.language = language
            link.person.save_version(link.person.version, ["language"])


def _confirm_on_account(account: Account, by: Reader) -> None:
    """The right to keep accounts, at an institution where this account stands for staff."""
    if account.pk == by.account_id:
        raise NotToOneself
    staff = AccountPerson._base_manager.filter(
        account=account, person__is_staff_member=True
    ).select_related("person")
    for link in staff:
        by.confirm("E", link)
        return
    raise NotAllowed(action="E", record=str(account.pk))


# -- roles ---------------------------------------------------------------------------------------


@action
def grant(
    *,
    account: Account,
    role: str,
    reason: str,
    by: Reader,
    at: datetime,
    circle: Circle | None = None,
    institution: Institution | None = None,
    practitioner: Practitioner | None = None,
    group: Group | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Relationship:
    """Give an account a role towards one object, from a moment, until a moment or until ended.

    The lead gives the roles of a circle; a manager those of the staff. A manager's grant waits
    for a second manager; while there is only one it counts at once, is marked *without a second
    person*, and is shown until a second confirms it (A11). The same live role is not made twice.

    Args:
        reason: a short word, such as ``invited``; never what people wrote.
        circle, institution, practitioner, group: exactly one. Who leads a group gives that role.
        since, until: ``at`` and open by default; a shift has both.

    Raises:
        WrongObject, NotOnTheStaff, NotOfThisCircle, StaffAndFamily, NotToOneself; NotAllowed.
    """
    objects = [o for o in (circle, institution, practitioner, group) if o is not None]
    roles = CIRCLE_ROLES if circle else INSTITUTION_ROLES if institution else {"supervisor"}
    roles = GROUP_ROLES if group else roles
    if len(objects) != 1 or role not in roles:
        raise WrongObject(role=role)
    within: UUID = institution.pk if institution else _home_of(circle or practitioner or group)
    second = _confirm_grant(role, within, circle, account, by, group)
    _must_fit(account, role, within, circle, at)
    wanted = Q(account=account, role=role, circle=circle, institution=institution)
    wanted &= Q(practitioner=practitioner, group=group, ended_because="")
    if until is not None:
        wanted &= Q(reason=reason[:60])  # two shifts of the same hours end each by itself
    start = since or at
    for same in Relationship._base_manager.filter(wanted, Q(valid_to=None) | Q(valid_to__gt=at)):
        if same.valid_to == until and (same.valid_from <= start):
            return same
    closing.reopen(account)
    alone = second and not _other_managers(within, by, at)
    edge: Relationship = Relationship.objects.create(
        account=account,
        role=role,
        circle=circle,
        institution=institution,
        practitioner=practitioner,
        group=group,
        within_id=within,
        valid_from=start,
        valid_to=until,
        reason=reason[:60],
        granted_by_id=by.account_id,
        without_second=alone,
        waiting=second and not alone,
    )
    if role in WEIGHTY:
        end_sessions(account.pk)
    audit.write(
        "access.relationship_granted",
        by=by,
        at=at,
        about=edge,
        institution=within,
        detail={"role": role, "second": "alone" if alone else "waiting" if second else "no"},
    )
    return edge


def _home_of(placed: Circle | Practitioner | Group | None) -> UUID:
    if placed is None:
        raise WrongObject
    return placed.institution_id


def _confirm_grant(
    role: str,
    within: UUID,
    circle: Circle | None,
    account: Account,
    by: Reader,
    group: Group | None,
) -> bool:
    """Ask for the right; say whether a second person must approve."""
    if by.is_system:
        return False
    by.confirm_create(
        "relationship",
        institution=within,
        circle=None if circle is None else circle.pk,
        group=None if group is None else group.pk,
    )
    if account.pk == by.account_id:
        raise NotToOneself
    leads = circle is not None and circle.pk in _circles_led(by)
    if role in FAMILY and not leads:
        raise NotAllowed(action="C", record="relationship")
    return not leads and group is None


def _circles_led(by: Any) -> frozenset[UUID]:
    found: frozenset[UUID] = by.circles_of("lead") if hasattr(by, "circles_of") else frozenset()
    return found


def _must_fit(
    account: Account, role: str, within: UUID, circle: Circle | None, at: datetime
) -> None:
    if role in FAMILY:
        assert circle is not None  # noqa: S101  # the roles of the family are roles of a circle
        if not is_family(account.pk, circle.pk, at):
            raise NotOfThisCircle
        staff = Relationship._base_manager.filter(live(at), account=account, circle=circle)
        if staff.exclude(role__in=FAMILY).exists():
            raise StaffAndFamily
        return
    works_here = AccountPerson._base_manager.filter(
        account=account, person__institution=within, person__is_staff_member=True
    )
    if not works_here.exists():
        raise NotOnTheStaff
    if circle is not None and is_family(account.pk, circle.pk, at):
        raise StaffAndFamily


def _other_managers(institution: UUID, by: Reader, at: datetime) -> bool:
    return (
        Relationship._base_manager.filter(live(at), role="manager", institution=institution)
        .exclude(account=by.account_id)
        .exists()
    )


@action
def confirm_second(*, relationship: Relationship, by: Reader, at: datetime) -> Relationship:
    """Approve, as the second person, a role that another manager gave.

    A role that waited counts from now on; one that was given alone loses its mark of being open.

    Raises:
        NotTheSecond: the reader gave it or got it.
        AlreadyEnded: it ended, or was approved before.
    """
    by.confirm("E", relationship)
    if by.account_id in {relationship.granted_by_id, relationship.account_id}:
        raise NotTheSecond
    open_ = Relationship.objects.visible_to(by).filter(
        pk=relationship.pk, approved_by=None, ended_because=""
    )
    if not open_.filter(Q(waiting=True) | Q(without_second=True)).exists():
        raise AlreadyEnded
    if relationship.waiting:
        open_.update(waiting=False, valid_from=at, approved_by=by.account_id)
    else:
        open_.update(approved_by=by.account_id)
    relationship.refresh_from_db()
    audit.write("access.second_person_confirmed", by=by, at=at, about=relationship)
    return relationship


@action
def end_relationship(
    *, relationship: Relationship, because: str, by: Reader, at: datetime
) -> Relationship:
    """End a role now. The account's sessions end with it; the row stays.

    Raises:
        LastManager: it is the only manager of an institution.
        AlreadyEnded: it ended before.
    """
    by.confirm("E", relationship)
    if relationship.role == "manager" and not (
        Relationship._base_manager.filter(
            live(at), role="manager", institution=relationship.institution_id
        )
        .exclude(pk=relationship.pk)
        .exists()
    ):
        raise LastManager
    rows = Relationship._base_manager.filter(pk=relationship.pk)
    if not _end_edges(rows, because, by=by, at=at):
        raise AlreadyEnded
    relationship.refresh_from_db()
    return relationship


def _end_edges(rows: Any, because: str, *, by: Reader, at: datetime) -> int:
    """End these edges and the sessions of their accounts, in the transaction of the caller."""
    ending = list(rows.filter(Q(valid_to=None) | Q(valid_to__gt=at), ended_because=""))
    for edge in ending:
        # A role that had not begun yet ends where it would have begun.
        end = max(at, edge.valid_from)
        rows.filter(pk=edge.pk).update(valid_to=end, ended_because=because[:60], waiting=False)
        end_sessions(edge.account_id)
        audit.write(
            "access.relationship_ended",
            by=by,
            at=at,
            about=edge,
            institution=edge.within_id,
            detail={"role": edge.role, "because": because[:60]},
        )
    return len(ending)


@action
def end_later(
    *,
    circle: Circle,
    role: str,
    person: UUID,
    given_for: str,
    until: datetime,
    by: Reader,
    at: datetime,
) -> int:
    """Let a role of a circle end at a moment to come. Returns how many edges that was.

    For a role that came with some work and is needed until what is left of it is done.

    Args:
        role: a role of the staff in a circle; person: whose accounts.
        given_for: how the reason of such a role begins; one given for another reason stays.
    """
    accounts = AccountPerson._base_manager.filter(person=person).values("account")
    edges = Relationship._base_manager.filter(
        circle=circle, role=role, account__in=accounts, valid_to=None, ended_because="",
        reason__startswith=given_for,
    )  # fmt: skip
    for edge in edges:
        by.confirm("E", edge)
        edges.filter(pk=edge.pk).update(valid_to=until)
        audit.write(
            "access.relationship_ended",
            by=by,
            at=at,
            about=edge,
            institution=edge.within_id,
            detail={"role": role, "because": "work_ended"},
        )
    return len(edges)


@action
def end_alert_access(*, circle: Circle, because: str, by: Reader, at: datetime) -> int:
    """End every on-call role in a circle: the alert is closed for an hour. Returns how many."""
    if not by.is_system:
        by.confirm_create("relationship", institution=circle.institution_id, circle=circle.pk)
    rows = Relationship._base_manager.filter(circle=circle, role="on_call")
    return _end_edges(rows, because, by=by, at=at)


@action
def lead_new_circle(*, circle: Circle, by: Reader, at: datetime) -> Relationship | None:
    """Let whoever opened a case lead its circle. Only for a circle that nobody leads yet.

    Nobody gives a role to themself: it follows from the duty of intake, and is written as given
    by whoever gave that duty. The system itself leads nothing (None).
    """
    if by.is_system:
        return None
    by.confirm_create("case", institution=circle.institution_id)
    if by.account_id is None:
        raise NotAllowed(action="C", record="relationship")
    account = Account.objects.get(pk=by.account_id)
    if is_family(account.pk, circle.pk, at):
        raise StaffAndFamily
    if Relationship._base_manager.filter(circle=circle).exists():
        raise NotAllowed(action="C", record="relationship")
    duty = Relationship._base_manager.filter(
        live(at), account=account, role="lead", institution=circle.institution_id
    ).first()
    if duty is None:
        raise NotAllowed(action="C", record="relationship")
    edge: Relationship = Relationship.objects.create(
        account=account,
        role="lead",
        circle=circle,
        within_id=circle.institution_id,
        valid_from=min(at, by.at),  # whoever asks came in a little before, and needs it now
        reason="case_opened",
        granted_by_id=None if duty.granted_by_id == account.pk else duty.granted_by_id,
    )
    audit.write(
        "access.relationship_granted", by=by, at=at, about=edge,
        detail={"role": "lead", "second": "no"},
    )  # fmt: skip
    by.refresh()  # type: ignore[attr-defined]
    return edge


@action
def end_membership(*, member: Member, because: str, by: Reader, at: datetime) -> Member:
    """The only way out of a circle: place, roles, sessions and links end together (A3).

    The lead may, and the member themself. Queued messages are refused by their guards. An account
    that has no other role is closed with it.

    Raises:
        AlreadyEnded: the place ended before.
    """
    if by.is_system or member.person_id not in by.persons:
        by.confirm("E", member)
    changed = Member._base_manager.filter(pk=member.pk, to_at=None).update(
        to_at=at, ended_because=because[:40], version=F("version") + 1
    )
    if not changed:
        raise AlreadyEnded
    accounts = AccountPerson._base_manager.filter(person=member.person_id).values("account")
    edges = Relationship._base_manager.filter(
        circle=member.circle_id, account__in=accounts, role__in=FAMILY
    )
    _end_edges(edges, because, by=by, at=at)
    guardians.end_of_persons([member.person_id], because, by=by, at=at)
    LinkToken._base_manager.filter(
        person=member.person_id, circle=member.circle_id, ended_at=None
    ).update(ended_at=at)
    closing.close_if_over(list(accounts.values_list("account", flat=True)), by=by, at=at)
    member.refresh_from_db()
    audit.write("people.member_removed", by=by, at=at, about=member)
    audit.write("access.membership_ended", by=by, at=at, about=member)
    return member


# -- private links -------------------------------------------------------------------------------


@action
def issue_link(
    *,
    purpose: str,
    target: UUID,
    expires_at: datetime,
    by: Reader,
    at: datetime,
    uses: int = 1,
    person: Person | None = None,
    circle: Circle | None = None,
    institution: Institution | None = None,
) -> str:
    """Make a private link and return its 43 characters, which are kept nowhere.

    A link follows from an act somebody was allowed to do, so it asks for no right of its own.

    Args:
        purpose: one of ``LinkToken.PURPOSES``.
        target: the id of the one thing it opens.
        expires_at: after which it opens nothing; uses: how often it may be used up.
        person: who it is for; circle, institution: where.
    """
    token = secrets.token_urlsafe(LINK_BYTES)
    home = institution or (None if circle is None else circle.institution)
    link = LinkToken.objects.create(
        sha256=hashed(token),
        purpose=purpose,
        target=target,
        person=person,
        circle=circle,
        institution=home,
        created_at=at,
        expires_at=expires_at,
        uses_left=uses,
    )
    audit.write(
        "access.link_issued",
        by=by,
        at=at,
        about=link,
        institution=None if home is None else home.pk,
        detail={"purpose": purpose},
    )
    return token


@action
def use_link(*, link: LinkToken, by: Reader, at: datetime) -> LinkToken:
    """Count one use of a link. Two people cannot use up the same one.

    Raises:
        NotAllowed: it ended meanwhile.
    """
    changed = LinkToken._base_manager.filter(
        pk=link.pk, uses_left__gt=0, ended_at=None, expires_at__gt=at
    ).update(uses_left=F("uses_left") - 1)
    if not changed:
        raise NotAllowed(action="use", record="link")
    link.refresh_from_db()
    audit.write("access.link_used", by=by, at=at, about=link, detail={"purpose": link.purpose})
    return link


@action
def end_links(*, target: UUID, purpose: str, by: Reader, at: datetime) -> int:
    """End every link to one thing, because it is done or gone. Returns how many."""
    rows = LinkToken._base_manager.filter(target=target, purpose=purpose, ended_at=None)
    return rows.update(ended_at=at)


@action
def end_link(*, link: LinkToken, by: Reader, at: datetime) -> None:
    """End one link; who holds it may."""
    LinkToken._base_manager.filter(pk=link.pk, ended_at=None).update(ended_at=at)


@action
def issue_code(
    *,
    code: str,
    purpose: str,
    target: UUID,
    circle: Circle,
    expires_at: datetime,
    person: Person,
    by: Reader,
    at: datetime,
) -> LinkToken:
    """Keep a short code that somebody types in place of a long address; as a keyed hash, once.

    Args:
        code: its letters, without what stands between them. target: the one thing it opens.
    """
    made: LinkToken = LinkToken.objects.create(
        sha256=keyed_hash(f"link:{purpose}", code),
        purpose=purpose,
        target=target,
        person=person,
        circle=circle,
        institution=circle.institution,
        created_at=at,
        expires_at=expires_at,
        uses_left=1,
    )
    audit.write(
        "access.link_issued", by=by, at=at, about=made, institution=circle.institution_id,
        detail={"purpose": purpose},
    )  # fmt: skip
    return made


@action
def take_back_device(*, sha256: str, by: Reader, at: datetime) -> None:
    """Somebody of the staff signed in on a device that was handed out: its link ends."""
    rows = LinkToken._base_manager.filter(sha256=sha256, purpose="here")
    rows.filter(ended_at=None).update(ended_at=at)
    link = rows.first()
    if link is not None:
        audit.write(
            "access.device_taken_back", by=by, at=at, about=link, institution=link.institution_id
        )


@action
def accept_invitation(*, email: str, by: LinkReader, at: datetime, language: str = "") -> Account:
    """Use up an invitation: an account at this address, standing for the invited person, in role.

    The link is a ``join_circle`` one; it ends in a sign-in, so the address must prove itself.

    Args:
        email: the address the person wants to sign in with.
        by: the reader of the link, ``readers.reader_for_link(token, "join_circle", at)``.
        language: in which they read what they join; a new account speaks it.

    Raises:
        NotAllowed: the link ended, or the person is no longer in the circle.
        AddressTaken: the person has an account at another address.
        StaffAndFamily: the address belongs to somebody on the staff of this circle.
        CannotJoin: they would meet somebody they are kept apart from; nobody is told so.
    """
    link = by.link
    if link.purpose != "join_circle" or link.person is None or link.circle is None:
        raise NotAllowed(action="use", record="link")
    use_link(link=link, by=by, at=at)
    circle, person = link.circle, link.person
    if apart.would_meet(circle, person=person.pk, email=email, at=at):
        raise CannotJoin(circle=circle)
    role = "person" if circle.focus_id == person.pk else "concerned"
    is_new = not Account.objects.filter(email=email.strip().lower()).exists()
    account = _account_for(person, email=email, name="", zone="", by=by, at=at)
    if is_new and language:
        _speak(account, language[:10])
    if not is_family(account.pk, circle.pk, at):
        raise NotAllowed(action="use", record="link")
    _must_fit(account, role, circle.institution_id, circle, at)
    closing.reopen(account)
    edges = Relationship._base_manager.filter(live(at), account=account, role=role, circle=circle)
    if not edges.exists():
        edge = Relationship.objects.create(
            account=account,
            role=role,
            circle=circle,
            within_id=circle.institution_id,
            valid_from=at,
            reason="invited",
        )
        audit.write(
            "access.relationship_granted", by=by, at=at, about=edge,
            detail={"role": role, "second": "no"},
        )  # fmt: skip
    guardians.give_role(guardian=person.pk, circle=circle, by=by, at=at)
    return account


# -- separation ----------------------------------------------------------------------------------


@action
def separate(
    *, one: Person, other: Person, by: Reader, at: datetime, circle: Circle | None = None
) -> Separation:
    """Keep two persons apart: neither sees anything of the other here, and neither is told.

    Args:
        circle: the circle whose lead asks; None for the privacy officer.
    """
    by.confirm_create(
        "separation",
        institution=one.institution_id,
        circle=None if circle is None else circle.pk,
    )
    pair = Q(one=one, other=other) | Q(one=other, other=one)
    same = Separation._base_manager.filter(pair, ended_at=None).first()
    if same is not None:
        return same
    made: Separation = Separation.objects.create(
        institution_id=one.institution_id, one=one, other=other, set_at=at,
        set_by_id=by.account_id,
    )  # fmt: skip
    audit.write("access.separation_set", by=by, at=at, about=made)
    return made


@action
def end_separation(*, separation: Separation, by: Reader, at: datetime) -> Separation:
    """End a separation: both may see each other again where they belong. Neither is told.

    Raises:
        AlreadyEnded: it ended before.
    """
    by.confirm("E", separation)
    if not Separation._base_manager.filter(pk=separation.pk, ended_at=None).update(ended_at=at):
        raise AlreadyEnded
    separation.ended_at = at
    audit.write("access.separation_ended", by=by, at=at, about=separation)
    return separation


__all__ = [
    "accept_invitation",
    "choose_language",
    "confirm_second",
    "create_account",
    "end_alert_access",
    "end_link",
    "end_links",
    "end_membership",
    "end_relationship",
    "end_separation",
    "end_sessions",
    "grant",
    "issue_code",
    "issue_link",
    "lead_new_circle",
    "lock_account",
    "reader_for_link",
    "separate",
    "take_back_device",
    "use_link",
]
