"""Two texts side by side, with the words that differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

AROUND = 2  # lines that are shown before and after a change
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")

Pieces = list[dict[str, Any]]


def compared(before: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, Any]]:
    """The files that differ, each with rows of lines: before, after, and what changed in them."""
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        state = "new" if old is None else "gone" if new is None else "changed"
        rows = _rows((old or "").splitlines(), (new or "").splitlines())
        found.append({"name": name, "state": state, "rows": rows})
    return found


def _rows(old: Sequence[str], new: Sequence[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(AROUND)):
        if number:
            rows.append({"gap": True})
        for _tag, old_from, old_to, new_from, new_to in group:
            for place in range(max(old_to - old_from, new_to - new_from)):
                left = old_from + place if old_from + place < old_to else None
                right = new_from + place if new_from + place < new_to else None
                rows.append(_row(old, left, new, right))
    return rows


def _row(
    old: Sequence[str], left: int | None, new: Sequence[str], right: int | None
) -> dict[str, Any]:
    before = "" if left is None else old[left]
    after = "" if right is None else new[right]
    if before == after:
        mine, theirs = [_piece(before)], [_piece(after)]
    else:
        mine, theirs = _pieces(before, after)
    return {
        "before": {"number": "" if left is None else left + 1, "pieces": mine},
        "after": {"number": "" if right is None else right + 1, "pieces": theirs},
        "same": before == after,
    }


def _piece(text: str, *, changed: bool = False) -> dict[str, Any]:
    return {"text": text, "changed": changed}


def _pieces(before: str, after: str) -> tuple[Pieces, Pieces]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    left: Pieces = []
    right: Pieces = []
    opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for tag, old_from, old_to, new_from, new_to in opcodes:
        changed = tag != "equal"
        left.append(_piece("".join(old[old_from:old_to]), changed=changed))
        right.append(_piece("".join(new[new_from:new_to]), changed=changed))
    return [each for each in left if each["text"]], [each for each in right if each["text"]]
