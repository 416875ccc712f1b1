"""Credentials as dated evidence."""

from __future__ import annotations

from django.db import models

from alongside.records.fields import EncryptedTextField
from alongside.records.models import Record


class Credential(Record):
    """One title of one practitioner: who issued it, until when, and who looked."""

    record_type = "credential"
    audit_noun = "credentials.credential"

    STATES = [
        (s, s)
        for s in (
            "declared", "documents_seen", "primary_source_verified", "suspended", "revoked",
            "rejected",
        )
    ]  # fmt: skip

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    practitioner = models.ForeignKey(
        "people.Practitioner", on_delete=models.PROTECT, related_name="credentials"
    )
    code = models.CharField(max_length=40)  # a code of content/credentials
    number = EncryptedTextField(blank=True)
    issuer = models.CharField(max_length=120)
    jurisdiction = models.CharField(max_length=40)
    issued_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    state = models.CharField(max_length=24, choices=STATES, default="declared")
    verified_on = models.DateField(null=True)
    verified_by = models.ForeignKey("access.Account", on_delete=models.PROTECT, null=True)
    method = models.CharField(max_length=20, blank=True)  # register, website, letter
    next_check_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
