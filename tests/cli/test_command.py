"""The door itself: help, exit statuses, sentences, pipes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.running import environment

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


def test_version(alongside):
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


def test_help_is_quick_and_imports_no_framework():
    code = (
        "import sys\n"
        "from alongside.cli.main import main\n"
        "assert main(['score', '--help']) == 0\n"
        "heavy = {'django', 'duckdb', 'pydantic', 'rich', 'ruamel'} & set(sys.modules)\n"
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
