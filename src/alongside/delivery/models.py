"""What happened: sessions, steps, notes and what was tried at home."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from alongside.records.fields import EncryptedTextField
from alongside.records.models import Editable, Record


class TherapySession(Editable, Record):
    """One meeting where a protocol is delivered, held or not held."""

    record_type = "session"
    audit_noun = "delivery.session"

    NOT_HELD = [
        (r, r) for r in ("did_not_attend", "cancelled_in_time", "cancelled_by_service", "postponed")
    ]
    WHOSE = [(w, w) for w in ("person", "service", "neither")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, related_name="sessions")
    course = models.ForeignKey("plans.Course", on_delete=models.PROTECT, related_name="sessions")
    booking = models.OneToOneField(
        "calendar.Booking", on_delete=models.PROTECT, null=True, related_name="session"
    )
    practitioner = models.ForeignKey("people.Practitioner", on_delete=models.PROTECT)
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    held = models.BooleanField()
    held_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(null=True)
    not_held_because = models.CharField(max_length=24, choices=NOT_HELD, blank=True)
    not_held_by = models.CharField(max_length=8, choices=WHOSE, blank=True)  # whose reason it was
    not_held_words = EncryptedTextField(blank=True)
    agenda = EncryptedTextField(blank=True)  # JSON list

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="the_sessions_of_a_course_are_numbered_once",
                fields=["course", "number"],
                condition=Q(held=True),
            ),
            models.CheckConstraint(
                name="a_session_not_held_says_why",
                condition=Q(held=True, not_held_because="")
                | (Q(held=False) & ~Q(not_held_because="")),
            ),
        ]


class Attendance(Record):
    """Who came."""

    record_type = "session"
    audit_noun = "delivery.session"

    WORDS = [
        (w, w)
        for w in (
            "attended", "late", "cancelled_in_time", "did_not_attend", "cancelled_by_service",
        )
    ]  # fmt: skip

    session = models.ForeignKey(TherapySession, on_delete=models.PROTECT, related_name="attendance")
    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    word = models.CharField(max_length=24, choices=WORDS)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_person_attends_a_session_once", fields=["session", "person"]
            )
        ]


class StepRecord(Record):
    """A step of the protocol that was done, when and by whom. Progress is these rows."""

    record_type = "session"
    audit_noun = "delivery.session"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    course = models.ForeignKey("plans.Course", on_delete=models.PROTECT, related_name="steps_done")
    session = models.ForeignKey(TherapySession, on_delete=models.PROTECT, null=True)
    step = models.CharField(max_length=60)
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in ("done", "part", "left_out")], default="done"
    )
    reason = EncryptedTextField(blank=True)  # why it was left out
    on_paper = models.BooleanField(default=False, db_default=False)  # its form is kept elsewhere
    done_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")


class ProgressNote(Editable, Record):
    """The note of a session: draft, then signed. After signing only additions."""

    record_type = "progress_note"
    audit_noun = "delivery.note"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    session = models.OneToOneField(TherapySession, on_delete=models.PROTECT, related_name="note")
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    parts = EncryptedTextField(blank=True)  # JSON: part id of the protocol's note → text
    changed_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)


class Addition(Record):
    """What was added to a signed note. The note itself stays as it was signed."""

    record_type = "progress_note"
    audit_noun = "delivery.note"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    note = models.ForeignKey(ProgressNote, on_delete=models.PROTECT, related_name="additions")
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    words = EncryptedTextField()
    signed_at = models.DateTimeField()


class Homework(Editable, Record):
    """Something to try before the next session, and what came of it."""

    record_type = "homework"
    audit_noun = "delivery.homework"

    DONE = [(d, d) for d in ("none", "part", "full")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    course = models.ForeignKey("plans.Course", on_delete=models.PROTECT, related_name="homework")
    session = models.ForeignKey(TherapySession, on_delete=models.PROTECT, related_name="homework")
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    task = EncryptedTextField()
    form = models.CharField(max_length=120, blank=True, db_default="")  # "cbt/thought_record@1"
    why = EncryptedTextField(blank=True)
    when_where = EncryptedTextField(blank=True)
    difficulty = models.PositiveSmallIntegerField(null=True)
    set_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    done = models.CharField(max_length=6, choices=DONE, blank=True)
    obstacle = EncryptedTextField(blank=True)
    learning = EncryptedTextField(blank=True)
    told_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)


class Artefact(Record):
    """A form of the protocol as it was filled in, in one version.

    Every save is a new version of the same sheet; nothing is overwritten. The one that holds is
    that which nothing has superseded. What was written by mistake is struck by one more version.
    """

    record_type = "artefact"
    audit_noun = "delivery.artefact"

    FROM = [(place, place) for place in ("session", "home", "paper")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    course = models.ForeignKey("plans.Course", on_delete=models.PROTECT, related_name="artefacts")
    session = models.ForeignKey(
        TherapySession, on_delete=models.PROTECT, null=True, related_name="artefacts"
    )
    homework = models.ForeignKey(
        Homework, on_delete=models.PROTECT, null=True, related_name="artefacts"
    )
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    sheet = models.UUIDField(default=uuid4)  # the same in all of its versions
    number = models.PositiveSmallIntegerField()
    form = models.CharField(max_length=120)  # exact content: "cbt/thought_record@1"
    answers = EncryptedTextField()  # JSON by field id
    is_complete = models.BooleanField()
    entered_from = models.CharField(max_length=8, choices=FROM)
    struck_because = EncryptedTextField(blank=True)
    is_struck = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="the_versions_of_a_sheet_are_numbered_once", fields=["sheet", "number"]
            ),
            models.UniqueConstraint(
                name="one_version_of_a_sheet_holds",
                fields=["sheet"],
                condition=Q(superseded_at=None),
            ),
            models.CheckConstraint(
                name="what_is_struck_counts_for_nothing",
                condition=Q(is_struck=False) | Q(is_complete=False),
            ),
        ]
        indexes = [models.Index(fields=["course", "form"], name="artefacts_of_a_course")]
