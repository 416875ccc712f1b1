"""Safety checks, alerts and who is on call."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from alongside.calendar.models import PrivateAddress
from alongside.crisis import rules
from alongside.records.fields import EncryptedTextField
from alongside.records.models import Editable, Record
from alongside.records.scoped import ScopedQuerySet


class SafetyCheck(Record):
    """A look at present danger: what was asked, what was answered, what the rules found."""

    record_type = "safety_check"
    audit_noun = "crisis.safety_check"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    concern = models.ForeignKey("cases.Concern", on_delete=models.PROTECT, null=True)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    about = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    written_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    kind = models.CharField(max_length=40)  # "intake", "private_check", "case", "measure"
    form = models.CharField(max_length=60)  # "intake@1", "private_check@1", "phq9@1"
    answers = EncryptedTextField(blank=True)
    findings = models.JSONField(default=list)  # [{rule, level, because}]
    alerts = models.JSONField(default=list)  # ids of the alerts it raised or was added to
    source = models.CharField(max_length=80, blank=True)  # "asking:<uuid>": what it came from
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_safety_check_has_a_concern_or_a_circle",
                condition=Q(concern__isnull=False) | Q(circle__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["source"], name="safety_checks_from")]


class AlertQuerySet(ScopedQuerySet):
    def open(self) -> AlertQuerySet:
        """Until closed. An alert that somebody has is still open."""
        return self.filter(closed_at__isnull=True)

    def life_critical(self) -> AlertQuerySet:
        return self.filter(level__in=["A", "B", "C"])


class Alert(Record):
    """A finding somebody must look at. Open means not closed."""

    record_type = "alert"
    audit_noun = "crisis.alert"

    LEVELS = [(level, level) for level in "ABCDEFG"]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    service = models.ForeignKey("directory.Service", on_delete=models.PROTECT, null=True)
    concern = models.ForeignKey("cases.Concern", on_delete=models.PROTECT, null=True)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    about = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    written_by = models.ForeignKey(  # who raised it by their answer; None at the public door
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    place = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=1, choices=LEVELS)
    rule = models.CharField(max_length=80)  # "phq9_self_harm@1"
    because = EncryptedTextField()
    raised_at = models.DateTimeField()
    last_raised_at = models.DateTimeField()
    step = models.PositiveSmallIntegerField(default=1)
    next_step_at = models.DateTimeField(null=True)  # None: nothing climbs any more
    notified_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        "access.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    engaged_at = models.DateTimeField(null=True)
    engage_by = models.DateTimeField(null=True)
    outcome_by = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        "access.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    outcome = models.CharField(max_length=40, blank=True)
    outcome_note = EncryptedTextField(blank=True)
    close_confirmed_at = models.DateTimeField(null=True)
    close_confirmed_by = models.ForeignKey(
        "access.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects: ClassVar[Any] = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_alert_is_of_a_concern_or_circle_or_else_of_a_place",
                condition=(
                    Q(place="") & (Q(concern__isnull=False) | Q(circle__isnull=False))
                    | ~Q(place="") & Q(concern=None, circle=None)
                ),
            ),
            models.CheckConstraint(
                name="alert_acknowledged_at_and_by_go_together",
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_closed_alert_has_an_outcome",
                condition=Q(closed_at=None, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["institution", "level", "raised_at"],
                name="open_alerts",
                condition=Q(closed_at=None),
            ),
            models.Index(
                fields=["next_step_at"], name="alerts_that_climb", condition=Q(closed_at=None)
            ),
            models.Index(fields=["circle", "closed_at"], name="alerts_of_a_circle"),
            models.Index(fields=["concern", "closed_at"], name="alerts_of_a_concern"),
        ]

    @property
    def state(self) -> str:
        """open, notified, acknowledged, engaged or closed. Open means not closed."""
        return rules.state(self)

    @property
    def is_life_critical(self) -> bool:
        return self.level in rules.LIFE_CRITICAL


class AlertEvent(Record):
    """One thing that happened to an alert. Added to, for ever."""

    record_type = "alert"
    audit_noun = "crisis.alert"

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="events")
    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=30)
    step = models.PositiveSmallIntegerField(default=0)
    account = models.ForeignKey(
        "access.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    note = EncryptedTextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["alert", "at"], name="events_of_an_alert")]

    def key_subject(self) -> UUID:
        return UUID(str(self.circle_id or self.alert_id))


class Contact(Record):
    """One try to reach somebody about an alert, and how it went."""

    record_type = "alert"
    audit_noun = "crisis.alert"

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="contacts")
    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
    method = models.CharField(max_length=20)  # phone, visit, message, with_them
    reached = models.BooleanField()
    note = EncryptedTextField(blank=True)
    account = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")

    def key_subject(self) -> UUID:
        return UUID(str(self.circle_id or self.alert_id))


class AlertCode(Record):
    """A one-time code in a message: with it, its recipient and nobody else takes the alert."""

    record_type = "alert"
    audit_noun = "crisis.alert"

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="codes")
    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    account = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class WrongTry(models.Model):
    """A code that opened nothing, and a hash of where it came from: too many end in a wait."""

    visitor = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["visitor", "at"], name="wrong_tries_of_a_visitor")]


class Shift(Record):
    """Who is on call for a service, first or second: wall time and zone, UTC derived."""

    record_type = "shift"
    audit_noun = "crisis.shift"

    ORDERS = [(1, "first"), (2, "second")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    service = models.ForeignKey("directory.Service", on_delete=models.PROTECT)
    account = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="shifts")
    order = models.PositiveSmallIntegerField(choices=ORDERS)
    local_start = models.DateTimeField()
    local_end = models.DateTimeField()
    zone = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_shift_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            )
        ]
        indexes = [models.Index(fields=["service", "starts_at", "ends_at"], name="shifts_by_time")]


class SafetyPlan(Record):
    """One version of a person's own plan for hard hours. Never changed: a new one is added."""

    record_type = "safety_plan"
    audit_noun = "crisis.safety_plan"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()  # 1 is the first version
    words = EncryptedTextField()  # the six parts, as crisis.six_parts writes them
    together = models.BooleanField()  # written in a session; else by the person alone
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_version_of_a_safety_plan_is_there_once", fields=["circle", "number"]
            ),
            models.CheckConstraint(
                name="versions_of_a_safety_plan_count_from_one", condition=Q(number__gte=1)
            ),
        ]


