"""A web worker of ``alongside serve`` has read its content before the first request."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, environment

HERE = str(os.getpid())
WORKER = """
import threading, time
from alongside.config import wsgi, warm
for thread in threading.enumerate():
    if thread.name == warm.NAME:
        thread.join(60)
from alongside.catalogue import live
from django.urls import get_resolver
read = live._live._held is not None
print(read, "url_patterns" in vars(get_resolver()), callable(wsgi.application))
"""


def a_worker(tmp_path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A process as the web server starts it."""
    return subprocess.run(
        [sys.executable, "-c", WORKER],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=120,
        env=environment(ALONGSIDE_VAR=str(tmp_path), **more),
    )


@pytest.mark.slow
def test_a_worker_under_the_supervisor_reads_content_and_pages_by_itself(tmp_path: Path) -> None:
    sign = tmp_path / "up"
    ended = a_worker(tmp_path, ALONGSIDE_SUPERVISED=HERE, ALONGSIDE_UP=str(sign))
    assert ended.stdout.split() == ["True", "True", "True"]
    assert sign.exists()  # by it the supervisor knows that the application can be served


@pytest.mark.slow
def test_content_that_cannot_be_read_does_not_stop_a_worker(tmp_path: Path) -> None:
    broken = tmp_path / "content"
    broken.write_text("not a folder", encoding="utf-8")
    ended = a_worker(tmp_path, ALONGSIDE_SUPERVISED=HERE, ALONGSIDE_CONTENT=str(broken))
    assert ended.stdout.split()[-1] == "True"


def test_a_worker_whose_web_server_died_before_it_could_ask_ends_at_once(tmp_path: Path) -> None:
    """Nobody would end it: it would keep the port and answer with what it once was."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with pytest.raises(subprocess.CalledProcessError) as ended:
        a_worker(tmp_path, ALONGSIDE_SUPERVISED=str(gone.pid))
    assert ended.value.stdout == ""
    assert ended.value.stderr == ""


def test_a_worker_that_is_told_to_end_while_it_starts_ends() -> None:
    """It has inherited how its web server hears the signal, and that does nothing in a worker."""
    line = (
        "import os, signal; from alongside.cli import with_parent\n"
        "signal.signal(signal.SIGTERM, lambda *_: None)\n"
        "with_parent.end_with(os.getppid())\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    ended = subprocess.run([sys.executable, "-c", line], cwd=ROOT, env=environment(), timeout=60)
    assert ended.returncode == -signal.SIGTERM
