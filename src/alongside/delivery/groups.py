"""Therapy groups: who leads one, who waits for a place, the talk before, joining and leaving.

No page and no message of a group names one member to another. Two people who must not meet never
get a place in the same group; the refusal does not say so, and the lead of the case is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.access import actions as access
from alongside.access import apart, readers
from alongside.access.models import Account, Relationship
from alongside.access.permissions import is_family, live
from alongside.crisis import actions as crisis
from alongside.crisis.models import Alert
from alongside.delivery.models import GroupSession, GroupTalk
from alongside.engine.risk.rules import RiskFinding
from alongside.people.models import Circle, Group, GroupMember, Institution, Member, Person
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, NotAllowed, Refused, Unfit
from alongside.records.reader import Reader, system
from alongside.tasks import actions as tasks

REASON = "a therapy group"
PLACE_FREE = "group_place_free"  # of tasks
NOT_NOW = "group_not_now"
CANNOT_JOIN = "group_cannot_join"
ANSWERS = ("no", "yes", "unknown")
TALK = "group_talk"  # kind of its safety check; its rules are named after it


class NeedsWords(Unfit):
    """Something must be said in words. ``field`` names it."""

    field: str


class NotASize(Unfit):
    """A group has as many places as content allows. ``fewest`` and ``most`` say them."""

    fewest: int
    most: int


class LiesBehind(Unfit):
    """The next meeting lies ahead."""


class CannotJoin(Held):
    """This person cannot have a place in this group. Why is not said: it may be about another."""


class HasAPlace(Refused):
    """They have a place in this group, or wait for one."""


class AliasTaken(Refused):
    """Somebody in this group is called so."""


class NotAsked(Unfit):
    """A question of the talk has no answer. ``question`` is the first such one."""

    question: str


class DoesNotFit(Refused):
    """What was answered says that the group does not fit now, whatever was chosen."""


class NotReady(Refused):
    """No place yet: ``because`` is talk, rules, full, closed or ended."""

    because: str


class NotWaiting(Refused):
    """They do not wait for a place: they have one, or left, or the group does not fit now."""


class LastLeader(Refused):
    """A group that runs has somebody who leads it."""


@dataclass(frozen=True, slots=True)
class Talked:
    """A talk that was kept, and the alerts that an answer in it raised."""

    talk: GroupTalk
    alerts: tuple[Alert, ...]


@action
def make_group(
    *,
    institution: Institution,
    name: str,
    kind: str,
    way: str,
    meets: str,
    most: int,
    minutes: int,
    rules: str,
    by: Any,
    at: datetime,
) -> Group:
    """Begin a group; who begins it leads it.

    Args:
        name: what its members call it; it says nothing about why they come.
        kind: closed, slow_open or open.
        way: the id of the protocol its members have a course of, such as ``group``.
        meets: when and where, in words. most: places. minutes: how long a session takes.
        rules: what everybody agrees to before the first session.

    Raises:
        NeedsWords, NotASize; NotAllowed without the right; UnknownContent for the way.
    """
    by.confirm_create("group", institution=institution.pk)
    _must_be_said(name=name, rules=rules)
    _must_be_a_size(most)
    catalogue.current().protocol(way)
    group: Group = Group.objects.create(
        institution=institution,
        name=name.strip(),
        kind=kind,
        way=way,
        meets=meets.strip(),
        rules=rules.strip(),
        most=most,
        minutes=minutes,
        made_at=at,
    )
    audit.write("people.group_made", by=by, at=at, about=group, detail={"kind": kind, "way": way})
    access.grant(
        account=Account.objects.get(pk=by.account_id),
        role="facilitator",
        group=group,
        reason="began_it",
        by=system(REASON, at),
        at=at,
    )
    return group


@action
def change_group(
    *,
    group: Group,
    expected: int,
    name: str,
    meets: str,
    most: int,
    by: Any,
    at: datetime,
    next_at: datetime | None = None,
) -> Group:
    """Change what a group is called, when it meets and how many places it has.

    Its rules stay: everybody agreed to those.

    Args:
        next_at: the next meeting, UTC; every member reads it on their own page. None: none is set.

    Raises:
        NeedsWords, NotASize, LiesBehind, StaleVersion.
    """
    by.confirm("E", group)
    _must_be_said(name=name)
    _must_be_a_size(most)
    if next_at is not None and next_at < at:
        raise LiesBehind
    group.name, group.meets, group.most = name.strip(), meets.strip(), most
    group.next_at = next_at
    group.save_version(expected, ["name", "meets", "most", "next_at"])
    audit.write("people.group_changed", by=by, at=at, about=group)
    return group


@action
def end_group(*, group: Group, because: str, expected: int, by: Any, at: datetime) -> Group:
    """End a group: every place ends with it. What is in each one's own record stays.

    Raises:
        NeedsWords, StaleVersion.
    """
    by.confirm("E", group)
    _must_be_said(because=because)
    group.ended_at, group.ended_because = at, because.strip()[:200]
    group.save_version(expected, ["ended_at", "ended_because"])
    rows = GroupMember.objects.writable_by(by, "E").filter(group=group)
    rows.filter(state__in=GroupMember.LIVE).update(
        state="left", left_at=at, left_because="group_ended"
    )
    audit.write("people.group_ended", by=by, at=at, about=group)
    return group


@action
def add_leader(*, group: Group, account: Account, by: Any, at: datetime) -> Relationship:
    """Let a colleague lead the group too: nobody who is family of somebody in it (A10).

    Raises:
        access.StaffAndFamily, and what else ``access.grant`` refuses.
    """
    by.confirm("E", group)
    if any(is_family(account.pk, row.circle_id, at) for row in _places(group)):
        raise access.StaffAndFamily
    return access.grant(
        account=account, role="facilitator", group=group, reason="leads_it_too", by=by, at=at
    )


@action
def end_leader(*, relationship: Relationship, by: Any, at: datetime) -> Relationship:
    """Somebody leads the group no more. The last one stays until another leads it.

    Raises:
        LastLeader; what ``access.end_relationship`` refuses.
    """
    rows = Relationship.objects.visible_to(by).filter(live(at), group=relationship.group_id)
    if not rows.exclude(pk=relationship.pk).exists():
        raise LastLeader
    return access.end_relationship(
        relationship=relationship, because="leads_it_no_more", by=by, at=at
    )


@action
def propose(
    *,
    group: UUID,
    circle: Circle,
    person: Person,
    alias: str,
    goal: str,
    by: Any,
    at: datetime,
) -> GroupMember:
    """Put somebody on the list of a group: they wait for the talk and for a place.

    Args:
        group: its id; who proposes need not be able to read it.
        alias: how the group will call them; they choose it.
        goal: their own, for this group.

    Raises:
        CannotJoin: there is no such group now, they are not of this circle, or family of theirs
        leads it (A10). HasAPlace, AliasTaken, NeedsWords.
    """
    by.confirm_create("group_roster", institution=circle.institution_id, circle=circle.pk)
    found = _groups().filter(pk=group, institution=circle.institution_id, ended_at=None)
    locked = found.select_for_update(of=("self",)).first()
    if locked is None or not _is_of(circle, person):
        raise CannotJoin
    if _is_led_by_family(locked, circle.pk, at):
        raise CannotJoin
    _must_be_said(alias=alias)
    _must_be_new(locked, person, alias)
    member: GroupMember = GroupMember.objects.create(
        institution_id=circle.institution_id,
        group=locked,
        circle=circle,
        person=person,
        alias=alias.strip(),
        goal=goal.strip(),
        asked_at=at,
    )
    audit.write("people.group_member_proposed", by=by, at=at, about=member)
    return member


def record_talk(
    *,
    member: GroupMember,
    answers: Mapping[str, str],
    fits: bool,
    instead: str,
    by: Any,
    at: datetime,
) -> Talked:
    """Keep the talk before the group: what was asked, whether it fits, and what else is offered.

    Danger in an answer raises an alert, kept together with the talk. Where the talk is refused, the
    danger is kept first, in a transaction of its own. The caller tells at once
    (``measures.tell_now``). Who does not fit now is offered something else the same day: a task for
    the lead of the case. Who is in stays in; the lead is told the same.

    Args:
        answers: yes, no or unknown for each question of content.
        instead: what is offered to somebody whom it does not fit; needed then.

    Raises:
        NotAsked; DoesNotFit: an answer is yes and ``fits`` too; NeedsWords, StaleVersion. The
        ``facts`` of each have the ``alerts`` that were raised.
    """
    try:
        return _keep_talk(member=member, answers=answers, fits=fits, instead=instead, by=by, at=at)
    except NotAllowed:
        raise
    except Refused as why:
        why.facts["alerts"] = keep_danger(member=member, answers=answers, by=by, at=at)
        raise


@action
def keep_danger(
    *, member: GroupMember, answers: Mapping[str, str], by: Any, at: datetime
) -> tuple[Alert, ...]:
    """Keep the danger in answers of a talk, whole or not, and raise an alert for each."""
    by.confirm("E", member)
    return _raise_danger(member, answers, by=by, at=at)


@action
def _keep_talk(
    *,
    member: GroupMember,
    answers: Mapping[str, str],
    fits: bool,
    instead: str,
    by: Any,
    at: datetime,
) -> Talked:
    by.confirm("E", member)
    for question in catalogue.current().groups.questions:
        if answers.get(question.id) not in ANSWERS:
            raise NotAsked(question=question.id)
    if fits and any(answer != "no" for answer in answers.values()):
        raise DoesNotFit
    if not fits:
        _must_be_said(instead=instead)
    alerts = _raise_danger(member, answers, by=by, at=at)
    talk = GroupTalk.objects.create(
        institution_id=member.institution_id,
        group_id=member.group_id,
        circle_id=member.circle_id,
        member=member,
        about_id=member.person_id,
        written_by=readers.person_for(by, institution=member.institution_id),
        answers=json.dumps(dict(answers)),
        fits=fits,
        instead=instead.strip(),
        talked_at=at,
    )
    if member.state != "in":
        member.fits = fits
    if not fits and member.state in ("waiting", "offered"):
        member.state = "not_now"
    member.save_version(member.version, ["fits", "state"])
    audit.write("delivery.group_talk_recorded", by=by, at=at, about=talk)
    if not fits:
        _tell_lead(member, NOT_NOW, "The group does not fit now: offer something else today",
                   why=instead, by=by, at=at)  # fmt: skip
    return Talked(talk, alerts)


@action
def agree_rules(*, member: GroupMember, expected: int, by: Any, at: datetime) -> GroupMember:
    """Note that somebody read the rules and agreed to them.

    Raises:
        StaleVersion.
    """
    by.confirm("E", member)
    member.rules_agreed_at = at
    member.save_version(expected, ["rules_agreed_at"])
    audit.write("people.group_member_changed", by=by, at=at, about=member, detail={"what": "rules"})
    return member


@action
def offer(*, member: GroupMember, expected: int, by: Any, at: datetime) -> GroupMember:
    """Keep a free place for somebody who waits, for some days; then it is free again by itself.

    Raises:
        NotWaiting; NotReady: no talk yet, no place free, or the group takes nobody in;
        StaleVersion.
    """
    by.confirm("E", member)
    group = _locked(member.group_id)
    if member.state != "waiting":
        raise NotWaiting(member=member)
    _must_have_room(group, member, at)
    if not member.fits:
        raise NotReady(because="talk")
    _offer(member, expected, by=by, at=at)
    return member


@action
def join(*, member: GroupMember, expected: int, by: Any, at: datetime) -> GroupMember:
    """Somebody is in: they fit, they agreed to the rules, and there is a place.

    Raises:
        NotWaiting, NotReady; CannotJoin: somebody in it must not meet them; StaleVersion.
    """
    by.confirm("E", member)
    group = _locked(member.group_id)
    if member.state not in ("waiting", "offered"):
        raise NotWaiting(member=member)
    _must_have_room(group, member, at)
    if not member.fits:
        raise NotReady(because="talk")
    if member.rules_agreed_at is None:
        raise NotReady(because="rules")
    if _is_kept_apart(group, member.person_id, at) or _is_led_by_family(
        group, member.circle_id, at
    ):
        raise CannotJoin(member=member)
    member.state, member.joined_at = "in", at
    member.save_version(expected, ["state", "joined_at"])
    audit.write("people.group_member_changed", by=by, at=at, about=member, detail={"what": "in"})
    return member


@action
def say_cannot_join(*, member: GroupMember, by: Any, at: datetime) -> None:
    """After a join was refused as ``CannotJoin``: the lead of the case finds another offer."""
    by.confirm("E", member)
    _tell_lead(member, CANNOT_JOIN, "A place in this group cannot be given: offer another",
               why="", by=by, at=at)  # fmt: skip


@action
def leave(
    *, member: GroupMember, because: str, expected: int, by: Any, at: datetime
) -> GroupMember | None:
    """Somebody leaves. The one who has waited longest and fits is offered the place.

    Returns:
        Whom the place is offered to; None when nobody waits or the group takes nobody in.

    Raises:
        NeedsWords, StaleVersion.
    """
    by.confirm("E", member)
    _must_be_said(because=because)
    group = _locked(member.group_id)
    member.state, member.left_at, member.left_because = "left", at, because.strip()[:200]
    member.save_version(expected, ["state", "left_at", "left_because"])
    audit.write("people.group_member_changed", by=by, at=at, about=member, detail={"what": "left"})
    return _offer_to_next(group, by=by, at=at)


def places_taken(rows: Iterable[GroupMember], on: date) -> int:
    """How many places are taken or kept: an offer counts until its last day."""
    return sum(
        row.state == "in"
        or (row.state == "offered" and row.offered_until is not None and row.offered_until >= on)
        for row in rows
    )


def takes_in(group: Group, has_met: bool) -> bool:
    """Does a group take somebody in now? A closed one does until it first met."""
    return group.ended_at is None and not (group.kind == "closed" and has_met)


# -- parts -------------------------------------------------------------------------------------


def _groups() -> Any:
    return Group.objects.unscoped("places of a group are given out one at a time")


def _locked(group: UUID) -> Group:
    found: Group = _groups().select_for_update(of=("self",)).get(pk=group)
    return found


def _places(group: Group) -> list[GroupMember]:
    rows = GroupMember.objects.unscoped("how many places are taken, and by which alias")
    return list(rows.filter(group=group, state__in=GroupMember.LIVE).order_by("asked_at", "pk"))


def _must_be_said(**words: str) -> None:
    for field, text in words.items():
        if not text.strip():
            raise NeedsWords(field=field)


def _must_be_a_size(most: int) -> None:
    places = catalogue.current().groups
    if not places.fewest <= most <= places.most:
        raise NotASize(fewest=places.fewest, most=places.most)


def _is_of(circle: Circle, person: Person) -> bool:
    rows = Member.objects.unscoped("only who belongs to a circle is proposed from it")
    return (
        circle.focus_id == person.pk
        or rows.filter(circle=circle, person=person, to_at=None).exists()
    )


def _must_be_new(group: Group, person: Person, alias: str) -> None:
    here = _places(group)
    if any(row.person_id == person.pk for row in here):
        raise HasAPlace
    if any(same_name(row.alias, alias) for row in here):
        raise AliasTaken


def same_name(one: str, other: str) -> bool:
    """The same alias, however it is written."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _is_kept_apart(group: Group, person: UUID, at: datetime) -> bool:
    """Somebody in it must not meet them, in whichever circles their rows stand."""
    others = [row.person_id for row in _places(group) if row.state == "in"]
    return apart.are_separated([person], others, at=at)


