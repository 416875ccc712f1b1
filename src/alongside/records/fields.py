"""Text that is encrypted in the database and plain in Python."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from alongside.records import crypto


class _Sealed(str):
    """Text as it stands in the database. Never shown: it is opened on first use."""

    __slots__ = ()


class _Opener:
    """Opens the text when somebody asks for it, with the row it belongs to at hand."""

    def __init__(self, field: EncryptedTextField) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, _Sealed):
            value = crypto.decrypt(value, place=self.field.place(instance))
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text under AES-256-GCM, bound to table, row and column.

    The row says whose key is used by ``key_subject()``. The empty string is kept as it is: it
    says nothing. Cannot be searched; keep a ``crypto.keyed_hash`` beside it for exact look-up.
    """

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Opener(self))

    def place(self, instance: models.Model) -> str:
        return f"{instance._meta.db_table}:{instance.pk}:{self.column}"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return _Sealed(value) if value else value

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if not value or isinstance(value, _Sealed):
            return value
        subject = model_instance.key_subject()
        sealed = crypto.encrypt(
            value,
            subject=subject,
            place=self.place(model_instance),
            is_new=add and subject == model_instance.pk,
        )
        return _Sealed(sealed)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value and not isinstance(value, _Sealed):
            raise TypeError(
                f"{self.model.__name__}.{self.name} is encrypted: it cannot be filtered on, and "
                "it is written by saving the row, not by update()."
            )
        return None if value is None else str(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"isnull", "exact"}:
            return None
        return super().get_lookup(lookup_name)


def prepare(rows: Iterable[models.Model], *names: str) -> None:
    """Fetch the keys of these encrypted texts of many rows in one query, before they are opened."""
    sealed = (row.__dict__.get(name) for row in rows for name in names)
    crypto.load_keys(text for text in sealed if isinstance(text, _Sealed))
