"""On PostgreSQL the database itself refuses to take a practitioner, a person or a room twice.

It takes the place of the constraint of 0002, which knew of practitioners alone. Where the extension
btree_gist may not be made the migration goes on without: the action still locks and looks, and the
check calendar.W001 says what is missing. SQLite writes one at a time and needs nothing.
"""

from django.db import DatabaseError, migrations, transaction

BEFORE = "a_practitioner_is_in_one_place_at_a_time"
NAME = "nobody_and_no_room_is_taken_twice_at_a_time"
OF_PRACTITIONERS = (
    f"ALTER TABLE calendar_booking ADD CONSTRAINT {BEFORE} EXCLUDE USING gist "
    "(practitioner_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (cancelled_at IS NULL)"
)
OF_ALL = (
    f"ALTER TABLE calendar_busy ADD CONSTRAINT {NAME} EXCLUDE USING gist "
    "(who WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (is_live)"
)


def change(connection, drop, add):
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(drop)
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    except DatabaseError:
        return
    with connection.cursor() as cursor:
        cursor.execute(add)


def forwards(apps, schema_editor):
    drop = f"ALTER TABLE calendar_booking DROP CONSTRAINT IF EXISTS {BEFORE}"
    change(schema_editor.connection, drop, OF_ALL)


def backwards(apps, schema_editor):
    drop = f"ALTER TABLE calendar_busy DROP CONSTRAINT IF EXISTS {NAME}"
    change(schema_editor.connection, drop, OF_PRACTITIONERS)


class Migration(migrations.Migration):
    dependencies = [("calendar", "0004_fill_who_is_busy")]
    operations = [migrations.RunPython(forwards, backwards)]
