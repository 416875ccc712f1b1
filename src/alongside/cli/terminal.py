"""What differs between a terminal and a pipe: progress, colour, and who is reading."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

Report = Callable[[float], None]


def add_json(parser: ArgumentParser) -> None:
    """Every command takes --json."""
    parser.add_argument("--json", action="store_true", help="print JSON, for other programs")


def add_text(parser: ArgumentParser) -> None:
    """Commands whose result has a fixed JSON form print it in a pipe without being asked."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--json", action="store_true", help="print JSON; the default when the output is a pipe"
    )
    group.add_argument(
        "--text", action="store_true", help="print text to read; the default on a terminal"
    )


def wants_json(options: Namespace) -> bool:
    """JSON when asked for, and when the reader is a program rather than a terminal."""
    return bool(options.json) or not (options.text or sys.stdout.isatty())


def say(sentence: str) -> None:
    """One sentence on standard error."""
    print(sentence, file=sys.stderr)


@contextmanager
def progress(doing: str) -> Iterator[Report | None]:
    """A bar on standard error when that is a terminal; None, and nothing, in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console(stderr=True)  # it respects NO_COLOR
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(doing, total=1.0)
        yield lambda share: bar.update(task, completed=min(share, 1.0))
