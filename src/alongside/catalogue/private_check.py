"""The private check: four questions put to each member alone. Each can be skipped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from alongside.catalogue.loading import Shape, Shelf, read_placed, shown
from alongside.engine.risk.levels import Code
from alongside.engine.terms import Ref

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
LANGUAGES = ("en", "es")
AT_MOST = 4  # access and safety, section 6


class AnswerFile(Shape):
    """One answer. ``freezes``: nothing is dated until the lead has resolved it. ``reports``: the
    safeguarding lead is told that somebody needs them."""

    id: Word
    text: dict[str, str]
    freezes: bool = False
    reports: bool = False
    level: Code | None = None
    then: Literal["hide", "careful_contact"] | None = None


class QuestionFile(Shape):
    id: Word
    text: dict[str, str]
    hint: dict[str, str] = {}
    answers: tuple[AnswerFile, ...] = Field(min_length=2)

    def words(self, language: str) -> str:
        """The question, in English where there is no other."""
        return self.text.get(language, self.text["en"])

    def small(self, language: str) -> str:
        """What is meant, or nothing."""
        return self.hint.get(language, self.hint.get("en", ""))

    def answer(self, id: str) -> AnswerFile | None:
        """The answer with this id, or None."""
        return next((answer for answer in self.answers if answer.id == id), None)


class PrivateCheck(Shape):
    """``danger/private_check/<version>.yaml``."""

    source: str
    checked: date
    review_by: date
    before: dict[str, str]
    after: dict[str, str]
    report: dict[str, str]
    questions: tuple[QuestionFile, ...] = Field(min_length=1, max_length=AT_MOST)

    _ref: Ref = PrivateAttr(default=Ref("private_check", 1))

    @property
    def ref(self) -> Ref:
        """``private_check@1``."""
        return self._ref

    def question(self, id: str) -> QuestionFile | None:
        """The question with this id, or None."""
        return next((question for question in self.questions if question.id == id), None)


SHAPES = {"private_check": PrivateCheck}


def load(roots: Sequence[Path]) -> Shelf[PrivateCheck]:
    """Every version by ``private_check@1``; the newest one is asked."""
    shelf: Shelf[PrivateCheck] = Shelf()
    for root in roots:
        for path in sorted((root / "danger" / "private_check").glob("*.yaml")):
            if not path.stem.isdigit():
                continue
            reading = read_placed(path, PrivateCheck, shown=shown(path, roots))
            mistakes = list(reading.problems)
            if reading.value is not None:
                mistakes.extend(
                    reading.problem(words, *loc) for words, loc in _mistakes(reading.value)
                )
                if not mistakes:
                    ref = Ref("private_check", int(path.stem))
                    reading.value._ref = ref
                    shelf.items[str(ref)] = reading.value
            shelf.problems.extend(mistakes)
    return shelf


def _mistakes(file: PrivateCheck) -> list[tuple[str, tuple[str | int, ...]]]:
    found: list[tuple[str, tuple[str | int, ...]]] = []
    for language in LANGUAGES:
        for name, texts in (
            ("before", file.before),
            ("after", file.after),
            ("report", file.report),
        ):
            if language not in texts:
                found.append((f"{name}: words are missing in {language}", (name,)))
    for index, question in enumerate(file.questions):
        said = [question.text, *(answer.text for answer in question.answers)]
        if question.hint:
            said.append(question.hint)
        for language in LANGUAGES:
            if any(language not in text for text in said):
                found.append(
                    (f"{question.id}: words are missing in {language}", ("questions", index))
                )
    if not any(answer.freezes for question in file.questions for answer in question.answers):
        found.append(("questions: no answer freezes anything", ("questions",)))
    return found
