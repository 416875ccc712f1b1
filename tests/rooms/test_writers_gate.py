"""On SQLite one writes at a time; what carries alerts waits for one transaction at most (E11)."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from alongside.config.settings import database
from alongside.records import gate
from alongside.records.gate import Gate, Shut

ROUNDS = 8
pytestmark = pytest.mark.sqlite


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "database"


def test_what_carries_alerts_overtakes_everybody_who_waited_before(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "PRESSING", 600.0)  # however slow this machine is
    somebody_goes_first = threading.Event()
    take = gate._take

    def took(file: int, how: int, until: float) -> None:
        take(file, how, until)
        if how == fcntl.LOCK_SH:
            somebody_goes_first.set()

    monkeypatch.setattr(gate, "_take", took)
    for number in range(ROUNDS):
        order: list[str] = []
        somebody_goes_first.clear()
        here = Gate(place)
        here.enter()

        def wait(name: str, goes_first: AbstractContextManager[None], order=order) -> None:
            mine = Gate(place)
            with goes_first:
                mine.enter()
            order.append(name)
            mine.close()

        threads = [
            threading.Thread(target=wait, args=("page", nullcontext())) for _ in range(4)
        ] + [threading.Thread(target=wait, args=("alert", gate.before_others()))]
        for thread in threads:
            thread.start()
        assert somebody_goes_first.wait(10)
        here.leave()
        for thread in threads:
            thread.join()
        here.close()
        assert order == ["alert", "page", "page", "page", "page"], number


def test_a_page_that_waited_long_is_kept_out_no_longer(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages that go out all the time may not keep an answer out."""
    monkeypatch.setattr(gate, "PRESSING", 0.05)
    stop = threading.Event()

    def send() -> None:
        mine = Gate(place)
        with gate.before_others():
            while not stop.is_set():
                mine.enter()
                mine.leave()
        mine.close()

    senders = [threading.Thread(target=send) for _ in range(3)]
    for sender in senders:
        sender.start()
    try:
        page = Gate(place)
        page.enter()
        page.close()
    finally:
        stop.set()
        for sender in senders:
            sender.join()


def test_who_waits_in_vain_is_told_and_the_turn_of_a_dead_process_is_free(place: Path) -> None:
    one, other = Gate(place), Gate(place)
    one.enter()
    with gate.waiting(0.05), pytest.raises(Shut):
        other.enter()
    with gate.before_others(), gate.waiting(0.05), pytest.raises(Shut):
        other.enter()
    one.close()  # as the system does when a process ends
    other.enter()
    other.leave()
    other.leave()
    one.enter()


def test_without_room_for_its_files_the_gate_stands_open(tmp_path: Path) -> None:
    nowhere = Gate(tmp_path / "no" / "such" / "folder")
    nowhere.enter()
    nowhere.leave()
    nowhere.close()


@pytest.fixture
def two(place: Path, django_db_blocker) -> Iterator[list[BaseDatabaseWrapper]]:
    """Two connections to one database, as two processes have them."""
    with django_db_blocker.unblock():
        made = [
            ConnectionHandler({"default": database(f"sqlite:///{place}")})["default"] for _ in "12"
        ]
        for each in made:
            each.inc_thread_sharing()
        yield made
        for each in made:
            each.close()


def test_a_transaction_has_the_turn_until_it_ends_however_it_ends(
    two: list[BaseDatabaseWrapper],
) -> None:
    one, other = two
    one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with gate.waiting(0.05), pytest.raises(OperationalError, match="locked"):
        _begin(other)
    for end in (one.commit, one.rollback, one.close):
        end()
        one.set_autocommit(True)
        _begin(other)
        other.rollback()
        other.set_autocommit(True)
        _begin(one)


def test_a_single_write_outside_a_transaction_waits_for_its_turn_too(
    two: list[BaseDatabaseWrapper],
) -> None:
    """A session that ends is such a write: beside those at the gate it would never be let in."""
    one, other = two
    with one.cursor() as here, other.cursor() as there:
        here.execute("CREATE TABLE kept (number integer)")
        mine = Gate(one.settings_dict["NAME"])
        mine.enter()
        with gate.waiting(0.05):
            assert here.execute("SELECT count(*) FROM kept").fetchone() == (0,)
            with pytest.raises(OperationalError, match="locked"):
                here.execute("INSERT INTO kept VALUES (%s)", [1])
            with pytest.raises(OperationalError, match="locked"):
                here.executemany("INSERT INTO kept VALUES (%s)", [(1,), (2,)])
        mine.close()
        here.executemany("INSERT INTO kept VALUES (%s)", [(1,), (2,)])
        _begin(other)
        there.execute("DELETE FROM kept WHERE number = %s", [1])  # in a transaction, in its turn
        other.commit()
        other.set_autocommit(True)
        with gate.waiting(0.05):
            here.execute("UPDATE kept SET number = %s", [3])
        assert there.execute("SELECT number FROM kept").fetchall() == [(3,)]


def test_the_database_of_this_run_is_behind_the_gate() -> None:
    assert connection.settings_dict["ENGINE"] == "alongside.records.sqlite"


def _begin(on: BaseDatabaseWrapper) -> None:
    on.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
