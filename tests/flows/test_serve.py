"""`alongside serve`, `check`, `audit`: dead children come back, and every finding has its mend."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
import zoneinfo
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.flows.inside_serve import keep_a_shift_and_a_time, moments
from tests.harness.served import Served
from tests.rooms.test_zone_rules import write_rules

pytestmark = pytest.mark.slow
no_matter_which_database = pytest.mark.sqlite


def of_parent(pid: int) -> dict[int, str]:
    """The processes a process started, with their names."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            name = (folder / "comm").read_text().strip()
        except OSError:
            continue
        if int(stat[1]) == pid:
            found[int(folder.name)] = name
    return found


def parts(pid: int) -> dict[str, set[int]]:
    """The children of a supervisor, by what they do; one just born has no name of its own yet."""
    found: dict[str, set[int]] = {"web": set(), "dispatcher": set()}
    for child, name in of_parent(pid).items():
        if (what := name.split()[0]) in found:
            found[what].add(child)
    return found


def children(pid: int) -> dict[str, int]:
    """The two children of a supervisor that has one worker, by what they do."""
    return {name: child for name, those in parts(pid).items() for child in those}


def wait_until(condition, *, within: float = 30.0, every: float = 0.1) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(every)


@no_matter_which_database
def test_what_dies_is_started_again_and_takes_no_other_worker_with_it(serve):
    served: Served = serve(workers=2, by_a_person=True)
    pid = served.pid

    def there() -> bool:
        now = parts(pid)
        return (
            len(now["web"]) == 2 and len(now["dispatcher"]) == 1 and all(map(of_parent, now["web"]))
        )

    wait_until(there)
    first, second = sorted(parts(pid)["web"])
    (stays,) = of_parent(first)
    dying = second
    for _ in range(2):  # the second time while it starts
        (worker,) = of_parent(dying)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda dead=dying: dead not in parts(pid)["web"] and there())
        (dying,) = parts(pid)["web"] - {first}
        assert served.answers()
    assert set(of_parent(first)) == {stays}

    before = parts(pid)["web"] | parts(pid)["dispatcher"]
    workers = [worker for web in parts(pid)["web"] for worker in of_parent(web)]
    for each in before:
        os.kill(each, signal.SIGKILL)
    wait_until(lambda: there() and not before & (parts(pid)["web"] | parts(pid)["dispatcher"]))
    wait_until(served.answers)
    wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    after = parts(pid)["web"] | parts(pid)["dispatcher"]
    assert served.stop() == 0
    assert not any(Path(f"/proc/{each}").exists() for each in after)


def test_what_is_copied_has_one_thread_and_no_database_open(serve):
    """A copy would share a connection, and lack the threads that keep a pool of them."""
    served: Served = serve(by_a_person=True)
    supervisor = Path(f"/proc/{served.pid}")
    assert len(list((supervisor / "task").iterdir())) == 1
    held = [os.readlink(each) for each in (supervisor / "fd").iterdir()]
    assert [each for each in held if each.startswith("socket:") or "sqlite" in each] == []


@no_matter_which_database
def test_a_port_in_use_ends_with_a_sentence(serve):
    served: Served = serve()
    second = served.command("serve", "--bind", served.url.removeprefix("http://"), check=False)
    assert second.returncode == 1
    assert "Is the port in use?" in second.stderr


@no_matter_which_database
@pytest.mark.parametrize(
    "words",
    [["--bind", "nowhere"], ["--bind", "127.0.0.1:99999"], ["--workers", "0"], ["--workers", "x"]],
)
def test_a_line_that_cannot_be_meant_is_wrong_usage(served, words):
    done = served.command("serve", *words, check=False)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


@no_matter_which_database
def test_the_first_run_prints_its_code_where_the_service_was_started(serve):
    served: Served = serve(by_a_person=True)
    assert "First run. Open" in served.log()
    assert "/set-up/" in served.log()


def test_check_names_every_mend_until_the_deployment_is_fit(serve, mailbox):
    served: Served = serve(ALONGSIDE_SMTP_URL=mailbox.url)
    unfit = served.command("check", check=False)
    assert unfit.returncode == 1
    assert "There is no institution yet." in unfit.stdout
    served.call("tests.flows.inside_serve:set_up")
    wait_until(lambda: "No dispatcher" not in served.command("check", check=False).stdout, every=1)
    fit = served.command("check", "--json", check=False)
    found = json.loads(fit.stdout)
    errors = [each for these in found.values() for each in these if each["grade"] == "error"]
    assert errors == []
    assert fit.returncode == 0
    assert any("second on call" in each["what"] for each in found["people on call"])
    mailbox.close()
    down = served.command("check", check=False)
    assert down.returncode == 1
    assert "nobody can be told" in down.stdout


def test_a_database_of_an_older_shape_is_not_served_before_a_backup(served_template):
    older = Served(served_template)
    try:
        older.call("tests.flows.inside_serve:forget_a_migration")
        bind = older.url.removeprefix("http://")
        done = older.command("serve", "--bind", bind, check=False)
        assert done.returncode == 1
        assert "Make a backup, then start with: alongside serve --migrate" in done.stderr
        found = older.command("check", check=False)
        assert found.returncode == 1
        assert "waits for 1 change(s) of its shape" in found.stdout
    finally:
        older.remove()


@pytest.mark.postgresql
def test_a_database_that_could_lose_what_it_took_is_not_served(served_template):
    """A slip in the address of the database is enough; it is told before the doors open."""
    weaker = Served(served_template)
    try:
        weaker.environment["ALONGSIDE_DATABASE_URL"] += "?options=-c%20synchronous_commit%3Doff"
        bind = weaker.url.removeprefix("http://")
        done = weaker.command("serve", "--bind", bind, check=False)
        assert done.returncode == 1
        assert "synchronous_commit = off" in done.stderr
        assert "synchronous_commit = off" in weaker.command("check", check=False).stdout
    finally:
        weaker.remove()


def test_audit_verify_names_the_place_where_somebody_changed_the_trail(serve):
    served: Served = serve()
    served.call("tests.flows.inside_serve:set_up")
    wait_until(
        lambda: "0 sealed" not in served.command("audit", "verify", check=False).stdout, every=1
    )
    served.call("tests.flows.inside_serve:change_the_trail")
    done = served.command("audit", "verify", check=False)
    assert done.returncode == 1
    assert "this event was changed" in done.stdout
    assert (
        json.loads(served.command("audit", "verify", "--json", check=False).stdout)["whole"]
        is False
    )


@no_matter_which_database
def test_pages_are_served_with_their_sheets(served):
    page = urllib.request.urlopen(f"{served.url}/help-now/", timeout=10).read().decode()
    sheet = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert urllib.request.urlopen(served.url + sheet, timeout=10).status == 200


@no_matter_which_database
def test_new_rules_of_a_zone_are_followed_from_the_next_start(serve, tmp_path) -> None:
    write_rules(tmp_path, "Europe/Berlin")
    search = ":".join([str(tmp_path), *zoneinfo.TZPATH])
    served: Served = serve(by_a_person=True, PYTHONTZPATH=search)
    kept = [datetime.fromisoformat(each) for each in served.call(keep_a_shift_and_a_time)]
    assert kept[0] == kept[1]  # by the rules of before
    served.stop()
    served.start()
    sooner = [(each - timedelta(hours=1)).isoformat() for each in kept]
    wait_until(lambda: served.call(moments) == sooner, within=60)
