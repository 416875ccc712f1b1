"""A PostgreSQL server of our own, from Debian's package, for one run of the tests.

It lives in a temporary folder, in memory where there is room, listens on a free port of the
loopback address, writes durably as in service (``fsync=on``), and is stopped by its pid.
PostgreSQL refuses to run as root, so root hands it to the user ``postgres``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from tests.harness import environment

HOW = (
    "These tests need PostgreSQL's server programs, and none were found. "
    "Run `make test`, or on Debian as root: apt-get install --no-install-recommends postgresql"
)
START_WITHIN_SECONDS = 60


class NoPostgreSQL(RuntimeError):
    def __init__(self) -> None:
        super().__init__(HOW)


def programs() -> Path:
    """The folder with ``initdb`` and ``postgres``, newest version first."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    if asked := shutil.which("pg_config"):
        answer = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=True)
        folders.append(Path(answer.stdout.strip()))
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgreSQL


class Cluster:
    """One server. ``start`` returns when it answers; ``stop`` when it is gone."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.folder = Path(
            tempfile.mkdtemp(prefix="alongside-postgresql-", dir=environment.somewhere())
        )
        self.process: subprocess.Popen[bytes] | None = None
        self._user: dict[str, object] = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def start(self) -> None:
        folder, data = programs(), self.folder / "data"
        made = subprocess.run(
            [folder / "initdb", "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8"]
            + ["--locale=C.UTF-8", "--no-instructions"],
            capture_output=True,
            text=True,
            **self._common(),
        )
        if made.returncode:
            raise RuntimeError(f"initdb refused: {made.stderr}")
        self.begin()
        with self.connect() as connection:
            # Neither superuser nor BYPASSRLS: row-level security counts for it as in service.
            connection.execute("CREATE ROLE alongside LOGIN CREATEDB CREATEROLE")
            connection.execute("GRANT ALL ON DATABASE postgres TO alongside")

    def begin(self) -> None:
        """Run the server on the data that is there, and wait until it answers."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "on",
            "synchronous_commit": "on",
            "track_commit_timestamp": "on",  # the proof counts from the commit of an answer
            "max_connections": 100,
            "shared_buffers": "128MB",
            "timezone": "UTC",
        }
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [programs() / "postgres", "-D", self.folder / "data"]
                + [part for name, value in options.items() for part in ("-c", f"{name}={value}")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the tests first, which then stop it
                **self._common(),
            )
        self._wait()

    def kill(self) -> None:
        """``kill -9`` of the server and its sessions: nothing is written, as without power."""
        if self.process is None:
            return
        sessions = _children(self.process.pid)
        self.process.kill()
        self.process.wait()
        for pid in sessions:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + START_WITHIN_SECONDS
        while any(Path(f"/proc/{pid}").exists() for pid in sessions):
            if time.monotonic() > deadline:
                raise RuntimeError(f"sessions of PostgreSQL do not end: {sessions}")
            time.sleep(0.01)

    def _common(self) -> dict[str, object]:
        plain = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
        return {"cwd": self.folder, "env": plain, **self._user}

    def _wait(self) -> None:
        deadline = time.monotonic() + START_WITHIN_SECONDS
        while True:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                gone = self.process is None or self.process.poll() is not None
                if gone or time.monotonic() > deadline:
                    said = (self.folder / "log").read_text(errors="replace")
                    self.stop()
                    raise RuntimeError(f"PostgreSQL did not start. It said:\n{said}") from None
                time.sleep(0.05)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of the server's owner, outside any transaction."""
        return connect(self.port, database)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # "fast": end sessions, write, leave
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _children(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit():
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(stat[1]) == parent:
                    found.append(int(folder.name))
        except OSError:
            continue
    return found


def connect(port: int, database: str = "postgres", user: str = "owner") -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1", port=port, dbname=database, user=user, autocommit=True, connect_timeout=5
    )


def create_database(port: int, name: str, *, template: str = "template0") -> None:
    """An empty database, or a copy of another that nobody is connected to."""
    with connect(port, user="alongside") as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def drop_database(port: int, name: str) -> None:
    with connect(port, user="alongside") as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def dump(port: int, name: str) -> str:
    """A whole database as statements that make it again."""
    options = ["--no-owner", "--no-privileges", "--no-comments"]
    return _program("pg_dump", port, name, *options)


def restore(port: int, name: str, dumped: Path) -> None:
    """Fill an empty database with what ``dump`` gave."""
    _program("psql", port, name, "-q", "-X", "-1", "-v", "ON_ERROR_STOP=1", "-f", str(dumped))


def _program(program: str, port: int, name: str, *options: str) -> str:
    place = ["-h", "127.0.0.1", "-p", str(port), "-U", "alongside", "-d", name]
    done = subprocess.run([programs() / program, *place, *options], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{program} refused: {done.stderr}")
    return done.stdout
