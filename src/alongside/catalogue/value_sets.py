"""Official codes beside our own values: which code of LOINC stands for which answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from alongside.catalogue.loading import Problem, Shape, Shelf, read_placed, shown

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
            wrong = [code for code in each.codes if not has_check_digit(code)]
            if wrong:
                words = f"answers.{index}.codes: {wrong[0]} fails the LOINC check-digit test"
                shelf.problems.append(reading.problem(words, "answers", index, "codes"))
            elif len(set(each.codes.values())) < len(each.codes):
                words = f"answers.{index}.codes: two codes for one value"
                shelf.problems.append(reading.problem(words, "answers", index, "codes"))
            else:
                shelf.items[f"{each.instrument}/{each.options}"] = dict(each.codes)
    return shelf


def unfit(catalogue: object) -> Mapping[str, Mapping[str, list[Problem]]]:
    """Codes for options that no instrument here has, or for values those do not have."""
    instruments = getattr(catalogue, "instruments", {})
    options = {
        f"{found.ref.id}/{name}": set(values)
        for found in instruments.values()
        for name, values in found.options.items()
    }
    found: dict[str, list[Problem]] = {}
    for key, codes in getattr(catalogue, "answer_codes", {}).items():
        name = "value_sets/loinc_answers.yaml"
        if key in options and set(codes.values()) - options[key]:
            words = f"{key}: a code for a value these options do not have"
            found[key] = [Problem(name, 0, 0, words)]
    return {"answer_codes": found}


def has_check_digit(code: str) -> bool:
    """The mod-10 check digit of a LOINC code, without its letters.

    Source: LOINC users' guide, appendix on the check digit.
    """
    number, _dash, digit = code.lstrip("LAP").partition("-")
    if not number.isdigit() or not digit.isdigit():
        return False
    odd = str(2 * int(number[::-1][::2][::-1]))
    even = number[::-1][1::2][::-1]
    total = sum(int(each) for each in even + odd)
    return (10 - total % 10) % 10 == int(digit)
