"""Snapshots: what finished courses said on a night. No person stands in them."""

from __future__ import annotations

from django.db import models

from alongside.records.models import Record


class ExpectedCourse(Record):
    """What finished courses of one institution say about one measure, as worked out on a night.

    Numbers over many people alone: bands, how many, and how well the early warning would have
    done. Whether one person is on track is never kept; it is worked out when asked.
    """

    record_type = "expected_course"
    audit_noun = "insights.expected_course"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    instrument = models.CharField(max_length=60)  # "phq9": change is read over its versions
    made_at = models.DateTimeField()
    ended = models.PositiveIntegerField()  # courses that ended, with any score of this measure
    agreed = models.PositiveIntegerField()  # of these: the person agreed to be counted
    courses = models.PositiveIntegerField()  # of these: a first score and a later one
    found = models.JSONField()  # bands by start, and how well each rule did

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="what_is_expected_is_kept_once_a_measure", fields=["institution", "instrument"]
            )
        ]
