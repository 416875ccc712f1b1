"""The draft of a note: sentences from what was entered, each with where it comes from."""

from alongside.engine.notes.draft import (
    Drafting,
    Entered,
    Line,
    Spot,
    added,
    draft,
    filled,
    not_there,
    standing,
)

__all__ = [
    "Drafting",
    "Entered",
    "Line",
    "Spot",
    "added",
    "draft",
    "filled",
    "not_there",
    "standing",
]
