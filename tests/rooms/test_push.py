"""Push messages: only that browser reads them, they say nothing, and they go nowhere else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from alongside.crisis import actions as crisis
from alongside.crisis.models import Alert
from alongside.notify import channels, dispatcher, push, transports
from tests.conftest import NOON
from tests.fakes.browser import Browser
from tests.fakes.gateway import Gateway
from tests.rooms.test_channels import fresh, messages, two_ways

HERE = ("127.0.0.1",)


@pytest.fixture
def server(settings: Any, tmp_path: Any) -> Iterator[Gateway]:
    """The server of a browser's maker, on this machine; it takes what it is given."""
    box = Gateway()
    box.open()
    settings.DEMO, settings.VAR = True, tmp_path
    settings.PUSH_CONTACT, settings.PUSH_HOSTS = "mailto:desk@service.example", HERE
    yield box
    box.close()


def letter(body: str = "Press here", *, urgent: bool = True) -> Any:
    return transports.letter(
        to="x", subject="Please look now", body=body, message_id="abc", at=NOON, urgent=urgent
    )


def transport() -> push.PushTransport:
    return push.PushTransport(contact="mailto:desk@service.example", hosts=HERE)


def test_a_message_is_encrypted_as_the_example_of_rfc_8291():
    once = ec.derive_private_key(
        int.from_bytes(push.decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"),
        ec.SECP256R1(),
    )
    to = push.Subscription(
        "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
        push.decoded(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        push.decoded("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    sealed = push.encrypted(
        b"When I grow up, I want to be a watermelon",
        to,
        salt=push.decoded("DGv6ra1nlYgDCS1FRnbzlw"),
        once=once,
    )
    assert push.encoded(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.django_db
def test_a_message_is_signed_as_ours_and_only_its_browser_reads_it(server):
    browser = Browser(f"{server.url}/one")
    assert transport().send(letter(), to=browser.subscription()).outcome == "accepted"
    (posted,) = server.posted
    said = browser.opened(posted.body)
    assert said == {
        "title": "Please look now", "body": "Press here", "id": "abc", "urgent": True
    }  # fmt: skip
    assert (posted.headers["Urgency"], posted.headers["Content-Encoding"]) == ("high", "aes128gcm")
    assert b"Press" not in posted.body
    scheme, _space, rest = posted.headers["Authorization"].partition(" ")
    token, _comma, key = rest.removeprefix("t=").partition(", k=")
    head, claims, signature = token.split(".")
    assert scheme == "vapid"
    assert key == push.public_key()
    raw = push.decoded(signature)
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), push.decoded(key)).verify(
        encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
        f"{head}.{claims}".encode(),
        ec.ECDSA(hashes.SHA256()),
    )
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert told["aud"] == server.url.removesuffix("/send")
    assert told["sub"] == "mailto:desk@service.example"


@pytest.mark.django_db
def test_what_the_server_in_between_says_is_taken_at_its_word_and_no_more(server):
    to = Browser(f"{server.url}/one").subscription()

    def sent(within: float = 2.0) -> str:
        return transport().send(letter(), to=to, within=within).outcome

    said = {}
    for status in (410, 404, 413, 401, 429, 503, 302):
        server.refuse(status)
        said[status] = sent()
    assert said == {
        410: "rejected", 404: "rejected", 413: "rejected",
        401: "refused", 429: "refused", 503: "refused", 302: "refused",
    }  # fmt: skip
    server.half(503)
    assert {sent(), sent()} == {"refused", "accepted"}
    server.drop()
    assert sent() == "no_answer"
    server.delay(3)
    assert sent(within=0.2) == "no_answer"
    server.drip()
    assert sent(within=0.3) == "no_answer"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://elsewhere.example/x", "http://fcm.googleapis.com/x", "ftp://127.0.0.1/x",
        "https://fcm.googleapis.com.evil.example/x", "https://evilpush.apple.com/x",
        "https://a:b@fcm.googleapis.com/x", "http://127.0.0.1:5432/", "https://[::1]/", "x",
        "https://fcm.googleapis.com:x/",
    ],
)  # fmt: skip
def test_nothing_is_sent_where_no_browser_is(endpoint):
    hosts = ("fcm.googleapis.com", ".push.apple.com")
    with pytest.raises(push.NotASubscription):
        push.read(Browser(endpoint).subscription(), hosts=hosts)
    good = Browser("https://web.push.apple.com/x").subscription()
    assert push.read(good, hosts=hosts).endpoint == "https://web.push.apple.com/x"
    for broken in (good[:-9], "[]", "null", good.replace('"p256dh": "B', '"p256dh": "C')):
        with pytest.raises(push.NotASubscription):
            push.read(broken, hosts=hosts)


@pytest.mark.django_db
def test_somebody_adds_their_browser_answers_its_test_and_is_told_of_danger_by_it(
    house, server, signed_in
):
    desk = signed_in(house.hana)
    fresh(desk)
    page = desk.get("/account/reach/").content.decode()
    assert push.public_key() in page
    browser = Browser(f"{server.url}/hana")
    agent = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"
    went = desk.post(
        "/account/reach/push/", {"subscription": browser.subscription()}, HTTP_USER_AGENT=agent
    )
    (sender,) = (each for each in transports.configured() if each.channel == "push")
    assert dispatcher.send_due(transport=sender, at=NOON) == 1
    code = "".join(
        sign for sign in browser.opened(server.posted[-1].body)["body"] if sign.isdigit()
    )
    assert desk.post(went.url, {"code": code[:6]}).url == "/account/reach/"
    page = desk.get("/account/reach/").content.decode()
    assert "Firefox on Android" in page
    assert server.url not in page
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
    assert dispatcher.send_due(transport=sender, at=NOON) == 1
    said = browser.opened(server.posted[-1].body)
    assert (said["title"], said["body"]) == ("Please look now", "Press here, and sign in.")
    alert = Alert.objects.unscoped("a test").get()
    assert "push" in {message.channel for message in messages(about=f"alert:{alert.pk}")}


@pytest.mark.django_db
def test_a_browser_that_is_gone_counts_no_more_and_a_phone_is_one_way_however_it_rings(
    house, server
):
    two_ways(house.hana)
    until = channels.reachable_until([house.hana.account.pk])[house.hana.account.pk]
    assert until is not None
    browser = Browser(f"{server.url}/hana")
    channel = channels.add_channel(
        kind="push", address=browser.subscription(), by=house.hana.reader, at=NOON
    )
    server.refuse(410)
    (sender,) = (each for each in transports.configured() if each.channel == "push")
    dispatcher.send_due(transport=sender, at=NOON)
    (row,) = (each for each in channels.own(seen_by=house.hana.reader) if each.pk == channel.pk)
    assert row.rejected_at is not None
    assert channels.reachable_until([house.hana.account.pk])[house.hana.account.pk] == until
    with pytest.raises(channels.AlreadyThere):
        channels.add_channel(
            kind="push", address=browser.subscription(), by=house.hana.reader, at=NOON
        )
