"""`alongside content`: check, list and show content files."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from alongside.cli import terminal
from alongside.cli.refusals import Refused, nearest

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from alongside.catalogue import Catalogue
    from alongside.catalogue.loading import Grade, Problem

EXAMPLE = """\
examples:
  alongside content check
  alongside content list instruments
  alongside content show phq9
"""

GRADES: tuple[Grade, ...] = ("error", "warning", "info")

CHECK_EXAMPLE = """\
example:
  alongside content check

Prints file:line:column: grade: what is wrong. An error keeps a file from being used; a warning
is a review that is due; info, at the end, is a name that is used and not here yet.
The exit status is 1 when there is an error.
"""


def add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="check | list | show", required=True)
    check = _action(actions, "check", "every mistake in every file", CHECK_EXAMPLE)
    check.add_argument("--on", type=_day, metavar="DATE", help="compare reviews with this day")

    listing = _action(
        actions, "list", "what is here", "example:\n  alongside content list instruments\n"
    )
    listing.add_argument("kind", metavar="KIND", nargs="?", help="such as instruments, protocols")

    show = _action(actions, "show", "one item", "example:\n  alongside content show phq9@1\n")
    show.add_argument("id", metavar="ID", help="such as phq9, phq9@1, cbt")
    show.add_argument("--kind", metavar="KIND", help="where several kinds have the id")


def _action(
    actions: _SubParsersAction[ArgumentParser], name: str, does: str, example: str
) -> ArgumentParser:
    parser = actions.add_parser(
        name,
        help=does,
        description=f"{does[:1].upper()}{does[1:]}.",
        epilog=example,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    terminal.add_json(parser)
    return parser


def run(options: Namespace) -> int:
    if options.action == "check":
        return _check(options)
    return _list(options) if options.action == "list" else _show(options)


def _check(options: Namespace) -> int:
    from alongside import catalogue

    # The day of this machine: there is no database to ask, and a review is not due to the hour.
    today = options.on or date(*time.localtime()[:3])
    problems = sorted(
        catalogue.check(catalogue.roots(), today=today),
        key=lambda each: (each.grade == "info", each),
    )
    counts = Counter(problem.grade for problem in problems)
    if options.json:
        _print({"counts": _counts(counts), "problems": [_problem(each) for each in problems]})
    else:
        for problem in problems:
            print(problem)
        if not problems:
            print("Everything is in order.")
    if counts["error"]:
        terminal.say(f"{_number(counts['error'], 'error')} to mend: these files are not used.")
        return 1
    return 0


def _counts(counts: Mapping[Grade, int]) -> dict[str, int]:
    return {grade: counts.get(grade, 0) for grade in GRADES}


def _problem(problem: Problem) -> dict[str, object]:
    names = ("file", "line", "column", "grade", "message")
    return {name: getattr(problem, name) for name in names}


def _list(options: Namespace) -> int:
    content = _content()
    kinds = list(content.shelves)
    if options.kind is not None and options.kind not in kinds:
        raise Refused(
            f"There is no kind {options.kind[:60]}.{nearest(options.kind, kinds)} "
            f"Kinds are {', '.join(kinds)}."
        )
    rows = [
        (kind, id, _name(item))
        for kind, items in content.shelves.items()
        if options.kind in (None, kind)
        for id, item in sorted(items.items())
    ]
    if options.json:
        _print([dict(zip(("kind", "id", "name"), row, strict=True)) for row in rows])
        return 0
    if rows:
        first, second = (max(len(row[place]) for row in rows) for place in (0, 1))
        for kind, id, name in rows:
            print(f"{kind:<{first}}  {id:<{second}}  {name}".rstrip())
    return 0


def _show(options: Namespace) -> int:
    from alongside.catalogue import UnknownContent
    from alongside.catalogue.book import find

    content = _content()
    found: dict[str, object] = {}
    for kind, items in content.shelves.items():
        if options.kind in (None, kind):
            try:
                found[kind] = find(items, kind, options.id)
            except UnknownContent:
                continue
    if not found:
        known = {id for items in content.shelves.values() for id in items}
        known |= {id.partition("@")[0] for id in known}
        where = f" of kind {options.kind}" if options.kind else ""
        raise Refused(
            f"There is no content {options.id[:60]}{where}.{nearest(options.id, sorted(known))} "
            "See alongside content list."
        )
    if options.json:
        _print({kind: plain(item) for kind, item in found.items()})
        return 0
    for place, (kind, item) in enumerate(found.items()):
        if place:
            print()
        print(f"{kind} {options.id}")
        for line in _lines(plain(item), 1):
            print(line)
    return 0


def _content() -> Catalogue:
    from alongside import catalogue

    content = catalogue.build(catalogue.roots())
    errors = sum(problem.grade == "error" for problem in content.problems)
    if errors:
        terminal.say(
            f"{_number(errors, 'error')} in content files: what is wrong is not listed. "
            "See alongside content check."
        )
    return content


def _name(item: object) -> str:
    for attribute in ("name", "title", "text"):
        words = getattr(item, attribute, None)
        if isinstance(words, str):
            return words
    return ""


def plain(value: object) -> object:
    """A shape of the engine or the catalogue as values that JSON has."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | Fraction | Path):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(each) for each in value), key=str)
    if is_dataclass(value) and not isinstance(value, type):
        if {each.name for each in fields(value)} == {"id", "version"}:
            return str(value)
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    shape = getattr(type(value), "model_fields", None)
    if shape is not None:
        return {name: plain(getattr(value, name)) for name in shape}
    return str(value)


def _lines(value: object, depth: int) -> list[str]:
    """Plain values as indented lines; what is empty is left out."""
    edge = "  " * depth
    if isinstance(value, dict):
        lines = []
        for key, each in value.items():
            if each is None or each in ("", [], {}):
                continue
            if isinstance(each, dict | list) and not _is_short(each):
                lines += [f"{edge}{key}:", *_lines(each, depth + 1)]
            else:
                lines.append(f"{edge}{key}: {_short(each)}")
        return lines
    if isinstance(value, list):
        lines = []
        for each in value:
            if isinstance(each, dict | list) and not _is_short(each):
                inner = _lines(each, depth + 1)
                lines += [f"{edge}- {inner[0].strip()}", *inner[1:]] if inner else []
            else:
                lines.append(f"{edge}- {_short(each)}")
        return lines
    return [f"{edge}{_short(value)}"]


def _is_short(value: object) -> bool:
    return isinstance(value, list) and all(
        not isinstance(each, dict | list) and len(str(each)) < 24 for each in value
    )


def _short(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_short(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as failure:
        raise ArgumentTypeError(f"{word[:40]} is not a day such as 2026-02-11") from failure


def _print(value: object) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
