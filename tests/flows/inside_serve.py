"""What the tests of serving do inside the served database."""

from __future__ import annotations


def set_up() -> None:
    """A house whose crisis lines were called today, and whose rota has its first."""
    from datetime import datetime, time, timedelta

    from alongside.crisis import actions as crisis
    from alongside.directory import actions as directory
    from alongside.records import clock
    from tests.factories import make_world

    at = clock.now()
    world = make_world(at=at, case=False)
    directory.check_line(
        institution=world.institution, country="GB", line="gb_samaritans", by=world.system, at=at
    )
    for day in range(-1, 16):
        crisis.save_shift(
            service=world.service,
            account=world.hana.account,
            order=1,
            local_start=datetime.combine(at.date() + timedelta(days=day), time()),
            local_end=datetime.combine(at.date() + timedelta(days=day + 1), time()),
            zone="Europe/London",
            by=world.system,
            at=at,
        )


def change_the_trail() -> None:
    """Somebody changes one sealed event behind the service's back."""
    from alongside.records.models import AuditEvent, AuditSeal

    sealed = AuditSeal.objects.order_by("number").first()
    AuditEvent.objects.filter(pk=sealed.event).update(result="nothing happened")


def forget_a_migration() -> None:
    """As a database is that was made before the newest change of its shape."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.recorder import MigrationRecorder

    leaf = max(MigrationExecutor(connection).loader.graph.leaf_nodes("crisis"))
    MigrationRecorder(connection).record_unapplied(*leaf)


def keep_a_shift_and_a_time() -> list[str]:
    """Ten o'clock in London, the day after tomorrow: a shift from then on, and a time with Asha."""
    from datetime import datetime, time, timedelta

    from alongside.crisis import actions as crisis
    from alongside.records import clock
    from tests.factories import make_world
    from tests.factories.care import booked

    at = clock.now()
    world = make_world(at=at)
    world.at(at)
    ten = datetime.combine(at.date() + timedelta(days=2), time(10))
    booked(world, ten)
    crisis.save_shift(
        service=world.service,
        account=world.bo.account,
        order=1,
        local_start=ten,
        local_end=ten + timedelta(hours=9),
        zone="Europe/London",
        by=world.system,
        at=at,
    )
    return moments()


def moments() -> list[str]:
    """When the newest shift and the time begin, in UTC."""
    from alongside.calendar.models import Booking
    from alongside.crisis.models import Shift

    shift = Shift.objects.unscoped("a test").order_by("-local_start")[0]
    booking = Booking.objects.unscoped("a test").get()
    return [shift.starts_at.isoformat(), booking.starts_at.isoformat()]
