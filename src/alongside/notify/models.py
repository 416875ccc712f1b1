"""The outbox. What must not be lost is a row with a time."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q

from alongside.notify import rules
from alongside.records.fields import EncryptedTextField
from alongside.records.models import Record


class Message(Record):
    """One message to one address over one channel."""

    record_type = "message"
    audit_noun = "notify.message"

    CHANNELS = [(kind, kind) for kind in (*rules.KINDS, rules.WATCH)]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    key = models.CharField(max_length=200, unique=True)  # "alert, step, recipient, channel"
    kind = models.CharField(max_length=40)  # a registered guard
    about = models.CharField(max_length=80, blank=True)  # "alert:<uuid>", "asking:<uuid>"
    channel = models.CharField(max_length=10, choices=CHANNELS)
    account = models.ForeignKey("access.Account", on_delete=models.PROTECT, null=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True)
    way = models.ForeignKey("notify.Channel", on_delete=models.PROTECT, null=True)
    address = EncryptedTextField()
    subject = models.CharField(max_length=200)
    body = EncryptedTextField()
    life_critical = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True)
    # In the letter of another message about the same thing to the same address (docs/decisions).
    sent_with = models.ForeignKey(
        "self", on_delete=models.SET_NULL, related_name="carries", null=True
    )
    given_up_at = models.DateTimeField(null=True)  # never set for life-critical messages

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_life_critical_message_is_never_given_up",
                condition=Q(life_critical=False) | Q(given_up_at=None),
            ),
            models.CheckConstraint(
                name="a_message_is_sent_or_withheld_or_given_up",
                condition=(
                    Q(sent_at=None, withheld_at=None)
                    | Q(sent_at=None, given_up_at=None)
                    | Q(withheld_at=None, given_up_at=None)
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "-life_critical", "due_at"],
                name="messages_due",
                condition=Q(sent_at=None, withheld_at=None, given_up_at=None),
            ),
            models.Index(fields=["about"], name="messages_about"),
        ]

    def key_subject(self) -> UUID:
        """The person's or the circle's key; for a message to staff, the institution's."""
        return UUID(str(self.person_id or self.circle_id or self.institution_id))


class Attempt(Record):
    """One try to hand a message to its transport, and what the transport said."""

    record_type = "message"
    audit_noun = "notify.message"

    OUTCOMES = [
        (o, o) for o in ("accepted", "refused", "rejected", "no_answer", "withheld", "went_along")
    ]

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=OUTCOMES)
    detail = models.CharField(max_length=200, blank=True)


class Channel(Record):
    """One way in which somebody on the staff can be reached. Its owner alone sees the address."""

    record_type = "account"
    audit_noun = "access.account"

    KINDS = [(kind, kind) for kind in rules.KINDS]

    account = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="channels")
    kind = models.CharField(max_length=10, choices=KINDS)
    address = EncryptedTextField()
    address_hash = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, blank=True)  # of the test that waits for its answer
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)  # when its owner last answered a test
    rejected_at = models.DateTimeField(null=True)  # when its transport said: never; until a test
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_live_channel_of_an_account_to_one_address",
                fields=["account", "kind", "address_hash"],
                condition=Q(removed_at=None),
            ),
            models.CheckConstraint(
                name="a_test_of_a_channel_has_a_code_and_a_moment",
                condition=Q(code_hash="", code_sent_at=None)
                | (~Q(code_hash="") & Q(code_sent_at__isnull=False)),
            ),
        ]

    def key_subject(self) -> UUID:
        """The account's own key."""
        return UUID(str(self.account_id))


class Heartbeat(models.Model):
    """When each dispatcher last said that it lives."""

    name = models.CharField(primary_key=True, max_length=80)
    at = models.DateTimeField()
