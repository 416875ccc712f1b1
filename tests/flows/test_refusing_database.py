"""A database that takes nothing: no page says *saved*, each says whom to call, nothing is lost."""

from __future__ import annotations

import re
import resource
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from tests.flows.test_kill import NoRedirect
from tests.flows.test_serve import children, of_parent, wait_until
from tests.harness import cluster, environment
from tests.harness.served import Served

pytestmark = pytest.mark.slow

FIRST = "/worried/today/first/"
NOT_SAVED = "This was not saved, and nobody has been told"


@contextmanager
def full_disk(served: Served, *, room: int = 1) -> Iterator[None]:
    """No process of the web may make any file longer, as on a disk that is full.

    Args:
        room: bytes a file may have all the same.
    """
    web = children(served.pid)["web"]
    workers = [web, *of_parent(web)]
    before = [resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in workers]
    for pid, (_, most) in zip(workers, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, most))
    try:
        yield
    finally:
        for pid, limits in zip(workers, before, strict=True):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@contextmanager
def full_database(served: Served) -> Iterator[None]:
    """As on a volume that is full of the database: less is left than one answer takes there."""
    with full_disk(served, room=8192):
        yield


def _tell_postgresql(served: Served, words: str) -> None:
    with cluster.connect(environment.cluster_port(), user="alongside") as connection:
        connection.execute(f'ALTER DATABASE "{served.name}" {words}')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [served.name],
        )


@contextmanager
def read_only(served: Served) -> Iterator[None]:
    _tell_postgresql(served, "SET default_transaction_read_only = on")
    try:
        yield
    finally:
        _tell_postgresql(served, "RESET default_transaction_read_only")


@contextmanager
def gone(served: Served) -> Iterator[None]:
    _tell_postgresql(served, "WITH ALLOW_CONNECTIONS false")
    try:
        yield
    finally:
        _tell_postgresql(served, "WITH ALLOW_CONNECTIONS true")


FAULTS = [
    pytest.param(full_disk, marks=pytest.mark.sqlite),
    pytest.param(full_database, marks=pytest.mark.sqlite),
    pytest.param(read_only, marks=pytest.mark.postgresql),
    pytest.param(gone, marks=pytest.mark.postgresql),
]


@pytest.fixture(scope="module")
def house(served: Served) -> dict[str, str]:
    ready: dict[str, str] = served.call("tests.flows.ready:a_small_service", url=served.url)
    ask(served.url + FIRST)  # this process now knows the country, and its number
    return ready


def ask(url: str, **fields: str) -> tuple[int, str, str]:
    """Status, body and where it leads. With fields it is a POST."""
    body = urllib.parse.urlencode(fields).encode() if fields else None
    opener = urllib.request.build_opener(NoRedirect)
    try:
        answer = opener.open(urllib.request.Request(url, body), timeout=15)
    except urllib.error.HTTPError as refused:
        answer = refused
    return answer.status, answer.read().decode(), answer.headers.get("Location", "")


def until_saved(url: str, **fields: str) -> str:
    """Press *Try again* until it is taken, a few times at most; return where it leads."""
    for _ in range(5):
        status, _body, where = ask(url, **fields)
        if status == 302:
            return where
    raise AssertionError(f"still {status}")


def says_the_truth(page: str) -> None:
    assert NOT_SAVED in page
    assert 'href="tel:999"' in page
    assert "on-call team at" not in page


@pytest.mark.parametrize("fault", FAULTS)
def test_a_danger_answer_no_database_takes_is_never_called_saved(
    served: Served, house: dict[str, str], fault: Callable[..., object]
) -> None:
    before = served.call("tests.flows.ready:concerns")
    submission = uuid4().hex
    with fault(served):
        for _ in range(2):
            status, page, _where = ask(served.url + FIRST, answer="yes", submission=submission)
            assert status == 503
            says_the_truth(page)
        # What was chosen is still there, under the id that makes it count once.
        assert f'name="submission" value="{submission}"' in page
        assert re.search(r'name="answer" value="yes"', page)
    if fault is full_disk:  # there is no room beside the database either
        assert served.call("tests.flows.ready:concerns") == before
    else:
        wait_until(lambda: served.call("tests.flows.ready:concerns") == before + 1)
    where = until_saved(served.url + FIRST, answer="yes", submission=submission)
    assert "/help/" in where
    until_saved(served.url + FIRST, answer="yes", submission=submission)
    assert served.call("tests.flows.ready:concerns") == before + 1


@pytest.mark.parametrize("fault", FAULTS)
def test_later_answers_words_and_questionnaires_no_database_takes_say_so_too(
    served: Served, house: dict[str, str], fault: Callable[..., object]
) -> None:
    where = until_saved(served.url + FIRST, answer="yes", submission=uuid4().hex)
    visit = served.url + where.partition("help/")[0]
    with fault(served):
        for url, fields in (
            (f"{visit}2/", {"skip": "1", "submission": uuid4().hex}),
            (f"{visit}more/", {"words": "He has the keys.", "submission": uuid4().hex}),
            (f"{visit}number/", {"tel": "0131 496 0000", "token": uuid4().hex}),
            (f"{house['phq9']}/9/", {"a": "3"}),
        ):
            status, page, _where = ask(url, **fields)
            assert status >= 500, url
            says_the_truth(page)
            if url.startswith(visit):  # at the public door what was written is still on the page
                assert all(value in page for value in fields.values())
