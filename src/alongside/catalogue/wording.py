"""Sentences that a clinician signs, one folder per language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from alongside.catalogue.loading import Problem, Reading, Shape, Shelf, read_placed, shown

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]*$")]
LANGUAGES = ("en", "es")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class SentenceFile(Shape):
    text: str
    source: str
    review_by: date


class WordingFile(Shape):
    """``wording/<language>/<page>.yaml``: sentences by id, each with source and review date."""

    sentences: dict[Word, SentenceFile]


SHAPES = {"wording": WordingFile}


@dataclass(frozen=True, slots=True)
class Page:
    """One file of sentences in one language."""

    language: str
    file: str
    texts: Mapping[str, str]


def load(roots: Sequence[Path]) -> Shelf[Page]:
    """Every page of sentences, by ``<root>/<language>/<name>``; later roots are read later."""
    shelf: Shelf[Page] = Shelf()
    for number, root in enumerate(roots):
        owners: dict[tuple[str, str], str] = {}
        for path in sorted((root / "wording").glob("*/*.yaml")):
            language = path.parent.name
            reading = read_placed(path, WordingFile, shown=shown(path, roots))
            mistakes = list(reading.problems)
            if reading.value is not None:
                mistakes.extend(_mistakes(reading, reading.value, language, owners))
                if not mistakes:
                    texts = {id: each.text for id, each in reading.value.sentences.items()}
                    page = Page(language, reading.name, MappingProxyType(texts))
                    shelf.items[f"{number}/{language}/{path.stem}"] = page
            shelf.problems.extend(mistakes)
    return shelf


def check(catalogue: Catalogue, roots: Sequence[Path], today: date | None) -> list[Problem]:
    """Sentences that a language of the interface lacks, or that fill in something else there."""
    texts: dict[str, dict[str, tuple[str, str]]] = {language: {} for language in LANGUAGES}
    for page in catalogue.shelves.get("sentences", {}).values():
        for id, text in page.texts.items():
            texts.setdefault(page.language, {})[id] = (text, page.file)
    problems = []
    for id, (text, file) in texts["en"].items():
        for language in LANGUAGES[1:]:
            other = texts[language].get(id)
            if other is None:
                problems.append(Problem(file, 0, 0, f"{id} has no words in {language}", "warning"))
            elif set(placeholders(other[0])) != set(placeholders(text)):
                message = f"{id} does not fill in the same as in en"
                problems.append(Problem(other[1], 0, 0, message))
    for language, sentences in texts.items():
        problems.extend(
            Problem(file, 0, 0, f"{id} has no words in en")
            for id, (_, file) in sentences.items()
            if language != "en" and id not in texts["en"]
        )
    return problems


def placeholders(text: str) -> tuple[str, ...]:
    """The names a sentence fills in, such as ``number`` in ``call {number}``."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def _mistakes(
    reading: Reading[WordingFile],
    file: WordingFile,
    language: str,
    owners: dict[tuple[str, str], str],
) -> Iterator[Problem]:
    for id, sentence in file.sentences.items():
        owner = owners.setdefault((language, id), reading.name)
        if owner != reading.name:
            yield reading.problem(f"{id} stands in {owner} already", "sentences", id)
        for name in placeholders(sentence.text):
            if not _NAME.match(name):
                yield reading.problem(
                    f"{id}: {{{name}}} is not a name that can be filled in", "sentences", id, "text"
                )
