"""Reads of therapy groups, for who leads one and for who works with one of its members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from alongside.access.groups import accounts_of
from alongside.access.models import Relationship
from alongside.access.permissions import live
from alongside.cases.models import Case
from alongside.delivery.groups import places_taken
from alongside.delivery.models import GroupPart, GroupSession, GroupTalk
from alongside.people.models import Circle, Group, GroupMember, Institution, Practitioner
from alongside.records.scoped import ScopedQuerySet


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads a group: the edge that says so, and their name."""

    edge: Relationship
    name: str
    practitioner: Practitioner | None


def groups(*, seen_by: Any) -> ScopedQuerySet:
    """Groups this reader may read, running ones first."""
    return (
        Group.objects.visible_to(seen_by)
        .select_related("institution")
        .order_by("ended_at", "-made_at", "pk")
    )


def counts(found: Sequence[Group], *, seen_by: Any, at: datetime) -> dict[UUID, dict[str, int]]:
    """By group: how many are in, wait, and have a place offered; the same query for any number."""
    rows = GroupMember.objects.visible_to(seen_by).filter(
        group__in=[group.pk for group in found], state__in=GroupMember.LIVE
    )
    by_group: dict[UUID, list[GroupMember]] = {group.pk: [] for group in found}
    for row in rows:
        by_group[row.group_id].append(row)
    return {
        pk: {**Counter(row.state for row in here), "taken": places_taken(here, at.date())}
        for pk, here in by_group.items()
    }


def roster(group: Group, *, seen_by: Any) -> list[GroupMember]:
    """Everybody who has or had a place, or waits for one: who is in first, then who waits."""
    order = {"in": 0, "offered": 1, "waiting": 2, "not_now": 3, "left": 4}
    rows = GroupMember.objects.visible_to(seen_by).filter(group=group).select_related("person")
    return sorted(rows.order_by("asked_at", "pk"), key=lambda row: (order[row.state], row.asked_at))


def places_of(circle: Circle, *, seen_by: Any) -> list[GroupMember]:
    """The places of the people of one circle, newest first."""
    rows = GroupMember.objects.visible_to(seen_by).filter(circle=circle)
    return list(rows.select_related("group", "person").order_by("-asked_at", "pk"))


def own_places(persons: Iterable[UUID], *, seen_by: Any) -> list[GroupMember]:
    """The live places of the reader's own persons, longest first. Nobody else's is read."""
    own = set(persons) & set(seen_by.persons)
    rows = GroupMember.objects.visible_to(seen_by).filter(
        person__in=own, state__in=GroupMember.LIVE
    )
    return list(rows.order_by("asked_at", "pk"))


def own_groups(places: Sequence[GroupMember], *, seen_by: Any) -> dict[UUID, Group]:
    """By id, the groups of these places that their member may read: those they are in."""
    rows = Group.objects.visible_to(seen_by).filter(
        pk__in=[place.group_id for place in places], ended_at=None
    )
    return {row.pk: row for row in rows.select_related("institution")}


def to_propose_for(institution: Institution, *, seen_by: Any) -> list[Group]:
    """The running groups of an institution that this reader may know of: nobody in them."""
    rows = Group.objects.listable_by(seen_by).filter(institution=institution, ended_at=None)
    return list(rows.order_by("-made_at", "pk"))


def leaders(group: Group, *, seen_by: Any, at: datetime) -> list[Leader]:
    """Who leads a group now, longest first."""
    edges = Relationship.objects.visible_to(seen_by).filter(
        live(at), group=group, role="facilitator", ended_because=""
    )
    found = list(edges.order_by("valid_from", "pk"))
    staff = accounts_of(seen_by)
    practitioners = {
        row.person_id: row
        for row in Practitioner.objects.visible_to(seen_by).filter(person__in=staff.values())
    }
    return [
        Leader(edge, str(person), practitioners.get(person.pk))
        for edge in found
        if (person := staff.get(edge.account_id)) is not None
    ]


def names_of_staff(practitioners: Sequence[str], *, seen_by: Any) -> list[str]:
    """The names of some of the staff, by their ids."""
    rows = Practitioner.objects.visible_to(seen_by).filter(pk__in=list(practitioners))
    return sorted(str(row.person) for row in rows.select_related("person"))


def case_of(member: GroupMember, *, seen_by: Any) -> UUID | None:
    """The id of the case somebody was proposed from, for who may read that case."""
    row = Case.objects.visible_to(seen_by).filter(circle=member.circle_id).first()
    return None if row is None else row.pk


def sessions(group: Group, *, seen_by: Any) -> list[GroupSession]:
    """The sessions of a group, newest first."""
    rows = GroupSession.objects.visible_to(seen_by).filter(group=group)
    return list(rows.order_by("-held_at", "pk"))


def parts(session: GroupSession, *, seen_by: Any) -> list[GroupPart]:
    """Each member's part of one session, for who may read it."""
    rows = GroupPart.objects.visible_to(seen_by).filter(meeting=session)
    return list(rows.select_related("member", "session__circle__case").order_by("pk"))


def attendance(group: Group, *, seen_by: Any) -> dict[UUID, list[str]]:
    """By place, a word for each session of the group, oldest first."""
    found: dict[UUID, list[str]] = {}
    rows = GroupPart.objects.visible_to(seen_by).filter(group=group)
    for member, word in rows.order_by("meeting__held_at").values_list("member_id", "word"):
        found.setdefault(member, []).append(word)
    return found


def last_talk(member: GroupMember, *, seen_by: Any) -> GroupTalk | None:
    """The newest talk with somebody before the group."""
    rows = GroupTalk.objects.visible_to(seen_by).filter(member=member).select_related("written_by")
    found: GroupTalk | None = rows.order_by("-talked_at").first()
    return found
