"""Who is asking: an account with its live relationships, one private link, or nobody.

Built anew for every request. Nothing about permission is kept longer than that.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db import connection
from django.db.models import Max, Min, Q, QuerySet

from alongside.access import policy
from alongside.access.models import Account, AccountPerson, LinkToken, Relationship, Separation
from alongside.access.permissions import WORKS_WITH_A_CIRCLE, live
from alongside.engine.access import Edge
from alongside.engine.access.decide import Kind
from alongside.people.models import Person
from alongside.records import prepared
from alongside.records.among import Ids
from alongside.records.errors import NotAllowed
from alongside.records.once import Kept
from alongside.records.prepared import Rights, rights
from alongside.records.reader import Reader

# Who comes through which door. A reader acts in the roles of the door they came through.
DOORS = {
    "person": frozenset({"person"}),
    "circle": frozenset({"concerned", "guardian"}),
    "practitioner": frozenset(
        {"lead", "therapist", "facilitator", "supervisor", "on_call", "coordinator"}
    ),
    "office": frozenset({"manager", "privacy", "auditor", "admin"}),
}
HOMES = {
    "practitioner": "practitioner:today",
    "office": "office:overview",
    "person": "person:home",
    "circle": "circle:home",
}
# What a link lets one do, by its purpose. Every other purpose ends in a sign-in.
BY_LINK = {
    "answer": ("measures.asking", frozenset("LRCE")),
    "here": ("measures.asking", frozenset("LRCE")),
    "here_code": ("measures.asking", frozenset("LRE")),
    "resume_worry": ("cases.concern", frozenset("LRCE")),
}
_MADE_BY_ANSWERS = frozenset(
    {"own_measure", "concerned_measure", "observation", "safety_check", "alert"}
)
MADE_BY_LINK = {
    "answer": _MADE_BY_ANSWERS,
    "here": _MADE_BY_ANSWERS,
    "resume_worry": frozenset({"concern_intake", "safety_check", "alert"}),
}


class AccountReader:
    """An account, its persons and its edges live at one moment."""

    is_system = False
    values = ("at",)  # for ``prepared``: what is no part of the rights
    link: LinkToken | None = None

    def __init__(
        self,
        account: Account,
        at: datetime,
        *,
        edges: tuple[Edge, ...],
        persons: frozenset[UUID],
        separated: frozenset[UUID],
    ) -> None:
        self.account = account
        self.account_id: UUID | None = account.pk
        self.name = account.name
        self.at = at
        self.edges = edges
        self.persons = persons
        self.separated = separated
        self.seen: dict[str, set[UUID]] = {}
        self.all_edges = edges
        self.reached: policy.Reached = (None, {})
        self.kept: Kept | None = None
        self._rights: tuple[Any, Rights] = ((), Rights())
        self.door = ""

    @property
    def rights(self) -> Rights:
        """What the rules of access look at, besides the moment: the same object for the same."""
        carried = (self.account_id, self.edges, self.persons, self.separated)
        known, found = self._rights
        if list(map(id, known)) != list(map(id, carried)):
            found = rights(carried)
            self._rights = (carried, found)
        return found

    @property
    def roles(self) -> frozenset[str]:
        """Roles the reader acts in here."""
        return frozenset(edge.role for edge in self.edges)

    @property
    def all_roles(self) -> frozenset[str]:
        """Roles of the account behind every door: for finding the way, not for rights."""
        return frozenset(edge.role for edge in self.all_edges)

    @property
    def institutions(self) -> frozenset[UUID]:
        return cast(frozenset[UUID], frozenset(edge.within for edge in self.edges))

    @property
    def circles(self) -> frozenset[UUID]:
        """Circles the reader has an edge to."""
        return self.circles_of()

    def circles_of(self, *roles: str) -> frozenset[UUID]:
        """Circles the reader has one of these roles in; of any role when none is given."""
        return self._objects("circle", roles)

    def groups_of(self, *roles: str) -> frozenset[UUID]:
        """Groups the reader has one of these roles in; of any role when none is given."""
        return self._objects("group", roles)

    def institutions_of(self, *roles: str) -> frozenset[UUID]:
        """Institutions that edges of these roles point to: ``lead`` is intake duty."""
        return self._objects("institution", roles)

    def _objects(self, kind: Kind, roles: Collection[str]) -> frozenset[UUID]:
        """What edges of one kind point to; the engine takes any ids, here they are UUIDs."""
        found = (
            edge.object
            for edge in self.edges
            if edge.kind == kind and (not roles or edge.role in roles)
        )
        return cast(frozenset[UUID], frozenset(found))

    def doors(self) -> tuple[str, ...]:
        """The doors this account has, in the order in which /home/ chooses."""
        return tuple(door for door in HOMES if DOORS[door] & self.all_roles)

    def through(self, door: str) -> AccountReader:
        """The same reader in the roles of one door alone. What is seen counts for both."""
        narrowed = AccountReader(
            self.account,
            self.at,
            edges=tuple(edge for edge in self.all_edges if edge.role in DOORS[door]),
            persons=self.persons,
            separated=self.separated,
        )
        narrowed.seen, narrowed.all_edges = self.seen, self.all_edges
        narrowed.door = door
        return narrowed

    def scope(self, rows: QuerySet[Any], action: str = "R") -> QuerySet[Any]:
        return policy.scope(self, rows, action)

    def may(self, action: str, record: Any) -> bool:
        """Would this act on this record be allowed now? For showing or leaving out a button."""
        return policy.judge(self, action, record).allowed

    def may_make(
        self,
        record_type: str,
        *,
        institution: UUID,
        circle: UUID | None = None,
        group: UUID | None = None,
    ) -> bool:
        """Would making a record of this type here be allowed now?"""
        return policy.may_make(
            self, record_type, institution=institution, circle=circle, group=group
        )

    def confirm(self, action: str, record: Any) -> None:
        """Read the edges again, locked, and the record with them; raise unless it is allowed.

        Raises:
            NotAllowed: it is not, or the record is gone.
        """
        rows = type(record)._base_manager.filter(pk=record.pk)
        self.refresh()
        if not policy.scope(self, rows, action).exists():
            raise NotAllowed(action=action, record=str(record.pk))

    def confirm_create(
        self,
        record_type: str,
        *,
        institution: UUID,
        circle: UUID | None = None,
        group: UUID | None = None,
    ) -> None:
        """Read the edges again, locked; raise unless a record of this type may be made here.

        Raises:
            NotAllowed: it may not.
        """
        self.refresh()
        if not policy.may_make(
            self, record_type, institution=institution, circle=circle, group=group
        ):
            raise NotAllowed(action="C", record=record_type)

    def refresh(self) -> None:
        """Read the edges again inside this transaction, locked against revocation until its end.

        From here on the reader carries them: what was given in this transaction counts too.
        """
        _must_be_in_a_transaction()
        self.kept = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id FROM access_relationship WHERE account_id = %s FOR SHARE",
                    [self.account_id],
                )
        fresh = reader_for(self.account, self.at, still=True)
        self.all_edges, self.separated = fresh.edges, fresh.separated
        self.persons = fresh.persons
        roles = DOORS.get(self.door)
        self.edges = tuple(e for e in fresh.edges if roles is None or e.role in roles)


class LinkReader:
    """One private link: it opens one thing, for one purpose, and nothing else."""

    is_system = False
    values = ("at", "target")  # for ``prepared``
    account_id: UUID | None = None
    roles = frozenset({"link"})
    name = ""

    def __init__(self, link: LinkToken, at: datetime, *, held: bool = False) -> None:
        self.link = link
        self._held = held
        self.target = link.target
        self.at = at
        self.persons = frozenset(pk for pk in (link.person_id,) if pk)
        self.institutions = frozenset(pk for pk in (link.institution_id,) if pk)
        self.seen: dict[str, set[UUID]] = {}

    @property
    def rights(self) -> Rights:
        """What the link opens, but for which one."""
        return rights((LinkReader, self.link.purpose, self.persons))

    def scope(self, rows: QuerySet[Any], action: str = "R") -> QuerySet[Any]:
        label, letters = BY_LINK.get(self.link.purpose, ("", frozenset()))
        if rows.model._meta.label_lower != label or action not in letters:
            return rows.none()
        return rows.filter(pk=self.target)

    def may(self, action: str, record: Any) -> bool:
        return self.scope(type(record)._base_manager.filter(pk=record.pk), action).exists()

    def confirm(self, action: str, record: Any) -> None:
        """Raises NotAllowed unless the link still lives and opens this record."""
        self._must_live()
        if not self.may(action, record):
            raise NotAllowed(action=action, record=str(record.pk))

    def confirm_create(
        self,
        record_type: str,
        *,
        institution: UUID,
        circle: UUID | None = None,
        group: UUID | None = None,
    ) -> None:
        """Raises NotAllowed unless the link still lives and answering it makes such a record."""
        self._must_live()
        made = record_type in MADE_BY_LINK.get(self.link.purpose, frozenset())
        here = self.link.circle_id == circle and self.link.institution_id in {None, institution}
        if not (made and here):
            raise NotAllowed(action="C", record=record_type)

    def _must_live(self) -> None:
        _must_be_in_a_transaction()
        if self._held:  # it was found alive, and locked, in this very transaction
            return

        def rows(pk: UUID, at: datetime) -> Any:
            held = LinkToken._base_manager.filter(_link_lives(at), pk=pk).select_for_update()
            return held.values_list("pk", flat=True)

        if not prepared.rows("access.link_lives", rows, pk=self.link.pk, at=self.at):
            raise NotAllowed(action="use", record="link")


class Nobody:
    """Nobody is signed in: nothing is visible."""

    is_system = False
    account_id: UUID | None = None
    link: LinkToken | None = None
    persons: frozenset[UUID] = frozenset()
    roles: frozenset[str] = frozenset()
    institutions: frozenset[UUID] = frozenset()
    name = ""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.seen: dict[str, set[UUID]] = {}

    def scope(self, rows: QuerySet[Any], action: str = "R") -> QuerySet[Any]:
        return rows.none()

    def may(self, action: str, record: Any) -> bool:
        return False

    def confirm(self, action: str, record: Any) -> None:
        raise NotAllowed(action=action, record=str(record.pk))

    def confirm_create(
        self,
        record_type: str,
        *,
        institution: UUID,
        circle: UUID | None = None,
        group: UUID | None = None,
    ) -> None:
        raise NotAllowed(action="C", record=record_type)


def reader_for(account: Account, at: datetime, *, still: bool = False) -> AccountReader:
    """Build the reader of an account: at most four queries, whatever it may see.

    Args:
        at: the moment for which edges, separations and conditions count.
        still: leave out edges that somebody ended, even those that were live at ``at``: for a
            write, which must not win against the revocation.
    """
    if not account.is_active:
        return AccountReader(account, at, edges=(), persons=frozenset(), separated=frozenset())
    edges = _edges_of(account.pk, at, still)
    own = [_edge(row) for row in edges if row.practitioner_id is None]
    supervised = {row.practitioner_id for row in edges if row.role == "supervisor"} - {None}
    if supervised:
        own += _followed(supervised, at, still)
    persons = frozenset(prepared.rows("access.persons", _persons, account=account.pk))
    return AccountReader(
        account, at, edges=tuple(own), persons=persons, separated=_separated(persons, at)
    )


def reader_for_link(token: str, purpose: str, at: datetime) -> LinkReader:
    """The reader of a private link. Looking changes nothing; ``use_link`` counts a use.

    Raises:
        NotAllowed: there is no such link for this purpose, or it ended.
    """
    return reader_for_hash(hashed(token), purpose, at)


def reader_holding_link(token: str, purpose: str, at: datetime) -> LinkReader:
    """As ``reader_for_link``, and nobody ends the link until this transaction is over.

    For one act that begins with finding its link: the reader goes with its transaction.

    Raises:
        NotAllowed: as ``reader_for_link``.
    """
    _must_be_in_a_transaction()
    return _reader_of("held", hashed(token), purpose, at)


def reader_for_hash(sha256: str, purpose: str, at: datetime) -> LinkReader:
    """The reader of a private link of which only the hash is known.

    Raises:
        NotAllowed: as ``reader_for_link``.
    """
    return _reader_of("lives", sha256, purpose, at)


def reader_for_ended_link(token: str, purpose: str, at: datetime) -> LinkReader:
    """The reader of a private link that may be over: it finds what it opened and confirms nothing.

    For danger that was told after the end, and for nothing else.

    Raises:
        NotAllowed: there never was such a link for this purpose.
    """
    return _reader_of("whenever", hashed(token), purpose, at)


def reader_for_run_out(sha256: str, purpose: str, at: datetime) -> LinkReader:
    """As ``reader_for_ended_link``, by the hash; of a link that ran out, and that nobody ended.

    Raises:
        NotAllowed: there never was such a link for this purpose, or somebody ended it.
    """
    return _reader_of("not ended", sha256, purpose, at)


def _reader_of(which: str, sha256: str, purpose: str, at: datetime) -> LinkReader:
    def rows(which: str, sha256: str, purpose: str, at: datetime) -> Any:
        lives = _link_lives(at)
        wanted = {"lives": lives, "held": lives, "not ended": Q(ended_at=None), "whenever": Q()}
        found = LinkToken._base_manager.filter(wanted[which], sha256=sha256, purpose=purpose)
        if which == "held":
            found = found.select_for_update(of=("self",))
        return found.select_related("institution")  # one at most: the hash is unique

    link: LinkToken | None = prepared.first(
        "access.link", rows, which=which, sha256=prepared.Text(sha256), purpose=purpose, at=at
    )
    if link is None:
        raise NotAllowed(action="open", record="link")
    return LinkReader(link, at, held=which == "held")


def link_lives_until(*, target: UUID, purpose: str, at: datetime) -> datetime | None:
    """Until when a link of this purpose to one thing lives; None when none does."""
    rows = LinkToken._base_manager.filter(_link_lives(at), target=target, purpose=purpose)
    found: datetime | None = rows.aggregate(last=Max("expires_at"))["last"]
    return found


def hashed(token: str) -> str:
    """What is kept of a link: the SHA-256 of its 43 characters."""
    return sha256(token.encode()).hexdigest()


def person_for(by: Reader, *, institution: UUID, circle: UUID | None = None) -> Person:
    """The person for whom a reader speaks here: theirs in the circle, else on the staff.

    Raises:
        NotAllowed: the reader stands for nobody here.
    """

    def own(persons: Ids, institution: UUID) -> Any:
        return Person._base_manager.filter(pk__among=persons, institution=institution)

    def here(persons: Ids, institution: UUID, circle: UUID) -> Any:
        found = own(persons, institution)
        return found.filter(Q(focus_of=circle) | Q(memberships__circle=circle)).order_by("pk")[:1]

    def staff(persons: Ids, institution: UUID) -> Any:
        return own(persons, institution).filter(is_staff_member=True).order_by("pk")[:1]

    of = {"persons": Ids(by.persons), "institution": institution}
    if circle is not None:
        member: Person | None = prepared.first("access.member", here, **of, circle=circle)
        if member is not None:
            return member
    found: Person | None = prepared.first("access.staff", staff, **of)
    if found is None:
        raise NotAllowed(action="speak", record=str(circle or institution))
    return found


class _Row(NamedTuple):
    """What of a relationship makes an edge: there may be thousands, so no model is made of each."""

    role: str
    circle_id: UUID | None
    group_id: UUID | None
    institution_id: UUID | None
    practitioner_id: UUID | None
    within_id: UUID
    valid_from: datetime
    valid_to: datetime | None


def _edges_of(account: UUID, at: datetime, still: bool) -> list[_Row]:
    def rows(account: UUID, at: datetime, still: bool) -> Any:
        return _edges(Q(account=account), at, still)

    found = prepared.rows("access.edges", rows, account=account, at=at, still=still)
    return [_Row(*row) for row in found]


def _persons(account: UUID) -> Any:
    return AccountPerson._base_manager.filter(account=account).values_list("person", flat=True)


def _edges(of: Q, at: datetime, still: bool) -> Any:
    rows = Relationship._base_manager.filter(of, live(at))
    if still:
        rows = rows.filter(ended_because="")
    return rows.values_list(*_Row._fields)


def _edge(row: _Row) -> Edge:
    kind: Kind = "circle" if row.circle_id else "group" if row.group_id else "institution"
    return Edge(
        role=row.role,
        kind=kind,
        object=row.circle_id or row.group_id or row.institution_id,
        within=row.within_id,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _followed(practitioners: Collection[Any], at: datetime, still: bool) -> list[Edge]:
    """A supervisor's circles: those where a supervised practitioner works now (condition 4)."""
    of = Q(
        role__in=WORKS_WITH_A_CIRCLE,
        circle__isnull=False,
        account__in=AccountPerson._base_manager.filter(
            person__practitioner__in=practitioners
        ).values("account"),
    )
    rows = (_Row(*row) for row in _edges(of, at, still))
    found = {(row.circle_id, row.within_id): row for row in rows}
    return [
        Edge("supervisor", "circle", circle, within, row.valid_from, row.valid_to)
        for (circle, within), row in found.items()
    ]


