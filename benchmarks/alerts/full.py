"""A disk that is really full: no page says *saved*, every danger answer is saved once in the end.

Run as root, who may mount: ``python -m benchmarks.alerts.full``. The database lies on a tmpfs of
its own, which is filled to the last byte, four times:

1. the spool is on another volume: every answer refused is kept there, and saved once there is room;
2. the spool is on the same full volume: the room made beforehand takes the first, and what it
   gives back lets the database take more;
3. that room is used up as well: the same honest page, and the person's own *Try again* counts once;
4. PostgreSQL has its tables there and the spool is on another volume: as in the first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.alerts.house import Wrong
from benchmarks.alerts.kills import FIRST, NoRedirect

SIZE = "400m"
ANSWERS = 20
NOT_SAVED = "This was not saved, and nobody has been told"
WITHIN = 60.0
CASES = ("beside", "reserve", "used up", "postgresql")


@contextmanager
def volume() -> Iterator[Path]:
    """A small file system of our own, taken away at the end."""
    with tempfile.TemporaryDirectory() as place:
        line = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", place]
        subprocess.run(line, check=True)
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def full(place: Path) -> Iterator[None]:
    """Not one byte is left, until the block ends."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1 << 20, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(b"\0" * size)
    try:
        yield
    finally:
        ballast.unlink()


def send(url: str, submission: str) -> tuple[int, str]:
    """One danger answer: the status, and the page."""
    body = urllib.parse.urlencode({"answer": "unsure", "submission": submission}).encode()
    try:
        opener = urllib.request.build_opener(NoRedirect)
        opener.open(urllib.request.Request(url + FIRST, body), timeout=30)
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()
    raise Wrong("a danger answer was answered with a page and no redirect")


def refused(url: str, submissions: list[str]) -> int:
    """Send while the disk is full; how many were refused. Each such page is honest."""
    count = 0
    for each in submissions:
        status, page = send(url, each)
        if status == 302:
            continue  # what was still free took it
        if NOT_SAVED not in page or 'href="tel:999"' not in page or "on-call team at" in page:
            raise Wrong(f"{status}: {page[:500]}")
        count += 1
    return count


def prove(place: Path, *, beside: Path | None, used_up: bool, on: str) -> dict[str, object]:
    """One of the cases on the volume at ``place``."""
    from benchmarks.alerts.house import House
    from tests.harness.served import Template

    house = House(Template(), workers=1)
    served = house.served
    if on == "postgresql":
        move(place, served.name)
    served.environment["ALONGSIDE_SPOOL_MB"] = "1"
    if beside is not None:
        served.environment["ALONGSIDE_SPOOL"] = str(beside)
    try:
        house.start()
        house.call("tests.flows.inside_kill:build")
        first = [f"calm-{number:06d}" for number in range(3)]
        if refused(served.url, first):
            raise Wrong("refused before anything was full")
        submissions = [f"full-{number:06d}" for number in range(ANSWERS)]
        with full(place):
            if used_up:
                os.truncate(served.folder / "spool" / "reserve", 0)
                fill_again(place)
            count = refused(served.url, submissions)
            kept = len(list((beside or served.folder / "spool").glob("waiting/*.kept")))
        if used_up:  # nobody but the person can bring it back
            for each in submissions:
                again(served.url, each)
        deadline = time.monotonic() + WITHIN
        while (found := house.call("benchmarks.alerts.inside:kept", submissions=submissions))[
            "lost"
        ] or house.call("benchmarks.alerts.inside:state")["spool"]:
            if time.monotonic() > deadline:
                raise Wrong(f"{len(found['lost'])} lost:\n{served.log()[-3000:]}")
            time.sleep(0.3)
        if found["twice"] or found["alerts"] != len(first) + ANSWERS:
            raise Wrong(f"{found['alerts']} alerts, twice: {found['twice']}")
        if not count or (kept != count and beside is not None):
            raise Wrong(f"{count} refused and {kept} kept beside:\n{served.log()[-3000:]}")
        return {"answers": ANSWERS, "refused": count, "kept_beside": kept, "lost": 0, "twice": 0}
    finally:
        house.stop()


def move(place: Path, name: str) -> None:
    """Let the tables of a database lie at ``place``; its write-ahead log stays elsewhere."""
    from tests.harness import cluster, environment

    here = place / "tables"
    here.mkdir()
    with cluster.connect(environment.cluster_port()) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        owner = Path(row[0]).stat()
        for folder in (place, here):
            os.chown(folder, owner.st_uid, owner.st_gid)
        connection.execute(f"CREATE TABLESPACE small LOCATION '{here}'")
        connection.execute(f'ALTER DATABASE "{name}" SET TABLESPACE small')


@contextmanager
def running(on: str) -> Iterator[None]:
    """With a PostgreSQL of our own, or without."""
    if on == "sqlite":
        yield
        return
    from tests.harness import cluster, environment

    server = cluster.Cluster(environment.cluster_port())
    server.start()
    try:
        yield
    finally:
        server.stop()


def fill_again(place: Path) -> None:
    """Take what was just given back."""
    with (place / "ballast").open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0")


def again(url: str, submission: str) -> None:
    """Press *Try again* until it is taken."""
    deadline = time.monotonic() + WITHIN
    while send(url, submission)[0] != 302:
        if time.monotonic() > deadline:
            raise Wrong(f"{submission} is never taken")
        time.sleep(0.2)


def one(case: str) -> None:
    """One case, in a process of its own: a process knows one kind of database."""
    from tests.harness import environment, warm

    on = case if case == "postgresql" else "sqlite"
    with volume() as place, tempfile.TemporaryDirectory() as other:
        here = place if on == "sqlite" else Path(other)
        os.environ["ALONGSIDE_TEST_DB"] = on
        os.environ["ALONGSIDE_TEST_ROOT"] = str(here / "run")
        os.environ["ALONGSIDE_TEST_PORT"] = str(environment.free_port())
        environment.prepare()
        beside = Path(other) / "spool" if case in ("beside", "postgresql") else None
        with running(on):
            found = prove(place, beside=beside, used_up=case == "used up", on=on)
        warm.end()
        print(json.dumps({"case": case, **found}), flush=True)


def main() -> int:
    """The cases that are named, or all; 0 when every promise held."""
    if len(sys.argv) == 2:
        one(sys.argv[1])
        return 0
    line = [sys.executable, "-m", "benchmarks.alerts.full"]
    return max(subprocess.run([*line, case], check=False).returncode for case in CASES)


if __name__ == "__main__":
    raise SystemExit(main())
