"""What every record has."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from alongside.records import saving
from alongside.records.errors import StaleVersion, UnscopedWrite
from alongside.records.scoped import ScopedManager, is_writing


class Base(models.Model):
    """A random id, and writing only inside an action."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not is_writing():
            raise UnscopedWrite(f"{type(self).__name__}.save outside an action")
        if args or not saving.save(self, **kwargs):
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        if not is_writing():
            raise UnscopedWrite(f"{type(self).__name__}.delete outside an action")
        return super().delete(*args, **kwargs)

    def key_subject(self) -> UUID:
        """Whose data key encrypts this row's text: the person it is about, else the nearest."""
        for name in ("about_id", "person_id", "focus_id", "concern_id", "circle_id"):
            if value := getattr(self, name, None):
                return UUID(str(value))
        return self.id


class Record(Base):
    """A row with a reader. ``record_type`` is its row in the access matrix."""

    record_type: ClassVar[str] = ""
    audit_noun: ClassVar[str] = ""

    objects = ScopedManager()

    class Meta:
        abstract = True


class Editable(models.Model):
    """A row two people may edit: each save names the version it was made from."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def save_version(self, expected: int, fields: list[str]) -> None:
        """Save these fields if nobody else has since ``expected``, and count the version up.

        Raises:
            StaleVersion: somebody has; ``current`` is the row as it stands now.
        """
        model = type(self)
        rows = model._base_manager.filter(pk=self.pk, version=expected)
        if not rows.update(version=F("version") + 1):
            raise StaleVersion(current=model._base_manager.get(pk=self.pk))
        self.version = expected + 1
        self.save(update_fields=fields)


class DataKey(models.Model):
    """One data key, wrapped by a key file. Destroying the row is how a person's text is erased."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.UUIDField(unique=True)
    kek = models.CharField(max_length=40)
    wrapped = models.BinaryField()


class AuditEvent(models.Model):
    """One act, read or refusal. Names, not foreign keys: it outlives what it tells of."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    word = models.CharField(max_length=80)
    account = models.UUIDField(null=True)
    name = models.CharField(max_length=200, blank=True)  # only for the system: its reason
    roles = models.CharField(max_length=200, blank=True)
    institution = models.UUIDField(null=True)
    about = models.CharField(max_length=120, blank=True)
    ids = models.JSONField(default=dict)
    detail = models.JSONField(default=dict)
    purpose = models.CharField(max_length=20, default="care")
    request_id = models.CharField(max_length=40, blank=True)
    result = models.CharField(max_length=20, default="done")
    mac = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["about", "at"], name="audit_by_record"),
            models.Index(fields=["account", "at"], name="audit_by_account"),
        ]


class AuditWaiting(models.Model):
    """An event that has no number yet. The row goes when the event is sealed."""

    event = models.UUIDField(primary_key=True)
    at = models.DateTimeField(db_index=True)


class AuditSeal(models.Model):
    """The number an event got when it was sealed. Gap-free, unlike a database sequence."""

    number = models.BigIntegerField(primary_key=True)
    event = models.UUIDField(unique=True)
    event_mac = models.CharField(max_length=64)


class AuditBatch(models.Model):
    """A batch of sealed events, chained to the one before."""

    last_number = models.BigIntegerField(primary_key=True)
    first_number = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_batch_ends_at_or_after_its_beginning",
                condition=Q(last_number__gte=F("first_number")),
            )
        ]
