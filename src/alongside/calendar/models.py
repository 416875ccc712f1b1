"""A plan for time."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from alongside.records.models import Editable, Record

# Made by migration 0002 on PostgreSQL alone; its name says what it refuses.
NO_OVERLAP = "a_practitioner_is_in_one_place_at_a_time"


class Booking(Editable, Record):
    """A time kept for a circle with a practitioner: wall time and zone, UTC derived from them."""

    record_type = "booking"
    audit_noun = "calendar.booking"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    practitioner = models.ForeignKey("people.Practitioner", on_delete=models.PROTECT)
    persons = models.JSONField(default=list)  # ids of the persons expected
    about = models.CharField(max_length=80, blank=True)  # "course:<uuid>"
    local_start = models.DateTimeField()  # wall time, kept as if it were UTC
    zone = models.CharField(max_length=60)
    minutes = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=40, default="in_person")  # in_person, video, phone
    made_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_booking_lasts_between_5_minutes_and_8_hours",
                condition=Q(minutes__gte=5, minutes__lte=480),
            )
        ]
        indexes = [
            models.Index(fields=["practitioner", "starts_at"], name="bookings_of_practitioner"),
            models.Index(fields=["circle", "starts_at"], name="bookings_of_circle"),
        ]
