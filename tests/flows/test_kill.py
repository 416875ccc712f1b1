"""Kill -9 at every labelled place of the danger path: nothing is lost, little comes twice.

A real ``alongside serve`` runs on a database of its own, with a real mail server. Before each
danger answer the test names one place; the process that reaches it dies there. The client tries
again with the same id, as a person presses *Try again*.
"""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from uuid import uuid4

import pytest

from tests.fakes.mailbox import Mailbox
from tests.harness.served import Served, Template

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).resolve().parents[2] / "src" / "alongside"
AT_THE_DOOR = (
    "danger.before_concern",
    "danger.after_concern",
    "danger.after_check",
    "danger.after_alert",
    "danger.after_message",
    "danger.after_audit",
    "danger.after_link",
    "danger.after_commit",
)
ON_THE_WAY = (
    "notify.before_claim",
    "notify.after_claim",
    "notify.after_send",
    "notify.after_attempt",
    "notify.after_mark",
)
WITH_A_NUMBER = ("danger.after_number",)
WITH_ANSWERS = (
    "measures.draft.begun",
    "measures.draft.saved",
    "measures.draft.raised",
    "measures.draft.written",
    "measures.answers.scored",
    "measures.answers.saved",
    "measures.answers.raised",
    "measures.answers.written",
)
WITH_TOTALS = ("measures.totals.saved",)
IN_THE_SPOOL = ("spool.written", "spool.renamed", "spool.after_put")  # tests/rooms/test_spool.py
FROM_THE_SPOOL = ("spool.replayed", "spool.noted")
WITHIN_SECONDS = 40


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


class House:
    """A running service with a place at which its processes die."""

    def __init__(self, served: Served, mailbox: Mailbox, place: Path) -> None:
        self.served, self.mailbox, self.place = served, mailbox, place
        self.opener = urllib.request.build_opener(NoRedirect)
        self.askings: list[str] = []
        self.known: dict = {}  # what was kept when somebody last looked

    def die_at(self, label: str) -> None:
        self.place.write_text(label)

    def has_died(self) -> bool:
        return not self.place.exists()

    def post(self, path: str, fields: dict[str, str]) -> str:
        """Send a form until it is answered with a redirect, with the same fields each time."""
        body = urllib.parse.urlencode(fields).encode()
        deadline = time.monotonic() + WITHIN_SECONDS
        while time.monotonic() < deadline:
            try:
                request = urllib.request.Request(self.served.url + path, body)
                answer = self.opener.open(request, timeout=10)
                raise AssertionError(f"answered {answer.status} in place of a redirect")
            except urllib.error.HTTPError as answer:
                if answer.code == 302:
                    return str(answer.headers["Location"])
                if answer.code < 500:
                    raise AssertionError(f"answered {answer.code}") from answer
            except OSError:
                pass  # the process died with our answer on its way
            time.sleep(0.2)
        raise AssertionError(f"no answer from {path}:\n{self.served.log()[-2000:]}")

    def danger(self) -> str:
        """Say at the public door that somebody is in danger; return where the visit goes on."""
        return self.post("/worried/today/first/", {"answer": "yes", "submission": uuid4().hex})

    def look(self) -> dict:
        self.known = self.served.call("tests.flows.inside_kill:look")
        return self.known

    def settled(self, alerts: int, letters: int) -> dict:
        """Wait until so many alerts are kept and each of their messages went out.

        Args:
            letters: how many the mail server had taken before; looking at it costs nothing.
        """
        deadline = time.monotonic() + WITHIN_SECONDS
        while len(self.mailbox.messages) == letters and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        while True:
            found = self.look()
            told = all(a["messages"] and not a["unsent"] for a in found["alerts"])
            if len(found["alerts"]) >= alerts and told:
                return found
            assert time.monotonic() < deadline, found
            time.sleep(0.3)


@pytest.fixture(scope="module")
def running(served_template: Template, tmp_path_factory):
    place = tmp_path_factory.mktemp("crash") / "at"
    mailbox = Mailbox()
    mailbox.open()
    served = Served(
        served_template, ALONGSIDE_SMTP_URL=mailbox.url, ALONGSIDE_CRASH_FILE=str(place)
    )
    try:
        served.call("tests.flows.inside_kill:build")
        house = House(served, mailbox, place)
        house.askings = served.call(
            "tests.flows.inside_kill:make_askings", number=len(WITH_ANSWERS) + len(WITH_TOTALS)
        )
        served.start()
        yield house
    finally:
        served.remove()
        mailbox.close()


def test_every_labelled_place_is_in_this_test():
    """Except those of asking on time and of groups, no ways of danger: tests/rooms tries them."""
    labels = {
        label
        for path in SOURCE.rglob("*.py")
        for label in re.findall(r'crashpoint\.here\(\s*"([a-z_.]+)"', path.read_text())
        if not label.startswith(("asking.", "group."))
    }
    assert labels == {
        *AT_THE_DOOR, *ON_THE_WAY, *WITH_A_NUMBER, *WITH_ANSWERS, *WITH_TOTALS,
        *IN_THE_SPOOL, *FROM_THE_SPOOL,
    }  # fmt: skip


