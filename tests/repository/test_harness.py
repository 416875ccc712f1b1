"""The harness keeps its word: the databases, mail and browser of the tests are real ones."""

from __future__ import annotations

import smtplib
import socket
from email.message import EmailMessage

import pytest

from alongside.records import clock
from tests.harness import environment
from tests.harness.served import Served


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


PAGE = "<!doctype html><html lang=en><title>T</title><main><h1>T</h1>{}</main></html>"


@pytest.mark.browser
@pytest.mark.sqlite
def test_axe_names_the_rule_and_the_place(page_for, axe):
    page = page_for(base_url="http://127.0.0.1")
    page.set_content(PAGE.format("<label>Name <input></label>"))
    axe(page)
    page.set_content(PAGE.format("<input id=nameless>"))
    with pytest.raises(AssertionError, match=r"- label .critical.(.|\n)*#nameless"):
        axe(page)
    axe(page, without=["label"])


@pytest.mark.browser
@pytest.mark.sqlite
def test_browser_shows_pages_wide_narrow_dark_and_without_script(page_for):
    script = "<script>document.querySelector('h1').textContent = 'script'</script>"
    dark_only = "<style>p {display: none} @media (prefers-color-scheme: dark) {p {display: block}}"

    def seen(**how) -> tuple[str | None, bool, int]:
        page = page_for(base_url="http://127.0.0.1", **how)
        page.set_content(PAGE.format(f"{dark_only}</style><p>dark</p>{script}"))
        return page.text_content("h1"), page.is_visible("p"), page.viewport_size["width"]

    assert seen() == ("script", False, 1280)
    assert seen(width=390, dark=True) == ("script", True, 390)
    assert seen(javascript=False) == ("T", False, 1280)


def parameters_of(**given) -> dict:
    """Called inside a served database, to show what arrives and where."""
    from django.conf import settings

    return {**given, "database": str(settings.DATABASES["default"]["NAME"])}


@pytest.mark.browser
def test_served_databases_are_copies_of_one_and_know_nothing_of_each_other(served_template):
    first, second = Served(served_template), Served(served_template)
    try:
        answer = first.call(parameters_of, number=1)
        assert answer["number"] == 1
        assert first.name in answer["database"]
        assert second.name in second.call(parameters_of)["database"]
        assert "[X] 0001_initial" in first.manage("showmigrations", "records")
    finally:
        first.remove()
        second.remove()


@pytest.mark.browser
def test_served_pages_open_in_the_browser_and_the_server_survives_a_kill(serve, page_for):
    server = serve()
    page = page_for(base_url=server.url)
    assert page.goto("/").status == 200
    server.kill()
    assert not server.answers()
    server.start()
    assert page.goto("/").status == 200
    assert server.stop() == 0