def _is_led_by_family(group: Group, circle: UUID, at: datetime) -> bool:
    edges = Relationship.objects.unscoped("no leader is family of a member (A10)")
    leaders = edges.filter(live(at), group=group, ended_because="").values_list(
        "account", flat=True
    )
    return any(is_family(account, circle, at) for account in leaders)


def _must_have_room(group: Group, member: GroupMember, at: datetime) -> None:
    if group.ended_at is not None:
        raise NotReady(because="ended")
    has_met = GroupSession.objects.unscoped("has the group met?").filter(group=group).exists()
    if not takes_in(group, has_met):
        raise NotReady(because="closed")
    others = [row for row in _places(group) if row.pk != member.pk]
    if places_taken(others, at.date()) >= group.most:
        raise NotReady(because="full")


def _offer(member: GroupMember, expected: int, *, by: Any, at: datetime) -> None:
    member.state, member.offered_at = "offered", at
    days = catalogue.current().groups.offer_days
    member.offered_until = (at + timedelta(days=days)).date()
    member.save_version(expected, ["state", "offered_at", "offered_until"])
    audit.write("people.group_member_changed", by=by, at=at, about=member, detail={"what": "offer"})
    _tell_lead(member, PLACE_FREE, "A place in a group is free for them: ask whether they want it",
               why="", by=by, at=at)  # fmt: skip


