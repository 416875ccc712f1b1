"""The outbox: claim, send, then mark. Late or twice, never lost."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMessage as DjangoMessage
from django.db import connection, transaction

from alongside.notify import actions, bell, dispatcher, queries, rules, transports
from alongside.notify.apps import every_transport_can_be_made
from alongside.notify.mail import Backend, MailNotTaken
from alongside.notify.models import Attempt, Message
from alongside.records.reader import system
from alongside.records.registry import guards
from tests.conftest import NOON
from tests.fakes.transports import Breaking, Lying, Recording, Refusing, Slow

KIND = "a_test"


@pytest.fixture(autouse=True)
def guard(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """A guard for the messages of these tests; ``right`` is what it answers."""
    state = {"right": True}
    monkeypatch.setitem(guards._guards, KIND, lambda message, at: state["right"])
    return state


def put(house, *, key: str = "one", address: str = "hana@example.org", **more):
    given = {"life_critical": True, "due_at": NOON, **more}
    return actions.queue(
        key=key,
        kind=KIND,
        institution=house.institution.pk,
        address=address,
        subject="Please look now",
        body="Open your board.",
        by=house.system,
        at=NOON,
        **given,
    )


def again(message: Message) -> Message:
    return Message.objects.unscoped("a test").get(pk=message.pk)


def tries(message: Message) -> list[str]:
    rows = Attempt.objects.unscoped("a test").filter(message=message).order_by("at")
    return list(rows.values_list("outcome", flat=True))


# -- the row --------------------------------------------------------------------------------------


def test_the_same_key_again_is_no_news(house):
    first = put(house)
    second = put(house, address="somebody.else@example.org")
    assert second.pk == first.pk
    assert again(first).address == "hana@example.org"


def test_what_a_message_says_and_where_it_goes_are_sealed_in_the_database(house):
    message = put(house)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, body FROM notify_message")
        address, body = cursor.fetchone()
    assert "hana" not in address
    assert "board" not in body
    assert again(message).body == "Open your board."


# -- claim, send, mark ----------------------------------------------------------------------------


def test_a_message_is_marked_after_the_transport_took_it(house):
    message = put(house)
    transport = Recording()
    assert dispatcher.send_next(transport=transport, at=NOON) is True
    assert transport.to("hana@example.org")[0]["Subject"] == "Please look now"
    assert again(message).sent_at is not None
    assert tries(message) == ["accepted"]
    assert dispatcher.send_next(transport=transport, at=NOON) is False


def test_a_call_ends_within_four_seconds_which_is_less_than_the_lease(house):
    put(house)
    transport = Recording()
    dispatcher.send_next(transport=transport, at=NOON)
    assert 3.0 < transport.within[0] <= 4.0
    assert timedelta(seconds=4) < rules.LEASE


def test_a_claimed_message_is_nobody_elses_until_its_lease_runs_out(house):
    message = put(house)
    by = system("a test", NOON)
    assert actions.claim(channel="email", by=by, at=NOON).pk == message.pk
    assert actions.claim(channel="email", by=by, at=NOON + timedelta(seconds=4)) is None
    late = NOON + timedelta(seconds=5)
    assert actions.claim(channel="email", by=by, at=late).pk == message.pk


def test_a_message_that_is_not_due_waits(house):
    due, transport = NOON + timedelta(minutes=1), Recording()
    put(house, due_at=due)
    assert dispatcher.send_next(transport=transport, at=NOON) is False
    # Nor does it show the hour at which it was written, when its reader may not be written to.
    assert dispatcher.send_next(transport=transport, at=due) is True
    assert [letter["Date"].datetime for _to, letter in transport.taken] == [due]


def test_life_critical_messages_go_first(house):
    put(house, key="old", address="news@example.org", life_critical=False)
    put(house, key="new", address="hana@example.org")
    transport = Recording()
    dispatcher.send_due(transport=transport, at=NOON)
    assert [to for to, _ in transport.taken] == ["hana@example.org", "news@example.org"]


def test_a_message_that_is_no_longer_right_is_withheld(house, guard):
    message = put(house)
    guard["right"] = False
    transport = Recording()
    dispatcher.send_due(transport=transport, at=NOON)
    assert transport.taken == []
    assert again(message).withheld_at is not None
    assert tries(message) == ["withheld"]


def test_a_kind_without_a_guard_is_never_sent(house, monkeypatch):
    put(house)
    monkeypatch.delitem(guards._guards, KIND)
    transport = Recording()
    dispatcher.send_due(transport=transport, at=NOON)
    assert transport.taken == []


def test_every_kind_this_service_queues_has_a_guard(db):
    assert {"alert_step", "alert_shift", "alert_news", "resume_worry"} <= guards.kinds()


# -- tried again ----------------------------------------------------------------------------------


def test_a_life_critical_message_is_tried_after_1_2_4_and_at_most_30_seconds_for_ever(house, at):
    message = put(house)
    transport = Refusing()
    waits, moment = [], NOON
    for _ in range(9):
        at(moment)
        dispatcher.send_next(transport=transport, at=moment)
        due = again(message).due_at
        waits.append((due - moment).total_seconds())
        moment = due
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30, 30]
    at(NOON + timedelta(days=30))
    dispatcher.send_next(transport=transport, at=NOON + timedelta(days=30))
    assert again(message).given_up_at is None


def test_any_other_message_is_given_up_after_a_day(house, at):
    message = put(house, life_critical=False)
    transport = Refusing()
    moment = NOON
    for _ in range(60):
        at(moment)
        if not dispatcher.send_next(transport=transport, at=moment):
            break
        moment = again(message).due_at
    assert again(message).given_up_at is not None
    assert timedelta(days=1) <= again(message).given_up_at - NOON < timedelta(hours=26)


@pytest.mark.parametrize("transport", [Lying(), Breaking()], ids=["lying", "breaking"])
def test_no_answer_and_a_broken_transport_are_tried_again(house, transport):
    message = put(house)
    dispatcher.send_next(transport=transport, at=NOON)
    assert again(message).sent_at is None
    assert tries(message) == ["no_answer"]
    assert again(message).due_at == NOON + timedelta(seconds=1)


def test_a_message_sent_twice_carries_the_same_message_id(house, at):
    put(house)
    transport = Lying()
    for second in (0, 1):
        moment = NOON + timedelta(seconds=second)
        at(moment)
        dispatcher.send_next(transport=transport, at=moment)
    assert len(transport.ids) == 2
    assert len(set(transport.ids)) == 1


def missed(house, *keys: str, **more) -> list[Message]:
    return [put(house, key=key, about="alert:one", **more) for key in keys]


def test_what_waited_for_one_address_goes_in_one_letter_and_each_keeps_its_own_row(house):
    rows = missed(house, "step 1", "step 2", "step 3")
    (other,) = missed(house, "step 3 of grace", address="grace@example.org")
    (apart,) = (put(house, key="another", about="alert:two"),)
    transport = Recording()
    dispatcher.send_due(transport=transport, at=NOON)
    assert sorted(to for to, _ in transport.taken) == [
        "grace@example.org", "hana@example.org", "hana@example.org",
    ]  # fmt: skip
    bodies = [letter.get_content() for letter in transport.to("hana@example.org")]
    told = "Before this, 2 messages about the same thing could not be sent."
    assert [told in body for body in bodies].count(True) == 1
    assert [tries(row) for row in rows] == [["accepted"], ["went_along"], ["went_along"]]
    assert all(again(row).sent_at for row in (*rows, other, apart))
    assert transport.to("grace@example.org")[0].get_content().strip() == "Open your board."


def test_what_may_be_there_already_is_never_in_a_second_letter(house, at):
    (first,) = missed(house, "step 1")
    lying = Lying()
    dispatcher.send_next(transport=lying, at=NOON)
    missed(house, "step 2", "step 3")
    later = NOON + timedelta(seconds=2)
    at(later)
    transport = Recording()
    dispatcher.send_due(transport=transport, at=later)
    assert lying.ids[0] in transport.ids
    assert len(transport.ids) == 2
    bodies = sorted(letter.get_content() for _, letter in transport.taken)
    assert "Before this, 1 messages" in bodies[1]
    assert "Before" not in bodies[0]
    assert again(first).sent_at is not None


def test_a_letter_that_a_killed_sender_may_have_sent_goes_again_with_the_same_in_it(house):
    rows = missed(house, "step 1", "step 2")
    actions.claim(channel="email", by=system("a test", NOON), at=NOON)  # and then it died
    missed(house, "step 3")
    transport = Recording()
    dispatcher.send_due(transport=transport, at=NOON + timedelta(seconds=5))
    assert len(transport.taken) == 2
    assert [again(row).sent_with_id for row in rows] == [None, rows[0].pk]


def test_what_a_killed_sender_may_have_sent_is_alone_also_after_a_refusal(house, at):
    (row,) = missed(house, "step 1")
    actions.claim(channel="email", by=system("a test", NOON), at=NOON)  # sent, and then it died
    later = NOON + timedelta(seconds=5)
    at(later)
    dispatcher.send_due(transport=Refusing(), at=later)
    assert tries(row) == ["no_answer", "refused"]
    missed(house, "step 2")
    later += timedelta(seconds=2)
    at(later)
    transport = Recording()
    dispatcher.send_due(transport=transport, at=later)
    assert len(transport.taken) == 2
    assert not any("Before this" in letter.get_content() for _, letter in transport.taken)


def test_after_a_mail_server_was_gone_everything_refused_meanwhile_goes_together(house, at):
    for minute in range(6):
        missed(house, f"step {minute}")
        at(NOON + timedelta(minutes=minute))
        dispatcher.send_due(transport=Refusing(), at=NOON + timedelta(minutes=minute))
    back = NOON + timedelta(minutes=6)
    at(back)
    transport = Recording()
    dispatcher.send_due(transport=transport, at=back)
    assert len(transport.taken) == 1
    assert "Before this, 5 messages" in transport.taken[0][1].get_content()


def test_when_it_is_no_longer_right_each_of_them_is_withheld(house, guard):
    rows = missed(house, "step 1", "step 2", "step 3")
    guard["right"] = False
    dispatcher.send_due(transport=Recording(), at=NOON)
    assert [tries(row) for row in rows] == [["withheld"]] * 3


def test_one_who_refuses_does_not_delay_the_next(house):
    put(house, key="bad", address="gone@example.org")
    good = put(house, key="good", address="hana@example.org")
    dispatcher.send_due(transport=Refusing("gone@example.org"), at=NOON)
    assert again(good).sent_at is not None


# -- the loops ------------------------------------------------------------------------------------


@pytest.fixture
def real_house(transactional_db, at):
    """A house whose rows other threads can see, on the database's own clock."""
    from tests.factories import make_world

    at(NOON)
    return make_world(case=False)


