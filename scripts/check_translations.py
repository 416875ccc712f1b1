#!/usr/bin/env python
"""Is every text of the interface there in every language? Changes nothing.

For each language of the settings but English: the file of translations compiles, nothing in it is
fuzzy, every text of the code and the templates stands in it, and every one of those is translated
or stands, with its reason, in ``untranslated.txt`` beside it (one text a line, then two spaces, #
and the reason).
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "alongside"


def entries(path: Path) -> dict[str, tuple[bool, bool]]:
    """Every living text of a PO file: is it translated, is it fuzzy?"""
    found: dict[str, tuple[bool, bool]] = {}
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        fields: dict[str, str] = {}
        name = ""
        for line in lines:
            if match := re.match(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")$', line):
                name = match[1]
                fields[name] = ast.literal_eval(match[2])
            elif line.startswith('"') and name:
                fields[name] += ast.literal_eval(line)
        if text := fields.get("msgid", ""):
            answers = [value for name, value in fields.items() if name.startswith("msgstr")]
            key = f"{fields['msgctxt']}|{text}" if "msgctxt" in fields else text
            found[key] = (bool(answers) and all(answers), fuzzy)
    return found


def texts_of_the_source() -> set[str]:
    """What the code and the templates ask to be translated, taken from a copy of them."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "alongside"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("locale", "__pycache__"))
        (copy / "locale").mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "--no-location", "-l", "xx"],
            cwd=copy,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"The texts could not be collected:\n{done.stderr}")
        return set(entries(copy / "locale" / "xx" / "LC_MESSAGES" / "django.po"))


def problems_of(language: str, wanted: set[str]) -> list[str]:
    path = PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return [f"{path.relative_to(ROOT)} is missing."]
    compiled = subprocess.run(
        ["msgfmt", "--check", "-o", os.devnull, str(path)], capture_output=True, text=True
    )
    problems = [] if compiled.returncode == 0 else compiled.stderr.splitlines()
    listed = path.with_name("untranslated.txt")
    excused = (
        {line.split("  #")[0] for line in listed.read_text(encoding="utf-8").splitlines()}
        if listed.exists()
        else set()
    )
    found = entries(path)
    for text in sorted(wanted - set(found)):
        problems.append(f"{language}: not in the file yet: {text!r}")
    for text, (translated, fuzzy) in found.items():
        if fuzzy:
            problems.append(f"{language}: fuzzy, so not shown: {text!r}")
        elif not translated and text in wanted and text not in excused:
            problems.append(f"{language}: not translated: {text!r}")
    for text in sorted(excused - wanted):
        problems.append(f"{language}: listed as untranslated, but no longer asked for: {text!r}")
    return problems


def main() -> int:
    sys.path.insert(0, str(ROOT / "src"))
    from alongside.config.settings import LANGUAGES

    wanted = texts_of_the_source()
    problems = [
        problem for code, _ in LANGUAGES if code != "en" for problem in problems_of(code, wanted)
    ]
    for problem in problems:
        print(problem)
    if problems:
        print("\nTo bring the files up to date: make words")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