@pytest.mark.parametrize("label", [*AT_THE_DOOR, *ON_THE_WAY])
def test_a_danger_answer_outlives_a_process_killed_at(running, label):
    before = running.known or running.look()
    letters = len(running.mailbox.messages)
    running.die_at(label)
    where = running.danger()
    assert "/help/" in where
    after = running.settled(len(before["alerts"]) + 1, letters)
    assert running.has_died(), f"nobody reached {label}"
    assert len(after["alerts"]) == len(before["alerts"]) + 1
    assert after["concerns"] == before["concerns"] + 1
    assert all(alert["raised"] == 1 and alert["checked"] for alert in after["alerts"])
    assert after["checks_without_alert"] == 0
    # A mail server that answers late is offered a message again, and each such try is written
    # down. What the kill itself may add is one message nobody wrote down.
    tries = sum(alert["tries"] for alert in after["alerts"])
    tries -= sum(alert["tries"] for alert in before["alerts"])
    assert 1 <= len(running.mailbox.messages) - letters <= tries + 1


def test_a_number_outlives_a_process_killed_while_it_is_kept(running):
    letters = len(running.mailbox.messages)
    where = running.danger()
    token = where.split("/")[2]
    running.die_at(WITH_A_NUMBER[0])
    running.post(f"/w/{token}/number/", {"tel": "0131 496 0000", "token": uuid4().hex})
    assert running.has_died()
    page = urllib.request.urlopen(f"{running.served.url}/w/{token}/help/", timeout=10).read()
    assert b"They have the number you left" in page
    running.settled(1, letters)


@pytest.mark.parametrize("label", WITH_ANSWERS)
def test_answers_and_their_alert_outlive_a_process_killed_at(running, label):
    before = running.known or running.look()
    asking = running.askings.pop()
    submission = uuid4().hex
    running.die_at(label)
    with pytest.raises(RuntimeError):
        running.served.call("tests.flows.inside_kill:record", asking=asking, submission=submission)
    assert running.has_died()
    between = running.look()
    assert between["responses"] == before["responses"], "half of it was kept"
    assert len(between["alerts"]) == len(before["alerts"])
    first, again = running.served.call(
        "tests.flows.inside_kill:record", asking=asking, submission=submission
    )
    assert first
    assert again == first
    after = running.look()
    assert after["responses"] == before["responses"] + 1
    assert after["checks_without_alert"] == 0


@pytest.mark.parametrize("label", WITH_TOTALS)
def test_totals_are_kept_whole_or_not_at_all_by_a_process_killed_at(running, label):
    before = running.known or running.look()
    asking = running.askings.pop()
    submission = uuid4().hex
    running.die_at(label)
    entered = {"asking": asking, "submission": submission}
    with pytest.raises(RuntimeError):
        running.served.call("tests.flows.inside_kill:record_totals", **entered)
    assert running.has_died()
    assert running.look()["responses"] == before["responses"], "half of it was kept"
    first, again = running.served.call("tests.flows.inside_kill:record_totals", **entered)
    assert again == first
    assert running.look()["responses"] == before["responses"] + 1


@pytest.mark.parametrize("label", FROM_THE_SPOOL)
def test_an_answer_that_waited_is_saved_once_by_a_process_killed_at(running, label):
    before = running.look()
    letters = len(running.mailbox.messages)
    running.die_at(label)
    running.served.call("tests.flows.inside_kill:keep_beside", submission=uuid4().hex)
    after = running.settled(len(before["alerts"]) + 1, letters)
    assert running.has_died()
    deadline = time.monotonic() + WITHIN_SECONDS
    while running.served.call("tests.flows.inside_kill:beside"):
        assert time.monotonic() < deadline, running.served.log()[-2000:]
        time.sleep(0.2)
    assert running.look()["concerns"] == after["concerns"] == before["concerns"] + 1
    assert all(alert["raised"] == 1 for alert in after["alerts"])


def test_a_power_cut_loses_nothing_and_the_service_goes_on_by_itself(running):
    before = running.look()
    letters = len(running.mailbox.messages)
    running.mailbox.close()  # the mail server is down, so that messages are waiting
    running.danger()
    running.served.kill()
    running.served.process = None
    running.mailbox.open()
    running.served.start()
    after = running.settled(len(before["alerts"]) + 1, letters)
    assert len(after["alerts"]) == len(before["alerts"]) + 1


def test_the_trail_is_whole_after_all_of_this(running):
    deadline = time.monotonic() + 20
    while True:
        done = running.served.command("audit", "verify", check=False)
        if done.returncode == 0:
            break
        assert time.monotonic() < deadline, done.stdout
        time.sleep(1)
    assert "The trail is whole" in done.stdout
