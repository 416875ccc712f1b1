"""Letters and reports: kinds of content, and their draft from named values of the record."""

from alongside.engine.letters.draft import PLACES, DraftedPart, Facts, draft, missing
from alongside.engine.letters.shapes import Audience, Kind, Part, Sentence

__all__ = [
    "PLACES",
    "Audience",
    "DraftedPart",
    "Facts",
    "Kind",
    "Part",
    "Sentence",
    "draft",
    "missing",
]
