"""Institutions, persons and the circles around them."""

from __future__ import annotations

import secrets
from datetime import date
from uuid import UUID

from django.db import models
from django.db.models import Q

from alongside.records.fields import EncryptedTextField
from alongside.records.models import Editable, Record

_CODE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code() -> str:
    """A case code people can read out: random, without meaning, `K7M2-9QXD`."""
    letters = "".join(secrets.choice(_CODE) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


class Institution(Editable, Record):
    """Who answers: a service's legal home."""

    record_type = "institution"
    audit_noun = "people.institution"

    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    jurisdiction = models.CharField(max_length=20, default="generic")
    zone = models.CharField(max_length=60)
    part2 = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Person(Editable, Record):
    """Somebody in one circle, or on the staff of one institution. Never found across circles."""

    RECORD_TYPES = {
        "identity": Q(is_staff_member=False),
        "practitioner": Q(is_staff_member=True),
    }
    audit_noun = "people.person"

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    name = EncryptedTextField(blank=True)  # a name or an alias
    birth_year = models.PositiveSmallIntegerField(null=True)
    age_band = models.CharField(max_length=20, blank=True)  # "under_18", "18_25", "26_64", "65_up"
    sex = models.CharField(max_length=6, blank=True)  # "female", "male": for lines of forms alone
    language = models.CharField(max_length=10, default="en")
    is_staff_member = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="birth_year_is_a_year_of_living_memory",
                condition=Q(birth_year=None) | Q(birth_year__gte=1900, birth_year__lte=2200),
            )
        ]

    def key_subject(self) -> UUID:
        return self.id

    @property
    def record_type_of_row(self) -> str:
        return "practitioner" if self.is_staff_member else "identity"

    def __str__(self) -> str:
        return self.name or "somebody"


class ContactPoint(Editable, Record):
    """How a person can be reached safely. Ended, never deleted."""

    record_type = "contact"
    audit_noun = "people.contact"

    CHANNELS = [("email", "email"), ("phone", "phone")]

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    channel = models.CharField(max_length=10, choices=CHANNELS)
    value = EncryptedTextField()
    value_hash = models.CharField(max_length=64, db_index=True)
    safe_from = models.TimeField(null=True)  # wall time in the institution's zone
    safe_to = models.TimeField(null=True)
    words = EncryptedTextField(blank=True)  # what to say; what never to say
    never_voicemail = models.BooleanField(default=True)
    texts = models.BooleanField(default=False, db_default=False)  # nobody else reads texts there
    verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Essentials(Editable, Record):
    """What whoever comes to help must know of a person. A row a save; ended, never deleted."""

    record_type = "contact"
    audit_noun = "people.contact"

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="essentials")
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    address = EncryptedTextField(blank=True)  # where they usually are, and how one gets in
    medicines = EncryptedTextField(blank=True)
    allergies = EncryptedTextField(blank=True)
    said_by = EncryptedTextField(blank=True)  # who said so
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="the_essentials_of_a_person_stand_once",
                fields=["person"],
                condition=models.Q(ended_at=None),
            )
        ]


class Practitioner(Record):
    """A person who works for an institution."""

    record_type = "practitioner"
    audit_noun = "people.person"

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="practitioner")
    title = models.CharField(max_length=120, blank=True)


class Circle(Record):
    """The people around one person: the unit of access. One per case, made with it."""

    record_type = "roster"
    audit_noun = "people.circle"

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    focus = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="focus_of")
    code = models.CharField(max_length=9, unique=True, default=new_code)
    created_at = models.DateTimeField()


class Member(Editable, Record):
    """Somebody's place in a circle, from a day until a day."""

    record_type = "roster"
    audit_noun = "people.member"

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    relation = models.CharField(max_length=40)  # a word of the catalogue: mother, friend …
    roles = models.JSONField(default=list)
    silent = models.BooleanField(default=False)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="at_most_one_live_place_of_a_person_in_a_circle",
                fields=["circle", "person"],
                condition=Q(to_at=None),
            ),
        ]
        indexes = [models.Index(fields=["circle", "to_at"], name="members_of_a_circle")]


class Group(Editable, Record):
    """Several people who are helped together by one or two leaders. No name of theirs is in it."""

    record_type = "group"
    audit_noun = "people.group"

    KINDS = [(kind, kind) for kind in ("closed", "slow_open", "open")]

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    name = EncryptedTextField()  # says nothing about why: "Thursday group"
    kind = models.CharField(max_length=10, choices=KINDS)
    way = models.CharField(max_length=60)  # "cbt": the protocol its members have a course of
    meets = EncryptedTextField(blank=True)  # "Thursdays, 18:00, room 2"
    rules = EncryptedTextField()  # as they were agreed
    most = models.PositiveSmallIntegerField()  # places
    minutes = models.PositiveSmallIntegerField()
    next_at = models.DateTimeField(null=True)  # the next meeting, where one is set
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_group_has_two_places_or_more", condition=Q(most__gte=2, most__lte=30)
            )
        ]


class GroupMember(Editable, Record):
    """Somebody's place in a group, from waiting for one until leaving; by an alias of their own."""

    record_type = "group_roster"
    audit_noun = "people.group_member"

    STATES = [(state, state) for state in ("waiting", "offered", "in", "left", "not_now")]
    LIVE = ("waiting", "offered", "in")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="members")
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="group_places")
    alias = EncryptedTextField()  # how the group calls them
    goal = EncryptedTextField(blank=True)  # their own, for this group
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    fits = models.BooleanField(null=True)  # what the talk before the group came to
    rules_agreed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True)
    offered_until = models.DateField(null=True)  # an offer lapses by time
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    left_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_person_has_one_live_place_in_a_group",
                fields=["group", "person"],
                condition=Q(state__in=("waiting", "offered", "in")),
            ),
            models.CheckConstraint(
                name="who_is_in_a_group_fits_and_agreed_its_rules",
                condition=~Q(state="in")
                | Q(fits=True, rules_agreed_at__isnull=False, joined_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["group", "state"], name="places_of_a_group")]


def age_of(person: Person, on: date) -> int | None:
    """Whole years by the birth year alone, the lower of the two possible; None if unknown."""
    return None if person.birth_year is None else on.year - person.birth_year - 1
