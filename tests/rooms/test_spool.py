"""Beside the database: kept whole and unreadable, replayed once, never dropped (E10)."""

from __future__ import annotations

import errno
import os
import signal
import stat
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside.cli.main import main
from alongside.config import spooling
from alongside.crisis.models import Alert, AlertEvent, SafeguardingReport
from alongside.measures import actions as measures
from alongside.measures import one_person
from alongside.measures.models import Asking
from alongside.records import durable, spool
from alongside.records.models import AuditEvent
from alongside.records.scoped import writing
from alongside.tasks.models import Task

FIRST = "/worried/today/first/"
MINUTE = timedelta(minutes=1)
NOT_SAVED = "This was not saved, and nobody has been told"
LABELS = ("spool.written", "spool.renamed", "spool.after_put")
QUICK = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def beside(tmp_path, settings):
    """A folder of this test's own, with room for one MiB."""
    settings.SPOOL, settings.SPOOL_MB = tmp_path / "spool", 1
    spooling._again_at.clear()
    return tmp_path / "spool"


# -- the files ------------------------------------------------------------------------------------


@QUICK
@given(
    st.dictionaries(st.text(max_size=40), st.text(max_size=400), max_size=8),
    st.text(min_size=1, max_size=80),
)
def test_what_is_kept_comes_back_whole_and_is_open_to_nobody_else(beside, what, once):
    kept = spool.put(what, once=once)
    assert spool.put({"other": "form"}, once=once) == kept, "the same again is the same"
    assert spool.read(kept) == what
    assert kept.path.stat().st_mode & 0o777 == 0o600
    assert kept.path.parent.stat().st_mode & 0o777 == 0o700
    raw = kept.path.read_bytes()
    assert not [v for v in what.values() if len(v) > 3 and v.encode() in raw]
    assert [each.name for each in spool.waiting()] == [kept.name]
    spool.done(kept)
    assert list(beside.glob("waiting/*")) == []


@QUICK
@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=255))
def test_a_record_with_any_bit_changed_or_a_byte_missing_is_never_read(place, change):
    kept = spool.put({"fields": "answer=yes"}, once="one")
    whole = kept.path.read_bytes()
    broken = bytearray(whole)
    broken[place % len(whole)] ^= change
    for wrong in (bytes(broken), whole[: place % len(whole)]):
        kept.path.write_bytes(wrong)
        with pytest.raises(spool.Unreadable):
            spool.read(kept)
    kept.path.write_bytes(whole)
    moved = kept.path.rename(kept.path.with_name(f"{'1' * 20}-{'a' * 24}.kept"))
    with pytest.raises(spool.Unreadable):
        spool.read(spool.Kept(moved))  # nobody can pass one off as given at another time
    moved.unlink()


def test_a_record_is_on_the_disk_before_it_has_its_name_and_its_name_too(beside, monkeypatch):
    spool.put({"a": "b"}, once="the folders are there")
    order, sync, rename = [], os.fsync, Path.rename

    def synced(handle):
        order.append("file" if stat.S_ISREG(os.fstat(handle).st_mode) else "folder")
        sync(handle)

    def named(path, target):
        order.append("name")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", named)
    spool.put({"a": "b"}, once="another")
    assert order == ["file", "name", "folder"]


def test_records_wait_in_the_order_they_were_given_and_held_ones_stay_for_ever(beside):
    kept = [spool.put({"n": number}, once=str(number)) for number in range(20)]
    assert [spool.read(each)["n"] for each in spool.waiting()] == list(range(20))
    held = spool.hold(kept[3])
    assert [each.name for each in spool.held()] == [kept[3].name]
    assert len(spool.waiting()) == 19
    assert spool.read(held) == {"n": 3}
    assert spool.again(held).path == kept[3].path
    assert len(spool.waiting()) == 20


def test_what_is_too_large_or_has_no_room_is_refused_and_leaves_nothing(beside):
    with pytest.raises(spool.NotKept):
        spool.put({"words": "x" * spool.LARGEST}, once="large")
    for number in range(10):
        spool.put({"words": "x" * 100_000}, once=str(number))
    with pytest.raises(spool.NotKept):
        spool.put({"words": "x" * 100_000}, once="one too many")
    files = list(beside.glob("waiting/*"))
    assert len(files) == 10
    assert sum(path.stat().st_size for path in files) <= 1024 * 1024


def test_a_disk_that_fills_up_gives_the_reserve_back_and_then_says_no(beside, monkeypatch):
    spool.reserve()
    reserve = beside / "reserve"
    assert reserve.stat().st_size == 1024 * 1024
    assert reserve.stat().st_blocks * 512 >= 1024 * 1024, "room that is only promised is no room"
    write = spool._write

    def full(path, content):
        if reserve.stat().st_size:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(spool, "_write", full)
    assert spool.read(spool.put({"fields": "answer=yes"}, once="one")) == {"fields": "answer=yes"}
    assert reserve.stat().st_size == 0

    def fuller(path, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spool, "_write", fuller)
    with pytest.raises(spool.NotKept):
        spool.put({"fields": "answer=yes"}, once="two")


