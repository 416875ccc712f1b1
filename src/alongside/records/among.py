"""Is this id one of many? ``Q(circle__among=ids)`` is ``__in`` with one parameter for all of them.

A reader may have hundreds of circles, and every query names them. With a parameter for each, making
and parsing the SQL would cost more than the search, and SQLite would refuse the query at 32,766.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import ForeignKey, Lookup, UUIDField

IN_SQLITE = "IN (SELECT value FROM json_each(%s))"


class Ids(frozenset[UUID]):
    """Some ids, with their text for SQLite, which is made once."""

    @cached_property
    def text(self) -> str:
        return json.dumps(sorted(each.hex for each in self))


@UUIDField.register_lookup
@ForeignKey.register_lookup
class Among(Lookup):
    """The column holds one of some ids. A column without an id is never among them."""

    lookup_name = "among"
    prepare_rhs = False

    def get_prep_lookup(self) -> Ids:
        return self.rhs if isinstance(self.rhs, Ids) else Ids(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs:
            raise EmptyResultSet
        column, given = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", [*given, list(self.rhs)]
        return f"{column} {IN_SQLITE}", [*given, self.rhs.text]
