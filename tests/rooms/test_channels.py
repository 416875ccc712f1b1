"""How somebody on call is reached: two tested ways, the gaps without them, and who is chased."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from alongside.crisis import actions as crisis
from alongside.crisis import escalation, queries, rules
from alongside.crisis.models import Alert
from alongside.notify import channels, dispatcher, transports
from alongside.notify import rules as reach_rules
from alongside.notify.models import Message
from alongside.people.reach import NotReachable
from alongside.records.errors import NotAllowed
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.fakes.transports import Recording

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PHONE = "+447700900123"


@pytest.fixture(autouse=True)
def texts_and_calls(settings: Any, tmp_path: Any) -> None:
    """This deployment sends texts and calls too: to files, as a demonstration does."""
    settings.DEMO, settings.VAR = True, tmp_path


def code_in(message: Message) -> str:
    found = re.search(r"\b(\d{6})\b", message.body)
    assert found is not None
    return found[1]


def messages(**given: Any) -> list[Message]:
    rows = Message.objects.unscoped("a test").filter(**given)
    return list(rows.order_by("created_at", "key"))


def add(cast: Any, kind: str, address: str, at: datetime = NOON) -> Any:
    return channels.add_channel(kind=kind, address=address, by=cast.reader, at=at)


def proven(cast: Any, kind: str, address: str, at: datetime = NOON) -> Any:
    """A channel whose test was answered."""
    channel = add(cast, kind, address, at)
    (message,) = messages(about=f"channel:{channel.pk}", kind="channel_test")
    return channels.answer_test(channel=channel, code=code_in(message), by=cast.reader, at=at)


def two_ways(cast: Any, at: datetime = NOON) -> None:
    proven(cast, "email", cast.account.email, at)
    proven(cast, "sms", f"+4477009{int(cast.account.pk.hex[:6], 16) % 100000:05}", at)


# -- a channel and its test -----------------------------------------------------------------------


def test_a_channel_counts_for_ninety_days_after_its_test_was_answered(house):
    channel = add(house.hana, "sms", "07700 900123")
    assert channel.address == PHONE
    assert channels.ways_to(house.hana.account.pk, at=NOON) == ()
    (message,) = messages(kind="channel_test")
    assert (message.channel, message.address) == ("sms", PHONE)
    channels.answer_test(channel=channel, code=code_in(message), by=house.hana.reader, at=NOON)
    for later, counts in ((90 * DAY - MINUTE, True), (90 * DAY, False)):
        (way,) = channels.ways_to(house.hana.account.pk, at=NOON + later)
        assert (way.address, way.counts) == (PHONE, counts)


def test_a_wrong_code_is_counted_and_after_five_the_right_one_is_worth_nothing(house):
    channel = add(house.hana, "sms", PHONE)
    (message,) = messages(kind="channel_test")
    right = code_in(message)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(5):
        tried = channels.answer_test(channel=channel, code=wrong, by=house.hana.reader, at=NOON)
        assert tried.verified_at is None
    with pytest.raises(channels.CodeOver):
        channels.answer_test(channel=channel, code=right, by=house.hana.reader, at=NOON)


def test_a_code_dies_after_half_an_hour_and_with_the_next_one(house):
    channel = add(house.hana, "sms", PHONE)
    (first,) = messages(kind="channel_test")
    late, old = NOON + 31 * MINUTE, code_in(first)
    with pytest.raises(channels.CodeOver):
        channels.answer_test(channel=channel, code=old, by=house.hana.reader, at=late)
    with pytest.raises(channels.TooSoon):
        channels.send_test(channel=channel, by=house.hana.reader, at=NOON + MINUTE / 2)
    channels.send_test(channel=channel, by=house.hana.reader, at=NOON + MINUTE)
    second = messages(kind="channel_test")[-1]
    if code_in(second) != code_in(first):
        tried = channels.answer_test(
            channel=channel, code=code_in(first), by=house.hana.reader, at=NOON + MINUTE
        )
        assert tried.verified_at is None
    answered = channels.answer_test(
        channel=channel, code=code_in(second), by=house.hana.reader, at=NOON + MINUTE
    )
    assert answered.verified_at == NOON + MINUTE


def test_nobody_touches_the_channel_of_another(house):
    channel = add(house.hana, "sms", PHONE)
    (message,) = messages(kind="channel_test")
    for act in (
        lambda by: channels.answer_test(channel=channel, code=code_in(message), by=by, at=NOON),
        lambda by: channels.send_test(channel=channel, by=by, at=NOON + HOUR),
        lambda by: channels.remove_channel(channel=channel, by=by, at=NOON),
    ):
        with pytest.raises(NotAllowed):
            act(house.grace.reader)
    assert list(channels.own(seen_by=house.grace.reader)) == []


def test_only_staff_have_channels(world):
    with pytest.raises(NotAllowed):
        add(world.noor, "sms", PHONE)


@pytest.mark.parametrize(
    ("kind", "address"),
    [("sms", "hello"), ("sms", ""), ("voice", "12"), ("email", "hana"), ("email", PHONE)],
)
def test_what_is_no_address_is_refused(house, kind, address):
    with pytest.raises(NotReachable):
        add(house.hana, kind, address)


def test_a_way_this_deployment_cannot_send_is_not_offered(house, settings):
    settings.DEMO = settings.DEBUG = False
    assert transports.offered() == {"email"}
    with pytest.raises(channels.NotOffered):
        add(house.hana, "sms", PHONE)
    with pytest.raises(channels.NotOffered):
        add(house.hana, "push", PHONE)


def test_a_change_is_told_to_the_address_one_signs_in_with_and_says_nothing_more(house):
    channel = add(house.hana, "sms", PHONE)
    channels.remove_channel(channel=channel, by=house.hana.reader, at=NOON)
    told = messages(kind="channel_news")
    assert [message.address for message in told] == ["hana@example.org"] * 2
    for message in (*told, *messages(kind="channel_test")):
        text = f"{message.subject} {message.body}".lower()
        for word in ("hana", "alongside", "danger", "crisis", "lothian", PHONE):
            assert word not in text


def test_the_test_of_a_channel_that_was_taken_away_is_not_sent(house):
    channel = add(house.hana, "sms", PHONE)
    channels.remove_channel(channel=channel, by=house.hana.reader, at=NOON)
    transport = Recording()
    transport.channel = "sms"
    dispatcher.send_due(transport=transport, at=NOON)
    assert transport.taken == []


def test_an_address_is_sealed_in_the_database(house):
    add(house.hana, "sms", PHONE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, address_hash FROM notify_channel")
        cells = [
            bytes(cell) if isinstance(cell, memoryview) else cell for cell in cursor.fetchone()
        ]
    digits = PHONE.lstrip("+")  # not fewer: four of them may stand in a seal by chance
    assert all(digits not in str(cell) for cell in cells)


# -- two that do not fail together ----------------------------------------------------------------


def test_a_text_and_a_call_to_a_phone_are_one_road():
    day = NOON
    assert reach_rules.reachable_until([("sms", day), ("voice", day)]) is None
    assert reach_rules.reachable_until([("email", day)]) is None
    assert reach_rules.reachable_until([("email", day), ("voice", day)]) == day + 90 * DAY
    older = day - 30 * DAY
    both = [("email", day), ("sms", older), ("voice", older - DAY)]
    assert reach_rules.reachable_until(both) == older + 90 * DAY


def test_how_many_can_be_reached_is_known_without_an_address(house):
    two_ways(house.hana)
    until = channels.reachable_until([house.hana.account.pk, house.bo.account.pk])
    assert until == {house.hana.account.pk: NOON + 90 * DAY, house.bo.account.pk: None}


# -- gaps -----------------------------------------------------------------------------------------


def put_on(house: Any, cast: Any, order: int, days: int = 15, **more: Any) -> None:
    """On call from NOON's day on, each day from midnight to midnight."""
    for day in range(days):
        start = datetime.combine(NOON.date() + day * DAY, time())
        crisis.save_shift(
            service=house.service,
            account=cast.account,
            order=order,
            local_start=start,
            local_end=start + DAY,
            zone="Europe/London",
            by=house.system,
            at=NOON,
            **more,
        )


