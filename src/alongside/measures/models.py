"""What was asked, what was answered, what it adds up to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from alongside.records.fields import EncryptedTextField
from alongside.records.models import Editable, Record

# Whose words about whom decides who may read: rows T10, T11 and T12 of the matrix.
KINDS = {
    "own": "own_measure",  # the focus person about themself
    "concerned": "concerned_measure",  # a member about themself
    "observation": "observation",  # a member about the focus person
}
# Where answers were given, where it was not on a phone or a page of one's own.
ENTERED_FROM = ("here", "paper", "session")


class Asking(Editable, Record):
    """One request to one person to answer one instrument, with the draft of the answers."""

    record_type = "asking"
    audit_noun = "measures.asking"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    respondent = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="askings"
    )
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=[(k, k) for k in KINDS])
    instrument = models.CharField(max_length=60)  # "phq9@1"
    occasion = models.CharField(max_length=80, blank=True)  # "course:<uuid>", "session:<uuid>"
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    expires_at = models.DateTimeField()
    draft = EncryptedTextField(blank=True)  # JSON of the answers so far
    drafted_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)  # by *Leave this page*: nothing is shown again
    submissions = models.JSONField(default=list)
    answered_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, blank=True)  # a word of ``ending``

    class Meta:
        indexes = [models.Index(fields=["circle", "answered_at", "due_on"], name="askings_due")]

    @property
    def record_type_of_answers(self) -> str:
        """The row of the matrix that says who may read what is answered."""
        return KINDS[self.kind]


class Response(Record):
    """Answers as given, and their score by one exact version of the instrument."""

    RECORD_TYPES = {row: Q(kind=kind) for kind, row in KINDS.items()}
    audit_noun = "measures.response"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    asking = models.ForeignKey(
        Asking, on_delete=models.PROTECT, null=True, related_name="responses"
    )
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    respondent = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=[(k, k) for k in KINDS])
    instrument = models.CharField(max_length=60)
    answers = models.JSONField()  # {"item_9": 2}; null is skipped, absent was not asked
    scores = models.JSONField(default=dict)
    scores_exact = models.JSONField(default=dict)
    band = models.CharField(max_length=40, blank=True)
    caseness = models.BooleanField(null=True)
    caseness_rule = models.CharField(max_length=60, blank=True)
    missing = models.JSONField(default=list)
    prorated = models.BooleanField(default=False)
    entered_as_total = models.BooleanField(default=False)
    result = models.CharField(max_length=60, blank=True)  # the category answers led to
    details = models.JSONField(default=dict)  # {"form_version": "short form 8b"}
    answered_at = models.DateTimeField()  # of paper: noon of the day it was filled in
    entered_from = models.CharField(
        max_length=12, blank=True, choices=[(each, each) for each in ENTERED_FROM]
    )
    entered_at = models.DateTimeField(null=True)  # when paper was typed in
    filled_on = models.DateField(null=True)  # the day on the paper
    typed_first_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrections"
    )
    because = EncryptedTextField(blank=True)  # of a correction: why
    entered_in_error = models.BooleanField(default=False)
    kept_from_guardian = models.BooleanField(default=False)  # by the young person themself
    # A clinician showed it all the same, for safety; the decision beside it says why.
    shown_for_safety_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["circle", "about", "instrument", "answered_at"], name="responses_over_time"
            )
        ]
        constraints = [
            models.UniqueConstraint(name="answers_are_put_right_once", fields=["corrects"]),
        ]

    @property
    def record_type_of_row(self) -> str:
        return KINDS[self.kind]


class Typing(Record):
    """The first typing of a form on paper; gone once a second one agrees with it."""

    record_type = "asking"
    audit_noun = "measures.asking"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    asking = models.OneToOneField(Asking, on_delete=models.PROTECT, related_name="typing")
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    respondent = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    typed = EncryptedTextField()  # JSON of the answers
    filled_on = models.DateField()
    typed_at = models.DateTimeField()
    submission = models.CharField(max_length=64)
