"""The door itself: help, exit statuses, sentences, pipes."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from tests.cli.running import csv, environment

DATABASE_FREE = ("score", "outcomes", "plan", "content")


def test_help_lists_the_commands_and_an_example(alongside):
    ended = alongside("--help")
    assert ended.status == 0
    for name in DATABASE_FREE:
        assert f"\n  {name} " in ended.out
    assert "alongside score phq9 answers.csv" in ended.out
    assert ended.err == ""


@pytest.mark.parametrize(
    "words",
    [("score",), ("outcomes",), ("plan",), *(("content", n) for n in ("check", "list", "show"))],
)
def test_every_command_has_help_with_an_example(alongside, words):
    ended = alongside(*words, "--help")
    assert ended.status == 0
    assert "example" in ended.out
    assert f"alongside {words[0]}" in ended.out
    assert "--json" in ended.out


def test_the_version_is_said_on_request(alongside):
    ended = alongside("--version")
    assert ended.status == 0
    assert ended.out.startswith("alongside ")


def test_no_command_is_wrong_usage(alongside):
    assert alongside().status == 2


def test_an_unknown_command_is_told_the_nearest(alongside):
    ended = alongside("scor")
    assert ended.status == 2
    assert ended.err == "There is no command scor. Did you mean score? See alongside --help.\n"
    assert ended.out == ""


@pytest.mark.parametrize("words", [("score",), ("score", "phq9", "--colour"), ("--loud",)])
def test_wrong_usage_is_one_sentence_and_status_two(alongside, words):
    ended = alongside(*words)
    assert ended.status == 2
    assert len(ended.err.splitlines()) == 1
    assert "--help" in ended.err


def test_a_setting_that_cannot_be_used_is_said_in_one_sentence(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "alongside.cli", "check"],
        capture_output=True,
        env=environment(ALONGSIDE_VAR=str(tmp_path), ALONGSIDE_PACKS="nc"),
        text=True,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "write who confirms its terms" in done.stderr


def test_help_is_quick_and_imports_no_framework():
    code = (
        "import sys\n"
        "from alongside.cli.main import main\n"
        "assert main(['score', '--help']) == 0\n"
        "heavy = {'django', 'duckdb', 'pydantic', 'rich', 'yaml'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment())
    assert done.returncode == 0, done.stderr


def test_commands_for_files_import_no_django(write):
    file = write("lines.jsonl", '{"answers": [1,1,1,1,1,1,1,1,0]}\n')
    code = (
        "import sys\n"
        "from alongside.cli.main import main\n"
        f"assert main(['score', 'phq9', {str(file)!r}]) == 0\n"
        "assert 'django' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment())
    assert done.returncode == 0, done.stderr


def test_a_reader_that_stops_early_is_no_error(write):
    lines = '{"answers": [1,1,1,1,1,1,1,1,0]}\n' * 50_000
    file = write("many.jsonl", lines)
    command = [sys.executable, "-m", "alongside.cli", "score", "phq9", str(file)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    assert errors == b""


def test_nothing_about_progress_goes_into_a_pipe(alongside, write):
    file = write("one.jsonl", '{"answers": [1,1,1,1,1,1,1,1,0]}\n')
    ended = alongside("score", "phq9", file)
    assert ended.err == ""
    assert "\x1b" not in ended.out


def on_a_terminal(words: list[str], **more: str) -> tuple[int, str]:
    """Run a command whose standard output and error are a terminal; what a person sees."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "alongside.cli", *words],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=environment(TERM="xterm-256color", COLUMNS="100", **more),
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the last writer has gone
            break
        if not part:
            break
        seen += part
    os.close(ours)
    return process.wait(timeout=60), seen.decode()


def test_a_person_at_a_terminal_reads_text_where_a_program_gets_json(write):
    file = write("a.csv", csv(["first", "last"], [18, 8]))
    words = ["outcomes", str(file), "--pre", "first", "--post", "last", "--instrument", "phq9"]
    status, seen = on_a_terminal(words)
    assert status == 0
    assert "1 people: 1 with a first and a last score" in seen
    assert '"persons"' not in seen
    status, seen = on_a_terminal([*words, "--json"])
    assert '"persons"' in seen


def test_progress_is_shown_on_a_terminal_and_no_color_is_respected(write, tmp_path):
    file = write("a.jsonl", '{"answers": [1,1,1,1,1,1,1,1,0]}\n' * 20_000)
    words = ["score", "phq9", str(file), "--out", str(tmp_path / "b.jsonl")]
    status, seen = on_a_terminal(words)
    assert status == 0
    assert "Scoring" in seen
    assert "\x1b[38" in seen or "\x1b[3" in seen
    status, plain = on_a_terminal(words, NO_COLOR="1")
    assert status == 0
    assert "Scoring" in plain
    assert "\x1b[38" not in plain
