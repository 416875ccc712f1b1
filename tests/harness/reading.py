"""How old one must be to read a page: Flesch-Kincaid for English, Fernández-Huerta for Spanish.

Over sentences of at least four words; syllables by pyphen, which otherwise hides the first and
last letters. Names, numbers and what is not the page's own text are left out.
"""

from __future__ import annotations

import re
from html import unescape

import pyphen

NAMES = frozenset(
    {
        "Asha", "Raman", "Noor", "Haddad", "Teo", "Lindqvist", "Ifeoma", "Nwosu", "Sam",
        "Lothian", "Samaritans", "findahelpline", "PHQ", "GAD", "CRAFT",
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    }
)  # fmt: skip
_LEFT_OUT = re.compile(r"(?s)<(svg|script|title|nav|aside|option)\b.*?</\1>")
_BLOCK = re.compile(r"(?s)<(p|li|h1|h2|h3|dt|dd|small|summary|button|label|legend|div|td|th)\b")


def sentences(page: str) -> list[list[str]]:
    """The sentences of a page's main part, as words; short ones are left out."""
    body = _LEFT_OUT.sub(" ", page)
    body = body[body.index("<main") :]
    plain = unescape(re.sub(r"<[^>]+>", " ", _BLOCK.sub(r". <\1", body)))
    found = [
        [word for word in re.findall(r"[^\W\d_][^\W\d_’']*", sentence) if word not in NAMES]
        for sentence in re.split(r"[.!?:;·]", plain)
    ]
    return [words for words in found if len(words) >= 4]


def grade(page: str) -> float:
    """Flesch-Kincaid grade of an English page; 6.0 is a reading age of about eleven."""
    length, syllables = _measured(page, "en_GB")
    return 0.39 * length + 11.8 * syllables - 15.59 if length else 0.0


def ease(page: str) -> float:
    """Fernández-Huerta of a Spanish page: 70 and more is easy, 100 the easiest."""
    length, syllables = _measured(page, "es")
    return 206.84 - 60 * syllables - 1.02 * length if length else 100.0


def _measured(page: str, language: str) -> tuple[float, float]:
    """Words a sentence, and syllables a word; zeros for a page without sentences."""
    found = sentences(page)
    words = [word for sentence in found for word in sentence]
    if not words:
        return 0.0, 0.0
    by = pyphen.Pyphen(lang=language, left=1, right=1)
    syllables = sum(len(by.inserted(word).split("-")) for word in words)
    return len(words) / len(found), syllables / len(words)
