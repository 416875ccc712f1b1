"""The access matrix, compiled: to SQL for lists, and to one decision for one record.

Both read the same table (content/access/matrix.yaml) and the same condition words, which the
rooms register. A property test compares the two forms on generated worlds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from alongside import catalogue
from alongside.engine.access import Decision, Edge, Matrix, decide
from alongside.engine.access import Place as EnginePlace
from alongside.engine.access.decide import Through
from alongside.records.among import Ids
from alongside.records.models import Record
from alongside.records.registry import Place, conditions, places

Reached = tuple[tuple[Edge, ...] | None, Mapping[str, Mapping[Through, Ids]]]


class Asker(Protocol):
    """What the policy must know of a reader."""

    edges: tuple[Edge, ...]
    separated: frozenset[UUID]
    at: Any
    reached: Reached  # what was worked out for some edges, together with them


def matrix() -> Matrix:
    """The table in use."""
    found: Matrix = catalogue.current().matrix
    return found


# -- models and their rows of the table ----------------------------------------------------------


def types_of(model: type[Model]) -> Mapping[str, Q]:
    """The rows of the table a model's rows fall under, each with the filter for it."""
    several: Mapping[str, Q] | None = getattr(model, "RECORD_TYPES", None)
    if several is not None:
        return several
    name: str = getattr(model, "record_type", "")
    return {name: Q()} if name else {}


def type_of(row: Model) -> str:
    """The row of the table that one record falls under."""
    name: str = getattr(row, "record_type_of_row", "") or getattr(row, "record_type", "")
    return name


@cache
def models_of(record_type: str) -> tuple[type[Model], ...]:
    """Every model with rows of this type."""
    return tuple(m for m in record_models() if record_type in types_of(m))


def record_models() -> tuple[type[Model], ...]:
    """Every model that has a reader."""
    return tuple(m for m in apps.get_models() if issubclass(m, Record))


@cache
def person_columns(model: type[Model]) -> tuple[str, ...]:
    """The columns that name a person: a row that names somebody separated is not there (1.3)."""
    if model._meta.label_lower == "people.person":
        return ("pk",)
    return tuple(
        field.attname
        for field in model._meta.concrete_fields
        if field.is_relation
        and field.related_model is not None
        and field.related_model._meta.label_lower == "people.person"
    )


@cache
def place_of(model: type[Model]) -> Place:
    """Where rows of a model belong: as its room registered, else by its columns."""
    registered = places.get(model._meta.label_lower)
    if registered is not None:
        return registered
    names = {field.name for field in model._meta.concrete_fields}
    nothing = Q(pk__in=[])

    def column(name: str) -> Any:
        if name not in names:
            return lambda ids: nothing
        return lambda ids: Q(**{f"{name}__among": ids})

    def of(row: Any) -> tuple[list[UUID], list[UUID]]:
        found = [getattr(row, f"{name}_id", None) for name in ("circle", "institution")]
        return [i for i in found[:1] if i], [i for i in found[1:] if i]

    def groups_of(row: Any) -> list[UUID]:
        found = getattr(row, "group_id", None)
        return [found] if found else []

    return Place(
        circles=column("circle"),
        institutions=column("institution"),
        of=of,
        groups=column("group"),
        groups_of=groups_of,
    )


# -- lists: the table as SQL ---------------------------------------------------------------------


def scope(reader: Asker, rows: QuerySet[Any], action: str) -> QuerySet[Any]:
    """The rows to which the reader may do ``action``, as one WHERE."""
    model: type[Model] = rows.model
    q = _allowed(reader, model, action)
    if not q:
        return rows.none()
    if reader.separated:
        for column in person_columns(model):
            q &= ~Q(**{f"{column}__in": reader.separated})
    return rows.filter(q)


def _allowed(reader: Asker, model: type[Model], action: str) -> Q:
    """By each way to a row, what must hold of it: the same ids stand in the SQL only once."""
    ways: dict[tuple[Through, Ids], list[Q]] = {}
    table, label = matrix(), model._meta.label_lower
    reached = _reached(reader)
    for record_type, kind in types_of(model).items():
        for role, objects in reached.items():
            for cell in table.cells(record_type, role, action):
                ids = objects.get(cell.through)
                if ids is None:
                    continue
                holds = Q()
                for word in cell.when:
                    holds &= conditions.get(label, word).q(reader)
                if not holds and cell.through == "account":  # the loader refuses such a cell
                    continue
                ways.setdefault((cell.through, ids), []).append(kind & holds)
    allowed = Q()
    for (through, ids), several in ways.items():
        allowed |= _place(model, through, ids) & _any(several)
    return allowed


def _any(several: list[Q]) -> Q:
    """One of them holds; a Q without a condition always does."""
    found = Q()
    for each in several:
        if not each:
            return Q()
        found |= each
    return found


def _reached(reader: Asker) -> Mapping[str, Mapping[Through, Ids]]:
    """By role, what its edges reach: worked out once for the edges a reader carries."""
    edges, found = reader.reached
    if edges is not reader.edges:
        found = {}
        for role in sorted({edge.role for edge in reader.edges}):
            of_role = [edge for edge in reader.edges if edge.role == role]
            by_kind: dict[Through, set[Any]] = {"account": set()}
            for edge in of_role:
                by_kind.setdefault(edge.kind, set()).add(edge.object)
                by_kind.setdefault("within", set()).add(edge.within)
            found[role] = {through: Ids(ids) for through, ids in by_kind.items()}
        reader.reached = (reader.edges, found)
    return found


def _place(model: type[Model], through: Through, ids: Ids) -> Q:
    place = place_of(model)
    if through == "account":
        return Q()
    reached = {"circle": place.circles, "group": place.groups}
    return reached.get(through, place.institutions)(ids)


# -- one record: the table as a decision ---------------------------------------------------------


def judge(reader: Asker, action: str, row: Model) -> Decision:
    """Decide one act on one record at hand."""
    label = row._meta.label_lower
    circles, institutions = place_of(type(row)).of(row)
    return decide(
        matrix(),
        record_type=type_of(row),
        action=action,
        edges=reader.edges,
        place=EnginePlace(
            frozenset(circles),
            frozenset(institutions),
            frozenset(place_of(type(row)).groups_of(row)),
        ),
        at=reader.at,
        holds=lambda word: conditions.get(label, word).holds(row, reader),
        separated=any(
            getattr(row, column) in reader.separated for column in person_columns(type(row))
        ),
    )


def may_make(
    reader: Asker,
    record_type: str,
    *,
    institution: UUID,
    circle: UUID | None = None,
    group: UUID | None = None,
) -> bool:
    """May the reader make a record of this type here? Words count as they will once it is made."""
    return decide(
        matrix(),
        record_type=record_type,
        action="C",
        edges=reader.edges,
        place=EnginePlace(
            frozenset() if circle is None else frozenset({circle}),
            frozenset({institution}),
            frozenset() if group is None else frozenset({group}),
        ),
        at=reader.at,
        holds=lambda word: any(
            conditions.has(model._meta.label_lower, word)
            and conditions.get(model._meta.label_lower, word).by_making(circle)
            for model in models_of(record_type)
        ),
    ).allowed


def may_open(reader: Asker, record_type: str, action: str) -> bool:
    """Could there be a record of this type for this reader? Asked at the door of a page."""
    table = matrix()
    return any(table.cells(record_type, edge.role, action) for edge in reader.edges)
