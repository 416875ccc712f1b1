"""Concern, Case, Decision: why we are here; and what the person says to what is held."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from alongside.cases import rules
from alongside.records.fields import EncryptedTextField
from alongside.records.models import Editable, Record


class Case(Editable, Record):
    """One stretch of help for one person. It exists before the person comes in."""

    record_type = "case"
    audit_noun = "cases.case"

    STATES = [(s, s) for s in ("preparing", "active", "closing", "closed")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.OneToOneField("people.Circle", on_delete=models.PROTECT, related_name="case")
    service = models.ForeignKey("directory.Service", on_delete=models.PROTECT)
    state = models.CharField(max_length=12, choices=STATES, default="preparing")
    needs = models.JSONField(default=list)  # ids of content/needs
    facts = EncryptedTextField(blank=True)  # JSON of the chooser's facts, as last given
    legal_basis = models.CharField(max_length=60)  # a word of content/legal_bases
    legal_reason = EncryptedTextField(blank=True)
    review_by = models.DateField()
    ends_on = models.DateField()
    opened_at = models.DateTimeField()
    disclosed_at = models.DateTimeField(null=True)
    engaged_at = models.DateTimeField(null=True)
    last_step_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)  # completion word
    outcome_words = EncryptedTextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_closed_case_has_an_outcome_and_a_moment",
                condition=~Q(state="closed") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
            )
        ]
        indexes = [models.Index(fields=["institution", "state"], name="cases_by_state")]


class Concern(Editable, Record):
    """A worry somebody told us. It exists from the first saved answer, before any case."""

    record_type = "concern_intake"
    audit_noun = "cases.concern"

    STATES = [
        (s, s) for s in ("draft", "sent", "taken", "referred_on", "withdrawn", "expired")
    ]  # fmt: skip

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="concerns")
    state = models.CharField(max_length=12, choices=STATES, default="draft")
    path = models.CharField(max_length=40)  # what is true today: a word of the intake
    intake = models.CharField(max_length=60)  # "intake@1"
    answers = EncryptedTextField(blank=True)  # JSON: question id → answer id or null
    words = EncryptedTextField(blank=True)  # the worry in the writer's own words
    about_alias = EncryptedTextField(blank=True)
    about_age_band = models.CharField(max_length=20, blank=True)
    relation = models.CharField(max_length=40, blank=True)
    reached_by = models.CharField(max_length=10, blank=True)  # phone, email
    contact_name = EncryptedTextField(blank=True)
    contact = EncryptedTextField(blank=True)
    contact_hash = models.CharField(max_length=64, blank=True, db_index=True)
    about_hash = models.CharField(max_length=64, blank=True, db_index=True)  # name and age, keyed
    safe_hours = EncryptedTextField(blank=True)
    language = models.CharField(max_length=10, default="en")
    submissions = models.JSONField(
        default=list
    )  # ids made by the client: the same again is no news
    written_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    began_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = EncryptedTextField(blank=True)
    dies_at = models.DateTimeField(null=True)  # a draft only: 24 hours, or until the link ends

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_taken_concern_has_a_case",
                condition=~Q(state="taken") | Q(case__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["institution", "state", "began_at"], name="concerns")]


class ReportReview(Record):
    """The privacy officer looks at who reports whom, before anybody calls (M2). Counts, no words of
    the reports."""

    record_type = "report_review"
    audit_noun = "cases.report_review"

    ANSWERS = [(a, a) for a in ("go_on", "not_by_us")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="reviews")
    by_contact = models.PositiveSmallIntegerField()  # reports by the same contact
    people = models.PositiveSmallIntegerField()  # about how many people those are
    same = models.PositiveSmallIntegerField()  # of them about this person
    about = models.PositiveSmallIntegerField()  # reports about this person, by anybody
    turned = models.BooleanField()  # who reports is somebody a case here is about
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=ANSWERS, blank=True)
    words = EncryptedTextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        "access.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )


class Side(Record):
    """What is known of one side: who proposed somebody, and when they were spoken to alone (M1).

    Added to, never changed: of the rows about one person the last counts.
    """

    record_type = "side"
    audit_noun = "cases.side"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()  # 1 is the first row about this person here
    proposed_by = models.CharField(max_length=12, blank=True)  # a word of content/gates/sides
    spoken_on = models.DateField(null=True)  # the last talk with them alone; none yet, or none
    how = models.CharField(max_length=12, blank=True)  # a word of content/gates/sides
    spoken_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    words = EncryptedTextField(blank=True)
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="what_is_said_of_a_side_follows_on", fields=["circle", "person", "number"]
            ),
            models.CheckConstraint(
                name="a_talk_alone_has_a_day_a_way_and_somebody",
                condition=Q(spoken_on=None, how="", spoken_by=None)
                | (Q(spoken_on__isnull=False, spoken_by__isnull=False) & ~Q(how="")),
            ),
        ]


class Decision(Record):
    """What a person decided, with what was shown and why. Added to, never changed."""

    RECORD_TYPES = {
        "decision": ~Q(kind__in=rules.REVIEWS),
        "track_review": Q(kind__in=rules.REVIEWS),
    }
    audit_noun = "cases.decision"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)  # "method", "release", "override"
    about = models.CharField(max_length=80, blank=True)  # "gate:G1", "protocol:craft@1"
    shown = EncryptedTextField(blank=True)  # JSON: what the chooser said
    chosen = models.CharField(max_length=80)
    reason = EncryptedTextField()
    decided_at = models.DateTimeField()
    until = models.DateField(null=True)
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    @property
    def record_type_of_row(self) -> str:
        return rules.row_of(self.kind)


class OwnView(Record):
    """What the person says about something held about them. It stands beside it, unchanged."""

    record_type = "own_view"
    audit_noun = "cases.own_view"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="own_views")
    about = models.CharField(max_length=80)  # "case:<uuid>", "capacity:<uuid>", "note:<uuid>"
    words = EncryptedTextField()
    said_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")


class RightsRequest(Record):
    """What the person asks about what is held: stop, limit, put right. Answered in a month."""

    record_type = "person_request"
    audit_noun = "cases.person_request"

    KINDS = [(k, k) for k in ("objection", "restriction", "correction")]
    ANSWERS = [(a, a) for a in ("done", "in_part", "refused")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=12, choices=KINDS)
    about = models.CharField(max_length=80, blank=True)  # as of an own view; empty: everything
    words = EncryptedTextField()
    asked_at = models.DateTimeField()
    answer_by = models.DateField()
    answer = models.CharField(max_length=10, choices=ANSWERS, blank=True)
    answer_words = EncryptedTextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)  # the person took it back
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_answered_request_has_an_answer_and_a_moment",
                condition=Q(answered_at=None, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
            )
        ]
        indexes = [models.Index(fields=["circle", "kind"], name="requests_of_a_circle")]


STOPS = ("objection", "restriction")  # kinds that limit what is done until they are answered


def standing() -> Q:
    """Objections and limits that count now: not answered with no, not taken back."""
    return Q(kind__in=STOPS, lifted_at=None) & ~Q(answer="refused")
