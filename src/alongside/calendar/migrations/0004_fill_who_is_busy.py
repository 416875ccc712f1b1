"""Everybody whom a booking took before rooms and colleagues could be kept with it."""

from itertools import islice
from uuid import UUID

from django.db import migrations

AT_ONCE = 500


def fill(apps, schema_editor):
    booking_model = apps.get_model("calendar", "Booking")
    busy_model = apps.get_model("calendar", "Busy")
    person_model = apps.get_model("people", "Person")
    using = schema_editor.connection.alias
    persons = set(person_model._base_manager.using(using).values_list("pk", flat=True))

    def rows():
        for booking in booking_model._base_manager.using(using).iterator(AT_ONCE):
            given = {
                "booking_id": booking.pk,
                "institution_id": booking.institution_id,
                "circle_id": booking.circle_id,
                "starts_at": booking.starts_at,
                "ends_at": booking.ends_at,
                "is_live": booking.cancelled_at is None,
            }
            who = booking.practitioner_id
            yield busy_model(who=who, practitioner_id=who, **given)
            for who in {UUID(pk) for pk in booking.persons} & persons:
                yield busy_model(who=who, person_id=who, **given)

    found = rows()
    while some := list(islice(found, AT_ONCE)):
        busy_model._base_manager.using(using).bulk_create(some)


def empty(apps, schema_editor):
    rows = apps.get_model("calendar", "Busy")._base_manager
    rows.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("calendar", "0003_rooms_series_and_who_is_busy")]
    operations = [migrations.RunPython(fill, empty)]
