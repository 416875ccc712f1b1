"""Texts and calls by a gateway, and an alert that is taken with the code of a message."""

from __future__ import annotations

import hmac
import re
import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from django.test import Client

from alongside.cli import check
from alongside.crisis import actions as crisis
from alongside.crisis import by_code, codes, escalation, queries
from alongside.crisis.models import Alert, AlertCode
from alongside.notify import actions, channels, dispatcher, transports
from alongside.notify.apps import every_transport_can_be_made
from alongside.notify.gateway import GatewayTransport, NotAGateway
from alongside.notify.models import Attempt, Channel, Message
from alongside.records.scoped import writing
from tests.conftest import NOON
from tests.fakes.gateway import Gateway, slow_until
from tests.fakes.transports import Recording
from tests.rooms.test_channels import code_in, messages

MINUTE = timedelta(minutes=1)
PHONE = "+447700900123"


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    """A gateway on this machine, which takes this deployment's texts."""
    box = Gateway()
    box.open()
    settings.SMS = {**settings.SMS, "url": box.url, "accepted": "queued"}
    yield box
    box.close()


def letter(text: str = "Please look now", id: str = "abc") -> Any:
    return transports.letter(to=PHONE, subject="x", body=text, message_id=id, at=NOON)


def sms(url: str, **more: Any) -> GatewayTransport:
    return GatewayTransport("sms", url=url, **more)


# -- what is posted -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_text_is_posted_signed_and_under_an_id_that_stays_the_same(gateway):
    transport = sms(gateway.url, secret="kept secret", authorization="Bearer token")
    assert transport.send(letter(), to=PHONE).outcome == "accepted"
    (posted,) = gateway.posted
    assert posted.json == {"to": PHONE, "text": "Please look now", "id": "abc"}
    assert posted.headers["Idempotency-Key"] == "abc"
    assert posted.headers["Authorization"] == "Bearer token"
    signed = f"{posted.headers['X-Timestamp']}.".encode() + posted.body
    expected = hmac.new(b"kept secret", signed, sha256).hexdigest()
    assert posted.headers["X-Signature"] == f"sha256={expected}"


@pytest.mark.parametrize(
    "text",
    ['a "quoted" {to} {id} & b=c\\', "línea\nlínea", "{text}", '"}, "to": "+44999"', "+%2B ;=&"],
)
def test_no_text_changes_the_shape_of_what_is_posted(gateway, text):
    body = '{"message": {"to": ["{to}"], "body": "{text}", "max": 1, "test": false}, "ref": "{id}"}'
    sms(gateway.url, body=body).send(letter(text), to=PHONE)
    sms(gateway.url, body="To={to}&From=%2B441632960000&Body={text}&Empty=").send(
        letter(text), to=PHONE
    )
    as_json, as_form = gateway.posted
    assert as_json.json == {
        "message": {"to": [PHONE], "body": text, "max": 1, "test": False},
        "ref": "abc",
    }
    assert parse_qs(as_form.body.decode(), keep_blank_values=True) == {
        "To": [PHONE],
        "From": ["+441632960000"],
        "Body": [text],
        "Empty": [""],
    }


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("ftp://provider.example", ""),
        ("https://", ""),
        ("http://provider.example/send", ""),
        ("https://provider.example", '{"to": "{to}"}'),
        ("https://provider.example", '{"to": "{to}", "text": "{text}"'),
        ("https://provider.example", "{to} {text}"),
        ("https://provider.example", '{"{to}": "number", "text": "{text}"}'),
        ("https://provider.example:abc/send", ""),
        ("https://provider.example/se nd", ""),
        ("https://name:password@provider.example/send", ""),
    ],
)
def test_settings_that_cannot_be_used_stop_the_start(settings, url, body):
    with pytest.raises(NotAGateway):
        sms(url, body=body)
    settings.SMS = {**settings.SMS, "url": url, "body": body}
    assert [error.id for error in every_transport_can_be_made()] == ["notify.E001"]


@pytest.mark.parametrize("header", ["Bearer a\nb", "Bearer ü€"])
def test_a_header_that_cannot_be_sent_stops_the_start(header):
    with pytest.raises(NotAGateway, match="ALONGSIDE_SMS_AUTHORIZATION"):
        sms("https://provider.example", authorization=header)


@pytest.mark.django_db
def test_alongside_check_names_a_setting_that_cannot_be_used(settings, capsys):
    settings.SMS = {**settings.SMS, "url": "https://provider.example", "body": '{"to": "{to}"}'}
    assert check.run(Namespace(quiet=True, json=False)) == 1
    said = capsys.readouterr().out
    assert "ALONGSIDE_SMS_BODY names no {to} or no {text}." in said
    assert "channels: error" in said


