"""A plan for time."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from alongside.records.fields import EncryptedTextField
from alongside.records.models import Editable, Record

# Made by a migration on PostgreSQL alone; its name says what it refuses.
NO_OVERLAP = "nobody_and_no_room_is_taken_twice_at_a_time"


class Resource(Editable, Record):
    """A room, or another thing that is kept with a time: for one booking at a time."""

    record_type = "resource"
    audit_noun = "calendar.resource"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    name = models.CharField(max_length=80)
    place = models.CharField(max_length=200, blank=True)  # where it is, and how to get in
    capacity = models.PositiveSmallIntegerField()  # people, the staff among them
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="rooms_in_use_have_different_names",
                fields=["institution", "name"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="a_room_holds_between_1_and_500_people",
                condition=Q(capacity__gte=1, capacity__lte=500),
            ),
        ]


class Booking(Editable, Record):
    """A time kept for a circle with a practitioner: wall time and zone, UTC derived from them.

    Everybody and the room it takes for that time is a row of ``Busy`` besides.
    """

    record_type = "booking"
    audit_noun = "calendar.booking"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    practitioner = models.ForeignKey("people.Practitioner", on_delete=models.PROTECT)
    persons = models.JSONField(default=list)  # ids of the persons expected
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True)
    about = models.CharField(max_length=80, blank=True)  # "course:<uuid>"
    series = models.UUIDField(null=True)  # the same for all times that were kept together
    local_start = models.DateTimeField()  # wall time, kept as if it were UTC
    is_second = models.BooleanField(default=False, db_default=False)  # of a time that comes twice
    zone = models.CharField(max_length=60)
    minutes = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=40, default="in_person")  # in_person, video, phone
    video_link = EncryptedTextField(blank=True)
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
            models.Index(
                fields=["series", "starts_at"],
                name="bookings_of_a_series",
                condition=Q(series__isnull=False),
            ),
        ]


class Busy(Record):
    """One practitioner, person or room that a booking takes for its time.

    No two live rows of one ``who`` overlap: under the write lock on SQLite, by a constraint of the
    database itself on PostgreSQL.
    """

    record_type = "booking"
    audit_noun = "calendar.booking"

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    circle = models.ForeignKey("people.Circle", on_delete=models.PROTECT)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="busy")
    practitioner = models.ForeignKey("people.Practitioner", on_delete=models.PROTECT, null=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True)
    who = models.UUIDField()  # the id of whichever of the three it is
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_live = models.BooleanField(default=True)  # False once the time was given back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_booking_takes_each_of_them_once", fields=["booking", "who"]
            ),
            models.CheckConstraint(
                name="a_practitioner_or_a_person_or_a_room_is_busy",
                condition=(
                    Q(practitioner__isnull=False, person=None, resource=None)
                    | Q(practitioner=None, person__isnull=False, resource=None)
                    | Q(practitioner=None, person=None, resource__isnull=False)
                ),
            ),
        ]
        indexes = [models.Index(fields=["who", "starts_at"], name="when_somebody_is_busy")]

    @property
    def kind(self) -> str:
        """Which of the three it is."""
        if self.practitioner_id is not None:
            return "practitioner"
        return "person" if self.person_id is not None else "room"


class PrivateAddress(Record):
    """A private address under which a calendar program reads what is one's own. Its hash alone."""

    institution = models.ForeignKey("people.Institution", on_delete=models.PROTECT)
    account = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Feed(PrivateAddress):
    """The private address of one's own times."""

    record_type = "account"
    audit_noun = "calendar.feed"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_live_feed_of_times_an_account",
                fields=["account"],
                condition=Q(ended_at=None),
            )
        ]