def test_fourteen_days_of_two_people_with_two_ways_have_no_gap(house):
    put_on(house, house.hana, 1)
    put_on(house, house.bo, 2)
    gaps = queries.rota_gaps(house.service, NOON)
    assert [(gap.why, gap.who) for gap in gaps[2]] == [("not_reachable", (house.bo.account,))]
    two_ways(house.hana)
    two_ways(house.bo)
    assert queries.rota_gaps(house.service, NOON) == {1: (), 2: ()}
    assert queries.without_two_channels(house.service, NOON) == 0


def test_a_way_that_lapses_within_the_fortnight_is_a_gap_from_that_hour_on(house):
    put_on(house, house.hana, 1)
    put_on(house, house.bo, 2)
    two_ways(house.bo)
    two_ways(house.hana, NOON - 80 * DAY)
    (gap,) = queries.rota_gaps(house.service, NOON)[1]
    assert (gap.start, gap.end, gap.why) == (NOON + 10 * DAY, NOON + 14 * DAY, "not_reachable")


def test_one_person_is_not_both_first_and_second(house):
    put_on(house, house.hana, 1)
    put_on(house, house.hana, 2)
    two_ways(house.hana)
    gaps = queries.rota_gaps(house.service, NOON)
    assert gaps[1] == ()
    assert [gap.why for gap in gaps[2]] == ["same_person"]


hours = st.integers(min_value=0, max_value=30)
watches = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([1, 2]), hours, hours, st.none() | hours),
    max_size=8,
)


