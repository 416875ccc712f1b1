"""Where one run of the tests keeps its databases and files.

``ALONGSIDE_TEST_DB`` chooses the database of a run: ``sqlite`` (a file, as in service) or
``postgresql`` (a real server that the run starts itself). Every process of the run has its own
database; the process that was started first owns the folder and the server, and ends them.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

DATABASES = ("sqlite", "postgresql")
WORKED_EXAMPLES = "worked examples"  # what tests of them say they ran; named after a run
IN_MEMORY = Path("/dev/shm")
CLIENTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
ROOM_FOR_A_RUN = 4 * 2**30  # bytes; a run writes well under half of it

_chance = random.SystemRandom()
_given: set[int] = set()


def database() -> str:
    """The kind of database this run uses."""
    chosen = os.environ.get("ALONGSIDE_TEST_DB", "sqlite")
    if chosen not in DATABASES:
        raise SystemExit(f"ALONGSIDE_TEST_DB is {chosen!r}. Write sqlite or postgresql.")
    return chosen


def root() -> Path:
    """The folder of this run, shared by its processes."""
    return Path(os.environ["ALONGSIDE_TEST_ROOT"])


def own() -> Path:
    """The folder of this process alone."""
    folder = root() / os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def cluster_port() -> int:
    return int(os.environ["ALONGSIDE_TEST_PORT"])


def free_port() -> int:
    """A port on the loopback address that nothing listens on, and that no client is given.

    The system gives each client that calls a port from a range of its own. One that calls a
    server again and again while that is down is at last given the server's own port, speaks to
    itself, and the server cannot come back.
    """
    while True:
        port = _chance.randrange(10_100, _first_of_clients())
        with socket.socket() as probe, suppress(OSError):
            if port not in _given:
                probe.bind(("127.0.0.1", port))
                _given.add(port)
                return port


def _first_of_clients() -> int:
    try:
        return max(12_000, int(CLIENTS.read_text().split()[0]))
    except OSError:
        return 32_768


def database_url(name: str) -> str:
    """The address of a database of this run, as ``ALONGSIDE_DATABASE_URL`` is written."""
    if database() == "sqlite":
        return f"sqlite:///{own() / name}.sqlite3"
    return f"postgresql://alongside@127.0.0.1:{cluster_port()}/{name}"


def somewhere() -> str | None:
    """Where the temporary folders of a run go: in memory where that has room, else on the disk.

    The databases sync every commit as in service; in memory that costs nothing.
    """
    roomy = (
        os.access(IN_MEMORY, os.W_OK | os.X_OK)
        and shutil.disk_usage(IN_MEMORY).free >= ROOM_FOR_A_RUN
    )
    return str(IN_MEMORY) if roomy else None


def prepare() -> None:
    """Set the environment that the settings read. Nothing of the caller's own is used."""
    if "ALONGSIDE_TEST_ROOT" not in os.environ:
        os.environ["ALONGSIDE_TEST_OWNER"] = str(os.getpid())
        os.environ["ALONGSIDE_TEST_ROOT"] = tempfile.mkdtemp(
            prefix="alongside-test-", dir=somewhere()
        )
        os.environ["ALONGSIDE_TEST_PORT"] = str(free_port())
    for name in [n for n in os.environ if n.startswith("ALONGSIDE_")]:
        if not name.startswith("ALONGSIDE_TEST_"):
            del os.environ[name]
    os.environ.update(
        ALONGSIDE_VAR=str(own() / "var"),
        ALONGSIDE_SECRET_KEY="only-for-tests-" + "x" * 40,
        ALONGSIDE_DATABASE_URL=database_url("alongside"),
        ALONGSIDE_PUBLIC_URL="http://127.0.0.1:8000",
        ALONGSIDE_PARTS="1",
        ALONGSIDE_SPOOL_MB="1",
    )


def clear() -> None:
    """Remove the folder of the run, if this process made it."""
    if is_owner():
        shutil.rmtree(root(), ignore_errors=True)


def is_owner() -> bool:
    """Did this process start the run? Its workers inherit the rest."""
    return os.environ.get("ALONGSIDE_TEST_OWNER") == str(os.getpid())