def run_until(condition, *, transport, within: float = 8.0) -> float:
    stop = threading.Event()
    thread = threading.Thread(
        target=dispatcher.run, kwargs={"stop": stop, "transports": (transport,)}
    )
    began = time.monotonic()
    thread.start()
    try:
        while not condition() and time.monotonic() - began < within:
            time.sleep(0.02)
        return time.monotonic() - began
    finally:
        stop.set()
        thread.join()


def test_a_message_rings_once_it_is_kept_and_is_sent_without_waiting_for_the_next_look(
    real_house, monkeypatch
):
    monkeypatch.setattr(dispatcher, "POLL", 60.0)
    monkeypatch.setattr(dispatcher, "LOOK_YOURSELF", 60.0)
    transport, stop = Recording(), threading.Event()
    loop = threading.Thread(
        target=dispatcher.run, kwargs={"stop": stop, "transports": (transport,)}
    )
    loop.start()
    try:
        deadline = time.monotonic() + 8
        while not queries.pulse(at=NOON).is_alive and time.monotonic() < deadline:
            time.sleep(0.02)
        for number in range(3):
            with transaction.atomic():
                put(real_house, key=str(number))
            while len(transport.taken) <= number and time.monotonic() < deadline:
                time.sleep(0.005)
        assert len(transport.taken) == 3
    finally:
        stop.set()
        bell.ring()
        loop.join(10)
    assert not loop.is_alive(), "a sender did not hear the last call"