class SafetyPlanLook(Record):
    """The person and somebody from the team looked at a version of the plan together."""

    record_type = "safety_plan"
    audit_noun = "crisis.safety_plan"

    plan = models.ForeignKey(SafetyPlan, on_delete=models.PROTECT, related_name="looks")
    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    note = EncryptedTextField(blank=True)
    looked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["circle", "looked_at"], name="looks_at_a_plan")]


class SafetyPlanShare(Record):
    """One part of the plan, or some lines of it, for one person of the circle until a day."""

    record_type = "safety_plan_share"
    audit_noun = "crisis.safety_plan"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=20)
    whole = models.BooleanField()  # every line, also those of later versions
    words = EncryptedTextField(blank=True)  # the lines shown now, as JSON
    since = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_part_is_shared_once_with_one_person",
                fields=["circle", "part", "person"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="a_share_ends_after_it_began", condition=Q(until__gt=F("since"))
            ),
        ]

    def key_subject(self) -> UUID:
        return UUID(str(self.about_id))


class MeansAction(Record):
    """One thing agreed to make means safe: who does it by when. Never shown to the family."""

    record_type = "means_action"
    audit_noun = "crisis.means_action"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    item = EncryptedTextField()  # what: no more detail than is needed
    what = EncryptedTextField()  # what is done with it; or why nothing is needed
    owner = EncryptedTextField(blank=True)  # who does it
    due_on = models.DateField(null=True)  # None: nothing is needed
    set_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    confirmed_by = EncryptedTextField(blank=True)  # the second person who saw that it was done

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_means_action_that_is_done_had_a_date",
                condition=Q(done_at=None) | Q(due_on__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["circle", "done_at"], name="means_of_a_circle")]


class CareForm(Record):
    """What somebody wrote after a guided form about an alert: assessment, review or debrief."""

    RECORD_TYPES: ClassVar[dict[str, Q]] = {
        "alert": ~Q(kind="debrief"),
        "debrief": Q(kind="debrief"),
    }
    audit_noun = "crisis.care_form"

    KINDS = [(kind, kind) for kind in ("assessment", "review", "debrief")]

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="forms")
    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=KINDS)
    form = models.CharField(max_length=60)  # "assessment@1"
    answers = EncryptedTextField(blank=True)
    level = models.CharField(max_length=1, blank=True)  # of an assessment: who wrote it decided
    reason = EncryptedTextField(blank=True)  # why less urgent than the answers call for
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_assessment_ends_in_a_level_and_nothing_else_does",
                condition=Q(kind="assessment") & ~Q(level="") | ~Q(kind="assessment") & Q(level=""),
            )
        ]
        indexes = [models.Index(fields=["alert", "kind", "made_at"], name="forms_of_an_alert")]

    @property
    def record_type_of_row(self) -> str:
        return "debrief" if self.kind == "debrief" else "alert"

    def key_subject(self) -> UUID:
        return UUID(str(self.circle_id or self.alert_id))


