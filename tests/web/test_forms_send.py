"""Each form that a page sends carries the token without which nothing is saved."""

from __future__ import annotations

import re

from tests.harness.house import ROOT

PAGES = {
    str(path).partition("/templates/")[2]: path.read_text()
    for path in sorted((ROOT / "src/alongside").rglob("templates/**/*.html"))
}
ALONE = re.compile(r"""{%\s*include\s+"([^"]+)"([^%]*?)\bonly\s*%}""")


def test_a_part_with_a_form_of_its_own_is_given_the_token() -> None:
    """A part that is shown alone, without what is around it, has no token unless it is handed on.

    Pages for anyone have none: their parts say ``if csrf_token``.
    """
    asks = {
        name
        for name, text in PAGES.items()
        if "{% csrf_token %}" in text.replace("{% if csrf_token %}{% csrf_token %}", "")
    }
    without = [
        (name, part)
        for name, text in PAGES.items()
        for part, given in ALONE.findall(text)
        if part in asks and "csrf_token=csrf_token" not in given
    ]
    assert len(asks) > 50
    assert without == []
