"""Small shapes that several parts of the engine share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from alongside.engine.errors import EngineError

Direction = Literal["worse", "better"]

_ID = re.compile(r"[a-z][a-z0-9_]*\Z")


class NotARef(EngineError):
    """A text does not name content at one version."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not an id and a version, such as phq9@1")
        self.text = text


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """One piece of content at one exact version, written ``phq9@1``."""

    id: str
    version: int

    def __post_init__(self) -> None:
        if not _ID.match(self.id) or self.version < 1:
            raise NotARef(f"{self.id}@{self.version}")

    def __str__(self) -> str:
        return f"{self.id}@{self.version}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """Read ``phq9@1``. Raises NotARef for anything else, also for an id without a version."""
        name, _, number = text.partition("@")
        if not number.isascii() or not number.isdigit():
            raise NotARef(text)
        return cls(name, int(number))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is so: a key for machines, a sentence for people, and where it comes from."""

    key: str
    text: str
    source: str = ""
