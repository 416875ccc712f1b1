"""3.6, clock: a zone gets other rules. What was said of a day and an hour stays on the wall."""

from __future__ import annotations

import shutil
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alongside.access.models import Relationship
from alongside.calendar import actions as calendar
from alongside.calendar import zones
from alongside.calendar.models import Booking, Busy
from alongside.crisis import actions, escalation, shifts, telling
from alongside.crisis.models import Shift
from alongside.records.scoped import writing
from tests.conftest import NOON
from tests.factories import World
from tests.factories.care import booked
from tests.rooms.test_levels_and_shifts import put_on

HOUR = timedelta(hours=1)
wall = datetime.fromisoformat  # what the clock on the wall shows

NINE = wall("2026-03-03T09:00")  # a Tuesday, the day after NOON


def write_rules(folder: Path, other: str) -> None:
    """New zone data in a folder, in which London has the rules of another place."""
    source = next(Path(each, other) for each in zoneinfo.TZPATH if Path(each, other).exists())
    target = folder / "Europe" / "London"
    target.parent.mkdir()
    shutil.copy(source, target)


@pytest.fixture
def london_like(tmp_path: Path) -> Iterator[Any]:
    """``london_like("Europe/Berlin")``: these rules are in force from then on."""
    before = zoneinfo.TZPATH

    def put_in_force(other: str) -> None:
        write_rules(tmp_path, other)
        zoneinfo.reset_tzpath([str(tmp_path), *before])
        zoneinfo.ZoneInfo.clear_cache()

    yield put_in_force
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()


def moments(shift: Shift) -> tuple[datetime, datetime]:
    found = Shift.objects.unscoped("a test").get(pk=shift.pk)
    return found.starts_at, found.ends_at


def role_of(shift: Shift) -> tuple[datetime, datetime | None]:
    edge = Relationship.objects.unscoped("a test").get(reason=f"shift:{shift.pk}")
    return edge.valid_from, edge.valid_to


def utc(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


def test_a_shift_and_its_role_keep_their_hours_on_the_wall(house: Any, london_like: Any) -> None:
    to_come = put_on(house, house.bo, NINE, 12)
    running = put_on(house, house.bo, NINE - timedelta(days=1), 12)
    assert moments(to_come) == (utc("2026-03-03T09:00"), utc("2026-03-03T21:00"))
    assert shifts.keep_to_the_clock(by=house.system, at=NOON) == 0

    london_like("Europe/Berlin")
    assert shifts.keep_to_the_clock(by=house.system, at=NOON) >= 2
    assert moments(to_come) == (utc("2026-03-03T08:00"), utc("2026-03-03T20:00"))
    assert moments(running) == (utc("2026-03-02T08:00"), utc("2026-03-02T20:00"))
    assert role_of(to_come) == moments(to_come)
    assert role_of(running) == moments(running)
    assert shifts.keep_to_the_clock(by=house.system, at=NOON) == 0


def test_who_is_told_goes_by_the_wall_also_with_new_rules(house: Any, london_like: Any) -> None:
    put_on(house, house.bo, NINE, 12)
    at = utc("2026-03-03T08:30")  # with Berlin's rules half past nine on the wall

    def first() -> list[Any]:
        return list(telling.on_call(service=house.service.pk, at=at)[1])

    assert house.bo.account not in first()
    london_like("Europe/Berlin")
    escalation.chase_once(at=NOON)
    assert house.bo.account in first()


def test_what_is_over_or_ended_and_a_zone_that_is_gone_stay(house: Any, london_like: Any) -> None:
    over = put_on(house, house.bo, NINE - timedelta(days=2), 12)
    ended = actions.end_shift(
        shift=put_on(house, house.bo, NINE, 12), by=house.grace.reader, at=NOON
    )
    gone = put_on(house, house.bo, NINE + timedelta(days=1), 12)
    with writing():
        gone.zone = "Europe/Nowhere"
        gone.save(update_fields=["zone"])
    before = [moments(each) for each in (over, ended, gone)]
    london_like("Europe/Berlin")
    shifts.keep_to_the_clock(by=house.system, at=NOON)
    assert [moments(each) for each in (over, ended, gone)] == before


def test_of_two_shifts_of_the_same_hours_one_that_ends_leaves_the_other_its_role(
    house: Any,
) -> None:
    one, other = put_on(house, house.bo, NINE, 12), put_on(house, house.bo, NINE, 12)
    actions.end_shift(shift=one, by=house.grace.reader, at=NOON)
    edge = Relationship.objects.unscoped("a test").get(reason=f"shift:{other.pk}")
    assert (edge.valid_to, edge.ended_because) == (other.ends_at, "")


# -- times that were kept -------------------------------------------------------------------------


def spans(*bookings: Booking) -> list[tuple[datetime, datetime]]:
    found = Booking.objects.unscoped("a test").in_bulk([each.pk for each in bookings])
    return [(found[each.pk].starts_at, found[each.pk].ends_at) for each in bookings]


@pytest.mark.parametrize("rules", ["Europe/Berlin", "Atlantic/Azores"])
def test_times_one_after_the_other_keep_their_hours_and_those_they_take_go_with_them(
    world: World, london_like: Any, rules: str
) -> None:
    kept = [booked(world, NINE + number * timedelta(minutes=50)) for number in range(5)]
    before = spans(*kept)
    assert zones.keep_to_the_clock(at=world.moment) == 0
    london_like(rules)
    by = -HOUR if rules == "Europe/Berlin" else HOUR
    assert zones.keep_to_the_clock(at=world.moment) == 5
    assert spans(*kept) == [(start + by, end + by) for start, end in before]
    for booking, span in zip(kept, spans(*kept), strict=True):
        taken = Busy.objects.unscoped("a test").filter(booking=booking)
        assert {(row.starts_at, row.ends_at) for row in taken} == {span}
    assert zones.keep_to_the_clock(at=world.moment) == 0


def test_a_time_whose_place_is_taken_stays_and_is_tried_again(
    world: World, london_like: Any
) -> None:
    kept = booked(world, NINE)
    elsewhere = booked(world, wall("2026-03-03T09:10"), zone="Europe/Berlin")  # 8:10 in London
    before = spans(kept, elsewhere)
    london_like("Europe/Berlin")
    assert zones.keep_to_the_clock(at=world.moment) == 0
    assert spans(kept, elsewhere) == before
    calendar.cancel(
        booking=elsewhere,
        because="Moved.",
        expected=elsewhere.version,
        by=world.asha.reader,
        at=world.moment,
    )
    assert zones.keep_to_the_clock(at=world.moment) == 1
    ((start, end),) = before[:1]
    assert spans(kept) == [(start - HOUR, end - HOUR)]


def test_an_hour_that_no_longer_exists_stays_at_its_moment(world: World, london_like: Any) -> None:
    kept = booked(world, wall("2026-03-29T02:30"))  # the clocks of Berlin leap over it
    before = spans(kept)
    london_like("Europe/Berlin")
    assert zones.keep_to_the_clock(at=world.moment) == 0
    assert spans(kept) == before
