"""`alongside plan`: the chooser, for facts in a file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from alongside.cli import terminal
from alongside.cli.refusals import Refused, WrongUsage, sentence

if TYPE_CHECKING:
    from alongside.catalogue import Catalogue
    from alongside.engine.protocols.chooser import Choice

LARGEST = 1_000_000  # bytes of a facts file

EXAMPLE = """\
examples:
  alongside plan facts.yaml
  alongside plan --schema > facts.schema.json

A facts file says what is known; everything may be left out or be unknown, and unknown is not
"no". An unknown key or word is refused with the nearest right ones, never ignored.

  person: {age: 34, setting: home}
  needs: [substance_use]
  seeks_help: refuses
  danger: {suicide: none, violence_from_circle: none}
  running: [ipt]            # what is going on already: what does not go beside it is said

JSON:
  {"level","first","suggested":[{"protocol","why":[],"sources":[]}],
   "cautioned":[{"protocol","why":[]}],
   "blocked":[{"protocol","because":[{"gate","text","release"}]}],"ask_next":[]}

A suggestion is never a diagnosis and never a plan: people decide.
"""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FACTS.yaml", nargs="?", help="YAML or JSON; - for input")
    parser.add_argument(
        "--schema",
        action="store_true",
        help="print the JSON Schema of the facts, with every word allowed and what it means",
    )
    terminal.add_text(parser)


def run(options: Namespace) -> int:
    if options.schema == bool(options.file):
        raise WrongUsage("Give a file of facts, or --schema alone.")
    from alongside.cli.content_here import chooser

    if options.schema:
        _print_schema(chooser())
        return 0
    facts = _read(options.file)
    content = chooser()
    choice = _choose(content, facts, options.file)
    if terminal.wants_json(options):
        _print(choice.as_output())
    else:
        _print_text(choice, content)
    return 0


def _read(file: str) -> object:
    from alongside.catalogue.loading import parse

    path = Path("/dev/stdin" if file == "-" else file)
    if not path.exists():
        raise Refused(f"There is no file {file}.")
    if path.is_dir():
        raise Refused(f"{file} is a folder. Name a file of facts.")
    if path.is_file() and path.stat().st_size > LARGEST:
        raise Refused(f"{file} is larger than {LARGEST} bytes: it is no file of facts.")
    shown = "standard input" if file == "-" else file
    document, problems = parse(path, shown=shown)
    if problems:
        problem = problems[0]
        where = f" at line {problem.line}, column {problem.column}" if problem.line else ""
        raise Refused(f"{shown} cannot be used{where}: {problem.message}.")
    if document is None:
        raise Refused(f"{shown} is empty. See alongside plan --schema for what may be said.")
    return document


def _choose(content: Catalogue, facts: object, file: str) -> Choice:
    from alongside.catalogue.chooser import choice_of
    from alongside.engine.protocols.facts import FactsRefused, RefusedAim

    try:
        return choice_of(content, facts)
    except RefusedAim as refusal:
        raise Refused(sentence(str(refusal))) from refusal
    except FactsRefused as refusal:
        said = "\n".join(sentence(each.message) for each in refusal.refusals)
        raise Refused(said) from refusal


def _print_schema(content: Catalogue) -> None:
    from alongside.catalogue.chooser import schema_of
    from alongside.engine.protocols.facts import json_schema

    _print(json_schema(schema_of(content)), indent=True)


def _print(value: object, *, indent: bool = False) -> None:
    import orjson

    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if indent else 0)
    sys.stdout.buffer.write(orjson.dumps(value, option=option))


def _print_text(choice: Choice, content: Catalogue) -> None:
    if choice.level is not None:
        _line(f"Level {choice.level}. {' '.join(each.text for each in choice.because)}")
    if choice.first is not None:
        _line(f"First: {choice.first}. Nothing below comes before it.")
    _heading("Could help", bool(choice.suggested))
    for one in choice.suggested:
        _line(_named(one.protocol, content))
        for reason in one.why:
            _line(f"- {reason.text}", 4)
        if one.sources:
            _line(f"Sources: {'; '.join(one.sources)}", 4)
    _heading("Take care", bool(choice.cautioned))
    for caution in choice.cautioned:
        _line(_named(caution.protocol, content))
        for reason in caution.why:
            _line(f"- {reason.text}", 4)
    _heading("Must not be begun now", bool(choice.blocked))
    for blocked in choice.blocked:
        _line(_named(blocked.protocol, content))
        for block in blocked.because:
            _line(f"- {block.gate}: {block.reason.text} {block.release.text}".rstrip(), 4)
    _heading("Ask next", bool(choice.ask_next))
    for key in choice.ask_next:
        _line(f"- {key}", 2)
    print("\nThese are suggestions with reasons, not a diagnosis and not a plan. People decide.")


def _heading(words: str, has_any: bool) -> None:
    if has_any:
        print(f"\n{words}")


def _line(words: str, indent: int = 2) -> None:
    rest = " " * (indent + (2 if words.startswith("- ") else 0))
    print(fill(words, width=96, initial_indent=" " * indent, subsequent_indent=rest))


def _named(protocol: str, content: Catalogue) -> str:
    id, _, variant = protocol.partition("/")
    named = content.protocols.get(id) or next(
        (each for each in content.protocols.values() if each.ref.id == id), None
    )
    name = getattr(named, "name", "")
    return f"{protocol}: {name}" + (f" ({variant})" if variant else "") if name else protocol