def test_one_look_tells_which_channels_have_something_due(house, django_assert_num_queries):
    put(house, key="mail")
    put(house, key="text", channel="sms")
    put(house, key="later", channel="voice", due_at=NOON + timedelta(minutes=1))
    with django_assert_num_queries(1):
        assert queries.due_channels(at=NOON) == {"email", "sms"}
    assert queries.due_channels(at=NOON - timedelta(seconds=1)) == set()


def test_a_slow_recipient_does_not_hold_up_the_others(real_house):
    put(real_house, key="slow", address="slow@example.org")
    for number in range(5):
        put(real_house, key=f"quick{number}", address=f"quick{number}@example.org")
    transport = Slow(3, "slow@example.org")
    took = run_until(lambda: len(transport.taken) == 5, transport=transport)
    assert len(transport.taken) == 5
    assert took < 2.5


def test_many_senders_send_each_message_once(real_house):
    for number in range(30):
        put(real_house, key=f"{number}", address=f"{number}@example.org")
    transport = Recording()
    run_until(lambda: len(transport.taken) >= 30, transport=transport)
    assert len(transport.taken) == 30
    assert len(set(transport.ids)) == 30


def test_the_heartbeat_says_that_a_dispatcher_lives(real_house):
    assert queries.pulse(at=NOON).is_alive is False
    run_until(lambda: queries.pulse(at=NOON).is_alive, transport=Recording())
    assert queries.pulse(at=NOON).is_alive is True
    assert queries.pulse(at=NOON + timedelta(seconds=11)).is_alive is False