@pytest.mark.parametrize("label", LABELS)
def test_a_process_killed_while_it_keeps_leaves_all_of_it_or_nothing(beside, label):
    spool.put({"n": 0}, once="before")
    child = os.fork()
    if child == 0:
        os.environ["ALONGSIDE_CRASH_AT"] = label
        try:
            spool.put({"n": 1}, once="killed")
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    found = [spool.read(each)["n"] for each in spool.waiting()]
    assert found == ([0] if label == "spool.written" else [0, 1])
    left = list(beside.glob("waiting/.new-*"))
    assert len(left) == (1 if label == "spool.written" else 0)
    for path in left:
        os.utime(path, (0, 0))
    spool.reserve()  # the next start tidies up, and loses nothing that was kept
    assert list(beside.glob("waiting/.new-*")) == []
    assert len(spool.waiting()) == len(found)


def test_a_connection_that_could_lose_a_commit_is_named(db):
    """Django's own settings give a safe one; each single slip is told."""
    weaker = {
        "sqlite": ("PRAGMA synchronous = NORMAL", "synchronous", "1"),
        "postgresql": ("SET synchronous_commit = local", "synchronous_commit", "local"),
    }[connection.vendor]
    other = connection.copy()
    try:
        assert durable.weak(other) == []
        with other.cursor() as cursor:
            cursor.execute(weaker[0])
        (found,) = durable.weak(other)
        assert (found.name, found.is_now) == weaker[1:]
    finally:
        other.close()


# -- an answer that waits -------------------------------------------------------------------------


@pytest.fixture
def down(monkeypatch):
    """``down()``: from now on the database takes no answer; ``down.up()``: it does again."""

    class Down:
        def __call__(self):
            self.patch = pytest.MonkeyPatch()

            def gone(*args, **kwargs):
                raise OperationalError("the database is gone")

            self.patch.setattr("alongside.crisis.actions.record_safety_check", gone)
            self.patch.setattr("alongside.crisis.worries.record_safety_check", gone)
            self.patch.setattr("alongside.measures.actions.Response.objects.create", gone)

        def up(self):
            self.patch.undo()

    down = Down()
    down.patch = pytest.MonkeyPatch()
    yield down
    down.up()


def alerts():
    return Alert.objects.unscoped("a test")


def test_a_danger_answer_at_the_public_door_waits_is_replayed_once_and_says_when(house, down, at):
    at(house.moment)
    client, submission = Client(), uuid4().hex
    down()
    for _ in range(2):
        answer = client.post(FIRST, {"answer": "yes", "submission": submission})
        assert answer.status_code == 503
        assert NOT_SAVED in answer.content.decode()
    client.post(FIRST, {"answer": "no", "submission": uuid4().hex})
    (kept,) = spool.waiting()
    assert spooling.replay_waiting() == 0
    assert spool.waiting() == [kept], "it waits as long as it must"
    assert not alerts().exists()
    down.up()
    spooling._again_at.clear()
    assert spooling.replay_waiting() == 1
    (alert,) = alerts()
    assert alert.level == "B"
    given = AlertEvent.objects.unscoped("a test").get(alert=alert, kind="given")
    assert abs(given.at - kept.given_at) < timedelta(milliseconds=1)
    assert AuditEvent.objects.filter(word="crisis.unsaved_answer_taken").count() == 1
    assert spool.waiting() == []
    # Who presses again in the meantime is shown the first result, and nothing is raised twice.
    assert client.post(FIRST, {"answer": "yes", "submission": submission}).status_code == 302
    assert alerts().count() == 1
    assert AlertEvent.objects.unscoped("a test").filter(kind="raised_again").count() == 0