def _offer_to_next(group: Group, *, by: Any, at: datetime) -> GroupMember | None:
    has_met = GroupSession.objects.unscoped("has the group met?").filter(group=group).exists()
    here = _places(group)
    if not takes_in(group, has_met) or places_taken(here, at.date()) >= group.most:
        return None
    for member in here:
        if member.state != "waiting" or not member.fits:
            continue
        if _is_kept_apart(group, member.person_id, at):
            continue
        _offer(member, member.version, by=by, at=at)
        return member
    return None


def _raise_danger(
    member: GroupMember, answers: Mapping[str, str], *, by: Any, at: datetime
) -> tuple[Alert, ...]:
    found = [
        RiskFinding(
            rule=f"{TALK}_{question.id}@1",
            level=question.level,
            because=f"{question.id} = yes",
            item=question.id,
        )
        for question in catalogue.current().groups.questions
        if question.level is not None and answers.get(question.id) == "yes"
    ]
    if not found:
        return ()
    return crisis.record_safety_check(
        kind=TALK,
        form=f"{TALK}@1",
        circle=member.circle,
        about=member.person,
        written_by=readers.person_for(by, institution=member.institution_id),
        answers={finding.item: "yes" for finding in found if finding.item},
        findings=found,
        source=f"group_member:{member.pk}",
        by=by,
        at=at,
    ).alerts


def _tell_lead(
    member: GroupMember, kind: str, what: str, *, why: str, by: Reader, at: datetime
) -> None:
    tasks.make_task(
        institution=member.institution,
        circle=member.circle,
        kind=kind,
        about=f"group_member:{member.pk}",
        what=what,
        why=why,
        for_role="lead",
        due_at=at + timedelta(hours=catalogue.current().groups.another_offer_hours),
        by=by,
        at=at,
    )
