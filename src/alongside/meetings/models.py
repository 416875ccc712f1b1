"""The meeting that is prepared, its seats, checks and stops, letters, limits, ways of helping."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q

from alongside.records.fields import EncryptedTextField
from alongside.records.models import Editable, Record


class PlannedMeeting(Editable, Record):
    """The circle meets the person, prepared. Blocked, frozen and ready are computed, not stored.

    Which way it takes is a ``cases.Decision`` each time; ``path`` and ``level`` are the last.
    """

    record_type = "planned_meeting"
    audit_noun = "meetings.meeting"

    LED = [(word, word) for word in ("none", "phone", "present")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, related_name="meetings")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="meetings")
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, null=True)
    path = models.CharField(max_length=40)  # a word of content/meetings/paths.yaml
    level = models.PositiveSmallIntegerField(default=0)
    lead = models.ForeignKey("people.Practitioner", on_delete=models.PROTECT)
    led = models.CharField(max_length=10, choices=LED, blank=True)
    standby = EncryptedTextField(blank=True)  # who, with a number
    aim = EncryptedTextField(blank=True)
    accepts = EncryptedTextField(blank=True)  # what would count as a yes
    offered = EncryptedTextField(blank=True)  # what else was offered instead
    refused_aims = models.JSONField(default=list)  # ids of content/needs/refused
    children = EncryptedTextField(blank=True)  # who looks after them; that there are none
    has_no_children = models.BooleanField(default=False)
    place = EncryptedTextField(blank=True)
    stop_word = EncryptedTextField(blank=True)
    escort = EncryptedTextField(blank=True)  # who goes along and how
    bag = EncryptedTextField(blank=True)
    next_steps = EncryptedTextField(blank=True)  # JSON: answer → what follows
    booking = models.ForeignKey("calendar.Booking", on_delete=models.PROTECT, null=True)
    rehearsed_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    outcome_words = EncryptedTextField(blank=True)
    held_at = models.DateTimeField(null=True)
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_circle_prepares_one_meeting_at_a_time",
                fields=["circle"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="an_ended_meeting_has_an_outcome",
                condition=Q(ended_at=None) | ~Q(outcome=""),
            ),
        ]


class Seat(Editable, Record):
    """A member's part in a meeting. Why somebody does not speak is a decision of the lead."""

    record_type = "meeting_seat"
    audit_noun = "meetings.seat"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    meeting = models.ForeignKey(PlannedMeeting, on_delete=models.PROTECT, related_name="seats")
    member = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    roles = models.JSONField(default=list)  # words of rules.ROLES
    speaks = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    where = EncryptedTextField(blank=True)  # where they sit
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_member_has_one_seat_in_a_meeting",
                fields=["meeting", "member"],
                condition=Q(ended_at=None),
            )
        ]


class MeetingCheck(Record):
    """What the lead answered to a check, or how a look before the meeting ended. The last counts.

    The day before and on the day it is looked at whether it is a go: each look keeps what was
    still open then.
    """

    record_type = "meeting_check"
    audit_noun = "meetings.check"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    meeting = models.ForeignKey(PlannedMeeting, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=10)  # "lead", or a look of content: "eve", "day"
    answers = EncryptedTextField()  # JSON: check id → answer id
    words = EncryptedTextField(blank=True)
    still_open = EncryptedTextField(blank=True)  # JSON of a look: the gates that were closed
    checked_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["meeting", "checked_at"], name="checks_of_a_meeting")]


class StopCall(Record):
    """A member said stop, in private. It holds every date until the lead wrote what came of it."""

    record_type = "meeting_stop"
    audit_noun = "meetings.stop"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    meeting = models.ForeignKey(PlannedMeeting, on_delete=models.PROTECT, related_name="stops")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    words = EncryptedTextField(blank=True)
    called_at = models.DateTimeField()


class FamilyLetter(Editable, Record):
    """A member's letter: theirs alone until they share it, theirs to finish, keep or take back.

    Draft: ``final_at`` is None. A letter that is kept back is read by nobody at the meeting. Given
    to the person after the meeting, it is theirs to keep or to give back; its writer may take it
    back until they open it.
    """

    RECORD_TYPES = {
        "letter_draft": Q(final_at=None),
        "letter_final": Q(final_at__isnull=False)
        & (Q(given_at=None) | Q(given_back_at__isnull=False)),
        "letter_released": Q(final_at__isnull=False, given_at__isnull=False, given_back_at=None),
    }
    audit_noun = "meetings.letter"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    meeting = models.ForeignKey(PlannedMeeting, on_delete=models.PROTECT, related_name="letters")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10, default="en")
    text = EncryptedTextField(blank=True)
    kept = EncryptedTextField(blank=True)  # JSON: hints the writer keeps as they are
    began_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    shared_with_lead_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)  # by the person, the first time
    given_back_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )  # who reads it aloud, as its writer wishes; else the writer
    keep_for = models.CharField(max_length=20, blank=True)  # a word of content/meetings/letters
    erased_at = models.DateTimeField(null=True)  # its time was over, as its writer chose

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_member_writes_one_letter_for_a_meeting",
                fields=["meeting", "written_by"],
            ),
            models.CheckConstraint(
                name="a_final_letter_was_shared",
                condition=Q(final_at=None) | Q(shared_with_lead_at__isnull=False),
            ),
        ]

    @property
    def record_type_of_row(self) -> str:
        if self.final_at is None:
            return "letter_draft"
        is_with_them = self.given_at is not None and self.given_back_at is None
        return "letter_released" if is_with_them else "letter_final"

    def key_subject(self) -> UUID:
        """The writer's key: the letter is theirs."""
        return UUID(str(self.written_by_id))


