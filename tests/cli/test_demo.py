"""`alongside demo`: believable work by real actions, made once."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.harness import migrated

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]


def demo(var: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "alongside.cli", "demo", "--no-serve", *more]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ALONGSIDE_", "DJANGO_"))}
    return subprocess.run(
        command,
        env={**kept, "ALONGSIDE_VAR": str(var)},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def tables(place: Path) -> dict[str, Any]:
    """Columns, indexes, references and rules of every table; in which order, is no matter."""
    with sqlite3.connect(f"file:{place}?mode=ro", uri=True) as base:
        rows = base.execute("SELECT name, tbl_name, type, sql FROM sqlite_master").fetchall()
        return {
            name: (
                sorted(row[1:4] + row[5:] for row in base.execute(f"PRAGMA table_info({name})")),
                sorted(row[2:5] for row in base.execute(f"PRAGMA foreign_key_list({name})")),
                sorted(re.findall(r'CONSTRAINT "(\w+)"', made)),
                sorted(sql for _, of, kind, sql in rows if (of, kind) == (name, "index") and sql),
            )
            for name, _, type_, made in rows
            if type_ == "table"
        }


def test_a_small_demonstration_is_made_whole_and_only_once(tmp_path: Path) -> None:
    first = demo(tmp_path, "--people", "6", "--months", "2", "--json")
    assert first.returncode == 0, first.stderr
    made = tables(tmp_path / "demo" / "alongside.sqlite3")
    assert made == tables(migrated.here() / "database")  # made at once, as the migrations would
    assert len(made) > 90
    told = json.loads(first.stdout)
    assert told["made"] is True
    assert {"asha@demo.invalid", "hana@demo.invalid"} <= {a["email"] for a in told["accounts"]}
    longer = demo(tmp_path, "--year")
    assert longer.returncode == 1
    assert "Add --reset to make a year instead." in longer.stderr
    again = demo(tmp_path)
    assert again.returncode == 0, again.stderr
    assert "asha@demo.invalid" in again.stdout
    assert "second step" in again.stdout
    for family in ("person@demo.invalid", "relative@demo.invalid"):
        assert family in again.stdout  # each can sign in, and finds something to do


def test_a_demonstration_of_nobody_is_refused_with_a_sentence(tmp_path: Path) -> None:
    refused = demo(tmp_path, "--people", "0")
    assert refused.returncode == 1
    assert refused.stderr.strip() == "Ask for 1 to 2000 people and 1 to 36 months."
