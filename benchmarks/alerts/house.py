"""A service that is killed and watched: ``alongside serve``, its database, and a mail server.

Everything is on the loopback address. Only processes that were started here are ended, by their
ids; at the end nothing that was started may still live or listen.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from tests.fakes.gateway import Gateway
from tests.fakes.mailbox import Mailbox
from tests.harness import cluster, environment, warm
from tests.harness.house import ROOT
from tests.harness.served import Served, Template

LISTENS_WITHIN = 60.0  # seconds until a killed database answers again
MARK = "PROOF_RUN"  # in the environment of every process of a long run: whose it is


class Wrong(AssertionError):
    """A promise was broken. The text says which, and by what."""


class Arrivals:
    """When each message first came to a server, and how often, by its Message-ID."""

    def __init__(self, server: Mailbox | Gateway) -> None:
        self.first: dict[str, float] = {}
        self.times: dict[str, int] = {}
        self._lock = Lock()
        server.on_arrival = self._note

    def _note(self, came: Any) -> None:
        now = time.clock_gettime(time.CLOCK_REALTIME)  # as the database's clock, on one machine
        key = came.id.strip("<>").partition("@")[0]
        with self._lock:
            self.first.setdefault(key, now)
            self.times[key] = self.times.get(key, 0) + 1


class House:
    """One running service with a place for its mail. ``kill`` ends a part of it as a crash does."""

    def __init__(
        self,
        template: Template,
        *,
        workers: int = 2,
        server: cluster.Cluster | None = None,
        **settings: str,
    ) -> None:
        self.mailbox = Mailbox()
        self.mailbox.open()
        self.arrivals = Arrivals(self.mailbox)
        self.server = server  # a database server of our own, that may be killed
        self.served = Served(
            template, workers=workers, ALONGSIDE_SMTP_URL=self.mailbox.url, **settings
        )
        self.started: set[int] = set()  # every process of the service that was ever seen
        self.kills: dict[str, int] = {}
        self._asking = Lock()

    def start(self) -> None:
        nobody_listens(self.served.port)
        self.served.start()
        self.processes()

    def call(self, function: str, **arguments: Any) -> Any:
        """Ask inside the service's database; one question at a time."""
        with self._asking:
            return self.served.call(function, **arguments)

    def stop(self) -> None:
        """End everything; then prove that nothing of it lives or listens."""
        self.processes()
        self.served.remove()
        self.mailbox.close()
        deadline = time.monotonic() + 20
        while alive := [pid for pid in self.started if is_ours(pid, str(self.served.folder))]:
            if time.monotonic() > deadline:
                raise Wrong(f"still alive after the end: {alive}")
            time.sleep(0.1)
        nobody_listens(self.served.port)
        nobody_listens(self.mailbox.port)

    # -- its parts --------------------------------------------------------------------------------

    def processes(self) -> dict[str, list[int]]:
        """The living processes of the service, by what they do."""
        found: dict[str, list[int]] = {"web": [], "worker": [], "dispatcher": []}
        if self.served.process is None or self.served.process.poll() is not None:
            return found
        children = _children()
        self.started.add(self.served.pid)
        for pid, name in children.get(self.served.pid, []):
            what = name.split()[0]
            if what in found:  # one that was started just now has no name of its own yet
                found[what].append(pid)
            self.started.add(pid)
            for each, _name in children.get(pid, []) if what == "web" else []:
                found["worker"].append(each)
                self.started.add(each)
        return found

    def kill(self, what: str, choose: Any) -> bool:
        """``kill -9`` a worker, all the web, dispatcher, database or house. False: none there."""
        if what == "database":
            self.kill_database()
        elif what == "house":
            self.processes()
            self.served.kill()
            self.served.process = None
            self.served.start()
        else:
            there = self.processes()[what]
            if not there:
                return False
            for each in there if what == "web" else [choose(there)]:
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
        self.kills[what] = self.kills.get(what, 0) + 1
        return True

    def kill_database(self) -> None:
        """The whole server dies and is started again; without one of ours, its sessions die."""
        if self.server is not None:
            self.server.kill()
            self.server.begin()
            return
        name = self.served.name
        with cluster.connect(environment.cluster_port(), user="alongside") as connection:
            connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            time.sleep(0.3)
            connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')


@contextmanager
def alone() -> Iterator[tuple[Template, cluster.Cluster | None]]:
    """A run with databases of its own on the disk; on PostgreSQL with a server of its own."""
    nobody_is_left()
    os.environ[MARK] = str(os.getpid())  # what is started from here on says so
    environment.IN_MEMORY = Path(os.devnull)  # a commit in memory would cost nothing
    environment.prepare()
    server = None
    try:
        if environment.database() == "postgresql":
            nobody_listens(environment.cluster_port())
            server = cluster.Cluster(environment.cluster_port())
            server.start()
        yield Template(), server
    finally:
        if server is not None:
            server.stop()
            nobody_listens(environment.cluster_port())
        warm.end()
        environment.clear()
        nobody_is_left(within=20)  # seconds: a process that was ended is not gone at once


def on_each(database: str, module: str, *arguments: str) -> int:
    """Run a module once for each database, each in a process of its own; the worst exit status."""
    worst = 0
    for each in ("sqlite", "postgresql") if database == "both" else (database,):
        line = [sys.executable, "-m", module, *arguments, "--here"]
        kept = {n: v for n, v in os.environ.items() if not n.startswith("ALONGSIDE_TEST_")}
        done = subprocess.run(line, check=False, cwd=ROOT, env={**kept, "ALONGSIDE_TEST_DB": each})
        worst = max(worst, abs(done.returncode))
    return worst


def nobody_listens(port: int) -> None:
    """Prove that no process, of this run or an earlier one, listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise Wrong(f"somebody still listens at port {port}")


def nobody_is_left(*, within: float = 0.0) -> None:
    """Prove that no process of an earlier long run lives, and so none listens anywhere.

    Its mail would be counted, or its database spoken to, as if it were this run's. They are named
    and not ended: somebody else may be measuring. ``within``: seconds they are waited for.
    """
    deadline = time.monotonic() + within
    while (left := _left()) and time.monotonic() < deadline:
        time.sleep(0.1)
    if left:
        raise Wrong(f"processes of an earlier run still live; end them first: {sorted(left)}")


def _left() -> list[int]:
    mine = {os.getpid(), os.getppid()}
    pids = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())
    return [pid for pid in pids if pid not in mine and _says(pid, f"{MARK}=")]


def _says(pid: int, words: str) -> bool:
    """Whether this process lives and was started with such words in its environment."""
    try:
        if (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        lines = (Path("/proc") / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(line.startswith(words.encode()) for line in lines)


def is_ours(pid: int, folder: str) -> bool:
    """Whether this process lives and belongs to the service in that folder, not a later one."""
    try:
        return f"ALONGSIDE_VAR={folder}".encode() in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False


def _children() -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            name = (folder / "comm").read_text(errors="replace").strip()
        except OSError:
            continue
        if stat[0] != "Z":
            found.setdefault(int(stat[1]), []).append((int(folder.name), name))
    return found
