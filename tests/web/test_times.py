"""Rooms, times that repeat, and one's own times at every door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from alongside.access import actions as access
from alongside.calendar import actions, queries
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import booked
from tests.rooms.test_calendar import TEN, room
from tests.rooms.test_channels import fresh
from tests.rooms.test_shift_feed import read as events
from tests.web.test_calendar_pages import book_url, live, read, send, wish

SignedIn = Callable[[Cast], Any]
wall = datetime.fromisoformat  # what the clock on the wall shows


def test_the_office_keeps_the_rooms_and_sees_how_much_they_are_used(
    world: World, signed_in: SignedIn
) -> None:
    browser = signed_in(world.grace)
    given = {"name": "Blue room", "capacity": "4", "place": "Second floor, bell 3"}
    send(browser, "/office/rooms/new/", given)
    page = send(browser, "/office/rooms/new/", {**given, "name": "blue  room"}, 400)
    assert "Another room in use has this name." in page
    (blue,) = queries.rooms_in_use(seen_by=world.grace.reader)
    booked(world, TEN, resource=blue)
    page = read(browser, "/office/rooms/")
    assert "Kept once in the next 14 days" in page
    assert "Noor" not in page
    edit = f"/office/rooms/{blue.pk}/"
    page = send(browser, edit, {**given, "version": "9", "capacity": "6"}, 409)
    assert 'name="version" value="1"' in page
    send(browser, edit, {**given, "version": "1"})  # without the tick: no longer booked
    assert not queries.rooms_in_use(seen_by=world.grace.reader).exists()
    assert live(world)[0].resource == blue
    assert "Blue room" not in read(signed_in(world.asha), book_url(world))


def test_a_time_has_a_room_a_colleague_and_the_address_of_its_call(
    world: World, signed_in: SignedIn
) -> None:
    blue = room(world, capacity=3)
    hana = str(world.hana.practitioner.pk)
    more = {"room": str(blue.pk), "colleagues": [hana], "video_link": "https://meet.example/x y"}
    browser = signed_in(world.asha)
    page = send(browser, book_url(world), wish(world, **more), 400)
    assert "Paste the whole address." in page
    more["video_link"] = "https://meet.example/xy"
    send(browser, book_url(world), wish(world, **more))
    (made,) = live(world)
    page = read(browser, f"/work/bookings/{made.pk}/")
    for words in ("Asha Raman and Hana", "Blue room. Second floor", "https://meet.example/xy"):
        assert words in page, words
    assert "10:00–10:50" not in read(signed_in(world.ifeoma), "/work/calendar/")
    taking_part = signed_in(world.hana)  # who has no place in this circle
    hidden = read(taking_part, "/work/calendar/")
    assert "You are taken" in hidden
    assert "Noor" not in hidden + read(taking_part, "/work/calendar/?view=agenda&whose=all")
    own = read(signed_in(world.noor), f"/circle/{world.circle.pk}/times/")
    assert "Blue room. Second floor" in own
    assert 'href="https://meet.example/xy"' in own
    assert "Blue room" not in read(signed_in(world.teo), f"/circle/{world.circle.pk}/times/")
    page = send(browser, book_url(world), wish(world, time="10:30", room=str(blue.pk)), 400)
    assert "That time is taken." in page
    actions.cancel(booking=made, because="ill", expected=1, by=world.asha.reader, at=NOON)
    own = read(signed_in(world.noor), f"/circle/{world.circle.pk}/times/")
    assert "Cancelled" in own
    assert "meet.example" not in own


def test_the_dates_of_a_series_are_shown_before_they_are_kept(
    world: World, signed_in: SignedIn
) -> None:
    booked(world, TEN + timedelta(weeks=1))  # the second date is taken
    browser = signed_in(world.asha)
    given = wish(world, repeat="1")
    assert "Say how many times" in send(browser, book_url(world), given, 400)
    given["times"] = "4"
    page = send(browser, book_url(world), given, 200)
    assert "3 of 4 are free." in page
    assert page.count("The practitioner has something else then") == 1
    assert "Keep the 3 that are free" in page
    assert len(live(world)) == 1  # nothing is kept yet
    assert "Keep the 3" in send(browser, book_url(world), {**given, "do": "all"}, 409)
    send(browser, book_url(world), {**given, "do": "change"}, 200)
    send(browser, book_url(world), {**given, "do": "free"})
    page = read(browser, f"/work/cases/{world.case.pk}/sessions/")
    assert "Kept: 3 times, from Thursday 5 March 2026, 10:00–10:50" in page
    assert "Not kept: 12 Mar 2026." in page
    first, _other, third, last = live(world)
    assert first.series == third.series == last.series
    assert "The series goes on" in read(browser, f"/work/bookings/{first.pk}/")
    moving = wish(world, version="1", day="2026-03-19", time="15:00", scope="following")
    send(browser, f"/work/bookings/{third.pk}/move/", moving)
    assert [row.local_start.hour for row in live(world)] == [10, 10, 15, 15]
    gone = {"version": "2", "because": "holidays", "scope": "following"}
    send(browser, f"/work/bookings/{third.pk}/cancel/", gone)
    assert [row.pk for row in live(world)] == [first.pk, _other.pk]


def test_a_time_that_comes_twice_is_asked_about(world: World, signed_in: SignedIn) -> None:
    browser = signed_in(world.asha)
    given = wish(world, day="2026-10-25", time="01:30")
    page = read(browser, book_url(world))
    assert 'name="second"' not in page
    page = send(browser, book_url(world), given, 400)
    assert "01:30 comes twice on Sunday 25 October 2026. Say which of the two it is." in page
    assert 'name="second"' in page
    page = send(browser, book_url(world), {**given, "repeat": "1", "times": "2"}, 200)
    assert "this time comes twice" in page
    send(browser, book_url(world), {**given, "second": "second"})
    assert live(world)[0].starts_at.hour == 1


def test_each_view_shows_the_times_and_the_list_leaves_empty_days_out(
    world: World, signed_in: SignedIn
) -> None:
    booked(world, wall("2026-03-05T06:30"))
    browser = signed_in(world.asha)
    week = read(browser, "/work/calendar/")
    assert "06:00" in week  # the lines begin an hour early
    assert 'class="cal-time q2 l4"' in week
    day = read(browser, "/work/calendar/?view=day&from=2026-03-05")
    assert "Thursday 5 March 2026" in day
    assert "06:30–07:20" in day
    listed = read(browser, "/work/calendar/?view=agenda")
    assert "06:30–07:20" in listed
    assert "Friday 6 March" not in listed
    assert read(browser, "/work/calendar/?view=%00&from=9999-12-31").count("cal-day") > 6


def test_ones_own_times_are_read_by_a_calendar_program_without_a_word_about_them(
    world: World, signed_in: SignedIn
) -> None:
    blue = room(world)
    first = booked(world, TEN, resource=blue, colleagues=[world.bo.practitioner])
    addresses = {}
    for who in (world.asha, world.bo, world.noor, world.teo):
        browser = signed_in(who)
        browser.get("/account/kept/")
        fresh(browser)
        page = browser.post("/account/times/").content.decode()
        shown = page.partition("<code>")[2].partition("</code>")[0]
        addresses[who.account.pk] = "/" + shown.split("/", 3)[3]
        assert addresses[who.account.pk] not in browser.get("/account/times/").content.decode()

    def feed(who: Cast) -> list[Any]:
        answer = Client().get(addresses[who.account.pk])
        assert answer["Content-Type"].startswith("text/calendar")
        for word in ("noor", "asha", "blue", "floor", "family", "circle", "alongside"):
            assert word not in answer.content.decode().lower()
        return events(answer.content.decode())

    assert feed(world.teo) == []
    before = feed(world.noor)[0]
    for who in (world.asha, world.bo):
        assert feed(who)[0]["UID"] == before["UID"]
    assert (before["SUMMARY"], before["SEQUENCE"]) == ("Appointment", 0)
    assert before.decoded("DTSTART") == first.starts_at
    actions.move(
        booking=first, wall=TEN.replace(hour=15), expected=1, by=world.asha.reader, at=NOON
    )
    (moved,) = feed(world.noor)
    assert (moved["UID"], moved["SEQUENCE"]) == (before["UID"], 1)
    assert moved.decoded("DTSTART").hour == 15
    actions.cancel(booking=first, because="ill", expected=2, by=world.asha.reader, at=NOON)
    (gone,) = feed(world.noor)
    assert (gone["STATUS"], gone["SEQUENCE"]) == ("CANCELLED", 2)
    assert gone["SUMMARY"] == "Cancelled: Appointment"
    access.end_membership(member=world.noor.member, because="x", by=world.asha.reader, at=NOON)
    gone_too = Client().get(addresses[world.noor.account.pk])  # it was her only circle
    assert gone_too.status_code == 404
    browser = signed_in(world.asha)
    fresh(browser)
    ended = browser.post("/account/times/end/")
    assert ended["Location"] == "/account/times/"
    assert Client().get(addresses[world.asha.account.pk]).status_code == 404