def _separated(persons: frozenset[UUID], at: datetime) -> frozenset[UUID]:

    def rows(persons: Ids, at: datetime) -> Any:
        return (
            Separation._base_manager.filter(
                Q(one__among=persons) | Q(other__among=persons), set_at__lte=at
            )
            .filter(Q(ended_at=None) | Q(ended_at__gt=at))
            .values_list("one", "other")
        )

    pairs = prepared.rows("access.separated", rows, persons=Ids(persons), at=at)
    return frozenset(pk for pair in pairs for pk in pair if pk not in persons)


def next_change(at: datetime) -> datetime | None:
    """The next moment at which an edge or a separation begins or ends by itself, if any does."""
    begins, ends = Q(valid_from__gt=at), Q(valid_to__gt=at)
    edges = Relationship._base_manager.filter(begins | ends).aggregate(
        begins=Min("valid_from", filter=begins), ends=Min("valid_to", filter=ends)
    )
    begins, ends = Q(set_at__gt=at), Q(ended_at__gt=at)
    apart = Separation._base_manager.filter(begins | ends).aggregate(
        begins=Min("set_at", filter=begins), ends=Min("ended_at", filter=ends)
    )
    moments = [each for each in (*edges.values(), *apart.values()) if each is not None]
    return min(moments, default=None)


def _link_lives(at: datetime) -> Q:
    return Q(expires_at__gt=at, uses_left__gt=0, ended_at=None)


def _must_be_in_a_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("confirm asks inside the transaction that writes: use @action")
