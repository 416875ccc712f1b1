"""How many answers a second the real page takes. Run: ``python benchmarks/answers.py [seconds]``.

Method: ``alongside serve`` runs as in service (one web worker, its dispatcher, encryption, audit
trail), on a database on the disk: SQLite with ``synchronous=FULL``, then PostgreSQL with ``fsync``
and ``synchronous_commit`` on. Private links to a PHQ-9 are made first and not timed. Some phones,
each a thread with one connection, then fill in form after form as people do without a script: one
question a page, each answer sent and kept before the next page is named, then the page to check
and the form sent. It ends after a number of seconds (30, when not told otherwise). Counted are
answers that were accepted (the server named the next page, so the answer is on the disk) and forms
that were accepted; the time of an answer is from sending to the whole reply. An answer that is not
accepted ends the run with what the server said. Phones and server share the processors.

Making the links takes longer than the measured time. The figures of the last run are in
``README.md`` beside this file.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Lock, Thread
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 30.0
PHONES = 4
LINKS = 600
ANSWERS = (1, 2, 1, 1, 0, 0, 1, 0, 0, 1)


def links(count: int) -> list[str]:
    """Private links to as many forms; runs inside the database of the server."""
    sys.path.append(str(ROOT))
    from alongside.measures import actions as measures
    from alongside.records import clock
    from tests.factories.world import make_world

    now = clock.now()
    world = make_world(at=now)
    reader = world.asha.reader
    made = []
    for _ in range(count):
        asking = measures.make_asking(
            circle=world.circle,
            about=world.sam,
            respondent=world.sam,
            instrument="phq9",
            by=reader,
            at=now,
        )
        made.append(measures.hand_over(asking=asking, by=reader, at=now))
    return made


class NotAccepted(Exception):
    """The server did not take an answer. The text is what it said."""


@dataclass
class Phones:
    """What several phones did until a moment."""

    port: int
    tokens: Iterator[str]
    until: float
    taken: list[float] = field(default_factory=list)
    forms: int = 0
    ended: float = 0.0
    wrong: list[Exception] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def run(self) -> None:
        """Fill in forms until the time is over or no link is left."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            while time.perf_counter() < self.until and not self.wrong:
                with self.lock:
                    token = next(self.tokens, None)
                if token is None:
                    break
                self.fill(connection, token)
        except (NotAccepted, OSError) as failure:
            self.wrong.append(failure)
        finally:
            connection.close()
            with self.lock:
                self.ended = max(self.ended, time.perf_counter())

    def fill(self, connection: HTTPConnection, token: str) -> None:
        """One form, from the first question to the page of thanks."""
        for number, answer in enumerate(ANSWERS, 1):
            start = time.perf_counter()
            self.post(connection, f"/l/{token}/{number}/", {"a": str(answer)})
            with self.lock:
                self.taken.append(time.perf_counter() - start)
            if time.perf_counter() >= self.until:
                return
        connection.request("GET", f"/l/{token}/check/")
        page = connection.getresponse().read().decode()
        fields = dict(re.findall(r'name="(submission|item_\d+)" value="([^"]*)"', page))
        self.post(connection, f"/l/{token}/check/", fields)
        with self.lock:
            self.forms += 1

    def post(self, connection: HTTPConnection, path: str, fields: dict[str, str]) -> None:
        """Send a form and see that the next page is named."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urlencode(fields), kind)
        reply: HTTPResponse = connection.getresponse()
        said = reply.read()
        if reply.status != 302:
            raise NotAccepted(f"{reply.status} {reply.reason}: {said[:300]!r}")


def measure(seconds: float) -> str:
    """The figures of the database that the environment names."""
    sys.path.append(str(ROOT))
    from tests.harness import cluster, environment

    environment.IN_MEMORY = Path(os.devnull)  # a commit in memory would cost nothing
    environment.prepare()
    server = None
    try:
        if environment.database() == "postgresql":
            server = cluster.Cluster(environment.cluster_port())
            server.start()
        from tests.harness.served import Served, Template

        served = Served(Template())
        try:
            served.start()
            tokens = served.call("benchmarks.answers:links", count=LINKS)
            start = time.perf_counter()
            phones = Phones(served.port, iter(tokens), start + seconds)
            threads = [Thread(target=phones.run) for _ in range(PHONES)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            served.stop()
        if phones.wrong:
            raise phones.wrong[0]
        took = phones.ended - start
        middle = statistics.median(phones.taken) * 1000
        slowest = statistics.quantiles(phones.taken, n=100)[98] * 1000
        return (
            f"{environment.database():10} {len(phones.taken) / took:7.1f} answers/s "
            f"{phones.forms / took:6.1f} forms/s   an answer takes {middle:.0f} ms, "
            f"one in a hundred more than {slowest:.0f} ms   ({took:.0f} s, {PHONES} phones)"
        )
    finally:
        if server is not None:
            server.stop()
        environment.clear()


def main() -> None:
    """Print a line for each database; each has a process of its own."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    if len(sys.argv) > 2:
        sys.stdout.write(f"{measure(seconds)}\n")
        return
    for database in ("sqlite", "postgresql"):
        subprocess.run(
            [sys.executable, __file__, str(seconds), "here"],
            check=True,
            env={**os.environ, "ALONGSIDE_TEST_DB": database},
        )


if __name__ == "__main__":
    main()