# -- what an answer means -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "accepted"),
        (302, "refused"),
        (400, "rejected"),
        (401, "refused"),
        (404, "refused"),
        (408, "refused"),
        (422, "rejected"),
        (429, "refused"),
        (500, "refused"),
        (503, "refused"),
    ],
)
def test_an_answer_is_taken_not_now_or_never(gateway, status, outcome):
    gateway.refuse(status)
    assert sms(gateway.url).send(letter(), to=PHONE) == transports.Said(outcome, str(status))
    assert len(gateway.posted) == 1  # nothing is followed elsewhere


def test_a_gateway_that_says_yes_and_means_no_is_not_believed(gateway):
    gateway.lie()
    said = sms(gateway.url, accepted='"queued"').send(letter(), to=PHONE)
    assert said.outcome == "no_answer"


@pytest.mark.parametrize("manner", ["delay", "drip"])
def test_a_gateway_that_is_slow_or_never_ends_is_left_in_time(gateway, manner):
    gateway.delay(3) if manner == "delay" else gateway.drip()
    began = time.monotonic()
    said = sms(gateway.url).send(letter(), to=PHONE, within=0.5)
    assert said.outcome == "no_answer"
    assert time.monotonic() - began < 2.5  # of 3, or of for ever; this machine may be slow


def test_a_gateway_that_hangs_up_or_is_not_there_is_no_answer(gateway):
    gateway.drop()
    assert sms(gateway.url).send(letter(), to=PHONE).outcome == "no_answer"
    assert sms("http://127.0.0.1:9/send").send(letter(), to=PHONE).outcome == "no_answer"


# -- never ----------------------------------------------------------------------------------------


def reached(house: Any, cast: Any, number: str = PHONE) -> Channel:
    """A phone of somebody that was tested."""
    channel = channels.add_channel(kind="sms", address=number, by=cast.reader, at=NOON)
    test = messages(about=f"channel:{channel.pk}", kind="channel_test")[-1]
    return channels.answer_test(channel=channel, code=code_in(test), by=cast.reader, at=NOON)


def worry(house: Any, answer: str = "yes", question: str = "badly_hurt") -> Alert:
    taken = crisis.take_worry(
        service=house.service,
        path="today",
        question=question,
        answer=answer,
        submission=uuid4().hex,
        concern_id=uuid4(),
        by=house.system,
        at=house.moment,
    )
    return taken.alerts[0]


def outbox(alert: Alert, channel: str) -> list[Message]:
    return messages(about=f"alert:{alert.pk}", channel=channel)


def test_never_ends_a_plain_message_and_slows_one_about_danger(house, gateway, at):
    channel = reached(house, house.hana)
    alert = worry(house)
    (text,) = outbox(alert, "sms")
    gateway.refuse(422)
    (transport,) = [each for each in transports.configured() if each.channel == "sms"]
    dispatcher.send_due(transport=transport, at=NOON)
    text.refresh_from_db()
    assert (text.given_up_at, text.sent_at) == (None, None)
    assert text.due_at == NOON + timedelta(seconds=30)
    assert [row.outcome for row in Attempt.objects.unscoped("a test").filter(message=text)] == [
        "rejected"
    ]
    assert channels.reachable_until([house.hana.account.pk])[house.hana.account.pk] is None
    (way,) = channels.ways_to(house.hana.account.pk, at=NOON)
    assert not way.counts  # it is shown and chased, and still written to
    channels.send_test(channel=channel, by=house.hana.reader, at=NOON + MINUTE)
    plain = messages(about=f"channel:{channel.pk}", kind="channel_test")[-1]
    at(NOON + MINUTE)
    dispatcher.send_due(transport=transport, at=NOON + MINUTE)
    plain.refresh_from_db()
    assert plain.given_up_at is not None


# -- every channel --------------------------------------------------------------------------------


def test_an_alert_goes_out_on_every_tested_channel_at_once(house, gateway, mailbox):
    reached(house, house.hana)
    alert = worry(house)
    for transport in transports.configured():
        dispatcher.send_due(transport=transport, at=NOON)
    assert [each.json["to"] for each in gateway.taken if "Please look" in each.json["text"]] == [
        PHONE
    ]
    assert len(mailbox.to("hana@example.org")) == 2  # the alert, and that a way was added
    kinds = [m.kind for m in queries.time_line(alert, seen_by=house.hana.reader)]
    assert kinds.count("told") == 1  # one person was told, on two channels