class LetterReview(Record):
    """What whoever leads said to one version of a letter. Added to, never changed."""

    record_type = "letter_review"
    audit_noun = "meetings.letter_review"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    letter = models.ForeignKey(FamilyLetter, on_delete=models.PROTECT, related_name="reviews")
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    of_version = models.PositiveIntegerField()
    is_ready = models.BooleanField()
    words = EncryptedTextField(blank=True)
    reviewed_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")


class Boundary(Editable, Record):
    """A member's own limit or offer: theirs alone until they share it. A limit is no punishment."""

    record_type = "boundary"
    audit_noun = "meetings.boundary"

    KINDS = [(word, word) for word in ("limit", "offer")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    meeting = models.ForeignKey(PlannedMeeting, on_delete=models.PROTECT, related_name="boundaries")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=KINDS)
    topic = models.CharField(max_length=40)  # a word of content/meetings/limits.yaml
    happens = EncryptedTextField(blank=True)  # "If …"; an offer may have none
    will = EncryptedTextField()  # "I will …"
    because = EncryptedTextField(blank=True)
    can_keep = EncryptedTextField(blank=True)  # why I can keep it
    checks = models.JSONField(default=list)  # ids of the checks that were ticked
    starts_on = models.DateField(null=True)
    read_out = models.BooleanField(default=False)  # may be read at the meeting, after a no
    began_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    shared_with_lead_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="what_is_read_out_was_shared",
                condition=Q(read_out=False) | Q(shared_with_lead_at__isnull=False),
            )
        ]

    def key_subject(self) -> UUID:
        """The writer's key: the limit is theirs."""
        return UUID(str(self.written_by_id))


class BoundaryLook(Record):
    """How it went with a limit or an offer, as its writer says. Added to, never changed."""

    record_type = "boundary_look"
    audit_noun = "meetings.boundary_look"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    boundary = models.ForeignKey(Boundary, on_delete=models.PROTECT, related_name="looks")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    went = models.CharField(max_length=20)  # kept, partly, not_kept, not_needed
    words = EncryptedTextField(blank=True)
    looked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["boundary", "looked_at"], name="looks_at_a_boundary")]

    def key_subject(self) -> UUID:
        """The writer's key."""
        return UUID(str(self.written_by_id))


class HelpingSheet(Record):
    """How often a member did what may soften what follows from use, and what they would change."""

    record_type = "helping_sheet"
    audit_noun = "meetings.helping_sheet"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    meeting = models.ForeignKey(PlannedMeeting, on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    answers = EncryptedTextField()  # JSON: {often: {way: 0-3}, choices: {way: word}}
    words = EncryptedTextField(blank=True)  # what I begin with
    filled_at = models.DateTimeField()
    shared_with_lead_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["written_by", "filled_at"], name="helping_over_time")]

    def key_subject(self) -> UUID:
        """The writer's key."""
        return UUID(str(self.written_by_id))


class LearningRead(Record):
    """A member read one of the short pages for the family. Theirs alone."""

    record_type = "learning_read"
    audit_noun = "meetings.learning_read"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    meeting = models.ForeignKey(PlannedMeeting, on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=40)  # an id of content/meetings/learning.yaml
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_page_is_marked_once_by_a_member",
                fields=["circle", "written_by", "page"],
            )
        ]


class RunMark(Record):
    """One press while the meeting was held. Its id was made where it was pressed."""

    record_type = "meeting_run"
    audit_noun = "meetings.run"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    meeting = models.ForeignKey(PlannedMeeting, on_delete=models.PROTECT, related_name="run")
    word = models.CharField(max_length=10)  # a word of engine.meetings.live.WORDS
    step = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=40, blank=True)  # of a stop; content/meetings/sheet.yaml
    happened_at = models.DateTimeField()
    kept_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["meeting", "happened_at"], name="run_of_a_meeting")]


class MeetingAfter(Record):
    """What was written after a meeting: a debrief, a call, first help attended, still in help.

    A call has the day it is for and whom it was with. What the person says of the meeting
    themself is another row of the table.
    """

    RECORD_TYPES = {
        "meeting_after": ~Q(what="by_person"),
        "meeting_said": Q(what="by_person"),
    }
    audit_noun = "meetings.after"

    SAID = [(word, word) for word in ("yes", "no", "unknown")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    meeting = models.ForeignKey(PlannedMeeting, on_delete=models.PROTECT, related_name="after")
    what = models.CharField(max_length=20)  # debrief, call, first_help, still_30 …
    said = models.CharField(max_length=10, choices=SAID, blank=True)
    on = models.DateField(null=True)
    kind = models.CharField(max_length=20, blank=True)  # of help, as in directory
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )  # whom a call was with
    days = models.PositiveSmallIntegerField(null=True)  # of a call: so many days after
    came_to = models.CharField(max_length=20, blank=True)  # of a call; content/meetings/after.yaml
    answers = EncryptedTextField(blank=True)  # JSON of a debrief
    words = EncryptedTextField(blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["meeting", "written_at"], name="after_a_meeting")]

    @property
    def record_type_of_row(self) -> str:
        return "meeting_said" if self.what == "by_person" else "meeting_after"
