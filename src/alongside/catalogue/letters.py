"""Kinds of letters: parts and plain sentences with named values, at one exact version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from alongside.catalogue.loading import Shape, Shelf, read_placed, shown, versions
from alongside.catalogue.wording import placeholders
from alongside.engine.letters import PLACES, Audience, Kind, Part, Sentence
from alongside.engine.terms import Ref

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
LANGUAGES = ("en", "es")
Mistake = tuple[str, tuple[str | int, ...]]


class SentenceFile(Shape):
    """One sentence; with ``each`` it is said of every such value."""

    each: str = ""
    en: str = Field(min_length=1)
    es: str = Field(min_length=1)


class PartFile(Shape):
    id: Word
    title: dict[str, str]
    hint: dict[str, str] = {}
    required: bool = True
    sentences: tuple[SentenceFile, ...] = ()


class LetterFile(Shape):
    """``letters/<id>/<version>.yaml``: one kind of letter."""

    title: dict[str, str]
    to: Audience
    consent: str = Field(default="", pattern=r"^(c_[a-z_]+)?$")
    parts: tuple[PartFile, ...] = Field(min_length=1)
    forms: tuple[Word, ...] = ()
    unverified: bool = False
    source: str = Field(min_length=1)
    checked: date
    review_by: date

    def kind(self, ref: Ref) -> Kind:
        """The kind as the engine takes it."""
        return Kind(
            ref=ref,
            title=self.title,
            to=self.to,
            consent=self.consent,
            forms=self.forms,
            unverified=self.unverified,
            checked=self.checked,
            review_by=self.review_by,
            source=self.source,
            parts=tuple(
                Part(
                    id=part.id,
                    title=part.title,
                    hint=part.hint,
                    required=part.required,
                    sentences=tuple(
                        Sentence({"en": one.en, "es": one.es}, one.each) for one in part.sentences
                    ),
                )
                for part in self.parts
            ),
        )


SHAPES = {"letter": LetterFile}


def load(roots: Sequence[Path]) -> Shelf[Kind]:
    """Every kind of letter by ``closing@1``."""
    found, problems = versions(roots, "letters")
    shelf: Shelf[Kind] = Shelf(problems=list(problems))
    for name, number, path in found:
        reading = read_placed(path, LetterFile, shown=shown(path, roots))
        mistakes = list(reading.problems)
        if reading.value is not None:
            mistakes += [reading.problem(words, *loc) for words, loc in _mistakes(reading.value)]
            if not mistakes:
                ref = Ref(name, number)
                shelf.items[str(ref)] = reading.value.kind(ref)
        shelf.problems.extend(mistakes)
    return shelf


def _mistakes(file: LetterFile) -> Iterator[Mistake]:
    if file.to == "referrer" and not file.consent:
        yield "consent: a letter to somebody else names the consent it needs", ("to",)
    if any(not file.title.get(language) for language in LANGUAGES):
        yield "title: words are missing in a language", ("title",)
    ids = [part.id for part in file.parts]
    for index, part in enumerate(file.parts):
        if part.id in ids[:index]:
            yield f"{part.id}: stands twice", ("parts", index)
        if any(not part.title.get(language) for language in LANGUAGES):
            yield f"{part.id}: words are missing in a language", ("parts", index, "title")
        for place, sentence in enumerate(part.sentences):
            for words in _wrong(sentence):
                yield f"{part.id}: {words}", ("parts", index, "sentences", place)


def _wrong(sentence: SentenceFile) -> Iterator[str]:
    if sentence.each not in PLACES:
        yield f"each: {sentence.each} is not something there are several of"
        return
    known = PLACES[""] | PLACES[sentence.each]
    for name in sorted({*placeholders(sentence.en), *placeholders(sentence.es)} - known):
        yield f"{{{name}}} is not something a letter may name"
    if set(placeholders(sentence.en)) != set(placeholders(sentence.es)):
        yield "the languages do not fill in the same"
