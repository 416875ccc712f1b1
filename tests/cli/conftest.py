"""The command, and files for it, in an empty folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import Ended, environment


@pytest.fixture
def alongside(tmp_path: Path) -> Callable[..., Ended]:
    """Call `alongside` with some words, in an empty folder."""

    def run(*words: str | Path, given: str | bytes = b"", **more: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "alongside.cli", *map(str, words)],
            input=given.encode() if isinstance(given, str) else given,
            capture_output=True,
            cwd=tmp_path,
            env=environment(**more),
            timeout=120,
        )
        ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ended.err, ended.err
        return ended

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file into the folder the command runs in."""

    def one(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return one
