"""Accounts, relationships with a start and an end, separations and links."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from alongside.records.fields import EncryptedTextField
from alongside.records.models import Record

ROLES = [
    "person", "concerned", "lead", "therapist", "facilitator", "supervisor", "manager",
    "coordinator", "on_call", "privacy", "auditor", "admin", "guardian",
]  # fmt: skip


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Account:
        account = self.model(email=self.normalize_email(email).lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """Who signs in. Holds no clinical data; what an account may do is its live relationships."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, default="en")
    zone = models.CharField(max_length=60, default="Europe/London")
    is_staff_member = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    last_login = models.DateTimeField(blank=True, null=True)
    times_ended = models.PositiveIntegerField(default=0)  # how often its sessions were ended

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = AccountManager()

    def __str__(self) -> str:
        return str(self.id)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session of the account must carry: it ends with the password, or with
        ``times_ended`` going up, wherever the session is kept."""
        salt = "alongside.access.models.Account"
        value = f"{self.password}:{self.times_ended}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_staff(self) -> bool:
        """There is no site administration: nobody is staff of it."""
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class AccountPerson(Record):
    """One account stands for one person in each circle it belongs to."""

    record_type = "account"
    audit_noun = "access.account"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="stands_for")
    person = models.OneToOneField(
        "people.Person", on_delete=models.PROTECT, related_name="account_link"
    )
    since = models.DateTimeField()


class Relationship(Record):
    """An edge: this account has this role towards this object, from then until then."""

    record_type = "relationship"
    audit_noun = "access.relationship"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="relationships")
    role = models.CharField(max_length=20, choices=[(r, r) for r in ROLES])
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    institution = models.ForeignKey(
        "people.Institution", on_delete=models.PROTECT, null=True, related_name="+"
    )
    practitioner = models.ForeignKey("people.Practitioner", on_delete=models.PROTECT, null=True)
    group = models.ForeignKey(
        "people.Group", on_delete=models.PROTECT, null=True, related_name="edges"
    )
    within = models.ForeignKey(  # the institution this edge belongs to, whatever its object
        "people.Institution", on_delete=models.PROTECT, related_name="relationships"
    )
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    reason = models.CharField(max_length=60)
    ended_because = models.CharField(max_length=60, blank=True)
    granted_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="granted"
    )
    approved_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="approved"
    )
    without_second = models.BooleanField(default=False)
    waiting = models.BooleanField(default=False)  # for the second person: gives no right yet

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_relationship_has_exactly_one_object",
                condition=(
                    Q(circle__isnull=False, institution=None, practitioner=None, group=None)
                    | Q(circle=None, institution__isnull=False, practitioner=None, group=None)
                    | Q(circle=None, institution=None, practitioner__isnull=False, group=None)
                    | Q(circle=None, institution=None, practitioner=None, group__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="a_relationship_ends_after_it_began",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="nobody_grants_a_relationship_to_themself_alone",
                condition=~Q(granted_by=F("account")) | Q(without_second=True),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "valid_to"], name="edges_of_an_account"),
            models.Index(fields=["circle", "role", "valid_to"], name="edges_to_a_circle"),
            models.Index(fields=["institution", "role", "valid_to"], name="edges_to_institution"),
            models.Index(fields=["group", "role", "valid_to"], name="edges_to_a_group"),
        ]


class Separation(Record):
    """Two persons who must not meet here. Symmetric in effect; neither is told."""

    record_type = "separation"
    audit_noun = "access.relationship"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    one = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    set_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="nobody_is_separated_from_themself", condition=~Q(one=F("other"))
            )
        ]


class Guardianship(Record):
    """Somebody who may decide with a minor, for some things, until a day no later than majority.

    ``sees``: they may also see what content/minors names, but for what the minor keeps back. No
    single answer, no note and nothing said alone is ever among it.
    """

    record_type = "guardianship"
    audit_noun = "access.relationship"

    KINDS = [(k, k) for k in ("parent", "court_order", "local_authority")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    ward = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    guardian = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=KINDS)
    evidence = EncryptedTextField()  # what was seen of it, and by whom
    since = models.DateTimeField()
    until = models.DateField()  # the first day it no longer counts
    sees = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=40, blank=True)
    set_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="nobody_is_their_own_guardian", condition=~Q(ward=F("guardian"))
            ),
            models.UniqueConstraint(
                name="one_live_guardianship_of_two_persons",
                fields=["ward", "guardian"],
                condition=Q(ended_at=None),
            ),
        ]


class LinkToken(Record):
    """A private link. The address holds 32 random bytes; only their SHA-256 is kept."""

    record_type = "relationship"
    audit_noun = "access.relationship"

    PURPOSES = [
        (p, p)
        for p in (
            "resume_worry",
            "answer",
            "join_circle",
            "sign_in",
            "here",
            "here_code",
            "kept",
            "kept_run",
        )
    ]

    sha256 = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20, choices=PURPOSES)
    target = models.UUIDField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    uses_left = models.PositiveSmallIntegerField(default=1)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["target", "purpose"], name="links_to_a_target")]


class SetupCode(models.Model):
    """The one-time code of the first run. Its hash only; gone once used."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=10)
    used_at = models.DateTimeField(null=True)


class KeptForm(Record):
    """What was typed into a form that was sent after the session ended: sealed for that account."""

    record_type = "account"
    audit_noun = "access.account"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    path = models.CharField(max_length=200)
    body = models.TextField()  # encrypted by access.kept under the account's own key
    kept_at = models.DateTimeField()
