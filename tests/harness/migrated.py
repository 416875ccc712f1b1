"""A migrated database with keys and static files, made once for one state of the source.

Applying every migration takes longer than most test modules. So the first process that needs the
result makes it, under a lock, and keeps it in the set-up's folder under a digest of what it was
made from; every other process, of this run and of later ones, copies it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

from tests.harness import cluster, environment
from tests.harness.house import ROOT

KEPT = Path(sys.prefix) / "migrated"
KEPT_SECONDS = 24 * 3600
SECRET = "only-for-tests-" + "y" * 40
# What the result is made from: shapes, migrations, static files, settings and all libraries.
MADE_FROM = (
    "src/alongside/*/migrations/*.py",
    "src/alongside/*/models.py",
    "src/alongside/records/**/*.py",
    "src/alongside/config/**/*.py",
    "src/alongside/**/static/**/*",
    "requirements*.lock",
    "tests/harness/*.py",
)


def variables(folder: Path, url: str, **more: str) -> dict[str, str]:
    """The environment of a process of ours on that database; nothing of the caller's own."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("ALONGSIDE_", "DJANGO_"))}
    return {
        **kept,
        "ALONGSIDE_VAR": str(folder),
        "ALONGSIDE_DATABASE_URL": url,
        "ALONGSIDE_SECRET_KEY": SECRET,
        "ALONGSIDE_PUBLIC_URL": "http://127.0.0.1:0",
        "ALONGSIDE_PARTS": "1",
        "ALONGSIDE_DEBUG": "0",
        "ALONGSIDE_SPOOL_MB": "1",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def run(line: list[str], variables: dict[str, str]) -> str:
    """Run a program to its end; return what it printed."""
    done = subprocess.run(line, cwd=ROOT, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(line[1:])} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@cache
def here() -> Path:
    """The folder with ``var`` (keys, static files) and ``database``, made now if nobody has."""
    digest = hashlib.sha256()
    for path in sorted({path for each in MADE_FROM for path in ROOT.glob(each)}):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    KEPT.mkdir(exist_ok=True)
    place = KEPT / f"{environment.database()}-{digest.hexdigest()[:16]}"
    with (KEPT / f"{environment.database()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            for older in KEPT.glob(f"{environment.database()}-*"):
                if time.time() - older.stat().st_mtime > KEPT_SECONDS:  # no run lasts so long
                    shutil.rmtree(older)
            unfinished = KEPT / f"unfinished-{environment.database()}"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            _make(unfinished)
            unfinished.rename(place)
    return place


def _make(place: Path) -> None:
    if environment.database() == "postgresql":
        name = f"migrated_{os.getpid()}"
        cluster.create_database(environment.cluster_port(), name)
        url = environment.database_url(name)
    else:
        url = f"sqlite:///{place / 'database'}"
    for command in (["migrate", "-v", "0"], ["collectstatic", "--noinput", "-v", "0"]):
        run([sys.executable, "manage.py", *command], variables(place / "var", url))
    if environment.database() == "postgresql":
        (place / "database").write_text(cluster.dump(environment.cluster_port(), name))
        cluster.drop_database(environment.cluster_port(), name)


def copy_database(name: str) -> None:
    """Make a database of this run: ``name`` is a file on SQLite, a database on PostgreSQL."""
    if environment.database() == "postgresql":
        cluster.create_database(environment.cluster_port(), name)
        cluster.restore(environment.cluster_port(), name, here() / "database")
    else:
        shutil.copy(here() / "database", name)
