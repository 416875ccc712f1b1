"""A time is kept once, on the clock of the place, and given back with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.access import actions as access
from alongside.access.models import Relationship
from alongside.calendar import actions, checks, private_address, queries, rooms, series
from alongside.calendar.feed import TIMES
from alongside.calendar.models import NO_OVERLAP, Booking, Busy, Resource
from alongside.calendar.rules import NoSuchTime, NoSuchZone, instant, repeated, span
from alongside.people import actions as people
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.records.scoped import writing
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import booked

LONDON = "Europe/London"
wall = datetime.fromisoformat  # what the clock on the wall shows

TEN = wall("2026-03-05T10:00")  # a Thursday


def live(world: World) -> list[Booking]:
    return list(queries.upcoming(seen_by=world.asha.reader, at=world.moment))


def room(world: World, name: str = "Blue room", capacity: int = 4) -> Resource:
    return rooms.save_room(
        institution=world.institution,
        name=name,
        capacity=capacity,
        place="Second floor",
        by=world.grace.reader,
        at=world.moment,
    )


# -- the clock of the place --------------------------------------------------------------------


def test_ten_o_clock_stays_ten_o_clock_when_summer_time_begins(world: World) -> None:
    before = booked(world, wall("2026-03-26T10:00"))
    after = booked(world, wall("2026-04-02T10:00"))
    assert before.starts_at == datetime(2026, 3, 26, 10, 0, tzinfo=UTC)
    assert after.starts_at == datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
    assert (before.local_start.hour, after.local_start.hour) == (10, 10)


def test_a_time_that_the_clocks_leap_over_does_not_exist(world: World) -> None:
    with pytest.raises(NoSuchTime):
        booked(world, wall("2026-03-29T01:30"))
    assert live(world) == []


def test_a_time_that_comes_twice_is_the_first_of_the_two() -> None:
    assert instant(wall("2026-10-25T01:30"), LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_minutes_pass_as_they_pass_when_the_clocks_go_back() -> None:
    night = span(wall("2026-10-25T00:30"), LONDON, 120)
    assert night.ends_at - night.starts_at == timedelta(minutes=120)


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "", "../../etc/passwd", "Europe"])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(NoSuchZone):
        instant(TEN, zone)


@given(
    shown=st.datetimes(wall("2026-01-01T00:00"), wall("2027-12-31T00:00")),
    zone=st.sampled_from([LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
@settings(max_examples=300)
def test_a_wall_time_and_its_instant_say_the_same(shown: datetime, zone: str) -> None:
    try:
        moment = instant(shown, zone)
    except NoSuchTime:
        hour = timedelta(hours=1)
        assert instant(shown - hour, zone) < instant(shown + hour, zone)
    else:
        assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == shown


# -- once --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "minutes"),
    [((10, 0), 50), ((9, 30), 31), ((10, 49), 30), ((9, 0), 180), ((10, 20), 5)],
)
def test_two_times_of_one_practitioner_do_not_overlap(
    world: World, start: tuple[int, int], minutes: int
) -> None:
    booked(world, TEN)
    with pytest.raises(actions.AlreadyBooked) as refusal:
        booked(world, TEN.replace(hour=start[0], minute=start[1]), minutes=minutes)
    assert refusal.value.facts["who"] == "practitioner"
    assert len(live(world)) == 1


@pytest.mark.parametrize(("start", "minutes"), [((9, 10), 50), ((10, 50), 50)])
def test_times_that_touch_do_not_overlap(
    world: World, start: tuple[int, int], minutes: int
) -> None:
    booked(world, TEN)
    booked(world, TEN.replace(hour=start[0], minute=start[1]), minutes=minutes)
    assert len(live(world)) == 2


def test_one_person_is_not_expected_in_two_places(world: World) -> None:
    booked(world, TEN)
    with pytest.raises(actions.AlreadyBooked) as refusal:
        booked(world, TEN, practitioner=world.bo.practitioner)
    assert refusal.value.facts["who"] == "person"


def test_a_time_that_was_given_back_can_be_taken_again(world: World) -> None:
    first = booked(world, TEN)
    actions.cancel(booking=first, because="Noor is ill", expected=1, by=world.asha.reader, at=NOON)
    assert booked(world, TEN).pk != first.pk


@pytest.mark.slow
def test_any_order_of_booking_moving_and_giving_back_leaves_no_overlap(world: World) -> None:
    @given(
        acts=st.lists(
            st.tuples(
                st.sampled_from(["book", "book", "move", "cancel"]),
                st.integers(0, 5),
                st.integers(0, 40),
                st.integers(1, 6),
            ),
            max_size=12,
        )
    )
    @settings(max_examples=20)
    def run(acts: list[tuple[str, int, int, int]]) -> None:
        with transaction.atomic():
            _do(world, acts)
            times = live(world)
            for one, other in pairwise(times):
                assert one.ends_at <= other.starts_at
            transaction.set_rollback(True)

    run()


def _do(world: World, acts: list[tuple[str, int, int, int]]) -> None:
    for act, which, quarter, length in acts:
        shown, times = TEN + timedelta(minutes=15 * quarter), live(world)
        try:
            if act == "book":
                booked(world, shown, minutes=15 * length)
            elif times and act == "move":
                chosen = times[which % len(times)]
                actions.move(
                    booking=chosen,
                    wall=shown,
                    minutes=15 * length,
                    expected=chosen.version,
                    by=world.asha.reader,
                    at=world.moment,
                )
            elif times:
                chosen = times[which % len(times)]
                actions.cancel(
                    booking=chosen,
                    because="another day",
                    expected=chosen.version,
                    by=world.asha.reader,
                    at=world.moment,
                )
        except actions.AlreadyBooked:
            pass


# -- what cannot be kept -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "more", "refusal"),
    [
        (wall("2026-03-02T11:59"), {}, actions.InThePast),
        (wall("0001-01-01T00:00"), {}, actions.InThePast),
        (wall("9999-12-31T23:59"), {}, actions.TooFarAhead),
        (wall("2027-05-01T10:00"), {}, actions.TooFarAhead),
        (TEN, {"minutes": 4}, actions.UnknownWord),
        (TEN, {"minutes": 481}, actions.UnknownWord),
        (TEN, {"place": "on the moon"}, actions.UnknownWord),
    ],
)
def test_a_time_that_cannot_be_kept_is_refused(
    world: World, shown: datetime, more: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        booked(world, shown, **more)
    assert live(world) == []


def test_nobody_from_outside_the_circle_is_expected(world: World) -> None:
    for stranger in (world.hana.person, world.grace.person):
        with pytest.raises(actions.NotExpected):
            booked(world, TEN, persons=[stranger])


def test_who_left_the_circle_is_not_expected(world: World) -> None:
    access.end_membership(
        member=world.teo.member, because="asked to", by=world.asha.reader, at=NOON
    )
    with pytest.raises(actions.NotExpected):
        booked(world, TEN, persons=[world.teo.person])


def test_people_who_are_kept_apart_are_not_booked_together(world: World) -> None:
    access.separate(one=world.noor.person, other=world.teo.person, by=world.system, at=world.moment)
    with pytest.raises(actions.KeptApart):
        booked(world, TEN, persons=[world.noor.person, world.teo.person])
    assert booked(world, TEN, persons=[world.noor.person])


def test_a_time_kept_before_two_were_kept_apart_does_not_move_with_both(world: World) -> None:
    booking = booked(world, TEN, persons=[world.noor.person, world.teo.person])
    access.separate(one=world.noor.person, other=world.teo.person, by=world.system, at=world.moment)
    with pytest.raises(actions.KeptApart):
        actions.move(
            booking=booking,
            wall=TEN + timedelta(days=1),
            expected=1,
            by=world.asha.reader,
            at=world.moment,
        )
    with pytest.raises(actions.KeptApart):
        series.move_following(
            booking=booking,
            wall=TEN + timedelta(days=1),
            change=actions.Change(),
            expected=1,
            by=world.asha.reader,
            at=world.moment,
        )


# -- moving and giving back ----------------------------------------------------------------------


def test_moving_keeps_the_zone_and_the_length(world: World) -> None:
    booking = booked(world, wall("2026-03-26T10:00"))
    moved = actions.move(
        booking=booking,
        wall=wall("2026-04-02T16:30"),
        expected=1,
        by=world.asha.reader,
        at=NOON,
    )
    assert moved.starts_at == datetime(2026, 4, 2, 15, 30, tzinfo=UTC)
    assert (moved.minutes, moved.zone, moved.version) == (50, LONDON, 2)


def test_a_booking_may_move_into_its_own_time(world: World) -> None:
    booking = booked(world, TEN)
    actions.move(
        booking=booking, wall=TEN.replace(minute=30), expected=1, by=world.asha.reader, at=NOON
    )
    assert live(world)[0].starts_at.minute == 30


def test_two_who_move_one_booking_are_told(world: World) -> None:
    booking, again = booked(world, TEN), live(world)[0]
    actions.move(
        booking=booking, wall=TEN.replace(hour=14), expected=1, by=world.asha.reader, at=NOON
    )
    with pytest.raises(StaleVersion) as refusal:
        actions.move(
            booking=again, wall=TEN.replace(hour=16), expected=1, by=world.asha.reader, at=NOON
        )
    assert refusal.value.current.starts_at.hour == 14


def test_giving_back_needs_a_reason_and_happens_once(world: World) -> None:
    booking = booked(world, TEN)
    with pytest.raises(actions.NeedsAReason):
        actions.cancel(booking=booking, because="  ", expected=1, by=world.asha.reader, at=NOON)
    actions.cancel(booking=booking, because="ill", expected=1, by=world.asha.reader, at=NOON)
    with pytest.raises(actions.AlreadyCancelled):
        actions.cancel(booking=booking, because="ill", expected=2, by=world.asha.reader, at=NOON)
    with pytest.raises(actions.AlreadyCancelled):
        actions.move(booking=booking, wall=TEN, expected=2, by=world.asha.reader, at=NOON)


def test_what_has_begun_is_told_not_moved_or_given_back(world: World) -> None:
    booking = booked(world, TEN)
    later = booking.starts_at
    world.at(later)
    with pytest.raises(actions.HasBegun):
        actions.move(
            booking=booking,
            wall=TEN + timedelta(days=1),
            expected=1,
            by=world.asha.reader,
            at=later,
        )
    with pytest.raises(actions.HasBegun):
        actions.cancel(booking=booking, because="ill", expected=1, by=world.asha.reader, at=later)


# -- who ------------------------------------------------------------------------------------------


def test_only_who_works_with_the_circle_keeps_a_time_for_it(world: World) -> None:
    for stranger in (world.bo, world.hana, world.noor):
        with pytest.raises(NotAllowed):
            booked(world, TEN, by=stranger)
    assert live(world) == []


def test_a_member_sees_only_the_times_they_are_expected_at(world: World) -> None:
    booked(world, TEN, persons=[world.noor.person])
    booked(world, TEN.replace(hour=14), persons=[world.teo.person])
    at = world.moment
    assert queries.upcoming(seen_by=world.asha.reader, at=at).count() == 2
    assert queries.upcoming(seen_by=world.noor.reader, at=at).get().starts_at.hour == 10
    assert queries.upcoming(seen_by=world.teo.reader, at=at).get().starts_at.hour == 14
    assert not queries.upcoming(seen_by=world.bo.reader, at=at).exists()


def test_my_week_is_mine_alone(world: World) -> None:
    booked(world, TEN)
    week = {"start": NOON, "end": NOON + timedelta(days=7)}
    assert queries.mine(seen_by=world.asha.reader, **week).count() == 1
    assert queries.mine(seen_by=world.ifeoma.reader, **week).count() == 0
    assert queries.between(seen_by=world.ifeoma.reader, **week).count() == 1


def test_a_booking_of_another_house_is_not_found(world: World, bo: Cast) -> None:
    stranger = people.add_practitioner(
        institution=people.make_institution(
            name="Elsewhere",
            country="GB",
            zone=LONDON,
            jurisdiction="uk_ew",
            by=world.system,
            at=NOON,
        ),
        name="Ada Elsewhere",
        by=world.system,
        at=NOON,
    )
    with pytest.raises(actions.NotExpected):
        booked(world, TEN, practitioner=stranger)


# -- the database's own wall -----------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["practitioner", "person", "resource"])
def test_the_database_refuses_an_overlap_by_itself(world: World, kind: str) -> None:
    booking = booked(world, TEN, resource=room(world))
    (row,) = Busy.objects.unscoped("a test").filter(**{f"{kind}__isnull": False})
    other = booked(world, TEN.replace(hour=14))
    kept = {f.attname: getattr(row, f.attname) for f in Busy._meta.concrete_fields}
    again = Busy(**{**kept, "id": uuid4(), "booking_id": other.pk})
    if kind != "resource":  # the other booking takes them too, at its own time
        Busy._base_manager.filter(booking=other, who=row.who).delete()
    with pytest.raises(IntegrityError, match=NO_OVERLAP), transaction.atomic(), writing():
        again.save(force_insert=True)
    assert booking.starts_at == again.starts_at


@pytest.mark.postgresql
def test_a_missing_wall_is_a_finding(world: World) -> None:
    assert checks.overlap_is_walled(databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE calendar_busy DROP CONSTRAINT {NO_OVERLAP}")
    (finding,) = checks.overlap_is_walled(databases=["default"])
    assert finding.id == "calendar.W001"


@pytest.mark.sqlite
def test_one_writer_at_a_time_needs_no_wall(world: World) -> None:
    assert checks.overlap_is_walled(databases=["default"]) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_who_book_at_the_same_moment_one_is_refused(at: Any) -> None:
    from tests.factories import make_world

    at(NOON)
    world = make_world()
    ready, said = Barrier(2), []

    def book(person: Any) -> None:
        reader = world.asha.reader
        ready.wait()
        try:
            actions.book(
                circle=world.circle,
                practitioner=world.asha.practitioner,
                persons=[person],
                wall=TEN,
                zone=LONDON,
                minutes=50,
                by=reader,
                at=world.moment,
            )
            said.append("kept")
        except actions.AlreadyBooked:
            said.append("refused")
        finally:
            connection.close()

    both = [Thread(target=book, args=(p,)) for p in (world.noor.person, world.teo.person)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(said) == ["kept", "refused"]


def test_alongside_check_says_that_the_wall_is_missing(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alongside.calendar import queries as calendar
    from alongside.cli import check

    walls = [found.what for found in check.database_keeps_what_it_says() if "wall" in found.what]
    assert walls == []
    monkeypatch.setattr(calendar, "overlap_is_walled", lambda name: False)
    (found,) = (each for each in check.database_keeps_what_it_says() if "wall" in each.what)
    assert found.grade == "warning"
    assert "CREATE EXTENSION btree_gist" in found.mend


# -- rooms and colleagues ------------------------------------------------------------------------


def test_a_room_holds_one_talk_at_a_time_and_no_more_people_than_it_can(world: World) -> None:
    blue = room(world, capacity=2)
    first = booked(world, TEN, resource=blue)
    with pytest.raises(actions.AlreadyBooked) as refusal:
        booked(
            world,
            TEN.replace(minute=30),
            resource=blue,
            practitioner=world.bo.practitioner,
            persons=[world.teo.person],
        )
    assert refusal.value.facts["who"] == "room"
    with pytest.raises(actions.TooSmall) as small:
        booked(world, TEN.replace(hour=14), resource=blue, colleagues=[world.bo.practitioner])
    assert (small.value.facts["capacity"], small.value.facts["people"]) == (2, 3)
    green = room(world, "Green room")
    actions.move(booking=first, wall=TEN, resource=green, expected=1, by=world.asha.reader, at=NOON)
    assert booked(
        world,
        TEN,
        resource=blue,
        practitioner=world.bo.practitioner,
        persons=[world.teo.person],
    )


def test_a_colleague_who_takes_part_is_taken(world: World) -> None:
    booked(world, TEN, colleagues=[world.bo.practitioner])
    with pytest.raises(actions.AlreadyBooked):
        booked(world, TEN, practitioner=world.bo.practitioner, persons=[world.teo.person])
    week = {"start": NOON, "end": NOON + timedelta(days=7)}
    assert not queries.mine(seen_by=world.bo.reader, **week).exists()
    (span_,) = queries.mine_elsewhere(seen_by=world.bo.reader, **week)
    assert span_.starts_at.hour == 10
    assert queries.mine_elsewhere(seen_by=world.asha.reader, **week) == []


# -- times that repeat ---------------------------------------------------------------------------


def kept_for(world: World, **more: Any) -> actions.Kept:
    return actions.Kept(
        circle=world.circle,
        practitioner=world.asha.practitioner,
        persons=(world.noor.person,),
        zone=LONDON,
        minutes=50,
        **more,
    )


def in_series(world: World, first: datetime, times: int, weeks: int = 1) -> list[Booking]:
    made, left = series.book_series(
        kept=kept_for(world),
        walls=list(repeated(first, weeks=weeks, times=times)),
        by=world.asha.reader,
        at=world.moment,
    )
    assert left == ()
    return made


@given(
    first=st.datetimes(wall("2026-01-01T00:00"), wall("2027-12-31T00:00")),
    weeks=st.integers(1, 4),
    times=st.integers(1, 80),
)
def test_a_series_keeps_its_weekday_and_its_wall_time(
    first: datetime, weeks: int, times: int
) -> None:
    walls = list(repeated(first, weeks=weeks, times=times))
    assert len(walls) == min(times, 52)
    assert {(one.weekday(), one.time()) for one in walls} == {(first.weekday(), first.time())}
    assert walls == list(repeated(first, weeks=weeks, until=walls[-1].date()))[: len(walls)]


def test_a_series_keeps_ten_o_clock_over_summer_time_and_says_what_stands_against_a_date(
    world: World,
) -> None:
    made = in_series(world, wall("2026-03-19T10:00"), 4)
    assert [row.starts_at.hour for row in made] == [10, 10, 9, 9]
    dates = series.look(
        kept=kept_for(world, colleagues=(world.bo.practitioner,)),
        walls=[
            wall("2026-02-01T10:00"), wall("2026-03-26T10:30"), wall("2026-03-29T01:30"),
            wall("2026-05-07T10:00"), wall("2026-05-07T10:20"), wall("2026-10-25T01:30"),
            wall("2028-01-01T10:00"),
        ],
        seen_by=world.asha.reader,
        at=world.moment,
    )  # fmt: skip
    assert [date.state for date in dates] == [
        "gone", "practitioner", "missing", "free", "again", "twice", "too_far",
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        series.look(kept=kept_for(world), walls=[TEN], seen_by=world.noor.reader, at=world.moment)


@pytest.mark.parametrize("days", [7, -7, 14])
def test_a_series_may_move_into_its_own_dates(world: World, days: int) -> None:
    world_start = wall("2026-03-19T10:00")
    made = in_series(world, world_start, 4)
    moved = series.move_following(
        booking=made[0],
        wall=world_start + timedelta(days=days),
        change=actions.Change(),
        expected=1,
        by=world.asha.reader,
        at=world.moment,
    )
    assert [row.local_start.replace(tzinfo=None) for row in moved] == [
        world_start + timedelta(days=days + 7 * number) for number in range(4)
    ]
    busy = Busy.objects.unscoped("a test").filter(who=world.noor.person.pk)
    assert sorted(busy.values_list("starts_at", flat=True)) == [row.starts_at for row in moved]


def test_a_series_moves_whole_or_not_at_all_and_what_went_before_stays(world: World) -> None:
    made = in_series(world, TEN, 3)
    booked(world, TEN + timedelta(weeks=2, hours=5))
    with pytest.raises(series.NotAllFree) as refusal:
        series.move_following(
            booking=made[1],
            wall=TEN + timedelta(weeks=1, hours=5),
            change=actions.Change(),
            expected=1,
            by=world.asha.reader,
            at=world.moment,
        )
    assert [date.state for date in refusal.value.facts["dates"]] == ["free", "practitioner"]
    gone = series.cancel_following(
        booking=made[1], because="holidays", expected=1, by=world.asha.reader, at=NOON
    )
    assert len(gone) == 2
    assert [row.pk for row in live(world)][0] == made[0].pk
    assert len(live(world)) == 2


def test_an_address_of_ones_times_says_nothing_once_the_last_role_has_ended(world: World) -> None:
    booked(world, TEN, persons=[world.noor.person])
    token = private_address.make(of=TIMES, by=world.asha.reader, at=NOON)
    assert "BEGIN:VEVENT" in (private_address.calendar(of=TIMES, token=token, at=NOON) or "")
    rows = Relationship.objects.unscoped("a test").filter(account=world.asha.account)
    with writing():
        rows.update(valid_to=NOON)
    assert "BEGIN:VEVENT" not in (private_address.calendar(of=TIMES, token=token, at=NOON) or "")
