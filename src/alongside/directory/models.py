"""What help exists, and which crisis lines somebody verified."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from alongside.records.fields import EncryptedTextField
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


class HelpOption(Editable, Record):
    """Help somebody else offers, as a family would ask about it. Nobody is paid for sending."""

    record_type = "help_option"
    audit_noun = "directory.option"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)  # a word of rules.OPTION_KINDS
    accepts = models.TextField(blank=True)  # whom it takes, and what it asks for
    price = models.CharField(max_length=200, blank=True)
    withdrawal = models.CharField(max_length=20, blank=True)  # a word of rules.WITHDRAWAL
    licence = models.CharField(max_length=20, default="not_yet")  # a word of rules.LICENCE
    licence_checked_on = models.DateField(null=True)
    licence_words = models.CharField(max_length=200, blank=True)  # where it was looked up
    interest = models.CharField(max_length=200, blank=True)  # declared; "none" is said in words
    starts_within_hours = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Hold(Editable, Record):
    """A place kept for one circle, until when, and what is arranged around it."""

    record_type = "hold"
    audit_noun = "directory.hold"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, related_name="holds")
    option = models.ForeignKey(HelpOption, on_delete=models.PROTECT, related_name="holds")
    held_until = models.DateTimeField(null=True)  # None: no place needs to be kept
    proof = EncryptedTextField(blank=True)  # who said so
    proved_at = models.DateTimeField(null=True)
    funding = EncryptedTextField(blank=True)
    travel = EncryptedTextField(blank=True)
    cover = EncryptedTextField(blank=True)  # children, pets, work
    packing = EncryptedTextField(blank=True)  # what to bring, and what stays at home
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="an_option_is_held_once_for_a_circle",
                fields=["circle", "option"],
                condition=Q(ended_at=None),
            )
        ]


class ContentDraft(Editable, Record):
    """A version of a protocol or a measure while it is written, checked and looked at."""

    record_type = "content_draft"
    audit_noun = "directory.draft"

    STATES = [(s, s) for s in ("open", "asked", "passed", "published", "left")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)  # a word of rules.DRAFT_KINDS
    item = models.CharField(max_length=60)  # the id it will have
    number = models.PositiveIntegerField()  # the version it will be
    based_on = models.CharField(max_length=70, blank=True)  # the version it was copied from
    files = models.JSONField()  # text by file name
    state = models.CharField(max_length=12, choices=STATES, default="open")
    author = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")
    # Everybody who wrote in it: none of them reviews it.
    writers = models.JSONField(default=list)

    @property
    def ref(self) -> str:
        """What it is called once it is published: ``cbt@2``."""
        return f"{self.item}@{self.number}"


class ContentReview(Record):
    """One look at one version of content, or at a draft of one, against its sources."""

    record_type = "content_review"
    audit_noun = "directory.content_review"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    ref = models.CharField(max_length=130)
    draft = models.ForeignKey(
        ContentDraft, on_delete=models.PROTECT, null=True, related_name="reviews"
    )
    draft_version = models.PositiveIntegerField(null=True)  # the edition that was looked at
    passed = models.BooleanField()
    reviewer = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")
    reviewer_name = models.CharField(max_length=200)
    reviewed_at = models.DateTimeField()
    review_by = models.DateField(null=True)
    sources = models.TextField(blank=True)  # one a line
    words = models.TextField(blank=True)


class ContentVersion(Record):
    """That a version was published here, or is not begun here any more."""

    record_type = "content_version"
    audit_noun = "directory.content_version"

    ACTS = [(a, a) for a in ("published", "retired")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    ref = models.CharField(max_length=130)
    act = models.CharField(max_length=12, choices=ACTS)
    draft = models.ForeignKey(ContentDraft, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField(max_length=200)
    why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "ref", "act"], name="a_version_is_published_and_retired_once"
            )
        ]
