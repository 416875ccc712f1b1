"""Find the command, let it work, and end with the right status.

0 done · 1 refused, with a sentence on standard error that says what to do · 2 wrong usage.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import alongside
from alongside.cli.commands import Command, here
from alongside.cli.refusals import Refused, nearest

INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """argparse, with one sentence about what is wrong and where help is."""

    def error(self, message: str) -> NoReturn:
        words = message[:1].upper() + message[1:].rstrip(".")
        self.exit(2, f"{words}. See {self.prog} --help.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after ``alongside``; those of the process by default.

    Returns:
        The exit status. A reader that closes its pipe early is no error.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _run(words)
        sys.stdout.flush()
        return status
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return refusal.status
    except SystemExit as done:  # argparse, after help or a wrong word
        return done.code if isinstance(done.code, int) else 2
    except BrokenPipeError:
        # Python would complain again when it flushes on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    except Exception as wrong:
        # A setting that cannot be used. By its name: commands for files import no framework.
        if type(wrong).__name__ != "ImproperlyConfigured":
            raise
        print(wrong, file=sys.stderr)
        return 1


def _run(words: list[str]) -> int:
    commands = here()
    if not words:
        _overview(commands).print_help(sys.stderr)
        return 2
    first = words[0]
    if first in commands:
        return _one(commands[first], words[1:])
    if first.startswith("-"):
        overview = _overview(commands)
        overview.parse_args([first])
        overview.error(f"{first} must come after a command")
    print(
        f"There is no command {first[:60]}.{nearest(first, list(commands))} See alongside --help.",
        file=sys.stderr,
    )
    return 2


def _one(command: Command, words: list[str]) -> int:
    module: Any = import_module(command.module)
    parser = Parser(
        prog=f"alongside {command.name}",
        description=_opening(command.does),
        epilog=getattr(module, "EXAMPLE", ""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    options = parser.parse_args(words)
    status: int = module.run(options)
    return status


def _overview(commands: Any) -> Parser:
    width = max(len(name) for name in commands)
    listed = "\n".join(f"  {name:<{width}}  {each.does}" for name, each in commands.items())
    parser = Parser(
        prog="alongside",
        usage="alongside COMMAND ...",
        description="From a worry to a measured change.",
        epilog=(
            f"commands:\n{listed}\n\nexample:\n"
            "  alongside score phq9 answers.csv --out scored.csv\n\n"
            "Every command has its own help: alongside score --help"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    version = f"alongside {alongside.__version__}"
    parser.add_argument("--version", action="version", version=version)
    return parser


def _opening(words: str) -> str:
    return words[:1].upper() + words[1:] + "."
