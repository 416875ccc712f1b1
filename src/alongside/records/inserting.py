"""Adding a row with SQL that is made once for its table: for what every act and read writes."""

from __future__ import annotations

from functools import cache

from django.db import DEFAULT_DB_ALIAS, connections, models


def insert(row: models.Model) -> None:
    """Add a new row, as ``save(force_insert=True)`` does for a model without parents and signals.

    Raises:
        IntegrityError: there is such a row already.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for field in row._meta.local_concrete_fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(_sql(type(row), connection.vendor), values)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _sql(model: type[models.Model], vendor: str) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields = model._meta.local_concrete_fields
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    # Names of the model's own table and columns, each quoted; what is written goes in as values.
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
