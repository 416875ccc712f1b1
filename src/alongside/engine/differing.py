"""Two versions of one item of content side by side: what is new, gone or changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from alongside.engine.terms import Reason

Word = Literal["new", "gone", "changed"]
# Names of a version itself, which always differ.
_OF_ITS_VERSION = frozenset({"ref", "key"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is new, gone or changed.

    ``id`` names it: a step, a phase, ``start/G2`` for a gate, ``phq9`` for a measure, ``item_3``.
    ``fields`` are what differs in something that is in both. ``reasons`` say why it counts, where
    content gives a reason: a gate its own, a step those of its new gates.
    """

    part: str
    word: Word
    id: str
    before: Any = None
    after: Any = None
    fields: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


def rows(
    part: str,
    before: Iterable[Any],
    after: Iterable[Any],
    name: Callable[[Any], str],
    *,
    without: Iterable[str] = (),
    why: Callable[[Any, Any], tuple[Reason, ...]] = lambda old, new: (),
    inner: Callable[[Any], Any] = lambda row: row,
) -> Iterator[Difference]:
    """Rows by their names: those only in one list, and those that read otherwise in the other.

    Args:
        name: what a row is called. without: fields that are compared elsewhere. why: the reasons
            content gives. inner: the value to compare, where a row is more than that.
    """
    old, new = _by(before, name), _by(after, name)
    for id, row in new.items():
        if id not in old:
            yield Difference(part, "new", id, None, inner(row), reasons=why(None, row))
        elif differs := fields_changed(inner(old[id]), inner(row), frozenset(without)):
            yield Difference(
                part, "changed", id, inner(old[id]), inner(row), differs, why(old[id], row)
            )
    for id, row in old.items():
        if id not in new:
            yield Difference(part, "gone", id, inner(row), None, reasons=why(row, None))


def _by(listed: Iterable[Any], name: Callable[[Any], str]) -> dict[str, Any]:
    """Rows by name; a second one of the same name has a number after it."""
    found: dict[str, Any] = {}
    for row in listed:
        id, number = name(row), 2
        while id in found:
            id, number = f"{name(row)} {number}", number + 1
        found[id] = row
    return found


def single(part: str, before: Any, after: Any) -> Iterator[Difference]:
    """Something that is there once, by what differs in it."""
    if differs := fields_changed(before, after, frozenset()):
        yield Difference(part, "changed", part, before, after, differs)


def names(part: str, before: Iterable[str], after: Iterable[str]) -> Iterator[Difference]:
    """Plain names: those only in one list."""
    old, new = list(before), list(after)
    yield from (Difference(part, "new", id, None, id) for id in new if id not in old)
    yield from (Difference(part, "gone", id, id, None) for id in old if id not in new)


def fields_changed(before: Any, after: Any, without: frozenset[str]) -> tuple[str, ...]:
    """The fields of two dataclasses of one kind that say something else."""
    return tuple(
        each.name
        for each in fields(after)
        if each.name not in without | _OF_ITS_VERSION
        and plain(getattr(before, each.name)) != plain(getattr(after, each.name))
    )


def plain(value: Any) -> Any:
    """A value without the names of its version, so that two of them can be held side by side."""
    if is_dataclass(value):
        return (
            type(value).__name__,
            *(
                plain(getattr(value, each.name))
                for each in fields(value)
                if each.name not in _OF_ITS_VERSION
            ),
        )
    if isinstance(value, Mapping):
        return tuple(sorted((str(key), plain(one)) for key, one in value.items()))
    if isinstance(value, tuple | list):
        return tuple(plain(one) for one in value)
    return value
