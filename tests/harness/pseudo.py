"""A language that is not one: every text the translators get stands in ⟦brackets⟧.

What a page says outside of brackets has never been offered for translation: it is content, it was
typed by somebody, or it was forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import pytest

SAID = ("aria-label", "title", "placeholder", "alt")
SILENT = {"script", "style", "code", "svg", "template"}
_WORDS = re.compile(r"[^\W\d_]{2,}(?:[ ’'-]+[^\W\d_]+)*")


@contextmanager
def pseudo_locale() -> Iterator[None]:
    """Every answer of gettext in brackets, for as long as this lasts."""
    from django.utils import translation
    from django.utils.translation import trans_real

    from alongside.web.parts import pages

    def bracketed(real: Any) -> Any:
        def answer(*given: Any) -> str:
            said = real(*given)
            return f"⟦{said}⟧" if said.strip() else said

        return answer

    with pytest.MonkeyPatch.context() as patch:
        for name in ("gettext", "ngettext", "pgettext", "npgettext"):
            patch.setattr(translation._trans, name, bracketed(getattr(trans_real, name)))
        pages._short_day.cache_clear()  # days in few letters are kept once they were written
        try:
            yield
        finally:
            pages._short_day.cache_clear()


class _Outside(HTMLParser):
    """What a page says outside of brackets, in its text and to a screen reader."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._silent = self._deep = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        have = dict(attrs)
        said = [have.get(name) or "" for name in SAID]
        if tag == "input" and have.get("type") in {"submit", "button"}:
            said.append(have.get("value") or "")
        for text in said:
            self._take(text)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._take(data)

    def _take(self, text: str) -> None:
        """A translated text may hold tags, so that a bracket closes in a later piece."""
        for part in re.split(r"([⟦⟧])", text):
            if part in {"⟦", "⟧"}:
                self._deep += 1 if part == "⟦" else -1
            elif not self._deep:
                self.pieces.append(part)


def outside(page: str) -> set[str]:
    """The words of a page that no translator was asked for."""
    parser = _Outside()
    parser.feed(page)
    return {words for piece in parser.pieces for words in _WORDS.findall(piece)}


def words_of(texts: Iterable[str]) -> str:
    """Texts as one, to look for words in."""
    return "\n".join(" ".join(text.split()) for text in texts).casefold()
