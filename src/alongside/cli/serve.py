"""``alongside serve``: web workers and one dispatcher under one supervisor.

Each worker has a web server of its own, which listens at the same address: a worker that dies, also
again while it starts, is started again and takes none of the others with it. The supervisor reads
the application once and every process is a copy of it, so that one that died is back within a
fraction of a second.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from alongside.cli import with_parent
from alongside.cli.refusals import Refused, WrongUsage
from alongside.cli.terminal import add_json

EXAMPLE = """\
example:
  alongside serve --workers 2 --bind 127.0.0.1:8000
"""
SETTINGS = "alongside.config.settings"
THREADS = 4  # of each web worker
FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0  # seconds before a dead child is started again
LIVED = 10.0  # seconds after which a child that gives no sign counts as well
HOPELESS = 6  # deaths of a web server that was never up: it cannot start at all
END_WITHIN = 10.0
# The supervisor has one thread, so that it may be copied. Where that is not to be had a process
# starts anew and reads everything itself.
processes: ForkContext | SpawnContext = (
    multiprocessing.get_context("fork")
    if sys.platform == "linux"
    else multiprocessing.get_context("spawn")
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--bind", default="127.0.0.1:8000", metavar="HOST:PORT", help="where to listen"
    )
    parser.add_argument("--workers", type=int, default=1, help="web processes (1 to 64)")
    parser.add_argument(
        "--migrate", action="store_true", help="bring the database up to date before serving"
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    host, port = _address(options.bind)
    if not 1 <= options.workers <= 64:
        raise WrongUsage("--workers is a number from 1 to 64.")
    _must_be_free(host, port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    code = _prepare(migrate=options.migrate)
    names = ["web"] if options.workers == 1 else [f"web {n + 1}" for n in range(options.workers)]
    with tempfile.TemporaryDirectory(prefix="alongside-up-") as signs:
        children = [Child(name, _web, (host, int(port)), sign=Path(signs, name)) for name in names]
        children.append(Child("dispatcher", _dispatcher))
        _say(options, host, port, code)
        return Supervisor(children).run()


def _address(bind: str) -> tuple[str, str]:
    host, colon, port = bind.rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise WrongUsage(f"--bind is {bind}. Write an address and a port: 127.0.0.1:8000.")
    return host.strip("[]") or "127.0.0.1", port


def _must_be_free(host: str, port: str) -> None:
    """Refuse an address somebody listens at: the web server would share it without a word."""
    family, kind, number, _name, place = socket.getaddrinfo(
        host, int(port), type=socket.SOCK_STREAM
    )[0]
    with socket.socket(family, kind, number) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
        except OSError as failure:
            raise Refused(
                f"Cannot listen at {host}:{port}: {failure.strerror}. "
                "Is the port in use? Choose another with --bind."
            ) from failure


def _web(host: str, port: int) -> int:
    """A web server with one worker. It ends with its worker, and the supervisor starts it again.

    It could start workers again itself, but gives all of them up when one dies twice in 5.5 s.
    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "alongside.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()
    return 0


def _dispatcher() -> int:
    from alongside.cli import dispatch

    return dispatch.main()


# -- before the start -----------------------------------------------------------------------------


def _prepare(*, migrate: bool) -> str:
    """Refuse to start what cannot be safe; fill an empty database; make the set-up code.

    Returns the one-time code of the first run, or nothing.
    """
    import django
    from django.core import checks
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    errors = [found for found in checks.run_checks() if found.is_serious()]
    if errors:
        listed = "\n".join(f"- {found.msg} {found.hint or ''}".rstrip() for found in errors)
        raise Refused(f"The service does not start before this is mended:\n{listed}")
    waiting, is_empty = _migrations()
    if waiting and not (is_empty or migrate):
        raise Refused(
            f"The database waits for {waiting} change(s) of its shape. Make a backup, then start "
            "with: alongside serve --migrate"
        )
    if waiting:
        call_command("migrate", verbosity=0)
    from alongside.access import first_run
    from alongside.records import clock, durable, spool

    if weak := durable.weak():
        listed = "\n".join(f"- {each} Set it to {each.must_be}." for each in weak)
        raise Refused(f"What people send could be lost after we said that it is saved:\n{listed}")
    try:
        spool.reserve()
    except spool.NotKept as failure:
        print(f"An answer the database refuses could not be kept: {failure}.", file=sys.stderr)

    code = first_run.new_code(clock.now()) if first_run.is_open() else ""
    _collect()
    _read_once()
    _let_go(connection)
    return code


