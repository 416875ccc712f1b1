"""What happened: sessions, steps, notes and what was tried at home."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q

from alongside.delivery import rules
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
    late_minutes = models.PositiveSmallIntegerField(null=True)
    whose = models.CharField(  # whose reason it was that they came late or did not come
        max_length=8, choices=TherapySession.WHOSE, blank=True, db_default=""
    )
    reason = EncryptedTextField(blank=True)  # locked with their own key

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="minutes_belong_to_who_came_late",
                condition=Q(late_minutes=None) | Q(word="late", late_minutes__gte=1),
            ),
            models.CheckConstraint(
                name="a_reason_belongs_to_who_came_late_or_not",
                condition=Q(whose="") | ~Q(word="attended"),
            ),
            models.UniqueConstraint(
                name="a_person_attends_a_session_once", fields=["session", "person"]
            ),
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
    """The note of a session about one person: draft, then signed. After signing only additions.

    Where a session treated several, each who came has a note of their own.
    """

    record_type = "progress_note"
    audit_noun = "delivery.note"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    session = models.ForeignKey(TherapySession, on_delete=models.PROTECT, related_name="notes")
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    parts = EncryptedTextField(blank=True)  # JSON: part id of the protocol's note → text
    drawn_from = EncryptedTextField(blank=True)  # JSON: its sentences that were drafted, and why
    changed_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_session_has_one_note_about_each", fields=["session", "about"]
            ),
        ]


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


class Countersignature(Record):
    """A note of a trainee before the supervisor: asked, then signed or returned with words."""

    record_type = "countersignature"
    audit_noun = "delivery.note"

    ANSWERS = [(answer, answer) for answer in ("signed", "returned")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    note = models.ForeignKey(
        ProgressNote, on_delete=models.PROTECT, related_name="countersignatures"
    )
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    supervisor = models.ForeignKey("people.Practitioner", on_delete=models.PROTECT)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=ANSWERS, blank=True)
    words = EncryptedTextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_note_is_before_the_supervisor_once",
                fields=["note"],
                condition=Q(answered_at=None),
            ),
            models.CheckConstraint(
                name="a_countersignature_is_answered_with_a_word",
                condition=Q(answered_at=None, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
            ),
        ]


class ProcessNote(Editable, Record):
    """What somebody writes down for themself about their work with a person.

    No part of the record: only its author lists, reads, changes and prints it.
    """

    record_type = "process_note"
    audit_noun = "delivery.process_note"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    session = models.ForeignKey(TherapySession, on_delete=models.PROTECT, null=True)
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    words = EncryptedTextField()
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["circle", "written_by"], name="process_notes_of_author")]


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


class Timing(Record):
    """Why an asking was made, besides by hand: a time of a schedule, or a round of several people.

    ``slot`` is the name of the occasion in its course; a course asks each of them once.
    """

    record_type = "asking"
    audit_noun = "delivery.timing"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    asking = models.OneToOneField(
        "measures.Asking", on_delete=models.PROTECT, related_name="timing"
    )
    respondent = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    course = models.ForeignKey(
        "plans.Course", on_delete=models.PROTECT, null=True, related_name="timings"
    )
    instrument = models.CharField(max_length=60)  # "phq9", whatever its version
    slot = models.CharField(max_length=40, blank=True)  # "session:3"
    round = models.UUIDField(null=True)  # the same for all who were asked with one press
    quiet_until = models.DateTimeField(null=True)  # *not now*: no reminder before
    unreached_at = models.DateTimeField(null=True)  # no way to tell of it: a task since then
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_time_of_a_schedule_is_asked_once",
                fields=["course", "respondent", "instrument", "slot"],
                condition=~Q(slot=""),
            ),
            models.CheckConstraint(
                name="an_asking_is_of_a_schedule_or_of_a_round",
                condition=(Q(course__isnull=False) & ~Q(slot="") & Q(round=None))
                | Q(course=None, slot="", round__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["circle", "round"], name="timings_of_a_round")]


class Reminder(Record):
    """One message about one asking: number 0 is the first, the others remind of it.

    ``letter`` is the same for all askings one message tells of.
    """

    record_type = "asking"
    audit_noun = "delivery.timing"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    timing = models.ForeignKey(Timing, on_delete=models.PROTECT, related_name="reminders")
    respondent = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    letter = models.UUIDField(db_index=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="each_reminder_of_an_asking_is_sent_once", fields=["timing", "number"]
            )
        ]


class ScheduleChange(Editable, Record):
    """What one person is asked instead of what the protocol says, and why."""

    record_type = "asking"
    audit_noun = "delivery.schedule_change"

    WORDS = [(word, word) for word in rules.SCHEDULE_WORDS]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    course = models.ForeignKey(
        "plans.Course", on_delete=models.PROTECT, related_name="schedule_changes"
    )
    respondent = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    instrument = models.CharField(max_length=60, blank=True)  # empty: all measures of the course
    word = models.CharField(max_length=12, choices=WORDS)
    days = models.PositiveSmallIntegerField(null=True)
    since = models.DateField()
    until = models.DateField(null=True)
    reason = EncryptedTextField()
    changed_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_person_has_one_change_of_a_measure_in_a_course",
                fields=["course", "respondent", "instrument"],
            ),
            models.CheckConstraint(
                name="another_interval_says_every_how_many_days",
                condition=(Q(word="every_days") & Q(days__gte=1, days__lte=366))
                | (~Q(word="every_days") & Q(days=None)),
            ),
            models.CheckConstraint(
                name="only_a_pause_has_an_end",
                condition=Q(until=None) | Q(word="paused"),
            ),
        ]

    def key_subject(self) -> UUID:
        """The key of whom it is about: whoever is asked."""
        return UUID(str(self.respondent_id))


class Letter(Editable, Record):
    """A letter or report: a draft, then signed as it stands. Another version is another row."""

    record_type = "clinical_letter"
    audit_noun = "delivery.letter"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, related_name="letters")
    course = models.ForeignKey("plans.Course", on_delete=models.PROTECT, related_name="letters")
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)  # exact content: "closing@1"
    language = models.CharField(max_length=10)
    to_whom = EncryptedTextField()
    consent = models.ForeignKey(
        "consent.Consent", on_delete=models.PROTECT, null=True, related_name="+"
    )
    parts = EncryptedTextField(blank=True)  # JSON: part id of the kind → text
    letter = models.UUIDField(default=uuid4)  # the same in all of its versions
    number = models.PositiveSmallIntegerField(default=1)
    because = EncryptedTextField(blank=True)  # why there is another version
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(null=True)  # on the person's own page from then on

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="the_versions_of_a_letter_are_numbered_once", fields=["letter", "number"]
            ),
            models.CheckConstraint(
                name="only_a_signed_letter_is_shared",
                condition=Q(shared_at=None) | Q(signed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["circle", "begun_at"], name="letters_of_a_circle")]


class LetterGiven(Record):
    """That a letter was given: to whom, how and when. Never undone."""

    record_type = "clinical_letter"
    audit_noun = "delivery.letter"

    HOW = [(how, how) for how in rules.WAYS_OF_GIVING]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="given")
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    to_whom = EncryptedTextField()
    how = models.CharField(max_length=12, choices=HOW)
    given_at = models.DateTimeField()
    written_at = models.DateTimeField()


class Erasure(Record):
    """That what was held in one case was erased: who did it, when, why; nothing of what it was."""

    record_type = "erasure"
    audit_noun = "delivery.erasure"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.OneToOneField("people.Circle", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=9)
    reason = EncryptedTextField()
    counts = models.JSONField(default=dict)
    erased_at = models.DateTimeField()
    erased_by = models.ForeignKey(
        "access.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )

    def key_subject(self) -> UUID:
        """The institution's key: the person's own words are gone."""
        return UUID(str(self.institution_id))


class GroupTalk(Record):
    """The talk with one person before a group: what was asked, whether it fits, what instead."""

    record_type = "group_member_record"
    audit_noun = "delivery.group_talk"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    group = models.ForeignKey("people.Group", on_delete=models.PROTECT, related_name="+")
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    member = models.ForeignKey("people.GroupMember", on_delete=models.PROTECT, related_name="talks")
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    answers = EncryptedTextField()  # JSON: id of the question → yes, no, unknown
    fits = models.BooleanField()
    instead = EncryptedTextField(blank=True)  # what is offered to whom it does not fit
    talked_at = models.DateTimeField()


class GroupSession(Record):
    """One meeting of a group. What it holds is about the group and names nobody."""

    record_type = "group"
    audit_noun = "delivery.group_session"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    group = models.ForeignKey("people.Group", on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField()
    held_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    topic = EncryptedTextField()
    events = EncryptedTextField(blank=True)
    leaders = models.JSONField(default=list)  # ids of the staff who led it
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="the_sessions_of_a_group_are_numbered_once", fields=["group", "number"]
            ),
            models.UniqueConstraint(
                name="a_group_meets_once_at_a_time", fields=["group", "held_at"]
            ),
        ]


class GroupPart(Record):
    """What one member's own record has of a group session: nobody else is in it."""

    record_type = "group_member_record"
    audit_noun = "delivery.group_part"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    group = models.ForeignKey("people.Group", on_delete=models.PROTECT, related_name="+")
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    meeting = models.ForeignKey(GroupSession, on_delete=models.PROTECT, related_name="parts")
    member = models.ForeignKey("people.GroupMember", on_delete=models.PROTECT, related_name="parts")
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    word = models.CharField(max_length=24, choices=Attendance.WORDS)
    minutes_late = models.PositiveSmallIntegerField(null=True)
    note = EncryptedTextField(blank=True)
    incident = EncryptedTextField(blank=True)  # something critical: a task for who leads the case
    session = models.OneToOneField(  # in the member's own case, where a course of this way runs
        TherapySession, on_delete=models.PROTECT, null=True, related_name="group_part"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_member_has_one_part_of_a_group_session", fields=["meeting", "member"]
            )
        ]


class GroupRound(Record):
    """One press that asked every member of a group the same, each by their own link."""

    record_type = "group"
    audit_noun = "delivery.group_round"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    group = models.ForeignKey("people.Group", on_delete=models.PROTECT, related_name="rounds")
    number = models.UUIDField(unique=True)  # of its timings, ``Timing.round``
    instrument = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
