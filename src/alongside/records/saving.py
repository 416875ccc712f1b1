"""Writing a row with SQL that is made once for its table and columns.

What a save sends is the same text each time but for its values, and making it costs the ORM more
than the database takes to do it. Values go through their fields as in any save; the models of this
house have neither parents in tables of their own nor signals. A column whose place is more than
``%s`` and a value that is an expression are left to the ORM.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, transaction

Fields = Sequence["models.Field[Any, Any]"]


def save(
    row: models.Model,
    *,
    force_insert: bool = False,
    update_fields: Collection[str] | None = None,
    using: str | None = None,
    **more: Any,
) -> bool:
    """Do one save of a row: a new one, or some fields. False where it is for the ORM to do."""
    if more or using not in {None, DEFAULT_DB_ALIAS} or force_insert == bool(update_fields):
        return False
    if not _is_plain(row, update_fields):
        return False
    if update_fields:
        update(row, update_fields)
    else:
        insert(row)
    return True


def insert(row: models.Model, *, unless_there: bool = False) -> bool:
    """Add a new row, as ``save(force_insert=True)`` does.

    Args:
        unless_there: a row that has one of its unique values already is left as it is.

    Returns:
        Whether it was added.

    Raises:
        IntegrityError: there is such a row already.
    """
    fields = row._meta.local_concrete_fields
    added = _run(_insert_sql(type(row), _columns(fields), unless_there), _values(row, fields, True))
    if added:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return added > 0


def insert_both(one: models.Model, other: models.Model) -> None:
    """Add two new rows, as ``insert`` does: in one statement where the database can.

    Raises:
        IntegrityError: there is one of them already.
    """
    if connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
        insert(one)
        insert(other)
        return
    rows = (one, other)
    named = [(type(row), _columns(row._meta.local_concrete_fields)) for row in rows]
    values = [each for row in rows for each in _values(row, row._meta.local_concrete_fields, True)]
    _run(_both_sql(*named), values)
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def update(row: models.Model, names: Collection[str]) -> None:
    """Change some fields of a row, as ``save(update_fields=names)`` does.

    Raises:
        DatabaseError: there is no such row.
    """
    fields = _named(row, names)
    key = row._meta.pk
    values = [*_values(row, fields, False), *_values(row, [key], False)]
    if not _run(_update_sql(type(row), _columns(fields)), values):
        raise DatabaseError(f"{type(row).__name__} {row.pk} is not there to be changed")


def _is_plain(row: models.Model, names: Collection[str] | None) -> bool:
    fields = row._meta.local_concrete_fields if not names else _named(row, names)
    if names and len(fields) != len(set(names)):  # a name that is none: the ORM says so
        return False
    return not any(
        hasattr(field, "get_placeholder")
        or hasattr(row.__dict__.get(field.attname), "resolve_expression")
        for field in fields
    )


def _named(row: models.Model, names: Collection[str]) -> Fields:
    fields = row._meta.local_concrete_fields
    return [each for each in fields if each.name in names or each.attname in names]


def _columns(fields: Fields) -> tuple[str, ...]:
    return tuple(str(field.column) for field in fields)


def _values(row: models.Model, fields: Fields, add: bool) -> list[Any]:
    connection = connections[DEFAULT_DB_ALIAS]
    return [field.get_db_prep_save(field.pre_save(row, add), connection) for field in fields]


def _run(sql: str, values: Sequence[Any]) -> int:
    # Whoever catches what went wrong within a transaction finds it rolled back, as with any save.
    with (
        transaction.mark_for_rollback_on_error(using=DEFAULT_DB_ALIAS),
        connections[DEFAULT_DB_ALIAS].cursor() as cursor,
    ):
        cursor.execute(sql, values)
        return int(cursor.rowcount)


# Names of the model's own table and columns, each quoted; what is written goes in as values.


@cache
def _insert_sql(model: type[models.Model], columns: tuple[str, ...], unless_there: bool) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    named = ", ".join(map(quote, columns))
    places = ", ".join(["%s"] * len(columns))
    end = " ON CONFLICT DO NOTHING" if unless_there else ""
    return f"INSERT INTO {quote(model._meta.db_table)} ({named}) VALUES ({places}){end}"  # noqa: S608


@cache
def _both_sql(one: tuple[type[models.Model], tuple[str, ...]], other: Any) -> str:
    return f"WITH one AS ({_insert_sql(*one, False)}) {_insert_sql(*other, False)}"


@cache
def _update_sql(model: type[models.Model], columns: tuple[str, ...]) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    set_to = ", ".join(f"{quote(column)} = %s" for column in columns)
    where = f"{quote(str(model._meta.pk.column))} = %s"
    return f"UPDATE {quote(model._meta.db_table)} SET {set_to} WHERE {where}"  # noqa: S608
