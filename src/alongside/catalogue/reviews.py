"""What this service said about versions of content: who reviewed one, and which are not begun.

``reviews/<shelf>/<id>/<version>.yaml`` and ``retired/<shelf>/<id>/<version>.yaml``, in the
service's own content folder only. The office writes them (``directory``); every process reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import Field

from alongside.catalogue.loading import Shape, Shelf, read, shown

REVIEWS, RETIRED = "reviews", "retired"


class ReviewFile(Shape):
    """One review: by whom, when, against which sources, and when it is looked at again."""

    reviewed_by: str = Field(min_length=1)
    on: date
    review_by: date
    sources: list[str] = Field(min_length=1)
    words: str = ""


class RetiredFile(Shape):
    """That a version is not begun any more. Courses that run stay on it."""

    retired_by: str = Field(min_length=1)
    on: date
    why: str = Field(min_length=1)


SHAPES = {"review": ReviewFile, "retired": RetiredFile}


@dataclass(frozen=True, slots=True)
class Review:
    """The last review of one version here."""

    reviewed_by: str
    on: date
    review_by: date
    sources: tuple[str, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Retired:
    """Since when a version is not begun any more, and why."""

    retired_by: str
    on: date
    why: str


def load(roots: Sequence[Path]) -> Shelf[Review]:
    """The reviews of this service by ``protocols/cbt@1``."""
    shelf: Shelf[Review] = Shelf()
    for key, path in _files(roots, REVIEWS):
        file, wrong = read(path, ReviewFile, shown=shown(path, roots))
        shelf.problems += wrong
        if file is not None:
            shelf.items[key] = Review(
                file.reviewed_by, file.on, file.review_by, tuple(file.sources), file.words
            )
    return shelf


def load_retired(roots: Sequence[Path]) -> Shelf[Retired]:
    """The versions this service begins no more, by ``protocols/cbt@1``."""
    shelf: Shelf[Retired] = Shelf()
    for key, path in _files(roots, RETIRED):
        file, wrong = read(path, RetiredFile, shown=shown(path, roots))
        shelf.problems += wrong
        if file is not None:
            shelf.items[key] = Retired(file.retired_by, file.on, file.why)
    return shelf


def _files(roots: Sequence[Path], folder: str) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for root in roots[1:]:
        for path in sorted((root / folder).rglob("*.yaml")):
            kind, *id = path.relative_to(root / folder).parts[:-1]
            found.append((f"{kind}/{'/'.join(id)}@{path.stem}", path))
    return found
