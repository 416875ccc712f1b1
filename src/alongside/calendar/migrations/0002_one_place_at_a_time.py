"""On PostgreSQL the database itself refuses two live bookings of one practitioner at one time.

It needs the extension btree_gist, which the owner of a database may make since PostgreSQL 13. Where
that is not allowed the migration goes on without: the action still locks and looks, and the check
calendar.W001 says what is missing. SQLite writes one at a time and needs nothing.
"""

from django.db import DatabaseError, migrations, transaction

NAME = "a_practitioner_is_in_one_place_at_a_time"


def add(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    except DatabaseError:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE calendar_booking ADD CONSTRAINT {NAME} EXCLUDE USING gist "
            "(practitioner_id WITH =, tstzrange(starts_at, ends_at) WITH &&) "
            "WHERE (cancelled_at IS NULL)"
        )


def remove(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE calendar_booking DROP CONSTRAINT IF EXISTS {NAME}")


class Migration(migrations.Migration):
    dependencies = [("calendar", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
