"""A small demonstration, made once for one state of the source; a served house begins with a copy.

Eight worries and a month of work that end on one Monday. Made as `alongside demo` makes them, on
the migrated database, which takes eight seconds of work; then copied like that database.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from tests.harness import clockwork, environment, migrated
from tests.harness.house import ROOT
from tests.harness.served import Template

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PEOPLE, MONTHS, SEED = 8, 1, 7
MADE_FROM = ("src/alongside/**/*.py", "content/**/*", "tests/harness/*.py")


class SmallDemo(Template):
    """The demonstration in place of an empty database. On SQLite alone."""

    def __init__(self) -> None:
        self.folder = here() / "var"

    def copy(self, folder: Path, name: str) -> str:
        """Copy folder and database; return the address of the copy."""
        shutil.copytree(self.folder, folder)
        url = environment.database_url(name)
        shutil.copy(here() / "database", url.removeprefix("sqlite:///"))
        return url


@cache
def here() -> Path:
    """The folder with ``var`` (keys, static files) and ``database``, made now if nobody has."""
    digest = hashlib.sha256(migrated.here().name.encode())
    for path in sorted({path for each in MADE_FROM for path in ROOT.glob(each)}):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    place = migrated.KEPT / f"demo-{digest.hexdigest()[:16]}"
    with (migrated.KEPT / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            for older in migrated.KEPT.glob("demo-*"):
                if time.time() - older.stat().st_mtime > migrated.KEPT_SECONDS:
                    shutil.rmtree(older)
            unfinished = migrated.KEPT / "unfinished-demo"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            _make(unfinished)
            unfinished.rename(place)
    return place


def _make(place: Path) -> None:
    shutil.copytree(migrated.here() / "var", place / "var")
    shutil.copy(migrated.here() / "database", place / "database")
    clockwork.set_to(place / "clock", MONDAY)
    more = {
        "DJANGO_SETTINGS_MODULE": "tests.harness.moved",
        clockwork.VARIABLE: str(place / "clock"),
        "ALONGSIDE_DEMO": "1",
    }
    url = f"sqlite:///{place / 'database'}"
    line = [sys.executable, "-m", "tests.harness.small_demo"]
    migrated.run(line, migrated.variables(place / "var", url, **more))


def _main() -> None:
    import django

    django.setup()
    from alongside.cli.demo_days import read_script
    from alongside.cli.demo_service import Demonstration

    story = Demonstration(read_script(), number=PEOPLE, months=MONTHS, seed=SEED)
    for _day in story.run():
        pass


if __name__ == "__main__":
    _main()
