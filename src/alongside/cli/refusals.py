"""How a command says no: one whole sentence that says what to do, and an exit status."""

from __future__ import annotations

from difflib import get_close_matches


class Refused(Exception):
    """What was asked cannot be done. The text is a whole sentence for standard error."""

    status = 1


class WrongUsage(Refused):
    """The command was called in a way that cannot mean anything."""

    status = 2


def sentence(words: str) -> str:
    """Words with an end: a full stop, unless they end with a mark of their own."""
    return words if words.endswith((".", "?", "!")) else f"{words}."


def nearest(word: str, known: list[str]) -> str:
    """A hint with the words most like this one, or nothing."""
    near = get_close_matches(word, known, n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(near)}?" if near else ""