def test_texts_hold_no_name_no_programme_and_no_topic_and_one_length(house, gateway):
    reached(house, house.hana)
    alert = worry(house, question="talk_of_dying", answer="plan_or_means")
    crisis.leave_number(
        concern_id=alert.concern_id,
        number="07700 900999",
        submission="n" * 20,
        by=house.system,
        at=NOON,
    )
    texts = outbox(alert, "sms")
    assert len(texts) == 2
    for text in texts:
        said = text.body.lower()
        for word in ("alongside", "die", "dying", "suicid", "danger", "sam", "crisis", "hana"):
            assert word not in said
        assert len(text.body) <= 160


def test_a_number_that_was_not_tested_lately_is_told_and_gets_no_code(house, gateway):
    reached(house, house.hana)
    house.at(NOON + timedelta(hours=11))
    with writing():
        Channel.objects.unscoped("a test").update(verified_at=NOON - timedelta(days=91))
    alert = worry(house)
    (text,) = outbox(alert, "sms")
    assert code_of(text) is None
    assert not AlertCode.objects.unscoped("a test").exists()


def test_nothing_goes_to_a_channel_that_was_taken_away_meanwhile(house, gateway):
    channel = reached(house, house.hana)
    worry(house)
    channels.remove_channel(channel=channel, by=house.hana.reader, at=NOON)
    before = len(gateway.posted)
    for transport in transports.configured():
        if transport.channel == "sms":
            dispatcher.send_due(transport=transport, at=NOON)
    assert len(gateway.posted) == before


@pytest.fixture
def real_house(transactional_db: None, at: Any) -> Any:
    """A house whose rows other threads can see."""
    from tests.factories import make_world

    at(NOON)
    return make_world(case=False)


@pytest.mark.slow
def test_a_gateway_that_hangs_or_refuses_half_delays_no_mail_and_takes_all_in_the_end(
    real_house, gateway, mailbox, at
):
    """3.6, goes on without: each channel has its own queue."""
    from alongside.records import clock

    house = real_house
    reached(house, house.hana)
    gateway.delay(30)
    began, here = time.monotonic(), NOON
    stop = threading.Event()
    with clock.installed(lambda: here + timedelta(seconds=time.monotonic() - began)):
        first = worry(house)
        loop = threading.Thread(target=dispatcher.run, kwargs={"stop": stop})
        loop.start()
        try:
            # Long before the gateway, which takes half a minute for each text, has answered.
            slow_until(lambda: len(mailbox.to("hana@example.org")) >= 2, within=10)
            slow_until(lambda: gateway.posted, within=10)  # the one that hangs
            gateway.half(503)
            second = worry(house)
            slow_until(lambda: len(gateway.taken) >= 3, within=90)
        finally:
            stop.set()
            loop.join()
    for alert in (first, second):
        (text,) = outbox(alert, "sms")
        assert text.sent_at is not None


# -- taken with a code ----------------------------------------------------------------------------


def code_of(message: Message) -> str | None:
    found = re.search(rf"\b[{codes.LETTERS}]{{4}}-[{codes.LETTERS}]{{4}}\b", message.body)
    return found[0] if found else None


def fresh(alert: Alert) -> Alert:
    return Alert.objects.unscoped("a test").get(pk=alert.pk)


@pytest.fixture
def texted(house: Any, gateway: Gateway) -> tuple[Alert, str]:
    """An alert Hana was texted about, and the code of her text."""
    reached(house, house.hana)
    alert = worry(house)
    (text,) = outbox(alert, "sms")
    code = code_of(text)
    assert code is not None
    return alert, code


def test_opening_the_page_or_the_message_takes_nothing(house, texted):
    alert, code = texted
    browser = Client()
    for address in ("/have/", f"/have/?code={code}"):
        page = browser.get(address)
        assert page.status_code == 200
        assert code not in page.content.decode()
    assert fresh(alert).acknowledged_at is None


@pytest.mark.parametrize("typed", [str, str.lower, lambda code: f"  {code.replace('-', ' ')} "])
def test_the_code_takes_the_alert_as_its_recipient_and_shows_nothing_of_it(house, texted, typed):
    alert, code = texted
    page = Client().post("/have/", {"code": typed(code)})
    assert page.status_code == 200
    said = page.content.decode()
    assert "You have this since" in said
    now = fresh(alert)
    assert now.acknowledged_by == house.hana.account
    assert now.next_step_at is None
    for word in ("Hana", "badly", str(alert.pk), "Family help"):
        assert word not in said
    again = Client().post("/have/", {"code": code}).content.decode()
    assert "This is over." in again


