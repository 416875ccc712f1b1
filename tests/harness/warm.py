"""Start servers of ours without reading Python, the pages and the content anew each time.

``python -m tests.harness.warm NUMBER`` has read them and waits for orders on that socket; each
order is answered by a copy of it that takes on its own environment, reads its own settings and
becomes a command or a module: a process group of its own, as `subprocess.Popen` makes one. What
must be started as a person starts it does not come here (tests/flows/test_serve.py).
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import IO, Any

from tests.harness import environment, migrated
from tests.harness.house import ROOT

SETTINGS = "alongside.config.settings"
AT_MOST = 100_000  # bytes of an order
EVERY_SECONDS = 0.02


class Started:
    """A process that was started from here; as much of `subprocess.Popen` as tests ask for."""

    def __init__(self, waiting: Waiting, pid: int) -> None:
        self._waiting, self.pid = waiting, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._waiting.ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if deadline is not None and timeout is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(EVERY_SECONDS)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


class Waiting:
    """The process that waits. It ends, with all that it started, when its socket closes."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.harness.warm", str(theirs.fileno())],
                cwd=ROOT,
                env=migrated.variables(
                    migrated.here() / "var", environment.database_url("nobodys")
                ),
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def start(
        self,
        words: Sequence[str],
        *,
        variables: Mapping[str, str],
        files: Sequence[int | IO[Any]],
    ) -> Started:
        """Start a module that has a ``main``, with ``files`` as input, output and errors."""
        numbers = [each if isinstance(each, int) else each.fileno() for each in files]
        return Started(self, self.ask({"words": list(words), "is": dict(variables)}, numbers))

    def end(self) -> None:
        """End it, with all that it started; returns when it is gone."""
        self._ours.close()
        self._process.wait(timeout=20)

    def ask(self, order: dict[str, Any], files: Sequence[int] = ()) -> Any:
        socket.send_fds(self._ours, [json.dumps(order).encode()], list(files))
        answer = self._ours.recv(AT_MOST)
        if not answer:
            raise RuntimeError("The process that starts servers has ended.")
        return json.loads(answer)


@cache
def waiting() -> Waiting:
    """The one of this process, started when it is first needed."""
    return Waiting()


def end() -> None:
    """End the one of this process, if there is one; the next that is needed is started anew."""
    if waiting.cache_info().currsize:
        waiting().end()
        waiting.cache_clear()


# -- in the process that waits --------------------------------------------------------------------


def _read() -> None:
    """What every server reads before it can serve; no database is opened."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    django.setup()
    from django.core import checks

    from alongside import catalogue

    catalogue.current()
    checks.run_checks()  # reads the pages


_added: list[Any] = []  # as long as the process lives


def _forget() -> None:
    """Read the settings anew, from the environment as it is now."""
    from django.apps import AppConfig
    from django.conf import settings
    from django.db import connections

    from alongside.catalogue import live
    from alongside.records import keys

    fresh = importlib.reload(sys.modules[SETTINGS])
    if (named := os.environ.get("DJANGO_SETTINGS_MODULE", SETTINGS)) != SETTINGS:
        fresh = importlib.import_module(named)
    known = set(settings.INSTALLED_APPS)
    for name in filter(str.isupper, dir(fresh)):  # what apps have added stays
        setattr(settings, name, getattr(fresh, name))
    for app in settings.INSTALLED_APPS:
        if app not in known:  # such as the clock of tests/harness/moved.py; it has no tables
            _added.append(AppConfig.create(app))
            _added[-1].ready()
    connections.close_all()
    connections.__dict__.pop("settings", None)
    connections.__init__()
    keys.key.cache_clear()
    live.look_again()


def _become(words: list[str], variables: dict[str, str], files: list[int]) -> int:
    os.setsid()
    os.environ.clear()
    os.environ.update(variables)
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, max(files) + 1)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1, closefd=False)
    _forget()
    sys.argv = list(words)
    status: int | None = importlib.import_module(words[0]).main()
    return status or 0


def _start(order: dict[str, Any], files: list[int]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        status = _become(order["words"], order["is"], files)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(ValueError, OSError):
            sys.stdout.flush()
        os._exit(status)


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def main() -> None:
    _read()
    orders = socket.socket(fileno=int(sys.argv[1]))
    running: set[int] = set()
    while True:
        line, files, *_ = socket.recv_fds(orders, AT_MOST, 3)
        if not line:
            break
        order = json.loads(line)
        if "ended" in order:
            answer = _ended(order["ended"])
            if answer is not None:
                running.discard(order["ended"])
        else:
            answer = _start(order, files)
            running.add(answer)
            for each in files:
                os.close(each)
        orders.send(json.dumps(answer).encode())
    for pid in running:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
