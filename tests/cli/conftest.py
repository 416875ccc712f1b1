"""The command, and files for it, in an empty folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Ended, environment
from tests.harness.starter import FOR_FILES, Starter


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    """What starts commands over files without reading Python anew each time."""
    waiting = Starter(FOR_FILES, environment=environment(), folder=ROOT)
    yield waiting
    waiting.close()


@pytest.fixture
def alongside(starter: Starter, tmp_path: Path) -> Callable[..., Ended]:
    """Call `alongside` with some words, in an empty folder."""

    def run(*words: str | Path, given: str | bytes = b"", **more: str) -> Ended:
        done = starter.run(
            [str(word) for word in words],
            folder=tmp_path,
            environment=environment(**more),
            given=given.encode() if isinstance(given, str) else given,
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
