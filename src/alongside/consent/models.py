"""What somebody agreed to or refused; their capacity, and what was decided where it lacked."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from alongside.records.fields import EncryptedTextField
from alongside.records.models import Record


class Consent(Record):
    """Agreement of one person to one purpose, with an end. Withdrawal is a date, not an edit."""

    record_type = "consent"
    audit_noun = "consent.consent"

    PURPOSES = [
        (p, p) for p in ("care", "crisis", "supervision", "operations", "research", "legal")
    ]
    GIVEN = [(g, g) for g in ("screen", "paper", "spoken")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="consents")
    form = models.CharField(max_length=60)  # "c_treatment@1"
    text_hash = models.CharField(max_length=64)
    filled = EncryptedTextField(blank=True)  # JSON: what stood in the open places of the form
    parts = models.JSONField(default=list)  # optional sections agreed to, each on its own
    language = models.CharField(max_length=10)
    purpose = models.CharField(max_length=20, choices=PURPOSES, default="care")
    about = models.CharField(max_length=80, blank=True)  # "course:<uuid>", "instrument:phq9@1"
    to_whom = models.CharField(max_length=200, blank=True)
    given_how = models.CharField(max_length=10, choices=GIVEN)
    witness = EncryptedTextField(blank=True)
    given_at = models.DateTimeField()
    expires_on = models.DateField()
    ended_on = models.DateField(null=True)  # the course it covered ended
    withdrawn_at = models.DateTimeField(null=True)
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="consent_is_withdrawn_after_it_was_given",
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
            )
        ]
        indexes = [models.Index(fields=["circle", "person", "form"], name="consents_of_a_person")]


class Refusal(Record):
    """What was offered and refused. Final: what stays open is written beside it."""

    record_type = "consent"
    audit_noun = "consent.consent"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="refusals")
    about = models.CharField(max_length=80)
    offered = EncryptedTextField()
    words = EncryptedTextField(blank=True)
    stays_open = EncryptedTextField(blank=True)
    refused_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")


class Capacity(Record):
    """Whether a person can make one decision at one time. Presumed until assessed."""

    record_type = "consent"
    audit_noun = "consent.consent"

    CONCLUSIONS = [(c, c) for c in ("assessed_present", "in_doubt", "lacks", "fluctuating")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=80, blank=True)  # "course:<uuid>"; empty: no record of it
    decision = EncryptedTextField()
    conclusion = models.CharField(max_length=20, choices=CONCLUSIONS)
    grounds = EncryptedTextField()
    abilities = EncryptedTextField(blank=True)  # JSON: ability → "yes", "no" or "unsure"
    information = EncryptedTextField(blank=True)  # what they were told, and how
    help_used = EncryptedTextField(blank=True)
    cause = EncryptedTextField(blank=True)  # how an impairment brings it about
    assessed_at = models.DateTimeField()
    review_on = models.DateField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")


class BestInterests(Record):
    """What was decided for somebody who cannot decide this now: who met, what they thought, why.

    Families are heard in it; their agreement is written down and is never a consent.
    """

    record_type = "consent"
    audit_noun = "consent.consent"

    OUTCOMES = [(o, o) for o in ("go_ahead", "wait", "not")]
    ADVOCATES = [(a, a) for a in ("took_part", "asked_for", "not_needed")]
    ADVANCE = [(a, a) for a in ("none_found", "does_not_apply", "refuses")]
    ATTORNEYS = [(a, a) for a in ("none", "agrees", "objects")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    capacity = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="decisions")
    about = models.CharField(max_length=80, blank=True)  # as the assessment it rests on
    wishes = EncryptedTextField()  # wishes, feelings, beliefs, now and before
    options = EncryptedTextField()  # JSON: list of {what, good, bad}
    least_restrictive = EncryptedTextField()
    people = EncryptedTextField()  # JSON: list of {name, part, view}
    disagreement = EncryptedTextField(blank=True)
    advocate = models.CharField(max_length=12, choices=ADVOCATES)
    advocate_name = EncryptedTextField(blank=True)
    advance_decision = models.CharField(max_length=16, choices=ADVANCE)
    attorney = models.CharField(max_length=10, choices=ATTORNEYS)
    can_wait = models.BooleanField()
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    reason = EncryptedTextField()
    met_at = models.DateTimeField()
    review_on = models.DateField()
    ended_at = models.DateTimeField(null=True)
    ended_because = EncryptedTextField(blank=True)
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="nothing_goes_ahead_against_an_advance_refusal_or_an_attorney",
                condition=~Q(outcome="go_ahead")
                | (~Q(advance_decision="refuses") & ~Q(attorney="objects")),
            )
        ]
        indexes = [models.Index(fields=["circle", "person"], name="best_interests_of_a_person")]
