"""Which tables have any row of a circle: one query, so that a page asks the others nothing.

Most circles have rows in few of the tables that a page could show. This says nothing of a row
but that there is one, and it is told to nobody: what a reader may see each table is still asked.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from uuid import UUID

from django.db import connection
from django.db.models import Model, UUIDField

SELECT, ONE = "SELECT {}", "EXISTS (SELECT 1 FROM {} WHERE circle_id = %s)"
Models = tuple[type[Model], ...]


def with_rows(circle: UUID, models: Collection[type[Model]]) -> frozenset[type[Model]]:
    """Of some models with a column ``circle``, those that have a row of this one."""
    asked = tuple(models)
    with connection.cursor() as cursor:
        value = UUIDField().get_db_prep_value(circle, connection)
        cursor.execute(_sql(asked), [value] * len(asked))
        found = cursor.fetchone()
    return frozenset(model for model, is_there in zip(asked, found, strict=True) if is_there)


@cache
def _sql(models: Models) -> str:
    quote = connection.ops.quote_name
    return SELECT.format(", ".join(ONE.format(quote(each._meta.db_table)) for each in models))