@given(watches)
def test_an_hour_is_a_gap_exactly_when_there_are_no_two_reachable_people(listed):
    """The sweep, against asking hour by hour."""
    made = [
        rules.Watch(
            who, order, NOON + a * HOUR, NOON + b * HOUR, None if r is None else NOON + r * HOUR
        )
        for who, order, a, b, r in listed
        if a < b
    ]
    gaps = rules.gaps(made, NOON, NOON + 24 * HOUR)
    for hour in range(24):
        at = NOON + hour * HOUR + 30 * MINUTE
        there = {
            order: {
                w.who
                for w in made
                if w.order == order
                and w.start <= at < w.end
                and w.reachable_until is not None
                and w.reachable_until > at
            }
            for order in (1, 2)
        }
        expected = {order for order in (1, 2) if not there[order]}
        if there[1] and there[2] and len(there[1] | there[2]) == 1:
            expected.add(2)
        assert {gap.order for gap in gaps if gap.start <= at < gap.end} == expected
    assert all(gap.start < gap.end for gap in gaps)


# -- chased ---------------------------------------------------------------------------------------


def chases(house: Any) -> list[str]:
    return [m.address for m in messages(kind="rota_gap", about=f"rota:{house.service.pk}")]


def test_a_gap_far_away_is_told_once_a_day_and_one_within_48_hours_every_hour(house, at):
    two_ways(house.hana)
    two_ways(house.bo)
    put_on(house, house.hana, 1, days=5)
    put_on(house, house.bo, 2, days=5)  # the gap begins at midnight after four and a half days
    for hour in range(24):
        at(NOON + hour * HOUR)
        escalation.chase_once(at=NOON + hour * HOUR)
        escalation.chase_once(at=NOON + hour * HOUR + 30 * MINUTE)
    assert chases(house) == ["grace@example.org"] * 2  # two days by the calendar
    for hour in range(24 * 3, 24 * 3 + 6):
        at(NOON + hour * HOUR)
        escalation.chase_once(at=NOON + hour * HOUR)
        escalation.chase_once(at=NOON + hour * HOUR + 30 * MINUTE)
    assert len(chases(house)) == 2 + 6
    task = Task.objects.unscoped("a test").get(kind="rota_gap")
    assert (task.for_role, task.done_at) == ("manager", None)


def test_a_mended_gap_ends_its_task_and_its_messages_are_not_sent(house, at):
    escalation.chase_once(at=NOON)
    assert chases(house) == ["grace@example.org"]
    two_ways(house.hana)
    two_ways(house.bo)
    put_on(house, house.hana, 1)
    put_on(house, house.bo, 2)
    at(NOON + MINUTE)
    escalation.chase_once(at=NOON + MINUTE)
    assert Task.objects.unscoped("a test").get(kind="rota_gap").done_at == NOON + MINUTE
    transport = Recording()
    dispatcher.send_due(transport=transport, at=NOON + MINUTE)
    assert transport.to("grace@example.org") == []


def test_a_missing_channel_stops_no_alert(house):
    assert queries.rota_gaps(house.service, NOON)[1][0].why == "not_reachable"
    crisis.take_worry(
        service=house.service,
        path="today",
        question="badly_hurt",
        answer="yes",
        submission="a" * 32,
        concern_id=house.service.pk,
        by=house.system,
        at=NOON,
    )
    alert = Alert.objects.unscoped("a test").get()
    assert [m.address for m in messages(about=f"alert:{alert.pk}")] == ["hana@example.org"]


# -- pages ----------------------------------------------------------------------------------------


def test_somebody_adds_a_way_and_answers_its_test_on_their_own_page(house, signed_in):
    browser = signed_in(house.hana)
    page = browser.get("/account/reach/").content.decode()
    assert "fewer than two tested ways" in page
    fresh(browser)
    given_ = {"kind": "sms", "address": "07700 900123"}
    went = browser.post("/account/reach/add/", given_)
    assert went.status_code == 302, went.content.decode()
    (message,) = messages(kind="channel_test")
    wrong = browser.post(went.url, {"code": "x"})
    assert wrong.status_code == 400
    went = browser.post(went.url, {"code": f" {code_in(message)[:3]} {code_in(message)[3:]} "})
    assert went.url == "/account/reach/"
    proven(house.hana, "email", "hana@example.org")
    page = browser.get("/account/reach/").content.decode()
    assert "reached in two ways until" in page
    assert PHONE in page


def fresh(browser: Any) -> None:
    """This browser signed in just now: nothing is asked again."""
    from alongside.access import sessions

    session = browser.session
    sessions.begin(session, NOON)
    session.save()


def test_the_rota_says_who_lacks_what_and_shows_no_address(house, signed_in):
    proven(house.hana, "sms", PHONE)
    page = signed_in(house.grace).get("/office/rota/").content.decode()
    assert "Fewer than two tested ways." in page
    assert "Hana Kobayashi is first, without two tested ways to be reached." in page
    assert PHONE not in page


def test_family_finds_no_page_of_ways(world, signed_in):
    assert signed_in(world.noor).get("/account/reach/").status_code == 404


def test_check_names_gaps_and_missing_channels(house, settings):
    from alongside.cli import check

    said = [str(finding) for finding in check.somebody_answers()]
    assert any("who is first on call has no two verified channels" in each for each in said)
    assert any("nobody is second on call" in each for each in said)
    assert any("1 of those on call have no second verified channel" in each for each in said)
    assert list(check.there_is_a_second_channel()) == []
    settings.DEMO = False
    assert len(list(check.there_is_a_second_channel())) == 1
