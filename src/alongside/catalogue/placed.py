"""YAML 1.2 as plain values that remember where they were written.

The scanner is libyaml's, through PyYAML: thirty times as quick as one in Python, which every start
of a process feels. PyYAML's own reading of words is YAML 1.1 (``no`` is false there, ``010`` is
eight); the core schema of YAML 1.2 stands below in its place.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import date, datetime
from typing import Any

import yaml

Mistake = tuple[int, int, str]
"""Line and column, from 1 (0 where unknown), and what is wrong."""

_Place = tuple[int, int]
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Map(dict[Any, Any]):
    """A mapping, with the place of its beginning and of each value."""

    __slots__ = ("at", "values_at")
    at: _Place
    values_at: dict[Any, _Place]


class Row(list[Any]):
    """A sequence, with the place of its beginning and of each item."""

    __slots__ = ("at", "items_at")
    at: _Place
    items_at: list[_Place]


class _Loader(_Base):
    """PyYAML's loader with the words of YAML 1.2 and with places."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_DIGITS = list("-+0123456789")
for _tag, _words, _first in (
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)\Z", list("tTfF")),
    ("null", r"(?:~|null|Null|NULL|)\Z", ["~", "n", "N", ""]),
    ("int", r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z", _DIGITS),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"
        r"|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z",
        [*_DIGITS, "."],
    ),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9:.]+(?:Z|[-+][0-9:]+)?)?\Z", _DIGITS),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_words), _first)


def load(text: str) -> tuple[Any, tuple[Mistake, ...]]:
    """Read one document.

    Returns:
        The value (``Map``, ``Row``, text, numbers, dates, None) and no mistake, or None and what
        is wrong: broken YAML, a key that stands twice, a word that does not fit its tag.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return (None if node is None else _value(loader, node)), ()
    except yaml.MarkedYAMLError as failure:
        mark = failure.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        words = str(failure.problem or failure).splitlines()[0]
        return None, ((line, column, f"this is not valid YAML: {words}"),)
    except yaml.YAMLError as failure:
        return None, ((0, 0, f"this is not valid YAML: {failure}"),)
    finally:
        loader.dispose()


def place(document: Any, loc: Any) -> tuple[int, int]:
    """The line and column, from 1, of the part of a document that the steps ``loc`` lead to."""
    (line, column), here = (0, 0), document
    for step in loc:
        if isinstance(here, Map) and step in here:
            (line, column), here = here.values_at[step], here[step]
        elif isinstance(here, Row) and isinstance(step, int) and step < len(here):
            (line, column), here = here.items_at[step], here[step]
        elif isinstance(here, Map | Row):
            line, column = here.at
        # else: a step of pydantic's own (a union's branch) that is not in the file
    return line + 1, column + 1


def _at(node: Any) -> _Place:
    return node.start_mark.line, node.start_mark.column


def _value(loader: Any, node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        mapping = Map()
        mapping.at, mapping.values_at = _at(node), {}
        for key_node, value_node in node.value:
            key = _value(loader, key_node)
            if not isinstance(key, Hashable):
                raise yaml.MarkedYAMLError(
                    problem="found a key that is no word or number",
                    problem_mark=key_node.start_mark,
                )
            if key in mapping:
                raise yaml.MarkedYAMLError(
                    problem=f"found duplicate key {str(key)!r}", problem_mark=key_node.start_mark
                )
            mapping[key] = _value(loader, value_node)
            mapping.values_at[key] = _at(value_node)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        row = Row(_value(loader, item) for item in node.value)
        row.at, row.items_at = _at(node), [_at(item) for item in node.value]
        return row
    return _scalar(loader, node)


def _scalar(loader: Any, node: Any) -> str | int | float | bool | date | datetime | None:
    """One word, number or date. ``010`` is ten, as YAML 1.2 has it."""
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if kind == "str":
        return str(node.value)
    try:
        if kind == "int":
            word = node.value
            return int(word, 0) if word[:2] in {"0o", "0x"} else int(word)
        value: str | float | bool | date | None = loader.construct_object(node)
    except ValueError as refusal:
        raise yaml.MarkedYAMLError(problem=str(refusal), problem_mark=node.start_mark) from refusal
    return value
