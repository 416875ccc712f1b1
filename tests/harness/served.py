"""Our own server as its own process, on its own database, as people run it."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.harness import cluster, environment, migrated, starter, warm
from tests.harness.house import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

START_WITHIN_SECONDS = 60
_numbers = itertools.count(1)
running: list[Served] = []


def alongside() -> str:
    """The command, as set-up installed it beside this Python."""
    return str(Path(sys.executable).with_name("alongside"))


class Template:
    """A migrated database with keys and static files, copied for each server."""

    def __init__(self) -> None:
        self.folder = migrated.here() / "var"
        self.name = f"template_{environment.own().name}"
        if environment.database() == "postgresql":
            migrated.copy_database(self.name)

    def copy(self, folder: Path, name: str) -> str:
        """Copy folder and database; return the address of the copy."""
        shutil.copytree(self.folder, folder)
        url = environment.database_url(name)
        if environment.database() == "postgresql":
            cluster.create_database(environment.cluster_port(), name, template=self.name)
        else:
            migrated.copy_database(url.removeprefix("sqlite:///"))
        return url


class Inside:
    """A process of tests/harness/inside.py and the two pipes to it."""

    def __init__(self, environment: dict[str, str]) -> None:
        (given, asked), (answered, said) = os.pipe(), os.pipe()
        with open(os.devnull, "w") as nothing:
            self._process = warm.waiting().start(
                ["tests.harness.inside"], variables=environment, files=(given, said, nothing)
            )
        os.close(given)
        os.close(said)
        self._asked, self._answered = os.fdopen(asked, "w"), os.fdopen(answered)

    def ask(self, order: Any) -> str:
        """Give one order; the line it answers with, or nothing when it has ended."""
        self._asked.write(json.dumps(order) + "\n")
        self._asked.flush()
        return self._answered.readline()

    def close(self) -> None:
        """It ends when nothing more can be asked."""
        self._asked.close()
        self._process.wait(timeout=20)
        self._answered.close()


class Served:
    """One running `alongside serve`. ``url`` is where; it has a database of its own.

    ``by_a_person`` starts the command as it was installed, from nothing: it takes five seconds.
    """

    def __init__(
        self, template: Template, *, workers: int = 1, by_a_person: bool = False, **more: str
    ) -> None:
        self.name = f"served_{environment.own().name}_{next(_numbers)}"
        self.folder = environment.own() / self.name
        self.database_url = template.copy(self.folder, self.name)
        self.port = environment.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.workers = workers
        self.by_a_person = by_a_person
        self.environment = migrated.variables(
            self.folder, self.database_url, **{"ALONGSIDE_PUBLIC_URL": self.url, **more}
        )
        self.process: subprocess.Popen[bytes] | warm.Started | None = None
        self._inside: Inside | None = None

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError("This server is not running.")
        return self.process.pid

    def start(self) -> None:
        """Start the server and wait until it answers."""
        if self not in running:
            running.append(self)
        words = ["serve", "--bind", f"127.0.0.1:{self.port}", "--workers", str(self.workers)]
        with (self.folder / "log").open("ab") as log, open(os.devnull) as nothing:
            if self.by_a_person:
                self.process = subprocess.Popen(
                    [alongside(), *words],
                    cwd=ROOT,
                    env=self.environment,
                    stdin=nothing,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            else:
                self.process = warm.waiting().start(
                    ["alongside.cli.main", *words],
                    variables=self.environment,
                    files=(nothing, log, log),
                )
        deadline = time.monotonic() + START_WITHIN_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = self.log()
                self.stop()
                raise RuntimeError(f"`alongside serve` did not start. It said:\n{said}")
            time.sleep(0.1)

    def answers(self) -> bool:
        """Does anything answer at the address?"""
        try:
            urllib.request.urlopen(f"{self.url}/", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def stop(self) -> int:
        """Ask it to end as a person would, and return its exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
        status = self.process.returncode
        self.process = None
        return status

    def kill(self) -> None:
        """`kill -9` of the supervisor and of everything it started: no process may tidy up.

        One that was killed while it waits for the disk is gone, with its port, only after that.
        """
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            deadline = time.monotonic() + START_WITHIN_SECONDS
            while not self._is_port_free() and time.monotonic() < deadline:
                time.sleep(0.05)

    @contextmanager
    def without_network(self, page: Page) -> Iterator[None]:
        """Meanwhile the page has no network: its browser says so, and nobody answers.

        Browsers put that on after a page has begun; what it asks at once may still go out.
        """
        self.kill()
        page.context.set_offline(True)
        try:
            yield
        finally:
            self.start()
            page.context.set_offline(False)

    def _is_port_free(self) -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                return False
        return True

    def remove(self) -> None:
        """Stop, and give back the database."""
        self.stop()
        if self._inside is not None:
            self._inside.close()
        if self in running:
            running.remove(self)
        if environment.database() == "postgresql":
            cluster.drop_database(environment.cluster_port(), self.name)

    def manage(self, *arguments: str) -> str:
        """Run a management command against this server's database; return what it printed."""
        return migrated.run([sys.executable, "manage.py", *arguments], self.environment)

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `alongside …` against this server's database; `serve` as a person starts it."""
        if arguments[0] == "serve":
            return subprocess.run(
                [alongside(), *arguments],
                cwd=ROOT,
                env=self.environment,
                capture_output=True,
                text=True,
                check=check,
            )
        done = starter.run(self.inside.ask, arguments, folder=ROOT, environment=self.environment)
        ended = subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )
        if check:
            ended.check_returncode()
        return ended

    @property
    def inside(self) -> Inside:
        """The process that asks this server's database for the test: tests/harness/inside.py."""
        if self._inside is None:
            self._inside = Inside(self.environment)
        return self._inside

    def call(self, function: Callable[..., Any] | str, **arguments: Any) -> Any:
        """Call a module-level function inside this server's database, in a process of its own.

        Args:
            function: the function, or ``"tests.factories.cast:everyone"``.
            arguments: anything JSON can carry.

        Returns:
            What the function returned, through JSON.
        """
        if callable(function):
            function = f"{function.__module__}:{function.__qualname__}"
        line = self.inside.ask({"function": function, "arguments": arguments})
        if not line:
            raise RuntimeError(f"{function}: the process that runs it has ended")
        found = json.loads(line)
        if found["status"]:
            raise RuntimeError(f"{function} ended with {found['status']}:\n{found['said']}")
        return json.loads(found["said"])

    def session_of(self, email: str) -> dict[str, str]:
        """The cookie of a signed-in session of this account, for ``page_for(signed_in=…)``."""
        key: dict[str, str] = self.call("tests.harness.inside:session_of", email=email)
        return {**key, "url": self.url}
