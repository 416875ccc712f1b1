"""The outside monitor: it hears, it pages on three misses, it says when all is well again."""

from __future__ import annotations

import json
import smtplib
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alongside.cli.refusals import Refused
from alongside.cli.watch import AGAIN_AFTER, MISSES, Sign, Watch, roads_of
from alongside.notify.canary import WatchTransport
from alongside.notify.signed import heard, signature
from tests.cli.running import environment
from tests.fakes.gateway import Gateway, slow_until
from tests.fakes.monitor import SECRET, Monitor
from tests.harness.environment import free_port


def canary(number: int, *, made: datetime, secret: str = SECRET) -> tuple[str, str, bytes]:
    """Moment, signature and body of one canary, as the service posts it."""
    body = json.dumps({"id": f"id-{number}", "text": f"{made.isoformat()} a_rule@1", "to": "watch"})
    moment = f"{made.timestamp():.0f}"
    return moment, f"sha256={signature(secret, moment, body.encode())}", body.encode()


def moment_now() -> datetime:
    return datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC)


@pytest.fixture
def gateway():
    made = Gateway()
    made.open()
    yield made
    made.close()


def texts(gateway: Gateway) -> list[str]:
    return [each.json["text"] for each in gateway.taken]


def test_three_missed_bring_a_page_and_a_sign_of_life_brings_the_all_clear(gateway):
    with Monitor(gateway) as watch:
        first = canary(1, made=moment_now())
        status, said = watch.post(*first)
        assert (status, json.loads(said)["heard"]) == (200, heard(SECRET, "id-1"))
        assert watch.is_well()
        slow_until(lambda: gateway.taken)
        assert not watch.is_well()
        assert "no sign of life" in texts(gateway)[0]
        assert gateway.taken[0].json["to"] == "+441632960001"
        assert watch.post(*canary(2, made=moment_now()))[0] == 200
        slow_until(lambda: len(gateway.taken) == 2)
        assert "signs of life again" in texts(gateway)[1]
        assert watch.stop() == 0


