"""Querysets that refuse to run until they know for whom.

Everything that sends SQL raises ``UnscopedQuery`` unless ``visible_to(reader)``,
``writable_by(reader, action)`` or ``unscoped(reason)`` is in the chain. Rows are made only
inside an action (``actions_base.action`` opens ``writing()``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self

from django.db import models

from alongside.records.errors import UnscopedQuery, UnscopedWrite

_writing: ContextVar[int] = ContextVar("writing", default=0)


@contextmanager
def writing() -> Iterator[None]:
    """Rows may be made and changed in here. Only the action decorator opens it."""
    token = _writing.set(_writing.get() + 1)
    try:
        yield
    finally:
        _writing.reset(token)


def is_writing() -> bool:
    return _writing.get() > 0


class ScopedQuerySet(models.QuerySet[Any]):
    """A queryset with a reader."""

    _scope: str = ""
    _seen: Any = None

    def visible_to(self, reader: Any) -> Self:
        """The rows this reader may read. What is fetched is noted for the audit of reads."""
        rows = reader.scope(self.all(), "R")
        rows._scope, rows._seen = "reader", reader.seen
        return rows

    def listable_by(self, reader: Any) -> Self:
        """The rows whose existence this reader may know of."""
        rows = reader.scope(self.all(), "L")
        rows._scope, rows._seen = "reader", reader.seen
        return rows

    def writable_by(self, reader: Any, action: str) -> Self:
        """The rows to which this reader may do ``action`` (a letter of the matrix)."""
        rows = reader.scope(self.all(), action)
        rows._scope = "reader"
        return rows

    def unscoped(self, reason: str) -> Self:
        """All rows, for a stated reason. A test keeps the list of modules that do this."""
        if not reason:
            raise UnscopedQuery("unscoped() needs a reason")
        rows = self.all()
        rows._scope = f"unscoped: {reason}"
        return rows

    def _clone(self) -> Any:
        clone = super()._clone()  # type: ignore[misc]
        clone._scope, clone._seen = self._scope, self._seen
        return clone

    def _must_be_scoped(self, what: str) -> None:
        if not self._scope and not self.query.is_empty():
            raise UnscopedQuery(
                f"{self.model.__name__}.{what} has no reader: call visible_to(reader) first"
            )

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._must_be_scoped("fetch")
        super()._fetch_all()
        if self._seen is not None and self._result_cache and getattr(self, "_fields", None) is None:
            label = getattr(self.model, "audit_noun", self.model._meta.label_lower)
            self._seen.setdefault(label, set()).update(row.pk for row in self._result_cache)

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._must_be_scoped("iterator")
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._must_be_scoped("count")
        return super().count()

    def exists(self) -> bool:
        self._must_be_scoped("exists")
        return super().exists()

    def contains(self, obj: Any) -> bool:
        self._must_be_scoped("contains")
        return super().contains(obj)

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._must_be_scoped("aggregate")
        return super().aggregate(*args, **kwargs)

    def explain(self, *args: Any, **kwargs: Any) -> str:
        self._must_be_scoped("explain")
        return super().explain(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._must_be_scoped("update")
        _must_be_writing(self.model, "update")
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._must_be_scoped("delete")
        _must_be_writing(self.model, "delete")
        return super().delete()

    def in_bulk(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        self._must_be_scoped("in_bulk")
        return super().in_bulk(*args, **kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        raise UnscopedQuery(f"{self.model.__name__}.raw cannot be scoped")

    def create(self, **kwargs: Any) -> Any:
        _must_be_writing(self.model, "create")
        return super().create(**kwargs)

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        _must_be_writing(self.model, "bulk_create")
        return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        self._must_be_scoped("bulk_update")
        _must_be_writing(self.model, "bulk_update")
        return super().bulk_update(*args, **kwargs)

    def get_or_create(self, *args: Any, **kwargs: Any) -> Any:
        self._must_be_scoped("get_or_create")
        _must_be_writing(self.model, "get_or_create")
        return super().get_or_create(*args, **kwargs)

    def update_or_create(self, *args: Any, **kwargs: Any) -> Any:
        self._must_be_scoped("update_or_create")
        _must_be_writing(self.model, "update_or_create")
        return super().update_or_create(*args, **kwargs)


def _must_be_writing(model: type[models.Model], what: str) -> None:
    if not is_writing():
        raise UnscopedWrite(f"{model.__name__}.{what} outside an action")


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)
