#!/usr/bin/env python3
"""Write docs/reference/access.md from content/access/matrix.yaml. A test keeps the two in step.

python scripts/access_reference.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from alongside.catalogue import matrix  # noqa: E402 - the path comes first
from alongside.engine.access import LETTERS, Cell, Row  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "access.md"
ROLES = (
    ("person", "Person"), ("guardian", "Guardian"), ("concerned", "Circle"), ("lead", "Lead"),
    ("therapist", "Therapist"),
    ("facilitator", "Facilitator"), ("supervisor", "Supervisor"), ("manager", "Manager"),
    ("on_call", "On call"), ("privacy", "Privacy"), ("auditor", "Auditor"), ("admin", "Admin"),
    ("coordinator", "Coordinator"),
)  # fmt: skip
HEAD = """# Who may do what

Made from `content/access/matrix.yaml` by `scripts/access_reference.py`; change the file, not this
page. A row is a kind of record, a column is a role. A cell that is empty is denied, and what is
denied answers as if it were not there.

**L** know that it exists · **R** read · **C** create · **E** edit until signed · **S** sign ·
**X** export one record. Nobody has "delete". A word behind the letters is a condition; its meaning
stands below. One cell may hold several ways; one is enough. *Institution* means a role held
towards the institution itself, *same institution* any role there, *own account* the account.
"""


def page() -> str:
    """The whole page."""
    roots = [ROOT / "content"]
    shelf = matrix.load(roots)
    if shelf.problems:
        raise SystemExit("\n".join(str(problem) for problem in shelf.problems))
    rows = shelf.items["matrix"].rows.values()
    heads = " | ".join(label for _, label in ROLES)
    lines = [HEAD, f"| Row | Record | {heads} |", "|---" * (len(ROLES) + 2) + "|"]
    lines += [_line(row) for row in rows]
    lines += ["", "## Notes to the rows", ""]
    lines += [f"- **{row.id}** {row.note}" for row in rows if row.note]
    lines += ["", "## What the words mean", ""]
    lines += [f"- `{word}`: {meaning}" for word, meaning in sorted(matrix.meanings(roots).items())]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    cells = " | ".join(
        "<br>".join(_cell(role, cell) for cell in row.cells.get(role, ())) or " "
        for role, _ in ROLES
    )
    return f"| {row.id} | {row.title} `{row.name}` | {cells} |"


def _cell(role: str, cell: Cell) -> str:
    words = "".join(letter for letter in LETTERS if letter in cell.allow)
    if cell.when:
        words += " " + " ".join(f"`{word}`" for word in cell.when)
    if cell.through != matrix.POINTS_TO[role]:
        ways = {
            "institution": "institution",
            "within": "same institution",
            "account": "own account",
        }
        words += f" ({ways[cell.through]})"
    return words


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
