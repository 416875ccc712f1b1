"""The harness keeps its word: the databases, mail and browser of the tests are real ones."""

from __future__ import annotations

import smtplib
import socket
from email.message import EmailMessage

import pytest

from alongside.records import clock
from tests.harness import environment


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_of_the_tests_is_a_file_with_wal_and_full_synchronous():
    from django.db import connection

    def ask(pragma: str) -> object:
        with connection.cursor() as cursor:
            return cursor.execute(f"PRAGMA {pragma}").fetchone()[0]

    assert str(connection.settings_dict["NAME"]).startswith(str(environment.own()))
    assert ask("journal_mode") == "wal"
    assert ask("synchronous") == 2
    assert ask("foreign_keys") == 1


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_sqlite_of_the_tests_takes_its_write_lock_at_the_start():
    import sqlite3

    from django.db import connection, transaction

    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0)
    with transaction.atomic():
        connection.ensure_connection()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.close()


@pytest.mark.postgresql
@pytest.mark.django_db
def test_postgresql_of_the_tests_writes_durably_as_an_ordinary_role():
    from django.db import connection

    def ask(question: str) -> object:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]

    assert ask("SHOW fsync") == "on"
    assert ask("SHOW synchronous_commit") == "on"
    assert ask("SHOW listen_addresses") == "127.0.0.1"
    assert (
        ask("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") is False
    )


def test_connection_to_another_machine_is_refused():
    # An address of the block kept for documentation: nobody is there.
    with socket.socket() as probe, pytest.raises(PermissionError, match=r"192\.0\.2\.1"):
        probe.connect(("192.0.2.1", 9))


def test_clock_tells_the_moment_that_a_test_set(at, noon):
    at(noon)
    assert clock.now() == noon
    at(noon.replace(hour=13))
    assert clock.now() == noon.replace(hour=13)


def send(mailbox, within: float = 5) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@localhost", "b@localhost", "Grüße"
    message.set_content("Please look at Alongside.")
    with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=within) as smtp:
        smtp.send_message(message)


def test_mailbox_keeps_what_was_sent_to_it(mailbox):
    send(mailbox)
    (letter,) = mailbox.wait_for(1)
    assert (letter.sender, letter.recipients) == ("a@localhost", ("b@localhost",))
    assert (letter.subject, letter.text) == ("Grüße", "Please look at Alongside.\n")
    assert mailbox.to("b@localhost") == [letter]
    assert mailbox.to("c@localhost") == []


def test_mailbox_can_refuse_and_take_again(mailbox):
    mailbox.refuse(451)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        send(mailbox)
    assert refusal.value.recipients["b@localhost"][0] == 451
    assert (mailbox.messages, mailbox.tries) == ([], 1)
    mailbox.accept()
    send(mailbox)
    assert len(mailbox.messages) == 1


def test_mailbox_can_drop_the_connection_without_a_word(mailbox):
    mailbox.drop()
    with pytest.raises((smtplib.SMTPException, OSError)):
        send(mailbox)
    assert (mailbox.messages, mailbox.tries) == ([], 1)


def test_mailbox_can_answer_later_than_the_sender_waits(mailbox):
    mailbox.delay(2)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(mailbox, within=0.5)
    assert len(mailbox.messages) == 1


def test_closed_mailbox_answers_nobody(mailbox):
    mailbox.close()
    with pytest.raises(ConnectionRefusedError):
        send(mailbox)
    mailbox.open()
    send(mailbox)
    assert len(mailbox.messages) == 1