def test_a_web_process_stands_in_only_while_no_dispatcher_lives(real_house, mailbox):
    message = put(real_house, about="alert:1")
    actions.beat(name="another machine", at=NOON - timedelta(seconds=3))
    assert dispatcher.stand_in(about="alert:1", at=NOON, wait=True) is False
    assert again(message).sent_at is None
    late = NOON + timedelta(seconds=11)
    assert dispatcher.stand_in(about="alert:1", at=late, wait=True) is True
    assert again(message).sent_at is not None
    assert len(mailbox.messages) == 1


# -- the real transport ---------------------------------------------------------------------------


def letter(**more):
    given = {
        "to": "hana@example.org",
        "subject": "Please look now",
        "body": "Open your board.",
        "message_id": "abc",
        "at": NOON,
        **more,
    }
    return transports.letter(**given)


def test_smtp_takes_a_message(mailbox):
    said = transports.SmtpTransport(mailbox.url).send(letter(), to="hana@example.org")
    assert said.outcome == "accepted"
    assert mailbox.messages[0].id.startswith("<abc@")
    assert mailbox.messages[0].text == "Open your board.\n"


def test_smtp_that_says_no_is_a_refusal_and_its_words_are_not_kept(mailbox):
    mailbox.refuse(550)
    said = transports.SmtpTransport(mailbox.url).send(letter(), to="hana@example.org")
    assert said == transports.Said("refused", "550")


def test_smtp_that_does_not_answer_ends_in_time(mailbox):
    mailbox.delay(3)
    began = time.monotonic()
    said = transports.SmtpTransport(mailbox.url).send(letter(), to="hana@example.org", within=0.5)
    assert said.outcome == "no_answer"
    assert time.monotonic() - began < 1.5


def test_smtp_that_greets_one_byte_at_a_time_is_left_in_time():
    with socket.create_server(("127.0.0.1", 0)) as door:

        def greet() -> None:
            talk, _who = door.accept()
            with talk, suppress(OSError):
                for sign in b"220 mail.example.org is here\r\n":
                    talk.send(bytes([sign]))
                    time.sleep(0.2)

        threading.Thread(target=greet, daemon=True).start()
        began = time.monotonic()
        to = transports.SmtpTransport(f"smtp://127.0.0.1:{door.getsockname()[1]}")
        assert to.send(letter(), to="hana@example.org", within=0.5).outcome == "no_answer"
        assert time.monotonic() - began < 1.5


def test_smtp_that_hangs_up_or_is_not_there_is_no_answer(mailbox):
    mailbox.drop()
    transport = transports.SmtpTransport(mailbox.url)
    assert transport.send(letter(), to="hana@example.org").outcome == "no_answer"
    mailbox.close()
    assert transport.send(letter(), to="hana@example.org").outcome == "no_answer"


@pytest.mark.parametrize(
    "url", ["", "http://mail", "smtp://", "mail.example.org:25", "smtp://mail:abc"]
)
def test_an_address_of_a_mail_server_that_cannot_be_read_is_refused(url):
    with pytest.raises(transports.NotASmtpUrl):
        transports.SmtpTransport(url)


@pytest.mark.parametrize("sender", ["", "nonsense", "A <", "messages@"])
def test_a_sender_that_is_no_address_stops_the_start(settings, sender):
    settings.MAIL_FROM = sender
    (error,) = every_transport_can_be_made()
    assert "ALONGSIDE_MAIL_FROM" in error.msg


def test_without_a_mail_server_messages_become_files(house, settings, tmp_path):
    settings.SMTP_URL, settings.VAR = "", tmp_path
    put(house)
    dispatcher.send_due(transport=transports.email(), at=NOON)
    (path,) = (tmp_path / "mail").glob("*.eml")
    assert b"Please look now" in path.read_bytes()


def test_a_line_end_in_a_subject_cannot_add_a_header(house):
    with pytest.raises(ValueError, match="linefeed"):
        letter(subject="Hello\nBcc: someone@example.org")


# -- sign-in codes --------------------------------------------------------------------------------


def test_sign_in_codes_go_through_the_same_server(db, mailbox):
    message = DjangoMessage("Your code", "123456", "x@example.org", ["noor@example.org"])
    assert Backend().send_messages([message]) == 1
    assert mailbox.to("noor@example.org")[0].text == "123456\n"


def test_a_code_that_was_not_taken_is_not_said_to_be_sent(db, mailbox):
    mailbox.refuse(451)
    message = DjangoMessage("Your code", "123456", "x@example.org", ["noor@example.org"])
    with pytest.raises(MailNotTaken):
        Backend().send_messages([message])


def test_the_moment_of_a_heartbeat_is_the_databases(real_house, at):
    late = datetime(2026, 3, 2, 12, 0, 30, tzinfo=NOON.tzinfo)
    at(late)
    dispatcher.beat()
    assert queries.pulse(at=late).last_at == late
