"""Change single values in the text of a content file; every other letter of it stays as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml

Path = tuple[str | int, ...]
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def value_at(document: Any, path: Path) -> Any:
    """The value a path leads to in what was read, or None."""
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def changed(text: str, values: Mapping[Path, Any]) -> str:
    """The text with these values in their places.

    Args:
        text: a file that can be parsed. values: by path; a path whose last key is not there yet
            is added to the mapping before it; None is written as null.

    Raises:
        LookupError: a path leads nowhere.
    """
    for path, value in values.items():
        text = _one(text, path, value)
    return text


def _one(text: str, path: Path, value: Any) -> str:
    root = yaml.compose(text, Loader=_Base)
    node = _node(root, path)
    if node is not None:
        start, end = node.start_mark.index, node.end_mark.index
        is_block = isinstance(node, yaml.CollectionNode) and not node.flow_style
        return text[:start] + plain(value) + ("\n" if is_block else "") + text[end:]
    parent = _node(root, path[:-1])
    if not isinstance(parent, yaml.MappingNode):
        raise LookupError(".".join(map(str, path)))
    pair = f"{path[-1]}: {plain(value)}"
    start = parent.start_mark.index
    if parent.flow_style:
        return f"{text[: start + 1]}{pair}{', ' if parent.value else ''}{text[start + 1 :]}"
    return f"{text[:start]}{pair}\n{' ' * parent.start_mark.column}{text[start:]}"


def _node(node: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pairs = [pair for pair in node.value if pair[0].value == step]
            node = pairs[0][1] if pairs else None
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step] if step < len(node.value) else None
        else:
            return None
    return node


def plain(value: Any) -> str:
    """One value as it is written in a file, on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {plain(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(plain(each) for each in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
