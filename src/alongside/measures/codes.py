"""The code of an asking, as it stands on paper: no name, found only by who may see the asking."""

from __future__ import annotations

import re
from uuid import UUID

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31, a prime: none is taken for another
LENGTH = 7  # and one that finds any single slip and any two that changed places
_BITS = 34
_REST = 128 - _BITS


def code_of(pk: UUID) -> str:
    """The code of an id, as people read it: ``K7M2-9QXD``."""
    number, letters = pk.int >> _REST, []
    for _ in range(LENGTH):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    code = "".join(reversed(letters))
    code += LETTERS[_check(code)]
    return f"{code[:4]}-{code[4:]}"


def ids_of(typed: str) -> tuple[UUID, UUID] | None:
    """The lowest and highest id a code may stand for; None when it was mistyped.

    Letters may be small, and anything may stand between them.
    """
    code = "".join(re.findall(r"[0-9A-Z]", typed.upper()))
    if len(code) != LENGTH + 1 or any(letter not in LETTERS for letter in code):
        return None
    if LETTERS[_check(code[:-1])] != code[-1]:
        return None
    number = 0
    for letter in code[:-1]:
        number = number * len(LETTERS) + LETTERS.index(letter)
    if number >= 1 << _BITS:
        return None
    return UUID(int=number << _REST), UUID(int=((number + 1) << _REST) - 1)


def _check(code: str) -> int:
    return sum(n * LETTERS.index(letter) for n, letter in enumerate(code, 2)) % len(LETTERS)
