"""Times at the practitioner's door: my week, booking, moving, giving back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from alongside.access import actions as access
from alongside.access.models import Relationship
from alongside.calendar import actions, queries
from alongside.plans.models import Course
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import booked, held

SignedIn = Callable[[Cast], Any]
wall = datetime.fromisoformat  # what the clock on the wall shows
TEN = wall("2026-03-05T10:00")  # a Thursday


def read(browser: Any, address: str, status: int = 200) -> str:
    response = browser.get(address)
    assert response.status_code == status, address
    return str(response.content.decode())


def send(browser: Any, address: str, data: dict[str, Any], status: int = 302) -> str:
    response = browser.post(address, data)
    page = str(response.content.decode())
    assert response.status_code == status, (address, re.findall(r'class="error">.*?</span>', page))
    return page


def wish(world: World, **more: Any) -> dict[str, Any]:
    return {
        "day": "2026-03-05",
        "time": "10:00",
        "minutes": "50",
        "place": "video",
        "persons": [str(world.noor.person.pk)],
        "practitioner": str(world.asha.practitioner.pk),
        "course": "",
        **more,
    }


def book_url(world: World) -> str:
    return f"/work/cases/{world.case.pk}/book/"


def live(world: World) -> list[Any]:
    return list(queries.upcoming(seen_by=world.asha.reader, at=world.moment))


# -- booking -------------------------------------------------------------------------------------


def test_a_time_is_kept_and_shown_in_the_case_and_in_my_week(
    world: World, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    send(browser, book_url(world), wish(world))
    (booking,) = live(world)
    assert (booking.zone, booking.place, booking.minutes) == ("Europe/London", "video", 50)
    page = read(browser, f"/work/cases/{world.case.pk}/sessions/")
    assert "Kept: Thursday 5 March 2026, 10:00–10:50." in page
    week = read(browser, "/work/calendar/")
    assert "Week of 2 March 2026" in week
    assert "10:00–10:50" in week
    assert "Noor Haddad · By video" in week


def test_the_form_knows_what_is_likely(world: World, craft: Course, signed_in: SignedIn) -> None:
    page = read(signed_in(world.asha), f"{book_url(world)}?course={craft.pk}")
    assert re.search(rf'value="{world.noor.person.pk}"[^>]*checked', page)
    assert not re.search(rf'value="{world.sam.pk}"[^>]*checked', page)
    assert 'name="minutes" value="60"' in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"day": "2026-02-30"}, "Write a date"),
        ({"day": "tomorrow"}, "Write a date"),
        ({"day": "0001-01-01"}, "That time has gone."),
        ({"day": "9999-12-31"}, "within the next 400 days"),
        ({"day": "2026-03-02", "time": "11:00"}, "That time has gone."),
        ({"day": "2026-03-29", "time": "01:30"}, "01:30 does not exist on Sunday 29 March 2026"),
        ({"time": "25:00"}, "Write a time"),
        ({"minutes": "2"}, "Write 5 or more"),
        ({"minutes": "999999999999"}, "Write 480 at the most"),
        ({"persons": []}, "Choose at least one of these."),
        ({"persons": [str(uuid4())]}, "Choose from the list"),
        ({"persons": ["hana"]}, "Choose from the list"),
        ({"practitioner": str(uuid4())}, "Choose from the list"),
        ({"course": str(uuid4())}, "Choose from the list"),
        ({"place": "on the moon"}, "Choose from the list"),
    ],
)
def test_a_time_that_cannot_be_kept_is_refused_in_a_sentence(
    world: World, signed_in: SignedIn, data: dict[str, Any], words: str
) -> None:
    if data.get("persons") == ["hana"]:
        data = {"persons": [str(world.hana.person.pk)]}
    page = send(signed_in(world.asha), book_url(world), wish(world, **data), 400)
    assert words in page
    assert "Error:" in page
    if data.get("time", "") != "25:00":
        shown = data.get("time", "10:00")
        assert f'value="{shown}"' in page  # what was typed stays
    assert live(world) == []


def test_a_taken_time_is_refused_and_what_was_typed_stays(
    world: World, signed_in: SignedIn
) -> None:
    booked(world, TEN)
    browser = signed_in(world.asha)
    page = send(browser, book_url(world), wish(world, time="10:30"), 400)
    assert "That time is taken." in page
    assert 'value="2026-03-05"' in page
    assert 'value="10:30"' in page
    page = send(
        browser, book_url(world), wish(world, practitioner=str(world.bo.practitioner.pk)), 400
    )
    assert "Somebody who is expected has something else" in page
    assert len(live(world)) == 1


def test_people_kept_apart_are_refused_without_saying_why(
    world: World, signed_in: SignedIn
) -> None:
    access.separate(one=world.noor.person, other=world.teo.person, by=world.system, at=NOON)
    both = [str(world.noor.person.pk), str(world.teo.person.pk)]
    page = send(signed_in(world.asha), book_url(world), wish(world, persons=both), 400)
    assert "These people cannot be booked together. Book each of them alone." in page
    assert live(world) == []


# -- moving and giving back ----------------------------------------------------------------------


def test_moving_keeps_the_clock_of_the_place(world: World, signed_in: SignedIn) -> None:
    booking = booked(world, TEN)
    browser = signed_in(world.asha)
    address = f"/work/bookings/{booking.pk}/move/"
    page = read(browser, address)
    assert "Kept now: Thursday 5 March 2026, 10:00–10:50." in page
    given = wish(world, version="1", day="2026-04-02", time="16:30", place="phone")
    send(browser, address, given)
    (moved,) = live(world)
    assert (moved.local_start.hour, moved.starts_at.hour, moved.place) == (16, 15, "phone")


def test_two_who_move_one_time_are_told_and_nothing_is_lost(
    world: World, signed_in: SignedIn
) -> None:
    booking = booked(world, TEN)
    browser = signed_in(world.asha)
    address = f"/work/bookings/{booking.pk}/move/"
    actions.move(
        booking=booking, wall=TEN.replace(hour=14), expected=1, by=world.asha.reader, at=NOON
    )
    page = send(browser, address, wish(world, version="1", time="16:00"), 409)
    assert "it is now on Thursday 5 March 2026, 14:00–14:50" in page
    assert 'value="16:00"' in page
    assert 'name="version" value="2"' in page
    assert live(world)[0].local_start.hour == 14
    send(browser, address, wish(world, version="2", time="16:00"))
    assert live(world)[0].local_start.hour == 16


def test_giving_back_needs_a_reason(world: World, signed_in: SignedIn) -> None:
    booking = booked(world, TEN)
    browser = signed_in(world.asha)
    address = f"/work/bookings/{booking.pk}/cancel/"
    for because in ("", "   ", "x" * 201, "one\u202etwo", "a\x00b"):
        send(browser, address, {"version": "1", "because": because}, 400)
    assert len(live(world)) == 1
    send(browser, address, {"version": "1", "because": "Noor has a cold"})
    assert live(world) == []
    page = send(browser, address, {"version": "2", "because": "again"}, 400)
    assert "This time was given back before." in page


def test_moving_what_somebody_gave_back_says_so(world: World, signed_in: SignedIn) -> None:
    booking = booked(world, TEN)
    actions.cancel(
        booking=booking, because="Noor has a cold", expected=1, by=world.asha.reader, at=NOON
    )
    given = wish(world, version="1", time="16:00")
    page = send(signed_in(world.asha), f"/work/bookings/{booking.pk}/move/", given, 400)
    assert "This time was given back before." in page


def test_a_time_that_has_begun_is_told_instead(
    world: World, craft: Course, signed_in: SignedIn, at: Callable[[datetime], None]
) -> None:
    booking = booked(world, TEN, about=f"course:{craft.pk}")
    at(booking.ends_at)
    browser = signed_in(world.asha)
    page = read(browser, "/work/calendar/")
    assert "1 time has passed and nobody has written down what happened." in page
    assert f"/work/bookings/{booking.pk}/tell/" in page
    assert f"/work/bookings/{booking.pk}/move/" not in page
    given = wish(world, version="1", day="2026-03-12")
    page = send(browser, f"/work/bookings/{booking.pk}/move/", given, 400)
    assert "Write down what happened instead." in page
    world.at(booking.ends_at)
    held(world, craft, booking=booking, when=booking.starts_at)
    page = read(browser, "/work/calendar/")
    assert "nobody has written down" not in page
    assert "Written down" in page


# -- the week ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ("", "Week of 2 March 2026"),
        ("?from=2026-03-08", "Week of 2 March 2026"),
        ("?from=2026-03-09", "Week of 9 March 2026"),
        ("?from=2026-02-30", "Week of 2 March 2026"),
        ("?from=9999-12-31", "Week of 2 March 2026"),
        ("?from=0001-01-01", "Week of 2 March 2026"),
        ("?from=%00&whose=%F0%9F%98%80", "Week of 2 March 2026"),
    ],
)
def test_any_address_shows_a_week(
    world: World, signed_in: SignedIn, query: str, heading: str
) -> None:
    assert heading in read(signed_in(world.asha), f"/work/calendar/{query}")


def test_a_booking_stands_on_its_day_by_the_clock_of_the_place(
    world: World, signed_in: SignedIn
) -> None:
    booked(world, wall("2026-03-29T08:00"))  # the day summer time begins
    page = read(signed_in(world.asha), "/work/calendar/?from=2026-03-23")
    sunday = page.partition("Sunday 29 March")[2]
    assert "08:00–08:50" in sunday


def test_my_week_is_mine_and_everything_is_what_i_may_see(
    world: World, signed_in: SignedIn
) -> None:
    booked(world, TEN)
    supervisor = signed_in(world.ifeoma)
    assert "10:00–10:50" not in read(supervisor, "/work/calendar/")
    everything = read(supervisor, "/work/calendar/?whose=all")
    assert "10:00–10:50" in everything
    assert "/move/" not in everything
    on_call = signed_in(world.hana)
    assert "10:00–10:50" not in read(on_call, "/work/calendar/?whose=all")


# -- who may -------------------------------------------------------------------------------------


def test_nobody_from_outside_finds_a_time(world: World, signed_in: SignedIn) -> None:
    booking = booked(world, TEN)
    addresses = [
        book_url(world),
        f"/work/bookings/{booking.pk}/move/",
        f"/work/bookings/{booking.pk}/cancel/",
        f"/work/bookings/{booking.pk}/tell/",
    ]
    nothing = f"/work/bookings/{uuid4()}/move/"
    for stranger in (world.bo, world.noor, world.hana, world.ifeoma):
        browser = signed_in(stranger)
        for address in addresses:
            for method in (browser.get, browser.post):
                theirs = method(address)
                assert theirs.status_code == 404, (stranger.account.email, address)
                assert theirs.content == method(nothing).content
    assert len(live(world)) == 1


def test_a_right_that_ends_while_the_page_is_open_books_nothing(
    world: World, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    read(browser, book_url(world))
    edge = Relationship._base_manager.get(
        account=world.asha.account, circle=world.circle, role="lead"
    )
    access.end_relationship(relationship=edge, because="moved on", by=world.system, at=NOON)
    browser.post(book_url(world), wish(world))
    assert signed_in(world.asha).post(book_url(world), wish(world)).status_code == 404
    assert not queries.bookings(seen_by=world.system).exists()


def test_a_week_costs_the_same_however_full_it_is(
    world: World, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    booked(world, TEN)
    browser = signed_in(world.asha)
    read(browser, "/work/calendar/?whose=all")
    with django_assert_max_num_queries(45) as few:
        read(browser, "/work/calendar/?whose=all")
    for hour in range(11, 18):
        booked(world, TEN.replace(hour=hour))
        booked(
            world,
            TEN.replace(hour=hour) + timedelta(days=1),
            persons=[world.teo.person, world.sam],
        )
    with django_assert_max_num_queries(len(few) + 1):  # one more fetches the new keys
        page = read(browser, "/work/calendar/?whose=all")
    assert "15 times" in page
