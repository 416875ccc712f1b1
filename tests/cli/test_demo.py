"""`alongside demo`: believable work by real actions, made once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]


def demo(var: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "alongside.cli", "demo", "--no-serve", *more]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ALONGSIDE_", "DJANGO_"))}
    return subprocess.run(
        command,
        env={**kept, "ALONGSIDE_VAR": str(var)},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_a_small_demonstration_is_made_whole_and_only_once(tmp_path: Path) -> None:
    first = demo(tmp_path, "--people", "6", "--months", "2", "--json")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert told["made"] is True
    assert {"asha@demo.invalid", "hana@demo.invalid"} <= {a["email"] for a in told["accounts"]}
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
