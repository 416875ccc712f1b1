"""Read one content file strictly and report every mistake in it at once.

A file is YAML 1.2 (so ``no`` stays a word). It is read with line and column kept, checked by
a strict, frozen pydantic shape, and each mistake is mapped back to the place it was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from alongside.catalogue import placed
from alongside.catalogue.placed import Map, Row, place

_ID = re.compile(r"[a-z][a-z0-9_]*\Z")

Grade = Literal["error", "warning", "info"]


class Shape(BaseModel):
    """What a content file must look like: strict types, no unknown keys, no change later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a content file. Lines and columns count from 1; 0 means the whole file."""

    file: str
    line: int
    column: int
    message: str
    grade: Grade = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.grade}: {self.message}"


@dataclass(slots=True)
class Shelf(Generic[T]):
    """Everything of one kind that was found, by id, with what was wrong on the way."""

    items: dict[str, T] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading(Generic[M]):
    """One file as it was read: the checked value if it fits, and where everything stands."""

    name: str
    value: M | None
    document: Any
    problems: tuple[Problem, ...]

    def problem(self, message: str, *loc: int | str, grade: Grade = "error") -> Problem:
        """A problem at the part of this file that ``loc`` points to."""
        return Problem(self.name, *place(self.document, loc), message, grade)


def read(path: Path, shape: type[M], *, shown: str | None = None) -> tuple[M | None, list[Problem]]:
    """Read and check one YAML file.

    Args:
        path: the file.
        shape: the pydantic model it must fit, strictly.
        shown: the name to use in problems; the path by default.

    Returns:
        The checked value, or None, and every problem found with its place.
    """
    reading = read_placed(path, shape, shown=shown)
    return reading.value, list(reading.problems)


def read_placed(path: Path, shape: type[M], *, shown: str | None = None) -> Reading[M]:
    """Read and check one YAML file, and keep where each part of it stands."""
    name = shown or str(path)
    try:
        document, mistakes, value = _checked(path.read_text(encoding="utf-8"), shape)
    except (OSError, UnicodeDecodeError) as failure:
        return Reading(name, None, None, (_unreadable(name, failure),))
    # Its own copy: two files may hold the same words and be two versions.
    own = None if value is None else value.model_copy()
    return Reading(name, own, document, tuple(Problem(name, *each) for each in mistakes))


# The same text, wherever it stands, is read once in a process: nobody changes what comes of it.


@lru_cache(maxsize=4_000)
def _checked(text: str, shape: type[M]) -> tuple[Any, tuple[placed.Mistake, ...], M | None]:
    document, mistakes = _parsed(text)
    if mistakes:
        return document, mistakes, None
    try:
        value = shape.model_validate_json(json.dumps(document, default=_plain))
    except TypeError as refusal:
        return document, ((0, 0, str(refusal)),), None
    except ValidationError as refusal:
        found = refusal.errors(include_url=False)
        return document, tuple((*place(document, e["loc"]), _sentence(e)) for e in found), None
    return document, (), value


@lru_cache(maxsize=4_000)
def _parsed(text: str) -> tuple[Any, tuple[placed.Mistake, ...]]:
    return placed.load(text)


def _unreadable(name: str, failure: OSError | UnicodeDecodeError) -> Problem:
    if isinstance(failure, FileNotFoundError):
        return Problem(name, 0, 0, "this file is missing")
    return Problem(name, 0, 0, f"this file cannot be read as UTF-8 text: {failure}")


def parse(path: Path, *, shown: str | None = None) -> tuple[Any, list[Problem]]:
    """Read one YAML file with places kept. Duplicate keys and broken YAML are problems."""
    name = shown or str(path)
    try:
        document, mistakes = _parsed(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as failure:
        return None, [_unreadable(name, failure)]
    return document, [Problem(name, *mistake) for mistake in mistakes]


def folders(roots: Sequence[Path], kind: str) -> list[tuple[str, int, Path]]:
    """Every ``<root>/<kind>/<id>/<version>/`` folder; a later root wins over an earlier one."""
    found: dict[tuple[str, int], Path] = {}
    for root in roots:
        for version in sorted((root / kind).glob("*/*")):
            if version.is_dir() and version.name.isdigit():
                found[version.parent.name, int(version.name)] = version
    return [(name, number, path) for (name, number), path in sorted(found.items())]


def versions(roots: Sequence[Path], kind: str) -> tuple[list[tuple[str, int, Path]], list[Problem]]:
    """Every ``<root>/<kind>/<id>/<version>`` folder or ``<version>.yaml`` file, as published.

    A version that a root before has published is not edited: the repetition is a problem.
    """
    found: dict[tuple[str, int], Path] = {}
    problems: list[Problem] = []
    for root in roots:
        for version in sorted((root / kind).glob("*/*")):
            number = version.stem if version.suffix == ".yaml" else version.name
            if not number.isdigit() or not (version.is_dir() or version.suffix == ".yaml"):
                continue
            key = version.parent.name, int(number)
            if not _ID.match(key[0]) or key[1] < 1:
                message = "an id is a-z, 0-9 and _, and versions count from 1"
                problems.append(Problem(version.as_posix(), 0, 0, message))
            elif key in found:
                message = f"{key[0]}@{key[1]} is published already; a change is a new version"
                problems.append(Problem(version.as_posix(), 0, 0, message))
            else:
                found[key] = version
    return [(name, number, path) for (name, number), path in sorted(found.items())], problems


def review_findings(roots: Sequence[Path], today: date | None) -> list[Problem]:
    """A warning for every review date, anywhere in any file, that has passed."""
    if today is None:
        return []
    found: list[Problem] = []
    for path in sorted(path for root in roots for path in root.rglob("*.yaml")):
        document, _ = parse(path)
        for loc, day in _review_dates(document, ()):
            if day < today:
                line, column = place(document, loc)
                message = f"its review was due on {day.isoformat()}"
                found.append(Problem(shown(path, roots), line, column, message, "warning"))
    return found


def _review_dates(
    document: Any, loc: tuple[int | str, ...]
) -> Iterator[tuple[tuple[int | str, ...], date]]:
    if isinstance(document, Map):
        for key, value in document.items():
            if key == "review_by" and isinstance(value, date):
                yield (*loc, key), value
            else:
                yield from _review_dates(value, (*loc, key))
    elif isinstance(document, Row):
        for index, value in enumerate(document):
            yield from _review_dates(value, (*loc, index))


def shown(path: Path, roots: Sequence[Path]) -> str:
    """A file's name in problems: from the content folder it lies in, ``content/…``."""
    for root in roots:
        if path.is_relative_to(root):
            return f"{root.name}/{path.relative_to(root).as_posix()}"
    return path.as_posix()


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot stand in a content file")


def _sentence(error: Any) -> str:
    where = ".".join(str(step) for step in error["loc"])
    kind, words = error["type"], error["msg"]
    if kind == "missing":
        return f"{where}: this is missing"
    if kind == "extra_forbidden":
        return f"{where}: no such key is known here"
    return f"{where}: {words[:1].lower()}{words[1:]}"
