"""What a human must still do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from alongside.records.fields import EncryptedTextField
from alongside.records.models import Record


class Task(Record):
    """Something to do, for somebody or for a role, by a time, and why."""

    record_type = "task"
    audit_noun = "tasks.task"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=80, blank=True)  # "alert:<uuid>", "concern:<uuid>"
    what = EncryptedTextField()
    why = EncryptedTextField(blank=True)
    for_role = models.CharField(max_length=20, blank=True)
    for_account = models.ForeignKey("access.Account", on_delete=models.PROTECT, null=True)
    due_at = models.DateTimeField()
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        "access.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    how = EncryptedTextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_task_is_for_a_role_or_an_account",
                condition=~Q(for_role="") | Q(for_account__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_open_task_of_a_kind_about_one_thing",
                fields=["kind", "about"],
                condition=Q(done_at=None) & ~Q(about=""),
            ),
        ]
        indexes = [
            models.Index(fields=["circle", "done_at", "due_at"], name="tasks_due"),
            # Few are for one account. An index of all, nearly all without one, is never chosen.
            models.Index(
                fields=["for_account"],
                name="tasks_for_somebody",
                condition=Q(for_account__isnull=False),
            ),
        ]
