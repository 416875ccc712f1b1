"""Where things are in this repository, for the tests that look at the house itself."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "alongside"
CONTENT = ROOT / "content"
_NOT_OURS = {".git", ".venv", "var", "__pycache__", "dist", ".mypy_cache", ".ruff_cache"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the project: what git keeps or would keep."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\0")
        found = [ROOT / name for name in listed if name]
    else:  # unpacked from an archive
        found = [p for p in ROOT.rglob("*") if not _NOT_OURS & set(p.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file()))


def texts(*endings: str) -> dict[Path, str]:
    """The files with one of these endings (all, without any) that are UTF-8 text."""
    found = {}
    for path in files():
        if endings and path.suffix not in endings:
            continue
        try:
            found[path] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def rooms() -> list[Path]:
    """The packages directly inside ``alongside``, doors included."""
    return sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
