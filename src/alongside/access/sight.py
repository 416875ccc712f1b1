"""Who can see this: computed from the table and the live edges, told as names and roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from alongside.access import policy
from alongside.access.models import AccountPerson, Relationship
from alongside.access.permissions import live
from alongside.people.models import Circle
from alongside.records import prepared
from alongside.records.among import Ids
from alongside.records.reader import Reader
from alongside.records.registry import conditions

STAFF = ("lead", "therapist", "supervisor")


@dataclass(frozen=True, slots=True)
class Sight:
    """Who can read records of one type in one circle.

    ``staff`` are names by role, in the order lead, therapist, supervisor. The rest are words:
    ``on_call`` reads while an alert is open; ``members`` is ``all``, ``own`` or nothing;
    ``person`` likewise, and ``when_told`` as long as the person was not told and sees it only then.
    """

    staff: tuple[tuple[str, str], ...]
    on_call: bool
    members: str
    person: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names of staff, each once."""
        return tuple(dict.fromkeys(name for _, name in self.staff))


def who_can_see(record_type: str, *, circle: UUID, seen_by: Reader) -> Sight:
    """Who can read records of this type in a circle now. Two queries.

    Args:
        record_type: a row of the access matrix.
        circle: one the reader belongs to; the page that asks has been opened for it.
    """
    row = policy.matrix().row(record_type)
    reading = {
        role: [cell for cell in cells if "R" in cell.allow] for role, cells in row.cells.items()
    }

    def works_there(circle: UUID, roles: tuple[str, ...]) -> Any:
        told = Circle._base_manager.filter(conditions.get("people.circle", "disclosed").q(seen_by))
        return (
            Relationship._base_manager.filter(live(seen_by.at), circle=circle, role__in=roles)
            .annotate(told=Exists(told.filter(pk=OuterRef("circle"))))
            .order_by("valid_from", "pk")
            .values_list("role", "account", "account__name", "told")
        )

    edges = prepared.rows(
        "sight.staff",
        works_there,
        seen_by=seen_by,
        circle=circle,
        roles=tuple(role for role in STAFF if reading.get(role)),
    )
    person = _of(reading.get("person", []))
    if person == "when_told" and any(was_told for *_edge, was_told in edges):
        person = "all"
    staff = [(role, name) for role, _account, name, _told in edges]
    if reading.get("supervisor"):
        staff += _supervisors([account for _role, account, _name, _told in edges], seen_by)
    return Sight(
        staff=tuple(sorted(staff, key=lambda pair: STAFF.index(pair[0]))),
        on_call=bool(reading.get("on_call")),
        members=_of(reading.get("concerned", [])),
        person=person,
    )


def _supervisors(accounts: list[UUID], seen_by: Reader) -> list[tuple[str, str]]:
    def follow(accounts: Ids) -> Any:
        practitioners = AccountPerson._base_manager.filter(account__among=accounts).values(
            "person__practitioner"
        )
        return (
            Relationship._base_manager.filter(
                live(seen_by.at), role="supervisor", practitioner__in=practitioners
            )
            .order_by("valid_from", "pk")
            .values_list("account__name", flat=True)
        )

    names = prepared.rows("sight.supervisors", follow, seen_by=seen_by, accounts=Ids(accounts))
    return [("supervisor", name) for name in names]


def _of(cells: Sequence[object]) -> str:
    words = [set(getattr(cell, "when", ())) for cell in cells]
    if not words:
        return ""
    if any(not needed - {"in_sight"} for needed in words):
        return "all"
    if any(needed <= {"disclosed", "in_sight"} for needed in words):
        return "when_told"
    return "own"