class HandOver(Record):
    """An alert handed to a named colleague, spoken. Until they accept, the giver has it."""

    record_type = "alert"
    audit_noun = "crisis.alert"

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="hand_overs")
    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    given_by = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")
    given_to = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")
    note = EncryptedTextField()
    given_at = models.DateTimeField()
    accept_by = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # taken back, or given to another

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="nobody_hands_over_to_themself", condition=~Q(given_by=F("given_to"))
            ),
            models.UniqueConstraint(
                name="an_alert_is_handed_to_one_at_a_time",
                fields=["alert"],
                condition=Q(accepted_at=None, ended_at=None),
            ),
        ]

    def key_subject(self) -> UUID:
        return UUID(str(self.circle_id or self.alert_id))


class FollowUp(Record):
    """A contact, or the review, that is due after a crisis."""

    record_type = "follow_up"
    audit_noun = "crisis.follow_up"

    OUTCOMES = [(word, word) for word in ("reached", "declined", "every_way_tried", "moot")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="follow_ups")
    step = models.CharField(max_length=40)  # a word of content/danger/follow_up
    plan = models.CharField(max_length=40)  # "follow_up@1"
    from_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = EncryptedTextField(blank=True)  # JSON: when, by whom, what happened
    outcome = models.CharField(max_length=20, blank=True, choices=OUTCOMES)
    note = EncryptedTextField(blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        "access.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    chased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_step_after_a_crisis_is_there_once", fields=["alert", "step"]
            ),
            models.CheckConstraint(
                name="a_follow_up_that_is_done_has_an_outcome",
                condition=Q(done_at=None, outcome="") | (Q(done_at__isnull=False) & ~Q(outcome="")),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="follow_ups_due", condition=Q(done_at=None)),
            models.Index(fields=["circle", "due_at"], name="follow_ups_of_a_circle"),
        ]


class ShiftFeed(PrivateAddress):
    """The private address of one's own shifts."""

    record_type = "shift"
    audit_noun = "crisis.shift"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_live_feed_of_shifts_an_account",
                fields=["account"],
                condition=Q(ended_at=None),
            )
        ]


class SafeguardingReport(Editable, Record):
    """A concern that a child or an adult is being harmed. Restricted: kept for the lead."""

    record_type = "safeguarding_report"
    audit_noun = "crisis.safeguarding_report"

    KINDS = [(kind, kind) for kind in ("child", "adult")]
    DECISIONS = [(word, word) for word in ("reported", "not_reported", "with_others")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, null=True)
    concern = models.ForeignKey("cases.Concern", on_delete=models.PROTECT, null=True)
    written_by = models.ForeignKey(  # None at the public door
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    kind = models.CharField(max_length=5, choices=KINDS)
    immediate = models.BooleanField(default=False)
    words = EncryptedTextField(blank=True)  # what was seen or heard, in the words it was said
    said_by = EncryptedTextField(blank=True)  # who told, and when
    at_risk = EncryptedTextField(blank=True)  # who may be harmed
    from_whom = EncryptedTextField(blank=True)  # by whom, if that is known
    wishes = EncryptedTextField(blank=True)  # what the person at risk wants
    filed_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(
        "access.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decision = models.CharField(max_length=20, blank=True, choices=DECISIONS)
    because = EncryptedTextField(blank=True)  # why, and on which law
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_safeguarding_report_is_closed_only_once_decided",
                condition=Q(closed_at=None) | (Q(decided_at__isnull=False) & ~Q(decision="")),
            )
        ]
        indexes = [models.Index(fields=["circle", "decided_at"], name="reports_of_a_circle")]

    def key_subject(self) -> UUID:
        return self.id


class SafeguardingNamed(Record):
    """Somebody a report names: they can never see it, whatever role they have."""

    record_type = "safeguarding_report"
    audit_noun = "crisis.safeguarding_report"

    report = models.ForeignKey(SafeguardingReport, on_delete=models.PROTECT, related_name="named")
    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_report_names_somebody_once", fields=["report", "person"]
            )
        ]


class SafeguardingEntry(Record):
    """One thing that was done about a report: who was told, a reference, an answer."""

    record_type = "safeguarding_report"
    audit_noun = "crisis.safeguarding_report"

    KINDS = [(kind, kind) for kind in ("told", "reference", "response", "note")]

    report = models.ForeignKey(SafeguardingReport, on_delete=models.PROTECT, related_name="entries")
    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    account = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=KINDS)
    words = EncryptedTextField()
    at = models.DateTimeField()

    def key_subject(self) -> UUID:
        return UUID(str(self.report_id))
