"""What help exists, and which crisis lines somebody verified."""

from __future__ import annotations

from django.db import models

from alongside.records.models import Editable, Record


class Service(Editable, Record):
    """Somebody who offers help: the institution's own team, with its own fallback."""

    record_type = "service"
    audit_noun = "directory.service"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    setting = models.CharField(max_length=40)  # a word of content/settings
    zone = models.CharField(max_length=60)
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    # A named outside recipient, so that the fallback is never empty in a service of one.
    fallback_email = models.EmailField(blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class LineCheck(Record):
    """Somebody called this line and it was answered, on a day."""

    record_type = "line_check"
    audit_noun = "directory.line_check"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    country = models.CharField(max_length=2)
    line = models.CharField(max_length=60)  # the line's id in content/crisis_lines
    number = models.CharField(max_length=40)  # as it was when called
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey("access.Account", on_delete=models.PROTECT, null=True)
    invented = models.BooleanField(default=False)  # the demonstration's

    class Meta:
        indexes = [models.Index(fields=["country", "line", "-checked_at"], name="line_checks")]
