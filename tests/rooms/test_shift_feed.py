"""One's own shifts in a calendar program, read by a real one's parser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from alongside.calendar import ics
from alongside.calendar.feed import TIMES
from alongside.calendar.private_address import PrivateCalendar, calendar, make
from alongside.crisis import actions
from alongside.crisis.feed import SHIFTS
from alongside.crisis.models import Shift
from alongside.records.errors import NotAllowed
from tests.conftest import NOON
from tests.rooms.test_channels import fresh

wall = datetime.fromisoformat  # what the clock on the wall shows


def put_on(house: Any, start: str, end: str, order: int = 1, zone: str = "Europe/London") -> Shift:
    return actions.save_shift(
        service=house.service,
        account=house.hana.account,
        order=order,
        local_start=wall(start),
        local_end=wall(end),
        zone=zone,
        by=house.system,
        at=NOON,
    )


def utc(at: str) -> datetime:
    return wall(at).replace(tzinfo=UTC)


def read(text: str | None) -> list[Any]:
    assert text is not None
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def test_a_calendar_program_reads_the_moments_of_each_shift(house):
    put_on(house, "2026-03-28 20:00", "2026-03-29 08:00")  # clocks go forward in between
    put_on(house, "2026-10-24 20:00", "2026-10-25 08:00", 2)  # and back
    put_on(house, "2026-07-01 09:00", "2026-07-01 17:00", 1, "Asia/Kolkata")
    token = make(of=SHIFTS, by=house.hana.reader, at=NOON)
    spans = {
        (str(event["SUMMARY"]), event.decoded("DTSTART"), event.decoded("DTEND"))
        for event in read(calendar(of=SHIFTS, token=token, at=NOON))
    }
    assert spans == {
        ("Shift 1", utc("2026-03-02 00:00"), utc("2026-03-03 00:00")),
        ("Shift 1", utc("2026-03-28 20:00"), utc("2026-03-29 07:00")),
        ("Shift 2", utc("2026-10-24 19:00"), utc("2026-10-25 08:00")),
        ("Shift 1", utc("2026-07-01 03:30"), utc("2026-07-01 11:30")),
    }


def test_it_holds_no_name_no_service_and_no_place(house):
    token = make(of=SHIFTS, by=house.hana.reader, at=NOON)
    text = (calendar(of=SHIFTS, token=token, at=NOON) or "").lower()
    for word in ("hana", "kobayashi", "family", "lothian", "call", "crisis", "alongside", "london"):
        assert word not in text
    (event,) = read(text.upper())
    assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "TRANSP"}


def test_a_shift_taken_away_is_gone_one_ended_early_is_short_and_ids_stay(house):
    late = put_on(house, "2026-03-05 08:00", "2026-03-05 20:00")
    token = make(of=SHIFTS, by=house.hana.reader, at=NOON)
    before = {str(event["UID"]) for event in read(calendar(of=SHIFTS, token=token, at=NOON))}
    now = Shift.objects.unscoped("a test").exclude(pk=late.pk).get()
    for shift in (late, now):
        actions.end_shift(shift=shift, by=house.grace.reader, at=NOON)
    (event,) = read(calendar(of=SHIFTS, token=token, at=NOON + timedelta(hours=1)))
    assert event.decoded("DTEND") == NOON
    assert str(event["UID"]) in before
    assert len(before) == 2


@pytest.mark.parametrize("of", [SHIFTS, TIMES], ids=["shifts", "times"])
def test_a_new_address_ends_the_one_before_and_a_locked_account_ends_both(
    house: Any, of: PrivateCalendar
) -> None:
    def opens(token: str) -> bool:
        return calendar(of=of, token=token, at=NOON) is not None

    first = make(of=of, by=house.hana.reader, at=NOON)
    second = make(of=of, by=house.hana.reader, at=NOON)
    assert (opens(first), opens(second)) == (False, True)
    account = type(house.hana.account)._base_manager.filter(pk=house.hana.account.pk)
    account.update(is_staff_member=False)  # who is staff no more has times, and no shifts
    assert opens(second) is (of is TIMES)
    account.update(is_staff_member=True, is_active=False)
    assert not opens(second)


def test_it_shows_ones_own_shifts_alone(house):
    token = make(of=SHIFTS, by=house.grace.reader, at=NOON)
    assert read(calendar(of=SHIFTS, token=token, at=NOON)) == []


def test_only_staff_have_such_an_address(world):
    with pytest.raises(NotAllowed):
        make(of=SHIFTS, by=world.noor.reader, at=NOON)


def test_the_address_is_made_on_ones_own_page_shown_once_and_read_without_a_sign_in(
    house, signed_in
):
    browser = signed_in(house.hana)
    browser.get("/account/kept/")
    fresh(browser)
    page = browser.post("/account/shifts/").content.decode()
    address = page.partition("<code>")[2].partition("</code>")[0]
    path = "/" + address.split("/", 3)[3]
    assert path not in browser.get("/account/shifts/").content.decode()
    answer = Client().get(path)
    assert answer["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer["Cache-Control"]
    assert len(read(answer.content.decode())) == 1
    ended = browser.post("/account/shifts/end/", follow=True)
    assert ended.redirect_chain == [("/account/shifts/", 302)]
    assert "Ended at" in ended.content.decode()
    assert Client().get(path).status_code == 404
    assert Client().get("/shifts/nothing.ics").status_code == 404


@given(st.text(alphabet="aé€😀 :;", max_size=400))
def test_a_folded_line_is_short_and_the_same_when_it_is_put_together(text):
    parts = list(ics.folded(text))
    assert all(len(part.encode()) <= 75 for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == text
    assert all(part.startswith(" ") for part in parts[1:])