def test_an_older_answer_to_a_form_raises_its_danger_and_spoils_no_newer_answer(world, down, at):
    at(world.moment)
    asking = measures.make_asking(
        circle=world.circle, about=world.noor.person, respondent=world.noor.person,
        instrument="phq9", by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    token = measures.hand_over(asking=asking, by=world.asha.reader, at=world.moment)
    client = Client()
    down()
    answer = client.post(f"/l/{token}/9/", {"a": "2"})
    assert answer.status_code == 503
    assert NOT_SAVED in answer.content.decode()
    down.up()
    asking.refresh_from_db()
    asking.draft, asking.drafted_at = '{"item_9": 0}', spool.waiting()[0].given_at + MINUTE
    with writing():
        asking.save(update_fields=["draft", "drafted_at"])
    assert spooling.replay_waiting() == 1
    (alert,) = alerts()
    assert alert.rule == "phq9_self_harm@1"
    assert '"item_9": 0' in Asking.objects.unscoped("a test").get(pk=asking.pk).draft


def test_who_was_signed_in_is_answered_for_although_the_session_ended_since(
    world, down, at, monkeypatch
):
    at(world.moment)
    noon = int(world.moment.timestamp() * 1e9)
    monkeypatch.setattr(spool, "_nanoseconds", lambda: noon)
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        world.noor.account, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    page = f"/circle/{world.circle.pk}/alone/"
    assert client.get(page).status_code == 200
    down()
    client.raise_request_exception = False
    form = {"afraid": "yes", "csrfmiddlewaretoken": client.cookies["c"].value}
    answer = client.post(page, form)
    assert answer.status_code == 500
    assert NOT_SAVED in answer.content.decode()
    down.up()
    at(world.moment + timedelta(hours=2))
    sessions = Session.objects.count()
    assert spooling.replay_waiting() == 1
    assert alerts().count() == 1
    assert Session.objects.count() == sessions, "the lent session is gone"
    assert client.get(page).status_code != 200, "the old one is not alive again"


def test_a_report_of_harm_waits_too_and_sending_it_again_by_hand_adds_nothing(
    world, at, monkeypatch
):
    at(world.moment)
    noon = int(world.moment.timestamp() * 1e9)
    monkeypatch.setattr(spool, "_nanoseconds", lambda: noon)
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(
        world.noor.account, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    page = f"/circle/{world.circle.pk}/report/"
    client.get(page)
    form = {"kind": "child", "immediate": "on", "words": "He locks her in."}
    form["csrfmiddlewaretoken"] = client.cookies["c"].value
    with monkeypatch.context() as broken:

        def gone(*args, **kwargs):
            raise OperationalError("the database is gone")

        broken.setattr("alongside.crisis.reports.audit.write", gone)
        assert NOT_SAVED in client.post(page, form).content.decode()
    assert not alerts().exists()
    assert spooling.replay_waiting() == 1
    assert [alert.level for alert in alerts()] == ["A"]
    assert client.post(page, form).status_code == 302
    reports = SafeguardingReport.objects.unscoped("a test")
    assert (reports.count(), alerts().count()) == (1, 1)
    client.post(page, {**form, "wishes": "To go to her aunt."})
    assert reports.count() == 2


@pytest.mark.parametrize(("minutes", "taken"), [(5, 1), (70, 0)])
def test_an_answer_on_a_device_that_was_handed_out_waits_too_while_its_hour_lasts(
    world, down, at, monkeypatch, minutes, taken
):
    at(world.moment)
    world.engage_sam()
    noon = int(world.moment.timestamp() * 1e9)
    monkeypatch.setattr(spool, "_nanoseconds", lambda: noon)
    asking = measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="phq9",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    code = one_person.make_code(asking=asking, by=world.asha.reader, at=world.moment)
    client = Client(enforce_csrf_checks=True)
    client.get("/here/code/")
    token = {"csrfmiddlewaretoken": client.cookies["c"].value}
    assert client.post("/here/code/", {"code": code, **token}).status_code == 302
    assert client.get("/here/9/").status_code == 200
    down()
    client.raise_request_exception = False
    token = {"csrfmiddlewaretoken": client.cookies["c"].value}
    assert client.post("/here/9/", {"a": "3", **token}).status_code >= 500
    down.up()
    assert alerts().count() == 0
    at(world.moment + timedelta(minutes=minutes))
    assert spooling.replay_waiting() == taken
    assert alerts().count() == 1, "danger is raised after the hour, too"
    assert len(spool.held()) == 1 - taken, "what no page takes is held for a person"


def test_what_no_page_takes_any_more_is_held_for_a_person_and_can_be_read(house, at, capsys):
    at(house.moment)
    kept = spool.put(
        {"path": f"/l/{'x' * 43}/9/", "fields": "a=3", "cookies": {}, "headers": {}}, once="one"
    )
    broken = spool.put({"path": FIRST}, once="two")
    broken.path.write_bytes(b"not one of ours")
    assert spooling.replay_waiting() == 0
    assert {each.name for each in spool.held()} == {kept.name, broken.name}
    tasks = Task.objects.unscoped("a test").filter(kind="unsaved_answer", for_role="lead")
    assert tasks.count() == 2
    assert main(["spool", "show", kept.name]) == 0
    assert "a: 3" in capsys.readouterr().out
    assert main(["spool", "show", broken.name]) == 1
    assert AuditEvent.objects.filter(word="crisis.unsaved_answer_read").count() == 2
    assert main(["spool", "again", kept.name]) == 0
    assert len(spool.waiting()) == 1
    spooling.replay_waiting()
    assert tasks.count() == 2, "asked once"
    assert main(["spool", "forget", kept.name]) == 0
    assert [each.name for each in spool.held()] == [broken.name]


def test_a_disk_that_takes_no_record_either_gives_the_same_honest_page(house, down, at, settings):
    at(house.moment)
    down()
    settings.SPOOL = settings.SPOOL / "under" / "a" / "file"
    settings.SPOOL.parents[2].mkdir(parents=True)
    settings.SPOOL.parents[1].write_text("no folder")
    answer = Client().post(FIRST, {"answer": "yes", "submission": uuid4().hex})
    assert answer.status_code == 503
    assert NOT_SAVED in answer.content.decode()
    assert 'href="tel:999"' in answer.content.decode()
