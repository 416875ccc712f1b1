"""Start `alongside …` many times, quickly: ``python -m tests.harness.starter MODULE…``.

Each command is a process of its own, with real files, in its own folder and environment, as from a
shell; only Python and what the command imports have been read already. A command that must be
started as a person starts it (the server, a terminal, what help imports) does not come here.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

# What commands over files need; none of it opens a database.
FOR_FILES = (
    "alongside.catalogue.live", "alongside.cli.content", "alongside.cli.outcomes",
    "alongside.cli.plan", "alongside.cli.score", "alongside.insights.columnar",
)  # fmt: skip


class Starter:
    """One waiting process; it ends with the one that holds this."""

    def __init__(
        self, modules: Sequence[str], *, environment: Mapping[str, str], folder: Path
    ) -> None:
        self._waiting = subprocess.Popen(
            [sys.executable, "-m", "tests.harness.starter", *modules],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        words: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        given: bytes = b"",
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `alongside` with these words; wait until it has ended."""
        return run(self.ask, words, folder=folder, environment=environment, given=given)

    def ask(self, order: Any) -> str:
        """Give one order; the line it answers with, or nothing when it has ended."""
        assert self._waiting.stdin is not None
        assert self._waiting.stdout is not None
        self._waiting.stdin.write(json.dumps(order) + "\n")
        self._waiting.stdin.flush()
        return self._waiting.stdout.readline()

    def close(self) -> None:
        self._waiting.communicate()


def run(
    ask: Callable[[Any], str],
    words: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    given: bytes = b"",
) -> subprocess.CompletedProcess[bytes]:
    """Have a waiting process, which gives orders to `in_a_process`, run a command to its end."""
    with tempfile.TemporaryDirectory() as kept:
        files = [f"{kept}/{name}" for name in ("in", "out", "err")]
        Path(files[0]).write_bytes(given)
        line = ask([list(words), str(folder), dict(environment), files])
        if not line:
            raise RuntimeError("The process that starts commands has ended.")
        out, err = (Path(each).read_bytes() for each in files[1:])
    return subprocess.CompletedProcess(list(words), int(line), out, err)


def _become(order: list[Any]) -> int:
    """In the new process: take on folder, environment and files, and be the command."""
    words, folder, variables, (given, out, err) = order
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, place in enumerate((os.open(given, os.O_RDONLY), os.open(out, flags, 0o600))):
        os.dup2(place, number)
    os.dup2(os.open(err, flags, 0o600), 2)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.argv = ["alongside", *words]
    from alongside.cli.main import main

    return main()


def in_a_process(order: list[Any]) -> int:
    """Fork, run the command, and say with which status it ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        status = _become(order)
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(ValueError, OSError):
                stream.flush()
        os._exit(status)


def wait_for_orders(modules: Sequence[str]) -> None:
    for each in modules:
        importlib.import_module(each)
    _read_what_is_shipped()
    for line in sys.stdin:
        print(in_a_process(json.loads(line)), flush=True)


def _read_what_is_shipped() -> None:
    """A text of content that was read here is not read again by a command that meets the same."""
    from alongside.catalogue import build, roots

    build(roots())


if __name__ == "__main__":
    wait_for_orders(sys.argv[1:])