def test_a_code_works_once_even_after_its_alert_opened_again(house, texted, at):
    alert, code = texted
    Client().post("/have/", {"code": code})
    late = NOON + 31 * MINUTE
    at(late)
    escalation.run_once(at=late)
    assert fresh(alert).acknowledged_at is None  # nobody followed it up
    assert by_code.take(code=code, visitor="1.2.3.4", at=late).state == "over"


def test_who_comes_second_is_told_that_somebody_has_it(house, gateway):
    reached(house, house.hana)
    alert = worry(house, "now", "weapon_or_violence")  # the manager is told too
    (text,) = outbox(alert, "sms")
    code = code_of(text) or ""
    crisis.acknowledge(alert=alert, by=house.grace.reader, at=NOON)
    taken = by_code.take(code=code, visitor="1.2.3.4", at=NOON + MINUTE)
    assert (taken.state, taken.since) == ("had", NOON)


def test_a_code_dies_after_a_day_with_the_account_and_with_the_alert(house, texted):
    alert, code = texted
    assert by_code.take(code=code, visitor="x", at=NOON + timedelta(hours=24, minutes=1)).state == (
        "over"
    )
    type(house.hana.account)._base_manager.filter(pk=house.hana.account.pk).update(is_active=False)
    assert by_code.take(code=code, visitor="x", at=NOON).state == "over"
    type(house.hana.account)._base_manager.filter(pk=house.hana.account.pk).update(is_active=True)
    crisis.close_alert(alert=alert, outcome="no_way_to_reach", by=house.hana.reader, at=NOON)
    assert by_code.take(code=code, visitor="x", at=NOON).state == "over"


def test_ten_wrong_codes_from_one_place_end_in_a_wait_for_that_place_alone(house, texted, at):
    alert, code = texted
    browser = Client()
    assert {browser.post("/have/", {"code": "AAAA-AAAA"}).status_code for _ in range(10)} == {400}
    assert browser.post("/have/", {"code": code}).status_code == 429
    assert fresh(alert).acknowledged_at is None
    at(NOON + 11 * MINUTE)
    assert browser.post("/have/", {"code": code}).status_code == 200
    assert fresh(alert).acknowledged_at == NOON + 11 * MINUTE


def test_a_code_is_kept_as_a_hash_alone(texted):
    _alert, code = texted
    (row,) = AlertCode.objects.unscoped("a test").all()
    assert code.replace("-", "") not in row.code_hash
    assert len(row.code_hash) == 64


def test_sending_again_does_not_take_back_a_code(house, texted, at):
    """A second message after ten minutes has a code of its own; both work until one is used."""
    alert, first = texted
    later = NOON + 11 * MINUTE
    at(later)
    house.at(later)
    crisis.take_worry(
        service=house.service,
        path="today",
        question="badly_hurt",
        answer="yes",
        submission="z" * 20,
        concern_id=alert.concern_id,
        by=house.system,
        at=later,
    )
    found = {code_of(message) for message in outbox(alert, "sms")}
    assert len(found) >= 2
    assert by_code.take(code=first, visitor="x", at=later).state == "taken"


def test_messages_are_sent_to_a_phone_as_files_in_a_demonstration(house, settings, tmp_path):
    settings.DEMO, settings.VAR = True, tmp_path
    reached(house, house.hana)
    alert = worry(house)
    for transport in transports.configured():
        dispatcher.send_due(transport=transport, at=NOON)
    kept = [path.read_text() for path in (tmp_path / "mail").glob("*.eml")]
    assert any(PHONE in text and "Please look now" in text for text in kept)
    (text,) = outbox(alert, "sms")
    assert text.sent_at is not None


def test_an_unknown_answer_is_sent_again_under_the_same_id(house, gateway, at):
    reached(house, house.hana)
    worry(house)
    gateway.lie()
    (transport,) = [each for each in transports.configured() if each.channel == "sms"]
    dispatcher.send_next(transport=transport, at=NOON)
    gateway.accept()
    at(NOON + timedelta(seconds=1))
    dispatcher.send_next(transport=transport, at=NOON + timedelta(seconds=1))
    ids = [each.json["id"] for each in gateway.posted if "Please look" in each.json["text"]]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_recording_of_one_channel_takes_nothing_of_another(house, gateway):
    reached(house, house.hana)
    worry(house)
    transport = Recording()
    transport.channel = "sms"
    dispatcher.send_due(transport=transport, at=NOON)
    assert {to for to, _ in transport.taken} == {PHONE}
    assert actions.claim(channel="email", by=house.system, at=NOON) is not None
