"""Runs the command as other programs do: a real process, real files, real pipes."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def environment(**more: str) -> dict[str, str]:
    """Ours, with the source tree first, and without what would change the answers."""
    theirs = ("ALONGSIDE_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), **more}


def csv(header: Sequence[object], *rows: Sequence[object]) -> str:
    """A small CSV file; None is an empty cell."""
    listed = [header, *rows]
    return "".join(
        ",".join("" if cell is None else str(cell) for cell in row) + "\n" for row in listed
    )