def _let_go(connection: Any) -> None:
    """No process may share a connection, nor the threads that keep a pool of them."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()


def _read_once() -> None:
    """What every process needs, so that each begins with it."""
    from alongside import catalogue

    catalogue.current()  # the pages were read by the checks
    gc.collect()
    gc.freeze()  # what is here already is looked at no more, and so stays shared


def _collect() -> None:
    """Put the style sheets where the web server finds them, if they are new."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    manifest = settings.STATIC_ROOT / "staticfiles.json"
    newest = max(
        os.stat(storage.path(path)).st_mtime
        for finder in get_finders()
        for path, storage in finder.list([])
    )
    if not manifest.exists() or manifest.stat().st_mtime < newest:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def _say(options: argparse.Namespace, host: str, port: str, code: str) -> None:
    from django.conf import settings

    url = f"http://{host}:{port}/"
    if options.json:
        said = {"url": url, "workers": options.workers, "setup_code": code or None}
        print(json.dumps(said), flush=True)
        return
    print(f"Serving at {url}", flush=True)
    if code:
        print(
            f"First run. Open {settings.PUBLIC_URL}/set-up/ and enter this code: {code}",
            flush=True,
        )


def _migrations() -> tuple[int, bool]:
    """How many migrations wait, and whether the database is still empty."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return len(plan), not executor.loader.applied_migrations


# -- while it serves ------------------------------------------------------------------------------


@dataclass
class Child:
    """One process that must be there: a copy of the supervisor that does ``work``.

    A web server's worker leaves the file ``sign`` when it can serve the application.
    """

    name: str
    work: Callable[..., int]
    arguments: tuple[object, ...] = ()
    sign: Path | None = None
    process: BaseProcess | None = None
    started: float = 0.0
    again_at: float = 0.0
    deaths: int = field(default=0)
    was_up: bool = False

    def start(self, now: float) -> None:
        if self.sign is not None:
            self.sign.unlink(missing_ok=True)
        self.process = processes.Process(
            target=with_parent.work,
            args=(os.getpid(), self.name, self.sign, self.work, self.arguments),
            name=self.name,
        )
        self.process.start()
        self.started = now

    def watch(self, now: float) -> None:
        """Start it if it is not there; wait a little longer each time it dies young."""
        if self.process is None:
            if now >= self.again_at:
                try:
                    self.start(now)
                except OSError as failure:  # no room for one more process just now
                    self._died(now, str(failure))
            return
        status = self.process.exitcode
        if self._is_up(now):
            self.deaths, self.was_up = 0, True
        if status is None:
            return
        self.process.close()
        self._died(now, str(status))

    def _died(self, now: float, how: str) -> None:
        self.process = None
        self.deaths += 1
        self.again_at = now + min(FIRST_WAIT * 2 ** (self.deaths - 1), LONGEST_WAIT)
        print(f"The {self.name} ended ({how}) and is started again.", file=sys.stderr, flush=True)

    def _is_up(self, now: float) -> bool:
        return now - self.started > LIVED if self.sign is None else self.sign.exists()

    @property
    def is_hopeless(self) -> bool:
        """A web server that never comes up, for a port in use or a broken installation.

        One that was up before, however shortly, is tried for ever: people may be answering now.
        """
        return self.sign is not None and not self.was_up and self.deaths >= HOPELESS

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        if self.process is None:
            return
        self.process.join(timeout=max(0.1, until - time.monotonic()))
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()


class Supervisor:
    """Starts the children, starts a dead one again, and passes a signal to stop on to both."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            return self._watch()
        finally:  # however it ends, nothing is left without a supervisor
            for child in self.children:
                child.end()
            until = time.monotonic() + END_WITHIN
            for child in self.children:
                child.wait(until)

    def _watch(self) -> int:
        while not self.stopping:
            for child in self.children:
                child.watch(time.monotonic())
            if all(child.is_hopeless for child in self.children if child.sign is not None):
                print(
                    "The web server does not start. See the lines above.",
                    file=sys.stderr,
                    flush=True,
                )
                return 1
            time.sleep(0.1)
        return 0

    def _stop(self, number: int, frame: object) -> None:
        self.stopping = True
