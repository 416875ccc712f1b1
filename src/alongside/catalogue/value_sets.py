"""Official codes beside our own values: which code of LOINC stands for which answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from alongside.catalogue.loading import Shape, Shelf, read_placed, shown

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Code = Annotated[str, Field(pattern=r"^LA[0-9]+-[0-9]$")]


class AnswerCodes(Shape):
    """The codes of one set of options of one instrument: official value by code."""

    instrument: Word
    options: Word
    codes: Mapping[Code, int]


class AnswersFile(Shape):
    """``value_sets/loinc_answers.yaml``."""

    system: str
    source: str
    checked: date
    review_by: date
    answers: tuple[AnswerCodes, ...]


SHAPES = {"answer_codes": AnswersFile}


def load(roots: Sequence[Path]) -> Shelf[Mapping[str, int]]:
    """Official value by code, by ``phq9/freq4``; a deployment's file adds or replaces entries."""
    shelf: Shelf[Mapping[str, int]] = Shelf()
    for root in roots:
        path = root / "value_sets" / "loinc_answers.yaml"
        if not path.is_file():
            continue
        reading = read_placed(path, AnswersFile, shown=shown(path, roots))
        shelf.problems.extend(reading.problems)
        for index, each in enumerate(reading.value.answers if reading.value else ()):
            if len(set(each.codes.values())) < len(each.codes):
                words = f"answers.{index}.codes: two codes for one value"
                shelf.problems.append(reading.problem(words, "answers", index, "codes"))
            else:
                shelf.items[f"{each.instrument}/{each.options}"] = dict(each.codes)
    return shelf
