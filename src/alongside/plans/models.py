"""What was chosen: a plan, its courses and goals, and who agreed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Value

from alongside.records.fields import EncryptedTextField
from alongside.records.models import Editable, Record


class Plan(Editable, Record):
    """The one live plan of a case. Agreement is to one version of it."""

    record_type = "plan"
    audit_noun = "plans.plan"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, related_name="plans")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="plans")
    decision = models.ForeignKey("cases.Decision", on_delete=models.PROTECT)
    edition = models.PositiveSmallIntegerField(default=1)  # what people agree to
    summary = EncryptedTextField(blank=True)
    proposed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=40, blank=True)
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_case_has_one_live_plan", fields=["case"], condition=Q(ended_at=None)
            )
        ]


class Course(Editable, Record):
    """One protocol at one exact version, in one plan, for named persons of the circle."""

    record_type = "plan"
    audit_noun = "plans.plan"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT, related_name="courses")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="courses")
    protocol = models.CharField(max_length=60)  # "cbt@1"
    # Versions it ran on before it was moved: [{"protocol": "cbt@1", "until": moment}], oldest first
    former = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    variant = models.CharField(max_length=40, blank=True)
    persons = models.ManyToManyField("people.Person", through="CoursePerson", related_name="+")
    deliverer = models.ForeignKey("people.Practitioner", on_delete=models.PROTECT)
    supervisor = models.ForeignKey(
        "people.Practitioner", on_delete=models.PROTECT, null=True, related_name="+"
    )
    sessions_planned = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    completion = models.CharField(max_length=30, blank=True)
    completion_words = EncryptedTextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_ended_course_has_a_completion_word",
                condition=Q(ended_at=None) | ~Q(completion=""),
            )
        ]


class CoursePerson(Record):
    """Whom a course treats."""

    record_type = "plan"
    audit_noun = "plans.plan"

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="treated")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_course_names_a_person_once", fields=["course", "person"]
            )
        ]


class Goal(Editable, Record):
    """A change somebody wants, in feeling, thinking or behaving, with five levels."""

    record_type = "plan"
    audit_noun = "plans.plan"

    KINDS = [(k, k) for k in ("feeling", "thinking", "behaving")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="goals")
    about = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=KINDS)
    words = EncryptedTextField()
    levels = EncryptedTextField()  # JSON: {"-2": …, "-1": …, "0": …, "1": …, "2": …}
    weight = models.PositiveSmallIntegerField(default=1)
    start_level = models.SmallIntegerField(default=-1)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_goal_starts_between_minus_two_and_two",
                condition=Q(start_level__gte=-2, start_level__lte=2),
            )
        ]


class GoalRating(Record):
    """Where a goal stood on a day."""

    record_type = "plan"
    audit_noun = "plans.plan"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="ratings")
    level = models.SmallIntegerField()
    rated_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_goal_is_rated_between_minus_two_and_two",
                condition=Q(level__gte=-2, level__lte=2),
            )
        ]


class Agreement(Record):
    """What one person said to one edition of a plan."""

    record_type = "agreement"
    audit_noun = "plans.plan"

    ANSWERS = [(a, a) for a in ("yes", "no", "basis")]

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="agreements")
    edition = models.PositiveSmallIntegerField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=ANSWERS)
    words = EncryptedTextField(blank=True)  # the lawful basis, when it is not the person's own yes
    said_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
