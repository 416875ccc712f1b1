"""There is one clock. Everything else is handed the moment."""

from __future__ import annotations

import ast
import re

from tests.harness.house import PACKAGE, shown

# After docstrings and comments are gone. SQL in strings counts.
OTHER_CLOCKS = re.compile(
    r"\bauto_now|(?i:CURRENT_TIMESTAMP|CURRENT_DATE)|timezone\.now|\bNow\(|localdate\(\)"
    r"|(?<!clock\.)\b(?i:now)\(\)|\btoday\(\)|\butcnow\b|(?i:\bdatetime\('now')"
)
CLOCK = PACKAGE / "records" / "clock.py"


def code_of(text: str) -> str:
    """The code alone: no comments, no docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node) is not None
        ):
            node.body[0] = ast.Pass()
    return ast.unparse(tree)


def test_no_other_clock_is_asked_anywhere():
    found = [
        f"{shown(path)}: {match[0]}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path != CLOCK and OTHER_CLOCKS.search(path.read_text())
        for match in OTHER_CLOCKS.finditer(code_of(path.read_text()))
    ]
    assert found == []


def test_search_for_other_clocks_finds_each_of_them():
    for line in (
        "x = models.DateTimeField(auto_now_add=True)",
        "cursor.execute('SELECT now()')",
        "x = Now()",
        "x = timezone.now()",
        "x = date.today()",
        "cursor.execute('... DEFAULT CURRENT_TIMESTAMP')",
    ):
        assert OTHER_CLOCKS.search(code_of(line)), line
    assert not OTHER_CLOCKS.search(code_of('"""Not now()."""\nx = clock.now()  # now()'))


def test_no_page_takes_the_day_in_utc_for_the_day_of_its_reader():
    found = [
        shown(path)
        for path in sorted((PACKAGE / "web").rglob("*.py"))
        if "clock.now().date()" in code_of(path.read_text())
    ]
    assert found == []