def test_over_tls_one_who_greets_and_says_no_more_keeps_nobody_waiting(
    gateway, tmp_path, monkeypatch, at
):
    at(moment_now())
    certificate, key = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    words = ("--certificate", str(certificate), "--key", str(key))
    with (
        Monitor(gateway, *words, every=60) as watch,
        socket.create_connection(("127.0.0.1", watch.port)),
    ):
        transport = WatchTransport(url=f"https://localhost:{watch.port}/", secret=SECRET)
        letter = EmailMessage()
        letter["Message-ID"] = "<one@localhost>"
        letter.set_content(f"{moment_now().isoformat()} a_rule@1")
        assert transport.send(letter, to="watch", within=4).outcome == "accepted"


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment_now() - timedelta(days=1))
        .not_valid_after(moment_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, secret


def test_a_page_no_gateway_takes_is_tried_again(gateway, monkeypatch):
    monkeypatch.setattr("alongside.cli.watch.TRY_AGAIN", 0.05)
    gateway.refuse(503)
    roads = tuple(
        roads_of(
            {"ALONGSIDE_WATCHER_URL": gateway.url, "ALONGSIDE_WATCHER_NUMBERS": "+44 1, +44 2"}
        )
    )
    watch = Watch(roads=roads, secret=SECRET, every=0.01)
    time.sleep(0.05)
    watch.turn(time.monotonic())
    slow_until(lambda: len(gateway.posted) == 2)
    gateway.accept()
    slow_until(lambda: watch.turn(time.monotonic()) or len(gateway.taken) == 2)
    slow_until(lambda: watch.turn(time.monotonic()) or not watch.waiting)
    assert {each.json["to"] for each in gateway.taken} == {"+44 1", "+44 2"}


def test_pages_that_do_not_answer_are_paged_although_canaries_come(gateway):
    with Monitor(gateway, "--page", f"http://127.0.0.1:{free_port()}/") as watch:
        number = 0

        def sing() -> bool:
            nonlocal number
            number += 1
            return watch.post(*canary(number, made=moment_now()))[0] == 200

        slow_until(lambda: sing() and gateway.taken)
        assert "pages of the service do not answer" in texts(gateway)[0]


@pytest.mark.parametrize(
    "fault", ["another secret", "changed body", "too old", "no json", "no time"]
)
def test_what_is_not_signed_lately_by_the_service_is_no_sign_of_life(fault):
    watch = Watch(roads=(), secret=SECRET, every=1)
    made = moment_now()
    moment, given, body = canary(1, made=made)
    match fault:
        case "another secret":
            moment, given, body = canary(1, made=made, secret="x" * 30)
        case "changed body":
            body = body.replace(b"id-1", b"id-2")
        case "too old":
            moment, given, body = canary(1, made=made - timedelta(hours=1))
        case "no json" | "no time":
            body = b"rubbish" if fault == "no json" else b'{"id": "1", "text": ""}'
            given = f"sha256={signature(SECRET, moment, body)}"
    assert watch.take(moment, given, body) == ""
    assert watch.canary.last_moment == ""


def test_the_same_canary_twice_is_answered_and_an_older_one_played_again_is_not():
    watch = Watch(roads=(), secret=SECRET, every=1)
    first, second = (canary(n, made=moment_now() + timedelta(seconds=n)) for n in (1, 2))
    assert watch.take(*first)
    assert watch.take(*second) == heard(SECRET, "id-2")
    before = watch.canary.last
    assert watch.take(*second) == heard(SECRET, "id-2")
    assert watch.take(*first) == ""
    assert watch.canary.last == before


def test_silence_is_paged_again_every_quarter_of_an_hour_and_the_all_clear_once():
    sign = Sign("silent {last}", "well {last}", every=60, last=0.0)
    assert sign.due(60 * MISSES) == ""
    paged = [second for second in range(181, 181 + 3600) if sign.due(float(second))]
    assert paged == [181, 181 + AGAIN_AFTER, 181 + 2 * AGAIN_AFTER, 181 + 3 * AGAIN_AFTER]
    sign.hear(4000.0)
    assert sign.due(4001.0).startswith("well")
    assert sign.due(4002.0) == ""


def test_pages_go_by_mail_too(mailbox):
    (road,) = roads_of(
        {"ALONGSIDE_WATCHER_SMTP_URL": mailbox.url, "ALONGSIDE_WATCHER_TO": "duty@example.org"}
    )
    road.send("The service", "No sign of life.", "1")
    (letter,) = mailbox.wait_for(1)
    assert letter.recipients == ("duty@example.org",)
    assert letter.text == "No sign of life.\n"
    mailbox.refuse(550)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        road.send("The service", "No sign of life.", "2")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Nobody would be paged"),
        ({"ALONGSIDE_WATCHER_TO": "duty@example.org"}, "Nobody would be paged"),
        (
            {
                "ALONGSIDE_WATCHER_URL": "https://gateway.example/send",
                "ALONGSIDE_WATCHER_NUMBERS": "+441632960001",
                "ALONGSIDE_WATCH_SECRET": "short",
            },
            "ALONGSIDE_WATCH_SECRET",
        ),
    ],
)
def test_a_monitor_that_could_page_nobody_or_believe_anybody_does_not_start(given, said):
    ended = subprocess.run(
        [sys.executable, "-m", "alongside.cli", "watch"],
        env=environment(**given),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == 1
    assert said in ended.stderr


@pytest.mark.parametrize(
    "given",
    [
        {"ALONGSIDE_WATCHER_SMTP_URL": "http://x", "ALONGSIDE_WATCHER_TO": "a@example.org"},
        {"ALONGSIDE_WATCHER_URL": "http://far.example/", "ALONGSIDE_WATCHER_NUMBERS": "1"},
        {
            "ALONGSIDE_WATCHER_URL": "https://far.example/",
            "ALONGSIDE_WATCHER_NUMBERS": "1",
            "ALONGSIDE_WATCHER_BODY": "{",
        },
    ],
)
def test_a_road_that_cannot_be_used_is_refused(given):
    with pytest.raises(Refused):
        list(roads_of(given))


def test_the_monitor_loads_neither_framework_nor_database():
    done = subprocess.run(
        [
            sys.executable, "-c",
            "import sys, alongside.cli.watch; "
            "print({m.split('.')[0] for m in sys.modules} & {'django', 'sqlite3'})",
        ],
        env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "set()"
